package wire_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// passing returns a client, and a request as a vendor's library makes it.
func passing(t *testing.T, handler http.HandlerFunc) (*wire.Client, *http.Request) {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	c, err := wire.New(wire.Config{Provider: "vendor", HTTPClient: s.Client(), MaxReply: 1 << 10, Secrets: func() []string { return []string{"s3cret"} }})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/path?key=s3cret", nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, req
}

func TestPassSendsTheLibrarysRequest(t *testing.T) {
	var got *http.Request
	c, req := passing(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("short and stout"))
	})
	req.Header.Set("User-Agent", "library/1")
	req.Header.Set("Traceparent", "00-aa-bb-01")
	req.Header.Set("Accept-Encoding", "br")
	reply, err := c.Pass(req, &wire.Request{Op: "verb", Ref: "ref"})
	if err != nil || reply.Status != http.StatusTeapot || string(reply.Body) != "short and stout" || reply.RetryAfter == 0 {
		t.Fatalf("%v %v", reply, err)
	}
	if got.URL.Path != "/path" || got.URL.RawQuery != "key=s3cret" || got.UserAgent() != "library/1" {
		t.Errorf("sent %s %q", got.URL, got.UserAgent())
	}
	if got.Header.Get("Traceparent") != "" || got.Header.Get("Accept-Encoding") != "gzip" {
		t.Errorf("sent the headers %v", got.Header)
	}
	e := reply.Error(waybill.Unknown, waybill.ScopeUnknown, waybill.Ambiguous, "", "key s3cret")
	if e.Provider != "vendor" || e.Op != "verb" || e.Ref != "ref" || strings.Contains(e.Message, "s3cret") {
		t.Errorf("%+v", e)
	}
}

func TestPassWithoutHeaders(t *testing.T) {
	agent := ""
	c, req := passing(t, func(_ http.ResponseWriter, r *http.Request) { agent = r.UserAgent() })
	req.Header = nil
	if _, err := c.Pass(req, &wire.Request{Op: "verb"}); err != nil || agent != "waybill" {
		t.Errorf("%v, sent %q", err, agent)
	}
	if req.Header != nil {
		t.Error("the caller's request was changed")
	}
}

func TestPassRefusesWhatIsNoPlainRead(t *testing.T) {
	asked := 0
	c, plain := passing(t, func(http.ResponseWriter, *http.Request) { asked++ })
	body := plain.Clone(t.Context())
	body.Body = http.NoBody
	if _, err := c.Pass(body, &wire.Request{Op: "verb"}); err != nil || asked != 1 {
		t.Errorf("no body: %v", err)
	}
	withBody, err := http.NewRequestWithContext(t.Context(), http.MethodPost, plain.URL.String(), strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	user := plain.Clone(t.Context())
	user.URL.User = nil
	user.URL, _ = user.URL.Parse("http://u:p@127.0.0.1/")
	for name, v := range map[string]struct {
		req *http.Request
		r   wire.Request
	}{
		"a body": {withBody, wire.Request{Op: "verb", Ref: "ref"}},
		"a send": {plain, wire.Request{Op: "verb", Ref: "ref", Send: true}},
		"a user": {user, wire.Request{Op: "verb", Ref: "ref"}},
	} {
		_, err := c.Pass(v.req, &v.r)
		e := waybill.AsError(err)
		if e.Code != waybill.InvalidArgument || e.Delivery != waybill.NotSent || e.Provider != "vendor" || e.Op != "verb" || e.Ref != "ref" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestPassClassifiesAsDoDoes(t *testing.T) {
	c, req := passing(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2<<10)) })
	if _, err := c.Pass(req, &wire.Request{Op: "verb"}); waybill.AsError(err).VendorCode != wire.CodeTooLarge {
		t.Errorf("too large: %v", err)
	}

	c, req = passing(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if _, err := c.Pass(req, &wire.Request{Op: "verb"}); waybill.CodeOf(err) != waybill.Unavailable || waybill.DeliveryOf(err) != waybill.Ambiguous ||
		strings.Contains(err.Error(), "s3cret") {
		t.Errorf("reset: %v", err)
	}

	gone, cancel := context.WithCancel(t.Context())
	cancel()
	c, req = passing(t, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	if _, err := c.Pass(req.WithContext(gone), &wire.Request{Op: "verb"}); !errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("cancelled: %v", err)
	}

	req, _ = http.NewRequestWithContext(t.Context(), http.MethodGet, nobody+"/?key=s3cret", nil)
	if _, err := c.Pass(req, &wire.Request{Op: "verb"}); waybill.CodeOf(err) != waybill.Unavailable || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("refused: %v", err)
	}

	c, req = passing(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) })
	if reply, err := c.Pass(req, &wire.Request{Op: "verb"}); err != nil || reply.Status != http.StatusFound {
		t.Errorf("redirect: %v %v", reply, err)
	}
}
