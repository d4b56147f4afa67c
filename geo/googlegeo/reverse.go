package googlegeo

import (
	"context"
	"slices"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/wire"
)

// ReverseGeocode implements [geo.ReverseGeocoder] with a GET of
// /maps/api/geocode/json, and, when places around are wanted, a search around the
// point (see [Adapter.Search]), which Google bills apart.
//
// Google answers with a list from the house to the country. The place is the
// first street address or building in it, else the first entry: that may be a
// shop, with the shop's address. A point of which Google knows no more than its
// plus code, or than the country, is NotFound. With an address found, a failure
// of the second call only leaves Nearby empty.
func (a *Adapter) ReverseGeocode(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	const op = string(geo.ReverseGeocode)
	if err := r.Validate(); err != nil {
		return geo.ReverseGeocodeResult{}, waybill.AsError(err).With(name, op, r.Key)
	}
	p, bad := a.reverse(ctx, geo.ReverseGeocode, r)
	if bad != nil {
		return geo.ReverseGeocodeResult{}, bad.With(name, op, r.Key)
	}
	res := geo.ReverseGeocodeResult{Served: waybill.Served{Provider: name}, Place: p}
	if r.Nearby > 0 {
		res.Nearby = a.nearby(ctx, r)
	}
	return res, nil
}

// defaultRadius is that of the places around, in metres.
const defaultRadius = 500

// nearby returns named places around, the nearest first, none when they cannot
// be had.
func (a *Adapter) nearby(ctx context.Context, r geo.ReverseGeocodeRequest) []geo.Place {
	q := geo.SearchRequest{Near: r.Point, Radius: r.Radius, Region: r.Region, Language: r.Language, Limit: min(r.Nearby, maxPage), Key: r.Key}
	if q.Radius == 0 {
		q.Radius = defaultRadius
	}
	res, err := a.Search(ctx, q)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(res.Places, func(p geo.Place) bool { return p.Name == "" })
}

// reverse returns the address at a point.
func (a *Adapter) reverse(ctx context.Context, op waybill.Verb, r geo.ReverseGeocodeRequest) (geo.Place, *waybill.Error) {
	at := a.out(r.Point, r.Region)
	request := &maps.GeocodingRequest{LatLng: &at, Language: r.Language}
	var got geocodeReply
	reply, bad := a.maps.Fetch(ctx, wire.Request{Op: string(op), Ref: r.Key, Private: []string{at.String()}},
		func(ctx context.Context, c *maps.Client) error {
			_, err := c.ReverseGeocode(ctx, request)
			return err
		}, &got, &got.Status)
	if bad != nil {
		return geo.Place{}, bad
	}
	best := bestAddress(got.Results)
	if best == nil {
		return geo.Place{}, google.NotFound(reply)
	}
	p, ok := a.place(best)
	if !ok {
		p.Point = r.Point
	}
	p.Distance = geo.Distance(r.Point, p.Point)
	return p, nil
}

// bestAddress picks the entry that stands for the point.
func bestAddress(list []geocodingResult) *geocodingResult {
	var first *geocodingResult
	for i := range list {
		g := &list[i]
		if slices.Contains(g.Types, "plus_code") || slices.Contains(g.Types, "country") || g.FormattedAddress == "" {
			continue
		}
		if isDoor(g.Types) {
			return g
		}
		if first == nil {
			first = g
		}
	}
	return first
}

func isDoor(types []string) bool {
	return slices.Contains(types, "street_address") || slices.Contains(types, "premise") || slices.Contains(types, "subpremise")
}
