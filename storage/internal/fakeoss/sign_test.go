package fakeoss

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// The worked example: computed by hand, and by the official library.
func TestWorkedExample(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r, err := http.NewRequest("PUT", "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/att/a%20b.txt", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/plain")
	r.Header.Set("X-Oss-Content-Sha256", unsigned)
	r.Header.Set("X-Oss-Date", at.Format(basic))
	c := claim{day: "20260102", region: "cn-hangzhou", at: at}
	text := canonicalV4(r, url.Values{}, c, "examplebucket", "att/a b.txt")
	sum := sha256.Sum256([]byte(text))
	if got := hex.EncodeToString(sum[:]); got != "3f375dbc9bc92afd8a773890cfa1ba6bad5d874ef6fd58c7f832e371875a161d" {
		t.Errorf("canonical request %s:\n%s", got, text)
	}
	if got := hex.EncodeToString(keyV4("testsecret", c)); got != "b2752884b2b2cca6d8917f821c18d67d34635ca2f86c3f6798e3837d9fb65499" {
		t.Errorf("key %s", got)
	}
	if got := signatureV4("testsecret", c, text); got != "67df8d4ba9de3e9e9f22435b78ef1757f148398332792322126e0a2bbfb55f4a" {
		t.Errorf("signature %s", got)
	}
	r.Header = http.Header{"Content-Type": {"text/plain"}}
	c.date = "Fri, 02 Jan 2026 03:04:05 GMT"
	if got := signatureV1("testsecret", canonicalV1(r, url.Values{}, c, "examplebucket", "att/a b.txt")); got != "lS84RXUml9wTzd3d+Kcw+BimmLw=" {
		t.Errorf("V1 signature %s", got)
	}
}
