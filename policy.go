package waybill

import "time"

// Policy tunes one verb of a client. In every field 0 means the documented
// default and a negative value switches the thing off.
type Policy struct {
	// AttemptTimeout bounds one attempt. A read's attempt gets the lesser of
	// this and what remains of the caller's time, divided by the tries left; a
	// send's is never divided. The default is the verb's own.
	AttemptTimeout time.Duration
	// MinAttempt is the least time worth starting another try with, from the
	// second one on. Default 500 ms.
	MinAttempt time.Duration
	// TriesPerProvider and Tries bound the tries at one provider (default 2)
	// and of the whole call (default 5).
	TriesPerProvider, Tries int
	// Backoff is the wait before a second try at the same provider, doubled for
	// each further one, with 20 % jitter. Default 100 ms. There is no wait
	// before another provider's first try.
	Backoff time.Duration
	// RetryTokens is the size of the budget of repeated tries; a success gives
	// a tenth back, a retryable failure takes one, and at or below half nothing
	// is repeated. Default 10.
	RetryTokens int
	// NextOnNotFound asks the next provider after an honest empty answer.
	// Reads only; the default is the verb's own.
	NextOnNotFound Choice

	// ConsecutiveFailures ejects a provider, LocalFailures when they are of the
	// dial, DNS or TLS kind. Defaults 5 and 3.
	ConsecutiveFailures, LocalFailures int
	// FailureShare ejects at this share of failures or above, among at least
	// FailureSample results within FailureWindow. Defaults 0.5, 20 and 30 s.
	FailureShare  float64
	FailureSample int
	FailureWindow time.Duration
	// Ejection is the first time out, doubled each time up to EjectionMax.
	// Defaults 10 s and 300 s, with 20 % jitter.
	Ejection, EjectionMax time.Duration
	// EjectShare is the largest share of the providers that may be ejected at
	// once. Default 0.5; the last eligible provider never is.
	EjectShare float64
	// CoolDown makes an account idle after a refused credential. Default
	// 2 minutes.
	CoolDown time.Duration
	// SenderCoolDown makes a (provider, sender or template) pair ineligible
	// after the vendor refused it. Default 10 minutes.
	SenderCoolDown time.Duration

	// Concurrency bounds the calls under way at one provider. Default 256.
	Concurrency int
	// Hedge starts a second attempt of a read at the next provider after the
	// recent 95th percentile, at least this long. Off by default; a positive
	// value switches it on (values below 50 ms count as 50 ms).
	Hedge time.Duration
	// HedgeShare bounds hedges to this share of the calls. Default 0.05.
	HedgeShare float64

	// Classify may change what an adapter said of a failed attempt, or return
	// its argument. It must not keep or change the argument.
	Classify func(*Error) *Error
}

// Choice is a yes or no with a default.
type Choice int8

// The choices.
const (
	// Default leaves it to the documented default.
	Default Choice = 0
	// Yes says so.
	Yes Choice = 1
	// No says so.
	No Choice = -1
)

// Or returns p with the fields that are zero taken from d.
func (p Policy) Or(d Policy) Policy {
	setDuration(&p.AttemptTimeout, d.AttemptTimeout)
	setDuration(&p.MinAttempt, d.MinAttempt)
	setDuration(&p.Backoff, d.Backoff)
	setDuration(&p.FailureWindow, d.FailureWindow)
	setDuration(&p.Ejection, d.Ejection)
	setDuration(&p.EjectionMax, d.EjectionMax)
	setDuration(&p.CoolDown, d.CoolDown)
	setDuration(&p.SenderCoolDown, d.SenderCoolDown)
	setDuration(&p.Hedge, d.Hedge)
	setInt(&p.TriesPerProvider, d.TriesPerProvider)
	setInt(&p.Tries, d.Tries)
	setInt(&p.RetryTokens, d.RetryTokens)
	setInt(&p.ConsecutiveFailures, d.ConsecutiveFailures)
	setInt(&p.LocalFailures, d.LocalFailures)
	setInt(&p.FailureSample, d.FailureSample)
	setInt(&p.Concurrency, d.Concurrency)
	if p.FailureShare == 0 {
		p.FailureShare = d.FailureShare
	}
	if p.EjectShare == 0 {
		p.EjectShare = d.EjectShare
	}
	if p.HedgeShare == 0 {
		p.HedgeShare = d.HedgeShare
	}
	if p.NextOnNotFound == Default {
		p.NextOnNotFound = d.NextOnNotFound
	}
	if p.Classify == nil {
		p.Classify = d.Classify
	}
	return p
}

// DefaultPolicy returns the defaults that hold for every verb. AttemptTimeout,
// Hedge and NextOnNotFound are left to the verb.
func DefaultPolicy() Policy {
	return Policy{
		MinAttempt:          500 * time.Millisecond,
		TriesPerProvider:    2,
		Tries:               5,
		Backoff:             100 * time.Millisecond,
		RetryTokens:         10,
		ConsecutiveFailures: 5,
		LocalFailures:       3,
		FailureShare:        0.5,
		FailureSample:       20,
		FailureWindow:       30 * time.Second,
		Ejection:            10 * time.Second,
		EjectionMax:         300 * time.Second,
		EjectShare:          0.5,
		CoolDown:            2 * time.Minute,
		SenderCoolDown:      10 * time.Minute,
		Concurrency:         256,
		HedgeShare:          0.05,
	}
}

func setDuration(p *time.Duration, d time.Duration) {
	if *p == 0 {
		*p = d
	}
}

func setInt(p *int, d int) {
	if *p == 0 {
		*p = d
	}
}
