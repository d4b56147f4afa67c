package sms_test

import (
	"fmt"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// wouldAsk returns the instances that would be asked.
func wouldAsk(t *testing.T, c *sms.Client, m sms.Message) (asked []string, passed map[string]string) {
	t.Helper()
	got, err := c.Explain(m)
	if err != nil {
		t.Fatal(err)
	}
	passed = map[string]string{}
	for _, k := range got {
		if k.Order > 0 {
			asked = append(asked, k.Instance)
		} else {
			passed[k.Instance] = k.Reason
		}
	}
	return asked, passed
}

// The region is the number's own, and not its calling code's.
func TestRoutingByRegion(t *testing.T) {
	regions := []string{"CN", "HK", "MO", "TW", "RU", "KZ", "US", "CA", "GB"}
	options := []sms.Option{sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: "运单"})}
	for _, r := range regions {
		options = append(options, sms.With(&gateway{name: "g"}, sms.As(r), sms.In(r)))
	}
	options = append(options, sms.With(&gateway{name: "g"}, sms.As("rest"), sms.Outside(regions...)))
	c := newClient(t, options...)
	for want, n := range map[string]sms.Number{
		"CN": mainland, "HK": hongKong, "MO": "+85366123456", "TW": "+886912345678", "RU": "+79161234567", "KZ": "+77012345678",
		"US": "+12125550123", "CA": "+14165550123", "GB": london, "rest": "+33612345678",
	} {
		if got, passed := wouldAsk(t, c, text(n)); len(got) != 1 || got[0] != want || passed["HK"] != "does not serve this region" && want != "HK" {
			t.Errorf("%s: %v, %v", want, got, passed)
		}
	}
}

// The kind chooses the lane, unless the message does.
func TestRoutingByKind(t *testing.T) {
	g := &gateway{name: "g"}
	rec := sms.NewMemoryRecorder(1)
	inner := newClient(t, sms.With(g, sms.As("inner"), waybill.ForLanes("marketing")))
	c := newClient(t, sms.WithLane(sms.Marketing, "bulk"), sms.WithRecorder(rec),
		sms.With(g, sms.As("codes"), waybill.ForLanes("verification")),
		sms.With(g, sms.As("sale"), waybill.ForLanes("bulk")),
		sms.With(g, sms.As("any"), sms.In("HK")), sms.With(inner, sms.As("nested"), sms.In("MO")))
	for name, x := range map[string]struct {
		kind sms.Kind
		lane string
		to   sms.Number
		want string
	}{
		"codes":        {sms.Verification, "", london, "[codes]"},
		"marketing":    {sms.Marketing, "", london, "[sale]"},
		"notification": {sms.Notification, "", london, "[]"},
		"its own lane": {sms.Notification, "verification", london, "[codes]"},
		"without lane": {sms.Verification, "", hongKong, "[codes any]"},
	} {
		m := text(x.to)
		m.Kind, m.Lane = x.kind, x.lane
		if got, _ := wouldAsk(t, c, m); fmt.Sprint(got) != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	// A client behind this one has lanes of its own.
	m := text("+85366123456")
	m.Kind = sms.Marketing
	if err := c.Drain("sale"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Error(err)
	}
	if r := rec.Records(); len(r) != 1 || r[0].Lane != "bulk" {
		t.Errorf("%+v", r)
	}
	for name, o := range map[string]sms.Option{"no lane": sms.WithLane(0, ""), "no kind": sms.WithLane(9, "x")} {
		if _, err := sms.New(sms.With(g), o); err == nil {
			t.Error(name)
		}
	}
}

// A canary gets its share, and a number stays with its gateway.
func TestRoutingByTenantWeightAndNumber(t *testing.T) {
	g := &gateway{name: "g"}
	c := newClient(t,
		sms.With(g, sms.As("acme"), waybill.ForTenants("acme"), waybill.Priority(-1)),
		sms.With(g, sms.As("canary"), waybill.Weight(1)), sms.With(g, sms.As("main"), waybill.Weight(9)))
	m := text(london)
	m.Tenant = "acme"
	if got, _ := wouldAsk(t, c, m); len(got) != 3 || got[0] != "acme" {
		t.Errorf("the tenant's own: %v", got)
	}
	if _, passed := wouldAsk(t, c, text(london)); passed["acme"] != "not for this lane or tenant" {
		t.Errorf("another tenant: %v", passed)
	}
	share := map[string]int{}
	for i := range 2000 {
		m := text(sms.Number(fmt.Sprintf("+4477009%05d", i)))
		first, _ := wouldAsk(t, c, m)
		share[first[0]]++
		for range 2 {
			if again, _ := wouldAsk(t, c, m); again[0] != first[0] {
				t.Fatal("a number left its gateway")
			}
		}
	}
	if share["canary"] < 120 || share["canary"] > 280 {
		t.Errorf("the canary got %d of 2000", share["canary"])
	}
}

// Explain says what a gateway lacks.
func TestExplainSaysWhy(t *testing.T) {
	a, b := &gateway{name: "a"}, &gateway{name: "b"}
	c := newClient(t, sms.With(a), sms.With(b),
		sms.WithSender(sms.SenderRule{Gateway: "b", Regions: []string{"IN"}, From: "WAYBIL", EntityID: "1101"}),
		sms.WithTemplate("t", sms.Template{Gateways: []sms.GatewayTemplate{{Gateway: "b", ID: "T1"}}}))
	for name, x := range map[string]struct {
		m    sms.Message
		a, b string
	}{
		"no mapping": {sms.Message{To: london, Template: "t"}, "the template has no entry for this gateway and region, and no text", ""},
		"India": {text(pune), "IN wants senders registered: no sender rule for IN or template gives a header (From), an entity id, a content id",
			"IN wants senders registered: no sender rule for IN or template gives a content id"},
		"the mainland": {text(mainland), "CN wants senders registered: no sender rule for CN or template gives a sign", "CN wants senders registered: no sender rule for CN or template gives a sign"},
	} {
		if _, passed := wouldAsk(t, c, x.m); passed["a"] != x.a || passed["b"] != x.b {
			t.Errorf("%s: %v", name, passed)
		}
	}
}
