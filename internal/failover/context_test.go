package failover

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

type ctxKey struct{}

// within runs f inside an attempt of a one-provider lane.
func within(t *testing.T, p waybill.Policy, ctx context.Context, f func(ctx context.Context)) {
	t.Helper()
	g := newRig(t, rigging{kind: Send, policy: p}, newFake("a", func(ctx context.Context, _ string) (string, error) {
		f(ctx)
		return "a", nil
	}))
	if _, _, err := g.ask(ctx, nil); err != nil {
		t.Fatal(err)
	}
}

// The attempt's context keeps the contract of context.Context.
func TestAttemptContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := context.WithValue(t.Context(), ctxKey{}, "v")
		var kept context.Context
		within(t, waybill.Policy{}, parent, func(ctx context.Context) {
			kept = ctx
			if ctx.Value(ctxKey{}) != "v" || ctx.Err() != nil {
				t.Error("values of the caller are lost")
			}
			if d, has := ctx.Deadline(); !has || time.Until(d) != time.Second {
				t.Errorf("deadline %v, %v", d, has)
			}
			child, cancel := context.WithCancel(ctx)
			defer cancel()
			stop := context.AfterFunc(ctx, func() {})
			defer stop()
			if ctx.Value(ctxKey{}) != "v" || child.Value(ctxKey{}) != "v" {
				t.Error("values of the caller are lost once Done was asked for")
			}
			<-child.Done()
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) || !errors.Is(context.Cause(ctx), waybill.ErrAttemptTimeout) || !errors.Is(context.Cause(child), waybill.ErrAttemptTimeout) {
				t.Errorf("err %v, cause %v", ctx.Err(), context.Cause(ctx))
			}
			if e := waybill.FromContext(child); e.Code != waybill.DeadlineExceeded || errors.Is(e, context.DeadlineExceeded) {
				t.Errorf("FromContext %v", e)
			}
		})
		if kept.Err() == nil {
			t.Fatal("the context outlives its attempt")
		}
	})
}

// Err tells of the end without Done ever being asked for.
func TestAttemptContextByPolling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, waybill.Policy{}, t.Context(), func(ctx context.Context) {
			time.Sleep(time.Second - 1)
			if ctx.Err() != nil {
				t.Error("too early")
			}
			time.Sleep(time.Nanosecond)
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) || !errors.Is(context.Cause(ctx), waybill.ErrAttemptTimeout) {
				t.Errorf("err %v, cause %v", ctx.Err(), context.Cause(ctx))
			}
		})
	})
}

// A context that is used after its attempt is over, and never before.
func TestAttemptContextAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept context.Context
		within(t, waybill.Policy{}, t.Context(), func(ctx context.Context) { kept = ctx })
		select {
		case <-kept.Done():
		default:
			t.Fatal("Done is open")
		}
		if kept.Err() == nil {
			t.Fatal("Err is nil")
		}
	})
}

// The caller's cancellation and its cause come through.
func TestAttemptContextOfACancelledCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("why")
		parent, cancel := context.WithCancelCause(t.Context())
		within(t, waybill.Policy{}, parent, func(ctx context.Context) {
			done := ctx.Done()
			cancel(why)
			<-done
			if ctx.Err() != context.Canceled || context.Cause(ctx) != why {
				t.Errorf("err %v, cause %v", ctx.Err(), context.Cause(ctx))
			}
			if e := waybill.FromContext(ctx); !errors.Is(e, context.Canceled) {
				t.Errorf("FromContext %v", e)
			}
		})
	})
}

// Without a time-out of its own only the caller's deadline holds.
func TestAttemptContextWithoutTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		off := waybill.Policy{AttemptTimeout: -1}
		within(t, off, t.Context(), func(ctx context.Context) {
			if _, has := ctx.Deadline(); has || ctx.Err() != nil {
				t.Error("a deadline from nowhere")
			}
			time.Sleep(time.Hour)
			select {
			case <-ctx.Done():
				t.Error("over")
			default:
			}
		})
		parent, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		within(t, off, parent, func(ctx context.Context) {
			<-ctx.Done()
			if e := waybill.FromContext(ctx); !errors.Is(e, context.DeadlineExceeded) {
				t.Errorf("the caller's deadline is %v", e)
			}
		})
	})
}

// An adapter that cancels by itself, while the caller waits, is the provider's
// failure and nobody's cancellation.
func TestCanceledByTheAdapter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", func(context.Context, string) (string, error) { return "", context.Canceled })
		g := newRig(t, rigging{kind: Send}, a)
		_, _, err := g.ask(t.Context(), nil)
		if waybill.CodeOf(err) != waybill.Unknown || errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != amb {
			t.Fatalf("verdict %v", err)
		}
		if g.status("a").Failures != 1 {
			t.Fatal("not counted")
		}
	})
}
