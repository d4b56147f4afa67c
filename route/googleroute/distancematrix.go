package googleroute

import (
	"context"
	"strconv"
	"strings"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

// askLegacyMatrix asks the legacy Distance Matrix API through Google's library.
func (a *Adapter) askLegacyMatrix(ctx context.Context, r *route.MatrixRequest) ([][]route.Cell, *waybill.Error) {
	request := a.legacyMatrixRequest(r)
	var found *maps.DistanceMatrixResponse
	reply, bad := a.maps.Do(ctx, wire.Request{Op: string(route.Matrix), Ref: r.Key, Private: append(append([]string{}, request.Origins...), request.Destinations...)},
		func(ctx context.Context, c *maps.Client) (err error) {
			found, err = c.DistanceMatrix(ctx, request)
			return err
		})
	if bad != nil {
		return nil, bad
	}
	if found != nil && len(found.Rows) == 0 {
		if none := google.NotFound(reply); none.VendorCode == google.StatusZeroResults {
			return nil, none
		}
	}
	if found == nil || len(found.Rows) != len(r.Origins) {
		return nil, google.Odd(reply, "the table has not one row for each origin")
	}
	cells := route.NewCells(len(r.Origins), len(r.Destinations), nil)
	for i, row := range found.Rows {
		if len(row.Elements) != len(r.Destinations) {
			return nil, google.Odd(reply, "a row has not one element for each destination")
		}
		for j, e := range row.Elements {
			cells[i][j] = legacyCell(reply, e, request.DepartureTime != "")
			if c := &cells[i][j]; c.Err == nil && c.Duration == 0 && !timed(reply, "rows", "elements", i, j) {
				c.Err = google.Odd(reply, "an element has no duration")
			}
		}
	}
	return cells, nil
}

func (a *Adapter) legacyMatrixRequest(r *route.MatrixRequest) *maps.DistanceMatrixRequest {
	write := func(list []geo.Point) []string {
		out := make([]string, len(list))
		for i, p := range list {
			lat, lng := a.out(p, r.Region)
			out[i] = strconv.FormatFloat(lat, 'f', -1, 64) + "," + strconv.FormatFloat(lng, 'f', -1, 64)
		}
		return out
	}
	q := &maps.DistanceMatrixRequest{Origins: write(r.Origins), Destinations: write(r.Destinations), Mode: legacyModes[r.Mode], Units: maps.UnitsMetric}
	var avoid []string
	if r.Avoid.Tolls {
		avoid = append(avoid, string(maps.AvoidTolls))
	}
	if r.Avoid.Motorways {
		avoid = append(avoid, string(maps.AvoidHighways))
	}
	if r.Avoid.Ferries {
		avoid = append(avoid, string(maps.AvoidFerries))
	}
	q.Avoid = maps.Avoid(strings.Join(avoid, "|")) // the service takes several, the library's type one
	pair := r.Pair(0, 0)
	if wantsTraffic(&pair) {
		q.DepartureTime = "now"
		if at, later := leaves(r.Departure); later {
			q.DepartureTime = strconv.FormatInt(at.Unix(), 10)
		}
	}
	return q
}

// legacyCell reads one element. Only its status tells a pair without a way from
// one of no length.
func legacyCell(reply *wire.Reply, e *maps.DistanceMatrixElement, traffic bool) route.Cell {
	switch {
	case e == nil || e.Status == "":
		return route.Cell{Err: google.Odd(reply, "an element has no status")}
	case e.Status != google.StatusOK:
		return route.Cell{Err: google.StatusError(reply, e.Status)}
	case e.Distance.Meters < 0 || e.Duration < 0 || e.Distance.Meters == 0 && e.Distance.HumanReadable == "":
		return route.Cell{Err: google.Odd(reply, "an element has no distance or duration")}
	}
	c := route.Cell{Distance: float64(e.Distance.Meters), Duration: e.Duration}
	if traffic && e.DurationInTraffic > 0 {
		c.Duration, c.Traffic = e.DurationInTraffic, true
	}
	return c
}
