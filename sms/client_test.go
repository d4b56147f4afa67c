package sms_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// gateway is a sender whose answers a test writes down.
type gateway struct {
	name string
	fail func(n int, m sms.Message) error // nil: accepts everything

	mu   sync.Mutex
	seen []sms.Message
}

func (g *gateway) Name() string { return g.name }

func (g *gateway) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	g.mu.Lock()
	g.seen = append(g.seen, m)
	n := len(g.seen)
	g.mu.Unlock()
	r := sms.Receipt{ID: g.name + "-1", Parts: []sms.Part{{ID: g.name + "-1", Price: "0.03"}}, Price: "0.03", Currency: "EUR"}
	r.Provider = g.name
	if g.fail == nil {
		return r, nil
	}
	err := g.fail(n, m)
	if err != nil && waybill.DeliveryOf(err) != waybill.Sent {
		r = sms.Receipt{}
	}
	return r, err
}

func (g *gateway) last(t *testing.T) sms.Message {
	t.Helper()
	if len(g.seen) == 0 {
		t.Fatalf("%s was not asked", g.name)
	}
	return g.seen[len(g.seen)-1]
}

func always(e waybill.Error) func(int, sms.Message) error {
	return func(int, sms.Message) error { c := e; return &c }
}

func newClient(t *testing.T, options ...sms.Option) *sms.Client {
	t.Helper()
	c, err := sms.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
	return c
}

const (
	london   sms.Number = "+447700900123"
	hongKong sms.Number = "+85261234567"
	mainland sms.Number = "+8613800138000"
	pune     sms.Number = "+919812345678"
)

func text(to sms.Number) sms.Message { return sms.Message{To: to, Text: "Hello", Key: "k-1"} }

var (
	unavailable = waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent, VendorCode: "503"}
	vanished    = waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous}
)

func TestClientSends(t *testing.T) {
	a := &gateway{name: "a"}
	c := newClient(t, sms.With(a))
	res, err := c.Send(t.Context(), text(london))
	if err != nil {
		t.Fatal(err)
	}
	if res.Provider != "a" || res.Instance != "a" || res.Attempts != 1 || res.ID != "a-1" || res.PossibleDuplicate {
		t.Errorf("receipt %+v", res)
	}
	if res.Encoding != sms.GSM7 || res.Estimate != 1 {
		t.Errorf("estimate %v %d", res.Encoding, res.Estimate)
	}
	if m := a.last(t); m.Region != "GB" || m.Text != "Hello" || m.Key != "k-1" {
		t.Errorf("the gateway got region %q, key %q", m.Region, m.Key)
	}
}

func TestClientGoesOnAfterAProvenRefusal(t *testing.T) {
	a, b := &gateway{name: "a", fail: always(unavailable)}, &gateway{name: "b"}
	c := newClient(t, sms.With(a), sms.With(b), sms.WithPolicy(waybill.Policy{Backoff: -1}))
	res, err := c.Send(t.Context(), text(london))
	if err != nil || res.Provider != "b" || res.PossibleDuplicate {
		t.Errorf("%+v, %v", res, err)
	}
	if len(a.seen) != 2 || len(b.seen) != 1 { // once again, then the next
		t.Errorf("%d and %d tries", len(a.seen), len(b.seen))
	}
}

func TestClientNeverRepeatsAnAmbiguousSend(t *testing.T) {
	a, b := &gateway{name: "a", fail: always(vanished)}, &gateway{name: "b"}
	c := newClient(t, sms.With(a), sms.With(b))
	res, err := c.Send(t.Context(), text(london))
	if waybill.DeliveryOf(err) != waybill.Ambiguous || res.ID != "" {
		t.Errorf("%+v, %v", res, err)
	}
	if len(a.seen) != 1 || len(b.seen) != 0 {
		t.Errorf("%d and %d tries", len(a.seen), len(b.seen))
	}
	if e := waybill.AsError(err); e.Ref != "k-1" || e.Provider != "a" || len(waybill.Attempts(err)) != 1 {
		t.Errorf("%+v", e)
	}
}

func TestClientRepeatsWithDuplicatesAllowed(t *testing.T) {
	a, b := &gateway{name: "a", fail: always(vanished)}, &gateway{name: "b"}
	c := newClient(t, sms.With(a), sms.With(b))
	m := text(london)
	m.AllowDuplicates = true
	res, err := c.Send(t.Context(), m)
	if err != nil || !res.PossibleDuplicate || res.Provider != "b" || len(a.seen) != 1 {
		t.Errorf("%+v, %v, %d", res, err, len(a.seen))
	}
}

func TestClientReportsPartlySent(t *testing.T) {
	a := &gateway{name: "a", fail: always(waybill.Error{Code: waybill.RateLimited, Delivery: waybill.Sent, VendorCode: "1"})}
	b := &gateway{name: "b"}
	c := newClient(t, sms.With(a), sms.With(b))
	res, err := c.Send(t.Context(), text(london))
	if waybill.DeliveryOf(err) != waybill.Sent || !errors.Is(err, waybill.ErrRateLimited) {
		t.Fatal(err)
	}
	if res.ID != "a-1" || res.Provider != "a" || res.Instance != "a" || res.Attempts != 1 || len(b.seen) != 0 {
		t.Errorf("%+v, %d", res, len(b.seen))
	}
}

func TestClientStopsAtTheRecipient(t *testing.T) {
	for _, code := range []waybill.Code{waybill.OptedOut, waybill.Unregistered, waybill.RecipientLimited} {
		a, b := &gateway{name: "a", fail: always(waybill.Error{Code: code, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent})}, &gateway{name: "b"}
		c := newClient(t, sms.With(a), sms.With(b))
		if _, err := c.Send(t.Context(), text(london)); waybill.CodeOf(err) != code || len(b.seen) != 0 {
			t.Errorf("%v: %v, %d", code, err, len(b.seen))
		}
	}
}

func TestClientRoutesByTheNumbersRegion(t *testing.T) {
	home, abroad := &gateway{name: "home"}, &gateway{name: "abroad"}
	c := newClient(t, sms.With(home, sms.In("CN")), sms.With(abroad, sms.Outside("CN")),
		sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: "运单"}))
	for to, want := range map[sms.Number]string{mainland: "home", hongKong: "abroad", london: "abroad", "+77012345678": "abroad", "+85366123456": "abroad"} {
		res, err := c.Send(t.Context(), text(to))
		if err != nil || res.Provider != want {
			t.Errorf("%s: %q, %v; want %s", to.Masked(), res.Provider, err, want)
		}
	}
	m := text(london)
	m.Region = "CN" // overrides
	if res, err := c.Send(t.Context(), m); err != nil || res.Provider != "home" {
		t.Errorf("%q, %v", res.Provider, err)
	}
	// A satellite phone belongs to no region.
	_, err := c.Send(t.Context(), text("+870773123456"))
	if !errors.Is(err, waybill.ErrInvalidArgument) || !strings.Contains(err.Error(), "Region") {
		t.Errorf("without a region: %v", err)
	}
	c = newClient(t, sms.With(home, sms.In("CN")), sms.With(abroad, sms.Outside("CN")), sms.WithDefaultRegion("SG"))
	if res, err := c.Send(t.Context(), text("+870773123456")); err != nil || res.Provider != "abroad" {
		t.Errorf("with a default: %q, %v", res.Provider, err)
	}
}

func TestClientUsesTheGivenRegionFunction(t *testing.T) {
	a := &gateway{name: "a"}
	c := newClient(t, sms.With(a, sms.In("JE")), sms.WithRegion(func(sms.Number) string { return "JE" }))
	if _, err := c.Send(t.Context(), text(london)); err != nil || a.last(t).Region != "JE" {
		t.Errorf("%v", err)
	}
	// What is no region is none.
	c = newClient(t, sms.With(a), sms.WithRegion(func(sms.Number) string { return "jersey" }))
	if _, err := c.Send(t.Context(), text(london)); err != nil || a.last(t).Region != "" {
		t.Errorf("%v", err)
	}
}

func TestClientUncoveredRegionIsUnsupported(t *testing.T) {
	a := &gateway{name: "a"}
	c := newClient(t, sms.With(a, sms.In("CN")))
	_, err := c.Send(t.Context(), text(london))
	if !errors.Is(err, waybill.ErrUnsupported) || !strings.Contains(err.Error(), "numbers of GB") || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("got %v", err)
	}
}

func TestClientChecksNumbers(t *testing.T) {
	a := &gateway{name: "a"}
	refuse := errors.New("a fixed line")
	c := newClient(t, sms.With(a), sms.WithCheck(func(n sms.Number) (string, error) {
		switch n {
		case london:
			return "a doubtful number", nil
		case hongKong:
			return "", waybill.Invalid("check number", "too short")
		}
		return "", refuse
	}))
	if res, err := c.Send(t.Context(), text(london)); err != nil || res.Warning != "a doubtful number" {
		t.Errorf("%+v, %v", res, err)
	}
	for _, to := range []sms.Number{hongKong, mainland} {
		_, err := c.Send(t.Context(), text(to))
		e := waybill.AsError(err)
		if e == nil || e.Code != waybill.InvalidArgument || e.Delivery != waybill.NotSent || e.Scope != waybill.ScopeRequest || e.Ref != "k-1" || e.Op != "send" {
			t.Errorf("%s: %v", to.Masked(), err)
		}
	}
	if _, err := c.Send(t.Context(), text(mainland)); !errors.As(err, new(interface{ Error() string })) || len(a.seen) != 1 {
		t.Errorf("%v, %d", err, len(a.seen))
	}
}

func TestClientRefusesBadMessagesBeforeAnyCall(t *testing.T) {
	a := &gateway{name: "a"}
	c := newClient(t, sms.With(a), sms.WithTemplate("t", sms.Template{Texts: map[string]string{"en": "Order {order}"}}))
	for name, m := range map[string]sms.Message{
		"nothing":           {},
		"no text":           {To: london},
		"no number":         {Text: "x"},
		"bad number":        {To: "123", Text: "x"},
		"both":              {To: london, Text: "x", Template: "t"},
		"unknown template":  {To: london, Template: "unknown"},
		"missing parameter": {To: london, Template: "t"},
		"extra parameter":   {To: london, Template: "t", Params: map[string]string{"order": "1", "odrer": "2"}},
		"broken parameter":  {To: london, Template: "t", Params: map[string]string{"order": "\xff"}},
		"long parameter":    {To: london, Template: "t", Params: map[string]string{"order": strings.Repeat("a", 3200)}},
		"stray parameter":   {To: london, Text: "x", Params: map[string]string{"order": "1"}},
		"gateway set":       {To: london, Text: "x", Gateway: sms.GatewayMessage{Sign: "x"}},
		"bad region":        {To: london, Text: "x", Region: "uk"},
	} {
		_, err := c.Send(t.Context(), m)
		if !errors.Is(err, waybill.ErrInvalidArgument) || waybill.DeliveryOf(err) != waybill.NotSent || waybill.ScopeOf(err) != waybill.ScopeRequest {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.Explain(m); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: Explain: %v", name, err)
		}
	}
	if len(a.seen) != 0 {
		t.Errorf("%d calls", len(a.seen))
	}
}

func TestClientStickiness(t *testing.T) {
	a, b := &gateway{name: "a"}, &gateway{name: "b"}
	c := newClient(t, sms.With(a, waybill.Weight(1)), sms.With(b, waybill.Weight(1)))
	served := map[sms.Number]string{}
	for i := range 200 {
		to := sms.Number("+4477009001" + string(rune('0'+i/10%10)) + string(rune('0'+i%10)))
		res, err := c.Send(t.Context(), sms.Message{To: to, Text: "x", Key: strings.Repeat("k", 1+i%40)})
		if err != nil {
			t.Fatal(err)
		}
		if was := served[to]; was != "" && was != res.Provider {
			t.Fatal("a number moved although the keys differ only")
		}
		served[to] = res.Provider
	}
	if len(a.seen) < 40 || len(b.seen) < 40 {
		t.Errorf("%d and %d: the weights are not obeyed", len(a.seen), len(b.seen))
	}
}

func TestClientTenantsAndLanes(t *testing.T) {
	a, b := &gateway{name: "a"}, &gateway{name: "b"}
	c := newClient(t, sms.With(a, waybill.ForTenants("x"), waybill.ForLanes("codes")), sms.With(b))
	m := text(london)
	m.Tenant, m.Lane = "x", "codes"
	if res, err := c.Send(t.Context(), m); err != nil || res.Provider != "a" {
		t.Errorf("%q, %v", res.Provider, err)
	}
	m.Lane = ""
	if res, err := c.Send(t.Context(), m); err != nil || res.Provider != "b" {
		t.Errorf("%q, %v", res.Provider, err)
	}
}

func TestClientRefusedSenderHarmsOnlyItself(t *testing.T) {
	a := &gateway{name: "a", fail: func(_ int, m sms.Message) error {
		if m.From == "Bad" {
			return &waybill.Error{Code: waybill.PermissionDenied, Scope: waybill.ScopeSender, Delivery: waybill.NotSent}
		}
		return nil
	}}
	b := &gateway{name: "b"}
	c := newClient(t, sms.With(a), sms.With(b))
	bad := text(london)
	bad.From = "Bad"
	for range 3 {
		if res, err := c.Send(t.Context(), bad); err != nil || res.Provider != "b" {
			t.Errorf("%q, %v", res.Provider, err)
		}
	}
	if len(a.seen) != 1 {
		t.Errorf("a was asked %d times for a sender that it had refused", len(a.seen))
	}
	good := bad
	good.From = "Good"
	elsewhere := bad
	elsewhere.To, elsewhere.Kind = hongKong, sms.Verification
	if res, err := c.Send(t.Context(), good); err != nil || res.Provider != "a" {
		t.Errorf("another sender: %q, %v", res.Provider, err)
	}
	if _, err := c.Send(t.Context(), elsewhere); err != nil || len(a.seen) != 3 {
		t.Errorf("another region: %v, %d", err, len(a.seen))
	}
	if err := c.Restore("a"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), bad); err != nil || len(a.seen) != 4 {
		t.Errorf("after Restore: %v, %d", err, len(a.seen))
	}
}

// A template that a gateway has not approved harms neither the gateway's other
// templates nor the same one in another language, nor texts; each refused one is
// asked for once and goes through the next gateway from then on.
func TestUnapprovedTemplateHarmsOnlyItself(t *testing.T) {
	a := &gateway{name: "a", fail: func(_ int, m sms.Message) error {
		if strings.HasPrefix(m.Gateway.TemplateID, "BAD") {
			return &waybill.Error{Code: waybill.PermissionDenied, Scope: waybill.ScopeSender, Delivery: waybill.NotSent, VendorCode: "isv.SMS_TEMPLATE_ILLEGAL"}
		}
		return nil
	}}
	b := &gateway{name: "b"}
	entry := func(g, id, language string) sms.GatewayTemplate {
		return sms.GatewayTemplate{Gateway: g, ID: id, Language: language}
	}
	c := newClient(t, sms.With(a), sms.With(b),
		sms.WithTemplate("arrived", sms.Template{Gateways: []sms.GatewayTemplate{entry("a", "BAD-zh", "zh"), entry("a", "GOOD-en", "en"), entry("b", "B1", "")}}),
		sms.WithTemplate("left", sms.Template{Gateways: []sms.GatewayTemplate{entry("a", "GOOD-left", ""), entry("b", "B2", "")}}))
	send := func(template, language string) string {
		t.Helper()
		m := sms.Message{To: london, Template: template, Language: language}
		if template == "" {
			m.Text = "Hello"
		}
		res, err := c.Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		return res.Provider
	}
	for range 3 {
		for _, x := range [][3]string{{"arrived", "zh", "b"}, {"arrived", "en", "a"}, {"left", "zh", "a"}, {"left", "en", "a"}, {"", "", "a"}} {
			if got := send(x[0], x[1]); got != x[2] {
				t.Errorf("%q in %q went through %s", x[0], x[1], got)
			}
		}
	}
	bad := 0
	for _, m := range a.seen {
		if m.Gateway.TemplateID == "BAD-zh" {
			bad++
		}
	}
	if bad != 1 {
		t.Errorf("the refused template was tried %d times", bad)
	}
}

func TestClientAttemptTimeoutIsTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := sms.New(sms.With(hanging{}))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = c.Send(t.Context(), text(london))
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("ended after %v", d)
		}
		if waybill.CodeOf(err) != waybill.DeadlineExceeded || waybill.DeliveryOf(err) != waybill.Ambiguous || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// hanging never answers.
type hanging struct{}

func (hanging) Name() string { return "hanging" }

func (hanging) Send(ctx context.Context, _ sms.Message) (sms.Receipt, error) {
	<-ctx.Done()
	return sms.Receipt{}, waybill.FromContext(ctx)
}

func TestClientDrainRestoreStatusClose(t *testing.T) {
	a, b := &gateway{name: "a"}, &gateway{name: "b"}
	c := newClient(t, sms.With(a), sms.With(b))
	if err := c.Drain("a"); err != nil {
		t.Fatal(err)
	}
	if res, err := c.Send(t.Context(), text(london)); err != nil || res.Provider != "b" {
		t.Errorf("%q, %v", res.Provider, err)
	}
	if s := c.Status(); len(s) != 2 || s[0].Health != waybill.Drained || s[0].Op != sms.Send {
		t.Errorf("%+v", s)
	}
	if c.Drain("x") == nil || c.Restore("x") == nil {
		t.Error("a name that is none")
	}
	if err := c.Restore("a"); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := c.Send(t.Context(), text(london))
	if !errors.Is(err, waybill.ErrUnavailable) || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("after Close: %v", err)
	}
}

func TestClientHooksAndName(t *testing.T) {
	a, b := &gateway{name: "a", fail: always(unavailable)}, &gateway{name: "b"}
	var calls []waybill.Call
	var failovers int
	hooks := &waybill.Hooks{
		StartCall: func(ctx context.Context, c waybill.Call) (context.Context, func(waybill.CallEnd)) {
			calls = append(calls, c)
			return ctx, nil
		},
		OnFailover: func(context.Context, waybill.Failover) { failovers++ },
	}
	c := newClient(t, sms.With(a), sms.With(b), sms.WithHooks(hooks), sms.WithName("orders"), sms.WithPolicy(waybill.Policy{Backoff: -1}))
	if _, err := c.Send(t.Context(), text(london)); err != nil {
		t.Fatal(err)
	}
	if len(calls) != 1 || calls[0].Domain != "sms" || calls[0].Client != "orders" || !calls[0].Send || failovers != 1 || c.Name() != "orders" {
		t.Errorf("%+v, %d", calls, failovers)
	}
	if n := newClient(t, sms.With(a)).Name(); n != "sms" {
		t.Errorf("name %q", n)
	}
}

// A hook that returns no context leaves the call's as it is.
func TestClientHooksWithoutAContext(t *testing.T) {
	c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithHooks(&waybill.Hooks{
		StartCall: func(context.Context, waybill.Call) (context.Context, func(waybill.CallEnd)) { return nil, nil },
		StartAttempt: func(context.Context, waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
			return nil, nil
		},
	}))
	if _, err := c.Send(t.Context(), text(london)); err != nil {
		t.Fatal(err)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	a := &gateway{name: "a"}
	texts := sms.Template{Texts: map[string]string{"en": "x"}}
	for name, options := range map[string][]sms.Option{
		"nothing":            nil,
		"nil gateway":        {sms.With(nil)},
		"no sender":          {sms.With(nameOnly{})},
		"same instance":      {sms.With(a), sms.With(a)},
		"default region":     {sms.With(a), sms.WithDefaultRegion("England")},
		"nil region":         {sms.With(a), sms.WithRegion(nil)},
		"nil check":          {sms.With(a), sms.WithCheck(nil)},
		"nil recorder":       {sms.With(a), sms.WithRecorder(nil)},
		"template nameless":  {sms.With(a), sms.WithTemplate("", texts)},
		"template twice":     {sms.With(a), sms.WithTemplate("t", texts), sms.WithTemplate("t", texts)},
		"template's gateway": {sms.With(a), sms.WithTemplate("t", sms.Template{Gateways: []sms.GatewayTemplate{{Gateway: "b", ID: "1"}}})},
		"rule's gateway":     {sms.With(a), sms.WithSender(sms.SenderRule{Gateway: "b", From: "x"})},
		"rule's region":      {sms.With(a), sms.WithSender(sms.SenderRule{Regions: []string{"uk"}, From: "x"})},
		"rule's kind":        {sms.With(a), sms.WithSender(sms.SenderRule{Kinds: []sms.Kind{9}, From: "x"})},
		"empty rule":         {sms.With(a), sms.WithSender(sms.SenderRule{Gateway: "a"})},
	} {
		if c, err := sms.New(options...); !errors.Is(err, waybill.ErrInvalidArgument) || c != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sms.New(nil, sms.With(a), sms.With(a, sms.As("b"))); err != nil {
		t.Error(err)
	}
}

type nameOnly struct{}

func (nameOnly) Name() string { return "nameonly" }

func TestClientConcurrently(t *testing.T) {
	a := &gateway{name: "a", fail: func(n int, _ sms.Message) error {
		if n%3 == 0 {
			c := unavailable
			return &c
		}
		return nil
	}}
	b := &gateway{name: "b"}
	rec := sms.NewMemoryRecorder(0)
	c := newClient(t, sms.With(a), sms.With(b), sms.WithRecorder(rec), sms.WithPolicy(waybill.Policy{Backoff: -1}))
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if _, err := c.Send(t.Context(), text(london)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(rec.Records()); n != 100 {
		t.Errorf("%d records", n)
	}
}
