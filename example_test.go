package waybill_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/waybill-go/waybill"
)

// limited is what a map vendor's limit looks like to an application.
func limited() error {
	return &waybill.Error{
		Provider: "amapgeo", Op: "geocode", Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent,
		VendorCode: "10021", Message: "CUQPS_HAS_EXCEEDED_THE_LIMIT", RetryAfter: 2 * time.Second,
	}
}

// An error answers four questions.
func ExampleError() {
	err := limited()
	fmt.Println(err)
	var e *waybill.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.Scope, e.Delivery, e.RetryAfter)
	}
	fmt.Println(errors.Is(err, waybill.ErrRateLimited), errors.Is(err, waybill.ErrNotFound))
	// Output:
	// amapgeo: geocode: rate limited (10021 CUQPS_HAS_EXCEEDED_THE_LIMIT)
	// rate_limited service not_sent 2s
	// true false
}

// A client completes what its adapter said.
func ExampleError_With() {
	e := &waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent}
	fmt.Println(e.With("fcmpush", "send", "order-7"))
	// Output: fcmpush: send: unregistered
}

func ExampleCodeOf() {
	fmt.Println(waybill.CodeOf(fmt.Errorf("order 7: %w", limited())))
	fmt.Println(waybill.CodeOf(context.Canceled))
	fmt.Println(waybill.CodeOf(errors.New("something else")))
	// Output:
	// rate_limited
	// canceled
	// unknown
}

func ExampleScopeOf() {
	fmt.Println(waybill.ScopeOf(limited()))
	// Output: service
}

// Whether a message went out decides what may be done about it.
func ExampleDeliveryOf() {
	for _, err := range []error{nil, limited(), errors.New("connection reset")} {
		switch waybill.DeliveryOf(err) {
		case waybill.Sent:
			fmt.Println("it went out")
		case waybill.NotSent:
			fmt.Println("it did not go out and may be sent again")
		case waybill.Ambiguous:
			fmt.Println("nobody knows; ask a person before sending it again")
		}
	}
	// Output:
	// it went out
	// it did not go out and may be sent again
	// nobody knows; ask a person before sending it again
}

func ExampleRetryAfterOf() {
	fmt.Println(waybill.RetryAfterOf(limited()))
	// Output: 2s
}

func ExampleRetryable() {
	fmt.Println(waybill.Retryable(limited()), waybill.Retryable(errors.New("connection reset")))
	// Output: true false
}

// An adapter turns what a vendor's library returned into an Error.
func ExampleAsError() {
	fmt.Println(waybill.AsError(fmt.Errorf("library: %w", context.DeadlineExceeded)))
	fmt.Println(waybill.AsError(errors.New("POST https://vendor.example/?key=secret: EOF")))
	// Output:
	// waybill: deadline exceeded
	// waybill: unknown error
}

// The caller's own end is told from an attempt's time-out.
func ExampleFromContext() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e := waybill.FromContext(ctx)
	fmt.Println(e.Code, errors.Is(e, context.Canceled))

	ctx, cancel = context.WithTimeoutCause(context.Background(), 0, waybill.ErrAttemptTimeout)
	defer cancel()
	e = waybill.FromContext(ctx)
	fmt.Println(e.Code, errors.Is(e, context.DeadlineExceeded))
	// Output:
	// canceled true
	// deadline_exceeded false
}

func ExampleInvalid() {
	fmt.Println(waybill.Invalid("send", "the text is empty").With("sms", "", ""))
	// Output: sms: send: invalid argument (the text is empty)
}

// Every attempt of a failed call is listed in its error.
func ExampleAttempts() {
	err := error(waybill.NewVerdict([]waybill.Attempt{
		{Provider: "amapgeo", Err: &waybill.Error{Code: waybill.RateLimited, VendorCode: "10021", Delivery: waybill.NotSent}},
		{Provider: "baidugeo", Err: &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent}},
	}, waybill.VerdictInfo{Provider: "geo", Op: "geocode"}))
	for _, a := range waybill.Attempts(err) {
		fmt.Println(a.Provider, a.Err.Code)
	}
	fmt.Println(err)
	// Output:
	// amapgeo rate_limited
	// baidugeo unavailable
	// geo: geocode: rate limited (10021); 2 attempts: amapgeo rate_limited, baidugeo unavailable
}

// A recorder shows the way that a successful call took.
func ExampleWithRecorder() {
	ctx, rec := waybill.WithRecorder(context.Background())
	// A client reports to the recorder of its context:
	waybill.RecorderFrom(ctx).Add(waybill.Attempt{Provider: "amapgeo", Number: 1, Err: waybill.AsError(limited())})
	waybill.RecorderFrom(ctx).Add(waybill.Attempt{Provider: "baidugeo", Number: 2})
	for _, a := range rec.Attempts() {
		if a.Err != nil {
			fmt.Print(a.Provider, " ", a.Err.VendorCode, " → ")
			continue
		}
		fmt.Println(a.Provider)
	}
	// Output: amapgeo 10021 → baidugeo
}

func ExampleRecorderFrom() {
	fmt.Println(waybill.RecorderFrom(context.Background()) == nil)
	// Output: true
}

func ExampleJoinHooks() {
	count := func(name string) *waybill.Hooks {
		return &waybill.Hooks{OnFailover: func(_ context.Context, f waybill.Failover) { fmt.Println(name, f.From, f.To) }}
	}
	h := waybill.JoinHooks(count("metrics"), nil, count("alarm"))
	h.OnFailover(context.Background(), waybill.Failover{From: "amapgeo", To: "baidugeo"})
	// Output:
	// metrics amapgeo baidugeo
	// alarm amapgeo baidugeo
}

func ExampleLogHooks() {
	plain := func(w io.Writer) *slog.Logger {
		return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
	}
	h := waybill.LogHooks(plain(os.Stdout))
	call := waybill.Call{Domain: "sms", Op: "send", Send: true}
	_, end := h.StartCall(context.Background(), call)
	end(waybill.CallEnd{Attempts: 1, Err: &waybill.Error{Code: waybill.DataLoss}})
	// Output: level=WARN msg="waybill: outcome ambiguous" domain=sms op=send attempts=1 duration=0s code=data_loss scope=unknown delivery=ambiguous
}

// Domains build a Use from the options given to their With.
func ExampleNewUse() {
	u, err := waybill.NewUse(waybill.As("amap-b"), waybill.In("CN", "HK", "MO"), waybill.Priority(1), waybill.Weight(0.99),
		waybill.ForLanes("dispatch"), waybill.ForTenants("acme"), waybill.Concurrency(64))
	fmt.Printf("%+v %v\n", u, err)
	_, err = waybill.NewUse(waybill.In("CN"), waybill.Outside("CN"))
	fmt.Println(err)
	// Output:
	// {Instance:amap-b In:[CN HK MO] Outside:[] Priority:1 Weight:0.99 Lanes:[dispatch] Tenants:[acme] Concurrency:64} <nil>
	// waybill: use: invalid argument (region CN is both In and Outside)
}

// Hong Kong, Macau and Taiwan are regions of their own.
func ExampleOutside() {
	u, err := waybill.NewUse(waybill.Outside("CN", "HK", "MO", "TW"))
	fmt.Println(u.Outside, err)
	// Output: [CN HK MO TW] <nil>
}

func ExampleValidRegion() {
	fmt.Println(waybill.ValidRegion("HK"), waybill.ValidRegion("hk"), waybill.ValidRegion("CHN"))
	// Output: true false false
}

// What an application leaves at zero comes from the defaults; a negative value
// switches a thing off.
func ExamplePolicy_Or() {
	p := waybill.Policy{AttemptTimeout: 2 * time.Second, Backoff: -1}.Or(waybill.DefaultPolicy())
	fmt.Println(p.AttemptTimeout, p.Backoff, p.Tries)
	// Output: 2s -1ns 5
}

func ExampleDefaultPolicy() {
	p := waybill.DefaultPolicy()
	fmt.Println(p.Tries, p.TriesPerProvider, p.Ejection, p.EjectionMax)
	// Output: 5 2 10s 5m0s
}

// A day quota of a Chinese vendor ends at midnight in Beijing.
func ExampleMidnight() {
	beijing := time.FixedZone("CST", 8*60*60)
	now := time.Date(2026, 7, 1, 15, 30, 0, 0, time.UTC)
	fmt.Println(waybill.Midnight(now, beijing).UTC())
	// Output: 2026-07-01 16:00:00 +0000 UTC
}

// Whoever shares the account hears that its quota is used up.
func ExampleAccount_IdleFor() {
	account := waybill.NewAccount("amap-main", waybill.Limits{})
	account.IdleFor("geo.geocode", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), waybill.QuotaExhausted)
	until, why := account.Idling("geo.geocode")
	fmt.Println(until.Year(), why)
	_, ok := account.Admit("geo.geocode")
	_, other := account.Admit("geo.reverse")
	fmt.Println(ok, other)
	// Output:
	// 2100 quota_exhausted
	// false true
}

// A record is written down with names, and without personal data.
func ExampleRecord() {
	b, err := json.Marshal(waybill.Record{Domain: "sms", Recipient: "+86138****5678", Delivery: waybill.NotSent, Code: waybill.OptedOut})
	if err != nil {
		panic(err)
	}
	var r waybill.Record
	fmt.Println(json.Unmarshal(b, &r), r.Domain, r.Recipient, r.Delivery, r.Code)
	// Output: <nil> sms +86138****5678 not_sent opted_out
}
