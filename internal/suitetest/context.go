package suitetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

// When calls f once the condition holds, and returns; it gives up with ctx.
func When(ctx context.Context, holds func() bool, f func()) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	f()
}

// UntilSeen returns a context for a call under a fault: where the fault hangs,
// it ends as an attempt ends by its own time-out, as soon as seen reports that
// the server has the request. The caller calls end.
func (x Expect) UntilSeen(ctx context.Context, seen func() bool) (_ context.Context, end func()) {
	if !x.Hangs {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	go When(ctx, seen, func() { cancel(waybill.ErrAttemptTimeout) })
	return ctx, func() { cancel(nil) }
}

// Ended wants the caller's own end of a call told as such: by its code, and by
// errors.Is with the context's error.
func Ended(t testing.TB, err, want error, code waybill.Code) {
	t.Helper()
	if waybill.AsError(err) == nil {
		t.Error("the caller ended the call and the adapter reported success")
		return
	}
	if got := waybill.CodeOf(err); got != code {
		t.Errorf("got code %v, want %v", got, code)
	}
	if !errors.Is(err, want) {
		t.Errorf("errors.Is(err, %v) does not hold", want)
	}
}

// AttemptEnded wants an attempt's own time-out not taken for the caller's end.
func AttemptEnded(t testing.TB, err error) {
	t.Helper()
	if waybill.AsError(err) == nil {
		t.Error("the attempt's time was up and the adapter reported success")
		return
	}
	if got := waybill.CodeOf(err); got != waybill.DeadlineExceeded {
		t.Errorf("got code %v, want deadline_exceeded", got)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t.Error("the attempt's own time-out looks like the caller's")
	}
}
