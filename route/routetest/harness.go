package routetest

import (
	"net/http"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/route"
)

// Harness says how to make and what to expect of the adapter under test. An
// Account method is optional; see [waybill.Accounted].
type Harness struct {
	// New makes the adapter, which speaks to baseURL through hc. The suite
	// calls it once for each subtest. The adapter must implement [route.Router].
	New func(baseURL string, hc *http.Client) (waybill.Provider, error)
	// Server starts the fake of the vendor. The suite closes it. nil is for an
	// adapter without a network, such as an estimate: the subtests that need a
	// server are then left out.
	Server func(t testing.TB) Server
	// Trip is a trip that the vendor serves. The zero value is [Shenzhen].
	Trip Trip
	// Vendor is the vendor's name in [geo.DatumTable], by which the suite knows
	// the datum that the vendor speaks at the points of the trip. Empty means
	// WGS-84 everywhere.
	Vendor string
	// Modes are those the vendor serves; none means [route.Car] alone. For any
	// other mode a request must be Unsupported and never reach the server.
	Modes []route.Mode
	// MaxPoints is how many points the vendor takes, if it is less than
	// [route.MaxPoints]: a request with one more must be Unsupported and never
	// reach the server.
	MaxPoints int
	// MatrixModes are those of the vendor's tables where they differ from Modes,
	// for an adapter that is a [route.Matrixer]. What it declares as a
	// [route.MatrixLimiter] is held to.
	MatrixModes []route.Mode
	// MatrixCodes are codes of the vendor's tables beside Codes.
	MatrixCodes []CodeCase
	// Nowhere is a place in the vendor's region from which no way leads to the
	// trip, for its table; the zero value leaves the subtest out.
	Nowhere geo.Point
	// Orders is set for a vendor that puts stops in order
	// ([route.Request.OptimizeStops]); all others must refuse that.
	Orders bool
	// NoPolyline is set for a vendor without geometry: its paths must then have
	// none. NoSubstitute is set for one that refuses a truck even where a car's
	// route would be allowed for it.
	NoPolyline, NoSubstitute bool
	// Estimates is set for an adapter whose paths are [route.Path.Estimated],
	// and which must refuse pricing requests.
	Estimates bool
	// Codes are the vendor's codes and their classes.
	Codes []CodeCase
	// Secrets are the adapter's keys. They must appear nowhere.
	Secrets []string
	// Skip maps the path of a subtest, such as "faults/endless", or of a group,
	// such as "odd", to the reason why the adapter cannot pass it.
	Skip map[string]string

	// patience bounds every call; 0 means the default.
	patience time.Duration
}

// Trip is a way from From over Via to To, in WGS-84. From and Via lie at least
// twice as far apart as Via and To, so that legs in the wrong order show.
type Trip struct {
	From, Via, To geo.Point
}

// Shenzhen returns the trip that suits vendors of mainland China: Bao'an airport,
// the civic centre, Luohu's railway station.
func Shenzhen() Trip {
	return Trip{
		From: geo.Point{Lat: 22.633888, Lng: 113.812088},
		Via:  geo.Point{Lat: 22.543099, Lng: 114.057868},
		To:   geo.Point{Lat: 22.534700, Lng: 114.117500},
	}
}

// Singapore returns a trip that suits vendors of the rest of the world: Changi
// airport, City Hall, HarbourFront.
func Singapore() Trip {
	return Trip{
		From: geo.Point{Lat: 1.359167, Lng: 103.989441},
		Via:  geo.Point{Lat: 1.293056, Lng: 103.852222},
		To:   geo.Point{Lat: 1.265389, Lng: 103.821530},
	}
}

// Points returns the trip's three points.
func (t Trip) Points() []geo.Point { return []geo.Point{t.From, t.Via, t.To} }

// Server is what the suite needs of a fake server; see [geotest.Server].
type Server = geotest.Server

// Fault is something going wrong with a request at some stage; see
// [geotest.Fault].
type Fault = geotest.Fault

// Exchange is one request that reached a fake, and what it answered; see
// [geotest.Exchange].
type Exchange = geotest.Exchange

// CodeCase is one of the vendor's codes and what it must become. Its Verbs are
// not looked at.
type CodeCase = geotest.CodeCase

// Understanding is implemented by a fake that tells which points it read from
// the last request it served, tagged with the datum in which the vendor takes
// the numbers there.
type Understanding interface {
	Asked() []geo.Point
}

// NewServer starts a fake on the loopback interface that answers with h, the
// vendor's protocol, and for FailCode with refuse, the vendor's way to refuse a
// request with a code. secrets are the query and form parameters that the log
// masks. The caller closes it.
func NewServer(name string, h http.Handler, refuse func(w http.ResponseWriter, r *http.Request, code string), secrets ...string) Server {
	return geotest.NewServer(name, h, refuse, secrets...)
}
