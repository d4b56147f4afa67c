package baidugeo

import (
	"context"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/baidu"
)

const pathDetail = "/place/v2/detail"

// Issuers returns [geo.IssuerBaidu], whose ids (uid) [Adapter.Place] takes; see
// [geo.Issuing].
func (a *Adapter) Issuers() []string { return []string{geo.IssuerBaidu} }

// Place returns the place of one of Baidu's ids; see [geo.PlaceGetter] for the
// contract. An id of another issuer is Unsupported. An id that Baidu does not
// know, or that cannot be one, is NotFound. Session has no effect: Baidu has none.
// The service is
// https://lbsyun.baidu.com/faq/api?title=webapi/guide/webservice-placeapi/detail.
func (a *Adapter) Place(ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
	if err := r.Validate(); err != nil {
		return geo.PlaceResult{}, invalid(err)
	}
	if r.ID.Issuer != geo.IssuerBaidu {
		return geo.PlaceResult{}, refuse(geo.PlaceByID, r.Key, "the id is of another issuer")
	}
	if !validID(r.ID.Value) {
		return geo.PlaceResult{}, notFound(geo.PlaceByID, r.Key, "Baidu has no such ids")
	}
	call := baidu.Call{Op: string(geo.PlaceByID), Ref: r.Key, Path: pathDetail, Private: []string{r.ID.Value}}
	call.Params.Add("uid", r.ID.Value)
	call.Params.Add("scope", "2")
	call.Params.Add("extensions_adcode", "true")
	a.coord(&call.Params)
	var rows baidu.List[row] // one object, or a list of one
	if _, err := a.client.Get(ctx, call, &rows); err != nil {
		return geo.PlaceResult{}, unknownID(err)
	}
	for i := range rows {
		if p, ok := a.row(&rows[i]); ok {
			if p.ID.IsZero() {
				p.ID = r.ID
			}
			return geo.PlaceResult{Served: waybill.Served{Provider: Name}, Place: p}, nil
		}
	}
	return geo.PlaceResult{}, nothing(geo.PlaceByID, r.Key, rows)
}

// unknownID is the error of a look-up. Baidu's pages do not say how an id that is
// not known is refused. Where a parameter is not valid it can only be the id, since
// the others are always the same, so that the place may be found again elsewhere.
func unknownID(err error) error {
	e := waybill.AsError(err)
	if e.Code != waybill.InvalidArgument {
		return err
	}
	gone := *e
	gone.Code, gone.Message = waybill.NotFound, "the id is not known"
	return &gone
}
