package waybill_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

// logged plays one thing to the log hooks and returns what was written.
func logged(level slog.Level, f func(context.Context, *waybill.Hooks)) string {
	var b bytes.Buffer
	l := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	f(context.Background(), waybill.LogHooks(l))
	return b.String()
}

func endCall(c waybill.Call, end waybill.CallEnd) func(context.Context, *waybill.Hooks) {
	return func(ctx context.Context, h *waybill.Hooks) {
		_, f := h.StartCall(ctx, c)
		f(end)
	}
}

func endAttempt(s waybill.AttemptStart, end waybill.AttemptEnd) func(context.Context, *waybill.Hooks) {
	return func(ctx context.Context, h *waybill.Hooks) {
		_, f := h.StartAttempt(ctx, s)
		f(end)
	}
}

// TestLogHooks pins each event's level and line. What an error holds beside its
// codes (message, key, vendor's error) is in none of them.
func TestLogHooks(t *testing.T) {
	call := waybill.Call{Domain: "sms", Client: "main", Op: "send", Send: true}
	read := waybill.Call{Domain: "geo", Op: "geocode"}
	e := &waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, VendorCode: "10021",
		RetryAfter: time.Second, Message: "PRIVATE", Ref: "PRIVATE", Err: context.Canceled}
	unclear := &waybill.Error{Code: waybill.DataLoss, Message: "PRIVATE"}
	start := waybill.AttemptStart{Call: call, Provider: "nexmosms", Instance: "nexmo-b", Number: 2}
	for what, c := range map[string]struct {
		level slog.Level
		f     func(context.Context, *waybill.Hooks)
		line  string
	}{
		"call": {slog.LevelDebug, endCall(call, waybill.CallEnd{Provider: "nexmosms", Instance: "nexmo-b", Attempts: 1, Duration: time.Second}),
			`msg="waybill: call" domain=sms op=send client=main attempts=1 duration=1s provider=nexmo-b`},
		"failed call": {slog.LevelWarn, endCall(read, waybill.CallEnd{Attempts: 2, Err: e}),
			`msg="waybill: call failed" domain=geo op=geocode attempts=2 duration=0s code=rate_limited scope=account delivery=not_sent vendor_code=10021 retry_after=1s`},
		"ambiguous send": {slog.LevelWarn, endCall(call, waybill.CallEnd{Attempts: 1, Err: unclear}),
			`msg="waybill: outcome ambiguous" domain=sms op=send client=main attempts=1 duration=0s code=data_loss scope=unknown delivery=ambiguous`},
		"ambiguous read": {slog.LevelWarn, endCall(read, waybill.CallEnd{Attempts: 1, Err: unclear}),
			`msg="waybill: call failed" domain=geo op=geocode attempts=1 duration=0s code=data_loss scope=unknown delivery=ambiguous`},
		"attempt": {slog.LevelDebug, endAttempt(start, waybill.AttemptEnd{Duration: time.Second}),
			`msg="waybill: attempt" domain=sms op=send client=main provider=nexmo-b number=2 duration=1s`},
		"failed attempt": {slog.LevelInfo, endAttempt(start, waybill.AttemptEnd{Err: e}),
			`msg="waybill: attempt failed" domain=sms op=send client=main provider=nexmo-b number=2 duration=0s code=rate_limited scope=account delivery=not_sent vendor_code=10021 retry_after=1s`},
		"failover": {slog.LevelInfo, func(ctx context.Context, h *waybill.Hooks) {
			h.OnFailover(ctx, waybill.Failover{Call: read, From: "a", To: "b", Err: e})
		}, `msg="waybill: failover" domain=geo op=geocode from=a to=b code=rate_limited`},
		"ejection": {slog.LevelWarn, func(ctx context.Context, h *waybill.Hooks) {
			h.OnEject(ctx, waybill.Ejection{Call: read, Provider: "p", Instance: "a", For: 10 * time.Second, Reason: "local"})
		}, `msg="waybill: ejected" domain=geo op=geocode provider=a for=10s reason=local`},
		"recovery": {slog.LevelWarn, func(ctx context.Context, h *waybill.Hooks) {
			h.OnEject(ctx, waybill.Ejection{Call: read, Provider: "p", Instance: "a", Recovered: true})
		}, `msg="waybill: recovered" domain=geo op=geocode provider=a`},
		"idle": {slog.LevelInfo, func(ctx context.Context, h *waybill.Hooks) {
			h.OnIdle(ctx, waybill.Idle{Call: read, Instance: "a", Account: "main", Service: "geo.geocode", Until: time.Unix(0, 0).UTC(), Code: waybill.QuotaExhausted})
		}, `msg="waybill: idle" domain=geo op=geocode provider=a account=main service=geo.geocode until=1970-01-01T00:00:00.000Z code=quota_exhausted`},
	} {
		got := strings.TrimSpace(logged(c.level, c.f))
		if want := "level=" + c.level.String() + " " + c.line; got != want {
			t.Errorf("%s:\n%s, want\n%s", what, got, want)
		}
		if quiet := logged(c.level+1, c.f); quiet != "" {
			t.Errorf("%s is written above its level: %s", what, quiet)
		}
		if strings.Contains(got, "PRIVATE") {
			t.Errorf("%s holds what is private", what)
		}
	}
}

// TestLogHooksDefault: without a logger the default of the moment is used.
func TestLogHooksDefault(t *testing.T) {
	h := waybill.LogHooks(nil)
	old := slog.Default()
	defer slog.SetDefault(old)
	var b bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, nil)))
	endCall(waybill.Call{Op: "x"}, waybill.CallEnd{Err: &waybill.Error{}})(t.Context(), h)
	if !strings.Contains(b.String(), "waybill: call failed") {
		t.Errorf("%q", b.String())
	}
}
