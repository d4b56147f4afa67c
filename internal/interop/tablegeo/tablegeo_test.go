package tablegeo

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
)

func TestConformance(t *testing.T) {
	tuas := geo.Point{Lat: 1.3236, Lng: 103.6522}
	geotest.Run(t, geotest.Harness{
		New: func(string, *http.Client) (waybill.Provider, error) {
			return New(geo.Place{Name: "Depot Tuas", Point: tuas, Precision: geo.PrecisionPlace, Address: geo.Address{Region: "SG", Formatted: "Depot Tuas, Singapore"}}), nil
		},
		Geocode: []geotest.GeocodeCase{{Name: "tuas", Request: geo.GeocodeRequest{Query: "Depot Tuas"}, Want: tuas, Region: "SG"}},
	})
}
