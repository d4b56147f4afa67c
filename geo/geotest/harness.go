package geotest

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// Harness says how to make and what to expect of the adapter under test. An
// Account method is optional; see [waybill.Accounted].
type Harness struct {
	// New makes the adapter, which speaks to baseURL through hc. The suite
	// calls it once for each subtest.
	New func(baseURL string, hc *http.Client) (waybill.Provider, error)
	// Server starts the fake of the vendor, which knows the cases below. The
	// suite closes it. nil is for an adapter without a network, such as a table
	// of one's own: New is then called with "" and nil, and the subtests that
	// need a server are left out.
	Server func(t testing.TB) Server
	// Geocode and Reverse are known answers, at least one for each verb that
	// the adapter implements. See [GeocodeCases] and [ReverseCases] for the
	// places of this package's fakes.
	Geocode []GeocodeCase
	Reverse []ReverseCase
	// Suggest, Search, Place, Localize and Districts are the same for the other
	// verbs; see [SuggestCases] and its neighbours.
	Suggest   []SuggestCase
	Search    []SearchCase
	Place     []PlaceCase
	Localize  []LocalizeCase
	Districts []DistrictCase
	// Codes are the vendor's codes and their classes.
	Codes []CodeCase
	// Unsupported are requests that no server may see because this vendor
	// cannot serve them.
	Unsupported []UnsupportedCase
	// Secrets are the adapter's keys. They must appear nowhere.
	Secrets []string
	// Skip maps the path of a subtest, such as "geocode/faults/endless", to
	// the reason why the adapter cannot pass it.
	Skip map[string]string
}

// GeocodeCase is an address with its place.
type GeocodeCase struct {
	// Name names the subtest. It must not be personal data.
	Name    string
	Request geo.GeocodeRequest
	// Want is where the first place must lie, in any datum, and Within how far
	// off it may be, in metres; 0 means 20.
	Want   geo.Point
	Within float64
	// Datum is the one that the vendor speaks there, by which the adapter must
	// have tagged the point.
	Datum geo.Datum
	// Region is the place's region.
	Region string
}

// ReverseCase is a point with its address.
type ReverseCase struct {
	// Name names the subtest. It must not be personal data.
	Name    string
	Request geo.ReverseGeocodeRequest
	// Region is the address's region.
	Region string
	// Contains is a part of the formatted address, such as a street's name.
	Contains string
	// Within is how far from the asked point the answer may be, in metres; 0
	// means 200.
	Within float64
	// Nearby is the least number of places around.
	Nearby int
}

// CodeCase is one of the vendor's codes and what it must become.
type CodeCase struct {
	// Code is what the fake is told to answer with.
	Code string
	// Verbs restricts the case; none means all verbs.
	Verbs    []waybill.Verb
	Want     waybill.Code
	Scope    waybill.Scope
	Delivery waybill.Delivery
	// RetryAfter is set when the error must say how long to wait.
	RetryAfter bool
}

// UnsupportedCase is a request that this vendor cannot serve and that must be
// refused before the network. One of the requests is set.
type UnsupportedCase struct {
	// Name names the subtest. The others are the requests.
	Name      string
	Geocode   *geo.GeocodeRequest
	Reverse   *geo.ReverseGeocodeRequest
	Suggest   *geo.SuggestRequest
	Search    *geo.SearchRequest
	Place     *geo.PlaceRequest
	Localize  *geo.LocalizeRequest
	Districts *geo.DistrictRequest
}
