package failover

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// order is the order of the verdict's codes, most actionable first; codes of one
// line are equals.
var order = [][]waybill.Code{
	{waybill.InvalidArgument},
	{waybill.TooLarge},
	{waybill.Unregistered, waybill.OptedOut, waybill.RecipientLimited},
	{waybill.RateLimited},
	{waybill.QuotaExhausted},
	{waybill.Unauthenticated},
	{waybill.PermissionDenied},
	{waybill.Unavailable, waybill.Internal, waybill.DataLoss, waybill.Unknown},
	{waybill.DeadlineExceeded},
	{waybill.FailedPrecondition, waybill.AlreadyExists},
	{waybill.NotFound},
	{waybill.Unsupported},
}

// The order of the verdict's code, for every pair of codes that can meet in one
// call: a fails with one, b with the other.
func TestVerdictOrder(t *testing.T) {
	goesOn := func(e *waybill.Error) bool {
		return classify(e, rules{kind: Read, notFound: true}).next
	}
	for i, line := range order {
		for j, other := range order {
			for _, x := range line {
				for _, y := range other {
					first, second := fault(x, 0, ns), fault(y, 0, ns)
					if !goesOn(first) {
						continue
					}
					synctest.Test(t, func(t *testing.T) {
						p := waybill.Policy{NextOnNotFound: waybill.Yes, TriesPerProvider: -1}
						g := newRig(t, rigging{policy: p}, newFake("a", fails(first)), newFake("b", fails(second)))
						want := x
						if j < i {
							want = y
						}
						e := g.mustFail(want)
						if len(waybill.Attempts(e)) != 2 {
							t.Fatalf("%v then %v: %d attempts", x, y, len(waybill.Attempts(e)))
						}
					})
				}
			}
		}
	}
}

// For a send the ambiguous attempt decides, and the worst delivery is kept.
func TestVerdictOfASendIsTheAmbiguousAttempts(t *testing.T) {
	for _, before := range []waybill.Code{waybill.RateLimited, waybill.QuotaExhausted, waybill.Unauthenticated, waybill.PermissionDenied, waybill.Unsupported} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{kind: Send}, newFake("a", fails(fault(before, 0, ns))),
				newFake("b", fails(fault(waybill.Internal, waybill.ScopeProvider, amb))), newFake("c"))
			e := g.mustFail(waybill.Internal)
			if e.Delivery != amb || waybill.Retryable(e) {
				t.Fatalf("%v: delivery %v", before, e.Delivery)
			}
			if g.tried(1, 1, 0); len(waybill.Attempts(e)) != 2 {
				t.Fatal("not all attempts are listed")
			}
		})
	}
}

// The verdict's wait is the shortest after which somebody may serve.
func TestVerdictShortestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{kind: Send, policy: waybill.Policy{TriesPerProvider: -1}}, newFake("a", fails(limited(waybill.ScopeService, time.Minute))),
			newFake("b", fails(limited(waybill.ScopeService, 20*time.Second))))
		if e := g.mustFail(waybill.RateLimited); e.RetryAfter != 20*time.Second {
			t.Fatalf("wait %v", e.RetryAfter)
		}
		time.Sleep(5 * time.Second)
		e := g.mustFail(waybill.RateLimited) // both idle: nobody is asked
		if e.RetryAfter != 15*time.Second || len(waybill.Attempts(e)) != 0 {
			t.Fatalf("wait %v with %d attempts", e.RetryAfter, len(waybill.Attempts(e)))
		}
		g.tried(1, 1)
	})
}

type vendorError struct{ n int }

func (v vendorError) Error() string { return fmt.Sprint("vendor ", v.n) }

// Every attempt is listed, and every vendor's error is reached by errors.As.
func TestAttemptsAndVendorErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e1 := &waybill.Error{Code: waybill.Unsupported, Delivery: ns}
		e2 := &waybill.Error{Code: waybill.RateLimited, Delivery: ns, Err: vendorError{2}}
		g := newRig(t, rigging{}, newFake("a", fails(e1)), newFake("b", fails(e2)))
		_, _, err := g.ask(t.Context(), &Select{Ref: "order-7"})
		var v vendorError
		if !errors.As(err, &v) || v.n != 2 {
			t.Fatalf("the vendor's error is not reached: %v", v)
		}
		all := waybill.Attempts(err)
		if len(all) != 2 || all[0].Provider != "a" || all[1].Provider != "b" || all[0].Op != "ask" {
			t.Fatalf("attempts %+v", all)
		}
		e := waybill.AsError(err)
		if e.Ref != "order-7" || e.Provider != "b" || e.Op != "ask" || strings.Contains(e.Error(), "order-7") {
			t.Fatalf("verdict %v", e)
		}
		if errors.Is(err, waybill.ErrUnsupported) || !errors.Is(err, waybill.ErrRateLimited) {
			t.Fatal("Is must look at the verdict only")
		}
	})
}

// The recorder collects the attempts of a success, too.
func TestRecorder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{uses: []waybill.Use{{Instance: "a-2"}}}, newFake("a", fails(fault(waybill.Unsupported, 0, ns))), newFake("b", slow(time.Second/2, ok)))
		ctx, rec := waybill.WithRecorder(t.Context())
		if _, _, err := g.ask(ctx, nil); err != nil {
			t.Fatal(err)
		}
		all := rec.Attempts()
		if len(all) != 2 || all[0].Err == nil || all[0].Instance != "a-2" || all[1].Err != nil || all[1].Duration != time.Second/2 || all[1].Instance != "" {
			t.Fatalf("attempts %+v", all)
		}
	})
}

// A conclusive answer is not hidden by those who were not asked.
func TestVerdictOfAConclusiveAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFake("b")
		g := newRig(t, rigging{}, newFake("a", fails(fault(waybill.NotFound, waybill.ScopeRequest, ns))), b)
		b.account.Idle("", time.Now().Add(time.Minute))
		if e := g.mustFail(waybill.NotFound); e.RetryAfter != 0 {
			t.Fatalf("wait %v", e.RetryAfter)
		}
	})
}

// A verb that nobody offers is Unsupported before any work.
func TestNobodyOffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{}, newFake("a"))
		l := NewLane[interface{ Fly(context.Context) error }](g.set, "fly", Read, waybill.Policy{}, waybill.Policy{})
		if l.Offered() || !g.lane.Offered() {
			t.Fatal("Offered is wrong")
		}
		_, _, err := One(t.Context(), l, nil, 0, func(p interface{ Fly(context.Context) error }, ctx context.Context, _ int) (int, error) {
			return 0, p.Fly(ctx)
		})
		e := waybill.AsError(err)
		if e.Code != waybill.Unsupported || e.Delivery != ns || e.Provider != "test" || e.Op != "fly" {
			t.Fatalf("verdict %v", err)
		}
	})
}

// Hooks: a call and its attempts nest, and ends tell the truth.
func TestHooksOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{kind: Send}, newFake("a", fails(fault(waybill.Unsupported, 0, ns))), newFake("b", slow(time.Second/2, ok)))
		g.must("b")
		want := "[attempt a unsupported failover a b attempt b ok call ok]"
		if got := fmt.Sprint(g.events); got != want {
			t.Fatalf("events %v; want %v", got, want)
		}
		c := g.calls[0]
		if c.Provider != "b" || c.Instance != "b" || c.Attempts != 2 || c.Duration != time.Second/2 || c.Err != nil {
			t.Fatalf("end %+v", c)
		}
		s := g.starts[1]
		if s.Domain != "test" || s.Client != "client" || s.Op != "ask" || !s.Send || s.Number != 2 || s.Instance != "b" || s.Hedge || s.Probe {
			t.Fatalf("start %+v", s)
		}
	})
}

// A panic of the adapter goes on to the caller, and leaves nothing taken.
func TestPanicGivesEverythingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{}, newFake("a", panics, ok))
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			g.times(1)
		}()
		g.quiet()
		if n := len(g.calls); n != 1 || g.calls[0].Err == nil || g.calls[0].Err.Code != waybill.Internal || len(g.tries) != 1 {
			t.Fatalf("calls %+v", g.calls)
		}
		g.must("a")
	})
}
