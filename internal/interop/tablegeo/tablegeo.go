// Package tablegeo is a geocoder over the company's own list of depots.
package tablegeo

import (
	"context"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

const name = "tablegeo"

// Adapter implements geo.Geocoder on a table. It is safe for concurrent use.
type Adapter struct {
	places []geo.Place
}

var _ geo.Geocoder = (*Adapter)(nil)

// New returns an adapter that knows the places by their names.
func New(places ...geo.Place) *Adapter {
	return &Adapter{places: places}
}

// Name returns "tablegeo".
func (a *Adapter) Name() string { return name }

// Geocode finds the places whose name is the query.
func (a *Adapter) Geocode(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	none := geo.GeocodeResult{}
	if err := r.Validate(); err != nil {
		return none, waybill.AsError(err).With(name, string(geo.Geocode), r.Key)
	}
	if err := waybill.FromContext(ctx); err != nil {
		e := err.With(name, string(geo.Geocode), r.Key)
		e.Delivery = waybill.NotSent
		return none, e
	}
	res := geo.GeocodeResult{Served: waybill.Served{Provider: name}}
	for _, p := range a.places {
		if strings.EqualFold(p.Name, r.Query) && (r.Region == "" || r.Region == p.Address.Region) {
			res.Places = append(res.Places, p)
		}
	}
	if r.Limit > 0 && len(res.Places) > r.Limit {
		res.Places = res.Places[:r.Limit]
	}
	if len(res.Places) == 0 {
		return none, &waybill.Error{
			Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
			Provider: name, Op: string(geo.Geocode), Ref: r.Key,
		}
	}
	return res, nil
}
