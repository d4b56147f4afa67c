package mailtest

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// HTTP says how to try a service with an API over HTTP, which takes a mail in one
// request.
type HTTP struct {
	// New makes the adapter, which speaks to baseURL through hc. The suite calls
	// it at least once for each subtest, and closes what implements io.Closer.
	New func(baseURL string, hc *http.Client) (Relay, error)
	// Handler returns a new fake of the service, which refuses what the service
	// would refuse. What it answers with a 2xx it has taken on.
	Handler func() http.Handler
	// Read returns the mail in a request that Handler took on: what [Parse] makes
	// of it, with the envelope in From and To; or, from a service that writes the
	// mail itself and so has no Raw, MessageID, Subject, Text, HTML and Files. An
	// error is a finding.
	Read func(r *http.Request, body []byte) (Mail, error)
	// Refuse writes the service's refusal with a code, for Codes, which are its
	// codes and their classes.
	Refuse func(w http.ResponseWriter, r *http.Request, code string)
	Codes  []CodeCase
}

// CodeCase is one of a service's codes and what it must become.
type CodeCase struct {
	// Code is the service's; Want, Scope and Delivery are what it means.
	Code     string
	Want     waybill.Code
	Scope    waybill.Scope
	Delivery waybill.Delivery
	// RetryAfter is set when the error must say how long to wait.
	RetryAfter bool
}

// service is a server made of a handler.
type service struct {
	*fakehttp.Server

	mu         sync.Mutex
	mails      []Mail
	violations []string
}

var _ endpoint = (*service)(nil)

func (h *Harness) newService() *service {
	s := new(service)
	s.Server = fakehttp.New("mail", s.counting(h.HTTP.Handler(), h.HTTP.Read))
	return s
}

// counting takes the mails on before the reply can get lost.
func (s *service) counting(inner http.Handler, read func(*http.Request, []byte) (Mail, error)) http.Handler {
	return fakehttp.Counting(inner, func(r *http.Request, body []byte, status int, _ []byte) {
		if status >= 200 && status <= 299 {
			s.take(read(r, body))
		}
	})
}

func (s *service) take(m Mail, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.violations = append(s.violations, err.Error())
		return
	}
	s.mails = append(s.mails, m)
	s.Server.Ledger().Accept(m.MessageID)
}

func (s *service) Accepted(id string) int { return s.Server.Ledger().Count(id) }

func (s *service) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

func (s *service) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

func (s *service) Connections() int { return s.Count("") }

func (s *service) Log() []string {
	var out []string
	for _, x := range s.Server.Log() {
		out = append(out, x.String())
	}
	return out
}

// overHTTP starts a service and makes an adapter of it, which speaks through a
// RoundTripper of the suite's where there is one.
func (h *Harness) overHTTP(t testing.TB, between func(http.RoundTripper) http.RoundTripper) (Relay, *service) {
	t.Helper()
	h.halt.Skip(t)
	if h.HTTP.New == nil || h.HTTP.Handler == nil || h.HTTP.Read == nil {
		t.Fatal("mailtest: HTTP needs New, Handler and Read")
	}
	s := h.newService()
	t.Cleanup(s.Close)
	hc := s.Client()
	if between != nil {
		base := hc.Transport
		if base == nil {
			base = http.DefaultTransport
		}
		own := *hc
		own.Transport = between(base)
		hc = &own
	}
	r, err := h.HTTP.New(s.URL(), hc)
	return h.bounded(t, r, err), s
}

// failCode makes the service refuse everything with a code until Heal.
func (h *Harness) failCode(t testing.TB, s *service, code string) {
	t.Helper()
	if h.HTTP.Refuse == nil {
		t.Fatal("mailtest: Codes need Refuse")
	}
	s.Fail(suitetest.Refusal(code, h.HTTP.Refuse))
}

// outcome compares what was reported with what the service counted.
func outcome(t testing.TB, err error, accepted int) {
	t.Helper()
	switch d := waybill.DeliveryOf(err); {
	case accepted > 1:
		t.Errorf("the service accepted the mail %d times", accepted)
	case err == nil && accepted == 0:
		t.Error("a success is reported, and the service accepted nothing")
	case d == waybill.NotSent && accepted > 0:
		t.Error("not_sent is reported, and the service accepted the mail")
	case err != nil && d == waybill.Sent && accepted == 0:
		t.Error("sent is reported, and the service accepted nothing")
	}
}

// expectation is the table of the faults of the transport: none of them, and no
// bare HTTP status, says that the mail is wrong for every relay.
func expectation(f fakehttp.Fault) suitetest.Expect {
	x := suitetest.Transport(f, waybill.InvalidArgument, waybill.NotFound, waybill.Canceled, waybill.Unregistered, waybill.OptedOut, waybill.RecipientLimited)
	if len(x.Deliveries) == 0 {
		x.Deliveries = suitetest.Either
	}
	return x
}

// failed wants an error of the adapter's, with the mail's key, and the receipt
// that comes with it.
func (h *Harness) failed(t testing.TB, r Relay, err error, ref string) *waybill.Error {
	t.Helper()
	var e *waybill.Error
	if !errors.As(err, &e) || e == nil {
		t.Fatalf("got %T, want a *waybill.Error", err)
	}
	suitetest.Error(t, err, r.Name(), "send", ref)
	h.clean(t, err)
	return e
}
