package pushbatch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

func TestCallback(t *testing.T) {
	const secret = "a-secret-of-the-callback"
	c := &Callback{Name: "housepush", App: "driver", Vendor: push.OPPO, Secrets: []string{secret}, Answer: "ok",
		Decode: func(body []byte) ([]push.Event, error) {
			if string(body) != "good" {
				return nil, ErrReceipt
			}
			return []push.Event{{ID: "1", Status: push.EventDelivered}}, nil
		}}
	var got []push.Event
	h, err := c.NewHandler(func(_ context.Context, e []push.Event) error { got = append(got, e...); return nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	post := func(secret, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "https://example.test/cb?"+push.CallbackParam+"="+secret, strings.NewReader(body)))
		return w
	}
	if w := post(secret, "\xef\xbb\xbfgood\n"); w.Code != http.StatusOK || w.Body.String() != "ok" {
		t.Errorf("status %d, %s", w.Code, w.Body)
	}
	if len(got) != 1 || got[0].Provider != "housepush" || got[0].Token.Vendor != push.OPPO || got[0].Token.App != "driver" {
		t.Errorf("got %v", got)
	}
	if w := post(secret, "bad"); w.Code != http.StatusBadRequest {
		t.Errorf("a body that is none: %d", w.Code)
	}
	if w := post("another-secret-of-it", "good"); w.Code != http.StatusUnauthorized {
		t.Errorf("another secret: %d", w.Code)
	}
	for _, secrets := range [][]string{nil, {"short"}, {secret, ""}} {
		if _, err := (&Callback{Name: "housepush", Secrets: secrets}).NewHandler(nil, nil); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("secrets %v: %v", len(secrets), err)
		}
	}
}

func TestClientCredentials(t *testing.T) {
	var status int
	var body string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("grant_type") != "client_credentials" || r.FormValue("client_id") != "id" || r.FormValue("client_secret") != "hidden-secret" {
			t.Errorf("got %v", r.Form)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	defer s.Close()
	w, err := wire.New(wire.Config{Provider: "housepush", HTTPClient: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status int
		body   string
		token  string
		life   time.Duration
		code   waybill.Code
	}{
		{200, `{"access_token":"a\/b+","expires_in":3600}`, "a/b+", time.Hour, 0},
		{200, `{"access_token":"a","expires_in":"60"}`, "a", time.Minute, 0},
		{200, `{"access_token":"a"}`, "a", 0, 0},
		{200, `{"access_token":"a","expires_in":-1}`, "a", 0, 0},
		{200, `{"access_token":"a","expires_in":1e300}`, "a", 24 * time.Hour, 0},
		{200, `{"access_token":"a b"}`, "", 0, waybill.DataLoss},
		{200, `{"error":1101}`, "", 0, waybill.DataLoss},
		{200, `<html>`, "", 0, waybill.DataLoss},
		{400, `{"error":1101,"error_description":"hidden-secret"}`, "", 0, waybill.Unauthenticated},
		{401, `{"error":"invalid_client"}`, "", 0, waybill.Unauthenticated},
		{503, `busy`, "", 0, waybill.Unavailable},
	} {
		status, body = c.status, c.body
		token, life, e := ClientCredentials(t.Context(), w, s.URL, "id", "hidden-secret")
		if token != c.token || life != c.life || (e == nil) != (c.token != "") || e != nil && (e.Code != c.code || e.Delivery != waybill.NotSent || strings.Contains(e.Error(), "hidden")) {
			t.Errorf("%d %s: %q, %v, %v", c.status, c.body, token, life, e)
		}
	}
	s.Close()
	if _, _, e := ClientCredentials(t.Context(), w, s.URL, "id", "hidden-secret"); e == nil || e.Delivery != waybill.NotSent {
		t.Errorf("no server: %v", e)
	}
}

func TestRefusedKey(t *testing.T) {
	if e := RefusedKey(t.Context(), errors.New("vault says hidden")); e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent || strings.Contains(fmt.Sprintf("%+v", e), "hidden") {
		t.Errorf("got %v", e)
	}
	busy := &waybill.Error{Code: waybill.Unavailable, RetryAfter: time.Second, Message: "hidden"}
	if e := RefusedKey(t.Context(), busy); e.Code != waybill.Unavailable || e.RetryAfter != time.Second || e.Delivery != waybill.NotSent || strings.Contains(e.Error(), "hidden") {
		t.Errorf("got %v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if e := RefusedKey(ctx, errors.New("x")); e.Code != waybill.Canceled {
		t.Errorf("got %v", e)
	}
}

func FuzzClientCredentials(f *testing.F) {
	f.Add(`{"access_token":"a","expires_in":3600}`)
	f.Add(`{"access_token":7,"expires_in":"x"}`)
	var body string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
	f.Cleanup(s.Close)
	w, err := wire.New(wire.Config{Provider: "housepush", HTTPClient: s.Client()})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		body = text
		token, life, e := ClientCredentials(t.Context(), w, s.URL, "id", "secret")
		if (token == "") != (e != nil) || strings.ContainsAny(token, " \r\n") || life < 0 || life > 24*time.Hour || e != nil && e.Delivery != waybill.NotSent {
			t.Errorf("%q, %v, %v", token, life, e)
		}
	})
}
