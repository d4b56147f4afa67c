package baidugeo

import (
	"context"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// Localize gives the address at a point in several languages, with one request of
// the reverse geocoder for each; see [geo.Localizer] for the contract. Only
// country, province, city and district are translated, streets stay Chinese. An
// id without a point is Unsupported: Baidu has the names of places in Chinese
// only. Which languages a key may ask for is its contract's matter; one that Baidu
// does not have comes back in another, and the address says which.
func (a *Adapter) Localize(ctx context.Context, r geo.LocalizeRequest) (geo.LocalizeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.LocalizeResult{}, invalid(err)
	}
	if r.Point.IsZero() {
		return geo.LocalizeResult{}, refuse(geo.Localize, r.Key, "Baidu has languages for addresses only, not for ids")
	}
	res := geo.LocalizeResult{Served: waybill.Served{Provider: Name}}
	for _, language := range r.Languages {
		at, err := a.reverse(ctx, geo.Localize, geo.ReverseGeocodeRequest{Point: r.Point, Language: language, Region: r.Region, Key: r.Key})
		if err != nil {
			return geo.LocalizeResult{}, err
		}
		// The point that was asked for, as Baidu has it.
		at.Place.Point = a.datums.Out(geo.VendorBaidu, r.Point, at.Place.Address.Region)
		res.Places = append(res.Places, at.Place)
	}
	return res, nil
}
