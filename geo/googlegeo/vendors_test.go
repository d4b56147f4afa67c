package googlegeo_test

import (
	"errors"
	"fmt"
	"net/url"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/baidugeo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
	"github.com/waybill-go/waybill/geo/osmgeo"
)

// vendors are all map vendors, each on its fake. All fakes know the same places,
// each in its own datum. These tests stand here, since this is the only adapter of
// the four that needs a library.
type vendors struct {
	amapFake   *geotest.Amap
	baiduFake  *geotest.Baidu
	googleFake *geotest.Google
	amap       *amapgeo.Adapter
	baidu      *baidugeo.Adapter
	google     *googlegeo.Adapter
	osm        *osmgeo.Adapter
}

func newVendors(t *testing.T) *vendors {
	t.Helper()
	v := &vendors{amapFake: geotest.NewAmap(nil), baiduFake: geotest.NewBaidu(nil), googleFake: geotest.NewGoogle(nil)}
	osm := geotest.NewOSM(nil)
	for _, end := range []func(){v.amapFake.Close, v.baiduFake.Close, v.googleFake.Close, osm.Close} {
		t.Cleanup(end)
	}
	var e1, e2, e3, e4 error
	v.amap, e1 = amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: v.amapFake.URL(), HTTPClient: v.amapFake.Client()})
	v.baidu, e2 = baidugeo.New(geotest.BaiduKey, &baidugeo.Options{BaseURL: v.baiduFake.URL(), HTTPClient: v.baiduFake.Client()})
	v.google, e3 = googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: v.googleFake.URL(), HTTPClient: v.googleFake.Client(), Mainland: true})
	v.osm, e4 = osmgeo.New(osm.URL()+"/nominatim", "waybill-tests/1.0 (nobody@example.com)", &osmgeo.Options{PhotonURL: osm.URL() + "/photon", HTTPClient: osm.Client()})
	if err := errors.Join(e1, e2, e3, e4); err != nil {
		t.Fatal(err)
	}
	return v
}

// client is a client of some vendors, asked once each.
func client(t *testing.T, providers ...waybill.Provider) *geo.Client {
	t.Helper()
	options := []geo.Option{geo.WithPolicy(waybill.Policy{TriesPerProvider: 1})}
	for _, p := range providers {
		options = append(options, geo.With(p))
	}
	c, err := geo.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// agree is how far the vendors' points of one place may be apart in metres: the
// conversions are exact and six decimals are 0.1 m.
const agree = 2

func TestVendorsAgreeOnPlaces(t *testing.T) {
	v := newVendors(t)
	all := map[string]*geo.Client{"amap": client(t, v.amap), "baidu": client(t, v.baidu), "google": client(t, v.google), "osm": client(t, v.osm)}
	// Google speaks GCJ-02 in the mainland, and Baidu does not call Hong Kong a
	// part of the mainland; whoever answers, it is the same place.
	for _, place := range []struct {
		region, query string
		want          geo.Point
		vendors       []string
	}{
		{"CN", "腾讯大厦", geo.Point{Lat: 22.5433, Lng: 113.9296}, []string{"amap", "baidu", "google", "osm"}},
		{"CN", "深圳北站", geo.Point{Lat: 22.6100, Lng: 114.0245}, []string{"amap", "baidu", "google", "osm"}},
		{"CN", "广州塔", geo.Point{Lat: 23.1089, Lng: 113.3190}, []string{"amap", "baidu", "google", "osm"}},
		{"HK", "朗豪坊", geo.Point{Lat: 22.3184, Lng: 114.1687}, []string{"amap", "baidu", "google", "osm"}},
		{"TW", "台北101", geo.Point{Lat: 25.0337, Lng: 121.5645}, []string{"baidu", "google", "osm"}},
		{"SG", "ION Orchard", geo.Point{}, []string{"google", "osm"}},
	} {
		for _, name := range place.vendors {
			c := all[name]
			for _, datum := range []geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
				found, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: place.query, Region: place.region, Datum: datum})
				if err != nil {
					t.Errorf("%s: geocode %s: %v", name, place.query, err)
					continue
				}
				if place.want.IsZero() {
					place.want = found.Places[0].Point
				}
				near(t, name+": geocode "+place.query, found.Places[0].Point, place.want)
				page, err := c.Search(t.Context(), geo.SearchRequest{Query: place.query, Region: place.region, Datum: datum})
				if err != nil {
					t.Errorf("%s: search %s: %v", name, place.query, err)
					continue
				}
				at := page.Places[0]
				near(t, name+": search "+place.query, at.Point, place.want)
				byID, err := c.Place(t.Context(), geo.PlaceRequest{ID: at.ID, Datum: datum})
				if err != nil || byID.Refound {
					t.Errorf("%s: place %s: %v", name, place.query, err)
					continue
				}
				near(t, name+": place "+place.query, byID.Place.Point, place.want)
			}
		}
	}
}

func near(t *testing.T, what string, got, want geo.Point) {
	t.Helper()
	if d := geo.Distance(got, want); !(d <= agree) {
		t.Errorf("%s: %.1f m off", what, d)
	}
}

// Suggestions of all vendors lead to the same place, with a point or with a
// look-up.
func TestVendorsAgreeOnSuggestions(t *testing.T) {
	v := newVendors(t)
	want := geo.Point{Lat: 22.5433, Lng: 113.9296}
	for name, p := range map[string]waybill.Provider{"amap": v.amap, "baidu": v.baidu, "google": v.google, "osm": v.osm} {
		c := client(t, p)
		res, err := c.Suggest(t.Context(), geo.SuggestRequest{Query: "腾讯大厦", Region: "CN", Language: "zh", Session: "0b7c9a4e-1111-4222-8333-944455566677"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := c.Resolve(t.Context(), geo.ResolveRequest{Suggestion: res.Suggestions[0], Datum: geo.BD09})
		if err != nil || got.Refound || got.Place.Point.Datum != geo.BD09 {
			t.Errorf("%s: %+v %v", name, got, err)
			continue
		}
		near(t, name, got.Place.Point, want)
	}
}

// Korea, Vietnam and India lie within the rectangles by which others decide. No
// vendor's datum is another one there, so that nothing moves.
func TestNothingMovesAbroad(t *testing.T) {
	v := newVendors(t)
	c := client(t, v.baidu, v.osm)
	table := geo.DefaultDatums()
	for city, at := range map[string]geo.Point{"Seoul": {Lat: 37.5663, Lng: 126.9778}, "Hanoi": {Lat: 21.0278, Lng: 105.8342}, "Delhi": {Lat: 28.6139, Lng: 77.2090}} {
		for _, vendor := range []string{geo.VendorAmap, geo.VendorBaidu, geo.VendorBaidu9, geo.VendorGoogle, geo.VendorOSM} {
			if out := table.Out(vendor, at, ""); out != at {
				t.Errorf("%s: sent to %s as %v", city, vendor, out)
			}
			if in := table.In(vendor, at.Lat, at.Lng); in != at {
				t.Errorf("%s: read from %s as %v", city, vendor, in)
			}
		}
		for _, d := range []geo.Datum{geo.GCJ02, geo.BD09} {
			if got := geo.AsAsked(at, d); got != at {
				t.Errorf("%s: answered as %v", city, got)
			}
		}
		// Who does not serve there is not asked at all.
		if _, err := v.amap.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: at}); !errors.Is(err, waybill.ErrUnsupported) {
			t.Errorf("%s: Amap: %v", city, err)
		}
		// These fakes know nothing there; what counts is what they were sent.
		c.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: at})
		log := v.baiduFake.Log()
		sent, err := url.ParseQuery(log[len(log)-1].Query)
		if err != nil || sent.Get("coordtype") != "wgs84ll" || sent.Get("location") != decimals(at) {
			t.Errorf("%s: Baidu was sent %v, %v", city, sent, err)
		}
	}
}

// With the issuer of an id down, the place is found again at another vendor.
func TestPlacesAreFoundAgainElsewhere(t *testing.T) {
	v := newVendors(t)
	want := geo.Point{Lat: 22.5433, Lng: 113.9296}
	for name, c := range map[string]struct {
		client *geo.Client
		down   func()
		heal   func()
		other  string
	}{
		"amap":  {client(t, v.amap, v.baidu), func() { v.amapFake.FailCode("10016") }, v.amapFake.Heal, "baidugeo"},
		"baidu": {client(t, v.baidu, v.amap), func() { v.baiduFake.FailCode("261") }, v.baiduFake.Heal, "amapgeo"},
	} {
		found, err := c.client.Search(t.Context(), geo.SearchRequest{Query: "腾讯大厦", Region: "CN"})
		if err != nil || found.Provider != name+"geo" {
			t.Fatalf("%s: %+v %v", name, found.Served, err)
		}
		suggested, err := c.client.Suggest(t.Context(), geo.SuggestRequest{Query: "腾讯大厦", Region: "CN"})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		place, suggestion := found.Places[0], suggested.Suggestions[0]
		c.down()
		byID, err := c.client.Place(t.Context(), geo.PlaceRequest{ID: place.ID, Hint: geo.HintOf(place)})
		if err != nil || !byID.Refound || byID.Provider != c.other || byID.Place.ID.Issuer == name {
			t.Errorf("%s: place: %+v %v", name, byID, err)
		}
		near(t, name+": place", byID.Place.Point, want)
		if _, err := c.client.Place(t.Context(), geo.PlaceRequest{ID: place.ID}); !errors.Is(err, waybill.ErrUnavailable) {
			t.Errorf("%s: without a hint: %v", name, err)
		}
		if free, err := c.client.Resolve(t.Context(), geo.ResolveRequest{Suggestion: suggestion}); err != nil || free.Refound {
			t.Errorf("%s: with a point nobody is needed: %+v %v", name, free, err)
		}
		suggestion.Point = geo.Point{}
		again, err := c.client.Resolve(t.Context(), geo.ResolveRequest{Suggestion: suggestion})
		if err != nil || !again.Refound || again.Provider != c.other {
			t.Errorf("%s: resolve: %+v %v", name, again, err)
		}
		near(t, name+": resolve", again.Place.Point, want)
		c.heal()
	}
}

// decimals is a point as Baidu wants it.
func decimals(p geo.Point) string { return fmt.Sprintf("%.6f,%.6f", p.Lat, p.Lng) }
