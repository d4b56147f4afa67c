package failover

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// row is a row of the classification: what one error does to a call over the
// providers a and b.
type row struct {
	name     string
	kind     Kind
	policy   waybill.Policy
	sel      Select
	err      *waybill.Error
	a, b     int          // how often each is asked
	served   bool         // b serves
	code     waybill.Code // of the verdict
	delivery waybill.Delivery
	failures uint64 // in a's health
	answers  uint64
	idle     bool
}

func (r row) test(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", fails(r.err)), newFake("b")
		g := newRig(t, rigging{kind: r.kind, policy: r.policy}, a, b)
		_, served, err := g.ask(t.Context(), &r.sel)
		g.tried(r.a, r.b)
		s := g.status("a")
		if s.Failures != r.failures || s.Successes != r.answers {
			t.Errorf("health counts %d failures and %d answers; want %d and %d", s.Failures, s.Successes, r.failures, r.answers)
		}
		if idle := s.Health == waybill.Idling; idle != r.idle {
			t.Errorf("idle is %v; want %v", idle, r.idle)
		}
		g.quiet()
		if r.served {
			if err != nil || served.Instance != "b" || served.Attempts != r.a+1 {
				t.Fatalf("served %+v, %v; want b", served, err)
			}
			if len(g.overs) != 1 || g.overs[0].From != "a" || g.overs[0].To != "b" || g.overs[0].Err.Code != r.err.Code {
				t.Errorf("failovers %+v; want one from a to b", g.overs)
			}
			return
		}
		if waybill.CodeOf(err) != r.code || waybill.DeliveryOf(err) != r.delivery {
			t.Fatalf("verdict %v, %v; want %v, %v", waybill.CodeOf(err), waybill.DeliveryOf(err), r.code, r.delivery)
		}
		if n := len(waybill.Attempts(err)); n != r.a+r.b {
			t.Errorf("%d attempts are listed; want %d", n, r.a+r.b)
		}
	})
}

func runRows(t *testing.T, rows []row) {
	for _, r := range rows {
		t.Run(r.name, r.test)
	}
}

const (
	ns  = waybill.NotSent
	amb = waybill.Ambiguous
)

// Row: InvalidArgument, TooLarge. No provider could accept it: no, no, –.
func TestRowInvalidArgumentTooLarge(t *testing.T) {
	bad := fault(waybill.InvalidArgument, waybill.ScopeRequest, ns)
	big := fault(waybill.TooLarge, waybill.ScopeRequest, ns)
	runRows(t, []row{
		{name: "read", err: bad, a: 1, code: waybill.InvalidArgument, delivery: ns},
		{name: "send", kind: Send, err: bad, a: 1, code: waybill.InvalidArgument, delivery: ns},
		{name: "too large read", err: big, a: 1, code: waybill.TooLarge, delivery: ns},
		{name: "too large send", kind: Send, err: big, a: 1, code: waybill.TooLarge, delivery: ns},
		{name: "replace", kind: Replace, err: big, a: 1, code: waybill.TooLarge, delivery: ns},
	})
}

// Row: Unsupported. This vendor's limit: no, yes, –.
func TestRowUnsupported(t *testing.T) {
	e := fault(waybill.Unsupported, waybill.ScopeProvider, ns)
	runRows(t, []row{
		{name: "read", err: e, a: 1, b: 1, served: true},
		{name: "send", kind: Send, err: e, a: 1, b: 1, served: true},
	})
}

// Row: Unauthenticated, PermissionDenied. Not the same again (an adapter
// refreshes its token within the attempt), the next with a hook, and the account
// is cooled.
func TestRowUnauthenticatedPermissionDenied(t *testing.T) {
	denied := fault(waybill.PermissionDenied, waybill.ScopeAccount, ns)
	mail := fault(waybill.PermissionDenied, waybill.ScopeRequest, ns)
	runRows(t, []row{
		{name: "unauthenticated read", err: badCred, a: 1, b: 1, served: true, idle: true},
		{name: "unauthenticated send", kind: Send, err: badCred, a: 1, b: 1, served: true, idle: true},
		{name: "denied read", err: denied, a: 1, b: 1, served: true, idle: true},
		{name: "denied send", kind: Send, err: denied, a: 1, b: 1, served: true, idle: true},
		{name: "mail 5.7.x has scope request and stops", kind: Send, err: mail, a: 1, code: waybill.PermissionDenied, delivery: ns},
	})
}

// The remark of that row: the refused exchange is repeated by the adapter that
// dropped its token, in the same attempt, and the engine sees only the end.
func TestRowTokenRefreshIsTheAdapters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		expired := true
		exchanges := 0
		a := newFake("a", func(context.Context, string) (string, error) {
			exchanges++
			if expired {
				expired = false // the cached token is dropped, a fresh one fetched
				exchanges++
			}
			return "a", nil
		})
		g := newRig(t, rigging{kind: Send}, a, newFake("b"))
		if s := g.must("a"); s.Attempts != 1 || exchanges != 2 {
			t.Fatalf("%d attempts, %d exchanges; want 1 and 2", s.Attempts, exchanges)
		}
		g.health("a", waybill.Healthy)
		g.tried(1, 0)
	})
}

// Row: NotFound, FailedPrecondition, AlreadyExists. No, reads by policy, writes
// no, a healthy answer.
func TestRowNotFoundFailedPreconditionAlreadyExists(t *testing.T) {
	yes := waybill.Policy{NextOnNotFound: waybill.Yes}
	for _, c := range []waybill.Code{waybill.NotFound, waybill.FailedPrecondition, waybill.AlreadyExists} {
		e := fault(c, waybill.ScopeRequest, ns)
		t.Run(c.String(), func(t *testing.T) {
			runRows(t, []row{
				{name: "read believes it", err: e, a: 1, code: c, delivery: ns, answers: 1},
				{name: "read goes on by policy", policy: yes, err: e, a: 1, b: 1, served: true, answers: 1},
				{name: "read says no", policy: waybill.Policy{NextOnNotFound: waybill.No}, err: e, a: 1, code: c, delivery: ns, answers: 1},
				{name: "write stops", kind: Send, policy: yes, err: e, a: 1, code: c, delivery: ns, answers: 1},
				{name: "replace stops", kind: Replace, policy: yes, err: e, a: 1, code: c, delivery: ns, answers: 1},
			})
		})
	}
}

// Row: Unregistered, OptedOut, RecipientLimited, and whatever has scope
// Recipient. No, no, neutral.
func TestRowRecipient(t *testing.T) {
	for _, c := range []waybill.Code{waybill.Unregistered, waybill.OptedOut, waybill.RecipientLimited} {
		t.Run(c.String(), func(t *testing.T) {
			runRows(t, []row{
				{name: "send", kind: Send, err: fault(c, waybill.ScopeRecipient, ns), a: 1, code: c, delivery: ns},
				{name: "scope not said", kind: Send, err: fault(c, waybill.ScopeUnknown, ns), a: 1, code: c, delivery: ns},
				{name: "replace", kind: Replace, err: fault(c, waybill.ScopeRecipient, ns), a: 1, code: c, delivery: ns},
			})
		})
	}
	limit := limited(waybill.ScopeRecipient, time.Minute)
	runRows(t, []row{
		{name: "a limit of one recipient idles nobody", kind: Send, err: limit, a: 1, code: waybill.RateLimited, delivery: ns},
		{name: "an outage of one recipient", err: fault(waybill.Unavailable, waybill.ScopeRecipient, ns), a: 1, code: waybill.Unavailable, delivery: ns},
	})
}

// A night limit carries the opening hour to the caller.
func TestRowRecipientLimitedKeepsOpeningHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &waybill.Error{Code: waybill.RecipientLimited, Scope: waybill.ScopeRecipient, Delivery: ns, RetryAfter: 7 * time.Hour}
		g := newRig(t, rigging{kind: Send}, newFake("a", fails(e)), newFake("b"))
		if v := g.mustFail(waybill.RecipientLimited); v.RetryAfter != e.RetryAfter {
			t.Fatalf("the caller is told to wait %v", v.RetryAfter)
		}
		g.tried(1, 0)
		if len(g.idles) != 0 {
			t.Fatalf("idled %+v", g.idles)
		}
	})
}

// Row: any, scope Sender. No, yes, neutral; the pair of gateway and sender is
// ineligible for a time, other traffic goes on.
func TestRowSender(t *testing.T) {
	e := fault(waybill.PermissionDenied, waybill.ScopeSender, ns)
	runRows(t, []row{
		{name: "send", kind: Send, sel: Select{Sender: "sign-1"}, err: e, a: 1, b: 1, served: true},
		{name: "limit of a template", kind: Send, sel: Select{Sender: "sign-1"}, err: limited(waybill.ScopeSender, time.Minute), a: 1, b: 1, served: true},
		{name: "ambiguous send stays where it is", kind: Send, sel: Select{Sender: "sign-1"}, err: fault(waybill.PermissionDenied, waybill.ScopeSender, amb), a: 1, code: waybill.PermissionDenied, delivery: amb},
	})
}

func TestRowSenderIneligibleForATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", fails(fault(waybill.PermissionDenied, waybill.ScopeSender, ns)), ok), newFake("b")
		g := newRig(t, rigging{kind: Send}, a, b)
		one, two := &Select{Sender: "one"}, &Select{Sender: "two"}
		expect := func(sel *Select, want string) {
			t.Helper()
			if v, _, err := g.ask(t.Context(), sel); err != nil || v != want {
				t.Fatalf("served by %q, %v; want %q", v, err, want)
			}
		}
		expect(one, "b")
		expect(one, "b") // ineligible now
		g.tried(1, 2)
		expect(two, "a") // other traffic goes on
		expect(&Select{}, "a")
		g.health("a", waybill.Healthy)
		time.Sleep(10*time.Minute + time.Second)
		expect(one, "a")
	})
}

func TestRowSenderVerdictWhenNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(fault(waybill.PermissionDenied, waybill.ScopeSender, ns)))
		g := newRig(t, rigging{kind: Send}, a)
		sel := &Select{Sender: "one"}
		g.mustFailWith(t.Context(), sel, waybill.PermissionDenied)
		e := g.mustFailWith(t.Context(), sel, waybill.PermissionDenied)
		g.tried(1)
		if e.Scope != waybill.ScopeSender || e.Delivery != ns || e.RetryAfter <= 0 || len(waybill.Attempts(e)) != 0 {
			t.Fatalf("verdict %+v", *e)
		}
	})
}

// Row: RateLimited, QuotaExhausted. The next at once; not a failure; idles.
func TestRowRateLimitedQuotaExhausted(t *testing.T) {
	quota := &waybill.Error{Code: waybill.QuotaExhausted, Scope: waybill.ScopeAccount, Delivery: ns, RetryAfter: 5 * time.Hour}
	runRows(t, []row{
		{name: "rate read", err: limited(waybill.ScopeService, 3*time.Second), a: 1, b: 1, served: true, idle: true},
		{name: "rate send", kind: Send, err: limited(waybill.ScopeAccount, 3*time.Second), a: 1, b: 1, served: true, idle: true},
		{name: "rate of the provider", err: limited(waybill.ScopeProvider, 3*time.Second), a: 1, b: 1, served: true, idle: true},
		{name: "rate without a wait idles nobody", err: limited(waybill.ScopeService, 0), a: 1, b: 1, served: true},
		{name: "quota", kind: Send, err: quota, a: 1, b: 1, served: true, idle: true},
		{name: "a refusal that forgot its delivery is not repeated", kind: Send, err: fault(waybill.RateLimited, waybill.ScopeService, amb), a: 1, code: waybill.RateLimited, delivery: amb},
	})
}

// The same row: the next one is asked without any wait.
func TestRowRateLimitedNextAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{}, newFake("a", fails(limited(waybill.ScopeService, 100*time.Millisecond))), newFake("b"))
		start := time.Now()
		g.must("b")
		if d := time.Since(start); d != 0 {
			t.Fatalf("took %v; want no wait", d)
		}
	})
}

// The same row: the same provider again after RetryAfter if it fits.
func TestRowRateLimitedSameAfterRetryAfter(t *testing.T) {
	for name, c := range map[string]struct {
		wait, deadline time.Duration
		tries          int
	}{
		"fits":                       {2 * time.Second, 10 * time.Second, 2},
		"no deadline":                {2 * time.Second, 0, 2},
		"does not fit":               {20 * time.Second, 10 * time.Second, 1},
		"leaves less than the floor": {9600 * time.Millisecond, 10 * time.Second, 1},
		"no deadline, but a minute":  {time.Minute, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newFake("a", fails(limited(waybill.ScopeService, c.wait)), ok)
				g := newRig(t, rigging{kind: Send}, a)
				ctx := t.Context()
				if c.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.deadline)
					defer cancel()
				}
				start := time.Now()
				_, _, err := g.ask(ctx, nil)
				g.tried(c.tries)
				took := time.Since(start)
				if c.tries == 2 {
					if err != nil || took < c.wait || took > c.wait+100*time.Millisecond {
						t.Fatalf("%v after %v", err, took)
					}
					return
				}
				if took != 0 || waybill.RetryAfterOf(err) != c.wait || waybill.CodeOf(err) != waybill.RateLimited {
					t.Fatalf("%v after %v with %v; want it now", err, took, waybill.RetryAfterOf(err))
				}
			})
		})
	}
}

// Row: Unavailable + NotSent. Once with jitter, yes, failure.
func TestRowUnavailableNotSent(t *testing.T) {
	runRows(t, []row{
		{name: "read", err: down, a: 2, b: 1, served: true, failures: 2},
		{name: "send", kind: Send, err: down, a: 2, b: 1, served: true, failures: 2},
		{name: "replace", kind: Replace, err: down, a: 2, b: 1, served: true, failures: 2},
		{name: "once means once", kind: Send, policy: waybill.Policy{TriesPerProvider: 4}, err: down, a: 2, b: 1, served: true, failures: 2},
		{name: "no repeats", policy: waybill.Policy{TriesPerProvider: -1}, err: down, a: 1, b: 1, served: true, failures: 1},
		{name: "internal that was not processed", kind: Send, err: fault(waybill.Internal, waybill.ScopeProvider, ns), a: 2, b: 1, served: true, failures: 2},
	})
}

// Row: Unavailable, Internal, Unknown, DataLoss + Ambiguous. Reads yes, sends no;
// reads yes, sends only with AllowDuplicates; failure.
func TestRowAmbiguous(t *testing.T) {
	for _, c := range []waybill.Code{waybill.Unavailable, waybill.Internal, waybill.Unknown, waybill.DataLoss, waybill.DeadlineExceeded} {
		e := fault(c, waybill.ScopeProvider, amb)
		a := 2
		if c == waybill.DeadlineExceeded {
			a = 1 // who let the time run out is asked again last
		}
		t.Run(c.String(), func(t *testing.T) {
			runRows(t, []row{
				{name: "read", err: e, a: a, b: 1, served: true, failures: uint64(a)},
				{name: "replace counts as a read", kind: Replace, err: e, a: a, b: 1, served: true, failures: uint64(a)},
				{name: "send", kind: Send, err: e, a: 1, code: c, delivery: amb, failures: 1},
				{name: "send with duplicates allowed", kind: Send, sel: Select{AllowDuplicates: true}, err: e, a: 1, b: 1, served: true, failures: 1},
			})
		})
	}
}

// An error that is nobody's is Unknown and Ambiguous.
func TestRowForeignErrorIsAmbiguous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		foreign := errors.New("secret text")
		a := newFake("a", func(context.Context, string) (string, error) { return "", foreign })
		g := newRig(t, rigging{kind: Send}, a, newFake("b"))
		e := g.mustFail(waybill.Unknown)
		if e.Delivery != amb || strings.Contains(e.Error(), "secret") {
			t.Fatalf("verdict %v, %v", e, e.Delivery)
		}
		g.tried(1, 0)
	})
}

// Row: DeadlineExceeded of the attempt, parent alive: as Ambiguous, and never
// the caller's deadline.
func TestRowAttemptTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", hangs), newFake("b")
		g := newRig(t, rigging{}, a, b)
		start := time.Now()
		g.must("b")
		if d := time.Since(start); d != time.Second {
			t.Fatalf("took %v; want the attempt's second", d)
		}
		if s := g.status("a"); s.Failures != 1 {
			t.Fatalf("%d failures; want 1", s.Failures)
		}
	})
}

func TestRowAttemptTimeoutOfASend(t *testing.T) {
	for name, s := range map[string]step{
		"classified": hangs,
		"raw":        func(ctx context.Context, _ string) (string, error) { <-ctx.Done(); return "", ctx.Err() },
		"cause":      func(ctx context.Context, _ string) (string, error) { <-ctx.Done(); return "", context.Cause(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, rigging{kind: Send}, newFake("a", s), newFake("b"))
				_, _, err := g.ask(t.Context(), nil)
				if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
					t.Fatalf("%v looks like the caller's", err)
				}
				if waybill.DeliveryOf(err) != amb {
					t.Fatalf("delivery %v", waybill.DeliveryOf(err))
				}
				g.tried(1, 0)
			})
		})
	}
}

// Row: Canceled, DeadlineExceeded of the caller. No, no, neutral.
func TestRowCallersEnd(t *testing.T) {
	for _, kind := range []Kind{Read, Send, Replace} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{kind: kind}, newFake("a", hangs), newFake("b"))
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(300*time.Millisecond, cancel)
			e := g.mustFailWith(ctx, nil, waybill.Canceled)
			if !errors.Is(e, context.Canceled) || e.Delivery != amb {
				t.Fatalf("verdict %v %v", e, e.Delivery)
			}
			g.tried(1, 0)
			if s := g.status("a"); s.Failures != 0 {
				t.Fatal("the caller's end was counted as a failure")
			}
		})
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{kind: kind, policy: waybill.Policy{Tries: -1}}, newFake("a", hangs), newFake("b"))
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			e := g.mustFailWith(ctx, nil, waybill.DeadlineExceeded)
			if !errors.Is(e, context.DeadlineExceeded) {
				t.Fatalf("%v is not the caller's deadline", e)
			}
			if s := g.status("a"); s.Failures != 0 {
				t.Fatal("the caller's end was counted as a failure")
			}
		})
	}
}

// Before any attempt the caller's end is the verdict, and nothing was sent.
func TestRowCallersEndBeforeAnyAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{kind: Send}, newFake("a"))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		e := g.mustFailWith(ctx, nil, waybill.Canceled)
		if e.Delivery != ns || !errors.Is(e, context.Canceled) || len(waybill.Attempts(e)) != 0 {
			t.Fatalf("verdict %v %v", e, e.Delivery)
		}
		g.tried(0)
	})
}

// The caller's end during a back-off leaves the finished attempt's verdict.
func TestRowCallersEndDuringBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{policy: waybill.Policy{Backoff: 2 * time.Second}}, newFake("a", fails(down)))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		e := g.mustFailWith(ctx, nil, waybill.Unavailable)
		if errors.Is(e, context.Canceled) || len(waybill.Attempts(e)) != 1 {
			t.Fatalf("verdict %v", e)
		}
	})
}

// Sent is never retried, whatever the code, and the value comes with the error.
func TestSentIsNeverRetried(t *testing.T) {
	for _, kind := range []Kind{Read, Send, Replace} {
		for c := waybill.Unknown; c <= waybill.Internal; c++ {
			synctest.Test(t, func(t *testing.T) {
				e := fault(c, waybill.ScopeProvider, waybill.Sent)
				a := newFake("a", func(context.Context, string) (string, error) { return "part", e })
				g := newRig(t, rigging{kind: kind}, a, newFake("b"))
				v, s, err := g.ask(t.Context(), &Select{AllowDuplicates: true})
				if v != "part" || s.Instance != "a" || waybill.DeliveryOf(err) != waybill.Sent {
					t.Fatalf("%q, %+v, %v", v, s, err)
				}
				g.tried(1, 0)
				if s := g.status("a"); s.Health != waybill.Healthy || s.Failures != 0 {
					t.Fatalf("status %+v", s)
				}
			})
		}
	}
}

// A value beside an error that is not Sent is not a success.
func TestValueOfAFailureIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", func(context.Context, string) (string, error) { return "half", maybeSent })
		g := newRig(t, rigging{kind: Send}, a)
		if v, _, err := g.ask(t.Context(), nil); v != "" || err == nil {
			t.Fatalf("%q, %v", v, err)
		}
	})
}

// Policy.Classify may override.
func TestClassifyOverrides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := waybill.Policy{Classify: func(e *waybill.Error) *waybill.Error {
			if e.VendorCode != "odd" {
				return nil // ignored
			}
			c := *e
			c.Code, c.Delivery = waybill.Unsupported, ns
			return &c
		}}
		odd := &waybill.Error{Code: waybill.InvalidArgument, Scope: waybill.ScopeRequest, Delivery: ns, VendorCode: "odd"}
		g := newRig(t, rigging{policy: p}, newFake("a", fails(odd), fails(fault(waybill.InvalidArgument, 0, ns))), newFake("b"))
		g.must("b")
		g.mustFail(waybill.InvalidArgument)
	})
}

// An adapter that returns a nil *Error in its error interface succeeded.
func TestTypedNilIsASuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", func(context.Context, string) (string, error) { return "a", (*waybill.Error)(nil) })
		g := newRig(t, rigging{kind: Send}, a)
		g.must("a")
	})
}
