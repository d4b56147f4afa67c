package lineroute

import (
	"context"
	"math"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// Matrix estimates the ways from r's origins to its destinations, all marked
// Estimated, by the rules of [Adapter.Route]. There is no limit but the
// request's own. A pricing request is Unsupported. See [route.Matrixer] for the
// contract.
func (a *Adapter) Matrix(ctx context.Context, r route.MatrixRequest) (route.MatrixResult, error) {
	if err := r.Validate(); err != nil {
		e := *waybill.AsError(err)
		e.Provider = Name
		return route.MatrixResult{}, &e
	}
	if e := waybill.FromContext(ctx); e != nil {
		return route.MatrixResult{}, e.Unsent().With(Name, string(route.Matrix), r.Key)
	}
	if r.Pricing {
		return route.MatrixResult{}, waybill.NotSupported(string(route.Matrix), "a price must not rest on an estimate").With(Name, "", r.Key)
	}
	from, to := a.factors(r.Origins, r.Region), a.factors(r.Destinations, r.Region)
	cells := route.NewCells(len(r.Origins), len(r.Destinations), nil)
	for i, row := range cells {
		for j := range row {
			metres := math.Round(geo.Distance(r.Origins[i], r.Destinations[j]) * max(from[i], to[j]))
			row[j] = route.Cell{Distance: metres, Duration: time.Duration(math.Round(metres/a.speed[r.Mode])) * time.Second, Estimated: true, Provider: Name}
		}
	}
	return route.MatrixResult{Served: waybill.Served{Provider: Name}, Cells: cells}, nil
}

func (a *Adapter) factors(points []geo.Point, region string) []float64 {
	out := make([]float64, len(points))
	for i, p := range points {
		out[i] = a.factor(p, region)
	}
	return out
}
