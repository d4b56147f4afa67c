package mailtest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// httpGroups are the groups for a service with an API over HTTP.
func (h *Harness) httpGroups() []group {
	return []group{
		{"provider", h.httpProvider}, {"context", h.httpContext}, {"good", h.good}, {"sources", h.badSources}, {"invalid", h.invalid},
		{"concurrent", h.concurrent}, {"codes", h.httpCodes}, {"privacy", h.httpPrivacy}, {"replay", h.httpReplay}, {"faults", h.httpFaults}, {"odd", h.httpOdd},
	}
}

func (h *Harness) httpProvider(sub suitetest.Sub) {
	h.provider(sub)
	sub("bad urls", func(t suitetest.T) {
		suitetest.BaseURLs(t, func(baseURL string, hc *http.Client) (waybill.Provider, error) { return h.HTTP.New(baseURL, hc) })
	})
}

// httpWorks wants a mail accepted once.
func (h *Harness) httpWorks(t suitetest.T, r Relay, s *service) {
	t.Helper()
	m := message("next").Stamp()
	if _, err := r.Send(t.Context(), m); err != nil {
		t.Errorf("the next mail: %v", err)
	}
	accepted(t, s, m.MessageID, 1)
}

func (h *Harness) httpContext(sub suitetest.Sub) {
	hanging := func(t suitetest.T, ctx context.Context, end func()) (*service, error) {
		r, s := h.overHTTP(t, nil)
		s.Fail(fakehttp.HangAfterRead())
		m := message("cancel").Stamp()
		if end != nil {
			go suitetest.When(t.Context(), func() bool { return s.Connections() > 0 }, end)
		}
		_, err := r.Send(ctx, m)
		h.failed(t, r, err, m.Key)
		outcome(t, err, s.Accepted(m.MessageID))
		return s, err
	}
	sub("canceled during", func(t suitetest.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := hanging(t, ctx, cancel)
		suitetest.Ended(t, err, context.Canceled, waybill.Canceled)
	})
	sub("deadline", func(t suitetest.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := hanging(t, ctx, nil)
		suitetest.Ended(t, err, context.DeadlineExceeded, waybill.DeadlineExceeded)
	})
	sub("attempt timeout", func(t suitetest.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, waybill.ErrAttemptTimeout)
		defer cancel()
		_, err := hanging(t, ctx, nil)
		suitetest.AttemptEnded(t, err)
	})
}

func (h *Harness) httpCodes(sub suitetest.Sub) {
	for _, c := range h.HTTP.Codes {
		sub(c.Code, func(t suitetest.T) {
			r, s := h.overHTTP(t, nil)
			h.failCode(t, s, c.Code)
			m := message("codes")
			_, err := r.Send(t.Context(), m)
			e := h.failed(t, r, err, m.Key)
			suitetest.Class{Code: c.Want, Scope: c.Scope, Delivery: c.Delivery, RetryAfter: c.RetryAfter}.Check(t, e)
			s.Heal()
			h.httpWorks(t, r, s)
		})
	}
}

// httpPrivacy wants nothing of a mail in the error of a refusal that repeats it.
func (h *Harness) httpPrivacy(sub suitetest.Sub) {
	echoing := func(t suitetest.T) (Relay, *service, *suitetest.Echo) {
		echo := &suitetest.Echo{Words: slices.Concat(h.Secrets, []string{senderAddress, goodRecipient, privateTitle, privateText})}
		r, s := h.overHTTP(t, func(base http.RoundTripper) http.RoundTripper { echo.Base = base; return echo })
		return r, s, echo
	}
	for part, name := range suitetest.EchoParts {
		sub("echoed "+name, func(t suitetest.T) {
			r, _, echo := echoing(t)
			for _, status := range suitetest.EchoStatuses {
				for _, asJSON := range []bool{false, true} {
					echo.Refuse(status, part, asJSON)
					m := message("echo")
					_, err := r.Send(t.Context(), m)
					if h.failed(t, r, err, m.Key); t.Failed() {
						t.Fatalf("the service had refused with status %d and repeated the request's %s: see wire's Request.Private and Config.Secrets", status, name)
					}
				}
			}
		})
	}
	for _, c := range h.HTTP.Codes {
		sub("code "+c.Code, func(t suitetest.T) {
			r, s, echo := echoing(t)
			h.failCode(t, s, c.Code)
			for part, name := range suitetest.EchoParts {
				for _, texts := range suitetest.Repeats(c.Code) {
					echo.Repeat(part, texts)
					m := message("echo")
					_, err := r.Send(t.Context(), m)
					if h.failed(t, r, err, m.Key); t.Failed() {
						t.Fatalf("the service had refused with code %s and repeated the request's %s: see wire's Request.Private and Config.Secrets", c.Code, name)
					}
				}
			}
		})
	}
}

// httpReplay wants a send that no transport can repeat by itself.
func (h *Harness) httpReplay(sub suitetest.Sub) {
	sub("by the transport", func(t suitetest.T) {
		m := message("replay").Stamp()
		var s *service
		watch := &suitetest.Watch{Sends: func() bool { return s.Accepted(m.MessageID) > 0 }}
		r, own := h.overHTTP(t, func(base http.RoundTripper) http.RoundTripper { watch.Base = base; return watch })
		s = own
		if _, err := r.Send(t.Context(), m); err != nil {
			t.Fatalf("a good mail through a RoundTripper that is no *http.Transport: %v", err)
		}
		switch n, why := watch.Result(); {
		case n != 1:
			t.Errorf("the send took %d requests from the moment it was accepted, want 1", n)
		case why != "":
			t.Errorf("net/http may send the request of a send again, because %s: set wire's Request.Send", why)
		}
	})
}

func (h *Harness) httpFaults(sub suitetest.Sub) {
	for _, f := range fakehttp.AllFaults() {
		sub(f.String(), func(t suitetest.T) { h.httpFault(t, f, expectation(f)) })
	}
}

func (h *Harness) httpOdd(sub suitetest.Sub) {
	for _, f := range fakehttp.OddBodies("application/json") {
		sub(f.String(), func(t suitetest.T) { h.httpFault(t, f, suitetest.OddReply()) })
	}
}

// httpFault wants a broken exchange to become the error that it is, and the
// report to agree with what the service counted.
func (h *Harness) httpFault(t suitetest.T, f fakehttp.Fault, want suitetest.Expect) {
	r, s := h.overHTTP(t, nil)
	s.Fail(f)
	m := message("fault").Stamp()
	ctx, end := want.UntilSeen(t.Context(), func() bool { return s.Connections() > 0 })
	defer end()
	res, err := r.Send(ctx, m)
	outcome(t, err, s.Accepted(m.MessageID))
	if err == nil {
		t.Fatalf("the service failed with %s and the adapter reported success", f)
	}
	want.Check(t, h.failed(t, r, err, m.Key))
	if res.MessageID != m.MessageID || len(res.Recipients) != 1 {
		t.Errorf("the receipt that comes with the error has the id %q and %d recipients, want the mail's", res.MessageID, len(res.Recipients))
	}
	s.Heal()
	if !f.Unreached() { // a healed port may still be refusing for a moment
		h.httpWorks(t, r, s)
	}
}
