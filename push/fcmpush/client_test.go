package fcmpush_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// client is a push.Client on one adapter that does not wait between tries.
func client(t testing.TB, a *fcmpush.Adapter, o ...push.Option) *push.Client {
	t.Helper()
	c, err := push.New(append([]push.Option{push.With(a), push.WithPolicy(waybill.Policy{Backoff: -1, MinAttempt: -1})}, o...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
	return c
}

// tally holds reports against the fake's ledger: nothing twice, nothing lost,
// nothing misreported.
func tally(t *testing.T, f *pushtest.FCM, results []push.Result, mayRepeat bool) {
	t.Helper()
	for i := range results {
		r := &results[i]
		n := f.Accepted(r.Token.Value)
		switch {
		case n > 1 && !mayRepeat:
			t.Errorf("token %d was pushed %d times", i, n)
		case r.Err == nil && n == 0:
			t.Errorf("token %d was lost", i)
		case r.Err != nil && r.Err.Delivery == waybill.NotSent && n > 0:
			t.Errorf("token %d is reported as not sent and was", i)
		}
	}
}

// Each fault strikes the first k exchanges of a call to n tokens.
func TestFaultsAndCounts(t *testing.T) {
	for _, fault := range fakehttp.AllFaults() {
		switch fault.Kind {
		case fakehttp.RefuseKind, fakehttp.ResetOnAcceptKind, fakehttp.HangBeforeReadKind, fakehttp.HangAfterReadKind, fakehttp.SlowBodyKind:
			continue // those strike all or never end; the conformance suite has them
		}
		for _, count := range []struct{ tokens, struck int }{{1, 1}, {1, 2}, {10, 1}, {10, 3}, {10, 10}, {40, 20}} {
			for _, collapse := range []string{"", "order-17"} {
				t.Run(fmt.Sprintf("%v/%d_of_%d/%s", fault, count.struck, count.tokens, collapse), func(t *testing.T) {
					t.Parallel()
					f, a := fake(t, fcmpush.Options{})
					c := client(t, a)
					n := order()
					n.Collapse = collapse
					f.FailSends(count.struck, fault)
					ctx, cancel := context.WithTimeout(t.Context(), 5_000_000_000)
					defer cancel()
					tokens := make([]push.Token, count.tokens)
					for i := range tokens {
						tokens[i] = token(i)
					}
					results := c.Send(ctx, n, tokens)
					tally(t, f, results, collapse != "")
					for i, r := range results {
						if r.Dead {
							t.Errorf("token %d was declared dead", i)
						}
					}
				})
			}
		}
	}
}

// A repeat that replaces the first is made, and only then.
func TestRepeatsOnlyWhatReplaces(t *testing.T) {
	for _, c := range []struct {
		collapse  string
		ambiguous bool
		accepted  int
	}{{"", true, 1}, {"order-17", false, 2}} {
		f, a := fake(t, fcmpush.Options{})
		n := order()
		n.Collapse = c.collapse
		f.FailSends(1, fakehttp.After(fakehttp.ResetBeforeReply()))
		r := client(t, a).Send(t.Context(), n, []push.Token{token(1)})[0]
		if (r.Err != nil && r.Err.Delivery == waybill.Ambiguous) != c.ambiguous || f.Accepted(token(1).Value) != c.accepted {
			t.Errorf("collapse %q: %v, accepted %d", c.collapse, r.Err, f.Accepted(token(1).Value))
		}
	}
}

func TestAProjectsQuotaIdlesTheService(t *testing.T) {
	f, a := fake(t, fcmpush.Options{})
	c := client(t, a)
	f.FailSends(1, pushtest.FCMReply("RESOURCE_EXHAUSTED", ""))
	r := c.Send(t.Context(), order(), []push.Token{token(1), token(2), token(3)})
	for i := range r {
		if !errors.Is(r[i].Err, waybill.ErrRateLimited) || r[i].Err.RetryAfter <= 0 {
			t.Errorf("token %d: %v", i, r[i].Err)
		}
	}
	before := f.Sends()
	r = c.Send(t.Context(), order(), []push.Token{token(1)})
	if !errors.Is(r[0].Err, waybill.ErrRateLimited) || f.Sends() != before {
		t.Errorf("the vendor's word was not obeyed: %v, %d exchanges", r[0].Err, f.Sends()-before)
	}
}

// Two projects behind one client: a token of the second is not dead because the
// first does not know it.
func TestTwoProjects(t *testing.T) {
	drivers, customers := pushtest.NewFCM(&pushtest.FCMOptions{OnlyRegistered: true}), pushtest.NewFCM(nil)
	t.Cleanup(drivers.Close)
	t.Cleanup(customers.Close)
	build := func(f *pushtest.FCM, app string) *fcmpush.Adapter {
		a, err := fcmpush.New(f.Key(), &fcmpush.Options{BaseURL: f.URL(), HTTPClient: f.Client(), App: app})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	c, err := push.New(push.With(build(drivers, "driver"), push.As("drivers")), push.With(build(customers, "customer"), push.As("customers")))
	if err != nil {
		t.Fatal(err)
	}
	at := func(app string, n int) push.Token {
		return push.Token{Vendor: push.FCM, App: app, Value: pushtest.FCMToken(n)}
	}
	drivers.Register(pushtest.FCMToken(1))
	results := c.Send(t.Context(), order(), []push.Token{at("driver", 1), at("customer", 2), at("driver", 3), at("shop", 4)})
	if results[0].Err != nil || results[0].Instance != "drivers" || results[1].Err != nil || results[1].Instance != "customers" {
		t.Errorf("%v %v", results[0].Err, results[1].Err)
	}
	if r := results[2]; r.Err == nil || r.Err.VendorCode != "SENDER_ID_MISMATCH" || !r.Dead {
		t.Errorf("another project's token: %v, dead %t", r.Err, r.Dead)
	}
	if r := results[3]; r.Err == nil || r.Err.Code != waybill.Unsupported {
		t.Errorf("an app that nobody serves: %v", r.Err)
	}
}

// A key of the wrong project makes every token foreign; none is declared dead.
func TestAWrongProjectKillsNobody(t *testing.T) {
	f := pushtest.NewFCM(&pushtest.FCMOptions{OnlyRegistered: true})
	t.Cleanup(f.Close)
	a, err := fcmpush.New(f.Key(), &fcmpush.Options{BaseURL: f.URL(), HTTPClient: f.Client()})
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, a)
	for _, r := range c.Send(t.Context(), order(), []push.Token{token(1), token(2), token(3)}) {
		if r.Dead || !errors.Is(r.Err, waybill.ErrUnregistered) {
			t.Errorf("dead %t, %v", r.Dead, r.Err)
		}
	}
}

func TestTenThousandTokens(t *testing.T) {
	const count = 10_000
	f, a := fake(t, fcmpush.Options{})
	c := client(t, a, push.WithMaxBatch(500))
	for i := 0; i < count; i += 100 {
		f.Kill(token(i).Value)
	}
	f.FailToken(token(4242).Value, fakehttp.After(fakehttp.CutBody()))
	pulled, yielded, most := 0, 0, 0
	var tokens iter.Seq[push.Token] = func(yield func(push.Token) bool) {
		for i := range count {
			pulled++
			most = max(most, pulled-yielded)
			if !yield(token(i)) {
				return
			}
		}
	}
	for got, r := range c.SendAll(t.Context(), order(), tokens) {
		i := yielded
		yielded++
		if got != token(i) || r.Token != got {
			t.Fatalf("result %d is that of another token", i)
		}
		accepted := f.Accepted(got.Value)
		switch {
		case i%100 == 0:
			if !errors.Is(r.Err, waybill.ErrUnregistered) || !r.Dead || accepted != 0 {
				t.Errorf("dead token %d: %v, dead %t, accepted %d", i, r.Err, r.Dead, accepted)
			}
		case i == 4242:
			if r.Err == nil || r.Err.Delivery != waybill.Ambiguous || accepted != 1 {
				t.Errorf("token %d: %v, accepted %d", i, r.Err, accepted)
			}
		case r.Err != nil || accepted != 1:
			t.Errorf("token %d: %v, accepted %d", i, r.Err, accepted)
		}
	}
	if yielded != count || most > 500 {
		t.Errorf("%d results, %d tokens held at once", yielded, most)
	}
	if n := len(f.Ledger().Accepted()); n != count-count/100 {
		t.Errorf("%d accepted", n)
	}
}
