package waybill

import "time"

// Health is a provider's state within one client and verb.
type Health uint8

// The states.
const (
	// Healthy is asked as usual.
	Healthy Health = 0
	// Ejected is passed over until its time is over: our guess.
	Ejected Health = 1
	// Probing is tested by one call.
	Probing Health = 2
	// Idling waits for the time that the vendor named.
	Idling Health = 3
	// Drained was taken out by hand.
	Drained Health = 4
)

var healthNames = [...]string{"healthy", "ejected", "probing", "idling", "drained"}

// String returns the state's frozen name.
func (h Health) String() string {
	if int(h) < len(healthNames) {
		return healthNames[h]
	}
	return "unknown"
}

// MarshalText writes the state's name.
func (h Health) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// Status is a snapshot of one provider within one client and verb.
type Status struct {
	// Provider is the adapter, Instance this one of it, Op the verb.
	Provider, Instance string
	Op                 Verb
	Health             Health
	// Until is when an ejected or idling provider is asked again.
	Until time.Time
	// InUse is how many attempts are under way.
	InUse int
	// Successes and Failures count the attempts since the client was built.
	Successes, Failures uint64
}

// Candidate is one line of a client's Explain: what would happen to a provider
// if the request came now.
type Candidate struct {
	// Provider is the adapter, Instance this one of it.
	Provider, Instance string
	// Order is its place from 1, 0 when it would not be asked.
	Order int
	// Health is its state: a provider that is Ejected, but has a place in the
	// order, is asked only when nobody else can serve.
	Health Health
	// Reason says why it is passed over, or what is special about it.
	Reason string
	// Err is the error that stands for it in the verdict, nil when it would be
	// asked.
	Err *Error
}
