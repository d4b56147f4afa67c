package baiduroute

import (
	"context"
	"strconv"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/baidu"
	"github.com/waybill-go/waybill/route"
)

// The paths of the table services.
const (
	pathMatrixDriving    = "/routematrix/v2/driving"
	pathMatrixMotorcycle = "/routematrix/v2/motorcycle"
	pathMatrixRiding     = "/routematrix/v2/riding"
	pathMatrixWalking    = "/routematrix/v2/walking"
	pathMatrixTruck      = "/logistics_routematrix/v1/truck"
)

// The limits and tactics of the table services. The tactics are others than
// those of the direction services.
const (
	defaultMatrixCells   = 50
	maxMatrixWalk        = 200e3 // metres, as the crow flies
	maxTruckMatrixAhead  = 3 * 24 * time.Hour
	maxTruckMatrixLength = 20 // metres; its page allows less than that of the direction service
	maxTruckMatrixWidth  = 3
	maxTruckMatrixHeight = 5
	matrixNoMotorways    = "10"
	matrixUsual          = "11" // with traffic; not the default
	matrixShortNoTraffic = "13"
)

// MatrixLimits returns the 50 pairs that every service of Baidu's takes, for cars
// Options.MatrixCells. Baidu counts pairs against its rates, not requests. See
// [route.MatrixLimiter].
func (a *Adapter) MatrixLimits(r *route.MatrixRequest) route.MatrixLimits {
	cells := a.cells
	if r != nil && r.Mode != route.Car {
		cells = min(cells, defaultMatrixCells)
	}
	return route.MatrixLimits{Elements: cells, PerCell: true}
}

// Matrix asks the table services (routematrix v2, for trucks logistics_routematrix
// v1); see [route.Matrixer] for the contract.
//
// Cars take the usual way with its traffic (tactic 11), without motorways if
// these are to be avoided (10), and for prices the short one without traffic
// (13). Tolls and ferries cannot be avoided, future departures are known of
// trucks alone, up to three days ahead. Walks may be 200 km as the crow flies.
// What [Adapter.Route] says of contracts and of a truck's numbers holds here too.
//
// A pair that Baidu could not compute is Unavailable in its cell, and a client
// asks once more for it.
func (a *Adapter) Matrix(ctx context.Context, r route.MatrixRequest) (route.MatrixResult, error) {
	if err := r.Validate(); err != nil {
		e := *waybill.AsError(err)
		e.Provider = Name
		return route.MatrixResult{}, &e
	}
	p, why := a.matrixPlan(&r)
	if why != "" {
		return route.MatrixResult{}, cellError(&r, waybill.Unsupported, why)
	}
	var got []tableCell
	found, err := a.client.Get(ctx, p.call, &got)
	if err != nil {
		return route.MatrixResult{}, err
	}
	if want := len(r.Origins) * len(r.Destinations); !found || len(got) != want {
		return route.MatrixResult{}, damagedTable(&r, "the table has not one cell for each pair")
	}
	out := route.MatrixResult{Served: waybill.Served{Provider: Name}, Cells: route.NewCells(len(r.Origins), len(r.Destinations), nil)}
	for i, row := range out.Cells {
		for j := range row {
			row[j] = p.cell(&got[i*len(row)+j], &r, i, j)
		}
	}
	return out, nil
}

// tableCell is one pair: origin 1 to destination 1, to 2, then origin 2.
type tableCell struct {
	Distance struct {
		Value baidu.Number `json:"value"` // metres; the text has changing units
	} `json:"distance"`
	Duration struct {
		Value baidu.Number `json:"value"` // seconds
	} `json:"duration"`
}

// matrixPlan chooses the service and its parameters, or says why there are none.
func (a *Adapter) matrixPlan(r *route.MatrixRequest) (p plan, refusal string) {
	if why := a.MatrixLimits(r).Exceeded(len(r.Origins), len(r.Destinations)); why != "" {
		return plan{}, why
	}
	points := r.Pair(0, 0)
	points.Points = append(append([]geo.Point(nil), r.Origins...), r.Destinations...)
	datum, refusal := a.place(&points)
	if refusal != "" {
		return plan{}, refusal
	}
	p, refusal = a.matrixService(r)
	if refusal != "" {
		return plan{}, refusal
	}
	p.call.Op, p.call.Ref = string(route.Matrix), r.Key
	var params baidu.Params
	for i, list := range [...][]geo.Point{r.Origins, r.Destinations} {
		sent := make([]geo.Point, len(list))
		for j, q := range list {
			sent[j] = q.To(datum)
			p.call.Private = append(p.call.Private, baidu.LatLng(sent[j]))
		}
		params.Add([...]string{"origins", "destinations"}[i], baidu.LatLngs(sent))
	}
	params.Add("coord_type", baidu.CoordTypeRoute(datum))
	p.call.Params = append(params, p.call.Params...)
	return p, ""
}

func (a *Adapter) matrixService(r *route.MatrixRequest) (p plan, refusal string) {
	pair := r.Pair(0, 0)
	switch r.Mode {
	case route.Car:
		return a.matrixCar(&pair)
	case route.Motorcycle:
		if _, refusal = a.motorcycle(&pair); refusal == "" && pair.Avoid != (route.Avoid{}) {
			refusal = "a motorcycle's table can avoid nothing"
		}
		return plan{call: baidu.Call{Path: pathMatrixMotorcycle}, traffic: true}, refusal
	case route.Truck:
		if p, refusal = a.matrixTruck(&pair); refusal != "" && r.AllowCarForTruck {
			p, refusal = a.matrixCar(&pair)
			p.substituted = true
		}
		return p, refusal
	case route.Bicycle:
		_, refusal = slow(&pair, pathRiding)
		return plan{call: baidu.Call{Path: pathMatrixRiding}}, refusal
	}
	for i := range r.Origins {
		for j := range r.Destinations {
			if geo.Distance(r.Origins[i], r.Destinations[j]) > maxMatrixWalk {
				return plan{}, "a walk is longer than 200 km"
			}
		}
	}
	_, refusal = slow(&pair, pathWalking)
	return plan{call: baidu.Call{Path: pathMatrixWalking}}, refusal
}

func (a *Adapter) matrixCar(r *route.Request) (p plan, refusal string) {
	p = plan{call: baidu.Call{Path: pathMatrixDriving}, traffic: !r.Pricing}
	tactics := matrixUsual
	switch {
	case r.Avoid.Ferries || r.Avoid.Tolls:
		return plan{}, "a table can avoid motorways alone"
	case r.Avoid.Motorways && r.Pricing:
		return plan{}, "a table that is independent of the traffic cannot avoid motorways"
	case r.Departure.After(time.Now().Add(soon)):
		return plan{}, "a table's departure cannot lie in the future"
	case r.Avoid.Motorways:
		tactics = matrixNoMotorways
	case r.Pricing:
		tactics = matrixShortNoTraffic
	}
	p.call.Params.Add("tactics", tactics)
	return p, ""
}

func (a *Adapter) matrixTruck(r *route.Request) (p plan, refusal string) {
	switch v := &r.Vehicle; {
	case r.Departure.After(time.Now().Add(maxTruckMatrixAhead)):
		return plan{}, "the departure is more than 3 days ahead"
	case v.Length > maxTruckMatrixLength || v.Width > maxTruckMatrixWidth || v.Height > maxTruckMatrixHeight:
		return plan{}, "the truck is larger than the table service knows"
	}
	p, refusal = a.truck(r)
	p.call.Path = pathMatrixTruck
	return p, refusal
}

// cell reads a pair. 0 is Baidu's way to say that there is none, below 0 that it
// could not be computed.
func (p *plan) cell(c *tableCell, r *route.MatrixRequest, i, j int) route.Cell {
	metres, took := c.Distance.Value, c.Duration.Value
	apart := geo.Distance(r.Origins[i], r.Destinations[j])
	switch {
	case metres.Set && metres.V < 0 || took.Set && took.V < 0:
		e := cellError(r, waybill.Unavailable, "the pair could not be computed")
		e.Scope, e.VendorCode = waybill.ScopeProvider, strconv.FormatFloat(min(metres.V, took.V), 'f', -1, 64)
		return route.Cell{Err: e}
	case !metres.Set || !took.Set || metres.V > maxMetres || took.V > maxSeconds:
		return route.Cell{Err: damagedTable(r, "a pair has no usable distance and duration")}
	case metres.V == 0 && apart > 100:
		return route.Cell{Err: cellError(r, waybill.NotFound, "no way between the points")}
	case took.V == 0 && metres.V > 1000:
		return route.Cell{Err: damagedTable(r, "a pair takes no time")}
	}
	return route.Cell{Distance: metres.V, Duration: seconds(took.V), Traffic: p.traffic, Substituted: p.substituted, Provider: Name}
}

// cellError is an error that concerns one pair, or a whole table before the
// network.
func cellError(r *route.MatrixRequest, code waybill.Code, message string) *waybill.Error {
	return &waybill.Error{Code: code, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: Name, Op: string(route.Matrix), Ref: r.Key, Message: message}
}

// damagedTable is the error of an answer, or of a pair in it, that cannot be what
// Baidu means.
func damagedTable(r *route.MatrixRequest, message string) error {
	e := *waybill.AsError(damaged(r.Key, message))
	e.Op = string(route.Matrix)
	return &e
}
