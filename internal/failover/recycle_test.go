package failover

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

// The context of an attempt may outlive its call, whose memory serves others by
// then: it keeps its own end and values, and a client called with it ends at
// once without touching the call under way.
func TestContextOutlivesARecycledCall(t *testing.T) {
	var kept context.Context
	keep := func(ctx context.Context, _ string) (string, error) { kept = ctx; return "", nil }
	a := newFake("a", keep)
	g := newRig(t, rigging{}, a)
	type key struct{}
	if _, _, err := g.ask(context.WithValue(t.Context(), key{}, 7), nil); err != nil {
		t.Fatal(err)
	}
	late := kept
	if attemptOf(late).c != nil {
		t.Fatal("a call that ended well is still referred to")
	}
	// Another call takes the place, and is under way when the old context is used.
	inner := newFake("i")
	in := newRig(t, rigging{}, inner)
	a.will(func(ctx context.Context, _ string) (string, error) {
		if attemptOf(ctx) == attemptOf(late) {
			t.Error("an attempt was used again")
		}
		if _, _, err := in.ask(late, nil); waybill.CodeOf(err) != waybill.Canceled {
			t.Errorf("a client inside an old context: %v", err)
		}
		if n := attemptOf(ctx).c.number; n != 1 {
			t.Errorf("the call under way counts %d attempts", n)
		}
		return "", nil
	})
	g.must("a")
	if late.Err() == nil || late.Value(key{}) != 7 || Instance(late) != "a" {
		t.Fatalf("the old context: %v, %v, %q", late.Err(), late.Value(key{}), Instance(late))
	}
	select {
	case <-late.Done():
	default:
		t.Fatal("the old context is not done")
	}
}

// A client that runs inside and is not waited for keeps the call around it: its
// budget is never another call's.
func TestNestedClientOutlivesItsCall(t *testing.T) {
	begun, goOn, over := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	inner := newFake("i", func(ctx context.Context, _ string) (string, error) {
		close(begun)
		<-goOn
		return "", fault(waybill.Unavailable, 0, waybill.NotSent)
	}, ok)
	in := newRig(t, rigging{}, inner)
	var outer *call
	g := newRig(t, rigging{}, newFake("a", func(ctx context.Context, _ string) (string, error) {
		go func() {
			_, _, err := in.ask(ctx, nil)
			over <- err
		}()
		<-begun
		outer = attemptOf(ctx).c
		return "", nil
	}, ok))
	g.must("a")
	for range 10 { // other calls, none in the place of the first
		g.must("a")
	}
	if outer.l != g.lane.lane || outer.number != 1 {
		t.Fatal("a call was recycled under a client inside it")
	}
	close(goOn)
	if err := <-over; err == nil { // its caller's context has ended
		t.Fatal("the client inside went on after its attempt")
	}
}

// Calls of all kinds side by side never see each other's request.
func TestRecycledCallsAreClean(t *testing.T) {
	echo := func(_ context.Context, q string) (string, error) { return q, nil }
	odd := func(ctx context.Context, q string) (string, error) {
		if len(q)%2 == 1 {
			return "", fault(waybill.Unsupported, 0, waybill.NotSent)
		}
		return q, nil
	}
	g := newRig(t, rigging{}, newFake("a", odd), newFake("b", echo))
	var wg sync.WaitGroup
	for n := range 50 {
		wg.Go(func() {
			q := "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"[:n]
			for range 50 {
				var sel *Select
				want, attempts := "a", 1
				if n%2 == 1 {
					want, attempts = "b", 2
				}
				if n%5 == 0 {
					sel, want, attempts = &Select{Only: "b", Key: q, Ref: q, Regions: []string{"CN"}}, "b", 1
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				v, s, err := One(ctx, g.lane, sel, q, asker.Ask)
				cancel()
				if err != nil || (v != q && q != "") || s.Provider != want || s.Attempts != attempts || s.PossibleDuplicate {
					t.Errorf("%d: %q from %+v, %v", n, v, s, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// A call with one attempt that serves makes one allocation: its attempt, which is
// the adapter's context. The pool of calls may be emptied now and then.
func TestSuccessAllocates(t *testing.T) {
	set, err := NewSet(Config{Domain: "rig"}, []Member{{Provider: prompt{}}})
	if err != nil {
		t.Fatal(err)
	}
	l := NewLane[asker](set, "ask", Read, waybill.Policy{}, waybill.Policy{})
	ctx := t.Context()
	if n := testing.AllocsPerRun(1000, func() {
		if _, _, err := One(ctx, l, &Select{Key: "k"}, "q", asker.Ask); err != nil {
			t.Fatal(err)
		}
	}); n > 2 {
		t.Fatalf("%v allocations", n)
	}
}

type prompt struct{}

func (prompt) Name() string { return "prompt" }

func (prompt) Ask(context.Context, string) (string, error) { return "v", nil }
