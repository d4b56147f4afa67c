package route

import (
	"context"
	"encoding/json"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// Matrix is the verb of many origins and many destinations.
const Matrix waybill.Verb = "matrix"

// MaxCells is the most origins times destinations of one request. A vendor's own
// limits are lower; a [Client] splits a request to them, a bare adapter is
// Unsupported beyond them.
const MaxCells = 100_000

// MatrixRequest asks for the way from every origin to every destination.
type MatrixRequest struct {
	// Origins and Destinations are in any datum each: at least one of each, and
	// at most [MaxCells] pairs.
	Origins, Destinations []geo.Point
	// Mode, Vehicle, AllowCarForTruck, Avoid, Departure and Pricing mean what
	// they mean in a [Request].
	Mode             Mode
	Vehicle          Vehicle
	AllowCarForTruck bool
	Avoid            Avoid
	Departure        time.Time
	Pricing          bool
	// Region overrides the regions that the points lie in.
	Region string
	// Tenant, Lane and Key choose among providers; see [waybill.Use]. Key is
	// the stickiness key and the error's Ref.
	Tenant, Lane, Key string
}

// Pair returns the request for one cell, from origin i to destination j.
func (r *MatrixRequest) Pair(i, j int) Request {
	q := r.travel()
	q.Points = []geo.Point{r.Origins[i], r.Destinations[j]}
	return q
}

// travel is the request without points.
func (r *MatrixRequest) travel() Request {
	return Request{Mode: r.Mode, Vehicle: r.Vehicle, AllowCarForTruck: r.AllowCarForTruck, Avoid: r.Avoid, Departure: r.Departure,
		Pricing: r.Pricing, Region: r.Region, Tenant: r.Tenant, Lane: r.Lane, Key: r.Key}
}

// Validate checks the request before any network traffic.
func (r *MatrixRequest) Validate() error {
	if msg := r.check(); msg != "" {
		return waybill.Invalid(string(Matrix), msg).With("route", "", r.Key)
	}
	return nil
}

func (r *MatrixRequest) check() string {
	switch {
	case len(r.Origins) == 0:
		return "there is no origin"
	case len(r.Destinations) == 0:
		return "there is no destination"
	case len(r.Origins) > MaxCells/len(r.Destinations):
		return "more than 100000 pairs"
	}
	for _, list := range [...][]geo.Point{r.Origins, r.Destinations} {
		if msg := checkPoints(list); msg != "" {
			return msg
		}
	}
	q := r.travel()
	return q.checkTravel()
}

// Cell is the way from one origin to one destination. Where Err is not nil there
// is none, and the numbers mean nothing.
type Cell struct {
	// Distance is in metres.
	Distance float64
	// Duration is the driving time; it counts the traffic when Traffic is set.
	Duration time.Duration
	Traffic  bool
	// Substituted marks a car's way given for a truck, Estimated a straight
	// line times a detour factor.
	Substituted, Estimated bool
	// Provider is who served the cell.
	Provider string
	// Err is nil for a way, NotFound where there is none, and otherwise why the
	// cell could not be served: a *[waybill.Error].
	Err error
}

// cellJSON is a cell as JSON. A cell without a way has no numbers, so that
// nobody takes it for one of no length.
type cellJSON struct {
	Distance    *float64       `json:"distance,omitempty"`
	Duration    *time.Duration `json:"duration,omitempty"`
	Traffic     bool           `json:"traffic,omitempty"`
	Substituted bool           `json:"substituted,omitempty"`
	Estimated   bool           `json:"estimated,omitempty"`
	Provider    string         `json:"provider,omitempty"`
	Error       *waybill.Code  `json:"error,omitempty"`
}

// MarshalJSON writes the numbers, or of a cell without a way the code alone.
func (c Cell) MarshalJSON() ([]byte, error) {
	out := cellJSON{Traffic: c.Traffic, Substituted: c.Substituted, Estimated: c.Estimated, Provider: c.Provider}
	if c.Err != nil {
		code := waybill.CodeOf(c.Err)
		out.Error = &code
	} else {
		out.Distance, out.Duration = &c.Distance, &c.Duration
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote. What has neither numbers nor a
// code is a cell of code Unknown.
func (c *Cell) UnmarshalJSON(b []byte) error {
	var in cellJSON
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*c = Cell{Traffic: in.Traffic, Substituted: in.Substituted, Estimated: in.Estimated, Provider: in.Provider}
	switch {
	case in.Error != nil:
		c.Err = &waybill.Error{Code: *in.Error, Provider: in.Provider, Op: string(Matrix)}
	case in.Distance == nil || in.Duration == nil:
		c.Err = &waybill.Error{Code: waybill.Unknown, Provider: in.Provider, Op: string(Matrix)}
	default:
		c.Distance, c.Duration = *in.Distance, *in.Duration
	}
	return nil
}

// MatrixResult is a table of ways.
type MatrixResult struct {
	waybill.Served
	// Cells[i][j] is the way from origin i to destination j. There is a row for
	// every origin and in it a cell for every destination.
	Cells [][]Cell `json:"cells"`
}

// NewCells returns a table of rows × columns whose cells all have the error err:
// what an adapter fills in stays an error where the vendor says nothing.
func NewCells(rows, columns int, err error) [][]Cell {
	flat := make([]Cell, rows*columns)
	for i := range flat {
		flat[i].Err = err
	}
	out := make([][]Cell, rows)
	for i := range out {
		out[i] = flat[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return out
}

// Matrixer finds the ways from origins to destinations.
//
// What [Router] says of points, datums, modes, trucks, prices and errors holds
// here too. Validate comes first; a request beyond the vendor's limits is
// Unsupported before the network, and the adapter declares them as a
// [MatrixLimiter]. What the vendor cannot avoid or does not know of a departure
// is Unsupported, since a cell has no warnings.
//
// The direction is from origin to destination: Cells[i][j] is the way from
// Origins[i] to Destinations[j], which in a town of one-way streets is not the way
// back. The error is of the whole request; what fails for one pair alone stands
// in its cell: no way is NotFound, never a distance of 0.
type Matrixer interface {
	Matrix(ctx context.Context, r MatrixRequest) (MatrixResult, error)
}

// MatrixLimits are what one request to a vendor may hold. 0 means no limit.
type MatrixLimits struct {
	// Origins and Destinations bound each list, Points both together, Elements
	// their product.
	Origins, Destinations, Points, Elements int
	// PerCell is set where the vendor counts cells, not requests, against its
	// rates.
	PerCell bool
}

// MatrixLimiter is implemented by a [Matrixer] whose vendor has limits. They may
// depend on the request's mode and departure; its points are not looked at.
type MatrixLimiter interface {
	MatrixLimits(r *MatrixRequest) MatrixLimits
}

// Exceeded says which limit a request of so many origins and destinations
// exceeds, or returns "".
func (l MatrixLimits) Exceeded(origins, destinations int) string {
	over := func(n, most int) bool { return most > 0 && n > most }
	switch {
	case over(origins, l.Origins):
		return "too many origins"
	case over(destinations, l.Destinations):
		return "too many destinations"
	case over(origins+destinations, l.Points):
		return "too many points"
	case over(origins*destinations, l.Elements):
		return "too many pairs"
	}
	return ""
}

// limitsOf returns the limits of a provider for a request.
func limitsOf(p any, r *MatrixRequest) MatrixLimits {
	if l, ok := p.(MatrixLimiter); ok {
		return l.MatrixLimits(r)
	}
	return MatrixLimits{}
}
