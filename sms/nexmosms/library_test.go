package nexmosms

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// counted returns an adapter on a server that accepts and counts everything.
func counted(t *testing.T, o Options) (*Adapter, *atomic.Int32) {
	t.Helper()
	n := new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		n.Add(1)
		_, _ = io.WriteString(w, `{"message-count":"1","messages":[{"message-id":"A","status":"0"}]}`)
	}))
	t.Cleanup(s.Close)
	o.BaseURL, o.HTTPClient = s.URL, s.Client()
	a, err := New("abcd1234", "secret-1", &o)
	if err != nil {
		t.Fatal(err)
	}
	return a, n
}

func asked(t *testing.T, a *Adapter) *http.Request {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, a.opts.BaseURL+"/sms/json", strings.NewReader("api_key=abcd1234&text=x"))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// A library that asks again, follows a redirect or asks after the call gets
// nothing, and what came of the first request stays.
func TestOneRequestPerCall(t *testing.T) {
	a, n := counted(t, Options{})
	l := a.borrow("abcd1234", "secret-1")
	if _, err := l.RoundTrip(asked(t, a)); !errors.Is(err, errSecond) || n.Load() != 0 {
		t.Errorf("before a call: %v", err)
	}
	l.ctx, l.call = t.Context(), &call{request: wire.Request{Op: "send", Send: true}}
	redirected := asked(t, a)
	redirected.Response = new(http.Response)
	if _, err := l.RoundTrip(redirected); !errors.Is(err, errSecond) || n.Load() != 0 {
		t.Errorf("a redirect: %v", err)
	}
	empty := asked(t, a)
	empty.Body = nil
	if _, err := l.RoundTrip(empty); !errors.Is(err, errSecond) || n.Load() != 0 {
		t.Errorf("no form: %v", err)
	}
	resp, err := l.RoundTrip(asked(t, a))
	if err != nil || resp.StatusCode != http.StatusInternalServerError || n.Load() != 1 {
		t.Fatalf("%v %v, %d requests", resp, err, n.Load())
	}
	if body, _ := io.ReadAll(resp.Body); len(body) != 0 {
		t.Errorf("the library is shown %q", body)
	}
	first := l.reply
	if _, err := l.RoundTrip(asked(t, a)); !errors.Is(err, errSecond) || n.Load() != 1 || l.reply != first || first == nil {
		t.Errorf("again: %v, %d requests", err, n.Load())
	}
}

// Between calls a client keeps nothing of the last one, and its transport is
// shut.
func TestPooledClientsKeepNothing(t *testing.T) {
	a, n := counted(t, Options{})
	l := a.borrow("abcd1234", "secret-1")
	c := &call{m: sms.Message{To: "+447700900123", Text: "x", Key: "k"}, from: "Waybill", text: "x", request: wire.Request{Op: "send", Send: true}}
	reply, err := l.send(t.Context(), c)
	if err != nil || reply.Status != 200 || n.Load() != 1 {
		t.Fatalf("%v %v", reply, err)
	}
	if l.ctx != nil || l.call != nil || l.sent || l.reply != nil || l.err != nil || l.form.Len() != 0 || l.shown.Request != nil {
		t.Errorf("%+v", l)
	}
	if _, err := l.RoundTrip(asked(t, a)); !errors.Is(err, errSecond) || n.Load() != 1 {
		t.Errorf("after the call: %v", err)
	}
	// Another account's client is not used.
	a.libraries.Put(l)
	if other := a.borrow("abcd1234", "secret-2"); other == l || other.secret != "secret-2" {
		t.Error("the old secret would be sent")
	}
}

// What the library refuses by itself was not sent.
func TestLibrarySendsNothing(t *testing.T) {
	a, n := counted(t, Options{})
	c := &call{m: sms.Message{To: "+12345", Key: "k"}, from: "Waybill", text: "x"}
	_, err := a.borrow("abcd1234", "secret-1").send(t.Context(), c)
	e := waybill.AsError(err)
	if e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent || e.VendorCode != wire.CodeRefused || e.Provider != name || e.Op != "send" || e.Ref != "k" {
		t.Errorf("%+v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = a.borrow("abcd1234", "secret-1").send(ctx, c); !errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("%v", err)
	}
	if n.Load() != 0 {
		t.Errorf("%d requests", n.Load())
	}
}

// A form that cannot be read is our fault, and shows nothing of itself.
func TestUnreadableForm(t *testing.T) {
	a, n := counted(t, Options{NoReports: true})
	for name, body := range map[string]io.Reader{
		"escapes": strings.NewReader("text=%zz-secret"),
		"cut":     io.MultiReader(strings.NewReader("text=secret"), broken{}),
	} {
		l := a.borrow("abcd1234", "secret-1")
		l.ctx, l.call = t.Context(), &call{m: sms.Message{Key: "k"}}
		req := asked(t, a)
		req.Body = io.NopCloser(body)
		if _, err := l.RoundTrip(req); err != nil {
			t.Error(err)
		}
		e := waybill.AsError(l.err)
		if e.Code != waybill.InvalidArgument || e.Delivery != waybill.NotSent || e.Ref != "k" || strings.Contains(e.Error(), "secret") || n.Load() != 0 {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken: secret") }
