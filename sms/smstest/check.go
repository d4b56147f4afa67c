package smstest

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/sms"
)

// checkProvider checks what does not need a call.
func (s *suite) checkProvider(t tester, p waybill.Provider) {
	suitetest.Provider(t, p, s.leaks())
	if _, ok := p.(waybill.Accounted); ok {
		suitetest.Account(t, p, s.leaks())
	}
}

// checkReceipt checks a receipt against the message and the gateway's count.
func (s *suite) checkReceipt(t tester, b bench, m sms.Message, res sms.Receipt, parts int) {
	t.Helper()
	if why := outcome(nil, b.s.Accepted(m.Key)); why != "" {
		t.Error(why)
	}
	if res.Provider != b.p.Name() {
		t.Errorf("the receipt's provider is %q, want %q", res.Provider, b.p.Name())
	}
	if res.ID == "" && !s.NoIDs {
		t.Error("the receipt has no id")
	}
	if res.PossibleDuplicate {
		t.Error("a possible duplicate that nobody allowed")
	}
	if parts > 0 && len(res.Parts) != parts {
		t.Errorf("%d parts, want %d", len(res.Parts), parts)
	}
	s.checkSeen(t, b, m)
	for _, p := range res.Parts {
		if p.ID == "" && !s.NoIDs {
			t.Error("a part has no id")
		}
	}
	if res.Price != "" && len(res.Currency) != 3 {
		t.Errorf("a price in currency %q", res.Currency)
	}
	if res.Estimate != 0 {
		if want, err := sms.CountFor(m.To.Region(), m.Text); err == nil && (res.Estimate != want.Count || res.Encoding != want.Encoding) {
			t.Errorf("estimated %d parts in %v, want %d in %v", res.Estimate, res.Encoding, want.Count, want.Encoding)
		}
	}
}

// checkError checks what holds for any error of a send, and returns it.
func (s *suite) checkError(t tester, b bench, m sms.Message, err error) *waybill.Error {
	t.Helper()
	e := suitetest.Error(t, err, b.p.Name(), sms.Send, m.Key)
	if e != nil {
		suitetest.Leaks{Secrets: s.Secrets, Private: []string{b.s.URL() + "/"}, Named: private(m)}.Error(t, err)
	}
	return e
}

// leaks are the words that must appear nowhere.
func (s *suite) leaks() suitetest.Leaks { return suitetest.Leaks{Secrets: s.Secrets} }
