package s3storage

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

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

// keyring holds the keys. It is the SDK's aws.CredentialsProvider.
type keyring struct {
	fetch func(context.Context) (Credentials, error)

	mu     sync.Mutex
	now    Credentials
	until  time.Time // when to fetch again; zero: never
	have   bool
	hidden []string
	busy   chan struct{} // closed when the fetch under way ends
}

func newKeyring(fixed Credentials, fetch func(context.Context) (Credentials, error)) *keyring {
	k := &keyring{fetch: fetch}
	if fetch == nil {
		k.now, k.have = fixed, true
		k.hide(fixed)
	}
	return k
}

// hide remembers what must not show. The lock is held, or nobody else has k.
func (k *keyring) hide(c Credentials) {
	k.hidden = append(k.hidden, c.AccessKey, c.SecretKey)
	if c.SessionToken != "" {
		k.hidden = append(k.hidden, c.SessionToken)
	}
	if extra := len(k.hidden) - 3*remembered; extra > 0 {
		k.hidden = append([]string(nil), k.hidden[extra:]...)
	}
}

func (k *keyring) secrets() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string(nil), k.hidden...)
}

// get returns the keys, fetched when they are missing or about to expire. One
// fetch serves all who wait.
func (k *keyring) get(ctx context.Context) (Credentials, *waybill.Error) {
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
			return Credentials{}, e
		}
	}
}

// renew fetches. k.busy is ours.
func (k *keyring) renew(ctx context.Context) (c Credentials, e *waybill.Error) {
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
	case c.AccessKey == "" || c.SecretKey == "":
		e = &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Message: "the credentials are empty"}
	case !c.Expires.IsZero() && !time.Now().Before(c.Expires):
		e = &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Message: "the credentials have expired"}
	}
	return c, e
}

// drop forgets keys that were refused, and reports whether others can be had.
func (k *keyring) drop(refused Credentials) bool {
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

type keysKey struct{}

// Retrieve implements aws.CredentialsProvider with the keys that the call got
// before it began.
func (k *keyring) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, ok := ctx.Value(keysKey{}).(Credentials)
	if !ok {
		var e *waybill.Error
		if c, e = k.get(ctx); e != nil {
			return aws.Credentials{}, e
		}
	}
	return aws.Credentials{AccessKeyID: c.AccessKey, SecretAccessKey: c.SecretKey, SessionToken: c.SessionToken, Source: name}, nil
}
