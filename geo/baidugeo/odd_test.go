package baidugeo

import (
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
)

// Whatever stands in the place of a value, what comes out is a usable place or
// an error that says the reply is to blame.
func TestOddGeocodes(t *testing.T) {
	t.Parallel()
	a, s := adapter(t, "")
	for _, file := range []string{"geocode_door.json", "geocode_none.json"} {
		for body := range fakehttp.Odd([]byte(fixture(t, file))) {
			s.body = string(body)
			res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
			if err != nil {
				blamesTheReply(t, file, err)
				continue
			}
			checkPlaces(t, file, res.Places...)
		}
	}
}

func TestOddReverseGeocodes(t *testing.T) {
	t.Parallel()
	a, s := adapter(t, "")
	r := geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 22.54, Lng: 113.93}, Nearby: 50, Region: "CN"}
	for _, file := range []string{"reverse_pois.json", "reverse_sea.json"} {
		for body := range fakehttp.Odd([]byte(fixture(t, file))) {
			s.body = string(body)
			res, err := a.ReverseGeocode(t.Context(), r)
			if err != nil {
				blamesTheReply(t, file, err)
				continue
			}
			checkPlaces(t, file, append(res.Nearby, res.Place)...)
			if res.Place.Address.IsZero() {
				t.Errorf("%s: an address of nothing", file)
			}
		}
	}
}

func blamesTheReply(t *testing.T, file string, err error) {
	t.Helper()
	switch waybill.CodeOf(err) {
	case waybill.DataLoss, waybill.NotFound, waybill.Unknown, waybill.Unavailable, waybill.Internal:
	default:
		t.Errorf("%s: %v", file, err)
	}
}

func checkPlaces(t *testing.T, file string, places ...geo.Place) {
	t.Helper()
	if len(places) == 0 {
		t.Errorf("%s: neither an error nor a place", file)
	}
	for _, p := range places {
		if p.Point.IsZero() || p.Point.Validate() != nil || !(p.Distance >= 0) {
			t.Errorf("%s: a place without a usable point or distance", file)
		}
	}
}
