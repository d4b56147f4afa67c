package geo

import "time"

// Freshness says whether a result came from a cache; see package geocache. The
// zero value is a fresh answer.
type Freshness struct {
	// Age is how old the answer is, 0 for a fresh one.
	Age time.Duration `json:"age,omitempty"`
	// Stale says that the answer is past its time, and was given because
	// nobody could serve a fresh one.
	Stale bool `json:"stale,omitempty"`
	// Reduced says that names and addresses were left out, since the vendor's
	// terms do not allow them to be kept.
	Reduced bool `json:"reduced,omitempty"`
}
