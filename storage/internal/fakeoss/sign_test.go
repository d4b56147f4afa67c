package fakeoss

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
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

// What OSS's own libraries agree upon (Go, Python and Java have these vectors in
// common): parameters in the order in which they are encoded, empty ones without
// a sign, additional headers.
func TestVectorsOfTheLibraries(t *testing.T) {
	for name, c := range map[string]struct {
		at, life  int64
		kind      string
		more      string
		token     string
		signature string
	}{
		"header":             {at: 1702743657, kind: "text/plain", signature: "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe"},
		"header, token":      {at: 1702784856, kind: "text/plain", token: "token", signature: "b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea"},
		"header, additional": {at: 1702747512, kind: "text/plain", more: "abc;zabc", signature: "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f"},
		"link":               {at: 1702781677, life: 599, signature: "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe"},
		"link, token":        {at: 1702785388, life: 599, token: "token", signature: "3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5"},
		"link, additional":   {at: 1702783809, life: 599, more: "abc;zabc", signature: "6bd984bfe531afb6db1f7550983a741b103a8c58e5e14f83ea474c2322dfa2b7"},
	} {
		at := time.Unix(c.at, 0).UTC()
		q := url.Values{"param1": {"value1"}, "+param1": {"value3"}, "|param1": {"value4"}, "+param2": {""}, "|param2": {""}, "param2": {""}}
		h := http.Header{}
		for k, v := range map[string]string{"x-oss-head1": "value", "abc": "value", "ZAbc": "value", "XYZ": "value", "Content-Type": cmp.Or(c.kind, "application/octet-stream")} {
			h.Set(k, v)
		}
		scope := claim{access: "ak", day: at.Format("20060102"), region: "cn-hangzhou", at: at}
		if c.life == 0 {
			h.Set("X-Oss-Date", at.Format(basic))
			h.Set("X-Oss-Content-Sha256", unsigned)
			if c.token != "" {
				h.Set("X-Oss-Security-Token", c.token)
			}
		} else {
			q.Set("x-oss-date", at.Format(basic))
			q.Set("x-oss-expires", "599")
			q.Set("x-oss-signature-version", algorithm)
			q.Set("x-oss-credential", "ak/"+scope.day+"/cn-hangzhou/oss/aliyun_v4_request")
			if c.token != "" {
				q.Set("x-oss-security-token", c.token)
			}
		}
		if c.more != "" {
			scope.additional = strings.Split(c.more, ";")
			if c.life > 0 {
				q.Set("x-oss-additional-headers", c.more)
			}
		}
		text := canonicalV4(&http.Request{Method: "PUT", Header: h}, q, scope, "bucket", "1234+-/123/1.txt")
		if got := signatureV4("sk", scope, text); got != c.signature {
			t.Errorf("%s: %s\n%s", name, got, text)
		}
	}
}

// The same of V1, where a date of OSS counts for more than the other one.
func TestVectorsOfV1(t *testing.T) {
	const date = "Wed, 28 Dec 2022 10:27:41 GMT"
	meta := http.Header{"Content-Md5": {"eB5eJF1ptWaXm4bijSPyxw=="}, "Content-Type": {"text/html"}, "X-Oss-Meta-Author": {"alice"}, "X-Oss-Meta-Magic": {"abracadabra"}, "X-Oss-Date": {date}, "Date": {"another"}}
	for name, c := range map[string]struct {
		method, query, bucket, key string
		header                     http.Header
		date                       string
		signature                  string
	}{
		"header":      {"PUT", "", "examplebucket", "nelson", meta, date, "kSHKmLxlyEAKtZPkJhG9bZb5k7M="},
		"acl":         {"PUT", "acl", "examplebucket", "nelson", meta, date, "/afkugFbmWDQ967j1vr6zygBLQk="},
		"link":        {"GET", "versionId=versionId", "bucket", "key", nil, "1699807420", "dcLTea+Yh9ApirQ8o8dOPqtvJXQ="},
		"link, token": {"GET", "versionId=versionId&security-token=token", "bucket", "key+123", nil, "1699808204", "jzKYRrM5y6Br0dRFPaTGOsbrDhY="},
	} {
		q, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		r := &http.Request{Method: c.method, Header: c.header}
		if c.header != nil {
			if got := dateV1(r.Header); got != c.date {
				t.Errorf("%s: date %q", name, got)
			}
		}
		text := canonicalV1(r, q, claim{date: c.date}, c.bucket, c.key)
		if got := signatureV1("sk", text); got != c.signature {
			t.Errorf("%s: %s\n%s", name, got, text)
		}
	}
}
