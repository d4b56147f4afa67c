package waybill

import (
	"context"
	"time"
)

// Hooks let an application see what a client does. Every field may be nil. The
// functions are called on the calling goroutine (a hedge's on its own), outside
// all locks, and must be quick and safe for concurrent use. What they are given
// holds no personal data and no secret. A panic of theirs goes on to the caller:
// no place and no goroutine stays behind, but what the provider answered is lost.
//
// StartCall and StartAttempt take and return a context and return a function
// that is called at the end, so that spans nest; they may return the context
// unchanged, or nil for it, and a nil function.
type Hooks struct {
	// StartCall is called once per call of a client.
	StartCall func(context.Context, Call) (context.Context, func(CallEnd))
	// StartAttempt is called once per attempt at a provider.
	StartAttempt func(context.Context, AttemptStart) (context.Context, func(AttemptEnd))
	// OnFailover is called when a failed attempt is followed by one at another
	// provider.
	OnFailover func(context.Context, Failover)
	// OnEject is called when a provider is ejected, and when it has recovered.
	OnEject func(context.Context, Ejection)
	// OnIdle is called when the vendor's word makes an account or service idle.
	OnIdle func(context.Context, Idle)
}

// Call is a call of a client.
type Call struct {
	// Domain is "geo", "route", "sms", "push", "mail" or "storage"; Client the
	// name given to the client, if any.
	Domain, Client string
	Op             Verb
	// Send is set for calls that must not be done twice.
	Send bool
	// Items is how many items a call over many carries, else 0.
	Items int
}

// CallEnd is how a call ended.
type CallEnd struct {
	// Provider and Instance served, empty after a failure.
	Provider, Instance string
	// Attempts is how many attempts were made.
	Attempts int
	Duration time.Duration
	// Err is the verdict, nil after success.
	Err *Error
}

// AttemptStart is the beginning of an attempt.
type AttemptStart struct {
	Call
	// Provider is the adapter, Instance this one of it.
	Provider, Instance string
	// Number counts from 1.
	Number int
	// Hedge marks a second, parallel attempt; Probe the one attempt that tests
	// an ejected provider.
	Hedge, Probe bool
}

// AttemptEnd is how an attempt ended.
type AttemptEnd struct {
	Duration time.Duration
	// Err is nil after success.
	Err *Error
}

// Failover is a step from one provider to the next.
type Failover struct {
	Call
	// From and To are instance names.
	From, To string
	// Err is why.
	Err *Error
}

// Ejection is our own guess that a provider is unwell, or that it has
// recovered.
type Ejection struct {
	Call
	// Provider is the adapter, Instance this one of it.
	Provider, Instance string
	// Recovered is set when the provider is back; the other fields are then
	// zero.
	Recovered bool
	// Until is when it may be probed; For is the same as a duration.
	Until time.Time
	For   time.Duration
	// Reason is "consecutive", "local" or "share", or "probe" when the probe of an
	// ejected provider failed.
	Reason string
}

// Idle is the vendor's word that an account or one of its services does not
// want to be asked for a while.
type Idle struct {
	Call
	// Provider is the adapter, Instance this one of it.
	Provider, Instance string
	// Account is the account's name; Service is empty when all of it is meant.
	Account, Service string
	Until            time.Time
	Code             Code
}

// JoinHooks makes one of several; nil ones are left out. Starts run in order,
// ends in reverse. It returns nil when nothing is left.
func JoinHooks(hooks ...*Hooks) *Hooks {
	var joined *Hooks
	for _, h := range hooks {
		switch {
		case h == nil:
		case joined == nil:
			joined = h
		default:
			joined = join(joined, h)
		}
	}
	return joined
}

func join(a, b *Hooks) *Hooks {
	return &Hooks{
		StartCall:    joinStart(a.StartCall, b.StartCall),
		StartAttempt: joinStart(a.StartAttempt, b.StartAttempt),
		OnFailover:   joinEvent(a.OnFailover, b.OnFailover),
		OnEject:      joinEvent(a.OnEject, b.OnEject),
		OnIdle:       joinEvent(a.OnIdle, b.OnIdle),
	}
}

func joinStart[S, E any](a, b func(context.Context, S) (context.Context, func(E))) func(context.Context, S) (context.Context, func(E)) {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	return func(ctx context.Context, s S) (context.Context, func(E)) {
		inner, endA := a(ctx, s)
		if inner != nil {
			ctx = inner
		}
		inner, endB := b(ctx, s)
		if inner != nil {
			ctx = inner
		}
		switch {
		case endA == nil:
			return ctx, endB
		case endB == nil:
			return ctx, endA
		}
		return ctx, func(e E) {
			defer endA(e) // also when b's panics, so that no span stays open
			endB(e)
		}
	}
}

func joinEvent[E any](a, b func(context.Context, E)) func(context.Context, E) {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	return func(ctx context.Context, e E) { a(ctx, e); b(ctx, e) }
}
