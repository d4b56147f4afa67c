package googlegeo

import (
	"context"
	"net/url"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/wire"
)

// Issuers implements [geo.Issuing]: the adapter takes the ids of
// [geo.IssuerGoogle], those of the older and the newer services alike.
func (a *Adapter) Issuers() []string { return []string{geo.IssuerGoogle} }

// Place implements [geo.PlaceGetter] with a GET of /v1/places/ID. With a session
// it is the call that closes it. The fields asked for cost no more than those of
// a session's end. A place that has moved has its new id in the result. A
// business without premises has no point and is NotFound.
func (a *Adapter) Place(ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
	const op = string(geo.PlaceByID)
	if err := r.Validate(); err != nil {
		return geo.PlaceResult{}, waybill.AsError(err).With(name, op, r.Key)
	}
	p, bad := a.details(ctx, geo.PlaceByID, r.Key, r.ID, r.Session, r.Language, r.Region)
	if bad != nil {
		return geo.PlaceResult{}, bad.With(name, op, r.Key)
	}
	return geo.PlaceResult{Served: waybill.Served{Provider: name}, Place: p}, nil
}

// details looks an id up in one language. A malformed id is refused by Google as
// an invalid argument; the masks and the other parameters are ours, so there is
// nothing else that this could mean.
func (a *Adapter) details(ctx context.Context, op waybill.Verb, ref string, id geo.PlaceID, session, language, region string) (geo.Place, *waybill.Error) {
	if id.Issuer != geo.IssuerGoogle {
		return geo.Place{}, waybill.NotSupported(string(op), "the id is of another issuer")
	}
	if !validID(id.Value) {
		return geo.Place{}, &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Message: "the id is none of Google's"}
	}
	ask := a.newDetails
	if a.legacy {
		ask = a.legacyDetails
	}
	p, bad := ask(ctx, op, ref, id.Value, session, language, region)
	if bad != nil && bad.Code == waybill.InvalidArgument {
		gone := *bad
		gone.Code, gone.Message = waybill.NotFound, "the id is not known"
		return p, &gone
	}
	return p, bad
}

func (a *Adapter) newDetails(ctx context.Context, op waybill.Verb, ref, id, session, language, region string) (geo.Place, *waybill.Error) {
	q := url.Values{}
	for k, v := range map[string]string{"languageCode": language, "regionCode": cldr(region), "sessionToken": session} {
		if v != "" {
			q.Set(k, v)
		}
	}
	var got placeReply
	reply, bad := a.callPlaces(ctx, placesCall{op: op, ref: ref, path: "/v1/places/" + id, query: q, mask: placeMask, private: []string{id, session}}, &got)
	if bad != nil {
		return geo.Place{}, bad
	}
	p, ok := a.newPlace(&got)
	switch {
	case got.ID == "" && got.Location == nil && got.Formatted == "":
		return p, google.Odd(reply, "the reply is no place")
	case !ok:
		return p, google.NotFound(reply)
	}
	return p, nil
}

// Localize implements [geo.Localizer]. An id is looked up once for each language.
// A point is geocoded in the first language, and the place found there looked up
// by its id in the others, with a GET of /maps/api/geocode/json each; it has an
// address then and no name.
func (a *Adapter) Localize(ctx context.Context, r geo.LocalizeRequest) (geo.LocalizeResult, error) {
	const op = string(geo.Localize)
	if err := r.Validate(); err != nil {
		return geo.LocalizeResult{}, waybill.AsError(err).With(name, op, r.Key)
	}
	ask := a.localizeID
	if r.ID.IsZero() || r.ID.Issuer != geo.IssuerGoogle && !r.Point.IsZero() {
		ask = a.localizePoint
	}
	list, bad := ask(ctx, r)
	if bad != nil {
		return geo.LocalizeResult{}, bad.With(name, op, r.Key)
	}
	for i := range list {
		// One place: the texts differ, the point and the id do not.
		list[i].ID, list[i].Point, list[i].Distance = list[0].ID, list[0].Point, list[0].Distance
	}
	return geo.LocalizeResult{Served: waybill.Served{Provider: name}, Places: list}, nil
}

func (a *Adapter) localizeID(ctx context.Context, r geo.LocalizeRequest) ([]geo.Place, *waybill.Error) {
	list := make([]geo.Place, 0, len(r.Languages))
	for _, language := range r.Languages {
		p, bad := a.details(ctx, geo.Localize, r.Key, r.ID, "", language, r.Region)
		if bad != nil {
			return nil, bad
		}
		list = append(list, p)
	}
	return list, nil
}

func (a *Adapter) localizePoint(ctx context.Context, r geo.LocalizeRequest) ([]geo.Place, *waybill.Error) {
	first, bad := a.reverse(ctx, geo.Localize, geo.ReverseGeocodeRequest{Point: r.Point, Language: r.Languages[0], Region: r.Region, Key: r.Key})
	if bad != nil {
		return nil, bad
	}
	first.Name = ""
	list := []geo.Place{first}
	for _, language := range r.Languages[1:] {
		p, bad := a.byPlaceID(ctx, r.Key, first, language)
		if bad != nil {
			return nil, bad
		}
		list = append(list, p)
	}
	return list, nil
}

// byPlaceID asks the geocoder for a place's address in another language.
func (a *Adapter) byPlaceID(ctx context.Context, ref string, first geo.Place, language string) (geo.Place, *waybill.Error) {
	var got geocodeReply
	reply, bad := a.maps.Fetch(ctx, wire.Request{Op: string(geo.Localize), Ref: ref, Private: []string{first.ID.Value}},
		func(ctx context.Context, c *maps.Client) error {
			_, err := c.ReverseGeocode(ctx, &maps.GeocodingRequest{PlaceID: first.ID.Value, Language: language})
			return err
		}, &got, &got.Status)
	if bad != nil {
		return geo.Place{}, bad
	}
	if len(got.Results) == 0 {
		return geo.Place{}, google.NotFound(reply)
	}
	p, _ := a.place(&got.Results[0])
	p.Name = ""
	return p, nil
}
