package osmgeo

import (
	"cmp"
	"context"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// usualPage is how many places a page has unless the request says.
const usualPage = 10

// Search finds the places of a name; see [geo.Searcher] and
// https://nominatim.org/release-docs/latest/api/Search/. Near without Radius is a
// preference, with it a bound. A search without Query is Unsupported. Pages go on
// by telling Nominatim which places it gave already, up to some four hundred.
func (a *Adapter) Search(ctx context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
	if err := r.Validate(); err != nil {
		return geo.SearchResult{}, err
	}
	q := common(r.Language)
	c := a.call(geo.Search, r.Key, a.nominatim+"/search", q, r.Query, r.City)
	if strings.TrimSpace(r.Query) == "" {
		return geo.SearchResult{}, a.fail(c, waybill.Unsupported, "Nominatim searches by name only")
	}
	limit := min(cmp.Or(r.Limit, usualPage), maxPage)
	q.Set("q", withCity(r.Query, r.City))
	q.Set("limit", strconv.Itoa(limit))
	within(q, r.Region)
	at := r.Near.To(geo.WGS84)
	switch {
	case r.Radius > 0:
		q.Set("viewbox", box(at, r.Radius))
		q.Set("bounded", "1")
	case !r.Near.IsZero() && q.Get("bounded") == "":
		q.Set("viewbox", box(at, 20_000))
	}
	if r.Cursor != "" {
		if !validCursor(r.Cursor) {
			return geo.SearchResult{}, waybill.Invalid(c.op, "cursor is none of ours").With(name, c.op, r.Key)
		}
		q.Set("exclude_place_ids", r.Cursor)
	}
	items, err := a.list(ctx, c)
	if err != nil {
		return geo.SearchResult{}, err
	}
	res := geo.SearchResult{Served: waybill.Served{Provider: name}}
	if len(items) > 0 || r.Cursor == "" {
		if res.Places, err = a.places(c, items, r.Region); err != nil && (r.Cursor == "" || waybill.CodeOf(err) != waybill.NotFound) {
			return geo.SearchResult{}, err
		}
	}
	if !r.Near.IsZero() {
		res.Places = withDistance(res.Places, at, r.Radius)
		if len(res.Places) == 0 && r.Cursor == "" {
			return geo.SearchResult{}, a.fail(c, waybill.NotFound, "no such place within the radius")
		}
	}
	if len(items) >= limit {
		res.Next = next(r.Cursor, items)
	}
	return res, nil
}

// withDistance sets the distances and drops what lies beyond a radius.
func withDistance(places []geo.Place, at geo.Point, radius float64) []geo.Place {
	for i := range places {
		places[i].Distance = geo.Distance(at, places[i].Point)
	}
	return slices.DeleteFunc(places, func(p geo.Place) bool { return radius > 0 && p.Distance > radius })
}

// box is the rectangle around a circle, west, north, east, south.
func box(at geo.Point, radius float64) string {
	dlat := radius / (geo.EarthRadius * math.Pi / 180)
	dlng := min(dlat/max(math.Cos(at.Lat*math.Pi/180), 0.01), 180)
	return strings.Join([]string{
		degrees(max(at.Lng-dlng, -180)), degrees(min(at.Lat+dlat, 90)), degrees(min(at.Lng+dlng, 180)), degrees(max(at.Lat-dlat, -90)),
	}, ",")
}

// maxCursor is the longest list of ids that goes into a URL.
const maxCursor = 3500

// next is the cursor behind a page: the ids of all places so far.
func next(cursor string, items []item) string {
	ids := []string{}
	if cursor != "" {
		ids = append(ids, cursor)
	}
	for _, i := range items {
		if _, err := strconv.ParseUint(string(i.PlaceID), 10, 64); err == nil {
			ids = append(ids, string(i.PlaceID))
		}
	}
	if out := strings.Join(ids, ","); len(out) <= maxCursor && out != cursor {
		return out
	}
	return ""
}

func validCursor(s string) bool {
	for id := range strings.SplitSeq(s, ",") {
		if _, err := strconv.ParseUint(id, 10, 64); err != nil {
			return false
		}
	}
	return len(s) <= maxCursor
}

// Place returns the place of an id; see [geo.PlaceGetter] and
// https://nominatim.org/release-docs/latest/api/Lookup/.
func (a *Adapter) Place(ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
	if err := r.Validate(); err != nil {
		return geo.PlaceResult{}, err
	}
	p, err := a.lookup(ctx, geo.PlaceByID, r.Key, r.ID, r.Language)
	if err != nil {
		return geo.PlaceResult{}, err
	}
	return geo.PlaceResult{Served: waybill.Served{Provider: name}, Place: p}, nil
}

func (a *Adapter) lookup(ctx context.Context, verb waybill.Verb, ref string, id geo.PlaceID, language string) (geo.Place, error) {
	q := common(language)
	c := a.call(verb, ref, a.nominatim+"/lookup", q, id.Value)
	if id.Issuer != geo.IssuerNominatim {
		return geo.Place{}, a.fail(c, waybill.Unsupported, "the id is of another issuer")
	}
	if !validID(id.Value) {
		return geo.Place{}, a.fail(c, waybill.NotFound, "OpenStreetMap has no such ids")
	}
	q.Set("osm_ids", id.Value)
	items, err := a.list(ctx, c)
	if err != nil {
		return geo.Place{}, err
	}
	places, err := a.places(c, items, "")
	if err != nil {
		return geo.Place{}, err
	}
	return places[0], nil
}

// Localize gives one place in several languages, one request for each: by the id,
// else by what lies at the point. On the public Nominatim more than one language
// is Unsupported.
func (a *Adapter) Localize(ctx context.Context, r geo.LocalizeRequest) (geo.LocalizeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.LocalizeResult{}, err
	}
	c := a.call(geo.Localize, r.Key, "", url.Values{})
	id := r.ID
	switch {
	case a.public && len(r.Languages) > 1:
		return geo.LocalizeResult{}, a.fail(c, waybill.Unsupported, "the public Nominatim allows one request a second")
	case id.Issuer != geo.IssuerNominatim && r.Point.IsZero():
		return geo.LocalizeResult{}, a.fail(c, waybill.Unsupported, "the id is of another issuer")
	}
	if id.Issuer != geo.IssuerNominatim {
		id = geo.PlaceID{}
	}
	at := r.Point.To(geo.WGS84)
	res := geo.LocalizeResult{Served: waybill.Served{Provider: name}}
	for _, language := range r.Languages {
		var p geo.Place
		var err error
		if id.IsZero() {
			p, err = a.reverse(ctx, geo.Localize, r.Key, at, language)
		} else {
			p, err = a.lookup(ctx, geo.Localize, r.Key, id, language)
		}
		if err != nil {
			return geo.LocalizeResult{}, err
		}
		if len(res.Places) > 0 {
			p.Point = res.Places[0].Point
		}
		// The first answer fixes the place, so that all are the same.
		id = p.ID
		res.Places = append(res.Places, p)
	}
	return res, nil
}
