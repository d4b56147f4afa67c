package fcmpush

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// source hands out numbered tokens of one hour.
type source struct {
	calls atomic.Int64
	delay time.Duration
	err   atomic.Pointer[waybill.Error]
}

func (s *source) fetch(ctx context.Context) (access, *waybill.Error) {
	n := s.calls.Add(1)
	select {
	case <-time.After(s.delay):
	case <-ctx.Done():
		return access{}, ended(ctx)
	}
	if e := s.err.Load(); e != nil {
		return access{}, e
	}
	now := time.Now()
	return newAccess(fmt.Sprintf("token-%d", n), now.Add(time.Hour), now), nil
}

func mustGet(t *testing.T, k *tokens, want string) {
	t.Helper()
	got, e := k.get(t.Context())
	if e != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, e, want)
	}
}

func TestOneFetchForEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{delay: time.Second}
		k := &tokens{fetch: s.fetch}
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { mustGet(t, k, "token-1") })
		}
		wg.Wait()
		if n := s.calls.Load(); n != 1 {
			t.Errorf("%d fetches", n)
		}
	})
}

func TestRefreshInAdvance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{}
		k := &tokens{fetch: s.fetch}
		mustGet(t, k, "token-1")
		time.Sleep(time.Hour - margin - time.Second)
		mustGet(t, k, "token-1")
		time.Sleep(2 * time.Second)
		s.delay = time.Second
		// One fetches, the others go on with the old one at once.
		var wg sync.WaitGroup
		wg.Go(func() { mustGet(t, k, "token-2") })
		synctest.Wait()
		begun := time.Now()
		mustGet(t, k, "token-1")
		if time.Since(begun) != 0 {
			t.Error("waited although the old token holds")
		}
		wg.Wait()
		mustGet(t, k, "token-2")
	})
}

func TestAFailedRefreshKeepsTheOldToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{}
		k := &tokens{fetch: s.fetch}
		mustGet(t, k, "token-1")
		time.Sleep(time.Hour - margin + time.Second)
		s.err.Store(denied("no"))
		for range 50 {
			mustGet(t, k, "token-1")
		}
		if n := s.calls.Load(); n != 2 {
			t.Errorf("%d fetches, want one and one failed", n)
		}
		time.Sleep(11 * time.Second)
		mustGet(t, k, "token-1")
		if n := s.calls.Load(); n != 3 {
			t.Errorf("%d fetches, want another after a while", n)
		}
		time.Sleep(margin)
		if _, e := k.get(t.Context()); e == nil || e.Code != waybill.Unauthenticated {
			t.Errorf("after its end: %v", e)
		}
	})
}

func TestALeaderThatGivesUpIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{delay: time.Minute}
		k := &tokens{fetch: s.fetch}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			_, e := k.get(ctx)
			if e == nil || e.Code != waybill.DeadlineExceeded || e.Delivery != waybill.NotSent || !errors.Is(e, context.DeadlineExceeded) {
				t.Errorf("the leader got %v", e)
			}
		})
		synctest.Wait()
		for range 10 {
			wg.Go(func() { mustGet(t, k, "token-2") })
		}
		wg.Wait()
	})
}

func TestAWaiterMayLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{delay: time.Minute}
		k := &tokens{fetch: s.fetch}
		var wg sync.WaitGroup
		wg.Go(func() { mustGet(t, k, "token-1") })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, e := k.get(ctx); e == nil || !errors.Is(e, context.DeadlineExceeded) || e.Delivery != waybill.NotSent {
			t.Errorf("got %v", e)
		}
		wg.Wait()
	})
}

func TestAFailureIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{delay: time.Second}
		s.err.Store(denied("no"))
		k := &tokens{fetch: s.fetch}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, e := k.get(t.Context()); e == nil || e.Code != waybill.Unauthenticated {
					t.Errorf("got %v", e)
				}
			})
		}
		wg.Wait()
		if n := s.calls.Load(); n != 1 {
			t.Errorf("%d fetches", n)
		}
	})
}

func TestAPanicDoesNotBlockTheOthers(t *testing.T) {
	s := &source{}
	k := &tokens{}
	k.fetch = func(context.Context) (access, *waybill.Error) { panic("x") }
	func() {
		defer func() { _ = recover() }()
		_, _ = k.get(t.Context())
	}()
	k.fetch = s.fetch
	mustGet(t, k, "token-1")
}

func TestDropForgetsOnlyTheRefusedToken(t *testing.T) {
	s := &source{}
	k := &tokens{fetch: s.fetch}
	mustGet(t, k, "token-1")
	k.drop("token-1")
	mustGet(t, k, "token-2")
	k.drop("token-1") // a late refusal of the old one
	mustGet(t, k, "token-2")
	got := k.secrets()
	if len(got) != 2 || got[0] != "token-2" || got[1] != "token-1" {
		t.Errorf("secrets: %d", len(got))
	}
}

func TestTimesOfAToken(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for life, want := range map[time.Duration]time.Duration{
		time.Hour: time.Hour - 4*time.Minute, 2 * time.Minute: 90 * time.Second, 8 * time.Second: 6 * time.Second,
	} {
		if a := newAccess("x", now.Add(life), now); a.refresh.Sub(now) != want {
			t.Errorf("%v: refreshed after %v, want %v", life, a.refresh.Sub(now), want)
		}
	}
	endless := newAccess("x", time.Time{}, now)
	if !endless.refresh.IsZero() || !endless.usable(now.AddDate(1, 0, 0)) {
		t.Error("a token without an end is used until it is refused")
	}
}

func TestTokenSource(t *testing.T) {
	now := time.Now()
	own := &waybill.Error{Code: waybill.Unavailable, RetryAfter: time.Second}
	for name, c := range map[string]struct {
		value   string
		expires time.Time
		err     error
		want    waybill.Code
	}{
		"good":         {"abc", now.Add(time.Hour), nil, 0},
		"no end":       {"abc", time.Time{}, nil, 0},
		"empty":        {"", now.Add(time.Hour), nil, waybill.Unauthenticated},
		"line break":   {"a\r\nb", now.Add(time.Hour), nil, waybill.Unauthenticated},
		"expired":      {"abc", now.Add(-time.Second), nil, waybill.Unauthenticated},
		"foreign":      {"", time.Time{}, errors.New("secret text"), waybill.Unauthenticated},
		"ours":         {"", time.Time{}, own, waybill.Unavailable},
		"its deadline": {"", time.Time{}, context.DeadlineExceeded, waybill.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			_, e := fromSource(func(context.Context) (string, time.Time, error) { return c.value, c.expires, c.err })(t.Context())
			if c.want == 0 {
				if e != nil {
					t.Error(e)
				}
				return
			}
			if e == nil || e.Code != c.want || e.Delivery != waybill.NotSent || errors.Is(e, context.DeadlineExceeded) {
				t.Errorf("got %v", e)
			}
		})
	}
}
