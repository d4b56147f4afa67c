package fcmpush

import (
	"context"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// margin is how long before its end an access token is refreshed, or a quarter
// of its life if that is shorter.
const margin = 4 * time.Minute

// access is an access token with its times.
type access struct {
	value   string
	refresh time.Time // when a new one is fetched
	expires time.Time // when this one can no longer be used; zero: nobody knows
}

// tokens keeps one access token for all workers. It is safe for concurrent use.
type tokens struct {
	// fetch gets a new token; its errors are complete and NotSent.
	fetch func(context.Context) (access, *waybill.Error)

	mu      sync.Mutex
	present access
	last    string // the one before, which a late error may still quote
	keys    []string
	flight  *flight
}

// flight is one fetch that others wait for.
type flight struct {
	done chan struct{}
	// err is why it failed; again says that only the fetching caller's own time
	// ended, so that somebody else should fetch.
	err   *waybill.Error
	again bool
}

// newAccess works the times out.
func newAccess(value string, expires, now time.Time) access {
	a := access{value: value, expires: expires}
	if !expires.IsZero() {
		a.refresh = expires.Add(-min(margin, expires.Sub(now)/4))
	}
	return a
}

// usable reports whether the vendor should still take the token.
func (a *access) usable(now time.Time) bool {
	return a.value != "" && (a.expires.IsZero() || now.Before(a.expires))
}

// get returns a token, fetching one if there is none or it is time for a new
// one. Only one caller fetches; the others use the old token while it lasts, or
// wait. The error is NotSent.
func (t *tokens) get(ctx context.Context) (string, *waybill.Error) {
	for {
		t.mu.Lock()
		now := time.Now()
		a := t.present
		usable := a.usable(now)
		if usable && (a.refresh.IsZero() || now.Before(a.refresh) || t.flight != nil) {
			t.mu.Unlock()
			return a.value, nil
		}
		f := t.flight
		if f == nil {
			t.flight = &flight{done: make(chan struct{})}
			t.mu.Unlock()
			value, err := t.lead(ctx)
			if err != nil && usable {
				return a.value, nil // tried in advance; the old one still holds
			}
			return value, err
		}
		t.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			return "", ended(ctx)
		}
		if f.err != nil && !f.again {
			return "", f.err
		}
	}
}

// lead fetches for everybody. The flight ends even if the fetch panics.
func (t *tokens) lead(ctx context.Context) (string, *waybill.Error) {
	a, err, done := access{}, (*waybill.Error)(nil), false
	defer func() {
		t.mu.Lock()
		f := t.flight
		t.flight = nil
		switch {
		case !done:
			f.again = true
			f.err = &waybill.Error{Code: waybill.Internal, Delivery: waybill.NotSent}
		case err != nil:
			f.err, f.again = err, ctx.Err() != nil
			if t.present.usable(time.Now()) {
				// Do not try again with every message.
				t.present.refresh = time.Now().Add(min(time.Until(t.present.expires)/2, 10*time.Second))
			}
		default:
			t.set(a)
		}
		t.mu.Unlock()
		close(f.done)
	}()
	a, err = t.fetch(ctx)
	done = true
	return a.value, err
}

// set takes a new token; the lock is held.
func (t *tokens) set(a access) {
	if t.present.value != "" {
		t.last = t.present.value
	}
	t.present = a
}

// drop forgets a token that the vendor refused, unless there is a newer one
// already.
func (t *tokens) drop(value string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.present.value == value {
		t.set(access{})
	}
}

// secrets are the values that no text may hold.
func (t *tokens) secrets() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := append([]string(nil), t.keys...)
	for _, s := range []string{t.present.value, t.last} {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// fromSource adapts the application's own function.
func fromSource(source func(context.Context) (string, time.Time, error)) func(context.Context) (access, *waybill.Error) {
	return func(ctx context.Context) (access, *waybill.Error) {
		value, expires, err := source(ctx)
		now := time.Now()
		switch {
		case err != nil:
			return access{}, credential(ctx, err, "the token source failed")
		case !headerSafe(value):
			return access{}, denied("the token source returned no usable token")
		case !expires.IsZero() && !expires.After(now):
			return access{}, denied("the token source returned an expired token")
		}
		return newAccess(value, expires, now), nil
	}
}

// headerSafe reports whether a token can stand in a header.
func headerSafe(token string) bool {
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return false
		}
	}
	return token != ""
}

// denied is a credential that cannot be had.
func denied(message string) *waybill.Error {
	return &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent,
		Provider: name, Op: string(push.Send), Message: message}
}

// credential is the failure of an application's own credential function.
func credential(ctx context.Context, err error, message string) *waybill.Error {
	if e := ended(ctx); e != nil {
		return e.With(name, string(push.Send), "")
	}
	e := denied(message)
	if own := waybill.AsError(err); own.Code != waybill.Unknown {
		e.Code, e.RetryAfter = own.Code, own.RetryAfter
	}
	return e
}
