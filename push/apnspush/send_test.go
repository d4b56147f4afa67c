package apnspush_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/apnspush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// An expired provider token is replaced, and the push that it was refused for
// sent again, once for everybody.
func TestExpiredProviderToken(t *testing.T) {
	f, a := fake(t, apnspush.Options{}, pushtest.APNsOptions{})
	allSent(t, f, a.Send(t.Context(), order(), tokens(0, 5)))
	f.ExpireTokens()
	allSent(t, f, a.Send(t.Context(), order(), tokens(10, 30)))
	if n := f.Tokens(); n != 2 {
		t.Errorf("%d provider tokens", n)
	}
	// A clock that is wrong does not make more of them.
	f.FailCode("ExpiredProviderToken")
	for _, r := range a.Send(t.Context(), order(), tokens(100, 30)) {
		if r.Err == nil || r.Err.Code != waybill.Unauthenticated || r.Err.Delivery != waybill.NotSent {
			t.Errorf("got %v", r.Err)
		}
	}
	f.Heal()
	if e := a.Send(t.Context(), order(), tokens(200, 1))[0].Err; e != nil {
		t.Error(e)
	}
	if n := f.Tokens(); n != 2 {
		t.Errorf("%d provider tokens", n)
	}
}

// Adapters of one key share its token.
func TestSharedKey(t *testing.T) {
	f := pushtest.NewAPNs(&pushtest.APNsOptions{Topics: []string{"com.example.a", "com.example.b"}})
	t.Cleanup(f.Close)
	k := key(t, f.Key())
	for i, topic := range []string{"com.example.a", "com.example.b"} {
		a, err := apnspush.New(k, topic, &apnspush.Options{BaseURL: f.URL(), HTTPClient: f.Client()})
		if err != nil {
			t.Fatal(err)
		}
		allSent(t, f, a.Send(t.Context(), order(), tokens(100*i, 5)))
	}
	if n := f.Tokens(); n != 1 {
		t.Errorf("%d provider tokens", n)
	}
}

// The refusal of the credential ends a batch: the rest is not asked.
func TestBrake(t *testing.T) {
	f, a := fake(t, apnspush.Options{Workers: 2}, pushtest.APNsOptions{})
	f.FailCode("InvalidProviderToken")
	results := a.Send(t.Context(), order(), tokens(0, 200))
	for _, r := range results {
		if r.Err == nil || r.Err.Code != waybill.Unauthenticated || r.Dead {
			t.Fatalf("got %v", r.Err)
		}
	}
	if n := f.Sends(); n > 5 {
		t.Errorf("%d requests after a refusal of the key", n)
	}
}

// Each environment has its host; tokens go to their own, and one host's token is
// not taken for another's.
func TestEnvironments(t *testing.T) {
	own := pushtest.NewAPNsKey()
	production := pushtest.NewAPNs(&pushtest.APNsOptions{Keys: []*pushtest.APNsKey{own}})
	sandbox := pushtest.NewAPNs(&pushtest.APNsOptions{Keys: []*pushtest.APNsKey{own}, Sandbox: true})
	t.Cleanup(production.Close)
	t.Cleanup(sandbox.Close)
	client := trustBoth(t, production, sandbox)
	o := &apnspush.Options{BaseURL: production.URL(), SandboxURL: sandbox.URL(), HTTPClient: client}
	a, err := apnspush.New(key(t, own), pushtest.APNsTopic, o)
	if err != nil {
		t.Fatal(err)
	}
	results := a.Send(t.Context(), order(), []push.Token{
		{Vendor: push.APNs, Value: pushtest.APNsToken(1)},
		{Vendor: push.APNs, Env: push.Production, Value: strings.ToUpper(pushtest.APNsToken(2))},
		{Vendor: push.APNs, Env: push.Sandbox, Value: pushtest.APNsSandboxToken(3)},
		{Vendor: push.APNs, Value: pushtest.APNsSandboxToken(4)},
		{Vendor: push.APNs, Env: push.Sandbox, Value: pushtest.APNsToken(5)},
	})
	for i, want := range []string{"", "", "", "BadDeviceToken", "BadDeviceToken"} {
		if e := results[i].Err; want == "" && e != nil || want != "" && (e == nil || e.VendorCode != want) {
			t.Errorf("token %d: %v", i, e)
		}
	}
	if production.Accepted(pushtest.APNsToken(2)) != 1 || sandbox.Accepted(pushtest.APNsSandboxToken(3)) != 1 {
		t.Error("a token went to the wrong host")
	}
	o.Env = push.Sandbox
	if a, err = apnspush.New(key(t, own), pushtest.APNsTopic, o); err != nil {
		t.Fatal(err)
	}
	if a.Accepts(token(1)) || !a.Accepts(push.Token{Vendor: push.APNs, Env: push.Sandbox, Value: "aa"}) {
		t.Error("an adapter for the sandbox takes others")
	}
}

// trustBoth is a client for two fakes.
func trustBoth(t *testing.T, fakes ...*pushtest.APNs) *http.Client {
	t.Helper()
	transport := fakes[0].Client().Transport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
	for _, f := range fakes {
		c, err := tls.Dial("tcp", strings.TrimPrefix(f.URL(), "https://"), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		if err != nil {
			t.Fatal(err)
		}
		transport.TLSClientConfig.RootCAs.AddCert(c.ConnectionState().PeerCertificates[0])
		_ = c.Close()
	}
	return &http.Client{Transport: transport}
}

// The id comes from the caller's key, and is the vendor's own without one.
func TestIDs(t *testing.T) {
	f, a := fake(t, apnspush.Options{}, pushtest.APNsOptions{})
	n := order()
	first := a.Send(t.Context(), n, tokens(1, 2))
	again := a.Send(t.Context(), n, tokens(1, 2))
	if first[0].ID != again[0].ID || first[0].ID == first[1].ID {
		t.Errorf("ids %s, %s, %s", first[0].ID, again[0].ID, first[1].ID)
	}
	n.Key = ""
	none := a.Send(t.Context(), n, tokens(1, 1))[0]
	m, _ := f.Notification(token(1).Value)
	if m.Header.Get("Apns-Id") != "" || none.ID == "" || none.ID == first[0].ID {
		t.Errorf("without a key: sent %q, got %q", m.Header.Get("Apns-Id"), none.ID)
	}
}

func TestDeadSince(t *testing.T) {
	f, a := fake(t, apnspush.Options{}, pushtest.APNsOptions{})
	at := time.UnixMilli(1_700_000_000_123)
	f.KillAt(at, token(1).Value)
	f.Bind("com.example.other", token(2).Value)
	r := a.Send(t.Context(), order(), tokens(0, 3))
	if r[0].Err != nil || r[0].Dead {
		t.Errorf("the living one: %v", r[0].Err)
	}
	if !r[1].Dead || !r[1].Since.Equal(at) {
		t.Errorf("dead %t since %v", r[1].Dead, r[1].Since)
	}
	if !r[2].Dead || !r[2].Since.IsZero() || r[2].Err.VendorCode != "DeviceTokenNotForTopic" {
		t.Errorf("dead %t since %v: %v", r[2].Dead, r[2].Since, r[2].Err)
	}
}

func TestTokensThatAreNone(t *testing.T) {
	f, a := fake(t, apnspush.Options{}, pushtest.APNsOptions{})
	for _, v := range []string{"zz", "abc", "../../x", "a?b=c0", "a%2fb0"} {
		r := a.Send(t.Context(), order(), []push.Token{{Vendor: push.APNs, Value: v}})[0]
		if r.Err == nil || r.Err.Code != waybill.InvalidArgument || r.Err.Scope != waybill.ScopeRecipient {
			t.Errorf("%s: got %v", v, r.Err)
		}
	}
	if f.Sends() != 0 {
		t.Error("something was sent")
	}
}

// Credentials that rotate get a connection of their own, as a second key on one
// is refused.
func TestCredentials(t *testing.T) {
	one, two := pushtest.NewAPNsKey(), pushtest.NewAPNsKey()
	f := pushtest.NewAPNs(&pushtest.APNsOptions{Keys: []*pushtest.APNsKey{one, two}})
	t.Cleanup(f.Close)
	k1, k2 := key(t, one), key(t, two)
	present, failure := k1, error(nil)
	a, err := apnspush.New(nil, pushtest.APNsTopic, &apnspush.Options{
		BaseURL: f.URL(), HTTPClient: f.Client(), Credentials: func(context.Context) (*apnspush.Key, error) { return present, failure },
	})
	if err != nil {
		t.Fatal(err)
	}
	allSent(t, f, a.Send(t.Context(), order(), tokens(0, 5)))
	allSent(t, f, a.Send(t.Context(), order(), tokens(10, 5)))
	present = key(t, one) // read again: the same key, and the same token
	allSent(t, f, a.Send(t.Context(), order(), tokens(15, 3)))
	if f.Conns() != 1 || f.Tokens() != 1 {
		t.Errorf("%d connections, %d provider tokens", f.Conns(), f.Tokens())
	}
	present = k2
	allSent(t, f, a.Send(t.Context(), order(), tokens(20, 5)))
	if f.Conns() != 2 || f.Tokens() != 2 {
		t.Errorf("%d connections, %d provider tokens", f.Conns(), f.Tokens())
	}
	sends := f.Sends()
	present = nil
	if e := sendOne(t, a).Err; e == nil || e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent {
		t.Errorf("got %v", e)
	}
	failure = errors.New("vault: token s3cr3t-token is sealed")
	if e := sendOne(t, a).Err; e == nil || e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent || strings.Contains(fmt.Sprintf("%+v %#v", e, e), "s3cr3t") {
		t.Errorf("got %v", e)
	}
	failure = &waybill.Error{Code: waybill.Unavailable, RetryAfter: time.Minute}
	if e := sendOne(t, a).Err; e == nil || e.Code != waybill.Unavailable || e.RetryAfter != time.Minute || e.Delivery != waybill.NotSent {
		t.Errorf("got %v", e)
	}
	if f.Sends() != sends {
		t.Error("something was sent without a key")
	}
}

// clientCertificate makes a certificate with a bundle id as Apple writes it.
func clientCertificate(t testing.TB, bundle string) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	if bundle != "" {
		template.Subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}, Value: bundle}}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}

func TestCertificate(t *testing.T) {
	f := pushtest.NewAPNs(nil)
	t.Cleanup(f.Close)
	cert, secret := clientCertificate(t, pushtest.APNsTopic)
	c, err := apnspush.ParseCertificate(append(cert, secret...), append(cert, secret...)) // one file with both
	if err != nil {
		t.Fatal(err)
	}
	a, err := apnspush.New(nil, "", &apnspush.Options{BaseURL: f.URL(), HTTPClient: f.Client(), Certificate: c})
	if err != nil {
		t.Fatal(err)
	}
	if a.Topic() != pushtest.APNsTopic {
		t.Errorf("topic %q", a.Topic())
	}
	if e := sendOne(t, a).Err; e == nil || e.Code != waybill.Unauthenticated || e.VendorCode != "BadCertificate" {
		t.Errorf("got %v", e)
	}
	f.Trust(c.Certificate[0])
	allSent(t, f, a.Send(t.Context(), order(), tokens(10, 5)))
	m, _ := f.Notification(token(10).Value)
	if m.Header.Get("Authorization") != "" {
		t.Error("a provider token beside a certificate")
	}
	n := &push.Notification{Kind: push.KindStatus, Display: push.DataOnly, Data: map[string]string{"a": "b"}, Overrides: []push.Override{apnspush.Override{Type: apnspush.TypeLocation}}}
	if e := a.Send(t.Context(), n, tokens(1, 1))[0].Err; e == nil || e.Code != waybill.Unsupported {
		t.Errorf("got %v", e)
	}
	if n := f.Conns(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestParseCertificateRefuses(t *testing.T) {
	cert, secret := clientCertificate(t, "")
	_, other := clientCertificate(t, "")
	for name, c := range map[string][2][]byte{"nothing": {nil, nil}, "no key": {cert, nil}, "no certificate": {secret, secret}, "another's key": {cert, other}, "garbage": {[]byte("x"), []byte("y")}} {
		if _, err := apnspush.ParseCertificate(c[0], c[1]); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	k := key(t, pushtest.NewAPNsKey())
	cert, secret := clientCertificate(t, "")
	c, err := apnspush.ParseCertificate(cert, secret)
	if err != nil {
		t.Fatal(err)
	}
	row := apnspush.Class{Level: apnspush.Active}
	classes := func(change func(map[push.Kind]apnspush.Class)) *apnspush.Options {
		m := map[push.Kind]apnspush.Class{push.KindOrder: row, push.KindStatus: row, push.KindCoupon: row, push.KindMarketing: row}
		change(m)
		return &apnspush.Options{Classes: m}
	}
	for name, x := range map[string]struct {
		key   *apnspush.Key
		topic string
		o     *apnspush.Options
	}{
		"no credential":       {nil, "com.example.a", nil},
		"two credentials":     {k, "com.example.a", &apnspush.Options{Certificate: c}},
		"no topic":            {k, "", nil},
		"odd topic":           {k, "com.example.a\r\nX: y", nil},
		"no topic anywhere":   {nil, "", &apnspush.Options{Certificate: c}},
		"empty certificate":   {nil, "com.example.a", &apnspush.Options{Certificate: &tls.Certificate{}}},
		"broken certificate":  {nil, "com.example.a", &apnspush.Options{Certificate: &tls.Certificate{Certificate: [][]byte{{1}}}}},
		"keyless certificate": {nil, "com.example.a", &apnspush.Options{Certificate: &tls.Certificate{Certificate: c.Certificate}}},
		"wrapped transport":   {nil, "com.example.a", &apnspush.Options{Certificate: c, HTTPClient: &http.Client{Transport: wrapped{}}}},
		"workers":             {k, "com.example.a", &apnspush.Options{Workers: -1}},
		"too many workers":    {k, "com.example.a", &apnspush.Options{Workers: 5000}},
		"environment":         {k, "com.example.a", &apnspush.Options{Env: "staging"}},
		"base URL":            {k, "com.example.a", &apnspush.Options{BaseURL: "api.push.apple.com"}},
		"sandbox URL":         {k, "com.example.a", &apnspush.Options{SandboxURL: "ftp://x"}},
		"sandbox without URL": {k, "com.example.a", &apnspush.Options{Env: push.Sandbox, BaseURL: "https://x.example"}},
		"negative reply":      {k, "com.example.a", &apnspush.Options{MaxReply: -1}},
		"a kind is missing":   {k, "com.example.a", classes(func(m map[push.Kind]apnspush.Class) { delete(m, push.KindStatus) })},
		"an unknown kind":     {k, "com.example.a", classes(func(m map[push.Kind]apnspush.Class) { m[9] = row })},
		"no level":            {k, "com.example.a", classes(func(m map[push.Kind]apnspush.Class) { m[push.KindOrder] = apnspush.Class{} })},
		"unknown level":       {k, "com.example.a", classes(func(m map[push.Kind]apnspush.Class) { m[push.KindOrder] = apnspush.Class{Level: "loud"} })},
		"critical by kind":    {k, "com.example.a", classes(func(m map[push.Kind]apnspush.Class) { m[push.KindOrder] = apnspush.Class{Level: apnspush.Critical} })},
		"relevance": {k, "com.example.a", classes(func(m map[push.Kind]apnspush.Class) {
			m[push.KindOrder] = apnspush.Class{Level: apnspush.Active, Relevance: 2}
		})},
	} {
		t.Run(name, func(t *testing.T) {
			if a, err := apnspush.New(x.key, x.topic, x.o); a != nil || !errors.Is(err, waybill.ErrInvalidArgument) {
				t.Errorf("got %v, %v", a != nil, err)
			}
		})
	}
}

// An adapter with the vendor's own hosts takes both environments.
func TestDefaults(t *testing.T) {
	a, err := apnspush.New(key(t, pushtest.NewAPNsKey()), "com.example.a", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		t    push.Token
		want bool
	}{
		{push.Token{Vendor: push.APNs}, true}, {push.Token{Vendor: push.APNs, Env: push.Sandbox}, true}, {push.Token{Vendor: push.APNs, Env: push.Production}, true},
		{push.Token{Vendor: push.APNs, App: "com.example.a"}, true}, {push.Token{Vendor: push.APNs, App: "com.example.b"}, false},
		{push.Token{Vendor: push.FCM}, false}, {push.Token{Vendor: push.APNs, Env: "staging"}, false},
	} {
		if a.Accepts(c.t) != c.want {
			t.Errorf("%+v: not %t", c.t, c.want)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", a, a, a); s != "apnspush apnspush apnspush" {
		t.Errorf("prints %s", s)
	}
	if a.Account() == nil || a.Name() != "apnspush" {
		t.Error("no account or name")
	}
}

// A panic in the caller's own transport is that token's error.
func TestPanicInATransport(t *testing.T) {
	a, err := apnspush.New(key(t, pushtest.NewAPNsKey()), "com.example.a", &apnspush.Options{HTTPClient: &http.Client{Transport: bomb{}}})
	if err != nil {
		t.Fatal(err)
	}
	if e := sendOne(t, a).Err; e == nil || e.Code != waybill.Internal || e.Delivery != waybill.Ambiguous {
		t.Errorf("got %v", e)
	}
}

type bomb struct{}

func (bomb) RoundTrip(*http.Request) (*http.Response, error) { panic("boom") }
