package push_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

func TestTokensGoToWhoTakesThem(t *testing.T) {
	f, h := &stub{name: "f", vendor: push.FCM}, &stub{name: "h", vendor: push.Huawei}
	c := newClient(t, push.With(f), push.With(h))
	tokens := append(append(fcm("a", "b"), of(push.Huawei, "c")...), of(push.Xiaomi, "d")...)
	tokens = append(tokens, push.Token{Vendor: push.FCM, App: "foreign", Value: "e"}, push.Token{Vendor: push.FCM}, push.Token{Vendor: "secret-of-mine", Value: "x"})
	got := c.Send(t.Context(), note(), tokens)
	for i, want := range []string{"f", "f", "h"} {
		if got[i].Err != nil || got[i].Provider != want || got[i].Instance != want || got[i].Attempts != 1 || got[i].Token != tokens[i] || got[i].ID != want+"/"+tokens[i].Value {
			t.Errorf("token %d: %+v, %v", i, got[i], got[i].Err)
		}
	}
	if e := got[3].Err; !errors.Is(e, waybill.ErrUnsupported) || !strings.Contains(e.Message, "xiaomi") || e.Delivery != waybill.NotSent || e.Ref != "order-1" {
		t.Errorf("nobody's vendor: %v", e)
	}
	if e := got[4].Err; !errors.Is(e, waybill.ErrUnsupported) || !strings.Contains(e.Message, "fcm") {
		t.Errorf("nobody's app: %v", e)
	}
	if e := got[5].Err; !errors.Is(e, waybill.ErrInvalidArgument) || e.Scope != waybill.ScopeRecipient || e.Ref != "order-1" {
		t.Errorf("an empty token: %v", e)
	}
	if e := got[6].Err; !errors.Is(e, waybill.ErrUnsupported) || strings.Contains(e.Error(), "secret") {
		t.Errorf("an unknown vendor: %v", e)
	}
	if f.batches() != 1 || h.batches() != 1 {
		t.Errorf("%d and %d batches", f.batches(), h.batches())
	}
	if got := c.Send(t.Context(), note(), nil); len(got) != 0 {
		t.Errorf("%d results for nothing", len(got))
	}
}

func TestABadNotificationReachesNobody(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM}
	c := newClient(t, push.With(f))
	for _, n := range []*push.Notification{nil, {}, {Kind: push.KindOrder}} {
		for i, r := range c.Send(t.Context(), n, fcm("a", "b")) {
			if !errors.Is(r.Err, waybill.ErrInvalidArgument) || r.Token.Value != string(rune('a'+i)) {
				t.Errorf("got %+v, %v", r, r.Err)
			}
		}
	}
	if f.batches() != 0 {
		t.Error("it was handed over")
	}
}

func TestTheSameTokenTwice(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM, answer: failing(dead, "b")}
	c := newClient(t, push.With(f))
	tokens := []push.Token{
		{Vendor: push.FCM, Value: "a"}, {Vendor: push.FCM, Value: "b"}, {Vendor: push.FCM, Value: "a"},
		{Vendor: push.FCM, Env: push.Production, Value: "a"}, {Vendor: push.FCM, Value: "b"}, {Vendor: push.FCM, App: "x", Value: "a"},
		{Vendor: push.Xiaomi, Value: "n"}, {Vendor: push.Xiaomi, Value: "n"},
	}
	got := c.Send(t.Context(), note(), tokens)
	if f.count("a") != 2 || f.count("b") != 1 { // "a" of another app is another token
		t.Errorf("a was sent %d times, b %d", f.count("a"), f.count("b"))
	}
	for i, r := range got {
		if r.Token != tokens[i] {
			t.Errorf("result %d is of another token", i)
		}
	}
	if got[2].ID != got[0].ID || got[3].ID != got[0].ID || !got[4].Dead || !errors.Is(got[4].Err, waybill.ErrUnregistered) {
		t.Errorf("%+v", got)
	}
	if !errors.Is(got[7].Err, waybill.ErrUnsupported) {
		t.Errorf("%v", got[7].Err)
	}
}

func TestFailover(t *testing.T) {
	for name, c := range map[string]struct {
		first    waybill.Error
		change   func(*push.Notification)
		served   string // by whom "b" is served, empty for nobody
		attempts int
		code     waybill.Code
		delivery waybill.Delivery
	}{
		"not sent goes on":             {unavailable, nil, "second", 3, 0, 0},
		"unsupported goes on":          {unsupported, nil, "second", 2, 0, 0},
		"a limit goes on":              {limited, nil, "second", 2, 0, 0},
		"dead ends it":                 {dead, nil, "", 0, waybill.Unregistered, waybill.NotSent},
		"ambiguous ends it":            {ambiguous, nil, "", 0, waybill.Unavailable, waybill.Ambiguous},
		"ambiguous, duplicates fine":   {ambiguous, func(n *push.Notification) { n.AllowDuplicates = true }, "second", 2, 0, 0},
		"ambiguous, the repeat covers": {ambiguous, func(n *push.Notification) { n.Collapse = "x" }, "second", 3, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			first := &stub{name: "first", vendor: push.FCM, answer: failing(c.first, "b")}
			second := &stub{name: "second", vendor: push.FCM}
			client := newClient(t, push.With(first), push.With(second))
			n := note()
			if c.change != nil {
				c.change(n)
			}
			got := client.Send(t.Context(), n, fcm("a", "b", "c"))
			if got[0].Provider != "first" || got[2].Provider != "first" || first.count("a") != 1 || second.count("a") != 0 {
				t.Errorf("the good ones: %+v", got)
			}
			r := got[1]
			if c.served != "" {
				if r.Err != nil || r.Provider != c.served || r.Attempts != c.attempts {
					t.Errorf("served by %q in %d attempts: %v", r.Provider, r.Attempts, r.Err)
				}
				return
			}
			if r.Err == nil || r.Err.Code != c.code || r.Err.Delivery != c.delivery || r.Err.Ref != "order-1" || len(waybill.Attempts(r.Err)) != 1 {
				t.Errorf("got %v", r.Err)
			}
			if second.batches() != 0 {
				t.Error("the second was asked")
			}
		})
	}
}

func TestRegionsLanesAndExplain(t *testing.T) {
	home, abroad := &stub{name: "home", vendor: push.FCM}, &stub{name: "abroad", vendor: push.FCM}
	c := newClient(t, push.With(home, push.In("CN")), push.With(abroad, push.Outside("CN"), push.As("abroad-1")), push.With(&stub{name: "h", vendor: push.Huawei}))
	n := note()
	got := c.Send(t.Context(), n, fcm("a"))
	if !errors.Is(got[0].Err, waybill.ErrInvalidArgument) || !strings.Contains(got[0].Err.Error(), "Region") {
		t.Errorf("without a region: %v", got[0].Err)
	}
	for region, want := range map[string]string{"CN": "home", "HK": "abroad-1", "BR": "abroad-1"} {
		n.Region = region
		if r := c.Send(t.Context(), n, fcm("a"))[0]; r.Instance != want {
			t.Errorf("%s: %s, %v", region, r.Instance, r.Err)
		}
		list, err := c.Explain(n, fcm("a")[0])
		if err != nil || len(list) != 3 || list[0].Instance != want || list[0].Order != 1 || list[1].Order != 0 || list[1].Err == nil || list[2].Reason == "" {
			t.Errorf("%s: %+v, %v", region, list, err)
		}
	}
	if _, err := c.Explain(&push.Notification{}, fcm("a")[0]); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("%v", err)
	}
	if _, err := c.Explain(note(), push.Token{}); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("%v", err)
	}
	d := newClient(t, push.With(home, push.In("CN")), push.WithDefaultRegion("CN"))
	if r := d.Send(t.Context(), note(), fcm("a"))[0]; r.Err != nil {
		t.Error(r.Err)
	}
}

func TestDrainRestoreStatusClose(t *testing.T) {
	c := newClient(t, push.With(&stub{name: "f", vendor: push.FCM}), push.WithName("phones"))
	if c.Name() != "phones" || len(c.Verbs()) != 1 || !c.Accepts(fcm("a")[0]) || c.Accepts(of(push.OPPO, "a")[0]) {
		t.Errorf("%s %v", c.Name(), c.Verbs())
	}
	if err := c.Drain("f"); err != nil {
		t.Fatal(err)
	}
	if s := c.Status(); len(s) != 1 || s[0].Health != waybill.Drained {
		t.Errorf("%+v", s)
	}
	if r := c.Send(t.Context(), note(), fcm("a"))[0]; !errors.Is(r.Err, waybill.ErrUnavailable) {
		t.Errorf("drained: %v", r.Err)
	}
	if err := errors.Join(c.Restore("f"), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if r := c.Send(t.Context(), note(), fcm("a"))[0]; r.Err == nil || r.Err.Delivery != waybill.NotSent {
		t.Errorf("closed: %v", r.Err)
	}
	if err := c.Drain("nobody"); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Error(err)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	ok := &stub{name: "a", vendor: push.FCM}
	many := make([]push.Option, 65)
	for i := range many {
		many[i] = push.With(&stub{name: fmt.Sprint("s", i), vendor: push.FCM})
	}
	for name, options := range map[string][]push.Option{
		"nothing":        nil,
		"nil provider":   {push.With(nil)},
		"no sender":      {push.With(nameOnly{})},
		"same instance":  {push.With(ok), push.With(ok)},
		"default region": {push.With(ok), push.WithDefaultRegion("x")},
		"no batch":       {push.With(ok), push.WithMaxBatch(0)},
		"nil recorder":   {push.With(ok), push.WithRecorder(nil)},
		"too many":       many,
	} {
		if c, err := push.New(options...); c != nil || !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := push.New(append(many[:64:64], nil, push.WithHooks(nil))...); err != nil {
		t.Error(err)
	}
}

type nameOnly struct{}

func (nameOnly) Name() string { return "nameonly" }

func TestNestedClients(t *testing.T) {
	inner := newClient(t, push.With(&stub{name: "down", vendor: push.FCM, answer: all(unavailable)}), push.With(&stub{name: "up", vendor: push.FCM}), push.WithName("inner"))
	outer := newClient(t, push.With(inner), push.With(&stub{name: "h", vendor: push.Huawei}))
	got := outer.Send(t.Context(), note(), append(fcm("a"), of(push.Huawei, "b")...))
	if got[0].Err != nil || got[1].Err != nil || got[1].Provider != "h" {
		t.Errorf("%v %v", got[0].Err, got[1].Err)
	}
}

func TestLateAndEarlyEnds(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM}
	c := newClient(t, push.With(f), push.WithMaxBatch(10))
	ctx, cancel := context.WithCancel(t.Context())
	f.answer = func(_ context.Context, _ *push.Notification, t push.Token) push.Result {
		if t.Value == "token-00014" {
			cancel() // in the second batch, all of which succeeds nevertheless
		}
		return push.Result{ID: "x"}
	}
	got := c.Send(ctx, note(), numbered(push.FCM, 40))
	for i, r := range got {
		if i < 20 && r.Err != nil {
			t.Errorf("token %d: a success was dropped: %v", i, r.Err)
		}
		if i >= 20 && (!errors.Is(r.Err, context.Canceled) || r.Err.Delivery != waybill.NotSent) {
			t.Errorf("token %d: %v", i, r.Err)
		}
	}
}

func TestAnAdapterThatMiscounts(t *testing.T) {
	for name, s := range map[string]push.Sender{"short": miscounting(-1), "long": miscounting(1), "panic": miscounting(99)} {
		c := newClient(t, push.With(s.(waybill.Provider)))
		for _, r := range c.Send(t.Context(), note(), fcm("a", "b", "c")) {
			if r.Err == nil || r.Err.Code != waybill.Internal || r.Err.Delivery != waybill.Ambiguous || r.Dead {
				t.Errorf("%s: %v", name, r.Err)
			}
		}
	}
}

type miscounting int

func (miscounting) Name() string { return "miscounting" }

func (m miscounting) Send(_ context.Context, _ *push.Notification, tokens []push.Token) []push.Result {
	if m == 99 {
		panic("no")
	}
	return make([]push.Result, len(tokens)+int(m))
}

func TestManyVendorsAtOnce(t *testing.T) {
	vendors := []push.Vendor{push.FCM, push.APNs, push.Huawei, push.Xiaomi, push.Vivo}
	var options []push.Option
	var tokens []push.Token
	var met sync.WaitGroup
	met.Add(len(vendors)) // each waits for all others: they must run at the same time
	for _, v := range vendors {
		var once sync.Once
		options = append(options, push.With(&stub{name: string(v), vendor: v, answer: func(context.Context, *push.Notification, push.Token) push.Result {
			once.Do(func() { met.Done(); met.Wait() })
			return push.Result{ID: "x"}
		}}))
		tokens = append(tokens, numbered(v, 30)...)
	}
	c := newClient(t, options...)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i, r := range c.Send(t.Context(), note(), tokens) {
				if r.Err != nil || r.Provider != string(tokens[i].Vendor) {
					t.Errorf("token %d: %v", i, r.Err)
				}
			}
		})
	}
	wg.Wait()
}

func TestHooksSeeItems(t *testing.T) {
	var calls []waybill.Call
	var ends []waybill.CallEnd
	c := newClient(t, push.With(&stub{name: "f", vendor: push.FCM}), push.WithMaxBatch(2), push.WithHooks(&waybill.Hooks{
		StartCall: func(ctx context.Context, k waybill.Call) (context.Context, func(waybill.CallEnd)) {
			calls = append(calls, k)
			return ctx, func(e waybill.CallEnd) { ends = append(ends, e) }
		},
	}))
	c.Send(t.Context(), note(), fcm("a", "b", "c"))
	if len(calls) != 2 || calls[0].Items != 2 || calls[1].Items != 1 || calls[0].Domain != "push" || !calls[0].Send || ends[1].Provider != "f" {
		t.Errorf("%+v %+v", calls, ends)
	}
}

func TestAPanickingHookIsRaisedAgain(t *testing.T) {
	c := newClient(t, push.With(&stub{name: "f", vendor: push.FCM}), push.With(&stub{name: "h", vendor: push.Huawei}), push.WithHooks(&waybill.Hooks{
		StartCall: func(context.Context, waybill.Call) (context.Context, func(waybill.CallEnd)) { panic("hook") },
	}))
	defer func() {
		if v := recover(); v != "hook" {
			t.Errorf("recovered %v", v)
		}
	}()
	c.Send(t.Context(), note(), append(fcm("a"), of(push.Huawei, "b")...))
	t.Error("the panic was lost")
}

func TestSendAll(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM, answer: failing(dead, "token-00007")}
	c := newClient(t, push.With(f), push.WithMaxBatch(64))
	const count = 100_000
	pulled, yielded, most := 0, 0, 0
	seq := func(yield func(push.Token) bool) {
		for i := range count {
			pulled++
			most = max(most, pulled-yielded)
			if !yield(push.Token{Vendor: push.FCM, Value: fmt.Sprintf("token-%05d", i)}) {
				return
			}
		}
	}
	for token, r := range c.SendAll(t.Context(), note(), seq) {
		if want := fmt.Sprintf("token-%05d", yielded); token.Value != want || r.Token != token || (r.Err != nil) != (yielded == 7) {
			t.Fatalf("result %d: %v, %v", yielded, token.Value == want, r.Err)
		}
		yielded++
	}
	if yielded != count || most > 64 {
		t.Errorf("%d results, %d held", yielded, most)
	}
}

func TestSendAllStops(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM}
	c := newClient(t, push.With(f), push.WithMaxBatch(10))
	n := 0
	for range c.SendAll(t.Context(), note(), slices.Values(numbered(push.FCM, 100))) {
		if n++; n == 15 {
			break
		}
	}
	if f.batches() != 2 {
		t.Errorf("%d batches after the caller stopped", f.batches())
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n = 0
	endless := func(yield func(push.Token) bool) {
		for i := 0; yield(push.Token{Vendor: push.FCM, Value: fmt.Sprint("t", i)}); i++ {
		}
	}
	for _, r := range c.SendAll(ctx, note(), endless) {
		if n++; n == 25 {
			cancel()
		}
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	if n != 30 {
		t.Errorf("%d results, want the three batches that were taken", n)
	}
	for range c.SendAll(t.Context(), note(), slices.Values[[]push.Token](nil)) {
		t.Error("a result of nothing")
	}
	if got := slices.Collect(func(yield func(push.Token) bool) {
		for token := range c.SendAll(t.Context(), &push.Notification{}, slices.Values(fcm("a", "b"))) {
			if !yield(token) {
				return
			}
		}
	}); len(got) != 2 {
		t.Errorf("%d results of a bad notification", len(got))
	}
}

func TestAttemptTimeoutIsTheBatchs(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM, answer: func(ctx context.Context, _ *push.Notification, _ push.Token) push.Result {
		d, ok := ctx.Deadline()
		if left := time.Until(d); !ok || left > 15*time.Second || left < 14*time.Second {
			return push.Result{Err: &waybill.Error{Code: waybill.Internal, Message: left.String()}}
		}
		return push.Result{ID: "x"}
	}}
	if r := newClient(t, push.With(f)).Send(t.Context(), note(), fcm("a"))[0]; r.Err != nil {
		t.Error(r.Err)
	}
}
