package sms_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

func TestSenderRulesFromGeneralToSpecific(t *testing.T) {
	g1, g2, other := &gateway{name: "g"}, &gateway{name: "g"}, &gateway{name: "other"}
	c := newClient(t, sms.With(g1, sms.As("g-1")), sms.With(g2, sms.As("g-2")), sms.With(other),
		sms.WithSender(sms.SenderRule{From: "general"}),
		sms.WithSender(sms.SenderRule{From: "too late"}),
		sms.WithSender(sms.SenderRule{Kinds: []sms.Kind{sms.Verification}, From: "codes"}),
		sms.WithSender(sms.SenderRule{Regions: []string{"HK", "MO"}, From: "hk"}),
		sms.WithSender(sms.SenderRule{Gateway: "g", From: "adapter"}),
		sms.WithSender(sms.SenderRule{Gateway: "g-2", From: "instance"}),
		sms.WithSender(sms.SenderRule{Gateway: "g-2", Regions: []string{"HK"}, Kinds: []sms.Kind{sms.Marketing}, From: "exact"}),
	)
	for name, x := range map[string]struct {
		drain []string
		to    sms.Number
		kind  sms.Kind
		from  string
		want  string
	}{
		"general":              {[]string{"g-1", "g-2"}, london, sms.Notification, "", "general"},
		"kind":                 {[]string{"g-1", "g-2"}, london, sms.Verification, "", "codes"},
		"region before kind":   {[]string{"g-1", "g-2"}, hongKong, sms.Verification, "", "hk"},
		"adapter":              {[]string{"g-2", "other"}, hongKong, sms.Verification, "", "adapter"},
		"instance":             {[]string{"g-1", "other"}, london, sms.Notification, "", "instance"},
		"everything":           {[]string{"g-1", "other"}, hongKong, sms.Marketing, "", "exact"},
		"the message's own":    {[]string{"g-1", "other"}, hongKong, sms.Marketing, "mine", "mine"},
		"own without any rule": {[]string{"g-1", "g-2"}, london, sms.Notification, "mine", "mine"},
	} {
		for _, d := range x.drain {
			_ = c.Drain(d)
		}
		m := text(x.to)
		m.Kind, m.From = x.kind, x.from
		res, err := c.Send(t.Context(), m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		g := map[string]*gateway{"g-1": g1, "g-2": g2, "other": other}[res.Instance]
		if got := g.last(t).From; got != x.want {
			t.Errorf("%s: from %q, want %q", name, got, x.want)
		}
		for _, d := range x.drain {
			_ = c.Restore(d)
		}
	}
}

func TestRegionsThatWantRegistrationHaveNoDefault(t *testing.T) {
	for name, x := range map[string]struct {
		to    sms.Number
		from  string
		rules []sms.SenderRule
		lacks string // "": it is sent
	}{
		"mainland, nothing":           {mainland, "", nil, "a sign"},
		"mainland, general rule":      {mainland, "", []sms.SenderRule{{From: "Waybill", Sign: "运单"}}, "a sign"},
		"mainland, rule for others":   {mainland, "", []sms.SenderRule{{Regions: []string{"HK"}, Sign: "运单"}}, "a sign"},
		"mainland, From is no sign":   {mainland, "Waybill", nil, "a sign"},
		"mainland, registered":        {mainland, "", []sms.SenderRule{{Regions: []string{"CN"}, Sign: "运单"}}, ""},
		"Hong Kong wants nothing":     {hongKong, "", nil, ""},
		"Taiwan wants nothing":        {"+886912345678", "", nil, ""},
		"India, nothing":              {pune, "", nil, "a header (From), an entity id, a content id"},
		"India, header only":          {pune, "WAYBIL", nil, "an entity id, a content id"},
		"India, without content":      {pune, "", []sms.SenderRule{{Regions: []string{"IN"}, From: "WAYBIL", EntityID: "1101"}}, "gives a content id"},
		"India, general rule":         {pune, "", []sms.SenderRule{{From: "WAYBIL", EntityID: "1101", ContentID: "1107"}}, "a header"},
		"India, registered":           {pune, "", []sms.SenderRule{{Regions: []string{"IN"}, From: "WAYBIL", EntityID: "1101", ContentID: "1107"}}, ""},
		"India, header overridden":    {pune, "WAYBI2", []sms.SenderRule{{Regions: []string{"IN"}, EntityID: "1101", ContentID: "1107"}}, ""},
		"Britain, India's ids unused": {london, "", []sms.SenderRule{{From: "WAYBIL", EntityID: "1101", ContentID: "1107"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := &gateway{name: "a"}
			options := []sms.Option{sms.With(a)}
			for _, r := range x.rules {
				options = append(options, sms.WithSender(r))
			}
			c := newClient(t, options...)
			m := text(x.to)
			m.From = x.from
			_, err := c.Send(t.Context(), m)
			cands, _ := c.Explain(m)
			if x.lacks == "" {
				if err != nil || len(a.seen) != 1 || cands[0].Order != 1 {
					t.Fatalf("%v, %+v", err, cands)
				}
				if g := a.last(t).Gateway; x.to != pune && g.EntityID+g.ContentID != "" {
					t.Error("India's ids went abroad")
				}
				return
			}
			if !errors.Is(err, waybill.ErrUnsupported) || waybill.DeliveryOf(err) != waybill.NotSent || waybill.ScopeOf(err) != waybill.ScopeSender || len(a.seen) != 0 {
				t.Errorf("%v, %d", err, len(a.seen))
			}
			if len(cands) != 1 || cands[0].Order != 0 || !strings.Contains(cands[0].Reason, x.lacks) {
				t.Errorf("Explain: %+v", cands)
			}
		})
	}
}

func TestRegistrationThroughTemplates(t *testing.T) {
	a := &gateway{name: "a"}
	c := newClient(t, sms.With(a),
		sms.WithSender(sms.SenderRule{Regions: []string{"IN"}, From: "WAYBIL", EntityID: "1101", ContentID: "general"}),
		sms.WithTemplate("t", sms.Template{Texts: map[string]string{"en": "hello"}, Gateways: []sms.GatewayTemplate{{Gateway: "a", ContentID: "1107", Sign: "运单"}}}))
	for _, to := range []sms.Number{pune, mainland} {
		if _, err := c.Send(t.Context(), sms.Message{To: to, Template: "t"}); err != nil {
			t.Fatal(err)
		}
		m := a.last(t)
		if m.Text != "hello" || m.Gateway.Sign != "运单" || to == pune && (m.Gateway.ContentID != "1107" || m.Gateway.EntityID != "1101") || to == mainland && m.Gateway.ContentID != "" {
			t.Errorf("%+v", m.Gateway)
		}
	}
}

func TestSignText(t *testing.T) {
	for _, x := range [][3]string{
		{"运单", "您好", "【运单】您好"},
		{"", "您好", "您好"},
		{"运单", "【别的】您好", "【别的】您好"},
		{"运单", "您好【运单】", "您好【运单】"},
	} {
		if got := sms.SignText(x[0], x[1]); got != x[2] {
			t.Errorf("%q, want %q", got, x[2])
		}
	}
}

// picky is a gateway that says beforehand what it cannot do.
type picky struct{ gateway }

func (p *picky) Check(m sms.Message) error {
	if m.Text != "" {
		return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeSender, Delivery: waybill.NotSent, Message: "templates only"}
	}
	return nil
}

func TestCheckerIsAskedBeforeTheNetwork(t *testing.T) {
	p, b := &picky{gateway{name: "picky"}}, &gateway{name: "b"}
	c := newClient(t, sms.With(p), sms.With(b))
	cands, err := c.Explain(text(london))
	if err != nil || cands[0].Instance != "b" || cands[1].Reason != "templates only" || cands[1].Err.Provider != "picky" {
		t.Errorf("%+v, %v", cands, err)
	}
	if res, err := c.Send(t.Context(), text(london)); err != nil || res.Provider != "b" || res.Attempts != 1 || len(p.seen) != 0 {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestNestedClients(t *testing.T) {
	a, b := &gateway{name: "a", fail: always(unavailable)}, &gateway{name: "b"}
	inner := newClient(t, sms.WithName("asia"), sms.With(a), sms.With(b), sms.WithPolicy(waybill.Policy{Backoff: -1}),
		sms.WithTemplate("inner", sms.Template{Texts: map[string]string{"en": "from within"}}),
		sms.WithSender(sms.SenderRule{From: "inner"}))
	last := &gateway{name: "last"}
	c := newClient(t, sms.With(inner), sms.With(last), sms.WithSender(sms.SenderRule{From: "outer"}),
		sms.WithTemplate("outer", sms.Template{Texts: map[string]string{"en": "from without"}}),
		sms.WithTemplate("ids", sms.Template{Gateways: []sms.GatewayTemplate{{Gateway: "last", ID: "1"}}}))
	for template, want := range map[string]string{"inner": "from within", "outer": "from without"} {
		res, err := c.Send(t.Context(), sms.Message{To: london, Template: template})
		if err != nil || res.Provider != "asia" {
			t.Fatalf("%s: %+v, %v", template, res, err)
		}
		if m := b.last(t); m.Text != want || m.From != "inner" {
			t.Errorf("%s: %q from %q", template, m.Text, m.From)
		}
	}
	if res, err := c.Send(t.Context(), sms.Message{To: london, Template: "ids"}); err != nil || res.Provider != "last" {
		t.Errorf("%+v, %v", res, err)
	}
	// A template that only the inner client knows is none for the other gateway.
	_ = inner.Drain("a")
	_ = inner.Drain("b")
	if _, err := c.Send(t.Context(), sms.Message{To: london, Template: "inner"}); err == nil || len(last.seen) != 1 {
		t.Errorf("%v, %d", err, len(last.seen))
	}
	if _, err := c.Send(context.Background(), sms.Message{To: london, Template: "none"}); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("got %v", err)
	}
}
