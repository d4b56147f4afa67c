package suitetest

import (
	"runtime/debug"
	"sync"
	"testing"
	"time"
)

// Patience is how long a suite waits for a call that should have ended.
const Patience = 10 * time.Second

// Halt ends a run early: once something is wrong that every later subtest would
// only repeat, the groups that follow are left out. The zero value is ready, and
// may be used at the same time.
type Halt struct {
	mu  sync.Mutex
	why string
}

// Stop ends the run for a reason, of which the first counts.
func (h *Halt) Stop(why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.why == "" {
		h.why = why
	}
}

// Why returns the reason, or "" for a run that goes on.
func (h *Halt) Why() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.why
}

// Skip leaves a group or a subtest out of a run that has been stopped.
func (h *Halt) Skip(t testing.TB) {
	t.Helper()
	if why := h.Why(); why != "" {
		t.Skip("the run was stopped: " + why)
	}
}

// Within calls f and returns what it returns. When that takes longer than
// patience it fails the subtest, ends it and stops the run: the adapter does not
// heed its context, or waits for something that never comes. what names the
// call. f goes on alone; closing the server ends it. A panic of f is the caller's.
// 0 means [Patience].
func Within[R any](t testing.TB, h *Halt, patience time.Duration, what string, f func() (R, error)) (R, error) {
	t.Helper()
	type answer struct {
		r     R
		err   error
		panic any
		stack []byte
	}
	if patience == 0 {
		patience = Patience
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if a.panic = recover(); a.panic != nil {
				a.stack = debug.Stack()
			}
			done <- a
		}()
		a.r, a.err = f()
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case a := <-done:
		if a.panic != nil {
			t.Logf("%s panicked: %v\n%s", what, a.panic, a.stack)
			panic(a.panic)
		}
		return a.r, a.err
	case <-timer.C:
	}
	h.Stop("a call hung")
	t.Fatalf("%s: the call has not returned after %v: does the adapter heed its context, and bound every wait?", what, patience)
	panic("unreachable")
}
