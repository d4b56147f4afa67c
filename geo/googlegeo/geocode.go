package googlegeo

import (
	"context"
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/wire"
)

// maxPlaces is how many places a result has when no limit was asked for.
const maxPlaces = 20

// Geocode implements [geo.Geocoder] with a GET of /maps/api/geocode/json.
//
// Google enforces the request's Region. Where it finds nothing in it, it answers
// with the region itself; such an answer is dropped.
func (a *Adapter) Geocode(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	const op = string(geo.Geocode)
	if err := r.Validate(); err != nil {
		return geo.GeocodeResult{}, waybill.AsError(err).With(name, op, r.Key)
	}
	var got geocodeReply
	request := a.geocodingRequest(r)
	reply, bad := a.maps.Fetch(ctx, wire.Request{Op: op, Ref: r.Key, Private: []string{r.Query, r.City}},
		func(ctx context.Context, c *maps.Client) error {
			_, err := c.Geocode(ctx, request)
			return err
		}, &got, &got.Status)
	if bad != nil {
		return geo.GeocodeResult{}, bad.With(name, op, r.Key)
	}
	limit := r.Limit
	if limit == 0 {
		limit = maxPlaces
	}
	res := geo.GeocodeResult{Served: waybill.Served{Provider: name}, Places: make([]geo.Place, 0, min(len(got.Results), limit))}
	for i := range got.Results {
		p, ok := a.place(&got.Results[i])
		if !ok || outside(&p, r.Region) || filterItself(&p, r.Region) {
			continue
		}
		res.Places = append(res.Places, p)
		if len(res.Places) == limit {
			break
		}
	}
	if len(res.Places) == 0 {
		return geo.GeocodeResult{}, google.NotFound(reply)
	}
	return res, nil
}

// geocodeReply is what is made use of in the geocoder's reply.
type geocodeReply struct {
	Status  string            `json:"status"`
	Results []geocodingResult `json:"results"`
}

type geocodingResult struct {
	AddressComponents []maps.AddressComponent `json:"address_components"`
	FormattedAddress  string                  `json:"formatted_address"`
	Geometry          struct {
		Location struct {
			Lat json.Number `json:"lat"` // which may come as a string
			Lng json.Number `json:"lng"`
		} `json:"location"`
		LocationType string `json:"location_type"`
	} `json:"geometry"`
	PlaceID      string   `json:"place_id"`
	Types        []string `json:"types"`
	PartialMatch bool     `json:"partial_match"`
}

// geocodingRequest writes the filters by hand: the library keeps them in a map
// and so writes the same request in a different order each time.
func (a *Adapter) geocodingRequest(r geo.GeocodeRequest) *maps.GeocodingRequest {
	q := &maps.GeocodingRequest{Address: r.Query, Language: r.Language}
	var filters []string
	if r.Region != "" {
		filters = append(filters, "country:"+r.Region)
	}
	if city := filterValue(r.City); city != "" {
		filters = append(filters, "locality:"+city)
	}
	if len(filters) > 0 {
		q.Custom = url.Values{"components": {strings.Join(filters, "|")}}
	}
	if r.Region == "" {
		q.Region = a.bias
		if b := a.bounds; b != nil {
			sw, ne := a.out(b.SouthWest, ""), a.out(b.NorthEast, "")
			q.Bounds = &maps.LatLngBounds{SouthWest: sw, NorthEast: ne}
		}
	}
	return q
}

// filterValue makes a city fit for a filter: "|" and ":" have a meaning there,
// and an adcode means nothing to Google.
func filterValue(city string) string {
	if city == "" {
		return ""
	}
	city = strings.TrimSpace(strings.NewReplacer("|", " ", ":", " ").Replace(city))
	if strings.Trim(city, "0123456789") == "" {
		return ""
	}
	return city
}

// outside reports whether a place lies in another region than the one asked
// for.
func outside(p *geo.Place, region string) bool {
	return region != "" && p.Address.Region != "" && p.Address.Region != region
}

// filterItself recognises the answer "the country" to an address that was not
// found in it. Reported by users; the documentation does not mention it.
func filterItself(p *geo.Place, region string) bool {
	return region != "" && p.Partial && slices.Contains(p.Types, "country")
}

// place converts one result; false when it has no usable point.
func (a *Adapter) place(g *geocodingResult) (geo.Place, bool) {
	parts := partsOf(g.AddressComponents)
	p := geo.Place{
		Address:   parts.address(g.FormattedAddress),
		Precision: precision(g.Geometry.LocationType, g.Types),
		Partial:   g.PartialMatch,
		Types:     g.Types,
		Name:      parts.ownName(),
	}
	if g.PlaceID != "" {
		p.ID = geo.PlaceID{Issuer: geo.IssuerGoogle, Value: g.PlaceID}
	}
	lat, err1 := g.Geometry.Location.Lat.Float64()
	lng, err2 := g.Geometry.Location.Lng.Float64()
	if err1 != nil || err2 != nil {
		return p, false // one of the two is missing
	}
	return p, a.tag(&p, lat, lng)
}

// out converts a point to what Google speaks there, rounded to 0.1 m.
func (a *Adapter) out(p geo.Point, region string) maps.LatLng {
	p = a.datums.Out(geo.VendorGoogle, p, region)
	return maps.LatLng{Lat: math.Round(p.Lat*1e6) / 1e6, Lng: math.Round(p.Lng*1e6) / 1e6}
}

// digits are the numbers of a point as they are sent, which are private.
func (a *Adapter) digits(p geo.Point, region string) []string {
	if p.IsZero() {
		return nil
	}
	at := a.out(p, region)
	return []string{at.String(), strconv.FormatFloat(at.Lat, 'f', -1, 64), strconv.FormatFloat(at.Lng, 'f', -1, 64)}
}
