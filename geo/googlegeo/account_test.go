package googlegeo_test

import (
	"errors"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/googleroute"
)

// project is one key used for places and for ways, behind two clients.
func project(t *testing.T, fake *geotest.Google, limits waybill.Limits) (*geo.Client, *route.Client, *waybill.Account) {
	t.Helper()
	account := waybill.NewAccount("maps-key", limits)
	g, err1 := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client(), Account: account})
	r, err2 := googleroute.New(geotest.GoogleKey, &googleroute.Options{BaseURL: fake.URL(), HTTPClient: fake.Client(), Account: account})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	places, err1 := geo.New(geo.With(g))
	ways, err2 := route.New(route.With(r))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return places, ways, account
}

func TestAnAccountsDayIsSharedWithRoutes(t *testing.T) {
	fake := geotest.NewGoogle(nil)
	t.Cleanup(fake.Close)
	places, ways, _ := project(t, fake, waybill.Limits{PerDay: 3})
	find := func() error {
		_, err := places.Geocode(t.Context(), geo.GeocodeRequest{Query: "Times Square", Region: "HK"})
		return err
	}
	drive := func() error {
		_, err := ways.Route(t.Context(), route.Request{Points: []geo.Point{{Lat: 22.2850, Lng: 114.1592}, {Lat: 22.2782, Lng: 114.1822}}})
		return err
	}
	suggest := func() error {
		_, err := places.Suggest(t.Context(), geo.SuggestRequest{Query: "Times Sq", Region: "HK"})
		return err
	}
	for i, call := range []func() error{find, drive, suggest} {
		if err := call(); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	for i, call := range []func() error{find, drive, suggest} {
		err := call()
		if !errors.Is(err, waybill.ErrRateLimited) || waybill.RetryAfterOf(err) <= 0 || waybill.RetryAfterOf(err) > 24*time.Hour || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%d: %v, wait %v", i, err, waybill.RetryAfterOf(err))
		}
	}
	if n := fake.Count(""); n != 3 {
		t.Errorf("%d requests on an account of 3 a day", n)
	}
}

// Google's own word goes before what we know: the service named is idle until
// midnight in California, and the other services go on.
func TestAUsedUpQuotaIdlesItsServiceOnly(t *testing.T) {
	fake := geotest.NewGoogle(nil)
	t.Cleanup(fake.Close)
	places, _, account := project(t, fake, waybill.Limits{})
	fake.FailCode("OVER_DAILY_LIMIT")
	_, err := places.Geocode(t.Context(), geo.GeocodeRequest{Query: "Times Square", Region: "HK"})
	if !errors.Is(err, waybill.ErrQuotaExhausted) {
		t.Fatal(err)
	}
	fake.Heal()
	before := fake.Count("")
	_, err = places.Geocode(t.Context(), geo.GeocodeRequest{Query: "Times Square", Region: "HK"})
	if !errors.Is(err, waybill.ErrQuotaExhausted) || fake.Count("") != before {
		t.Errorf("asked again: %v", err)
	}
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Skip("no time zones here")
	}
	until, midnight := account.NotBefore("geo.geocode"), waybill.Midnight(time.Now(), zone)
	if d := until.Sub(midnight); d < -time.Minute || d > time.Minute {
		t.Errorf("idle until %v, want %v", until, midnight)
	}
	if _, err := places.Suggest(t.Context(), geo.SuggestRequest{Query: "Times Sq", Region: "HK"}); err != nil {
		t.Errorf("suggest: %v", err)
	}
}
