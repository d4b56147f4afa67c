package googlegeo

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/wire"
)

// placesBaseURL is where the Places API (New) lives.
const placesBaseURL = "https://places.googleapis.com"

// The fields asked for: what an address and a point need, and nothing that
// Google bills dearer. Details name them bare, searches below "places.".
const (
	placeMask   = "id,displayName,formattedAddress,location,addressComponents,types"
	searchMask  = "places.id,places.displayName,places.formattedAddress,places.location,places.addressComponents,places.types"
	pagedMask   = searchMask + ",nextPageToken"
	suggestMask = "suggestions.placePrediction.placeId,suggestions.placePrediction.text,suggestions.placePrediction.structuredFormat," +
		"suggestions.placePrediction.types,suggestions.placePrediction.distanceMeters"
)

// placesCall is one request to the Places API (New): a POST with a body, or a
// GET with a query.
type placesCall struct {
	op      waybill.Verb
	ref     string
	path    string
	query   url.Values
	body    any
	mask    string
	private []string
}

// callPlaces performs a call and reads its reply into out. An API key is needed:
// these services know no client ids.
func (a *Adapter) callPlaces(ctx context.Context, c placesCall, out any) (*wire.Reply, *waybill.Error) {
	creds, bad := a.keys.Get(ctx)
	if bad != nil {
		return nil, bad
	}
	if creds.Key == "" {
		return nil, waybill.NotSupported(string(c.op), "the Places API (New) needs an API key; see Options.LegacyPlaces")
	}
	r := &wire.Request{Op: string(c.op), Ref: c.ref, Method: http.MethodGet, URL: a.places + c.path, Query: c.query,
		Header: creds.Header(c.mask), Private: c.private}
	if c.body != nil {
		body, err := json.Marshal(c.body)
		if err != nil {
			return nil, waybill.Invalid(string(c.op), "the request cannot be written as JSON")
		}
		r.Method, r.Body = http.MethodPost, body
	}
	reply, err := a.wire.Do(ctx, r)
	if err != nil {
		return nil, waybill.AsError(err)
	}
	if bad := google.ReplyError(reply); bad != nil {
		return nil, bad
	}
	if b := bytes.TrimSpace(reply.Body); len(b) > 0 && b[0] != '{' {
		return nil, google.Odd(reply, "the reply is no JSON object")
	}
	if bad := google.JSON(reply, out); bad != nil {
		return nil, bad
	}
	return reply, nil
}

// latLng is a google.type.LatLng. A zero is left out by the server.
type latLng struct {
	Latitude  amount `json:"latitude"`
	Longitude amount `json:"longitude"`
}

// amount is a number that may be missing, which is 0, or come as a string. What
// is none is NaN, so that no point lies at 0 by mistake.
type amount float64

// UnmarshalJSON takes any value.
func (n *amount) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if l := len(b); l > 2 && b[0] == '"' {
		b = b[1 : l-1]
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		f = math.NaN()
	}
	*n = amount(f)
	return nil
}

// localized is a google.type.LocalizedText.
type localized struct {
	Text     string `json:"text"`
	Language string `json:"languageCode"`
}

// placeReply is what is asked for of a Place. Its "name" would be the resource's
// name, not the place's.
type placeReply struct {
	ID         string          `json:"id"`
	Name       localized       `json:"displayName"`
	Formatted  string          `json:"formattedAddress"`
	Location   *latLng         `json:"location"`
	Components []componentPart `json:"addressComponents"`
	Types      []string        `json:"types"`
}

// componentPart is a part of an address as the newer services write it.
type componentPart struct {
	Long     string   `json:"longText"`
	Short    string   `json:"shortText"`
	Types    []string `json:"types"`
	Language string   `json:"languageCode"`
}

// newPlace converts a Place; false when it has no usable point, as a business
// without premises has none.
func (a *Adapter) newPlace(g *placeReply) (geo.Place, bool) {
	if g.Location == nil {
		return geo.Place{}, false
	}
	list := make([]maps.AddressComponent, len(g.Components))
	for i, c := range g.Components {
		list[i] = maps.AddressComponent{LongName: c.Long, ShortName: c.Short, Types: c.Types}
	}
	parts := partsOf(list)
	p := geo.Place{Name: g.Name.Text, Address: parts.address(g.Formatted), Precision: placePrecision(g.Types), Types: g.Types}
	p.Address.Language = g.language()
	if p.Address.Formatted == "" {
		p.Address.Formatted = p.Name
	}
	if g.ID != "" {
		p.ID = geo.PlaceID{Issuer: geo.IssuerGoogle, Value: g.ID}
	}
	return p, a.tag(&p, float64(g.Location.Latitude), float64(g.Location.Longitude))
}

// language is the language of the name, else that of the address's first part.
func (g *placeReply) language() string {
	if g.Name.Language != "" {
		return g.Name.Language
	}
	for _, c := range g.Components {
		if c.Language != "" {
			return c.Language
		}
	}
	return ""
}

// tag gives a place its point in the datum that Google speaks there; false when
// the numbers are no place.
func (a *Adapter) tag(p *geo.Place, lat, lng float64) bool {
	p.Point = geo.Point{Lat: lat, Lng: lng}
	if p.Point.Validate() != nil || p.Point.IsZero() {
		return false
	}
	if p.Address.Region != "" {
		p.Point.Datum = a.datums.Datum(geo.VendorGoogle, p.Address.Region)
	} else {
		p.Point = a.datums.In(geo.VendorGoogle, lat, lng)
	}
	return true
}

// placePrecision is that of a place by its types: the Places API has no
// location_type.
func placePrecision(types []string) geo.Precision {
	if p := areaPrecision(types); p != geo.PrecisionUnknown {
		return p
	}
	for _, t := range types {
		switch t {
		case "street_address", "premise", "subpremise":
			return geo.PrecisionDoor
		case "intersection":
			return geo.PrecisionInterpolated
		}
	}
	return geo.PrecisionPlace
}

// validID reports whether value can be an id of Google's at all. It goes into a
// URL's path.
func validID(value string) bool {
	return value != "" && strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=") == ""
}

// area is a locationBias or locationRestriction.
type area struct {
	Circle    *circle    `json:"circle,omitempty"`
	Rectangle *rectangle `json:"rectangle,omitempty"`
}

type circle struct {
	Center corner  `json:"center"`
	Radius float64 `json:"radius"`
}

type rectangle struct {
	Low  corner `json:"low"`
	High corner `json:"high"`
}

// corner is a point as it is sent; a zero is written, too.
type corner struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

func (a *Adapter) corner(p geo.Point, region string) corner {
	at := a.out(p, region)
	return corner{at.Lat, at.Lng}
}

// biasRadius is the circle in metres around a point near which to look first,
// the largest that Google takes.
const biasRadius = 50000

// prefer says what is preferred: what is around the point, else the options' box,
// else nothing. Nothing has to be said with a box around the world: without a
// bias Google prefers what is around the asking server.
func (a *Adapter) prefer(near geo.Point, region string) *area {
	switch b := a.bounds; {
	case !near.IsZero():
		return &area{Circle: &circle{a.corner(near, region), biasRadius}}
	case b != nil && region == "":
		return &area{Rectangle: &rectangle{a.corner(b.SouthWest, ""), a.corner(b.NorthEast, "")}}
	}
	return &area{Rectangle: &rectangle{corner{-90, -180}, corner{90, 180}}}
}

// around is the smallest box that holds a circle: a text search can be
// restricted to boxes only.
func around(center corner, radius float64) *area {
	const metres = math.Pi / 180 * geo.EarthRadius // of a degree of latitude
	dLat := radius / metres * 1.01
	low, high := corner{max(center.Latitude-dLat, -90), -180}, corner{min(center.Latitude+dLat, 90), 180}
	if widest := math.Max(math.Abs(low.Latitude), math.Abs(high.Latitude)); widest < 89 {
		dLng := dLat / math.Cos(widest*math.Pi/180)
		low.Longitude, high.Longitude = wrap(center.Longitude-dLng), wrap(center.Longitude+dLng)
	}
	return &area{Rectangle: &rectangle{low, high}}
}

// wrap brings a longitude back; Google takes a box whose west is east of its
// east for one over the date line.
func wrap(lng float64) float64 {
	switch {
	case lng < -180:
		return lng + 360
	case lng > 180:
		return lng - 360
	}
	return lng
}

// cldr is a region as the newer services want it, a CLDR code; their samples
// are in small letters.
func cldr(region string) string { return strings.ToLower(region) }

// cutTo cuts a list to what was asked for.
func cutTo[T any](list []T, limit int) []T {
	if limit > 0 && len(list) > limit {
		return list[:limit]
	}
	return list
}
