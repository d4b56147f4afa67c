package valhallaroute

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

// The paths of the services.
const (
	pathRoute     = "/route"
	pathOptimized = "/optimized_route"
	pathMatrix    = "/sources_to_targets"
)

// place is a point in a request.
type place struct {
	Lat  float64 `json:"lat"`
	Lon  float64 `json:"lon"`
	Type string  `json:"type,omitempty"`
}

// routeRequest is the body of /route and /optimized_route.
type routeRequest struct {
	Locations  []place        `json:"locations"`
	Costing    string         `json:"costing"`
	Options    map[string]any `json:"costing_options,omitempty"`
	Alternates int            `json:"alternates,omitempty"`
	Units      string         `json:"units"`
	Language   string         `json:"language,omitempty"`
	Directions string         `json:"directions_type"`
}

// matrixRequest is the body of /sources_to_targets.
type matrixRequest struct {
	Sources []place        `json:"sources"`
	Targets []place        `json:"targets"`
	Costing string         `json:"costing"`
	Options map[string]any `json:"costing_options,omitempty"`
	Units   string         `json:"units"`
	Verbose bool           `json:"verbose"`
}

var costings = [...]string{route.Car: "auto", route.Truck: "truck", route.Motorcycle: "motorcycle", route.Bicycle: "bicycle", route.Walk: "pedestrian"}

// number is one of a truck's, with the most that Valhalla takes.
type number struct {
	name        string
	value, most float64
}

func numbers(v *route.Vehicle) [6]number {
	return [...]number{{"height", v.Height, 10}, {"width", v.Width, 10}, {"length", v.Length, 50}, {"weight", v.Weight, 100},
		{"axle_load", v.AxleLoad, 40}, {"axle_count", float64(v.Axles), 20}}
}

// tooLarge says what Valhalla does not take of a truck. For a number beyond its
// bounds it would plan with that of its default lorry, and say nothing.
func tooLarge(v *route.Vehicle) string {
	for _, n := range numbers(v) {
		if n.value > n.most {
			return "the vehicle is larger than the server takes"
		}
	}
	if v.Axles == 1 {
		return "the vehicle has fewer axles than the server takes"
	}
	return ""
}

// options are the costing's own: what is to be avoided, and a truck's numbers.
func (a *Adapter) options(r *route.Request) map[string]any {
	o := map[string]any{}
	motor := r.Mode == route.Car || r.Mode == route.Truck || r.Mode == route.Motorcycle
	for _, v := range [...]struct {
		is        bool
		use, hard string
	}{
		{r.Avoid.Tolls && motor, "use_tolls", "exclude_tolls"},
		{r.Avoid.Motorways && motor, "use_highways", "exclude_highways"},
		{r.Avoid.Ferries, "use_ferry", "exclude_ferries"},
	} {
		if v.is {
			o[v.use] = 0
			if a.exclude {
				o[v.hard] = true
			}
		}
	}
	if r.Mode == route.Truck {
		for _, n := range numbers(&r.Vehicle) {
			if n.value > 0 {
				o[n.name] = n.value
			}
		}
		if r.Vehicle.Hazmat {
			o["hazmat"] = true
		}
	}
	if len(o) == 0 {
		return nil
	}
	return map[string]any{costings[r.Mode]: o}
}

func places(points []geo.Point, kind string) []place {
	out := make([]place, len(points))
	for i, p := range points {
		p = p.To(geo.WGS84)
		out[i] = place{round6(p.Lat), round6(p.Lng), kind}
	}
	return out
}

func round6(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// post sends a request and reads its reply.
func (a *Adapter) post(ctx context.Context, op waybill.Verb, ref, path string, points []place, request any, into answer) *waybill.Error {
	body, err := json.Marshal(request)
	if err != nil {
		return waybill.Invalid(string(op), "the request cannot be written as JSON").With(Name, "", ref)
	}
	private := make([]string, 0, 2*len(points))
	for _, p := range points {
		private = append(private, strconv.FormatFloat(p.Lat, 'f', -1, 64), strconv.FormatFloat(p.Lon, 'f', -1, 64))
	}
	reply, err := a.wire.Do(ctx, &wire.Request{Op: string(op), Ref: ref, Method: http.MethodPost, URL: a.base + path,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Private: private})
	if err != nil {
		return waybill.AsError(err)
	}
	if e := decode(reply, into); e != nil {
		return e.With(Name, string(op), ref)
	}
	return nil
}

// invalidRequest names this adapter in the error of Validate.
func invalidRequest(err error) error {
	e := *waybill.AsError(err)
	e.Provider = Name
	return &e
}

func fault(op waybill.Verb, ref, message string) *waybill.Error {
	return &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous,
		Provider: Name, Op: string(op), Ref: ref, VendorCode: wire.CodeReply, Message: message}
}

func noWay(op waybill.Verb, ref, message string) *waybill.Error {
	return &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: Name, Op: string(op), Ref: ref, Message: message}
}
