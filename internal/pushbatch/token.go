package pushbatch

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

// Tokens keeps one auth token for all callers. It is safe for concurrent use.
type Tokens struct {
	// Fetch gets a new token and how long the vendor says that it lives, 0 where
	// it does not say. Its errors are NotSent.
	Fetch func(context.Context) (string, time.Duration, *waybill.Error)
	// Fresh is the age at which a new one is fetched, End the age at which the
	// old one can no longer be used, both for a token of no known or of a longer
	// life.
	Fresh, End time.Duration
	// Keys are secrets that no text may hold, beside the tokens.
	Keys []string

	mu          sync.Mutex
	value, last string
	born, retry time.Time
	fresh, end  time.Duration
	rotated     []string
	flight      *flight
}

// flight is one fetch that others wait for.
type flight struct {
	done  chan struct{}
	err   *waybill.Error
	again bool // only the fetching caller's own time ended
}

// Get returns a token. One caller fetches; the others use the old token while it
// lasts, or wait. The error is NotSent.
func (t *Tokens) Get(ctx context.Context) (string, *waybill.Error) {
	for {
		t.mu.Lock()
		now := time.Now()
		value, usable := t.value, t.value != "" && now.Sub(t.born) < t.end
		if usable && (now.Sub(t.born) < t.fresh || t.flight != nil || now.Before(t.retry)) {
			t.mu.Unlock()
			return value, nil
		}
		f := t.flight
		if f == nil {
			f = &flight{done: make(chan struct{}), again: true}
			t.flight = f
			t.mu.Unlock()
			t.fetch(ctx, f)
			if f.err != nil && usable {
				return value, nil // tried in advance; the old one still holds
			}
			if f.err != nil {
				return "", f.err
			}
			continue
		}
		t.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			return "", Ended(ctx)
		}
		if f.err != nil && !f.again {
			return "", f.err
		}
	}
}

// fetch ends the flight also when it panics.
func (t *Tokens) fetch(ctx context.Context, f *flight) {
	f.err = &waybill.Error{Code: waybill.Internal, Delivery: waybill.NotSent}
	value, life := "", time.Duration(0)
	defer func() {
		t.mu.Lock()
		t.flight = nil
		if f.err == nil {
			t.set(value, life)
		} else {
			t.retry = time.Now().Add(10 * time.Second) // not with every message
		}
		t.mu.Unlock()
		close(f.done)
	}()
	value, life, f.err = t.Fetch(ctx)
	f.again = f.err != nil && ctx.Err() != nil
}

// set takes a new token; the lock is held. A short life ends a minute, or a
// quarter of it, before its end.
func (t *Tokens) set(value string, life time.Duration) {
	if t.value != "" {
		t.last = t.value
	}
	t.value, t.born, t.fresh, t.end = value, time.Now(), t.Fresh, t.End
	if life > 0 {
		t.fresh, t.end = min(t.Fresh, life*3/4), min(t.End, life-min(time.Minute, life/4))
	}
}

// Rotate replaces the secrets that came by rotation.
func (t *Tokens) Rotate(keys ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rotated = keys
}

// Drop forgets a token that the vendor refused, unless there is a newer one.
func (t *Tokens) Drop(value string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.value == value {
		t.set("", 0)
	}
}

// Secrets are the values that no text may hold.
func (t *Tokens) Secrets() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := slices.Concat(t.Keys, t.rotated, []string{t.value, t.last})
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// Authorized runs an exchange with the present token, and once more with a new
// one when refused says that the vendor refused the token: the refused exchange
// did not happen.
func Authorized[T any](ctx context.Context, t *Tokens, do func(token string) T, refused func(T) bool) (T, *waybill.Error) {
	var none T
	token, e := t.Get(ctx)
	if e != nil {
		return none, e
	}
	got := do(token)
	if !refused(got) {
		return got, nil
	}
	t.Drop(token)
	if token, e = t.Get(ctx); e != nil {
		return none, e
	}
	return do(token), nil
}
