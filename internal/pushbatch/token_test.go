package pushbatch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// mint makes tokens that fetch names of their own, counting them.
func mint(life time.Duration) (*Tokens, *int) {
	n := new(int)
	t := &Tokens{Fresh: 45 * time.Minute, End: 59 * time.Minute, Keys: []string{"key"}}
	t.Fetch = func(context.Context) (string, time.Duration, *waybill.Error) {
		*n++
		return fmt.Sprint("token-", *n), life, nil
	}
	return t, n
}

func refusal(code waybill.Code) *waybill.Error {
	return &waybill.Error{Code: code, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent}
}

func TestTokensAreRenewedInTime(t *testing.T) {
	for _, c := range []struct {
		life, kept, renewed time.Duration
	}{
		{0, 44 * time.Minute, 45 * time.Minute},
		{2 * time.Hour, 44 * time.Minute, 45 * time.Minute},
		{10 * time.Minute, 7 * time.Minute, 8 * time.Minute},
		{20 * time.Second, 14 * time.Second, 15 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			tokens, n := mint(c.life)
			get := func(want string) {
				t.Helper()
				if got, e := tokens.Get(t.Context()); e != nil || got != want {
					t.Errorf("life %v: %q, %v, want %s", c.life, got, e, want)
				}
			}
			get("token-1")
			time.Sleep(c.kept)
			get("token-1")
			time.Sleep(c.renewed - c.kept)
			get("token-2")
			if *n != 2 {
				t.Errorf("%d fetches", *n)
			}
		})
	}
}

func TestTokensOldOneServesWhileItLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, n := mint(0)
		good := tokens.Fetch
		if _, e := tokens.Get(t.Context()); e != nil {
			t.Fatal(e)
		}
		tokens.Fetch = func(context.Context) (string, time.Duration, *waybill.Error) {
			*n++
			return "", 0, refusal(waybill.Unavailable)
		}
		time.Sleep(50 * time.Minute)
		for range 3 { // fetched in advance, in vain, and not with every message
			if got, e := tokens.Get(t.Context()); e != nil || got != "token-1" {
				t.Errorf("got %q, %v", got, e)
			}
		}
		if *n != 2 {
			t.Errorf("%d fetches", *n)
		}
		time.Sleep(10 * time.Minute)
		if _, e := tokens.Get(t.Context()); e == nil || e.Code != waybill.Unavailable {
			t.Errorf("after its end: %v", e)
		}
		tokens.Fetch = good
		if got, e := tokens.Get(t.Context()); e != nil || got != "token-4" {
			t.Errorf("got %q, %v", got, e)
		}
	})
}

func TestTokensOneFlightForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, n := mint(0)
		good, gate := tokens.Fetch, make(chan struct{})
		tokens.Fetch = func(ctx context.Context) (string, time.Duration, *waybill.Error) {
			<-gate
			return good(ctx)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if got, e := tokens.Get(t.Context()); e != nil || got != "token-1" {
					t.Errorf("got %q, %v", got, e)
				}
			})
		}
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, e := tokens.Get(ctx); e == nil || e.Code != waybill.Canceled || e.Delivery != waybill.NotSent {
			t.Errorf("a canceled waiter: %v", e)
		}
		close(gate)
		wg.Wait()
		if *n != 1 {
			t.Errorf("%d fetches", *n)
		}
	})
}

// A fetcher whose own time ends does not fail the others.
func TestTokensFlightIsTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, n := mint(0)
		good := tokens.Fetch
		tokens.Fetch = func(ctx context.Context) (string, time.Duration, *waybill.Error) {
			if *n == 0 {
				*n++
				<-ctx.Done()
				return "", 0, Ended(ctx)
			}
			return good(ctx)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan *waybill.Error)
		go func() { _, e := tokens.Get(ctx); done <- e }()
		synctest.Wait()
		other := make(chan string)
		go func() { got, _ := tokens.Get(t.Context()); other <- got }()
		synctest.Wait()
		cancel()
		if e := <-done; e == nil || e.Code != waybill.Canceled {
			t.Errorf("the fetcher: %v", e)
		}
		if got := <-other; got != "token-2" {
			t.Errorf("the other got %q", got)
		}
	})
}

func TestTokensPanickingFetch(t *testing.T) {
	tokens, _ := mint(0)
	good := tokens.Fetch
	tokens.Fetch = func(context.Context) (string, time.Duration, *waybill.Error) { panic("broken") }
	func() {
		defer func() { _ = recover() }()
		_, _ = tokens.Get(t.Context())
	}()
	tokens.Fetch = good
	if got, e := tokens.Get(t.Context()); e != nil || got != "token-1" {
		t.Errorf("got %q, %v", got, e)
	}
}

func TestTokensSecrets(t *testing.T) {
	tokens, _ := mint(0)
	tokens.Rotate("rotated", "")
	first, _ := tokens.Get(t.Context())
	tokens.Drop("another")
	if again, _ := tokens.Get(t.Context()); again != first {
		t.Error("dropped for another token's sake")
	}
	tokens.Drop(first)
	second, _ := tokens.Get(t.Context())
	for _, want := range []string{"key", "rotated", first, second} {
		if !slices.Contains(tokens.Secrets(), want) {
			t.Errorf("%s is no secret", want)
		}
	}
	if slices.Contains(tokens.Secrets(), "") {
		t.Error("an empty secret")
	}
}

func TestAuthorized(t *testing.T) {
	for name, c := range map[string]struct {
		refused int // how many exchanges are
		want    []string
	}{"good": {0, []string{"token-1"}}, "once": {1, []string{"token-1", "token-2"}}, "always": {9, []string{"token-1", "token-2"}}} {
		tokens, _ := mint(0)
		var used []string
		got, e := Authorized(t.Context(), tokens, func(token string) int { used = append(used, token); return len(used) }, func(n int) bool { return n <= c.refused })
		if e != nil || got != len(c.want) || !slices.Equal(used, c.want) {
			t.Errorf("%s: %v, %v", name, used, e)
		}
	}
	tokens, _ := mint(0)
	tokens.Fetch = func(context.Context) (string, time.Duration, *waybill.Error) {
		return "", 0, refusal(waybill.Unauthenticated)
	}
	if _, e := Authorized(t.Context(), tokens, func(string) int { t.Error("asked without a token"); return 0 }, func(int) bool { return false }); e == nil {
		t.Error("no token and no error")
	}
}
