package s3storage_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/s3storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// What the store has a checksum of is verified, with the tag for want of another.
func TestCorruptedReadsAreFound(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 4*part/16)
	for name, c := range map[string]struct {
		mode  s3storage.ChecksumMode
		plain bool // the server adds no checksum
		text  string
		sum   bool // the object says its checksum
	}{
		"crc32": {s3storage.ChecksumSupported, false, "content", true}, "crc32 of parts": {s3storage.ChecksumSupported, false, large, true},
		"crc64nvme": {s3storage.ChecksumRequired, false, "content", false}, "crc64nvme of parts": {s3storage.ChecksumRequired, false, large, false},
		"md5": {s3storage.ChecksumRequired, true, "content", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fake(t, storagetest.S3Options{MinPart: part, TLS: c.mode == s3storage.ChecksumSupported, PlainObjects: c.plain})
			b := bucketOn(t, s, func(o *s3storage.Options) { o.Checksums = c.mode })
			s3storage.Cut(b, part)
			for _, body := range []io.Reader{strings.NewReader(c.text), struct{ io.Reader }{strings.NewReader(c.text)}} {
				o, err := b.Put(t.Context(), "k", body, storage.PutOptions{})
				if err != nil {
					t.Fatal(err)
				}
				want := ""
				if c.sum {
					want = fmt.Sprintf("crc32:%08x", crc(c.text))
				}
				head, err := b.Head(t.Context(), "k")
				if o.Checksum != want || head.Checksum != want || err != nil {
					t.Errorf("checksum %q, head says %q, want %q; %v", o.Checksum, head.Checksum, want, err)
				}
				if got, err := text(t, b, storage.GetOptions{}); got != c.text || err != nil {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			}
			s.Corrupt("k")
			_, err := text(t, b, storage.GetOptions{})
			wants(t, err, waybill.DataLoss, waybill.ScopeRequest, waybill.NotSent)
		})
	}
}

// The checksum of another's object is told, if it is of the whole.
func TestChecksumsOfOthers(t *testing.T) {
	for kind, want := range map[types.ChecksumAlgorithm]string{
		types.ChecksumAlgorithmCrc32: fmt.Sprintf("crc32:%08x", crc("content")), types.ChecksumAlgorithmSha256: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte("content"))),
		types.ChecksumAlgorithmSha1: "", types.ChecksumAlgorithmCrc64nvme: "",
	} {
		s := fake(t, storagetest.S3Options{})
		b := bucketOn(t, s, nil)
		access, secret, _ := s.Keys()
		raw := s3.New(s3.Options{Region: s.Region(), BaseEndpoint: aws.String(s.URL()), UsePathStyle: true, HTTPClient: s.Client(),
			Credentials: credentials.NewStaticCredentialsProvider(access, secret, "")})
		if _, err := raw.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(s.Bucket()), Key: aws.String("k"), Body: strings.NewReader("content"), ChecksumAlgorithm: kind}); err != nil {
			t.Fatal(err)
		}
		head, err := b.Head(t.Context(), "k")
		if err != nil || head.Checksum != want {
			t.Errorf("%s: %q, want %q; %v", kind, head.Checksum, want, err)
		}
		if got, err := text(t, b, storage.GetOptions{}); got != "content" || err != nil {
			t.Errorf("%s: %q, %v", kind, got, err)
		}
		s.Corrupt("k")
		_, err = text(t, b, storage.GetOptions{})
		wants(t, err, waybill.DataLoss, waybill.ScopeRequest, waybill.NotSent)
	}
}

// A server that passes conditions over does not make another version of the one
// that was asked for.
func TestConditionsThatAreIgnored(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"new"`)
		w.Header().Set("Content-Length", "7")
		_, _ = io.WriteString(w, "content")
	}))
	t.Cleanup(s.Close)
	b, err := s3storage.New("bucket", "key-of-the-test", "secret-of-the-test", &s3storage.Options{BaseURL: s.URL, PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = text(t, b, storage.GetOptions{IfMatch: "old"})
	wants(t, err, waybill.FailedPrecondition, waybill.ScopeRequest, waybill.NotSent)
	if got, err := text(t, b, storage.GetOptions{IfMatch: "new"}); got != "content" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
