package osrmroute

import (
	"context"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// MatrixLimits returns Options.Limits; see [route.MatrixLimiter].
func (a *Adapter) MatrixLimits(*route.MatrixRequest) route.MatrixLimits { return a.limits }

// Matrix asks the service table for distances and durations in one request; see
// [route.Matrixer] for the contract and the package comment for what OSRM cannot
// do. A point that lies too far from a road makes its row or column NotFound and
// leaves the others alone.
func (a *Adapter) Matrix(ctx context.Context, r route.MatrixRequest) (route.MatrixResult, error) {
	if err := r.Validate(); err != nil {
		return route.MatrixResult{}, invalidRequest(err)
	}
	profile, substituted, why := a.choose(r.Mode, r.AllowCarForTruck)
	if why == "" {
		why = a.limits.Exceeded(len(r.Origins), len(r.Destinations))
	}
	if why != "" {
		return route.MatrixResult{}, refuse(route.Matrix, r.Key, why)
	}
	n := len(r.Origins)
	s := &service{name: "table", op: route.Matrix, ref: r.Key, profile: profile, points: append(append([]geo.Point(nil), r.Origins...), r.Destinations...)}
	// Distances are left out unless they are asked for.
	s.query = append(s.query, "sources="+indices(0, n), "destinations="+indices(n, n+len(r.Destinations)), "annotations=duration,distance", "generate_hints=false")
	s.exclude(r.Avoid)
	var got tableReply
	if err := a.get(ctx, s, &got); err != nil {
		return route.MatrixResult{}, err
	}
	return a.table(&r, &got, substituted)
}

func indices(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		if i > from {
			b.WriteByte(';')
		}
		b.WriteString(strconv.Itoa(i))
	}
	return b.String()
}

// tableReply is the reply of table; null is a pair without a way.
type tableReply struct {
	head
	Durations    [][]*float64 `json:"durations"`
	Distances    [][]*float64 `json:"distances"`
	Sources      []waypoint   `json:"sources"`
	Destinations []waypoint   `json:"destinations"`
}

func (a *Adapter) table(r *route.MatrixRequest, got *tableReply, substituted bool) (route.MatrixResult, error) {
	rows, columns := len(r.Origins), len(r.Destinations)
	if !fits(got.Durations, rows, columns) || !fits(got.Distances, rows, columns) {
		return route.MatrixResult{}, fault(route.Matrix, r.Key, "the table has not a distance and a duration for each pair")
	}
	if len(got.Sources) != rows || len(got.Destinations) != columns {
		return route.MatrixResult{}, fault(route.Matrix, r.Key, "the reply has not one waypoint for each point")
	}
	off := func(points []geo.Point, placed []waypoint) []bool {
		out := make([]bool, len(points))
		for i := range placed {
			out[i] = a.far(a.moved(&placed[i], points[i]))
		}
		return out
	}
	offOrigin, offDestination := off(r.Origins, got.Sources), off(r.Destinations, got.Destinations)
	out := route.MatrixResult{Served: waybill.Served{Provider: Name}, Cells: route.NewCells(rows, columns, nil)}
	for i, row := range out.Cells {
		for j := range row {
			distance, duration := got.Distances[i][j], got.Durations[i][j]
			metres, took, ok := measure(distance, duration)
			switch {
			case offOrigin[i] || offDestination[j]:
				row[j].Err = noWay(route.Matrix, r.Key, "a point is too far from any road")
			case distance == nil || duration == nil:
				row[j].Err = noWay(route.Matrix, r.Key, "no way between the points")
			case !ok || took == 0 && metres > 1000:
				row[j].Err = fault(route.Matrix, r.Key, "a pair has no usable distance and duration")
			case wrongPace(r.Mode, metres, took.Seconds()):
				return route.MatrixResult{}, misplaced(route.Matrix, r.Key)
			default:
				row[j] = route.Cell{Distance: metres, Duration: took, Substituted: substituted, Provider: Name}
			}
		}
	}
	return out, nil
}

func fits(table [][]*float64, rows, columns int) bool {
	if len(table) != rows {
		return false
	}
	for _, row := range table {
		if len(row) != columns {
			return false
		}
	}
	return true
}
