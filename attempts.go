package waybill

import (
	"context"
	"sync"
	"time"
)

// Attempt is one exchange with one provider, as it was recorded.
type Attempt struct {
	// Domain is the client's, such as "geo". Provider is the adapter's name,
	// Instance the name of this configured instance where it differs.
	Domain, Provider, Instance string
	// Op is the verb.
	Op string
	// Number counts the attempts of the call from 1.
	Number int
	// Start and Duration are the attempt's wall time.
	Start    time.Time
	Duration time.Duration
	// Hedge is set for a second, parallel attempt of a read.
	Hedge bool
	// Items is how many items the attempt carried in a call over many, else 0;
	// Failed is how many of them ended with an error.
	Items, Failed int
	// Err is what went wrong, nil after success.
	Err *Error
}

func (a Attempt) name() string {
	if a.Instance != "" {
		return a.Instance
	}
	return a.Provider
}

func (a Attempt) outcome() string {
	if a.Err == nil {
		return "ok"
	}
	return a.Err.Code.String()
}

// Attempts returns all attempts of the call that ended with err, in order, or
// nil when err is not a verdict. For the attempts of a successful call use
// [WithRecorder].
func Attempts(err error) []Attempt {
	e := AsError(err)
	if e == nil {
		return nil
	}
	return append([]Attempt(nil), e.attempts...)
}

// Recorder collects the attempts of every call made with its context. It is
// safe for concurrent use.
type Recorder struct {
	mu       sync.Mutex
	attempts []Attempt
}

type recorderKey struct{}

// WithRecorder returns a context whose calls report their attempts to the
// returned Recorder, successful ones too.
func WithRecorder(ctx context.Context) (context.Context, *Recorder) {
	r := new(Recorder)
	return context.WithValue(ctx, recorderKey{}, r), r
}

// RecorderFrom returns the context's Recorder, or nil.
func RecorderFrom(ctx context.Context) *Recorder {
	r, _ := ctx.Value(recorderKey{}).(*Recorder)
	return r
}

// Add notes an attempt; a nil Recorder ignores it.
func (r *Recorder) Add(a Attempt) {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.attempts = append(r.attempts, a)
	r.mu.Unlock()
}

// Attempts returns what was collected so far, in the order of ending.
func (r *Recorder) Attempts() []Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Attempt(nil), r.attempts...)
}
