package googleroute

import (
	"math"
	"strings"
	"time"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// The body of a computeRoutes request, as far as this adapter fills it.
type routesRequest struct {
	Origin            waypoint   `json:"origin"`
	Destination       waypoint   `json:"destination"`
	Intermediates     []waypoint `json:"intermediates,omitempty"`
	TravelMode        string     `json:"travelMode"`
	RoutingPreference string     `json:"routingPreference,omitempty"`
	DepartureTime     string     `json:"departureTime,omitempty"`
	Alternatives      bool       `json:"computeAlternativeRoutes,omitempty"`
	Optimize          bool       `json:"optimizeWaypointOrder,omitempty"`
	Modifiers         *modifiers `json:"routeModifiers,omitempty"`
	Encoding          string     `json:"polylineEncoding,omitempty"`
	Language          string     `json:"languageCode,omitempty"`
	Units             string     `json:"units"`
	Extra             []string   `json:"extraComputations,omitempty"`
}

type waypoint struct {
	Location location `json:"location"`
}

type location struct {
	LatLng latLng `json:"latLng"`
}

type latLng struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type modifiers struct {
	AvoidTolls    bool `json:"avoidTolls,omitempty"`
	AvoidHighways bool `json:"avoidHighways,omitempty"`
	AvoidFerries  bool `json:"avoidFerries,omitempty"`
}

// travelModes are Google's words for the modes; a truck that gets this far may
// go as a car.
var travelModes = [...]string{
	route.Car: "DRIVE", route.Truck: "DRIVE", route.Motorcycle: "TWO_WHEELER", route.Bicycle: "BICYCLE", route.Walk: "WALK",
}

// routesRequest builds the body.
func (a *Adapter) routesRequest(r *route.Request) *routesRequest {
	points := make([]waypoint, len(r.Points))
	for i, p := range r.Points {
		lat, lng := a.out(p, r.Region)
		points[i].Location.LatLng = latLng{lat, lng}
	}
	last := len(points) - 1
	q := &routesRequest{
		Origin: points[0], Destination: points[last], Intermediates: points[1:last],
		TravelMode: travelModes[r.Mode],
		Language:   r.Language,
		Units:      "METRIC",
		// Alternatives beside stops are never given.
		Alternatives: r.Alternatives > 0 && last == 1,
		Optimize:     r.NeedsOrder(),
	}
	if r.Polyline {
		q.Encoding = "ENCODED_POLYLINE"
	}
	if !motorized(r.Mode) {
		return q // a preference or a modifier beside these modes is refused or without meaning
	}
	q.RoutingPreference, q.DepartureTime = preference(r)
	q.Modifiers = avoided(r.Avoid)
	if a.tolls {
		q.Extra = []string{"TOLLS"}
	}
	return q
}

// preference returns the preference of a way of motors and the time of departure,
// which is left out for now.
func preference(r *route.Request) (preference, departure string) {
	if !wantsTraffic(r) {
		return "TRAFFIC_UNAWARE", ""
	}
	if at, later := leaves(r.Departure); later {
		departure = at.UTC().Format(time.RFC3339Nano)
	}
	return "TRAFFIC_AWARE", departure
}

// avoided is nil when nothing is.
func avoided(a route.Avoid) *modifiers {
	if a == (route.Avoid{}) {
		return nil
	}
	return &modifiers{AvoidTolls: a.Tolls, AvoidHighways: a.Motorways, AvoidFerries: a.Ferries}
}

// The fields asked for. They decide the price, and what is not in the mask is
// not in the reply.
const (
	baseFields  = "routes.distanceMeters,routes.duration,routes.warnings,routes.legs.distanceMeters,routes.legs.duration"
	lineField   = ",routes.polyline.encodedPolyline"
	stepFields  = ",routes.legs.steps.distanceMeters,routes.legs.steps.staticDuration,routes.legs.steps.navigationInstruction.instructions"
	tollField   = ",routes.travelAdvisory.tollInfo"
	trafficNote = ",fallbackInfo"
	orderField  = ",routes.optimizedIntermediateWaypointIndex" // without it the request for an order is refused
)

func (a *Adapter) fieldMask(r *route.Request) string {
	var b strings.Builder
	b.WriteString(baseFields)
	if r.Polyline {
		b.WriteString(lineField)
	}
	if r.Steps {
		b.WriteString(stepFields)
	}
	if a.tolls && motorized(r.Mode) {
		b.WriteString(tollField)
	}
	if wantsTraffic(r) {
		b.WriteString(trafficNote)
	}
	if r.NeedsOrder() {
		b.WriteString(orderField)
	}
	return b.String()
}

// out converts a point to what Google speaks there, rounded to 0.1 m.
func (a *Adapter) out(p geo.Point, region string) (lat, lng float64) {
	p = a.datums.Out(geo.VendorGoogle, p, region)
	return math.Round(p.Lat*1e6) / 1e6, math.Round(p.Lng*1e6) / 1e6
}
