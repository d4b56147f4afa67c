package geo

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// Precision says how exactly a geocoded point stands for what was asked,
// translated from each vendor's own scale. Larger is more exact.
type Precision uint8

// The precisions.
const (
	// PrecisionUnknown: the vendor did not say.
	PrecisionUnknown Precision = 0
	// PrecisionRegion is a country or province.
	PrecisionRegion Precision = 1
	// PrecisionCity is a city.
	PrecisionCity Precision = 2
	// PrecisionDistrict is a district, township, village or postcode.
	PrecisionDistrict Precision = 3
	// PrecisionStreet is a road or its geometric centre.
	PrecisionStreet Precision = 4
	// PrecisionInterpolated is between two known house numbers, or a crossing.
	PrecisionInterpolated Precision = 5
	// PrecisionPlace is a named place, building, quarter or station.
	PrecisionPlace Precision = 6
	// PrecisionDoor is a house number or rooftop.
	PrecisionDoor Precision = 7
)

var precisionNames = [...]string{"unknown", "region", "city", "district", "street", "interpolated", "place", "door"}

// String returns the precision's frozen name.
func (p Precision) String() string {
	if int(p) < len(precisionNames) {
		return precisionNames[p]
	}
	return "unknown"
}

// MarshalText writes the precision's name.
func (p Precision) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a precision's name; the empty text is PrecisionUnknown.
// Anything else is a *[waybill.Error] with code InvalidArgument and leaves p
// alone.
func (p *Precision) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = PrecisionUnknown
		return nil
	}
	for i, name := range precisionNames {
		if string(text) == name {
			*p = Precision(i)
			return nil
		}
	}
	return waybill.Invalid("precision", "precision has no such name").With("geo", "", "")
}

// Place is a place as a vendor knows it.
type Place struct {
	// ID is the vendor's id, zero when it gave none.
	ID PlaceID `json:"id,omitzero"`
	// Name is the place's own name, empty for a plain address.
	Name string `json:"name,omitempty"`
	// Point is where it is. It is never the zero point: a place without one is
	// not returned by the verbs that promise points.
	Point   Point   `json:"point"`
	Address Address `json:"address"`
	// Precision says how exact Point is; Partial that the vendor matched only a
	// part of the query.
	Precision Precision `json:"precision"`
	Partial   bool      `json:"partial,omitempty"`
	// Types are the vendor's own type words, untranslated.
	Types []string `json:"types,omitempty"`
	// Distance is in metres from the asked point, 0 where none was asked.
	Distance float64 `json:"distance,omitempty"`
}

// The verbs of [Geocoder] and [ReverseGeocoder].
const (
	Geocode        waybill.Verb = "geocode"
	ReverseGeocode waybill.Verb = "reverse geocode"
)

// GeocodeRequest asks for the places that an address or name means.
type GeocodeRequest struct {
	// Query is the address or name as people write it, at most 1,024 bytes of
	// valid UTF-8. It is required.
	Query string
	// Region (ISO 3166-1 alpha-2) is where the result must lie: it chooses the
	// providers, and results outside it are dropped.
	Region string
	// City narrows the search where the vendor can: a name, or an adcode in the
	// mainland. It is a preference and no promise.
	City string
	// Language is the BCP 47 tag wanted, best effort.
	Language string
	// Limit is the most places wanted, 1 to 20; 0 means all that the vendor
	// gives, at most 20.
	Limit int
	// Datum is the one wanted for the results.
	Datum Datum
	// Tenant, Lane and Key choose among providers; see [waybill.Use]. Key is
	// the stickiness key, such as the order's id, and the error's Ref.
	Tenant, Lane, Key string
}

// Validate checks the request before any network traffic.
func (r GeocodeRequest) Validate() error {
	if err := checkText("query", r.Query, true); err != nil {
		return err.With("geo", string(Geocode), r.Key)
	}
	if err := checkText("city", r.City, false); err != nil {
		return err.With("geo", string(Geocode), r.Key)
	}
	if r.Limit < 0 || r.Limit > 20 {
		return waybill.Invalid(string(Geocode), "limit is not between 0 and 20").With("geo", "", r.Key)
	}
	return checkCommon(string(Geocode), r.Region, r.Language, r.Datum, r.Key)
}

// GeocodeResult is what a geocoder found: at least one place, the best first.
type GeocodeResult struct {
	waybill.Served
	Freshness
	// Places are never empty, and each has a point.
	Places []Place `json:"places"`
}

// Geocoder finds the places that an address means.
//
// An adapter sends what Validate accepts, converts nothing but the datum, and
// tags every point with the datum that the vendor speaks at that place. No
// match is NotFound, never an empty result; places without a usable point are
// left out. The call is a read: it may be repeated.
//
// # What an adapter gets
//
// From a client, a request that Validate accepts, with Region filled in from the
// client's default, or empty. Limit is then often 0, since the client drops what
// lies outside the region before it counts. A bare adapter gets what an
// application wrote: Geocode begins with [GeocodeRequest.Validate] and heeds
// Region and Limit as well as it can. Datum is the client's business: an adapter
// returns points in the vendor's datum and leaves the conversion to the client.
// Tenant and Lane are the client's too.
//
// # What an adapter returns
//
// Served.Provider is the adapter's Name; the client fills in the rest of Served.
// An error has Provider, Op [Geocode] and Ref, the request's Key; the query
// stands nowhere in it. A vendor that speaks WGS-84 everywhere, such as a table
// of one's own, has no point of its answers to tag; points of requests are in any
// datum all the same, and [Point.To] converts them.
type Geocoder interface {
	Geocode(ctx context.Context, r GeocodeRequest) (GeocodeResult, error)
}

// ReverseGeocodeRequest asks what is at a point, such as a pin dragged on a
// map.
type ReverseGeocodeRequest struct {
	// Point is where, in any datum. The answer is in the same datum.
	Point Point
	// Language is the BCP 47 tag wanted, best effort.
	Language string
	// Nearby is how many named places around are wanted, 0 to 50. Vendors that
	// cannot name places around give fewer or none.
	Nearby int
	// Radius bounds the places around in metres, 0 to 5,000; 0 means 500.
	Radius float64
	// Region overrides the region that the point lies in.
	Region string
	// Tenant, Lane and Key choose among providers; see [waybill.Use].
	Tenant, Lane, Key string
}

// Validate checks the request before any network traffic.
func (r ReverseGeocodeRequest) Validate() error {
	const op = string(ReverseGeocode)
	if err := r.Point.Validate(); err != nil {
		return waybill.Invalid(op, "point is not a place on the Earth").With("geo", "", r.Key)
	}
	if r.Point.IsZero() {
		return waybill.Invalid(op, "point is missing").With("geo", "", r.Key)
	}
	if r.Nearby < 0 || r.Nearby > 50 {
		return waybill.Invalid(op, "nearby is not between 0 and 50").With("geo", "", r.Key)
	}
	if !(r.Radius >= 0 && r.Radius <= 5000) {
		return waybill.Invalid(op, "radius is not between 0 and 5000 m").With("geo", "", r.Key)
	}
	return checkCommon(op, r.Region, r.Language, r.Point.Datum, r.Key)
}

// ReverseGeocodeResult is what was found at a point.
type ReverseGeocodeResult struct {
	waybill.Served
	Freshness
	// Place is the address at the point: its Point is the vendor's point of
	// that address where it gives one, else the point asked for; Distance is
	// between the two in metres.
	Place Place `json:"place"`
	// Nearby are named places around, the nearest first.
	Nearby []Place `json:"nearby,omitempty"`
}

// ReverseGeocoder finds the address at a point, with named places around.
//
// Where nothing is known (the sea, another vendor's country) it is NotFound.
// The call is a read: it may be repeated.
//
// What an adapter gets and returns is as for [Geocoder]: it begins with
// [ReverseGeocodeRequest.Validate], takes Point in any datum and asks in the
// vendor's, and returns points in the vendor's, Nearby at most as many as asked.
// Region is only set where the caller knows better. No coordinate stands in an
// error.
type ReverseGeocoder interface {
	ReverseGeocode(ctx context.Context, r ReverseGeocodeRequest) (ReverseGeocodeResult, error)
}

const maxText = 1024

func checkText(field, s string, required bool) *waybill.Error {
	switch {
	case required && strings.TrimSpace(s) == "":
		return waybill.Invalid("", field+" is empty")
	case len(s) > maxText:
		return waybill.Invalid("", field+" is longer than 1024 bytes")
	case !utf8.ValidString(s):
		return waybill.Invalid("", field+" is not valid UTF-8")
	case strings.ContainsFunc(s, isControl):
		return waybill.Invalid("", field+" has control characters")
	}
	return nil
}

func checkCommon(op, region, language string, d Datum, key string) error {
	switch {
	case region != "" && !waybill.ValidRegion(region):
		return waybill.Invalid(op, "region is not two capital letters").With("geo", "", key)
	case !validLanguage(language):
		return waybill.Invalid(op, "language is not a BCP 47 tag").With("geo", "", key)
	case !d.known():
		return waybill.Invalid(op, "datum is unknown").With("geo", "", key)
	}
	return nil
}

// validLanguage checks the form of a BCP 47 tag: subtags of letters and digits
// joined by hyphens.
func validLanguage(s string) bool {
	if s == "" {
		return true
	}
	if len(s) > 35 {
		return false
	}
	for i, sub := range strings.Split(s, "-") {
		if len(sub) < 1 || len(sub) > 8 || i == 0 && len(sub) < 2 {
			return false
		}
		for _, c := range []byte(sub) {
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9') {
				return false
			}
		}
	}
	return true
}
