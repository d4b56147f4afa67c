package pushtest_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill/push/pushtest"
)

type claims map[string]any

func claimsOf(f *pushtest.FCM) claims {
	now := time.Now()
	return claims{
		"iss": f.Account().Email, "scope": "https://www.googleapis.com/auth/firebase.messaging", "aud": f.URL() + "/token",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
}

// sign makes an assertion as RFC 7523 wants it.
func sign(t *testing.T, a *pushtest.ServiceAccount, c claims) string {
	t.Helper()
	return signWith(t, a, map[string]any{"alg": "RS256", "typ": "JWT", "kid": a.KeyID}, c)
}

func signWith(t *testing.T, a *pushtest.ServiceAccount, header map[string]any, c claims) string {
	t.Helper()
	block, _ := pem.Decode([]byte(a.PrivateKey()))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := encode(header) + "." + encode(c)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key.(*rsa.PrivateKey), crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func TestTokenEndpointIsStrict(t *testing.T) {
	f := pushtest.NewFCM(nil)
	t.Cleanup(f.Close)
	other := pushtest.NewServiceAccount("waybill-demo")
	with := func(key string, value any) string {
		c := claimsOf(f)
		if c[key] = value; value == nil {
			delete(c, key)
		}
		return sign(t, f.Account(), c)
	}
	now := time.Now()
	good := sign(t, f.Account(), claimsOf(f))
	for name, c := range map[string]struct{ assertion, want string }{
		"good":              {good, ""},
		"a slow clock":      {with("iat", now.Add(-2*time.Minute).Unix()), "invalid_grant"}, // more than an hour
		"not a JWT":         {"abc", "invalid_grant"},
		"broken parts":      {"!.!.!", "invalid_grant"},
		"cut signature":     {good[:len(good)-10], "invalid_grant"},
		"another's key":     {signWith(t, other, map[string]any{"alg": "RS256", "typ": "JWT", "kid": f.Account().KeyID}, claimsOf(f)), "invalid_grant"},
		"another's key id":  {signWith(t, f.Account(), map[string]any{"alg": "RS256", "typ": "JWT", "kid": other.KeyID}, claimsOf(f)), "invalid_grant"},
		"no algorithm":      {signWith(t, f.Account(), map[string]any{"alg": "none", "typ": "JWT", "kid": f.Account().KeyID}, claimsOf(f)), "invalid_grant"},
		"another's email":   {with("iss", "x@y.example"), "invalid_grant"},
		"another audience":  {with("aud", "https://oauth2.example/token"), "invalid_grant"},
		"no scope":          {with("scope", nil), "invalid_scope"},
		"another scope":     {with("scope", "https://www.googleapis.com/auth/cloud-platform.read-only"), "invalid_scope"},
		"a subject":         {with("sub", "someone"), "unauthorized_client"},
		"expired":           {sign(t, f.Account(), claims{"iss": f.Account().Email, "scope": claimsOf(f)["scope"], "aud": f.URL() + "/token", "iat": now.Add(-2 * time.Hour).Unix(), "exp": now.Add(-time.Hour).Unix()}), "invalid_grant"},
		"from the future":   {sign(t, f.Account(), claims{"iss": f.Account().Email, "scope": claimsOf(f)["scope"], "aud": f.URL() + "/token", "iat": now.Add(time.Hour).Unix(), "exp": now.Add(2 * time.Hour).Unix()}), "invalid_grant"},
		"two hours":         {with("exp", now.Add(2*time.Hour).Unix()), "invalid_grant"},
		"ends as it begins": {with("exp", claimsOf(f)["iat"]), "invalid_grant"},
		"times as texts":    {with("iat", "now"), "invalid_grant"},
	} {
		token, code := exchange(t, f, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {c.assertion}})
		if code != c.want || (token != "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", name, code, c.want)
		}
	}
	for name, form := range map[string]url.Values{
		"no grant type":  {"assertion": {good}},
		"no assertion":   {"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}},
		"unknown member": {"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {good}, "scope": {"x"}},
	} {
		if token, code := exchange(t, f, form); token != "" || code != "invalid_request" {
			t.Errorf("%s: %q", name, code)
		}
	}
	if _, code := exchange(t, f, url.Values{"grant_type": {"password"}, "assertion": {good}}); code != "unsupported_grant_type" {
		t.Errorf("another grant: %q", code)
	}
	if f.Issued() != 1 {
		t.Errorf("%d issued", f.Issued())
	}
	for _, x := range f.Log() {
		if strings.Contains(x.String(), good) {
			t.Error("the log shows an assertion")
		}
	}
}

func TestServiceAccountJSON(t *testing.T) {
	a := pushtest.NewServiceAccount("demo-1")
	var m map[string]string
	if err := json.Unmarshal(a.JSON("https://x.example/token"), &m); err != nil {
		t.Fatal(err)
	}
	if m["type"] != "service_account" || m["project_id"] != "demo-1" || m["client_email"] != a.Email || m["private_key"] != a.PrivateKey() ||
		m["private_key_id"] != a.KeyID || m["token_uri"] != "https://x.example/token" {
		t.Error("the key is not what the console gives out")
	}
}
