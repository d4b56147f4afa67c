package push_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// stub is a sender whose answers a test writes down.
type stub struct {
	name   string
	vendor push.Vendor
	answer func(ctx context.Context, n *push.Notification, t push.Token) push.Result

	mu    sync.Mutex
	calls [][]push.Token
}

func (s *stub) Name() string { return s.name }

func (s *stub) Accepts(t push.Token) bool { return t.Vendor == s.vendor && t.App != "foreign" }

func (s *stub) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	s.mu.Lock()
	s.calls = append(s.calls, append([]push.Token(nil), tokens...))
	s.mu.Unlock()
	out := make([]push.Result, len(tokens))
	for i, t := range tokens {
		out[i] = push.Result{ID: s.name + "/" + t.Value}
		if s.answer != nil {
			out[i] = s.answer(ctx, n, t)
		}
		out[i].Provider, out[i].Token = s.name, t
	}
	return out
}

// count returns how often a token value was handed over.
func (s *stub) count(value string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.calls {
		for _, t := range c {
			if t.Value == value {
				n++
			}
		}
	}
	return n
}

func (s *stub) batches() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// failing answers with one error for the given values, and accepts the rest.
func failing(e waybill.Error, values ...string) func(context.Context, *push.Notification, push.Token) push.Result {
	return func(_ context.Context, _ *push.Notification, t push.Token) push.Result {
		for _, v := range values {
			if v == t.Value {
				own := e
				return push.Result{Err: &own, Dead: e.Code == waybill.Unregistered}
			}
		}
		return push.Result{ID: "id/" + t.Value}
	}
}

// all is failing for every token.
func all(e waybill.Error) func(context.Context, *push.Notification, push.Token) push.Result {
	return func(context.Context, *push.Notification, push.Token) push.Result {
		own := e
		return push.Result{Err: &own, Dead: e.Code == waybill.Unregistered}
	}
}

var (
	dead        = waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent}
	unavailable = waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent}
	ambiguous   = waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous}
	unsupported = waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent}
	limited     = waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: 60e9}
)

func newClient(t testing.TB, options ...push.Option) *push.Client {
	t.Helper()
	c, err := push.New(append([]push.Option{push.WithPolicy(waybill.Policy{Backoff: -1})}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
	return c
}

func note() *push.Notification {
	return &push.Notification{Kind: push.KindOrder, Title: "T", Key: "order-1"}
}

func fcm(values ...string) []push.Token { return of(push.FCM, values...) }

func of(v push.Vendor, values ...string) []push.Token {
	out := make([]push.Token, len(values))
	for i := range values {
		out[i] = push.Token{Vendor: v, Value: values[i]}
	}
	return out
}

func numbered(v push.Vendor, n int) []push.Token {
	out := make([]push.Token, n)
	for i := range out {
		out[i] = push.Token{Vendor: v, Value: fmt.Sprintf("token-%05d", i)}
	}
	return out
}
