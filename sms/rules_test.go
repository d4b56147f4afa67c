package sms_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

func newRules(t testing.TB, set sms.RuleSet) *sms.Rules {
	t.Helper()
	r, err := sms.NewRules(sms.NewMemoryRules(), set)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// refusedBy checks that err is the rule's refusal, and that nothing was sent.
func refusedBy(t *testing.T, err error, rule sms.Rule, code waybill.Code) {
	t.Helper()
	var got sms.Rule
	if !errors.As(err, &got) || got != rule || waybill.CodeOf(err) != code || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Fatalf("rule %d, %v; want rule %d, %v", got, err, rule, code)
	}
	if e := waybill.AsError(err); e.Provider != "sms" || e.Op != "send" || strings.Contains(err.Error(), "7700900") {
		t.Errorf("%+v", err)
	}
}

func TestRulesLists(t *testing.T) {
	a := &gateway{name: "a"}
	u := newRules(t, sms.RuleSet{HashKey: []byte("k")})
	c := newClient(t, sms.With(a), sms.WithRules(u))
	send := func() error { _, err := c.Send(t.Context(), text(london)); return err }
	do := func(f func(context.Context, sms.Number) error) {
		t.Helper()
		if err := f(t.Context(), london); err != nil {
			t.Fatal(err)
		}
	}
	do(u.Block)
	do(u.Allow) // exempts from no list
	refusedBy(t, send(), sms.RuleBlocked, waybill.OptedOut)
	do(u.Unblock)
	do(u.OptOut)
	refusedBy(t, send(), sms.RuleOptedOut, waybill.OptedOut)
	do(u.OptIn)
	do(u.Disallow)
	if err := send(); err != nil || len(a.seen) != 1 {
		t.Errorf("%v, %d sent", err, len(a.seen))
	}
	if err := u.Block(t.Context(), "12"); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("a number that is none: %v", err)
	}
}

func TestOnlyAllowed(t *testing.T) {
	u := newRules(t, sms.RuleSet{OnlyAllowed: true})
	c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithRules(u))
	_, err := c.Send(t.Context(), text(london))
	refusedBy(t, err, sms.RuleNotAllowed, waybill.PermissionDenied)
	if err := u.Allow(t.Context(), london); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), text(london)); err != nil {
		t.Error(err)
	}
}

func TestOptOutKinds(t *testing.T) {
	u := newRules(t, sms.RuleSet{OptOutKinds: []sms.Kind{sms.Marketing, sms.Notification}})
	c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithRules(u))
	if k, err := u.Hear(t.Context(), sms.Inbound{Gateway: "a", From: london, Text: " Stop. "}); k != sms.KeywordStop || err != nil {
		t.Fatalf("%v, %v", k, err)
	}
	m := text(london)
	_, err := c.Send(t.Context(), m)
	refusedBy(t, err, sms.RuleOptedOut, waybill.OptedOut)
	m.Kind = sms.Verification
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"please stop", "HELP"} { // change nothing
		if k, err := u.Hear(t.Context(), sms.Inbound{Gateway: "a", From: london, Text: text}); k == sms.KeywordStart || err != nil {
			t.Errorf("%v, %v", k, err)
		}
	}
	m.Kind = sms.Notification
	_, err = c.Send(t.Context(), m)
	refusedBy(t, err, sms.RuleOptedOut, waybill.OptedOut)
	if k, err := u.Hear(t.Context(), sms.Inbound{Gateway: "a", From: london, Text: "START"}); k != sms.KeywordStart || err != nil {
		t.Errorf("%v, %v", k, err)
	}
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Error(err)
	}
}

func TestHear(t *testing.T) {
	stop := sms.Inbound{Gateway: "a", From: london, Text: "STOP"}
	for name, x := range map[string]struct {
		change func(*sms.Inbound)
		want   sms.Keyword
		out    bool
	}{
		"stop":              {func(m *sms.Inbound) {}, sms.KeywordStop, true},
		"handled there":     {func(m *sms.Inbound) { m.Text, m.Handled = "leave me alone", "stop" }, sms.KeywordStop, true},
		"started there":     {func(m *sms.Inbound) { m.Handled = "START" }, sms.KeywordStart, false},
		"a later part":      {func(m *sms.Inbound) { m.Incomplete = true }, sms.NoKeyword, false},
		"a hidden number":   {func(m *sms.Inbound) { m.From, m.Sender = "", "abc" }, sms.NoKeyword, false},
		"something else":    {func(m *sms.Inbound) { m.Text = "where is it?" }, sms.NoKeyword, false},
		"a call for help":   {func(m *sms.Inbound) { m.Text = "help" }, sms.KeywordHelp, false},
		"in another tongue": {func(m *sms.Inbound) { m.Text = "退订" }, sms.KeywordStop, true},
	} {
		t.Run(name, func(t *testing.T) {
			u := newRules(t, sms.RuleSet{})
			c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithRules(u))
			m := stop
			x.change(&m)
			if k, err := u.Hear(t.Context(), m); k != x.want || err != nil {
				t.Fatalf("%v, %v", k, err)
			}
			if _, err := c.Send(t.Context(), text(london)); (waybill.CodeOf(errOr(err)) == waybill.OptedOut) != x.out {
				t.Errorf("%v", err)
			}
		})
	}
}

// errOr returns err, or an error that is none of ours.
func errOr(err error) error {
	if err == nil {
		return errors.New("none")
	}
	return err
}

func TestHearReport(t *testing.T) {
	out := sms.DeliveryReport{Gateway: "a", ID: "1", To: london, Status: sms.StatusRejected, Code: waybill.OptedOut, Scope: waybill.ScopeRecipient}
	other, delivered, hidden := out, out, out
	other.Code = waybill.Unregistered
	delivered.Status = sms.StatusDelivered
	hidden.To = ""
	u := newRules(t, sms.RuleSet{})
	c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithRules(u))
	for _, r := range []sms.DeliveryReport{other, delivered, hidden} {
		if err := u.HearReport(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Send(t.Context(), text(london)); err != nil {
		t.Fatal(err)
	}
	if err := u.HearReport(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	_, err := c.Send(t.Context(), text(london))
	refusedBy(t, err, sms.RuleOptedOut, waybill.OptedOut)
}

// In a batch every number is judged by itself.
func TestRulesInABatch(t *testing.T) {
	a := &gateway{name: "a"}
	u := newRules(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
	c := newClient(t, sms.With(a), sms.WithRules(u))
	if err := u.OptOut(t.Context(), hongKong); err != nil {
		t.Fatal(err)
	}
	b := sms.Batch{Message: sms.Message{Text: "Hello"}, Recipients: []sms.Recipient{{To: london}, {To: hongKong}}}
	got := c.SendBatch(t.Context(), b)
	if got[0].Err != nil {
		t.Error(got[0].Err)
	}
	refusedBy(t, got[1].Err, sms.RuleOptedOut, waybill.OptedOut)
	got = c.SendBatch(t.Context(), b)
	refusedBy(t, got[0].Err, sms.RuleFrequency, waybill.RecipientLimited)
	if len(a.seen) != 1 {
		t.Errorf("%d were sent", len(a.seen))
	}
}

// A gateway that knows of an opt-out is believed for all gateways.
func TestGatewaysOptOutIsKept(t *testing.T) {
	a := &gateway{name: "a", fail: always(waybill.Error{Code: waybill.OptedOut, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, VendorCode: "21610"})}
	u := newRules(t, sms.RuleSet{})
	c := newClient(t, sms.With(a), sms.WithRules(u))
	_, err := c.Send(t.Context(), text(london))
	var rule sms.Rule
	if waybill.CodeOf(err) != waybill.OptedOut || errors.As(err, &rule) {
		t.Fatalf("%v", err)
	}
	_, err = c.Send(t.Context(), text(london))
	refusedBy(t, err, sms.RuleOptedOut, waybill.OptedOut)
	if len(a.seen) != 1 {
		t.Errorf("the gateway was asked %d times", len(a.seen))
	}
}

func TestLimitsCommitAndRelease(t *testing.T) {
	for name, x := range map[string]struct {
		fail func(int, sms.Message) error
		free bool
	}{
		"sent":      {nil, false},
		"ambiguous": {always(vanished), false},
		"in part":   {always(waybill.Error{Code: waybill.RateLimited, Delivery: waybill.Sent}), false},
		"not sent":  {always(waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent}), true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &gateway{name: "a", fail: x.fail}
				c := newClient(t, sms.With(a), sms.WithRules(newRules(t, sms.RuleSet{Limits: sms.VerificationLimits()})))
				m := text(london)
				m.Kind = sms.Verification
				_, _ = c.Send(t.Context(), m)
				_, err := c.Send(t.Context(), m)
				var rule sms.Rule
				if limited := errors.As(err, &rule); limited == x.free {
					t.Fatalf("%v", err)
				}
				if !x.free {
					refusedBy(t, err, sms.RuleFrequency, waybill.RecipientLimited)
					if w := waybill.RetryAfterOf(err); w != time.Minute || len(a.seen) != 1 {
						t.Errorf("to wait %v, %d asked", w, len(a.seen))
					}
					time.Sleep(time.Minute)
					if _, err := c.Send(t.Context(), m); errors.As(err, &rule) {
						t.Errorf("after a minute: %v", err)
					}
				}
			})
		})
	}
}

// A record that cannot be begun gives the reservation back.
func TestLimitsAreReleasedWithoutARecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		rec := &recorder{begin: func(waybill.Record) error {
			if down {
				return errors.New("down")
			}
			return nil
		}}
		c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithRecorder(rec),
			sms.WithRules(newRules(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})))
		if _, err := c.Send(t.Context(), text(london)); waybill.CodeOf(err) != waybill.Unavailable {
			t.Fatal(err)
		}
		down = false
		if _, err := c.Send(t.Context(), text(london)); err != nil {
			t.Error(err)
		}
	})
}

func TestLimitScopes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newRules(t, sms.RuleSet{Limits: []sms.Limit{
			{Per: sms.PerNumberTemplate, Window: time.Hour, Max: 1},
			{Per: sms.PerNumber, Window: time.Hour, Max: 3, Kinds: []sms.Kind{sms.Notification}},
			{Per: sms.PerTenant, Window: 24 * time.Hour, Max: 4, Tenants: []string{"t"}},
		}})
		one := sms.Template{Texts: map[string]string{"en": "one"}}
		c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithRules(u),
			sms.WithTemplate("x", one), sms.WithTemplate("y", one), sms.WithTemplate("z", one), sms.WithTemplate("v", one))
		send := func(to sms.Number, template, tenant string, k sms.Kind) error {
			_, err := c.Send(t.Context(), sms.Message{To: to, Template: template, Tenant: tenant, Kind: k})
			return err
		}
		for _, template := range []string{"x", "y", "z"} {
			if err := send(london, template, "t", 0); err != nil {
				t.Fatal(err)
			}
		}
		refusedBy(t, send(london, "x", "", sms.Verification), sms.RuleFrequency, waybill.RecipientLimited)
		refusedBy(t, send(london, "v", "t", 0), sms.RuleFrequency, waybill.RecipientLimited)
		if err := send(london, "v", "t", sms.Verification); err != nil { // another kind; the tenant's fourth
			t.Fatal(err)
		}
		err := send(hongKong, "x", "t", 0)
		refusedBy(t, err, sms.RuleFrequency, waybill.RateLimited)
		if waybill.RetryAfterOf(err) != 24*time.Hour {
			t.Errorf("to wait %v", waybill.RetryAfterOf(err))
		}
		if err := send(hongKong, "x", "other", 0); err != nil {
			t.Error(err)
		}
		if err := u.Allow(t.Context(), hongKong); err != nil {
			t.Fatal(err)
		}
		if err := send(hongKong, "x", "t", 0); err != nil {
			t.Errorf("on the allow list: %v", err)
		}
	})
}

// A limit of N lets exactly N of a hundred senders through.
func TestLimitUnderContention(t *testing.T) {
	const most = 7
	var accepted atomic.Int64
	u := newRules(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: most}, {Per: sms.PerTenant, Window: time.Hour, Max: 1000}}})
	c := newClient(t, sms.With(counting{&accepted}), sms.WithRules(u))
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if _, err := c.Send(t.Context(), text(london)); err != nil && waybill.CodeOf(err) != waybill.RecipientLimited {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := accepted.Load(); n != most {
		t.Errorf("%d were sent, want %d", n, most)
	}
}

type counting struct{ n *atomic.Int64 }

func (counting) Name() string { return "counting" }

func (c counting) Send(context.Context, sms.Message) (sms.Receipt, error) {
	c.n.Add(1)
	return sms.Receipt{ID: "1"}, nil
}

func TestMarketingToTheMainlandSaysHowToOptOut(t *testing.T) {
	sign := sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: "运单"})
	for name, x := range map[string]struct {
		texts []string
		m     sms.Message
		ok    bool
	}{
		"without":          {nil, sms.Message{To: mainland, Text: "双十一特惠", Kind: sms.Marketing}, false},
		"with":             {nil, sms.Message{To: mainland, Text: "双十一特惠，拒收请回复R", Kind: sms.Marketing}, true},
		"another text":     {nil, sms.Message{To: mainland, Text: "双十一特惠，回T退订", Kind: sms.Marketing}, false},
		"configured":       {[]string{"回T退订", "回TD退订"}, sms.Message{To: mainland, Text: "双十一特惠，回T退订", Kind: sms.Marketing}, true},
		"no marketing":     {nil, sms.Message{To: mainland, Text: "已送达"}, true},
		"Hong Kong":        {nil, sms.Message{To: hongKong, Text: "特惠", Kind: sms.Marketing}, true},
		"text of template": {nil, sms.Message{To: mainland, Template: "sale", Kind: sms.Marketing}, false},
		"gateway's text":   {nil, sms.Message{To: mainland, Template: "approved", Kind: sms.Marketing}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &gateway{name: "a"}
				u := newRules(t, sms.RuleSet{OptOutTexts: x.texts, Windows: []sms.SendingWindow{}})
				c := newClient(t, sms.With(a), sign, sms.WithRules(u),
					sms.WithTemplate("sale", sms.Template{Texts: map[string]string{"zh": "特惠"}}),
					sms.WithTemplate("approved", sms.Template{Gateways: []sms.GatewayTemplate{{Gateway: "a", ID: "SMS_1"}}}))
				_, err := c.Send(t.Context(), x.m)
				if !x.ok {
					refusedBy(t, err, sms.RuleOptOutText, waybill.InvalidArgument)
					if _, err := c.Explain(x.m); err == nil {
						t.Error("Explain says that somebody would be asked")
					}
				} else if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// brokenStore fails as a store does whose server is away.
type brokenStore struct{ sms.RuleStore }

func (brokenStore) Reserve(context.Context, sms.RuleQuery) (sms.RuleAnswer, error) {
	return sms.RuleAnswer{}, errors.New("secret: +447700900123 is away")
}

func (brokenStore) Mark(context.Context, sms.RuleList, string, bool) error {
	return &waybill.Error{Code: waybill.Internal}
}

func TestStoreIsAway(t *testing.T) {
	var heard []error
	u, err := sms.NewRules(brokenStore{}, sms.RuleSet{FailOpen: []sms.Kind{sms.Verification},
		OnError: func(_ context.Context, err error) { heard = append(heard, err) }})
	if err != nil {
		t.Fatal(err)
	}
	optedOut := waybill.Error{Code: waybill.OptedOut, Delivery: waybill.NotSent}
	a := &gateway{name: "a", fail: always(optedOut)}
	c := newClient(t, sms.With(a), sms.WithRules(u))
	m := text(london)
	_, err = c.Send(t.Context(), m)
	if waybill.CodeOf(err) != waybill.Unavailable || waybill.DeliveryOf(err) != waybill.NotSent || strings.Contains(err.Error(), "secret") || len(a.seen) != 0 {
		t.Fatalf("%v", err)
	}
	m.Kind = sms.Verification
	if _, err = c.Send(t.Context(), m); waybill.CodeOf(err) != waybill.OptedOut || len(a.seen) != 1 {
		t.Fatalf("%v", err)
	}
	if len(heard) != 2 || waybill.CodeOf(heard[0]) != waybill.Unavailable || waybill.CodeOf(heard[1]) != waybill.Internal {
		t.Errorf("heard %v", heard)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = c.Send(ctx, m); !errors.Is(err, context.Canceled) || len(a.seen) != 1 {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := u.Hear(t.Context(), sms.Inbound{Gateway: "a", From: london, Text: "STOP"}); waybill.CodeOf(err) != waybill.Internal {
		t.Errorf("an opt-out that was not written down: %v", err)
	}
}

func TestNewRulesRefuses(t *testing.T) {
	store := sms.NewMemoryRules()
	for name, set := range map[string]sms.RuleSet{
		"limit of nothing":     {Limits: []sms.Limit{{Window: time.Minute}}},
		"limit without window": {Limits: []sms.Limit{{Max: 1}}},
		"window of microseconds": {
			Limits: []sms.Limit{{Window: time.Second + time.Microsecond, Max: 1}}},
		"limit of months":      {Limits: []sms.Limit{{Window: 90 * 24 * time.Hour, Max: 1}}},
		"unknown scope":        {Limits: []sms.Limit{{Per: 9, Window: time.Minute, Max: 1}}},
		"limit's kind":         {Limits: []sms.Limit{{Window: time.Minute, Max: 1, Kinds: []sms.Kind{9}}}},
		"kind":                 {OptOutKinds: []sms.Kind{9}},
		"fail-open kind":       {FailOpen: []sms.Kind{9}},
		"empty text":           {OptOutTexts: []string{""}},
		"window's kind":        {Windows: []sms.SendingWindow{{Kinds: []sms.Kind{9}, Close: time.Hour}}},
		"window's region":      {Windows: []sms.SendingWindow{{Regions: []string{"cn"}, Close: time.Hour}}},
		"window of nothing":    {Windows: []sms.SendingWindow{{Open: 8 * time.Hour, Close: 8 * time.Hour}}},
		"window of two days":   {Windows: []sms.SendingWindow{{Close: 48 * time.Hour}}},
		"window from midnight": {Windows: []sms.SendingWindow{{Open: 24 * time.Hour, Close: 6 * time.Hour}}},
		"window before":        {Windows: []sms.SendingWindow{{Open: -time.Hour, Close: 6 * time.Hour}}},
		"window until before":  {Windows: []sms.SendingWindow{{Open: 6 * time.Hour, Close: -time.Hour}}},
		"window's day":         {Windows: []sms.SendingWindow{{Close: time.Hour, Days: []time.Weekday{7}}}},
	} {
		if _, err := sms.NewRules(store, set); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sms.NewRules(nil, sms.RuleSet{}); err == nil {
		t.Error("without a store")
	}
	if _, err := sms.New(sms.With(&gateway{name: "a"}), sms.WithRules(nil)); err == nil {
		t.Error("nil rules")
	}
	for l, want := range map[sms.RuleList]string{sms.BlockList: "block", sms.OptOutList: "optout", sms.AllowList: "allow", 9: "unknown"} {
		if l.String() != want {
			t.Errorf("%v", l)
		}
	}
	seen := map[string]bool{}
	for r := range sms.RuleOptOutText + 2 {
		seen[r.Error()] = true
	}
	if len(seen) != int(sms.RuleOptOutText)+1 {
		t.Error("two rules with the same words")
	}
}

// What is over is forgotten: a store does not grow with time.
func TestMemoryRulesForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := sms.NewMemoryRules()
		for i := range 20000 {
			q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{{Key: string(rune(i + 1)), Window: time.Second, Step: time.Millisecond, Max: 1}}}
			if a, err := m.Reserve(t.Context(), q); err != nil || a.Refused != 0 {
				t.Fatal(a, err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if n := m.Size(); n > 2048 {
			t.Errorf("%d counts are kept", n)
		}
	})
}
