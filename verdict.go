package waybill

import "time"

// VerdictInfo is what [NewVerdict] needs to know of a call beside its attempts.
type VerdictInfo struct {
	// Provider stands in the verdict when no attempt was made: the domain.
	Provider string
	// Op is the verb, Ref the caller's key.
	Op, Ref string
	// Send is set when repeating the call would do the thing twice: then an
	// ambiguous attempt decides the verdict's code.
	Send bool
	// Ended is the caller's own Canceled or DeadlineExceeded (see
	// [FromContext]), or nil while the caller still waits. Running says that an
	// attempt was under way at that moment.
	Ended   *Error
	Running bool
	// Skipped is why the providers that were never asked were passed over:
	// idle accounts, missing regions. It counts as attempts for the code, but
	// is not listed among them.
	Skipped []*Error
	// RetryAfter, when positive, replaces the shortest wait of the attempts.
	RetryAfter time.Duration
}

// NewVerdict makes one error of a failed call: the code of its most actionable
// attempt, the worst outcome over all of them (Sent, then Ambiguous, then
// NotSent), and the shortest wait after which somebody may serve. The attempts
// are kept for [Attempts]. Applications have no need of it; it is exported for
// decorators and for clients written outside this module.
func NewVerdict(attempts []Attempt, info VerdictInfo) *Error {
	v := Error{Code: Unsupported, Scope: ScopeRequest, Delivery: NotSent, Message: "no provider offers this"}
	var best *Error
	var wait time.Duration
	consider := func(e *Error) {
		if e == nil {
			return
		}
		if best == nil || rank(e, info.Send) < rank(best, info.Send) {
			best = e
		}
		if e.RetryAfter > 0 && (wait == 0 || e.RetryAfter < wait) {
			wait = e.RetryAfter
		}
	}
	delivery := NotSent
	for _, a := range attempts {
		if a.Err != nil {
			consider(a.Err)
			for _, inner := range a.Err.attempts { // a nested client's, which our time-out may have cut short
				consider(inner.Err)
			}
			delivery = delivery.worse(a.Err.Delivery)
		}
	}
	for _, e := range info.Skipped {
		consider(e)
	}
	// The caller's own end decides only if nothing was tried, or something was
	// still running: a finished attempt tells more than the clock does. A send
	// that may have happened stays what it is.
	if info.Ended != nil && (best == nil || len(attempts) == 0 || info.Running) {
		ended := *info.Ended
		if best != nil && ended.Scope == ScopeUnknown {
			ended.Provider, ended.Op = best.Provider, best.Op
		}
		best = &ended
	}
	if best != nil {
		v = *best
	}
	v.Delivery = delivery
	if v.Provider == "" {
		v.Provider = info.Provider
	}
	if v.Op == "" {
		v.Op = info.Op
	}
	if info.Ref != "" {
		v.Ref = info.Ref
	}
	v.RetryAfter = wait
	if info.RetryAfter > 0 {
		v.RetryAfter = info.RetryAfter
	}
	if info.Ended == nil || v.ctxErr != info.Ended.ctxErr {
		v.ctxErr = nil
	}
	if v.ctxErr == nil && info.Ended != nil && len(attempts) == 0 {
		v.ctxErr = info.Ended.ctxErr
	}
	v.attempts = flatten(attempts)
	return &v
}

// flatten puts a nested client's attempts in the place of the attempt that
// asked it, and numbers all of them anew.
func flatten(attempts []Attempt) []Attempt {
	nested := false
	for i := range attempts {
		if attempts[i].Err != nil && len(attempts[i].Err.attempts) > 0 {
			nested = true
			break
		}
	}
	if !nested {
		return attempts
	}
	var out []Attempt
	for _, a := range attempts {
		if a.Err != nil && len(a.Err.attempts) > 0 {
			out = append(out, a.Err.attempts...)
			continue
		}
		out = append(out, a)
	}
	for i := range out {
		out[i].Number = i + 1
	}
	return out
}

// rank orders errors by how much the caller can do about them; lower is more
// actionable. Equal ranks keep the order of the attempts.
func rank(e *Error, send bool) int {
	if send {
		switch e.Delivery {
		case Sent:
			return 0
		case Ambiguous:
			return 1
		}
	}
	switch e.Code {
	case InvalidArgument:
		return 2
	case TooLarge:
		return 3
	case Unregistered, OptedOut, RecipientLimited:
		return 4
	case RateLimited:
		return 5
	case QuotaExhausted:
		return 6
	case Unauthenticated:
		return 7
	case PermissionDenied:
		return 8
	case Unavailable, Internal, DataLoss, Unknown:
		return 9
	case DeadlineExceeded:
		return 10
	case FailedPrecondition, AlreadyExists:
		return 11
	case NotFound:
		return 12
	case Unsupported:
		return 13
	case Canceled: // a hedge's loser: the caller's own end is VerdictInfo.Ended
		return 14
	}
	return 9
}
