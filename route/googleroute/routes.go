package googleroute

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/polyline"
	"github.com/waybill-go/waybill/wire"
)

const computeRoutes = "/directions/v2:computeRoutes"

// routesReply is what this adapter asks for of a computeRoutes reply. Numbers
// that are zero are left out by the server.
type routesReply struct {
	routes   []routeReply
	fallback *fallback
}

type routeReply struct {
	metres   int
	duration seconds
	line     string
	warnings []string
	legs     []legReply
	order    []int
	toll     *tollInfo
}

type legReply struct {
	metres   int
	duration seconds
	steps    []stepReply
}

type stepReply struct {
	metres int
	static seconds
	text   string
}

type tollInfo struct {
	Price []money `json:"estimatedPrice"`
}

// money is a google.type.Money.
type money struct {
	Currency string      `json:"currencyCode"`
	Units    json.Number `json:"units"` // a string in JSON, left out when zero
	Nanos    int64       `json:"nanos"`
}

// routes asks the Routes API. It is a read: a repeat costs money and changes
// nothing.
func (a *Adapter) routes(ctx context.Context, r *route.Request) ([]route.Path, *waybill.Error) {
	creds, bad := a.keys.Get(ctx)
	if bad != nil {
		return nil, bad
	}
	body, err := json.Marshal(a.routesRequest(r))
	if err != nil {
		return nil, waybill.Invalid(string(route.Route), "the request cannot be written as JSON")
	}
	reply, err := a.wire.Do(ctx, &wire.Request{
		Op: string(route.Route), Ref: r.Key, Method: http.MethodPost, URL: a.url,
		Header: creds.Header(a.fieldMask(r)), Body: body,
	})
	if err != nil {
		return nil, waybill.AsError(err)
	}
	if bad := google.ReplyError(reply); bad != nil {
		return nil, bad
	}
	return a.decodeRoutes(reply, r)
}

// decodeRoutes reads a reply of success. An empty object is Google's way to say
// that there is no way.
func (a *Adapter) decodeRoutes(reply *wire.Reply, r *route.Request) ([]route.Path, *waybill.Error) {
	if trimmed := bytes.TrimSpace(reply.Body); len(trimmed) > 0 && trimmed[0] != '{' {
		return nil, google.Odd(reply, "the reply is no JSON object")
	}
	s, bad := scanning(reply)
	if bad != nil {
		return nil, bad
	}
	got, ok := readRoutes(&s)
	if !ok {
		return nil, google.Odd(reply, "the reply is not in the documented shape")
	}
	if len(got.routes) == 0 {
		return nil, google.NotFound(reply)
	}
	traffic := wantsTraffic(r) && got.fallback.traffic()
	paths := make([]route.Path, 0, len(got.routes))
	for i := range got.routes {
		p, wrong := a.path(&got.routes[i], r)
		if wrong != "" {
			return nil, google.Odd(reply, wrong)
		}
		p.Traffic = traffic
		paths = append(paths, p)
	}
	return paths, nil
}

// path converts one route, or says what is wrong with it. A way without a
// duration is none: it would count as one that takes no time.
func (a *Adapter) path(g *routeReply, r *route.Request) (p route.Path, wrong string) {
	took, ok := g.duration.took, g.duration.ok
	if !ok {
		return p, "a route's duration is missing or not in the documented form"
	}
	if g.metres < 0 {
		return p, "a route's distance is negative"
	}
	if took == 0 && g.metres > far {
		return p, "a route takes no time"
	}
	p = route.Path{Distance: float64(g.metres), Duration: took, Warnings: g.warnings}
	if p.Legs, wrong = legs(g.legs, r); wrong != "" {
		return p, wrong
	}
	if r.NeedsOrder() {
		if p.StopOrder, ok = r.StopOrder(g.order); !ok {
			return p, "the order of the stops is missing or wrong"
		}
	}
	if r.Polyline {
		if p.Polyline, ok = a.line(g.line, r); !ok {
			return p, "a route's polyline cannot be decoded"
		}
	}
	if toll := g.toll; toll != nil {
		if p.Toll, p.TollCurrency, ok = total(toll.Price); !ok {
			p.Warnings = append(p.Warnings, "the route has tolls whose sum is not known")
		}
	}
	return p, ""
}

// far is a distance in metres that nobody covers in no time.
const far = 1000

// legs converts the legs, of which there is one for each pair of points, or none
// at all.
func legs(list []legReply, r *route.Request) ([]route.Leg, string) {
	if len(list) == 0 {
		return nil, ""
	}
	if len(list) != len(r.Points)-1 {
		return nil, "a route has not one leg for each pair of points"
	}
	out := make([]route.Leg, len(list))
	for i := range list {
		took, ok := list[i].duration.took, list[i].duration.ok
		if !ok || list[i].metres < 0 {
			return nil, "a leg's duration or distance is missing or wrong"
		}
		out[i] = route.Leg{Distance: float64(list[i].metres), Duration: took}
		if !r.Steps {
			continue
		}
		out[i].Steps = make([]route.Step, 0, len(list[i].steps))
		for j := range list[i].steps {
			s := &list[i].steps[j]
			out[i].Steps = append(out[i].Steps, route.Step{
				Text:     s.text,
				Distance: float64(max(s.metres, 0)),
				Duration: s.static.took, // left out for a step without length
			})
		}
	}
	return out, ""
}

// line decodes a polyline and tags each point with the datum that Google speaks
// there.
func (a *Adapter) line(encoded string, r *route.Request) ([]geo.Point, bool) {
	datum, known := a.wayDatum(r)
	points, err := polyline.Decode(encoded, polyline.Precision5, datum)
	if err != nil {
		return nil, false
	}
	for i := range points {
		if points[i].IsZero() {
			return nil, false // no road leads through the open sea off Africa
		}
		if !known {
			points[i] = a.datums.In(geo.VendorGoogle, points[i].Lat, points[i].Lng)
		}
	}
	return points, true
}

// wayDatum returns the datum of all points of a way, if that is known before they
// are looked at: Google's ways between places of one region do not lead through
// the mainland of China, if that is not the region. Near its border the numbers
// alone could be read either way, and to look up where each lies takes longer than
// all the rest.
func (a *Adapter) wayDatum(r *route.Request) (d geo.Datum, known bool) {
	region := r.Region
	if region == "" {
		region, _ = geo.RegionOf(r.Points[0])
		for _, p := range r.Points[1:] {
			if other, _ := geo.RegionOf(p); other != region {
				return geo.WGS84, false
			}
		}
	}
	return a.datums.Datum(geo.VendorGoogle, region), region != ""
}

// total adds up the prices; false when there is none or they are in different
// currencies.
func total(prices []money) (sum, currency string, ok bool) {
	var nanos int64 // of the sum: at most nine billion units
	for _, m := range prices {
		units, err := strconv.ParseInt(m.Units.String(), 10, 64)
		if m.Units == "" {
			units, err = 0, nil
		}
		if err != nil || units < 0 || units > 1e9 || m.Nanos < 0 || m.Nanos >= 1e9 || len(m.Currency) != 3 ||
			currency != "" && m.Currency != currency || nanos > math.MaxInt64/4 {
			return "", "", false
		}
		currency = m.Currency
		nanos += units*1e9 + m.Nanos
	}
	if currency == "" {
		return "", "", false
	}
	sum = strconv.FormatInt(nanos/1e9, 10)
	if rest := nanos % 1e9; rest != 0 {
		digits := strconv.FormatInt(rest+1e9, 10)[1:]
		sum += "." + strings.TrimRight(digits, "0")
	}
	return sum, currency, true
}
