package fakes3

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The worked example of "Authenticating Requests: Using Query Parameters".
func TestWorkedExample(t *testing.T) {
	at := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	r, err := http.NewRequest("GET", "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"+
		"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := claim{day: "20130524", region: "us-east-1", service: "s3", signed: []string{"host"}, payload: unsigned, at: at}
	text := canonical(r, r.URL.Query(), c)
	sum := sha256.Sum256([]byte(text))
	if got := hex.EncodeToString(sum[:]); got != "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04" {
		t.Errorf("canonical request %s:\n%s", got, text)
	}
	if got := signature("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", c, text); got != "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404" {
		t.Errorf("signature %s", got)
	}
}

// The worked example of "Transferring Payload in Multiple Chunks", which is
// received; another signature, at any place, is refused.
func TestChunks(t *testing.T) {
	signatures := [...]string{"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
		"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"}
	c := claim{day: "20130524", region: "us-east-1", service: "s3", at: time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)}
	for wrong := range len(signatures) + 1 {
		var body strings.Builder
		for i, n := range [...]int{64 << 10, 1 << 10, 0} {
			given := signatures[i]
			if i == wrong {
				given = strings.Repeat("0", len(given))
			}
			body.WriteString(strconv.FormatInt(int64(n), 16) + ";chunk-signature=" + given + "\r\n" + strings.Repeat("a", n) + "\r\n")
		}
		r := httptest.NewRequest("PUT", "/examplebucket/chunkObject.txt", strings.NewReader(body.String()))
		r.Header.Set("X-Amz-Decoded-Content-Length", "66560")
		a := &auth{payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", chain: &chain{key: c.key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
			when: c.at.Format(basic), scope: c.full(), chunk: sha256.New(), last: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"}}
		got, e := receive(r, a)
		switch {
		case wrong == len(signatures):
			if e != nil || got.blob.Size() != 66560 {
				t.Errorf("the example: %v", e)
			}
		case e == nil || e.code != "SignatureDoesNotMatch":
			t.Errorf("signature %d is wrong: %v", wrong, e)
		}
	}
}

// signed returns a request with a good signature in its header.
func signed(t testing.TB, s *Server, method, target, payload string, header map[string]string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, s.URL()+target, strings.NewReader(payload))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(payload))
	r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	for k, v := range header {
		r.Header.Set(k, v)
	}
	sign(s, r, s.o.SecretKey, s.in.Now())
	return r
}

func sign(s *Server, r *http.Request, secret string, at time.Time) {
	at = at.UTC()
	r.Header.Set("X-Amz-Date", at.Format(basic))
	c := claim{access: s.o.AccessKey, day: at.Format("20060102"), region: s.o.Region, service: "s3", payload: r.Header.Get("X-Amz-Content-Sha256"), at: at}
	c.signed = []string{"host"}
	for name := range r.Header {
		if low := strings.ToLower(name); strings.HasPrefix(low, "x-amz-") {
			c.signed = append(c.signed, low)
		}
	}
	r.Host = r.URL.Host
	sig := signature(secret, c, canonical(r, r.URL.Query(), c))
	r.Header.Set("Authorization", algorithm+" Credential="+c.access+"/"+c.day+"/"+c.region+"/s3/aws4_request, SignedHeaders="+strings.Join(c.signed, ";")+", Signature="+sig)
}

// send returns status, code and body.
func send(t testing.TB, s *Server, r *http.Request) (int, string, string) {
	t.Helper()
	res, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	code := ""
	if _, rest, ok := strings.Cut(string(data), "<Code>"); ok {
		code, _, _ = strings.Cut(rest, "</Code>")
	}
	return res.StatusCode, code, string(data)
}

func TestSignatures(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	target := "/" + s.Bucket() + "/a%20b%2Bc/%E6%96%87"
	if status, code, _ := send(t, s, signed(t, s, "PUT", target, "x", nil)); status != 200 || !s.Stored("a b+c/文") {
		t.Fatalf("a good request: %d %s", status, code)
	}
	for name, c := range map[string]struct {
		change func(r *http.Request)
		status int
		code   string
	}{
		"none":    {func(r *http.Request) { r.Header.Del("Authorization") }, 403, "AccessDenied"},
		"garbage": {func(r *http.Request) { r.Header.Set("Authorization", "Basic x") }, 400, "InvalidRequest"},
		"secret":  {func(r *http.Request) { sign(s, r, "another", s.in.Now()) }, 403, "SignatureDoesNotMatch"},
		"old":     {func(r *http.Request) { sign(s, r, s.o.SecretKey, s.in.Now().Add(-16*time.Minute)) }, 403, "RequestTimeTooSkewed"},
		"key": {func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "=AK", "=BK", 1))
		}, 403, "InvalidAccessKeyId"},
		"region": {func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "us-east-1", "eu-west-1", 1))
		}, 400, "AuthorizationHeaderMalformed"},
		"unsigned":      {func(r *http.Request) { r.Header.Set("X-Amz-Meta-A", "1") }, 403, "AccessDenied"},
		"no payload":    {func(r *http.Request) { r.Header.Del("X-Amz-Content-Sha256") }, 400, "InvalidRequest"},
		"other path":    {func(r *http.Request) { r.URL.Path += "x"; r.URL.RawPath = "" }, 403, "SignatureDoesNotMatch"},
		"other query":   {func(r *http.Request) { r.URL.RawQuery = "x-id=1" }, 403, "SignatureDoesNotMatch"},
		"other payload": {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("y")) }, 400, "XAmzContentSHA256Mismatch"},
		"token": {func(r *http.Request) {
			r.Header.Set("X-Amz-Security-Token", "x")
			sign(s, r, s.o.SecretKey, s.in.Now())
		}, 400, "InvalidToken"},
		"header": {func(r *http.Request) {
			r.Header.Set("X-Amz-Tagging", "a=b")
			sign(s, r, s.o.SecretKey, s.in.Now())
		}, 501, "NotImplemented"},
		"acl": {func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read"); sign(s, r, s.o.SecretKey, s.in.Now()) }, 400, "AccessControlListNotSupported"},
	} {
		r := signed(t, s, "PUT", target, "x", nil)
		c.change(r)
		if status, code, _ := send(t, s, r); status != c.status || code != c.code {
			t.Errorf("%s: %d %s, want %d %s", name, status, code, c.status, c.code)
		}
	}
}

func TestRefusals(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	base := "/" + s.Bucket()
	for name, c := range map[string]struct {
		method, target, payload string
		header                  map[string]string
		code                    string
	}{
		"bucket":        {"GET", "/another/k", "", nil, "NoSuchBucket"},
		"service":       {"POST", "/", "", nil, "NotImplemented"},
		"bucket name":   {"PUT", "/A", "", nil, "InvalidBucketName"},
		"own bucket":    {"DELETE", base, "", nil, "AccessDenied"},
		"md5 empty":     {"PUT", base + "/k", "x", map[string]string{"Content-MD5": ""}, "InvalidDigest"},
		"encoding":      {"GET", base + "?list-type=2&encoding-type=xml", "", nil, "InvalidArgument"},
		"max keys":      {"GET", base + "?max-keys=-1", "", nil, "InvalidArgument"},
		"parts":         {"GET", base + "/k?uploadId=x", "", nil, "NoSuchUpload"},
		"directive":     {"PUT", base + "/k", "", map[string]string{"X-Amz-Copy-Source": s.Bucket() + "/nothing", "X-Amz-Metadata-Directive": "MOVE"}, "NoSuchKey"},
		"missing":       {"GET", base + "/k", "", nil, "NoSuchKey"},
		"acl":           {"GET", base + "/k?acl=", "", nil, "NotImplemented"},
		"post":          {"POST", base + "/k", "", nil, "MethodNotAllowed"},
		"list param":    {"GET", base + "?list-type=2&x=1", "", nil, "InvalidArgument"},
		"list token":    {"GET", base + "?list-type=2&continuation-token=%25", "", nil, "InvalidArgument"},
		"md5":           {"PUT", base + "/k", "x", map[string]string{"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, "BadDigest"},
		"crc32":         {"PUT", base + "/k", "x", map[string]string{"X-Amz-Checksum-Crc32": "AAAAAA=="}, "BadDigest"},
		"metadata":      {"PUT", base + "/k", "x", map[string]string{"X-Amz-Meta-A": strings.Repeat("x", 2048)}, "MetadataTooLarge"},
		"upload":        {"PUT", base + "/k?partNumber=1&uploadId=x", "x", nil, "NoSuchUpload"},
		"part number":   {"PUT", base + "/k?partNumber=0&uploadId=x", "x", nil, "InvalidArgument"},
		"abort":         {"DELETE", base + "/k?uploadId=x", "", nil, "NoSuchUpload"},
		"complete":      {"POST", base + "/k?uploadId=x", "", nil, "NoSuchUpload"},
		"delete no md5": {"POST", base + "?delete=", "<Delete/>", nil, "InvalidRequest"},
		"copy":          {"PUT", base + "/k", "", map[string]string{"X-Amz-Copy-Source": s.Bucket() + "/nothing"}, "NoSuchKey"},
		"copy bucket":   {"PUT", base + "/k", "", map[string]string{"X-Amz-Copy-Source": "other/nothing"}, "NoSuchBucket"},
		"long key":      {"GET", base + "/" + strings.Repeat("k", 1025), "", nil, "KeyTooLongError"},
	} {
		if _, code, _ := send(t, s, signed(t, s, c.method, c.target, c.payload, c.header)); code != c.code {
			t.Errorf("%s: %s, want %s", name, code, c.code)
		}
	}
	if s.Stored("k") || s.Uploads() != 0 {
		t.Error("a refused request left something")
	}
}

func TestMultipart(t *testing.T) {
	s := New(Options{MinPart: 3})
	defer s.Close()
	base := "/" + s.Bucket() + "/k"
	_, _, body := send(t, s, signed(t, s, "POST", base+"?uploads=", "", nil))
	_, rest, _ := strings.Cut(body, "<UploadId>")
	id, _, _ := strings.Cut(rest, "</UploadId>")
	part := func(n, text string) string {
		r := signed(t, s, "PUT", base+"?partNumber="+n+"&uploadId="+url.QueryEscape(id), text, nil)
		res, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return "<Part><PartNumber>" + n + "</PartNumber><ETag>" + strings.ReplaceAll(res.Header["Etag"][0], `"`, "&quot;") + "</ETag></Part>"
	}
	one, two, three := part("1", "abc"), part("2", "d"), part("3", "efg")
	for _, c := range []struct{ parts, code string }{
		{"", "MalformedXML"}, {three + one, "InvalidPartOrder"}, {one + two + three, "EntityTooSmall"},
		{one + strings.Replace(two, ">2<", ">9<", 1), "InvalidPart"}, {one + two, ""},
	} {
		_, code, _ := send(t, s, signed(t, s, "POST", base+"?uploadId="+url.QueryEscape(id), "<CompleteMultipartUpload>"+c.parts+"</CompleteMultipartUpload>", nil))
		if code != c.code {
			t.Errorf("%s: %q, want %q", c.parts, code, c.code)
		}
	}
	if _, _, body := send(t, s, signed(t, s, "GET", base, "", nil)); body != "abcd" || s.Uploads() != 0 {
		t.Errorf("%q, %d uploads", body, s.Uploads())
	}
}

// Whatever is sent, the fake answers and stores nothing that was not signed.
func FuzzRequest(f *testing.F) {
	s := New(Options{})
	f.Cleanup(s.Close)
	f.Add("PUT", "/waybill-fake/k", "partNumber=1&uploadId=x", "AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request, SignedHeaders=host, Signature=00", "x")
	f.Add("GET", "/", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=1&X-Amz-Credential=a/b/c/d/e", "", "")
	f.Fuzz(func(t *testing.T, method, path, query, auth, payload string) {
		r := &http.Request{Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{"Authorization": {auth}, "X-Amz-Date": {s.in.Now().UTC().Format(basic)},
			"X-Amz-Content-Sha256": {unsigned}}, Host: "a", Body: io.NopCloser(strings.NewReader(payload)), ContentLength: int64(len(payload))}
		if _, e := s.authenticate(r, r.URL.Query()); e == nil {
			t.Fatal("accepted without a key")
		}
	})
}

// A signed payload of any content never makes the fake fall over.
func FuzzDocuments(f *testing.F) {
	s := New(Options{})
	f.Cleanup(s.Close)
	f.Add("<Delete><Object><Key>a</Key></Object></Delete>", "/waybill-fake?delete=")
	f.Add("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>", "/waybill-fake/k?uploadId=x")
	f.Fuzz(func(t *testing.T, payload, target string) {
		if _, err := url.ParseRequestURI(target); err != nil || !strings.HasPrefix(target, "/") {
			t.Skip()
		}
		if _, err := http.NewRequest("POST", s.URL()+target, nil); err != nil {
			t.Skip()
		}
		if status, _, _ := send(t, s, signed(t, s, "POST", target, payload, nil)); status == 500 {
			t.Fatal("the fake panicked")
		}
	})
}
