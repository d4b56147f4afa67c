package osmgeo

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// collection is what Photon answers with.
type collection struct {
	Features *[]feature `json:"features"`
}

type feature struct {
	Geometry struct {
		Coordinates []text `json:"coordinates"` // longitude, latitude
	} `json:"geometry"`
	Properties properties `json:"properties"`
}

type properties struct {
	OSMType     text `json:"osm_type"`
	OSMID       text `json:"osm_id"`
	Key         text `json:"osm_key"`
	Value       text `json:"osm_value"`
	Type        text `json:"type"`
	Name        text `json:"name"`
	HouseNumber text `json:"housenumber"`
	Street      text `json:"street"`
	Locality    text `json:"locality"`
	District    text `json:"district"`
	City        text `json:"city"`
	County      text `json:"county"`
	State       text `json:"state"`
	Country     text `json:"country"`
	CountryCode text `json:"countrycode"`
	Postcode    text `json:"postcode"`
}

// place makes a place; it is false without a usable point.
func (f *feature) place() (geo.Place, bool) {
	c := f.Geometry.Coordinates
	if len(c) < 2 {
		return geo.Place{}, false
	}
	at, ok := point(c[1], c[0])
	if !ok {
		return geo.Place{}, false
	}
	p := f.Properties
	postcode, _, _ := strings.Cut(string(p.Postcode), ";") // a city has a list of them
	out := geo.Place{ID: idOf(p.OSMType, p.OSMID), Name: string(p.Name), Point: at, Address: geo.Address{
		Country: string(p.Country), Province: string(p.State), City: string(cmp.Or(p.City, p.County)), District: string(p.District),
		Township: string(p.Locality), Street: string(p.Street), Number: string(p.HouseNumber), Postcode: postcode,
		Region: regionOf(string(p.CountryCode), nil, at),
	}}
	a := &out.Address
	// What a result stands for is its name and no part of its address.
	own := func(part *string, precision geo.Precision) {
		*part, out.Precision = cmp.Or(string(p.Name), *part), precision
	}
	switch p.kind() {
	case "city":
		own(&a.City, geo.PrecisionCity)
	case "street":
		own(&a.Street, geo.PrecisionStreet)
	case "district":
		own(&a.District, geo.PrecisionDistrict)
	case "locality":
		own(&a.Township, geo.PrecisionDistrict)
	case "county":
		out.Precision = geo.PrecisionRegion
	case "state":
		own(&a.Province, geo.PrecisionRegion)
	case "country":
		own(&a.Country, geo.PrecisionRegion)
	case "house":
		out.Precision = geo.PrecisionDoor
		if p.HouseNumber == "" {
			out.Precision = geo.PrecisionPlace
		}
	default:
		if p.Name != "" {
			out.Precision = geo.PrecisionPlace
		}
	}
	if p.Key != "" {
		out.Types = []string{string(p.Key) + ":" + string(p.Value)}
	}
	if a.District == a.City {
		a.District = ""
	}
	a.Formatted = line(string(p.Name), strings.TrimSpace(a.Street+" "+a.Number), a.District, strings.TrimSpace(postcode+" "+a.City), a.Province, a.Country)
	return out, true
}

// kind is the type, or where a server does not write it, what the tag says.
func (p *properties) kind() text {
	switch {
	case p.Key == "place" && p.Value == "square":
		return "street"
	case p.Type != "" || p.Key != "place" && p.Key != "highway":
		return p.Type
	}
	switch p.Value {
	case "city", "town", "village", "hamlet", "municipality":
		return "city"
	case "suburb", "borough", "district":
		return "district"
	case "quarter", "neighbourhood":
		return "locality"
	case "house":
		return "house"
	case "state", "country":
		return p.Value
	}
	if p.Key == "highway" && p.Value != "bus_stop" {
		return "street"
	}
	return ""
}

// line joins what is there, without repetitions: Photon writes no whole addresses.
func line(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" && !slices.Contains(kept, p) {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ", ")
}

// language returns the word for a language that the server knows; "default" is
// the local one. Another word, or a tag with a region, is an error to Photon.
func (a *Adapter) language(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if slices.Contains(a.languages, base) {
		return base
	}
	return "default"
}

// features asks Photon.
func (a *Adapter) features(ctx context.Context, c call) ([]feature, error) {
	var reply collection
	if err := a.do(ctx, c, &reply); err != nil {
		return nil, err
	}
	if reply.Features == nil {
		e := a.fail(c, waybill.DataLoss, "the reply has no features")
		e.Scope, e.Delivery = waybill.ScopeProvider, waybill.Ambiguous
		return nil, e
	}
	return *reply.Features, nil
}

// suggestions is how many Photon is asked for unless the request says.
const suggestions = 10

// Suggest completes what somebody types, with Photon's /api; see [geo.Suggester]
// and https://github.com/komoot/photon/blob/master/docs/api-v1.md. Photon has no
// sessions. Every suggestion has its point, so that resolving costs nothing.
// Without Options.PhotonURL it is Unsupported.
func (a *Adapter) Suggest(ctx context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
	if err := r.Validate(); err != nil {
		return geo.SuggestResult{}, err
	}
	limit := cmp.Or(r.Limit, suggestions)
	q := url.Values{"q": {withCity(r.Query, r.City)}, "lang": {a.language(r.Language)}, "limit": {strconv.Itoa(limit)}}
	c := a.call(geo.Suggest, r.Key, a.photon+"/api", q, r.Query, r.City)
	if a.photon == "" {
		return geo.SuggestResult{}, a.fail(c, waybill.Unsupported, "there is no Photon, and Nominatim completes nothing")
	}
	if r.Region != "" {
		q.Set("limit", strconv.Itoa(min(3*limit, 50))) // others are dropped
	}
	at := r.Near.To(geo.WGS84)
	if !r.Near.IsZero() {
		lat, lng := degrees(at.Lat), degrees(at.Lng)
		q.Set("lat", lat)
		q.Set("lon", lng)
		c.private = append(c.private, lat, lng)
	}
	features, err := a.features(ctx, c)
	if err != nil {
		return geo.SuggestResult{}, err
	}
	res := geo.SuggestResult{Served: waybill.Served{Provider: name}}
	for i := range features {
		p, ok := features[i].place()
		if !ok || p.Address.Formatted == "" || r.Region != "" && p.Address.Region != "" && p.Address.Region != r.Region {
			continue
		}
		s := geo.Suggestion{ID: p.ID, Text: p.Address.Formatted, Point: p.Point, Address: p.Address, Types: p.Types}
		s.Name = cmp.Or(p.Name, strings.TrimSpace(p.Address.Street+" "+p.Address.Number))
		s.Detail = strings.TrimPrefix(strings.TrimPrefix(s.Text, s.Name), ", ")
		if !r.Near.IsZero() {
			s.Distance = geo.Distance(at, p.Point)
		}
		if res.Suggestions = append(res.Suggestions, s); len(res.Suggestions) == limit {
			break
		}
	}
	if len(res.Suggestions) == 0 {
		return geo.SuggestResult{}, a.fail(c, waybill.NotFound, "nothing begins so")
	}
	return res, nil
}

// nearby asks Photon for the named places around a point. They are a bonus: a
// failure costs them and not the address.
func (a *Adapter) nearby(ctx context.Context, r *geo.ReverseGeocodeRequest, at geo.Point) []geo.Place {
	radius := cmp.Or(r.Radius, 500)
	lat, lng := degrees(at.Lat), degrees(at.Lng)
	q := url.Values{"lat": {lat}, "lon": {lng}, "lang": {a.language(r.Language)}, "limit": {strconv.Itoa(min(2*r.Nearby+5, 50))},
		"radius": {strconv.FormatFloat(radius/1000, 'f', 3, 64)}}
	features, err := a.features(ctx, a.call(geo.ReverseGeocode, r.Key, a.photon+"/reverse", q, lat, lng))
	if err != nil {
		return nil
	}
	var out []geo.Place
	for i := range features {
		p, ok := features[i].place()
		p.Distance = geo.Distance(at, p.Point)
		if ok && p.Name != "" && p.Precision >= geo.PrecisionPlace && p.Distance <= radius {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(x, y geo.Place) int { return cmp.Compare(x.Distance, y.Distance) })
	return out[:min(len(out), r.Nearby)]
}

var _ json.Unmarshaler = (*text)(nil)
