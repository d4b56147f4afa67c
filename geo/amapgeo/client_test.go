package amapgeo_test

import (
	"errors"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

// behindAClient is the adapter on its fake, as an application uses it.
func behindAClient(t *testing.T) (*geo.Client, *geotest.Amap) {
	t.Helper()
	s := geotest.NewAmap(nil)
	t.Cleanup(s.Close)
	a, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: s.URL(), HTTPClient: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	c, err := geo.New(geo.With(a), geo.WithDefaultRegion("CN"))
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

func TestClientDropsNamesakesElsewhere(t *testing.T) {
	c, s := behindAClient(t)
	for region, want := range map[string]waybill.Code{"JP": waybill.Unsupported, "MO": waybill.NotFound} {
		if _, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "东京", Region: region}); err == nil || waybill.CodeOf(err) != want {
			t.Errorf("in %s: %v, want %v", region, err, want)
		}
	}
	res, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "东京", Region: "HK"})
	if err != nil || len(res.Places) != 1 || res.Places[0].Address.Region != "HK" || res.Places[0].Point.Datum != geo.WGS84 {
		t.Errorf("in HK: %+v %v", res.Places, err)
	}
	if n := s.Count(""); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestClientAnswersInTheAskedDatum(t *testing.T) {
	c, _ := behindAClient(t)
	at := geo.Point{Lat: 22.6102, Lng: 114.0245}
	for _, d := range []geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
		res, err := c.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: at.To(d), Nearby: 2})
		if err != nil || res.Place.Point.Datum != d || res.Nearby[0].Point.Datum != d || geo.Distance(res.Place.Point, at) > 30 {
			t.Errorf("%v: %+v %v", d, res.Place.Point.Datum, err)
		}
	}
}

func TestClientObeysAmapsWait(t *testing.T) {
	c, s := behindAClient(t)
	s.FailCode("10044")
	_, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "深圳北站"})
	if !errors.Is(err, waybill.ErrQuotaExhausted) || waybill.RetryAfterOf(err) <= 0 {
		t.Fatalf("got %v", err)
	}
	asked := s.Count("")
	s.Heal()
	// The whole account is idle until midnight in Beijing, reverse geocoding too.
	_, err = c.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 22.61, Lng: 114.0245}})
	if !errors.Is(err, waybill.ErrQuotaExhausted) || s.Count("") != asked {
		t.Errorf("got %v after %d requests", err, s.Count("")-asked)
	}
}

// A postcode that is also one of Amap's codes does not hide the code.
func TestQueryLikeACode(t *testing.T) {
	c, s := behindAClient(t)
	s.FailCode("10021")
	_, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "10021"})
	if e := waybill.AsError(err); e.Code != waybill.RateLimited || e.VendorCode != "10021" {
		t.Errorf("got %v", err)
	}
}
