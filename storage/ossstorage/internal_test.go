package ossstorage

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// What is larger than a copy in one request may be is copied in parts.
func TestCopyInParts(t *testing.T) {
	s := storagetest.NewOSS(&storagetest.OSSOptions{MaxCopy: 200 << 10})
	t.Cleanup(s.Close)
	access, secret, _ := s.Keys()
	b, err := New(s.Bucket(), access, secret, &Options{BaseURL: s.URL(), HTTPClient: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	b.maxCopy, b.copyPart = 200<<10, 150<<10
	text := strings.Repeat("0123456789abcdef", 500<<10/16)
	o := storage.PutOptions{ContentType: "application/pdf", ContentDisposition: "attachment", Metadata: map[string]string{"name": "发票"}}
	if _, err := b.Put(t.Context(), "from", strings.NewReader(text), o); err != nil {
		t.Fatal(err)
	}
	copied, err := b.Copy(t.Context(), "from", "to")
	if err != nil {
		t.Fatal(err)
	}
	head, err := b.Head(t.Context(), "to")
	if err != nil || head.ETag != copied.ETag || head.Size != int64(len(text)) || head.ContentType != o.ContentType || !maps.Equal(head.Metadata, o.Metadata) {
		t.Errorf("%+v, copy returned %+v, %v", head, copied, err)
	}
	r, err := b.Get(t.Context(), "to", storage.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(r); err != nil || string(data) != text {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	_ = r.Close()
	s.Script(fakehttp.Rule{Skip: 3, Times: 1, Fault: storagetest.OSSRefusal("InternalError")})
	_, err = b.Copy(t.Context(), "from", "third")
	if waybill.CodeOf(err) != waybill.Internal || waybill.DeliveryOf(err) != waybill.NotSent || s.Stored("third") || s.Uploads() != 0 {
		t.Errorf("%v, %v, %d uploads open", err, waybill.DeliveryOf(err), s.Uploads())
	}
}

// The fake takes what the official library signs by its first version, too.
func TestFakeTakesTheFirstSignature(t *testing.T) {
	s := storagetest.NewOSS(nil)
	t.Cleanup(s.Close)
	access, secret, _ := s.Keys()
	url := s.URL()
	client := oss.NewClient(&oss.Config{Endpoint: &url, SignatureVersion: oss.Ptr(oss.SignatureVersionV1), HttpClient: s.Client(),
		CredentialsProvider: credentials.NewStaticCredentialsProvider(access, secret)})
	in := &oss.PutObjectRequest{Bucket: oss.Ptr(s.Bucket()), Key: oss.Ptr("a b"), Body: strings.NewReader("x"), Metadata: map[string]string{"z": "1", "a-b": "2", "a": "3"}}
	if _, err := client.PutObject(t.Context(), in); err != nil || !s.Stored("a b") {
		t.Fatal(err)
	}
	l, err := client.Presign(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(s.Bucket()), Key: oss.Ptr("a b"), ResponseContentDisposition: oss.Ptr("inline; a=b")})
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]int{l.URL: 200, strings.Replace(l.URL, "inline", "outline", 1): 403} {
		res, err := http.Get(url)
		if err != nil {
			t.Fatal("no answer")
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%d, want %d", res.StatusCode, want)
		}
	}
}

func TestSumHex(t *testing.T) {
	for crc, want := range map[string]string{"0": "0000000000000000", "255": "00000000000000ff", "18446744073709551615": "ffffffffffffffff",
		"": "", "-1": "", "x": "", "18446744073709551616": ""} {
		if got := sumHex(crc); got != want {
			t.Errorf("%q: %q", crc, got)
		}
	}
}

// canned answers every request alike.
type canned struct {
	status int
	header http.Header
	body   []byte
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	return &http.Response{StatusCode: c.status, Status: http.StatusText(c.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: c.header.Clone(),
		Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: int64(len(c.body)), Request: r}, nil
}

// FuzzReplies gives every verb any reply: no panic, no success out of nothing,
// and only errors of ours.
func FuzzReplies(f *testing.F) {
	f.Add(404, []byte(`<Error><Code>NoSuchKey</Code><EC>0026-00000001</EC></Error>`), "X-Oss-Err", "x")
	f.Add(403, []byte(``), "X-Oss-Err", "PEVycm9yPjxDb2RlPkFjY2Vzc0RlbmllZDwvQ29kZT48L0Vycm9yPg==")
	f.Add(200, []byte(`<ListBucketResult><Contents><Key>%zz</Key><Size>1</Size></Contents><EncodingType>url</EncodingType></ListBucketResult>`), "ETag", "x")
	f.Add(200, []byte(`<CopyObjectResult><ETag>"a"</ETag></CopyObjectResult>`), "Content-Length", "9223372036854775808")
	f.Add(206, []byte(`0123`), "Content-Range", "bytes 0-3/4")
	f.Fuzz(func(t *testing.T, status int, body []byte, name, value string) {
		if status < 200 || status > 599 {
			return
		}
		b, err := New("bucket", "key-of-the-fuzzer", "secret-of-the-fuzzer", &Options{BaseURL: "http://oss.example.com",
			HTTPClient: &http.Client{Transport: canned{status, http.Header{http.CanonicalHeaderKey(name): {value}}, body}}})
		if err != nil {
			t.Fatal(err)
		}
		_, headed := b.Head(t.Context(), "k")
		_, copied := b.Copy(t.Context(), "k", "l")
		_, written := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
		errs := []error{headed, copied, written, b.Delete(t.Context(), "k", "l")}
		for _, err := range b.List(t.Context(), storage.ListOptions{Delimiter: "/"}) {
			errs = append(errs, err)
		}
		if r, err := b.Get(t.Context(), "k", storage.GetOptions{}); err == nil {
			_, err = io.Copy(io.Discard, r)
			_ = r.Close()
			errs = append(errs, err)
		}
		for _, err := range errs {
			if err != nil && waybill.AsError(err).Provider != "ossstorage" {
				t.Fatalf("%d %q: %v", status, body, err)
			}
		}
		if status > 299 && (headed == nil || copied == nil || written == nil) {
			t.Fatalf("a success out of status %d", status)
		}
	})
}
