package failover

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// manyAsker is the interface over items.
type manyAsker interface {
	AskMany(ctx context.Context, items []int) []Outcome[string]
}

// post answers per item by a function.
type post struct {
	name string
	do   func(ctx context.Context, items []int) []Outcome[string]

	mu    sync.Mutex
	asked [][]int
}

func (p *post) Name() string { return p.name }

func (p *post) AskMany(ctx context.Context, items []int) []Outcome[string] {
	p.mu.Lock()
	p.asked = append(p.asked, append([]int(nil), items...))
	p.mu.Unlock()
	return p.do(ctx, items)
}

// each makes an answer of one function per item; a nil error is a success.
func each(name string, f func(item int) error) func(context.Context, []int) []Outcome[string] {
	return func(_ context.Context, items []int) []Outcome[string] {
		out := make([]Outcome[string], len(items))
		for i, it := range items {
			if out[i].Err = f(it); out[i].Err == nil {
				out[i].Value = fmt.Sprint(name, it)
			}
		}
		return out
	}
}

func fine(int) error { return nil }

func manyLane(t *testing.T, kind Kind, p waybill.Policy, posts ...*post) (*Set, *Lane[manyAsker]) {
	t.Helper()
	members := make([]Member, len(posts))
	for i, x := range posts {
		members[i].Provider = x
	}
	set, err := NewSet(Config{Domain: "test", Rand: middle}, members)
	if err != nil {
		t.Fatal(err)
	}
	return set, NewLane[manyAsker](set, "ask", kind, waybill.Policy{AttemptTimeout: time.Second}, p)
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// Rule: exactly one outcome per item, in order.
func TestManyInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &post{name: "a", do: each("a", fine)}
		_, l := manyLane(t, Send, waybill.Policy{}, a)
		for _, n := range []int{0, 1, 500} {
			out := Many(t.Context(), l, nil, numbers(n), manyAsker.AskMany)
			if len(out) != n {
				t.Fatalf("%d outcomes for %d items", len(out), n)
			}
			for i, o := range out {
				if o.Err != nil || o.Value != fmt.Sprint("a", i) || o.Served.Provider != "a" || o.Served.Attempts != 1 || o.Served.PossibleDuplicate {
					t.Fatalf("item %d: %+v", i, o)
				}
			}
		}
		if len(a.asked) != 2 {
			t.Fatalf("asked %d times; no items are no work", len(a.asked))
		}
	})
}

// Rule: only items that are NotSent and retryable go on.
func TestManyOnlyRetryableGoOn(t *testing.T) {
	fates := map[int]*waybill.Error{
		1: down,
		2: maybeSent,
		3: fault(waybill.Unregistered, waybill.ScopeRecipient, ns),
		4: limited(waybill.ScopeService, time.Minute),
		5: fault(waybill.Unknown, 0, waybill.Sent),
		6: fault(waybill.InvalidArgument, 0, ns),
		7: fault(waybill.Unsupported, 0, ns),
		8: fault(waybill.RateLimited, waybill.ScopeRecipient, ns),
	}
	for kind, want := range map[Kind]string{Send: "[1 4 7]", Replace: "[1 2 4 7]", Read: "[1 2 4 7]"} {
		synctest.Test(t, func(t *testing.T) {
			a := &post{name: "a", do: each("a", func(i int) error {
				if e := fates[i]; e != nil {
					return e
				}
				return nil
			})}
			b := &post{name: "b", do: each("b", fine)}
			_, l := manyLane(t, kind, waybill.Policy{}, a, b)
			out := Many(t.Context(), l, nil, numbers(10), manyAsker.AskMany)
			if len(a.asked) != 1 || len(b.asked) != 1 || fmt.Sprint(b.asked[0]) != want {
				t.Fatalf("a was asked %v, b %v; want b to get %v", a.asked, b.asked, want)
			}
			for i, o := range out {
				again := strings.Contains(want, fmt.Sprint(i))
				switch e := fates[i]; {
				case e == nil || again:
					name := "a"
					if again {
						name = "b"
					}
					if o.Err != nil || o.Value != fmt.Sprint(name, i) || o.Served.Instance != name {
						t.Errorf("item %d: %+v", i, o)
					}
				default:
					v := waybill.AsError(o.Err)
					if v == nil || v.Code != e.Code || v.Delivery != e.Delivery || len(waybill.Attempts(v)) != 1 {
						t.Errorf("item %d: %v", i, o.Err)
					}
				}
			}
		})
	}
}

// Without duplicates allowed an ambiguous item stays; with it goes on, marked.
func TestManyPossibleDuplicate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &post{name: "a", do: each("a", func(i int) error {
			switch i {
			case 0:
				return maybeSent
			case 1:
				return fault(waybill.Unsupported, 0, ns)
			}
			return nil
		})}
		b := &post{name: "b", do: each("b", fine)}
		_, l := manyLane(t, Send, waybill.Policy{}, a, b)
		out := Many(t.Context(), l, &Select{AllowDuplicates: true}, numbers(3), manyAsker.AskMany)
		for i, want := range []bool{true, false, false} {
			if out[i].Err != nil || out[i].Served.PossibleDuplicate != want {
				t.Errorf("item %d: %+v", i, out[i])
			}
		}
	})
}

// A value with an error of Delivery Sent keeps both.
func TestManyPartialSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &post{name: "a", do: func(context.Context, []int) []Outcome[string] {
			return []Outcome[string]{{Value: "part", Err: fault(waybill.Unavailable, 0, waybill.Sent)}}
		}}
		_, l := manyLane(t, Send, waybill.Policy{}, a, &post{name: "b", do: each("b", fine)})
		out := Many(t.Context(), l, nil, numbers(1), manyAsker.AskMany)
		if out[0].Value != "part" || waybill.DeliveryOf(out[0].Err) != waybill.Sent || out[0].Served.Instance != "a" {
			t.Fatalf("%+v", out[0])
		}
	})
}

// Rule: health gets one sample per call; recipient-scoped outcomes are neutral.
func TestManyOneSampleOfHealth(t *testing.T) {
	dead := fault(waybill.Unregistered, waybill.ScopeRecipient, ns)
	for name, c := range map[string]struct {
		err           func(int) error
		good, failure uint64
	}{
		"all well":       {fine, 1, 0},
		"all dead":       {func(int) error { return dead }, 0, 0},
		"mostly down":    {func(i int) error { return pick(i > 0, maybeSent) }, 0, 1},
		"one down":       {func(i int) error { return pick(i == 0, maybeSent) }, 1, 0},
		"dead and down":  {func(i int) error { return pick(i == 0, maybeSent, dead) }, 0, 1},
		"dead and well":  {func(i int) error { return pick(i == 0, dead) }, 1, 0},
		"all not found":  {func(int) error { return fault(waybill.NotFound, 0, ns) }, 1, 0},
		"all at a limit": {func(int) error { return limited(0, 0) }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &post{name: "a", do: each("a", c.err)}
				set, l := manyLane(t, Send, single, a)
				Many(t.Context(), l, nil, numbers(10), manyAsker.AskMany)
				if s := set.Status()[0]; s.Successes != c.good || s.Failures != c.failure {
					t.Fatalf("%d good and %d bad samples", s.Successes, s.Failures)
				}
			})
		})
	}
}

// pick returns the first error when yes, else the second if there is one.
func pick(yes bool, errs ...error) error {
	if yes {
		return errs[0]
	}
	if len(errs) > 1 {
		return errs[1]
	}
	return nil
}

// Rule: an adapter that answers the wrong count, or panics, is handled: nothing
// is repeated that may have been sent, nothing hangs, nothing is lost.
func TestManyWrongCountAndPanic(t *testing.T) {
	for name, do := range map[string]func(context.Context, []int) []Outcome[string]{
		"none":    func(context.Context, []int) []Outcome[string] { return nil },
		"fewer":   func(context.Context, []int) []Outcome[string] { return make([]Outcome[string], 2) },
		"more":    func(context.Context, []int) []Outcome[string] { return make([]Outcome[string], 9) },
		"a panic": func(context.Context, []int) []Outcome[string] { panic("private text") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &post{name: "a", do: each("a", func(i int) error { return pick(i > 0, fault(waybill.Unsupported, 0, ns)) })}
				b, c := &post{name: "b", do: do}, &post{name: "c", do: each("c", fine)}
				_, l := manyLane(t, Send, waybill.Policy{}, a, b, c)
				out := Many(t.Context(), l, nil, numbers(4), manyAsker.AskMany)
				if out[0].Err != nil || out[0].Value != "a0" {
					t.Fatalf("a success was lost: %+v", out[0])
				}
				for _, o := range out[1:] {
					e := waybill.AsError(o.Err)
					if e == nil || e.Code != waybill.Internal || e.Delivery != amb || len(waybill.Attempts(e)) != 2 || strings.Contains(e.Error(), "private") {
						t.Fatalf("%+v", o)
					}
					var p *PanicError
					if errors.As(e, &p) != (name == "a panic") || (p != nil && (p.Value != "private text" || strings.Contains(p.Error(), "private"))) {
						t.Fatalf("panic %v", p)
					}
				}
				if len(c.asked) != 0 {
					t.Fatal("items that may have been sent went on")
				}
			})
		})
	}
}

// The same provider is repeated with what is left.
func TestManyRepeatsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		a := &post{name: "a"}
		a.do = func(_ context.Context, items []int) []Outcome[string] {
			defer func() { first = false }()
			return each("a", func(i int) error { return pick(first && i%2 == 1, down) })(nil, items)
		}
		_, l := manyLane(t, Send, waybill.Policy{}, a)
		out := Many(t.Context(), l, nil, numbers(6), manyAsker.AskMany)
		if fmt.Sprint(a.asked) != "[[0 1 2 3 4 5] [1 3 5]]" {
			t.Fatalf("asked %v", a.asked)
		}
		for i, o := range out {
			if o.Err != nil || o.Served.Attempts != 1+i%2 {
				t.Fatalf("item %d: %+v", i, o)
			}
		}
	})
}

// Items that end at different providers have their own verdicts.
func TestManyVerdictPerItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &post{name: "a", do: each("a", func(i int) error {
			return pick(i == 0, fault(waybill.Unregistered, waybill.ScopeRecipient, ns), limited(waybill.ScopeService, time.Hour))
		})}
		b := &post{name: "b", do: each("b", func(int) error { return fault(waybill.Unsupported, 0, ns) })}
		_, l := manyLane(t, Send, waybill.Policy{}, a, b)
		out := Many(t.Context(), l, &Select{Ref: "job"}, numbers(2), manyAsker.AskMany)
		one, two := waybill.AsError(out[0].Err), waybill.AsError(out[1].Err)
		if one.Code != waybill.Unregistered || len(waybill.Attempts(one)) != 1 || one.RetryAfter != 0 {
			t.Fatalf("%v", one)
		}
		if two.Code != waybill.RateLimited || len(waybill.Attempts(two)) != 2 || two.RetryAfter != time.Hour || two.Ref != "job" {
			t.Fatalf("%v %v %v %q", two, len(waybill.Attempts(two)), two.RetryAfter, two.Ref)
		}
		if at := waybill.Attempts(two)[0]; at.Items != 2 || at.Failed != 2 || at.Err.Code != waybill.RateLimited {
			t.Fatalf("attempt %+v", at)
		}
		// Both idle or unable now: nobody is asked, all say so.
		out = Many(t.Context(), l, &Select{Only: "a"}, numbers(3), manyAsker.AskMany)
		for _, o := range out {
			if e := waybill.AsError(o.Err); e.Code != waybill.RateLimited || e.Delivery != ns || len(waybill.Attempts(e)) != 0 {
				t.Fatalf("%v", o.Err)
			}
		}
	})
}

// The caller's end: what was under way is ambiguous, what was not asked is not
// sent, what was done stays done.
func TestManyCallersEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &post{name: "a", do: func(ctx context.Context, items []int) []Outcome[string] {
			out := make([]Outcome[string], len(items))
			out[0].Value = "done"
			<-ctx.Done()
			for i := range out[1:] {
				out[i+1].Err = waybill.FromContext(ctx)
			}
			return out
		}}
		_, l := manyLane(t, Send, waybill.Policy{AttemptTimeout: time.Minute}, a, &post{name: "b", do: each("b", fine)})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		out := Many(ctx, l, nil, numbers(3), manyAsker.AskMany)
		if out[0].Err != nil || out[0].Value != "done" {
			t.Fatalf("%+v", out[0])
		}
		for _, o := range out[1:] {
			if !errors.Is(o.Err, context.Canceled) || waybill.DeliveryOf(o.Err) != amb {
				t.Fatalf("%v", o.Err)
			}
		}
		for _, o := range Many(ctx, l, nil, numbers(2), manyAsker.AskMany) {
			if !errors.Is(o.Err, context.Canceled) || waybill.DeliveryOf(o.Err) != ns {
				t.Fatalf("%v", o.Err)
			}
		}
	})
}

// Hooks of a call over many: counts of items, and an error when any failed.
func TestManyHooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var start waybill.Call
		var end waybill.CallEnd
		var items []int
		h := &waybill.Hooks{
			StartCall: func(ctx context.Context, c waybill.Call) (context.Context, func(waybill.CallEnd)) {
				start = c
				return ctx, func(e waybill.CallEnd) { end = e }
			},
			StartAttempt: func(ctx context.Context, s waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
				items = append(items, s.Items)
				return ctx, nil
			},
		}
		a := &post{name: "a", do: each("a", func(i int) error {
			return pick(i < 2, fault(waybill.Unsupported, 0, ns), pick(i == 2, maybeSent))
		})}
		set, err := NewSet(Config{Domain: "test", Hooks: h}, []Member{{Provider: a}, {Provider: &post{name: "b", do: each("b", fine)}}})
		if err != nil {
			t.Fatal(err)
		}
		l := NewLane[manyAsker](set, "ask", Send, waybill.Policy{}, waybill.Policy{})
		Many(t.Context(), l, nil, numbers(7), manyAsker.AskMany)
		if start.Items != 7 || !start.Send || fmt.Sprint(items) != "[7 2]" {
			t.Fatalf("start %+v, attempts of %v items", start, items)
		}
		if end.Attempts != 2 || end.Err == nil || end.Err.Delivery != amb || end.Instance != "b" {
			t.Fatalf("end %+v", end)
		}
	})
}

// Each exchange of an attempt has the whole time-out, within the caller's time.
func TestManyEachExchangeHasItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &post{name: "a", do: func(ctx context.Context, items []int) []Outcome[string] {
			for i := range 4 {
				one, done := Each(ctx)
				limit, _ := one.Deadline()
				want := 10 * time.Second
				if i == 3 { // the caller's time is up in 5 s
					want = 5 * time.Second
				}
				if got := time.Until(limit); got != want || Instance(one) != "a" || !InAttempt(one) || one.Err() != nil {
					t.Errorf("%d: %v, %q", i, got, Instance(one))
				}
				time.Sleep(8 * time.Second)
				if i == 3 && (one.Err() == nil || errors.Is(context.Cause(one), waybill.ErrAttemptTimeout)) {
					t.Error("the caller's end is the attempt's")
				}
				done()
			}
			return make([]Outcome[string], len(items))
		}}
		_, l := manyLane(t, Send, waybill.Policy{AttemptTimeout: 10 * time.Second}, p)
		ctx, cancel := context.WithTimeout(t.Context(), 29*time.Second)
		defer cancel()
		Many(ctx, l, nil, numbers(2), manyAsker.AskMany)
	})
	one, done := Each(t.Context())
	if done(); one.Err() == nil {
		t.Error("outside an attempt it cannot be ended")
	}
}
