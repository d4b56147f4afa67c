package nexmosms_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// The vendor's library, v0.14.0, has sixteen known faults. Each test here holds
// that one or some of them cannot bite.

// Fault 1: no context and no time-out; a silent server blocks for ever.
func TestLibraryHasNoContext(t *testing.T) {
	s := nexmo(t, nil)
	s.Fail(smstest.Faults()[2]) // hangs before it reads
	a := newAdapter(t, s, nexmosms.Options{})
	ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, waybill.ErrAttemptTimeout)
	defer cancel()
	_, err := a.Send(ctx, message())
	if waybill.CodeOf(err) != waybill.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	// Without any deadline wire's own bound holds; a client's time-out is one.
	hc := *s.Client()
	hc.Timeout = 50 * time.Millisecond
	b, err := nexmosms.New(smstest.NexmoKey, smstest.NexmoSecret, &nexmosms.Options{BaseURL: s.URL(), HTTPClient: &hc})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Send(context.Background(), message()); waybill.CodeOf(err) != waybill.DeadlineExceeded {
		t.Errorf("got %v", err)
	}
}

// Fault 2: it panics on replies without messages.
func TestLibraryPanicsOnReplies(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `{"messages":[]}`, `{"message-count":"0","messages":[]}`,
		`{"type":"https://developer.nexmo.com/api-errors","title":"t","detail":"d","instance":"i"}`} {
		if _, e := sendTo(t, replying(t, 200, "application/json", body)); e == nil || e.Code != waybill.DataLoss || e.Delivery != waybill.Ambiguous {
			t.Errorf("%s: %v", body, e)
		}
	}
}

// Faults 3, 4 and 5: a refusal is no error, only the first part is looked at,
// and the refusal's text and the price are lost.
func TestLibraryLooksAtOnePart(t *testing.T) {
	s := nexmo(t, nil)
	a := newAdapter(t, s, nexmosms.Options{})
	m := message()
	m.Text = strings.Repeat("a", 400)
	s.FailParts("0", "1", "0")
	res, err := a.Send(t.Context(), m)
	if waybill.DeliveryOf(err) != waybill.Sent || !errors.Is(err, waybill.ErrRateLimited) || !strings.Contains(err.Error(), "2 of 3 parts") {
		t.Errorf("got %v", err)
	}
	if len(res.Parts) != 2 || res.Parts[0].ID == res.Parts[1].ID || res.Price != "0.06660000" || s.Accepted("k-1") != 1 {
		t.Errorf("%+v", res)
	}
	s.FailParts("2", "0", "0")
	if res, err = a.Send(t.Context(), m); waybill.DeliveryOf(err) != waybill.Sent || len(res.Parts) != 2 {
		t.Errorf("%+v, %v", res, err)
	}
	s.FailParts("3", "3", "3")
	if _, err = a.Send(t.Context(), m); waybill.DeliveryOf(err) != waybill.NotSent || !strings.Contains(err.Error(), "Invalid value for param") {
		t.Errorf("got %v", err)
	}
}

// Fault 6: of an HTTP error only the status line's text is kept.
func TestLibraryLosesStatusAndHeaders(t *testing.T) {
	s := nexmo(t, nil)
	s.Fail(fault(t, "status_429"))
	_, e := sendTo(t, s)
	if e == nil || e.Code != waybill.RateLimited || e.VendorCode != "429" || e.RetryAfter != 7*time.Second || e.Delivery != waybill.NotSent {
		t.Errorf("%v, wait %v", e, waybill.RetryAfterOf(asError(e)))
	}
}

// Faults 7, 8 and 9: an accepted message in another content type, with numbers
// for strings, under 204 or cut short is called failed. The last two cannot be
// told, the others are successes; see also TestPartsDecide and TestHTTPStatuses.
func TestLibraryCallsAcceptedFailed(t *testing.T) {
	for _, name := range []string{"cut_body_processed", "reset_mid_reply_processed", "reset_before_reply_processed", "html_502_processed"} {
		s := nexmo(t, nil)
		s.Fail(fault(t, name))
		if _, e := sendTo(t, s); e == nil || e.Delivery != waybill.Ambiguous || s.Accepted("k-1") != 1 {
			t.Errorf("%s: %v, accepted %d", name, e, s.Accepted("k-1"))
		}
	}
}

// fault finds a fault by its name.
func fault(t *testing.T, name string) smstest.Fault {
	t.Helper()
	for _, f := range smstest.Faults() {
		if f.String() == name {
			return f
		}
	}
	t.Fatalf("no fault is called %s", name)
	return smstest.Fault{}
}

// Fault 10: redirects are followed, with the secret.
func TestLibraryFollowsRedirects(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		other := smstest.NewNexmo(nil)
		s := smstest.NewServer("redirect", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL()+r.URL.Path, status)
		}), nil)
		_, e := sendTo(t, s)
		if e == nil || e.Delivery != waybill.Ambiguous || e.Code != waybill.Unavailable {
			t.Errorf("%d: %v", status, e)
		}
		if n := other.Count(""); n != 0 {
			t.Errorf("%d: the other host saw %d requests", status, n)
		}
		s.Close()
		other.Close()
	}
}

// Faults 11 and 12: reports cannot be switched off, there is no ttl, entity-id,
// content-id and signature, and the type is not derived from the text.
func TestLibraryKnowsFewParameters(t *testing.T) {
	s := nexmo(t, nil)
	a := newAdapter(t, s, nexmosms.Options{NoReports: true, Callback: "https://example.test/reports?a=1", AccountRef: "branch-7"})
	m := message()
	m.To, m.From, m.TTL = "+919812345678", "WAYBIL", 90*time.Second+1500*time.Microsecond
	m.Gateway = sms.GatewayMessage{EntityID: "1101456789012345678", ContentID: "1107161234567890123"}
	if _, err := a.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := s.Messages()[0]
	if got.TTL != 90001 || !got.NoReport || got.EntityID != m.Gateway.EntityID || got.ContentID != m.Gateway.ContentID ||
		got.Callback != "https://example.test/reports?a=1" || got.AccountRef != "branch-7" || got.Ref != "k-1" || got.Type != "text" {
		t.Errorf("%+v", got)
	}
	m = message()
	m.TTL, m.Key = 30*24*time.Hour, ""
	m.Text = "订单已送达😀"
	if _, err := newAdapter(t, s, nexmosms.Options{}).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got = s.Messages()[1]; got.TTL != 604800000 || got.NoReport || got.EntityID+got.ContentID+got.Callback+got.AccountRef+got.Ref != "" || got.Type != "unicode" || got.Text != m.Text {
		t.Errorf("%+v", got)
	}
}

func TestTypeFollowsTheText(t *testing.T) {
	s := nexmo(t, nil)
	a := newAdapter(t, s, nexmosms.Options{})
	for i, x := range []struct{ text, kind string }{
		{"plain @£$¥ {€}", "text"}, {"Ω and Δ", "text"}, {"façade", "unicode"}, {"curly ’", "unicode"}, {"tab\t", "unicode"}, {"中", "unicode"},
	} {
		m := message()
		m.Text = x.text
		res, err := a.Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]sms.Encoding{"text": sms.GSM7, "unicode": sms.UCS2}[x.kind]
		if got := s.Messages()[i]; got.Type != x.kind || got.Text != x.text || res.Encoding != want || res.Estimate != 1 {
			t.Errorf("%q went as %s %q, %v", x.text, got.Type, got.Text, res.Encoding)
		}
	}
}

// Fault 13: the number goes out as it is, plus sign and all, and a key of
// another length is found only at the first send.
func TestLibraryChecksLengthsOnly(t *testing.T) {
	s := nexmo(t, nil)
	if _, err := newAdapter(t, s, nexmosms.Options{}).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages()[0].To; got != "447700900123" {
		t.Errorf("to %q", got)
	}
	// Fifteen digits, the most there are, have sixteen characters with the plus.
	m := message()
	m.To = "+491234567890123"
	if _, err := newAdapter(t, s, nexmosms.Options{}).Send(t.Context(), m); err != nil {
		t.Error(err)
	}
	for _, key := range []string{"", "short", "longer-than-8"} {
		if _, err := nexmosms.New(key, "secret", nil); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%v", err)
		}
	}
}

// Faults 14 and 16: one client is not fit for concurrent use without an HTTP
// client of its own, replies have no bound (see TestReplyBounds) and the user
// agent names another version. Run with -race.
func TestLibraryIsNotConcurrent(t *testing.T) {
	s := nexmo(t, nil)
	a, err := nexmosms.New(smstest.NexmoKey, smstest.NexmoSecret, &nexmosms.Options{BaseURL: s.URL() + "/", UserAgent: "orders/1"})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			if _, err := a.Send(t.Context(), message()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := s.Accepted("k-1"); n != 64 {
		t.Errorf("%d accepted", n)
	}
	for _, x := range s.Log() {
		if x.Header.Get("User-Agent") != "orders/1" || len(x.Header["Content-Length"]) > 1 {
			t.Fatalf("headers %v", x.Header)
		}
	}
}

// Fault 15: a token in the place of key and secret is a panic. New takes nothing
// but a key and a secret.
func TestLibraryPanicsOnTokens(t *testing.T) {
	if _, err := nexmosms.New("eyJhbGciOi.eyJpYXQiOj.c2lnbmF0dXJl", "", nil); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("got %v", err)
	}
}
