package fcmpush_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// changed is the fake's key with some members changed; an empty value removes
// one.
func changed(t *testing.T, key []byte, pairs ...string) []byte {
	t.Helper()
	var m map[string]string
	if err := json.Unmarshal(key, &m); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if m[pairs[i]] = pairs[i+1]; pairs[i+1] == "" {
			delete(m, pairs[i])
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	good := pushtest.NewServiceAccount("demo").JSON("https://oauth2.example/token")
	for name, c := range map[string]struct {
		key []byte
		o   fcmpush.Options
	}{
		"no key":                {nil, fcmpush.Options{}},
		"no JSON":               {[]byte("secret"), fcmpush.Options{}},
		"user's credentials":    {changed(t, good, "type", "authorized_user"), fcmpush.Options{}},
		"no email":              {changed(t, good, "client_email", ""), fcmpush.Options{}},
		"no private key":        {changed(t, good, "private_key", ""), fcmpush.Options{}},
		"no PEM":                {changed(t, good, "private_key", "abc"), fcmpush.Options{}},
		"no key in the PEM":     {changed(t, good, "private_key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), fcmpush.Options{}},
		"no project":            {changed(t, good, "project_id", ""), fcmpush.Options{}},
		"odd project":           {good, fcmpush.Options{ProjectID: "a/b"}},
		"odd token_uri":         {changed(t, good, "token_uri", "ftp://x"), fcmpush.Options{}},
		"user in token_uri":     {changed(t, good, "token_uri", "https://u:p@x/y"), fcmpush.Options{}},
		"relative base":         {good, fcmpush.Options{BaseURL: "/v1"}},
		"base with a query":     {good, fcmpush.Options{BaseURL: "https://x/?a=b"}},
		"negative workers":      {good, fcmpush.Options{Workers: -1}},
		"too many workers":      {good, fcmpush.Options{Workers: 5000}},
		"negative reply":        {good, fcmpush.Options{MaxReply: -1}},
		"missing class":         {good, fcmpush.Options{Classes: map[push.Kind]fcmpush.Class{push.KindOrder: {Channel: "o"}}}},
		"source and no project": {nil, fcmpush.Options{TokenSource: static}},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := fcmpush.New(c.key, &c.o)
			if a != nil || waybill.CodeOf(err) != waybill.InvalidArgument {
				t.Errorf("got %v, %v", a, err)
			}
			if err != nil && (strings.Contains(err.Error(), "BEGIN") || strings.Contains(err.Error(), "secret")) {
				t.Error("the key shows")
			}
		})
	}
	for name, o := range map[string]*fcmpush.Options{
		"defaults":       nil,
		"all classes":    {Classes: map[push.Kind]fcmpush.Class{1: {Channel: "a"}, 2: {Channel: "b"}, 3: {Channel: "c"}, 4: {Channel: "d"}}},
		"domain project": {ProjectID: "example.com:demo-1"},
	} {
		if _, err := fcmpush.New(good, o); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever happens to the token exchange, no push has left.
func TestTokenExchangeFaults(t *testing.T) {
	jsonType := http.Header{"Content-Type": {"application/json"}}
	faults := map[string]fakehttp.Fault{
		"no token":       fakehttp.Status(200, jsonType, `{}`),
		"no life":        fakehttp.Status(200, jsonType, `{"access_token":"x","token_type":"Bearer"}`),
		"dead already":   fakehttp.Status(200, jsonType, `{"access_token":"x","expires_in":-1}`),
		"other type":     fakehttp.Status(200, jsonType, `{"access_token":"x","expires_in":60,"token_type":"MAC"}`),
		"line break":     fakehttp.Status(200, jsonType, `{"access_token":"x\r\ny","expires_in":60}`),
		"invalid_client": fakehttp.Status(401, jsonType, `{"error":"invalid_client"}`),
		"bad request":    fakehttp.Status(400, jsonType, `{"error":7}`),
		"internal":       fakehttp.Status(500, jsonType, `{"error":"internal_failure"}`),
	}
	for _, f := range fakehttp.AllFaults() {
		switch f.Kind {
		case fakehttp.RefuseKind, fakehttp.ResetOnAcceptKind, fakehttp.HangBeforeReadKind, fakehttp.HangAfterReadKind, fakehttp.SlowBodyKind:
			continue // those need no distinction, or no end
		}
		faults[f.String()] = f
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, a := fake(t, fcmpush.Options{})
			f.FailAuth(fault)
			for _, r := range a.Send(t.Context(), order(), []push.Token{token(1), token(2)}) {
				if r.Err == nil || r.Err.Delivery != waybill.NotSent || r.Dead {
					t.Errorf("got %v, %v", r.Err, waybill.DeliveryOf(r.Err))
				}
				switch waybill.CodeOf(r.Err) {
				case waybill.InvalidArgument, waybill.Unregistered, waybill.Canceled:
					t.Errorf("got %v", r.Err)
				}
			}
			if f.Sends() != 0 {
				t.Error("a push left")
			}
			f.Heal()
			if e := sendOne(t, a).Err; e != nil {
				t.Errorf("afterwards: %v", e)
			}
		})
	}
}

// A revoked access token costs one refused exchange each, and nothing else.
func TestRefreshAfter401(t *testing.T) {
	f, a := fake(t, fcmpush.Options{Workers: 8})
	tokens := make([]push.Token, 40)
	for i := range tokens {
		tokens[i] = token(i)
	}
	for round := 1; round <= 3; round++ {
		for i, r := range a.Send(t.Context(), order(), tokens) {
			if r.Err != nil {
				t.Fatalf("round %d: %v", round, r.Err)
			}
			if n := f.Accepted(tokens[i].Value); n != round {
				t.Fatalf("round %d: accepted %d times", round, n)
			}
		}
		if n := f.Issued(); n != round {
			t.Errorf("round %d: %d access tokens", round, n)
		}
		f.Revoke()
	}
}

func TestRotatingCredentials(t *testing.T) {
	f := pushtest.NewFCM(nil)
	t.Cleanup(f.Close)
	var calls atomic.Int64
	var key atomic.Value
	key.Store(bytes.Clone(f.Key()))
	a, err := fcmpush.New(nil, &fcmpush.Options{BaseURL: f.URL(), HTTPClient: f.Client(), ProjectID: f.Account().ProjectID,
		Credentials: func(context.Context) ([]byte, error) {
			if calls.Add(1); len(key.Load().([]byte)) == 0 {
				return nil, errors.New("the vault is closed")
			}
			return key.Load().([]byte), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if e := sendOne(t, a).Err; e != nil {
			t.Fatal(e)
		}
	}
	if calls.Load() != 1 {
		t.Errorf("asked %d times", calls.Load())
	}
	for bad, want := range map[string]string{
		"":            "could not be had",
		"not a key":   "not the JSON",
		"other's key": "Invalid JWT Signature",
	} {
		f.Revoke()
		switch bad {
		case "other's key":
			other := pushtest.NewServiceAccount(f.Account().ProjectID)
			other.Email, other.KeyID = f.Account().Email, f.Account().KeyID
			key.Store(other.JSON(f.URL() + "/token"))
		default:
			key.Store([]byte(bad))
		}
		e := sendOne(t, a).Err
		if e == nil || e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent || !strings.Contains(e.Error(), want) || strings.Contains(e.Error(), "vault") {
			t.Errorf("%q: got %v", bad, e)
		}
	}
	key.Store(bytes.Clone(f.Key()))
	if e := sendOne(t, a).Err; e != nil {
		t.Errorf("with the right key again: %v", e)
	}
}

// The endpoint is strict about each claim.
func TestAssertions(t *testing.T) {
	f := pushtest.NewFCM(nil)
	t.Cleanup(f.Close)
	for name, c := range map[string]struct {
		pairs []string
		want  string
	}{
		"other account":  {[]string{"client_email", "x@y.example"}, "account not found"},
		"other key id":   {[]string{"private_key_id", "0"}, "Invalid JWT Signature"},
		"other audience": {[]string{"token_uri", strings.Replace(f.URL(), "127.0.0.1", "localhost", 1) + "/token"}, "audience"},
	} {
		a, err := fcmpush.New(changed(t, f.Key(), c.pairs...), &fcmpush.Options{BaseURL: f.URL(), HTTPClient: f.Client()})
		if err != nil {
			t.Fatal(err)
		}
		if e := sendOne(t, a).Err; e == nil || e.VendorCode != "invalid_grant" || !strings.Contains(e.Error(), c.want) {
			t.Errorf("%s: got %v", name, e)
		}
	}
	a, err := fcmpush.New(f.Key(), &fcmpush.Options{BaseURL: f.URL(), HTTPClient: f.Client(), ProjectID: "another"})
	if err != nil {
		t.Fatal(err)
	}
	if e := sendOne(t, a).Err; e == nil || e.Code != waybill.PermissionDenied || e.VendorCode != "NOT_FOUND" {
		t.Errorf("another project: got %v", e)
	}
}
