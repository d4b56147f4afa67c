package osmgeo

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// maxPlaces bounds a geocoder's result; maxPage is the most that /search gives.
const (
	maxPlaces = 20
	maxPage   = 40
)

// item is one place of Nominatim's format jsonv2.
type item struct {
	PlaceID     text            `json:"place_id"`
	OSMType     text            `json:"osm_type"`
	OSMID       text            `json:"osm_id"`
	Lat         text            `json:"lat"`
	Lon         text            `json:"lon"`
	Category    text            `json:"category"`
	Class       text            `json:"class"` // category in the format json
	Type        text            `json:"type"`
	AddressType text            `json:"addresstype"`
	Rank        text            `json:"place_rank"`
	Name        text            `json:"name"`
	DisplayName text            `json:"display_name"`
	Address     json.RawMessage `json:"address"`
}

// place makes a place; it is false without a usable point.
func (i *item) place() (geo.Place, bool) {
	p, ok := point(i.Lat, i.Lon)
	if !ok {
		return geo.Place{}, false
	}
	category := cmp.Or(string(i.Category), string(i.Class))
	var parts map[string]text
	_ = json.Unmarshal(i.Address, &parts) // what is no object has no parts
	out := geo.Place{ID: idOf(i.OSMType, i.OSMID), Name: string(i.Name), Point: p, Address: address(parts, p)}
	out.Address.Formatted = string(i.DisplayName)
	if out.Name == "" && category != "place" && category != "highway" {
		out.Name = string(cmp.Or(parts[category], parts[string(i.Type)])) // servers that do not write the name
	}
	if category != "" {
		out.Types = []string{category + ":" + string(i.Type)}
	}
	out.Precision = i.precision(category, parts)
	return out, true
}

// address maps OpenStreetMap's words for the parts of an address, which differ
// from country to country; the first that is there counts.
func address(parts map[string]text, p geo.Point) geo.Address {
	first := func(names ...string) string {
		for _, n := range names {
			if v := parts[n]; v != "" {
				return string(v)
			}
		}
		return ""
	}
	a := geo.Address{
		Country:  first("country"),
		Province: first("state", "province", "region", "state_district"),
		City:     first("city", "town", "village", "municipality", "hamlet", "city_district", "county"),
		District: first("suburb", "city_district", "borough", "district", "subdivision", "quarter", "neighbourhood"),
		Township: first("quarter", "neighbourhood", "township", "subdistrict", "residential", "allotments"),
		Street:   first("road", "pedestrian", "footway", "cycleway", "path", "square", "street"),
		Number:   first("house_number"),
		Building: first("building", "house_name"),
		Postcode: first("postcode"),
	}
	// What is smaller than the city and has its name from another kind of place.
	for _, name := range [...]string{"town", "village", "hamlet", "isolated_dwelling", "croft"} {
		switch v := string(parts[name]); {
		case v == "" || v == a.City || v == a.District:
		case a.District == "" || a.District == a.City:
			a.District = v
		case a.Township == "" || a.Township == a.District:
			a.Township = v
		}
	}
	if a.Township == a.District {
		a.Township = ""
	}
	if a.District == a.City {
		a.District = ""
	}
	a.Region = regionOf(string(parts["country_code"]), []text{parts["ISO3166-2-lvl3"], parts["ISO3166-2-lvl4"]}, p)
	return a
}

// precision translates OpenStreetMap's categories and Nominatim's ranks; see
// https://nominatim.org/release-docs/latest/customize/Ranking/.
func (i *item) precision(category string, parts map[string]text) geo.Precision {
	rank, _ := i.Rank.number()
	switch {
	case category == "place" && i.Type == "houses":
		return geo.PrecisionInterpolated
	case category == "place" && (i.Type == "house" || i.Type == "house_number"):
		return geo.PrecisionDoor
	case category == "highway" && rank < 28: // not a bus stop
		return geo.PrecisionStreet
	case category == "place" && i.Type == "postcode", category == "boundary" && i.Type == "postal_code":
		return geo.PrecisionDistrict
	case rank >= 28 && parts["house_number"] != "":
		return geo.PrecisionDoor
	case category == "boundary" || category == "place":
		switch {
		case rank == 0:
			return geo.PrecisionUnknown
		case rank < 12:
			return geo.PrecisionRegion
		case rank <= 16:
			return geo.PrecisionCity
		case rank <= 25:
			return geo.PrecisionDistrict
		}
		return geo.PrecisionPlace
	case category != "":
		return geo.PrecisionPlace
	}
	return geo.PrecisionUnknown
}

// common are the parameters of all of Nominatim's calls.
func common(language string) url.Values {
	q := url.Values{"format": {"jsonv2"}, "addressdetails": {"1"}}
	if language != "" {
		q.Set("accept-language", language)
	}
	return q
}

// within narrows a search to a region. Hong Kong and Macau are CN there, so they
// are bounded by a box, and what else lies in it is dropped later.
func within(q url.Values, region string) {
	switch region {
	case "":
	case "HK":
		q.Set("countrycodes", "cn")
		q.Set("viewbox", "113.82,22.57,114.51,22.13")
		q.Set("bounded", "1")
	case "MO":
		q.Set("countrycodes", "cn")
		q.Set("viewbox", "113.51,22.23,113.61,22.09")
		q.Set("bounded", "1")
	default:
		q.Set("countrycodes", strings.ToLower(region))
	}
}

// list asks for a list of places.
func (a *Adapter) list(ctx context.Context, c call) ([]item, error) {
	var raw json.RawMessage
	if err := a.do(ctx, c, &raw); err != nil {
		return nil, err
	}
	var items []item
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Provider: name, Op: c.op, Ref: c.ref, Message: "the reply is no list of places"}
	}
	return items, nil
}

// Geocode finds the places that an address means; see [geo.Geocoder] and
// https://nominatim.org/release-docs/latest/api/Search/. City is added to the
// query. Places outside Region are left out.
func (a *Adapter) Geocode(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.GeocodeResult{}, err
	}
	limit := cmp.Or(r.Limit, maxPlaces)
	q := common(r.Language)
	q.Set("q", withCity(r.Query, r.City))
	q.Set("limit", strconv.Itoa(min(2*limit, maxPage)))
	within(q, r.Region)
	c := a.call(geo.Geocode, r.Key, a.nominatim+"/search", q, r.Query, r.City)
	items, err := a.list(ctx, c)
	if err != nil {
		return geo.GeocodeResult{}, err
	}
	places, err := a.places(c, items, r.Region)
	if err != nil {
		return geo.GeocodeResult{}, err
	}
	return geo.GeocodeResult{Served: waybill.Served{Provider: name}, Places: places[:min(limit, len(places))]}, nil
}

// withCity adds a city's name to a query that does not have it.
func withCity(query, city string) string {
	query, city = strings.TrimSpace(query), strings.TrimSpace(city)
	if city == "" || strings.Contains(strings.ToLower(query), strings.ToLower(city)) || strings.Trim(city, "0123456789") == "" {
		return query
	}
	return query + ", " + city
}

// places makes places of items, at least one.
func (a *Adapter) places(c call, items []item, region string) ([]geo.Place, error) {
	var out []geo.Place
	unreadable := false
	for i := range items {
		p, ok := items[i].place()
		if !ok {
			unreadable = true
			continue
		}
		if region == "" || p.Address.Region == "" || p.Address.Region == region {
			out = append(out, p)
		}
	}
	switch {
	case len(out) > 0:
		return out, nil
	case unreadable:
		e := a.fail(c, waybill.DataLoss, "no place of the reply has a point")
		e.Scope, e.Delivery = waybill.ScopeProvider, waybill.Ambiguous
		return nil, e
	}
	return nil, a.fail(c, waybill.NotFound, "no such place")
}

// ReverseGeocode finds the address at a point; see [geo.ReverseGeocoder] and
// https://nominatim.org/release-docs/latest/api/Reverse/. A point of which Nominatim
// knows no more than the country, which it then puts at the country's middle, is
// NotFound. Nominatim names no places around; with a Photon they come from there, and
// are left out when it fails.
func (a *Adapter) ReverseGeocode(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.ReverseGeocodeResult{}, err
	}
	at := r.Point.To(geo.WGS84)
	p, err := a.reverse(ctx, geo.ReverseGeocode, r.Key, at, r.Language)
	if err != nil {
		return geo.ReverseGeocodeResult{}, err
	}
	res := geo.ReverseGeocodeResult{Served: waybill.Served{Provider: name}, Place: p}
	res.Place.Distance = geo.Distance(at, p.Point)
	if r.Nearby > 0 && a.photon != "" {
		res.Nearby = a.nearby(ctx, &r, at)
	}
	return res, nil
}

func (a *Adapter) reverse(ctx context.Context, verb waybill.Verb, ref string, at geo.Point, language string) (geo.Place, error) {
	q := common(language)
	lat, lng := degrees(at.Lat), degrees(at.Lng)
	q.Set("lat", lat)
	q.Set("lon", lng)
	q.Set("zoom", "18")
	c := a.call(verb, ref, a.nominatim+"/reverse", q, lat, lng)
	var i item
	if err := a.do(ctx, c, &i); err != nil {
		return geo.Place{}, err
	}
	if i.AddressType == "country" || i.Type == "country" {
		return geo.Place{}, a.fail(c, waybill.NotFound, "no more than the country is known")
	}
	p, ok := i.place()
	if !ok {
		e := a.fail(c, waybill.DataLoss, "the place of the reply has no point")
		e.Scope, e.Delivery = waybill.ScopeProvider, waybill.Ambiguous
		return geo.Place{}, e
	}
	return p, nil
}

// degrees writes a coordinate with seven decimals, a centimetre.
func degrees(f float64) string { return strconv.FormatFloat(f, 'f', 7, 64) }
