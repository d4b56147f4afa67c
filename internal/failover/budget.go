package failover

import "sync/atomic"

// tokens is the budget of repeated tries that all lanes of a set share. It
// counts what was spent, in tenths, so that lanes with budgets of different
// sizes can draw on it: a retryable failure spends one, a success gives a tenth
// back.
type tokens struct{ spent atomic.Int64 }

// allow reports whether a budget of the given size is still more than half full.
// A negative size switches the budget off.
func (t *tokens) allow(size int) bool {
	return size < 0 || t.spent.Load() < int64(size)*5
}

func (t *tokens) fail(size int) {
	for size > 0 {
		old := t.spent.Load()
		now := max(old, min(old+10, int64(size)*10))
		if now == old || t.spent.CompareAndSwap(old, now) {
			return
		}
	}
}

func (t *tokens) succeed() {
	for {
		old := t.spent.Load()
		if old == 0 || t.spent.CompareAndSwap(old, old-1) {
			return
		}
	}
}

// take takes one of a call's tries, or reports that none is left.
func take(left *atomic.Int32) bool {
	for {
		n := left.Load()
		if n <= 0 {
			return false
		}
		if left.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

// mayRepeatAny reports whether the retry tokens, those of the calls around
// included, allow a repeated try.
func (c *call) mayRepeatAny() bool {
	for ; c != nil; c = c.outer {
		if !c.l.set.tokens.allow(c.l.policy.RetryTokens) {
			return false
		}
	}
	return true
}
