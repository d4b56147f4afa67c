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
// /maps/api/geocode/json.
//
// Google answers with a list from the house to the country. The place is the
// first street address or building in it, else the first entry: that may be a
// shop, with the shop's address. Nearby is always empty. A point of which Google
// knows no more than its plus code, or than the country, is NotFound.
func (a *Adapter) ReverseGeocode(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	const op = string(geo.ReverseGeocode)
	if err := r.Validate(); err != nil {
		return geo.ReverseGeocodeResult{}, waybill.AsError(err).With(name, op, r.Key)
	}
	at := a.out(r.Point, r.Region)
	request := &maps.GeocodingRequest{LatLng: &at, Language: r.Language}
	var found []maps.GeocodingResult
	reply, bad := a.maps.Do(ctx, wire.Request{Op: op, Ref: r.Key, Private: []string{at.String()}},
		func(ctx context.Context, c *maps.Client) (err error) {
			found, err = c.ReverseGeocode(ctx, request)
			return err
		})
	if bad != nil {
		return geo.ReverseGeocodeResult{}, bad.With(name, op, r.Key)
	}
	best := bestAddress(found)
	if best == nil {
		return geo.ReverseGeocodeResult{}, google.NotFound(reply)
	}
	p, ok := a.place(best)
	if !ok {
		p.Point = r.Point
	}
	p.Distance = geo.Distance(r.Point, p.Point)
	return geo.ReverseGeocodeResult{Served: waybill.Served{Provider: name}, Place: p}, nil
}

// bestAddress picks the entry that stands for the point.
func bestAddress(list []maps.GeocodingResult) *maps.GeocodingResult {
	var first *maps.GeocodingResult
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
