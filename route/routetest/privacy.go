package routetest

import (
	"net/http"
	"slices"

	"github.com/waybill-go/waybill/internal/suitetest"
)

// privacyChecks are refusals that repeat the request, under any status and in
// the vendor's own shape.
func (h Harness) privacyChecks() []check {
	var list []check
	for part, name := range suitetest.EchoParts {
		list = append(list, check{subtest("privacy", "echoed_"+name), true, func(b *bench) { b.refusedWithEcho(part) }})
	}
	for _, c := range h.Codes {
		list = append(list, check{subtest("privacy", "code_"+c.Code), true, func(b *bench) { b.codeWithEcho(c) }})
	}
	return list
}

// echoing makes a bench whose server repeats requests when told to. The caller
// stops it.
func (b *bench) echoing() (*bench, *suitetest.Echo) {
	b.Helper()
	echo := &suitetest.Echo{Words: slices.Concat(b.h.Secrets, b.coordinates())}
	return b.h.startWith(b.TB, b.halt, func(hc *http.Client) *http.Client {
		own := *hc
		if echo.Base = hc.Transport; echo.Base == nil {
			echo.Base = http.DefaultTransport
		}
		own.Transport = echo
		return &own
	}), echo
}

// refusedWithEcho wants no part of a request in the error of a refusal that
// repeats it.
func (b *bench) refusedWithEcho(part int) {
	e, echo := b.echoing()
	defer e.server.Close()
	for _, status := range suitetest.EchoStatuses {
		for _, asJSON := range []bool{false, true} {
			echo.Refuse(status, part, asJSON)
			if _, err := e.route(e.Context(), e.pair()); err == nil {
				b.Errorf("the vendor answered with status %d and the adapter reported success", status)
			}
			if e.checkLeaks(); b.Failed() {
				b.Fatalf("the vendor had refused with status %d and repeated the request's %s: see wire's Request.Private and Config.Secrets", status, suitetest.EchoParts[part])
			}
		}
	}
}

// codeWithEcho wants the same of the vendor's own refusals.
func (b *bench) codeWithEcho(c CodeCase) {
	e, echo := b.echoing()
	defer e.server.Close()
	e.server.FailCode(c.Code)
	for part, name := range suitetest.EchoParts {
		for _, texts := range suitetest.Repeats(c.Code) {
			echo.Repeat(part, texts)
			_, _ = e.route(e.Context(), e.pair())
			if e.checkLeaks(); b.Failed() {
				b.Fatalf("the vendor had refused with code %s and repeated the request's %s: see wire's Request.Private and Config.Secrets", c.Code, name)
			}
		}
	}
}
