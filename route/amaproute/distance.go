package amaproute

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
	"github.com/waybill-go/waybill/route"
)

// The distance service: its path, its kinds of distance, and its limits.
const (
	pathDistance = "/v3/distance"
	kindDriving  = "1"
	kindWalking  = "3"
	maxOrigins   = 100
	maxShortWalk = 5e3 // metres
)

// MatrixLimits returns those of the distance service: 100 origins and one
// destination. See [route.MatrixLimiter].
func (a *Adapter) MatrixLimits(*route.MatrixRequest) route.MatrixLimits {
	return route.MatrixLimits{Origins: maxOrigins, Destinations: 1, Elements: maxOrigins}
}

// Matrix measures the ways from up to 100 origins to one destination with one
// request to /v3/distance; see [route.Matrixer] for the contract. The page:
// https://lbs.amap.com/api/webservice/guide/api/direction.
//
// It knows cars, whose durations count the traffic of the moment, and walkers up
// to 5 km as the crow flies. So prices, other departures, and what is to be
// avoided are Unsupported; so is a truck, unless a car's way is allowed for it.
//
// A pair between which no way leads is NotFound, one with a point outside Amap's
// maps Unsupported, each with Amap's code.
func (a *Adapter) Matrix(ctx context.Context, r route.MatrixRequest) (route.MatrixResult, error) {
	call := amap.Call{Op: string(route.Matrix), Ref: r.Key, Path: pathDistance}
	if err := r.Validate(); err != nil {
		e := *waybill.AsError(err)
		e.Provider = name
		return route.MatrixResult{}, &e
	}
	refuse := func(why string) (route.MatrixResult, error) {
		return route.MatrixResult{}, a.client.Error(call, waybill.Unsupported, waybill.NotSent, why)
	}
	t := table{r: &r, kind: kindDriving}
	if why := t.refusal(a.MatrixLimits(&r)); why != "" {
		return refuse(why)
	}
	if why := t.place(a.datums); why != "" {
		return refuse(why)
	}
	if len(t.origins) == 0 {
		return refuse("Amap measures walks of at most 5 km")
	}
	call.Private = t.private
	call.Query = url.Values{"origins": {strings.Join(t.origins, "|")}, "destination": {t.destination}, "type": {t.kind}}
	var got distanceReply
	if err := a.client.Do(ctx, call, &got); err != nil {
		return route.MatrixResult{}, err
	}
	return a.table(&t, call, got.Results), nil
}

// table is a request on its way to the distance service.
type table struct {
	r           *route.MatrixRequest
	kind        string
	substituted bool
	origins     []string // as sent
	at          []int    // their places in the request
	destination string
	private     []string
}

// refusal says what the service cannot do of a request.
func (t *table) refusal(l route.MatrixLimits) string {
	r := t.r
	switch r.Mode {
	case route.Car:
	case route.Truck:
		if !r.AllowCarForTruck {
			return "Amap's distance service knows no trucks"
		}
		t.substituted = true
	case route.Walk:
		t.kind = kindWalking
	default:
		return "Amap's distance service knows cars and walkers only"
	}
	trip := trip{Request: r.Pair(0, 0), substituted: t.substituted}
	switch {
	case l.Exceeded(len(r.Origins), len(r.Destinations)) != "":
		return "Amap measures from 100 origins to one destination at most"
	case r.Pricing && t.kind == kindDriving:
		return "Amap's distances depend on the traffic"
	case r.Avoid != route.Avoid{}:
		return "Amap's distance service can avoid nothing"
	case t.kind == kindDriving && !r.Departure.IsZero() && !trip.live():
		return "Amap's distance service knows no other departure than now"
	}
	return ""
}

// place converts the points to what Amap speaks where they lie, and leaves out
// origins from which the walk would be too long.
func (t *table) place(datums geo.DatumTable) (why string) {
	write := func(p geo.Point) (string, bool) {
		region := t.r.Region
		if region == "" {
			region, _ = geo.RegionOf(p)
		}
		q := datums.Out(geo.VendorAmap, p, region)
		text := amap.FormatLocation(q.Lat, q.Lng)
		t.private = append(append(t.private, text), strings.Split(text, ",")...)
		return text, amap.Covered(region)
	}
	to := t.r.Destinations[0]
	var ok bool
	if t.destination, ok = write(to); !ok {
		return "Amap serves CN, HK and MO only"
	}
	for i, p := range t.r.Origins {
		text, ok := write(p)
		if !ok {
			return "Amap serves CN, HK and MO only"
		}
		if t.kind == kindWalking && geo.Distance(p, to) > maxShortWalk {
			continue
		}
		t.origins, t.at = append(t.origins, text), append(t.at, i)
	}
	return ""
}

// distanceReply is the reply of the distance service. Where results are no plain
// list, Mend reads them.
type distanceReply struct {
	amap.Envelope
	Results []distanceRow `json:"results"`
}

// Mend reads results that are an object with a list in it, as on some of Amap's
// pages, or whose empty elements are no objects.
func (r *distanceReply) Mend(body []byte) error {
	var in struct {
		amap.Envelope
		Results json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	var pages struct {
		Result amap.List[distanceRow] `json:"result"`
	}
	var err error
	if b := bytes.TrimSpace(in.Results); len(b) > 0 && b[0] == '{' {
		err = json.Unmarshal(b, &pages)
	} else {
		err = pages.Result.UnmarshalJSON(b)
	}
	*r = distanceReply{in.Envelope, pages.Result}
	return err
}

type distanceRow struct {
	Origin   amap.Text `json:"origin_id"`
	Distance amap.Text `json:"distance"`
	Duration amap.Text `json:"duration"`
	Code     amap.Text `json:"code"`
}

// table places the rows by their ids, which count from 1, or without ids by
// their order. An origin without a row is an error.
func (a *Adapter) table(t *table, call amap.Call, got []distanceRow) route.MatrixResult {
	out := route.MatrixResult{Served: waybill.Served{Provider: name}, Cells: route.NewCells(len(t.r.Origins), 1, nil)}
	for i := range out.Cells {
		if slices.Contains(t.at, i) {
			out.Cells[i][0].Err = a.client.Malformed(call, "an origin has no row")
		} else {
			out.Cells[i][0].Err = a.client.Error(call, waybill.Unsupported, waybill.NotSent, "Amap measures walks of at most 5 km")
		}
	}
	for n := range got {
		at := n
		if id, err := strconv.Atoi(string(got[n].Origin)); err == nil {
			at = id - 1
		}
		if at >= 0 && at < len(t.at) {
			out.Cells[t.at[at]][0] = a.cell(t, call, &got[n], t.at[at])
		}
	}
	return out
}

// The codes of a row.
const (
	rowNoRoad  = "1"
	rowFar     = "2"
	rowOutside = "3"
)

// cell reads a row. One with a code, or with a distance below 0 or of 0 between
// points that lie apart, is no way.
func (a *Adapter) cell(t *table, call amap.Call, row *distanceRow, origin int) route.Cell {
	fail := func(code waybill.Code, message string) route.Cell {
		e := a.client.Error(call, code, waybill.NotSent, message)
		e.VendorCode = string(row.Code)
		return route.Cell{Err: e}
	}
	switch row.Code {
	case "", "0":
	case rowNoRoad:
		return fail(waybill.NotFound, "no way between the points")
	case rowFar:
		return fail(waybill.NotFound, "a point is too far from any road")
	case rowOutside:
		return fail(waybill.Unsupported, "a point is outside of Amap's maps")
	default:
		return fail(waybill.NotFound, "a code that is not in the documentation")
	}
	if v, ok := row.Distance.Number(); ok && v < 0 {
		return fail(waybill.NotFound, "no way between the points")
	}
	metres, ok1 := row.Distance.Amount()
	took, ok2 := duration(row.Duration)
	apart := geo.Distance(t.r.Origins[origin], t.r.Destinations[0])
	switch {
	case !ok1 || !ok2 || took == 0 && metres > far:
		return route.Cell{Err: a.client.Malformed(call, "a row has no distance or duration")}
	case metres == 0 && apart > far:
		return fail(waybill.NotFound, "no way between the points")
	}
	return route.Cell{Distance: metres, Duration: took, Traffic: t.kind == kindDriving, Substituted: t.substituted, Provider: name}
}
