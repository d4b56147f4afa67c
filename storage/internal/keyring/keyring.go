// Package keyring keeps the keys of a store: fixed ones, or such as are fetched
// again when they end or were refused. One fetch serves all who wait.
//
// A Ring is safe for concurrent use.
package keyring

import (
	"context"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

const (
	// renewBefore is how long before their end keys are replaced, and recheck
	// how long those without an end are used.
	renewBefore = time.Minute
	recheck     = time.Minute
	// remembered is how many secrets are scrubbed: the present and the last.
	remembered = 8
)

// Keys are one set of keys. Token comes with temporary ones, Expires is their
// end; zero means that it is not known.
type Keys struct {
	Access, Secret, Token string
	Expires               time.Time
}

// Ring holds the keys.
type Ring struct {
	fetch func(context.Context) (Keys, error)

	mu     sync.Mutex
	now    Keys
	until  time.Time // when to fetch again; zero: never
	have   bool
	hidden []string
	busy   chan struct{} // closed when the fetch under way ends
}

// New returns a ring of the fixed keys, or with fetch of what that returns.
func New(fixed Keys, fetch func(context.Context) (Keys, error)) *Ring {
	k := &Ring{fetch: fetch}
	if fetch == nil {
		k.now, k.have = fixed, true
		k.hide(fixed)
	}
	return k
}

// hide remembers what must not show. The lock is held, or nobody else has k.
func (k *Ring) hide(c Keys) {
	k.hidden = append(k.hidden, c.Access, c.Secret)
	if c.Token != "" {
		k.hidden = append(k.hidden, c.Token)
	}
	if extra := len(k.hidden) - 3*remembered; extra > 0 {
		k.hidden = append([]string(nil), k.hidden[extra:]...)
	}
}

// Secrets are what must not show: the present keys and the last.
func (k *Ring) Secrets() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string(nil), k.hidden...)
}

// Get returns the keys, fetched when they are missing or about to expire. One
// fetch serves all who wait.
func (k *Ring) Get(ctx context.Context) (Keys, *waybill.Error) {
	for {
		k.mu.Lock()
		if k.have && (k.until.IsZero() || time.Now().Before(k.until)) {
			c := k.now
			k.mu.Unlock()
			return c, nil
		}
		if k.busy == nil {
			k.busy = make(chan struct{})
			k.mu.Unlock()
			return k.renew(ctx)
		}
		busy := k.busy
		k.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			e := waybill.FromContext(ctx)
			e.Delivery = waybill.NotSent
			return Keys{}, e
		}
	}
}

// renew fetches. k.busy is ours.
func (k *Ring) renew(ctx context.Context) (c Keys, e *waybill.Error) {
	done := false
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		close(k.busy)
		k.busy = nil
		if !done || e != nil {
			return
		}
		k.now, k.have = c, true
		k.until = time.Now().Add(recheck)
		if !c.Expires.IsZero() {
			left := time.Until(c.Expires)
			k.until = c.Expires.Add(-min(renewBefore, left/2))
		}
		k.hide(c)
	}()
	c, err := k.fetch(ctx)
	done = true
	switch {
	case err != nil && ctx.Err() != nil:
		e = waybill.FromContext(ctx)
		e.Delivery = waybill.NotSent
		return c, e
	case err != nil:
		if e = waybill.AsError(err); e.Code == waybill.Unknown {
			e = &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Message: "the credentials could not be had", Err: e.Err}
		} else {
			c := *e
			e = &c
		}
		e.Delivery = waybill.NotSent
		return c, e
	case c.Access == "" || c.Secret == "":
		e = &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Message: "the credentials are empty"}
	case !c.Expires.IsZero() && !time.Now().Before(c.Expires):
		e = &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Message: "the credentials have expired"}
	}
	return c, e
}

// Drop forgets keys that were refused, and reports whether others can be had.
func (k *Ring) Drop(refused Keys) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fetch == nil {
		return false
	}
	if k.have && k.now == refused {
		k.have = false
	}
	return true
}

type key struct{}

// In returns a context that carries the keys of one call to the store's library.
func In(ctx context.Context, k Keys) context.Context { return context.WithValue(ctx, key{}, k) }

// For returns the keys that the call got before it began, else the ring's own.
func For(ctx context.Context, ring *Ring) (Keys, error) {
	if k, ok := ctx.Value(key{}).(Keys); ok {
		return k, nil
	}
	k, e := ring.Get(ctx)
	if e != nil {
		return k, e
	}
	return k, nil
}
