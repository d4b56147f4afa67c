package googleroute

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

const computeRouteMatrix = "/distanceMatrix/v2:computeRouteMatrix"

// The limits of the services. The Routes API's is lower for the best traffic,
// transit, addresses and place ids, which are not asked for here.
const (
	maxElements       = 625
	maxLegacySide     = 25
	maxLegacyElements = 100
)

// MatrixLimits returns 625 pairs, or those of the legacy API: 25 origins, 25
// destinations, 100 pairs. See [route.MatrixLimiter].
func (a *Adapter) MatrixLimits(*route.MatrixRequest) route.MatrixLimits {
	if a.maps != nil {
		return route.MatrixLimits{Origins: maxLegacySide, Destinations: maxLegacySide, Elements: maxLegacyElements}
	}
	return route.MatrixLimits{Elements: maxElements}
}

// Matrix implements [route.Matrixer] with a POST of
// /distanceMatrix/v2:computeRouteMatrix, or with Options.Legacy a GET of
// /maps/api/distancematrix/json.
//
// Modes, traffic and prices are as for Route; tolls are not asked for. A pair
// that Google left out of its answer is DataLoss in its cell.
func (a *Adapter) Matrix(ctx context.Context, r route.MatrixRequest) (route.MatrixResult, error) {
	const op = string(route.Matrix)
	if err := r.Validate(); err != nil {
		e := *waybill.AsError(err)
		e.Provider = name
		return route.MatrixResult{}, &e
	}
	pair := r.Pair(0, 0)
	wrong := a.unsupported(&pair)
	if wrong == "" {
		wrong = a.MatrixLimits(&r).Exceeded(len(r.Origins), len(r.Destinations))
	}
	if wrong != "" {
		return route.MatrixResult{}, waybill.NotSupported(op, wrong).With(name, op, r.Key)
	}
	ask := a.askMatrix
	if a.maps != nil {
		ask = a.askLegacyMatrix
	}
	cells, bad := ask(ctx, &r)
	if bad != nil {
		return route.MatrixResult{}, bad.With(name, op, r.Key)
	}
	for i, row := range cells {
		for j := range row {
			c := &row[j]
			if c.Err != nil {
				c.Err = waybill.AsError(c.Err).With(name, op, r.Key)
				continue
			}
			c.Provider, c.Substituted = name, r.Mode == route.Truck
			if !plausible(c, r.Origins[i], r.Destinations[j]) {
				*c = route.Cell{Err: (&waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, VendorCode: wire.CodeReply,
					Message: "a pair's distance and duration cannot be"}).With(name, op, r.Key)}
			}
		}
	}
	return route.MatrixResult{Served: waybill.Served{Provider: name}, Cells: cells}, nil
}

// plausible reports whether a way can be so short and quick: nobody covers a
// kilometre in no time, nor no way between points that lie apart.
func plausible(c *route.Cell, from, to geo.Point) bool {
	return (c.Duration > 0 || c.Distance <= far) && (c.Distance > 0 || geo.Distance(from, to) <= far)
}

// matrixRequest is the body of a computeRouteMatrix request, as far as this
// adapter fills it.
type matrixRequest struct {
	Origins           []matrixOrigin `json:"origins"`
	Destinations      []matrixPlace  `json:"destinations"`
	TravelMode        string         `json:"travelMode"`
	RoutingPreference string         `json:"routingPreference,omitempty"`
	DepartureTime     string         `json:"departureTime,omitempty"`
}

type matrixOrigin struct {
	matrixPlace
	Modifiers *modifiers `json:"routeModifiers,omitempty"`
}

type matrixPlace struct {
	Waypoint waypoint `json:"waypoint"`
}

// matrixMask must have status in it: without it every element looks well.
const matrixMask = "originIndex,destinationIndex,status,condition,distanceMeters,duration"

func (a *Adapter) matrixRequest(r *route.MatrixRequest) *matrixRequest {
	pair := r.Pair(0, 0)
	q := &matrixRequest{TravelMode: travelModes[r.Mode]}
	var modifiers *modifiers
	if motorized(r.Mode) {
		q.RoutingPreference, q.DepartureTime = preference(&pair)
		modifiers = avoided(r.Avoid)
	}
	place := func(p geo.Point) (out matrixPlace) {
		lat, lng := a.out(p, r.Region)
		out.Waypoint.Location.LatLng = latLng{lat, lng}
		return out
	}
	for _, p := range r.Origins {
		q.Origins = append(q.Origins, matrixOrigin{place(p), modifiers})
	}
	for _, p := range r.Destinations {
		q.Destinations = append(q.Destinations, place(p))
	}
	return q
}

// askMatrix asks the Routes API.
func (a *Adapter) askMatrix(ctx context.Context, r *route.MatrixRequest) ([][]route.Cell, *waybill.Error) {
	creds, bad := a.keys.Get(ctx)
	if bad != nil {
		return nil, bad
	}
	body, err := json.Marshal(a.matrixRequest(r))
	if err != nil {
		return nil, waybill.Invalid(string(route.Matrix), "the request cannot be written as JSON")
	}
	pair := r.Pair(0, 0)
	mask := matrixMask
	if wantsTraffic(&pair) {
		mask += trafficNote
	}
	reply, err := a.wire.Do(ctx, &wire.Request{Op: string(route.Matrix), Ref: r.Key, Method: http.MethodPost, URL: a.matrix,
		Header: creds.Header(mask), Body: body})
	if err != nil {
		return nil, waybill.AsError(err)
	}
	if bad := google.ReplyError(reply); bad != nil {
		return nil, bad
	}
	return decodeMatrix(reply, len(r.Origins), len(r.Destinations), wantsTraffic(&pair))
}

// element is one pair of the reply. Numbers that are zero may be left out,
// indices too.
type element struct {
	origin, destination int
	code                int // of a google.rpc.Status, 0 where all is well
	condition           condition
	metres              int
	duration            seconds
	fallback            *fallback
	failure             []byte // of the rest of the table
}

// condition says whether there is a way for a pair.
type condition uint8

const (
	noCondition condition = iota
	wayExists
	noWay
	otherCondition
)

// routeNotFound is the word for no way.
const routeNotFound = "ROUTE_NOT_FOUND"

func conditionOf(word []byte) condition {
	switch string(word) {
	case "":
		return noCondition
	case "ROUTE_EXISTS":
		return wayExists
	case routeNotFound:
		return noWay
	}
	return otherCondition
}

// decodeMatrix reads a reply of success: an array of elements in any order. A
// failure in the middle of the stream is an element of its own kind; what was
// not told before is then lost.
func decodeMatrix(reply *wire.Reply, rows, columns int, traffic bool) ([][]route.Cell, *waybill.Error) {
	if trimmed := bytes.TrimSpace(reply.Body); len(trimmed) > 0 && trimmed[0] != '[' {
		return nil, google.Odd(reply, "the reply is no JSON array")
	}
	s, bad := scanning(reply)
	if bad != nil {
		return nil, bad
	}
	missing := google.Odd(reply, "a pair is missing in the reply")
	cells := route.NewCells(rows, columns, nil)
	told := make([]bool, rows*columns)
	stray := false
	s.items(func() {
		e, ok := readElement(&s)
		switch {
		case len(e.failure) > 0:
			part := *reply
			part.Body = append(append([]byte(`{"error":`), e.failure...), '}')
			if bad := google.ReplyError(&part); bad != nil {
				missing = bad
			}
		case !ok || e.origin < 0 || e.origin >= rows || e.destination < 0 || e.destination >= columns:
			stray = true
		default:
			cells[e.origin][e.destination] = e.cell(reply, traffic)
			told[e.origin*columns+e.destination] = true
		}
	})
	if stray {
		return nil, google.Odd(reply, "an element belongs to no pair")
	}
	for i, ok := range told {
		if !ok {
			cells[i/columns][i%columns] = route.Cell{Err: missing}
		}
	}
	return cells, nil
}

func (e *element) cell(reply *wire.Reply, traffic bool) route.Cell {
	switch {
	case e.code != 0:
		return route.Cell{Err: google.StatusCodeError(reply, e.code)}
	case e.condition == noWay:
		return route.Cell{Err: google.NoWay(reply, routeNotFound)}
	}
	took, ok := e.duration.took, e.duration.ok
	if !e.duration.there && e.condition == wayExists && e.metres == 0 {
		ok = true // the same place: what is zero is left out
	}
	if !ok || e.metres < 0 || took == 0 && e.metres > far || e.condition > wayExists {
		return route.Cell{Err: google.Odd(reply, "an element has no duration or an unknown condition")}
	}
	return route.Cell{Distance: float64(e.metres), Duration: took, Traffic: traffic && e.fallback.traffic()}
}

// fallback says that the answer was made with less than was asked for.
type fallback struct {
	mode string
}

// traffic reports whether the answer counts the traffic all the same.
func (f *fallback) traffic() bool { return f == nil || f.mode == "FALLBACK_TRAFFIC_AWARE" }
