package amapgeo

import (
	"context"
	"net/url"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
)

// Issuers returns [geo.IssuerAmap], whose ids [Adapter.Place] takes; see
// [geo.Issuing].
func (a *Adapter) Issuers() []string { return []string{geo.IssuerAmap} }

// Place returns the place of one of Amap's ids; see [geo.PlaceGetter] for the
// contract. An id of another issuer is Unsupported. An id that Amap does not
// know, or that cannot be one, is NotFound. Session has no effect: Amap has none.
// The service is
// https://lbs.amap.com/api/webservice/guide/api-advanced/newpoisearch.
func (a *Adapter) Place(ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
	if err := r.Validate(); err != nil {
		return geo.PlaceResult{}, err
	}
	call := amap.Call{Op: string(geo.PlaceByID), Ref: r.Key, Path: "/v5/place/detail", Private: []string{r.ID.Value}}
	if r.ID.Issuer != geo.IssuerAmap {
		return geo.PlaceResult{}, a.client.Error(call, waybill.Unsupported, waybill.NotSent, "the id is of another issuer")
	}
	if !validID(r.ID.Value) {
		return geo.PlaceResult{}, a.client.Error(call, waybill.NotFound, waybill.NotSent, "Amap has no such ids")
	}
	call.Query = url.Values{"id": {r.ID.Value}}
	rows, err := a.ask(ctx, call)
	if err != nil {
		return geo.PlaceResult{}, err
	}
	for i := range rows {
		if p, ok := a.found(&rows[i]); ok {
			if p.ID.IsZero() {
				p.ID = r.ID
			}
			return geo.PlaceResult{Served: waybill.Served{Provider: name}, Place: p}, nil
		}
	}
	return geo.PlaceResult{}, a.nothing(call, rows)
}
