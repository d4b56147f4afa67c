package pushtest

import (
	"net/http"
	"slices"

	"github.com/waybill-go/waybill/internal/suitetest"
)

// between makes a bench whose adapter speaks through a RoundTripper of the
// suite's.
func (h *Harness) between(t tester, rt func(http.RoundTripper) http.RoundTripper) bench {
	t.Helper()
	return h.benchWith(t, func(hc *http.Client) *http.Client {
		base := hc.Transport
		if base == nil {
			base = http.DefaultTransport
		}
		own := *hc
		own.Transport = rt(base)
		return &own
	})
}

// echoing makes a bench whose server repeats requests when told to. A first
// notification has already fetched what credentials there are.
func (h *Harness) echoing(t tester) (bench, *suitetest.Echo) {
	t.Helper()
	echo := &suitetest.Echo{Words: append(slices.Concat(h.Secrets, privateWords), h.Token(1).Value)}
	b := h.between(t, func(base http.RoundTripper) http.RoundTripper { echo.Base = base; return echo })
	b.good(t, order(), h.tokens(1))
	return b, echo
}

// refusedWithEcho wants no part of a request in the error of a refusal that
// repeats it, under any status, as text and as JSON. send looks at the errors.
func (h *Harness) refusedWithEcho(t tester, part int) {
	b, echo := h.echoing(t)
	for _, status := range suitetest.EchoStatuses {
		for _, asJSON := range []bool{false, true} {
			echo.Refuse(status, part, asJSON)
			if b.send(t, t.Context(), order(), h.tokens(2)[1:])[0].Err == nil {
				t.Errorf("the vendor answered with status %d and the adapter reported success", status)
			}
			if t.Failed() {
				t.Fatalf("the vendor had refused with status %d and repeated the request's %s: see wire's Request.Private and Config.Secrets", status, suitetest.EchoParts[part])
			}
		}
	}
}

// codeWithEcho wants the same of the vendor's own refusals, whose every text is
// made to repeat the request.
func (h *Harness) codeWithEcho(t tester, c CodeCase) {
	b, echo := h.echoing(t)
	b.s.FailCode(c.Code)
	for part, name := range suitetest.EchoParts {
		for _, texts := range suitetest.Repeats(c.Code) {
			echo.Repeat(part, texts)
			b.send(t, t.Context(), order(), h.tokens(2)[1:])
			if t.Failed() {
				t.Fatalf("the vendor had refused with code %s and repeated the request's %s: see wire's Request.Private and Config.Secrets", c.Code, name)
			}
		}
	}
}

// replay wants a send that no transport can repeat by itself.
func (h *Harness) replay(t tester) {
	var b bench
	token := h.Token(0)
	watch := &suitetest.Watch{Sends: func() bool { return b.s != nil && b.s.Accepted(token.Value) > 0 }}
	b = h.between(t, func(base http.RoundTripper) http.RoundTripper { watch.Base = base; return watch })
	results := b.send(t, t.Context(), order(), h.tokens(1))
	if e := results[0].Err; e != nil {
		t.Fatalf("a good notification through a RoundTripper that is no *http.Transport: %v", e)
	}
	switch n, why := watch.Result(); {
	case n != 1:
		t.Errorf("the send took %d requests from the moment it was accepted, want 1", n)
	case why != "":
		t.Errorf("net/http may send the request of a send again, because %s: set wire's Request.Send", why)
	}
}
