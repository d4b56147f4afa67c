package sms_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

func delivered() sms.Template {
	return sms.Template{
		Language: "en",
		Texts: map[string]string{
			"en":      "Order {order} has arrived at {{gate}} {gate}.",
			"zh":      "订单{order}已送达{gate}。",
			"zh-Hant": "訂單{order}已送達{gate}。",
		},
		Gateways: []sms.GatewayTemplate{
			{Gateway: "approved", ID: "SMS_1", Sign: "运单", Params: []sms.TemplateParam{{Name: "no", Param: "order"}, {Param: "gate"}}},
			{Gateway: "approved", Regions: []string{"HK", "MO"}, ID: "SMS_HK", Sign: "运单", Params: []sms.TemplateParam{{Name: "no", Param: "order"}}},
			{Gateway: "approved", Regions: []string{"HK"}, Language: "en", ID: "SMS_HK_EN", Sign: "Waybill"},
		},
	}
}

func order(to sms.Number, language string) sms.Message {
	return sms.Message{To: to, Template: "delivered", Language: language, Params: map[string]string{"order": "A-17", "gate": "3"}}
}

func TestTemplateTexts(t *testing.T) {
	a := &gateway{name: "a"}
	tpl := delivered()
	tpl.Gateways = nil
	c := newClient(t, sms.With(a), sms.WithTemplate("delivered", tpl))
	for language, want := range map[string]string{
		"":           "Order A-17 has arrived at {gate} 3.",
		"en-GB":      "Order A-17 has arrived at {gate} 3.",
		"EN":         "Order A-17 has arrived at {gate} 3.",
		"hi":         "Order A-17 has arrived at {gate} 3.",
		"zh":         "订单A-17已送达3。",
		"zh-Hans-CN": "订单A-17已送达3。",
		"zh-hant-TW": "訂單A-17已送達3。",
	} {
		if _, err := c.Send(t.Context(), order(london, language)); err != nil {
			t.Fatal(err)
		}
		if m := a.last(t); m.Text != want || m.Template != "" || m.Params != nil || m.Validate() != nil {
			t.Errorf("%s: %q", language, m.Text)
		}
	}
}

func TestTemplateMapsToTheGatewaysOwn(t *testing.T) {
	own := &gateway{name: "approved"}
	c := newClient(t, sms.With(own), sms.WithTemplate("delivered", delivered()))
	for name, x := range map[string]struct {
		to       sms.Number
		language string
		id, sign string
		params   []sms.Param
	}{
		"mainland":           {mainland, "zh", "SMS_1", "运单", []sms.Param{{Name: "no", Value: "A-17"}, {Value: "3"}}},
		"Hong Kong":          {hongKong, "zh-Hant", "SMS_HK", "运单", []sms.Param{{Name: "no", Value: "A-17"}}},
		"Macau":              {"+85366123456", "en", "SMS_HK", "运单", []sms.Param{{Name: "no", Value: "A-17"}}},
		"Hong Kong, English": {hongKong, "en-HK", "SMS_HK_EN", "Waybill", nil},
		"Hong Kong, default": {hongKong, "", "SMS_HK_EN", "Waybill", nil},
	} {
		if _, err := c.Send(t.Context(), order(x.to, x.language)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m := own.last(t)
		if g := m.Gateway; g.TemplateID != x.id || g.Sign != x.sign || !slices.Equal(g.Params, x.params) || m.Text != "" || m.Template != "delivered" || m.Validate() != nil {
			t.Errorf("%s: %+v", name, g)
		}
	}
}

func TestTemplateFailsOverBetweenForms(t *testing.T) {
	own := &gateway{name: "approved", fail: always(waybill.Error{Code: waybill.PermissionDenied, Scope: waybill.ScopeSender, Delivery: waybill.NotSent, VendorCode: "isv.TEMPLATE"})}
	texts := &gateway{name: "texts"}
	c := newClient(t, sms.With(own), sms.With(texts), sms.WithTemplate("delivered", delivered()))
	res, err := c.Send(t.Context(), order(london, "en"))
	if err != nil || res.Provider != "texts" || !strings.HasPrefix(texts.last(t).Text, "Order A-17") {
		t.Errorf("%+v, %v", res, err)
	}
	if g := texts.last(t).Gateway; g.TemplateID != "" || g.Sign != "" {
		t.Error("one gateway's template went to the other")
	}
	// The unapproved template is not tried again, and harms nothing else there.
	if _, err := c.Send(t.Context(), order(london, "en")); err != nil || len(own.seen) != 1 {
		t.Errorf("%v, %d", err, len(own.seen))
	}
	if res, err := c.Send(t.Context(), text(london)); err != nil || len(own.seen) != 2 {
		t.Errorf("%+v, %v, %d", res, err, len(own.seen))
	}
}

func TestTemplateWithoutAMappingIsNotEligible(t *testing.T) {
	own, other := &gateway{name: "approved"}, &gateway{name: "other"}
	tpl := delivered()
	tpl.Texts, tpl.Language = nil, ""
	c := newClient(t, sms.With(other), sms.With(own), sms.WithTemplate("delivered", tpl))
	res, err := c.Send(t.Context(), order(london, ""))
	if err != nil || res.Provider != "approved" || len(other.seen) != 0 {
		t.Errorf("%+v, %v", res, err)
	}
	cands, err := c.Explain(order(london, ""))
	if err != nil || len(cands) != 2 || cands[0].Instance != "approved" || cands[0].Order != 1 {
		t.Fatalf("%+v, %v", cands, err)
	}
	if x := cands[1]; x.Instance != "other" || x.Order != 0 || !strings.Contains(x.Reason, "no entry for this gateway") || x.Err.Code != waybill.Unsupported {
		t.Errorf("%+v", x)
	}
	c = newClient(t, sms.With(other), sms.With(own, sms.In("CN")), sms.WithTemplate("delivered", tpl))
	if _, err = c.Send(t.Context(), order(london, "")); !errors.Is(err, waybill.ErrUnsupported) || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("got %v", err)
	}
}

func TestTemplateEntriesByInstance(t *testing.T) {
	first, second := &gateway{name: "g"}, &gateway{name: "g"}
	c := newClient(t, sms.With(first, sms.As("g-1")), sms.With(second, sms.As("g-2"), waybill.Priority(-1)),
		sms.WithTemplate("t", sms.Template{Gateways: []sms.GatewayTemplate{{Gateway: "g", ID: "any"}, {Gateway: "g-2", ID: "two"}}}))
	m := sms.Message{To: london, Template: "t"}
	if _, err := c.Send(t.Context(), m); err != nil || second.last(t).Gateway.TemplateID != "two" {
		t.Errorf("%v", err)
	}
	if err := c.Drain("g-2"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), m); err != nil || first.last(t).Gateway.TemplateID != "any" {
		t.Errorf("%v", err)
	}
}

func TestTemplatesThatCannotWork(t *testing.T) {
	en := func(text string) sms.Template { return sms.Template{Texts: map[string]string{"en": text}} }
	own := func(g sms.GatewayTemplate) sms.Template { return sms.Template{Gateways: []sms.GatewayTemplate{g}} }
	for name, tpl := range map[string]sms.Template{
		"nothing":          {},
		"empty text":       en(""),
		"broken text":      en("\xff"),
		"open brace":       en("Order {order"),
		"closing brace":    en("Order order}"),
		"no name":          en("Order {}"),
		"blank in name":    en("Order {the order}"),
		"digit first":      en("Order {1}"),
		"nested":           en("Order {a{b}}"),
		"no default":       {Texts: map[string]string{"en": "a", "zh": "b"}},
		"wrong default":    {Texts: map[string]string{"en": "a"}, Language: "zh"},
		"same language":    {Texts: map[string]string{"en": "a", "EN": "b"}, Language: "en"},
		"no gateway":       own(sms.GatewayTemplate{ID: "1"}),
		"says nothing":     own(sms.GatewayTemplate{Gateway: "a"}),
		"params, no id":    own(sms.GatewayTemplate{Gateway: "a", ContentID: "1", Params: []sms.TemplateParam{{Param: "x"}}}),
		"bad region":       own(sms.GatewayTemplate{Gateway: "a", ID: "1", Regions: []string{"China"}}),
		"param without":    own(sms.GatewayTemplate{Gateway: "a", ID: "1", Params: []sms.TemplateParam{{Name: "x"}}}),
		"param with a dot": own(sms.GatewayTemplate{Gateway: "a", ID: "1", Params: []sms.TemplateParam{{Name: "x", Param: "a.b"}}}),
	} {
		_, err := sms.New(sms.With(&gateway{name: "a"}), sms.WithTemplate("welcome", tpl))
		if !errors.Is(err, waybill.ErrInvalidArgument) || !strings.Contains(err.Error(), "welcome") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTemplateIsCopied(t *testing.T) {
	a := &gateway{name: "approved"}
	tpl := delivered()
	rule := sms.SenderRule{Regions: []string{"GB"}, From: "Waybill"}
	c := newClient(t, sms.With(a), sms.WithTemplate("delivered", tpl), sms.WithSender(rule))
	tpl.Gateways[0].ID, tpl.Gateways[0].Params[0].Param, tpl.Texts["en"] = "changed", "gate", "changed"
	rule.Regions[0] = "FR"
	if _, err := c.Send(t.Context(), order(london, "")); err != nil {
		t.Fatal(err)
	}
	if m := a.last(t); m.Gateway.TemplateID != "SMS_1" || m.Gateway.Params[0].Value != "A-17" || m.From != "Waybill" {
		t.Errorf("%+v", m.Gateway)
	}
}

func TestEmptyRenderedTextIsRefused(t *testing.T) {
	c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithTemplate("t", sms.Template{Texts: map[string]string{"en": "{x}"}}))
	_, err := c.Send(t.Context(), sms.Message{To: london, Template: "t", Params: map[string]string{"x": ""}})
	if !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("got %v", err)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"a {b} c", "{{}}", "}}{{", "{a}{a}", "{", "}", "{a}}}", "订单{x}"} {
		f.Add(s, "value")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		a := &gateway{name: "a"}
		c, err := sms.New(sms.With(a), sms.WithTemplate("t", sms.Template{Texts: map[string]string{"en": text}}))
		if err != nil {
			return
		}
		m := sms.Message{To: london, Template: "t", Params: map[string]string{}}
		for range 5 { // learn the parameters from the errors
			_, err := c.Send(t.Context(), m)
			if err == nil {
				break
			}
			_, rest, found := strings.Cut(err.Error(), "parameter ")
			name, _, _ := strings.Cut(rest, " ")
			if _, known := m.Params[name]; !found || known {
				return // the value cannot be sent
			}
			m.Params[name] = value
		}
		if len(a.seen) > 0 && len(m.Params) == 0 {
			want := strings.NewReplacer("{{", "{", "}}", "}").Replace(text)
			if a.seen[0].Text != want {
				t.Fatalf("%q became %q", text, a.seen[0].Text)
			}
		}
	})
}
