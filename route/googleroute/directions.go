package googleroute

import (
	"context"
	"encoding/json"
	"html"
	"strconv"
	"strings"
	"time"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

// legacyModes are the Directions API's words for the modes.
var legacyModes = map[route.Mode]maps.Mode{
	route.Car: maps.TravelModeDriving, route.Truck: maps.TravelModeDriving,
	route.Bicycle: maps.TravelModeBicycling, route.Walk: maps.TravelModeWalking,
}

// directions asks the legacy Directions API through Google's library.
func (a *Adapter) directions(ctx context.Context, r *route.Request) ([]route.Path, *waybill.Error) {
	request := a.directionsRequest(r)
	var found []maps.Route
	reply, bad := a.maps.Do(ctx, wire.Request{Op: string(route.Route), Ref: r.Key, Private: append([]string{request.Origin, request.Destination}, request.Waypoints...)},
		func(ctx context.Context, c *maps.Client) (err error) {
			found, _, err = c.Directions(ctx, request)
			return err
		})
	if bad != nil {
		return nil, bad
	}
	if len(found) == 0 {
		return nil, google.NotFound(reply)
	}
	paths := make([]route.Path, 0, len(found))
	for i := range found {
		p, wrong := a.legacyPath(&found[i], r, func(leg int) bool { return timed(reply, "routes", "legs", i, leg) })
		if wrong != "" {
			return nil, google.Odd(reply, wrong)
		}
		paths = append(paths, p)
	}
	return paths, nil
}

// directionsRequest builds the request. Points are joined with "|" by the
// library, without escaping: being numbers, they hold none.
func (a *Adapter) directionsRequest(r *route.Request) *maps.DirectionsRequest {
	points := make([]string, len(r.Points))
	for i, p := range r.Points {
		lat, lng := a.out(p, r.Region)
		points[i] = strconv.FormatFloat(lat, 'f', -1, 64) + "," + strconv.FormatFloat(lng, 'f', -1, 64)
	}
	last := len(points) - 1
	q := &maps.DirectionsRequest{
		Origin: points[0], Destination: points[last], Waypoints: points[1:last],
		Mode:         legacyModes[r.Mode],
		Language:     r.Language,
		Units:        maps.UnitsMetric,
		Alternatives: r.Alternatives > 0 && last == 1,
		Optimize:     r.NeedsOrder(),
	}
	if r.Avoid.Tolls {
		q.Avoid = append(q.Avoid, maps.AvoidTolls)
	}
	if r.Avoid.Motorways {
		q.Avoid = append(q.Avoid, maps.AvoidHighways)
	}
	if r.Avoid.Ferries {
		q.Avoid = append(q.Avoid, maps.AvoidFerries)
	}
	if wantsTraffic(r) {
		q.DepartureTime = "now"
		if at, later := leaves(r.Departure); later {
			q.DepartureTime = strconv.FormatInt(at.Unix(), 10)
		}
	}
	return q
}

// timed reports whether a part of the reply, such as leg j of route i, has a
// duration: the library turns a missing one into zero, and some metres may take no
// second.
func timed(reply *wire.Reply, wholes, parts string, i, j int) bool {
	var body map[string]json.RawMessage
	var list []map[string]json.RawMessage
	var inner []struct {
		Duration struct {
			Value *float64 `json:"value"`
		} `json:"duration"`
	}
	return json.Unmarshal(reply.Body, &body) == nil && json.Unmarshal(body[wholes], &list) == nil && i < len(list) &&
		json.Unmarshal(list[i][parts], &inner) == nil && j < len(inner) && inner[j].Duration.Value != nil
}

// legacyPath converts one route. The API gives no total: it is the sum of the
// legs. It counts the traffic only where every leg has it. timed says whether a leg
// has a duration.
func (a *Adapter) legacyPath(g *maps.Route, r *route.Request, timed func(leg int) bool) (p route.Path, wrong string) {
	if len(g.Legs) != len(r.Points)-1 {
		return p, "a route has not one leg for each pair of points"
	}
	p.Traffic = wantsTraffic(r)
	for i, l := range g.Legs {
		// The library turns what is missing into zero; a way of no length has a
		// text all the same.
		if l == nil || l.Meters < 0 || l.Duration < 0 || l.Duration == 0 && l.Meters > 0 && (l.Meters > far || !timed(i)) || l.Meters == 0 && l.HumanReadable == "" {
			return p, "a leg is missing or its duration or distance is wrong"
		}
		p.Traffic = p.Traffic && l.DurationInTraffic > 0
	}
	for _, l := range g.Legs {
		leg := route.Leg{Distance: float64(l.Meters), Duration: l.Duration}
		if p.Traffic {
			leg.Duration = l.DurationInTraffic
		}
		if r.Steps {
			leg.Steps = legacySteps(l.Steps)
		}
		p.Distance += leg.Distance
		p.Duration += leg.Duration
		p.Legs = append(p.Legs, leg)
	}
	p.Warnings = g.Warnings
	var ok bool
	if r.NeedsOrder() {
		if p.StopOrder, ok = r.StopOrder(g.WaypointOrder); !ok {
			return p, "the order of the stops is missing or wrong"
		}
	}
	if r.Polyline {
		if p.Polyline, ok = a.line(g.OverviewPolyline.Points, r); !ok {
			return p, "a route's polyline cannot be decoded"
		}
	}
	return p, ""
}

func legacySteps(list []*maps.Step) []route.Step {
	out := make([]route.Step, 0, len(list))
	for _, s := range list {
		if s != nil {
			out = append(out, route.Step{Text: plain(s.HTMLInstructions), Distance: float64(max(s.Meters, 0)), Duration: max(s.Duration, time.Duration(0))})
		}
	}
	return out
}

// plain takes the markup out of an instruction. Blocks (<div>) hold remarks, so
// they are parted from the text by a blank.
func plain(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		end := strings.IndexByte(s[i:], '>')
		if end < 0 {
			s = ""
			break
		}
		if tag := strings.ToLower(s[i : i+end]); strings.HasPrefix(tag, "<div") || strings.HasPrefix(tag, "<br") {
			b.WriteByte(' ')
		}
		s = s[i+end+1:]
	}
	b.WriteString(s)
	return oneLine(html.UnescapeString(b.String()))
}
