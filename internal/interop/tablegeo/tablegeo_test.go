package tablegeo

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/wire"
)

func TestConformance(t *testing.T) {
	tuas := geo.Point{Lat: 1.3236, Lng: 103.6522}
	geotest.Run(t, geotest.Harness{
		New: func(baseURL string, _ *http.Client) (waybill.Provider, error) {
			if _, err := wire.BaseURL(name, baseURL, ""); err != nil {
				return nil, err // the suite insists, though there is no URL
			}
			return New(geo.Place{Name: "Depot Tuas", Point: tuas, Precision: geo.PrecisionPlace, Address: geo.Address{Region: "SG", Formatted: "Depot Tuas, Singapore"}}), nil
		},
		Server:  func(testing.TB) geotest.Server { return geotest.NewServer("none", http.NotFoundHandler(), nil) }, // never asked
		Geocode: []geotest.GeocodeCase{{Name: "tuas", Request: geo.GeocodeRequest{Query: "Depot Tuas"}, Want: tuas, Region: "SG"}},
		Skip: map[string]string{
			"geocode/faults":                  "no network",
			"geocode/odd":                     "no network",
			"geocode/context/canceled_during": "no network",
			"geocode/context/deadline":        "no network",
			"geocode/context/attempt_timeout": "no network",
		},
	})
}
