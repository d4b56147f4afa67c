package failover

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// body is what a stream hands out.
type body struct {
	ctx   context.Context
	close context.CancelFunc
	text  string
}

type getter interface {
	Get(ctx context.Context, key string) (*body, error)
}

type bucket struct {
	*fake
}

func (b bucket) Get(ctx context.Context, key string) (*body, error) {
	text, err := b.Ask(ctx, key)
	if err != nil {
		return nil, err
	}
	return &body{ctx: ctx, text: text}, nil
}

func bindBody(b *body, cancel context.CancelFunc) *body {
	b.close = cancel
	return b
}

func streamLane(t *testing.T, p waybill.Policy, fakes ...*fake) (*Set, *Lane[getter]) {
	t.Helper()
	var members []Member
	for _, f := range fakes {
		f.account = waybill.NewAccount(f.name, waybill.Limits{Concurrency: 1})
		members = append(members, Member{Provider: bucket{f}})
	}
	set, err := NewSet(Config{Domain: "test", Rand: middle}, members)
	if err != nil {
		t.Fatal(err)
	}
	return set, NewLane[getter](set, "get", Read, waybill.Policy{AttemptTimeout: time.Second}, p)
}

// Rule: the attempt's time-out ends at the response head; cancellation then
// belongs to Body.Close.
func TestStreamTimeoutEndsAtTheHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, l := streamLane(t, waybill.Policy{}, newFake("a", slow(900*time.Millisecond, ok)))
		b, s, err := Stream(t.Context(), l, nil, "k", getter.Get, bindBody)
		if err != nil || b.text != "a" || s.Instance != "a" {
			t.Fatalf("%+v, %v", s, err)
		}
		time.Sleep(time.Hour)
		if b.ctx.Err() != nil {
			t.Fatalf("the body was cut: %v", context.Cause(b.ctx))
		}
		if _, has := b.ctx.Deadline(); has {
			t.Fatal("a body has no deadline of the attempt")
		}
		if st := set.Status()[0]; st.InUse != 1 || st.Successes != 1 {
			t.Fatalf("an open body takes a place: %+v", st)
		}
		b.close()
		b.close()
		if b.ctx.Err() == nil {
			t.Fatal("Close does not cancel")
		}
		if st := set.Status()[0]; st.InUse != 0 {
			t.Fatalf("a closed body takes a place: %+v", st)
		}
		if _, _, err = Stream(t.Context(), l, nil, "k", getter.Get, bindBody); err != nil {
			t.Fatalf("the account's place was not given back: %v", err)
		}
	})
}

// Before the head the time-out holds, and the next provider is asked.
func TestStreamHeadTimesOut(t *testing.T) {
	for name, s := range map[string]step{
		"waits for Done": hangs,
		"polls Err": func(ctx context.Context, _ string) (string, error) {
			for ctx.Err() == nil {
				time.Sleep(100 * time.Millisecond)
			}
			return "", ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set, l := streamLane(t, waybill.Policy{}, newFake("a", s), newFake("b"))
				start := time.Now()
				b, _, err := Stream(t.Context(), l, nil, "k", getter.Get, bindBody)
				if err != nil || b.text != "b" || time.Since(start) != time.Second {
					t.Fatalf("%v after %v", err, time.Since(start))
				}
				b.close()
				if st := set.Status()[0]; st.Failures != 1 || st.InUse != 0 {
					t.Fatalf("%+v", st)
				}
			})
		})
	}
}

// The time-out of a head is the attempt's, never the caller's.
func TestStreamTimeoutVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		raw := func(ctx context.Context, _ string) (string, error) { <-ctx.Done(); return "", ctx.Err() }
		_, l := streamLane(t, single, newFake("a", raw))
		_, _, err := Stream(t.Context(), l, nil, "k", getter.Get, bindBody)
		if waybill.CodeOf(err) != waybill.DeadlineExceeded || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("verdict %v", err)
		}
	})
}

// The caller's cancellation reaches an open body.
func TestStreamCallerCancelsTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l := streamLane(t, waybill.Policy{}, newFake("a"))
		ctx, cancel := context.WithCancel(t.Context())
		b, _, err := Stream(ctx, l, nil, "k", getter.Get, bindBody)
		if err != nil {
			t.Fatal(err)
		}
		done := b.ctx.Done()
		cancel()
		<-done
		b.close()
	})
}

// Close of the set does not wait for open bodies.
func TestStreamBodyOutlivesClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, l := streamLane(t, waybill.Policy{}, newFake("a"))
		b, _, _ := Stream(t.Context(), l, nil, "k", getter.Get, bindBody)
		if err := set.Close(t.Context()); err != nil || b.ctx.Err() != nil {
			t.Fatalf("%v, %v", err, b.ctx.Err())
		}
		b.close()
	})
}

// pager lists pages of two.
type pager interface {
	List(ctx context.Context, from int) (items []string, next int, more bool, err error)
}

type shelf struct {
	name  string
	total int
	err   map[int]error // by cursor, given once
	asked []int
}

func (s *shelf) Name() string { return s.name }

func (s *shelf) List(_ context.Context, from int) (items []string, next int, more bool, err error) {
	s.asked = append(s.asked, from)
	if e := s.err[from]; e != nil {
		delete(s.err, from)
		return nil, 0, false, e
	}
	for i := from; i < min(from+2, s.total); i++ {
		items = append(items, fmt.Sprint(s.name, i))
	}
	return items, from + 2, from+2 < s.total, nil
}

func pagesOf(t *testing.T, shelves ...*shelf) *Lane[pager] {
	t.Helper()
	var members []Member
	for _, s := range shelves {
		members = append(members, Member{Provider: s})
	}
	set, err := NewSet(Config{Domain: "test", Rand: middle}, members)
	if err != nil {
		t.Fatal(err)
	}
	return NewLane[pager](set, "list", Read, waybill.Policy{}, single)
}

func collect(t *testing.T, l *Lane[pager], stop int) (out []string, err error) {
	t.Helper()
	for s, e := range Pages(t.Context(), l, nil, 0, pager.List) {
		if e != nil {
			return out, e
		}
		if out = append(out, s); len(out) == stop {
			break
		}
	}
	return out, nil
}

// Rule: an iterator stays with the provider that gave its first page; a later
// failure ends it with that error.
func TestPagesStayWithTheirProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &shelf{name: "a", total: 5, err: map[int]error{0: down}}
		b := &shelf{name: "b", total: 5}
		got, err := collect(t, pagesOf(t, a, b), -1)
		if err != nil || fmt.Sprint(got) != "[b0 b1 b2 b3 b4]" || len(a.asked) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a := &shelf{name: "a", total: 9, err: map[int]error{4: maybeSent}}
		b := &shelf{name: "b", total: 9}
		got, err := collect(t, pagesOf(t, a, b), -1)
		if fmt.Sprint(got) != "[a0 a1 a2 a3]" || waybill.CodeOf(err) != waybill.Unavailable || len(b.asked) != 0 {
			t.Fatalf("%v, %v, b was asked %v", got, err, b.asked)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a := &shelf{name: "a", total: 9}
		got, err := collect(t, pagesOf(t, a), 3)
		if err != nil || len(got) != 3 || len(a.asked) != 2 {
			t.Fatalf("%v, %v after pages %v", got, err, a.asked)
		}
	})
}

// Rule: no goroutine outlives a call; Close refuses new ones and waits for those
// under way.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{kind: Send}, newFake("a", deaf(time.Second/2, ok)))
		var served atomic.Bool
		go func() {
			g.must("a")
			served.Store(true)
		}()
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		err := g.set.Close(short)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Close with too little time: %v", err)
		}
		e := g.mustFail(waybill.Unavailable)
		if e.Delivery != ns || len(waybill.Attempts(e)) != 0 {
			t.Fatalf("verdict %v", e)
		}
		if err := g.set.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if !served.Load() {
			t.Fatal("Close did not wait")
		}
		if err := g.set.Close(t.Context()); err != nil {
			t.Fatal("Close may be called again", err)
		}
		g.tried(1)
	})
}

// A panic between the head and the caller, in bind or in a hook, leaves nobody to
// close the body: its place is given back.
func TestStreamPanicsAfterTheHead(t *testing.T) {
	for _, what := range []string{"bind", "hook"} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{}, newFake("a"))
			if what == "hook" {
				g.set.cfg.Hooks = &waybill.Hooks{StartCall: func(ctx context.Context, _ waybill.Call) (context.Context, func(waybill.CallEnd)) {
					return ctx, func(waybill.CallEnd) { panic("hook") }
				}}
			}
			func() {
				defer func() { _ = recover() }()
				_, _, _ = Stream(t.Context(), g.lane, nil, "q", asker.Ask, func(v string, _ context.CancelFunc) string {
					if what == "bind" {
						panic("bind")
					}
					return v
				})
				t.Errorf("%s: no panic", what)
			}()
			g.quiet()
		})
	}
}
