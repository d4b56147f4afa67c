package area

// Role is what a stop is on a trip.
type Role uint8

// The roles. The numbers are frozen.
const (
	// ByPlace is the zero value: the first stop of a trip starts it, the last one of several finishes it.
	ByPlace Role = 0
	Start   Role = 1
	Middle  Role = 2
	Finish  Role = 3
)

type TripRule struct{}
type Service struct{ *Index }
