package geocache

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// missing is the error of a verb that the provider behind does not offer.
func (c *Cache) missing(op waybill.Verb, ref string) error {
	return waybill.NotSupported(string(op), "the provider behind the cache does not offer it").With(c.Name(), "", ref)
}

func (c *Cache) offers(op waybill.Verb) bool { return slices.Contains(c.verbs, op) }

var geocodes = &kind[geo.GeocodeResult]{
	op:     geo.Geocode,
	served: func(r *geo.GeocodeResult) *waybill.Served { return &r.Served },
	fresh:  func(r *geo.GeocodeResult) *geo.Freshness { return &r.Freshness },
	clone:  func(r geo.GeocodeResult) geo.GeocodeResult { r.Places = clonePlaces(r.Places); return r },
	reduce: func(r *geo.GeocodeResult) bool { return reducePlaces(r.Places) },
}

// Geocode implements [geo.Geocoder].
func (c *Cache) Geocode(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.GeocodeResult{}, err
	}
	if !c.offers(geo.Geocode) {
		return geo.GeocodeResult{}, c.missing(geo.Geocode, r.Key)
	}
	key := keyOf(geo.Geocode, words(r.Query), r.Region, words(r.City), r.Language, strconv.Itoa(r.Limit), r.Datum.String(), r.Tenant, r.Lane)
	return ask(ctx, c, geocodes, question{key: key, ref: r.Key}, func(ctx context.Context) (geo.GeocodeResult, error) {
		return c.inner.(geo.Geocoder).Geocode(ctx, r)
	})
}

var reverses = &kind[geo.ReverseGeocodeResult]{
	op:     geo.ReverseGeocode,
	served: func(r *geo.ReverseGeocodeResult) *waybill.Served { return &r.Served },
	fresh:  func(r *geo.ReverseGeocodeResult) *geo.Freshness { return &r.Freshness },
	clone: func(r geo.ReverseGeocodeResult) geo.ReverseGeocodeResult {
		r.Place.Types, r.Nearby = slices.Clone(r.Place.Types), clonePlaces(r.Nearby)
		return r
	},
}

// ReverseGeocode implements [geo.ReverseGeocoder]. The answer for one point of a
// cell is given for the others; distances are from the point asked for.
func (c *Cache) ReverseGeocode(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.ReverseGeocodeResult{}, err
	}
	if !c.offers(geo.ReverseGeocode) {
		return geo.ReverseGeocodeResult{}, c.missing(geo.ReverseGeocode, r.Key)
	}
	key := keyOf(geo.ReverseGeocode, c.cellOf(r.Point), r.Point.Datum.String(), r.Language, strconv.Itoa(r.Nearby), fmt.Sprint(r.Radius), r.Region, r.Tenant, r.Lane)
	res, err := ask(ctx, c, reverses, question{key: key, ref: r.Key}, func(ctx context.Context) (geo.ReverseGeocodeResult, error) {
		return c.inner.(geo.ReverseGeocoder).ReverseGeocode(ctx, r)
	})
	if err != nil {
		return res, err
	}
	res.Place.Distance = geo.Distance(r.Point, res.Place.Point)
	for i := range res.Nearby {
		res.Nearby[i].Distance = geo.Distance(r.Point, res.Nearby[i].Point)
	}
	slices.SortStableFunc(res.Nearby, func(a, b geo.Place) int { return cmp.Compare(a.Distance, b.Distance) })
	return res, nil
}

// cellOf names the cell of a point, and its region, so that no cell lies across
// a border.
func (c *Cache) cellOf(p geo.Point) string {
	if c.cell < 0 {
		return pointKey(p)
	}
	region, _ := geo.RegionOf(p)
	w := p.To(geo.WGS84)
	const metres = math.Pi / 180 * geo.EarthRadius // of a degree of latitude
	row := math.Floor(w.Lat * metres / c.cell)
	// Every row has its own width, so that cells are square.
	wide := metres * math.Max(math.Cos((row+0.5)*c.cell/metres*math.Pi/180), 1e-6)
	return fmt.Sprintf("%s %.0f %.0f", region, row, math.Floor(w.Lng*wide/c.cell))
}

var suggestions = &kind[geo.SuggestResult]{
	op:     geo.Suggest,
	served: func(r *geo.SuggestResult) *waybill.Served { return &r.Served },
	fresh:  func(r *geo.SuggestResult) *geo.Freshness { return &r.Freshness },
	clone: func(r geo.SuggestResult) geo.SuggestResult {
		r.Suggestions = slices.Clone(r.Suggestions)
		for i := range r.Suggestions {
			r.Suggestions[i].Types = slices.Clone(r.Suggestions[i].Types)
		}
		return r
	},
}

// Suggest implements [geo.Suggester]. Suggestions are kept within their session.
func (c *Cache) Suggest(ctx context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
	if err := r.Validate(); err != nil {
		return geo.SuggestResult{}, err
	}
	if !c.offers(geo.Suggest) {
		return geo.SuggestResult{}, c.missing(geo.Suggest, r.Key)
	}
	key := keyOf(geo.Suggest, r.Query, r.Session, pointKey(r.Near), r.Region, words(r.City), r.Language, strconv.Itoa(r.Limit), r.Datum.String(), r.Tenant, r.Lane)
	return ask(ctx, c, suggestions, question{key: key, ref: r.Key}, func(ctx context.Context) (geo.SuggestResult, error) {
		return c.inner.(geo.Suggester).Suggest(ctx, r)
	})
}

var searches = &kind[geo.SearchResult]{
	op:     geo.Search,
	served: func(r *geo.SearchResult) *waybill.Served { return &r.Served },
	fresh:  func(r *geo.SearchResult) *geo.Freshness { return &r.Freshness },
	clone:  func(r geo.SearchResult) geo.SearchResult { r.Places = clonePlaces(r.Places); return r },
}

// Search implements [geo.Searcher], a page at a time.
func (c *Cache) Search(ctx context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
	if err := r.Validate(); err != nil {
		return geo.SearchResult{}, err
	}
	if !c.offers(geo.Search) {
		return geo.SearchResult{}, c.missing(geo.Search, r.Key)
	}
	key := keyOf(geo.Search, words(r.Query), pointKey(r.Near), fmt.Sprint(r.Radius), r.Region, words(r.City), r.Language, strconv.Itoa(r.Limit), r.Cursor, r.Datum.String(), r.Tenant, r.Lane)
	return ask(ctx, c, searches, question{key: key, ref: r.Key}, func(ctx context.Context) (geo.SearchResult, error) {
		return c.inner.(geo.Searcher).Search(ctx, r)
	})
}

var placesByID = &kind[geo.PlaceResult]{
	op:     geo.PlaceByID,
	served: func(r *geo.PlaceResult) *waybill.Served { return &r.Served },
	fresh:  func(r *geo.PlaceResult) *geo.Freshness { return &r.Freshness },
	clone:  func(r geo.PlaceResult) geo.PlaceResult { r.Place.Types = slices.Clone(r.Place.Types); return r },
	reduce: func(r *geo.PlaceResult) bool { r.Place = reduced(r.Place); return true },
	keep:   func(r *geo.PlaceResult) bool { return !r.Refound }, // the issuer will be back
}

// Place implements [geo.PlaceGetter]. A call with a session is always made.
func (c *Cache) Place(ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
	if err := r.Validate(); err != nil {
		return geo.PlaceResult{}, err
	}
	if !c.offers(geo.PlaceByID) {
		return geo.PlaceResult{}, c.missing(geo.PlaceByID, r.Key)
	}
	apart := ""
	if r.Session != "" {
		apart = "\x00" + r.Session + "\x00" + r.Instance
	}
	hint := ""
	if !r.Hint.IsZero() {
		hint = strings.Join([]string{r.Hint.Name, r.Hint.Text, r.Hint.Region, r.Hint.City, pointKey(r.Hint.Near)}, "\x01")
	}
	key := keyOf(geo.PlaceByID, r.ID.String(), r.Language, r.Region, r.Datum.String(), r.Tenant, r.Lane, hint)
	return ask(ctx, c, placesByID, question{key, apart, r.Key}, func(ctx context.Context) (geo.PlaceResult, error) {
		return c.inner.(geo.PlaceGetter).Place(ctx, r)
	})
}

var localized = &kind[geo.LocalizeResult]{
	op:     geo.Localize,
	served: func(r *geo.LocalizeResult) *waybill.Served { return &r.Served },
	fresh:  func(r *geo.LocalizeResult) *geo.Freshness { return &r.Freshness },
	clone:  func(r geo.LocalizeResult) geo.LocalizeResult { r.Places = clonePlaces(r.Places); return r },
}

// Localize implements [geo.Localizer].
func (c *Cache) Localize(ctx context.Context, r geo.LocalizeRequest) (geo.LocalizeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.LocalizeResult{}, err
	}
	if !c.offers(geo.Localize) {
		return geo.LocalizeResult{}, c.missing(geo.Localize, r.Key)
	}
	key := keyOf(geo.Localize, r.ID.String(), pointKey(r.Point), strings.Join(r.Languages, ","), r.Region, r.Datum.String(), r.Tenant, r.Lane)
	return ask(ctx, c, localized, question{key: key, ref: r.Key}, func(ctx context.Context) (geo.LocalizeResult, error) {
		return c.inner.(geo.Localizer).Localize(ctx, r)
	})
}

var divisions = &kind[geo.DistrictResult]{
	op:     geo.Districts,
	served: func(r *geo.DistrictResult) *waybill.Served { return &r.Served },
	fresh:  func(r *geo.DistrictResult) *geo.Freshness { return &r.Freshness },
	clone:  func(r geo.DistrictResult) geo.DistrictResult { r.Districts = cloneDistricts(r.Districts); return r },
}

// Districts implements [geo.DistrictFinder].
func (c *Cache) Districts(ctx context.Context, r geo.DistrictRequest) (geo.DistrictResult, error) {
	if err := r.Validate(); err != nil {
		return geo.DistrictResult{}, err
	}
	if !c.offers(geo.Districts) {
		return geo.DistrictResult{}, c.missing(geo.Districts, r.Key)
	}
	key := keyOf(geo.Districts, words(r.Query), strconv.Itoa(r.Children), strconv.FormatBool(r.Boundary), r.Region, r.Language, r.Datum.String(), r.Tenant, r.Lane)
	return ask(ctx, c, divisions, question{key: key, ref: r.Key}, func(ctx context.Context) (geo.DistrictResult, error) {
		return c.inner.(geo.DistrictFinder).Districts(ctx, r)
	})
}

func clonePlaces(list []geo.Place) []geo.Place {
	list = slices.Clone(list)
	for i := range list {
		list[i].Types = slices.Clone(list[i].Types)
	}
	return list
}

func cloneDistricts(list []geo.District) []geo.District {
	list = slices.Clone(list)
	for i := range list {
		list[i].Children = cloneDistricts(list[i].Children)
		list[i].Boundary = slices.Clone(list[i].Boundary)
		for j := range list[i].Boundary {
			list[i].Boundary[j] = slices.Clone(list[i].Boundary[j])
		}
	}
	return list
}

func reducePlaces(list []geo.Place) bool {
	for i := range list {
		list[i] = reduced(list[i])
	}
	return len(list) > 0
}

// reduced is a place without its texts.
func reduced(p geo.Place) geo.Place {
	return geo.Place{ID: p.ID, Point: p.Point, Precision: p.Precision, Partial: p.Partial, Distance: p.Distance, Address: geo.Address{Region: p.Address.Region}}
}

var (
	_ geo.Geocoder        = (*Cache)(nil)
	_ geo.ReverseGeocoder = (*Cache)(nil)
	_ geo.Suggester       = (*Cache)(nil)
	_ geo.Searcher        = (*Cache)(nil)
	_ geo.PlaceGetter     = (*Cache)(nil)
	_ geo.Issuing         = (*Cache)(nil)
	_ geo.Localizer       = (*Cache)(nil)
	_ geo.DistrictFinder  = (*Cache)(nil)
	_ waybill.Capable     = (*Cache)(nil)
	_ waybill.Accounted   = (*Cache)(nil)
)
