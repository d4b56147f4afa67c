package geotest

import (
	"net/http"
	"slices"

	"github.com/waybill-go/waybill/internal/suitetest"
)

// sentinel is a plain word that only a leak can bring into an error.
const sentinel = "Marmaladeberry"

// echoing makes a bench whose server repeats requests when told to.
func (h *suite) echoing(t tester, c call) (bench, *suitetest.Echo) {
	t.Helper()
	echo := &suitetest.Echo{Words: slices.Concat(h.Secrets, c.private)}
	b := h.benchWith(t, func(hc *http.Client) *http.Client {
		own := *hc
		if echo.Base = hc.Transport; echo.Base == nil {
			echo.Base = http.DefaultTransport
		}
		own.Transport = echo
		return &own
	})
	return b, echo
}

// refusedWithEcho wants no part of a request in the error of a refusal that
// repeats it, under any status, as text and as JSON.
func (h *suite) refusedWithEcho(t tester, v verb, part int) {
	c := v.marked
	b, echo := h.echoing(t, c)
	for _, status := range suitetest.EchoStatuses {
		for _, asJSON := range []bool{false, true} {
			echo.Refuse(status, part, asJSON)
			err := h.do(t, t.Context(), b, c)
			if err == nil {
				t.Errorf("the vendor answered with status %d and the adapter reported success", status)
			}
			h.checkError(t, b, v, c, err)
			if t.Failed() {
				t.Fatalf("the vendor had refused with status %d and repeated the request's %s: see wire's Request.Private and Config.Secrets", status, suitetest.EchoParts[part])
			}
		}
	}
}

// codeWithEcho wants the same of the vendor's own refusals, whose every text is
// made to repeat the request.
func (h *suite) codeWithEcho(t tester, v verb, code CodeCase) {
	c := v.marked
	b, echo := h.echoing(t, c)
	b.s.FailCode(code.Code)
	for part, name := range suitetest.EchoParts {
		for _, texts := range suitetest.Repeats(code.Code) {
			echo.Repeat(part, texts)
			if err := h.do(t, t.Context(), b, c); err != nil {
				h.checkError(t, b, v, c, err)
			}
			if t.Failed() {
				t.Fatalf("the vendor had refused with code %s and repeated the request's %s: see wire's Request.Private and Config.Secrets", code.Code, name)
			}
		}
	}
}
