package googlegeo

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/wire"
)

// legacyAutocomplete asks /maps/api/place/autocomplete/json.
func (a *Adapter) legacyAutocomplete(ctx context.Context, r geo.SuggestRequest) ([]geo.Suggestion, *waybill.Error) {
	q := &maps.PlaceAutocompleteRequest{Input: r.Query, Language: r.Language, SessionToken: sessionToken(r.Session)}
	if r.Region != "" {
		q.Components = map[maps.Component][]string{maps.ComponentCountry: {cldr(r.Region)}}
	}
	private := []string{r.Query, r.Session}
	if !r.Near.IsZero() {
		at := a.out(r.Near, r.Region)
		q.Location, q.Origin, q.Radius = &at, &at, biasRadius
		private = append(private, at.String())
	}
	var got maps.AutocompleteResponse
	reply, bad := a.maps.Do(ctx, wire.Request{Op: string(geo.Suggest), Ref: r.Key, Private: private},
		func(ctx context.Context, c *maps.Client) (err error) {
			got, err = c.PlaceAutocomplete(ctx, q)
			return err
		})
	if bad != nil {
		return nil, bad
	}
	var list []geo.Suggestion
	for _, p := range got.Predictions {
		if strings.TrimSpace(p.Description) == "" {
			continue
		}
		s := geo.Suggestion{Text: p.Description, Name: p.StructuredFormatting.MainText, Detail: p.StructuredFormatting.SecondaryText,
			Types: p.Types, Distance: max(0, float64(p.DistanceMeters)), Session: r.Session}
		if validID(p.PlaceID) {
			s.ID = geo.PlaceID{Issuer: geo.IssuerGoogle, Value: p.PlaceID}
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		return nil, google.NotFound(reply)
	}
	return list, nil
}

// sessionToken makes of the caller's string the UUID that the older services
// want: the string itself if it is one, else one derived from it, the same on
// every server.
func sessionToken(session string) (t maps.PlaceAutocompleteSessionToken) {
	if session == "" {
		return t
	}
	if b, err := hex.DecodeString(strings.ReplaceAll(session, "-", "")); err == nil && len(b) == len(t) && len(session) == 36 {
		copy(t[:], b)
		return t
	}
	sum := sha1.Sum([]byte("waybill:" + session))
	copy(t[:], sum[:])
	t[6], t[8] = t[6]&0x0f|0x50, t[8]&0x3f|0x80 // version 5, RFC 9562
	return t
}

// legacyFields are asked for: Google's basic data, without which all fields are
// returned and billed.
var legacyFields = [...]maps.PlaceDetailsFieldMask{
	maps.PlaceDetailsFieldMaskPlaceID, maps.PlaceDetailsFieldMaskName, maps.PlaceDetailsFieldMaskFormattedAddress,
	maps.PlaceDetailsFieldMaskAddressComponent, maps.PlaceDetailsFieldMaskGeometryLocation, maps.PlaceDetailsFieldMaskTypes,
}

// legacyDetails asks /maps/api/place/details/json.
func (a *Adapter) legacyDetails(ctx context.Context, op waybill.Verb, ref, id, session, language, region string) (geo.Place, *waybill.Error) {
	q := &maps.PlaceDetailsRequest{PlaceID: id, Language: language, Region: ccTLD(region), Fields: legacyFields[:], SessionToken: sessionToken(session)}
	var got maps.PlaceDetailsResult
	reply, bad := a.maps.Do(ctx, wire.Request{Op: string(op), Ref: ref, Private: []string{id, session}},
		func(ctx context.Context, c *maps.Client) (err error) {
			got, err = c.PlaceDetails(ctx, q)
			return err
		})
	if bad != nil {
		return geo.Place{}, bad
	}
	parts := partsOf(got.AddressComponents)
	p := geo.Place{Name: got.Name, Address: parts.address(got.FormattedAddress), Precision: placePrecision(got.Types), Types: got.Types}
	if validID(got.PlaceID) {
		p.ID = geo.PlaceID{Issuer: geo.IssuerGoogle, Value: got.PlaceID}
	}
	if !a.tag(&p, got.Geometry.Location.Lat, got.Geometry.Location.Lng) {
		return p, google.NotFound(reply)
	}
	return p, nil
}

// legacySearch asks /maps/api/place/textsearch/json. A page cannot be made
// smaller; what is more than the limit is kept for nobody, so such a page is cut
// and the cursor says how much of it was given.
func (a *Adapter) legacySearch(ctx context.Context, r geo.SearchRequest, token string) (geo.SearchResult, *waybill.Error) {
	q := &maps.TextSearchRequest{Query: withCity(r), Language: r.Language, Region: ccTLD(r.Region)}
	if !r.Near.IsZero() {
		at := a.out(r.Near, r.Region)
		q.Location, q.Radius = &at, biasRadius
		if r.Radius > 0 {
			q.Radius = uint(max(1, r.Radius))
		}
	}
	return a.legacyPage(ctx, r, token, q.Location, func(ctx context.Context, c *maps.Client, page string) (maps.PlacesSearchResponse, error) {
		q.PageToken = page
		return c.TextSearch(ctx, q)
	})
}

// legacyNearby asks /maps/api/place/nearbysearch/json.
func (a *Adapter) legacyNearby(ctx context.Context, r geo.SearchRequest, token string) (geo.SearchResult, *waybill.Error) {
	at := a.out(r.Near, r.Region)
	q := &maps.NearbySearchRequest{Location: &at, Radius: uint(max(1, r.Radius)), Language: r.Language}
	return a.legacyPage(ctx, r, token, &at, func(ctx context.Context, c *maps.Client, page string) (maps.PlacesSearchResponse, error) {
		q.PageToken = page
		return c.NearbySearch(ctx, q)
	})
}

// pageDelay is how long a page token takes to become good.
const pageDelay = 2 * time.Second

// legacyPage asks for a page. Its cursor is how many places of the page were
// given, a dot, and Google's token of the page.
func (a *Adapter) legacyPage(ctx context.Context, r geo.SearchRequest, token string, at *maps.LatLng,
	ask func(context.Context, *maps.Client, string) (maps.PlacesSearchResponse, error)) (geo.SearchResult, *waybill.Error) {
	skip, page, ok := legacyCursor(token)
	if !ok {
		return geo.SearchResult{}, waybill.Invalid(string(geo.Search), "cursor is none of ours")
	}
	private := []string{r.Query, withCity(r), page}
	if at != nil {
		private = append(private, at.String())
	}
	var got maps.PlacesSearchResponse
	reply, bad := a.maps.Do(ctx, wire.Request{Op: string(geo.Search), Ref: r.Key, Private: private},
		func(ctx context.Context, c *maps.Client) (err error) {
			got, err = ask(ctx, c, page)
			return err
		})
	if bad != nil {
		if page != "" && bad.VendorCode == google.StatusInvalidRequest {
			early := *bad
			early.Code, early.Scope, early.RetryAfter = waybill.Unavailable, waybill.ScopeRequest, pageDelay
			early.Message = "the next page is not ready yet"
			return geo.SearchResult{}, &early
		}
		return geo.SearchResult{}, bad
	}
	var all []geo.Place
	for i := range got.Results {
		if p, ok := a.legacyPlace(&got.Results[i]); ok && wanted(&p, r) {
			all = append(all, p)
		}
	}
	if r.Query == "" {
		slices.SortStableFunc(all, byDistance)
	}
	if len(all) == 0 && got.NextPageToken == "" && token == "" {
		return geo.SearchResult{}, google.NotFound(reply)
	}
	rest := all[min(skip, len(all)):]
	res := geo.SearchResult{Places: append([]geo.Place{}, cutTo(rest, r.Limit)...)}
	switch next := printable(got.NextPageToken); {
	case len(res.Places) < len(rest):
		res.Next = strconv.Itoa(skip+len(res.Places)) + "." + page
	case next != "":
		res.Next = "0." + next
	}
	return res, nil
}

func legacyCursor(token string) (skip int, page string, ok bool) {
	if token == "" {
		return 0, "", true
	}
	count, page, ok := strings.Cut(token, ".")
	skip, err := strconv.Atoi(count)
	return skip, page, ok && err == nil && skip >= 0 && skip <= 1000
}

// legacyPlace converts a result of the searches, which have no address in
// parts; the nearby search has no more than the surroundings.
func (a *Adapter) legacyPlace(g *maps.PlacesSearchResult) (geo.Place, bool) {
	p := geo.Place{Name: g.Name, Address: geo.Address{Formatted: g.FormattedAddress}, Precision: placePrecision(g.Types), Types: g.Types}
	for _, text := range [...]string{g.Vicinity, g.Name} {
		if p.Address.Formatted == "" {
			p.Address.Formatted = text
		}
	}
	if validID(g.PlaceID) {
		p.ID = geo.PlaceID{Issuer: geo.IssuerGoogle, Value: g.PlaceID}
	}
	return p, a.tag(&p, g.Geometry.Location.Lat, g.Geometry.Location.Lng)
}
