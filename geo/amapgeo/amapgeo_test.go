package amapgeo_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

// canned is an adapter whose server answers everything with one body. The last
// query is kept.
func canned(t *testing.T, body string, o *amapgeo.Options) (*amapgeo.Adapter, *url.Values) {
	t.Helper()
	query := new(url.Values)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*query = r.URL.Query()
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	if o == nil {
		o = new(amapgeo.Options)
	}
	o.BaseURL, o.HTTPClient = s.URL, s.Client()
	a, err := amapgeo.New("secret-key-of-the-test", o)
	if err != nil {
		t.Fatal(err)
	}
	return a, query
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func ask(a *amapgeo.Adapter, query string) ([]geo.Place, error) {
	res, err := a.Geocode(context.Background(), geo.GeocodeRequest{Query: query})
	return res.Places, err
}

func TestNewRefuses(t *testing.T) {
	for what, f := range map[string]func() error{
		"no key":         func() error { _, err := amapgeo.New("", nil); return err },
		"blank key":      func() error { _, err := amapgeo.New("  ", nil); return err },
		"key with break": func() error { _, err := amapgeo.New("a\nb", nil); return err },
		"private key":    func() error { _, err := amapgeo.New("k", &amapgeo.Options{PrivateKey: "a b"}); return err },
		"scheme":         func() error { _, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "ftp://a.test"}); return err },
		"relative":       func() error { _, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "/v3"}); return err },
		"user":           func() error { _, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "https://u:p@a.test"}); return err },
		"query": func() error {
			_, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "https://a.test/?key=x"})
			return err
		},
		"fragment":    func() error { _, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "https://a.test/#x"}); return err },
		"broken":      func() error { _, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "https://a.test:x"}); return err },
		"reply bound": func() error { _, err := amapgeo.New("k", &amapgeo.Options{MaxReply: -1}); return err },
	} {
		err := f()
		if waybill.CodeOf(orNil(err)) != waybill.InvalidArgument || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%s: got %v", what, err)
		}
	}
	a, err := amapgeo.New("k", nil)
	if err != nil || a.Name() != "amapgeo" || a.Account() == nil || a.Account().Name() != "amapgeo" {
		t.Errorf("defaults: %v %v", a, err)
	}
	shared := waybill.NewAccount("amap-main", waybill.Limits{})
	if a, _ := amapgeo.New("k", &amapgeo.Options{Account: shared}); a.Account() != shared {
		t.Error("the given account is not used")
	}
}

func orNil(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	return err
}

func TestGeocodeReadsPlaces(t *testing.T) {
	a, query := canned(t, fixture(t, "geocode_three.json"), nil)
	places, err := ask(a, "腾讯大厦|深南大道")
	if err != nil {
		t.Fatal(err)
	}
	if got := query.Get("address"); got != "腾讯大厦 深南大道" {
		t.Errorf("sent %q, a bar would be two addresses", got)
	}
	if len(places) != 2 {
		t.Fatalf("%d places, the one without a point counts", len(places))
	}
	if p := places[0]; p.Precision != geo.PrecisionCity || p.Address.District != "" || p.Types[0] != "市" {
		t.Errorf("the city: %+v", p)
	}
	want := geo.Address{Formatted: "广东省深圳市南山区深南大道10000号", Region: "CN", Country: "中国", Province: "广东省", City: "深圳市",
		District: "南山区", Street: "深南大道", Number: "10000号", Building: "腾讯大厦", Adcode: "440305", Language: "zh"}
	if p := places[1]; p.Address != want || p.Precision != geo.PrecisionDoor ||
		p.Point != (geo.Point{Lat: 22.5404, Lng: 113.9346, Datum: geo.GCJ02}) {
		t.Errorf("the door: %+v", p)
	}
	res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "深圳", Limit: 1})
	if err != nil || len(res.Places) != 1 || res.Provider != "amapgeo" {
		t.Errorf("limit 1: %+v %v", res, err)
	}
}

func TestGeocodeTellsRegions(t *testing.T) {
	a, _ := canned(t, fixture(t, "geocode_regions.json"), nil)
	places, err := ask(a, "某处")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		region, city string
		datum        geo.Datum
		precision    geo.Precision
	}{
		{"HK", "", geo.GCJ02, geo.PrecisionDistrict},
		{"MO", "", geo.GCJ02, geo.PrecisionRegion},
		{"TW", "", geo.WGS84, geo.PrecisionRegion},
		{"CN", "上海市", geo.GCJ02, geo.PrecisionDistrict},
		{"CN", "仙桃市", geo.GCJ02, geo.PrecisionDistrict},
		{"HK", "", geo.GCJ02, geo.PrecisionDistrict},
	} {
		p := places[i]
		if p.Address.Region != want.region || p.Address.City != want.city || p.Point.Datum != want.datum || p.Precision != want.precision {
			t.Errorf("place %d: region %q city %q %v %v, want %+v", i, p.Address.Region, p.Address.City, p.Point.Datum, p.Precision, want)
		}
	}
}

func TestDatumsCanBeOverridden(t *testing.T) {
	table := geo.DefaultDatums().With(geo.VendorAmap, geo.ZoneHKMO, geo.WGS84)
	a, query := canned(t, fixture(t, "geocode_regions.json"), &amapgeo.Options{Datums: table})
	places, err := ask(a, "某处")
	if err != nil || places[0].Point.Datum != geo.WGS84 || places[3].Point.Datum != geo.GCJ02 {
		t.Errorf("got %v %v", places, err)
	}
	a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 22.2819, Lng: 114.1583}, Region: "HK"})
	if got := query.Get("location"); got != "114.158300,22.281900" {
		t.Errorf("a point of Hong Kong was sent converted: %s", got)
	}
}

func TestGeocodeNarrows(t *testing.T) {
	for _, v := range []struct {
		r    geo.GeocodeRequest
		city string
	}{
		{geo.GeocodeRequest{Query: "x"}, ""},
		{geo.GeocodeRequest{Query: "x", Region: "CN"}, ""},
		{geo.GeocodeRequest{Query: "x", Region: "HK"}, "810000"},
		{geo.GeocodeRequest{Query: "x", Region: "MO"}, "820000"},
		{geo.GeocodeRequest{Query: "x", Region: "CN", City: " 深圳市 "}, "深圳市"},
		{geo.GeocodeRequest{Query: "x", Region: "HK", City: "440300"}, "440300"},
	} {
		a, query := canned(t, fixture(t, "geocode_three.json"), nil)
		_, err := a.Geocode(t.Context(), v.r)
		if elsewhere := v.r.Region != "" && v.r.Region != "CN"; elsewhere != errors.Is(err, waybill.ErrNotFound) || !elsewhere && err != nil {
			t.Errorf("%+v, answered with places in the mainland: %v", v.r, err)
		}
		if got := query.Get("city"); got != v.city || query.Has("city") != (v.city != "") {
			t.Errorf("%+v sent city %q", v.r, got)
		}
	}
}

func TestReverseReadsAddressAndPlaces(t *testing.T) {
	a, query := canned(t, fixture(t, "regeo_all.json"), nil)
	at := geo.Point{Lat: 31.2402, Lng: 121.4904, Datum: geo.GCJ02}
	res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: at, Nearby: 10, Radius: 5000})
	if err != nil {
		t.Fatal(err)
	}
	if query.Get("extensions") != "all" || query.Get("radius") != "3000" || query.Get("location") != "121.490400,31.240200" {
		t.Errorf("sent %v", query)
	}
	want := geo.Address{Formatted: "上海市黄浦区外滩街道中山东一路20号和平饭店", Region: "CN", Country: "中国", Province: "上海市", City: "上海市",
		District: "黄浦区", Township: "外滩街道", Street: "中山东一路", Number: "20号", Building: "外滩", Adcode: "310101", Language: "zh"}
	if p := res.Place; p.Address != want || p.Distance != 12.5 || p.Precision != geo.PrecisionDoor ||
		p.Point != (geo.Point{Lat: 31.2403, Lng: 121.4903, Datum: geo.GCJ02}) {
		t.Errorf("place: %+v", p)
	}
	if len(res.Nearby) != 3 {
		t.Fatalf("%d places around, want the three with points", len(res.Nearby))
	}
	first := res.Nearby[0]
	if first.Name != "近处的店" || first.ID.String() != "amap:B00156QW7F" || first.Distance != 20.1 || first.Types != nil {
		t.Errorf("nearest: %+v", first)
	}
	if p := res.Nearby[1]; p.Name != "没有编号" || !p.ID.IsZero() || p.Distance < 100 || p.Distance > 140 {
		t.Errorf("without a distance: %+v", p)
	}
	if p := res.Nearby[2]; len(p.Types) != 3 || p.Address.Region != "CN" || p.Address.Formatted != "南京东路1号" {
		t.Errorf("third: %+v", p)
	}
	res, err = a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: at})
	if err != nil || res.Nearby != nil || query.Has("extensions") || query.Has("radius") {
		t.Errorf("without places: %v %v %v", err, res.Nearby, query)
	}
}

func TestReverseOfTheSeaIsNotFound(t *testing.T) {
	a, _ := canned(t, fixture(t, "regeo_sea.json"), nil)
	_, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 28, Lng: 123.5}, Region: "CN", Key: "order-7"})
	if !errors.Is(err, waybill.ErrNotFound) || waybill.AsError(err).Ref != "order-7" {
		t.Errorf("got %v", err)
	}
}

func TestReverseAbroadIsNotAsked(t *testing.T) {
	a, query := canned(t, `{}`, nil)
	for name, p := range map[string]geo.Point{
		"Tokyo": {Lat: 35.6895, Lng: 139.69171}, "Singapore": {Lat: 1.2841, Lng: 103.8515},
		"Taipei": {Lat: 25.0339, Lng: 121.5645}, "Seoul": {Lat: 37.5663, Lng: 126.9778}, "Hanoi": {Lat: 21.0278, Lng: 105.8342},
	} {
		_, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: p})
		if !errors.Is(err, waybill.ErrUnsupported) || waybill.DeliveryOf(err) != waybill.NotSent || len(*query) > 0 {
			t.Errorf("%s: %v, sent %t", name, err, len(*query) > 0)
		}
	}
}

func TestOtherReplies(t *testing.T) {
	ok := `{"status":"1","info":"OK","infocode":"10000"`
	for name, v := range map[string]struct {
		body string
		code waybill.Code
	}{
		"empty list":          {ok + `,"count":"0","geocodes":[]}`, waybill.NotFound},
		"count without list":  {ok + `,"count":"0"}`, waybill.NotFound},
		"engine":              {`{"status":"0","info":"ENGINE_RESPONSE_DATA_ERROR","infocode":"30001"}`, waybill.NotFound},
		"no list":             {ok + `}`, waybill.DataLoss},
		"list is a number":    {ok + `,"count":"1","geocodes":5}`, waybill.DataLoss},
		"list is a word":      {ok + `,"count":"1","geocodes":"none"}`, waybill.DataLoss},
		"no point at all":     {ok + `,"count":"1","geocodes":[{"location":"0,0"},{"location":"NaN,1"},{"location":"1"}]}`, waybill.DataLoss},
		"swapped numbers":     {ok + `,"count":"1","geocodes":[{"location":"22.54,114.05"}]}`, waybill.DataLoss},
		"success with a code": {`{"status":"1","info":"OK","infocode":"10021","geocodes":[{"location":"114.05,22.54"}]}`, waybill.RateLimited},
		"refusal with junk":   {`{"status":"0","info":"INVALID_USER_KEY","infocode":"10001","geocodes":7}`, waybill.Unauthenticated},
		"v4 refusal":          {`{"errcode":10003,"errmsg":"DAILY_QUERY_OVER_LIMIT","data":""}`, waybill.QuotaExhausted},
		"status only":         {`{"status":"0","info":"something"}`, waybill.Unknown},
		"numbers":             {`{"status":0,"infocode":10016}`, waybill.Unavailable},
	} {
		a, _ := canned(t, v.body, nil)
		if places, err := ask(a, "某处"); err == nil || waybill.CodeOf(err) != v.code {
			t.Errorf("%s: %v %v, want %v", name, places, err, v.code)
		}
	}
}

func TestEchoesAreScrubbed(t *testing.T) {
	const query = "某某路一百二十三号张三"
	a, _ := canned(t, `{"status":"0","info":"bad `+query+` key=secret-key-of-the-test near 114.057868,22.543099","infocode":"19999"}`, nil)
	_, err := ask(a, query)
	text := err.Error()
	for _, secret := range []string{query, "secret-key", "114.05", "22.54"} {
		if strings.Contains(text, secret) {
			t.Errorf("the error repeats what the vendor echoed: %q", secret)
		}
	}
	if waybill.AsError(err).VendorCode != "19999" {
		t.Errorf("got %v", err)
	}
}

func TestCredentialsRotate(t *testing.T) {
	keys := []string{"first-key", "second-key"}
	a, query := canned(t, fixture(t, "geocode_three.json"), &amapgeo.Options{
		Credentials: func(context.Context) (string, string, error) {
			if len(keys) == 0 {
				return "", "", errors.New("vault of secret-key-of-the-test is sealed")
			}
			k := keys[0]
			keys = keys[1:]
			return k, "private", nil
		}})
	for _, want := range []string{"first-key", "second-key"} {
		if _, err := ask(a, "x"); err != nil || query.Get("key") != want || len(query.Get("sig")) != 32 {
			t.Errorf("key %q: sent %v, %v", want, query, err)
		}
	}
	*query = nil
	_, err := ask(a, "x")
	if !errors.Is(err, waybill.ErrUnauthenticated) || waybill.DeliveryOf(err) != waybill.NotSent || *query != nil {
		t.Errorf("without credentials: %v", err)
	}
	if strings.Contains(err.Error(), "vault") {
		t.Errorf("the source's own words are shown: %v", err)
	}
}

func TestNamesakesTellTheirRegion(t *testing.T) {
	s := geotest.NewAmap(nil)
	defer s.Close()
	a, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: s.URL(), HTTPClient: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	places, err := ask(a, "东京")
	if err != nil || len(places) != 2 || places[0].Address.Region != "CN" || places[0].Precision != geo.PrecisionDistrict ||
		places[1].Address.Region != "HK" {
		t.Errorf("东京: %+v %v", places, err)
	}
	// The limit counts what lies within the region, not what Amap put first.
	for region, point := range map[string]int{"CN": 0, "HK": 1} {
		res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "东京", Region: region, Limit: 1})
		if err != nil || len(res.Places) != 1 || res.Places[0].Point != places[point].Point {
			t.Errorf("东京 in %s: %+v %v", region, res.Places, err)
		}
	}
	if _, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "东京", Region: "JP"}); !errors.Is(err, waybill.ErrUnsupported) {
		t.Errorf("东京 in Japan: %v", err)
	}
}

func TestCandidatesWithoutAPoint(t *testing.T) {
	const head = `{"status":"1","info":"OK","infocode":"10000","count":"1","geocodes":[{"formatted_address":"x","adcode":"440305","location":`
	for location, want := range map[string]waybill.Code{`[]`: waybill.NotFound, `""`: waybill.NotFound, `null`: waybill.NotFound,
		`"0,0"`: waybill.DataLoss, `","`: waybill.DataLoss, `"NaN,NaN"`: waybill.DataLoss, `"22.5,114"`: waybill.DataLoss} {
		a, _ := canned(t, head+location+`}]}`, nil)
		if _, err := ask(a, "x"); waybill.CodeOf(orNil(err)) != want {
			t.Errorf("%s: %v, want %v", location, err, want)
		}
	}
}
