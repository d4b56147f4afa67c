package baidugeo

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

func TestGeocodeRequest(t *testing.T) {
	for name, v := range map[string]struct {
		r    geo.GeocodeRequest
		want map[string]string
	}{
		"plain":         {geo.GeocodeRequest{Query: " 深圳市 "}, map[string]string{"address": "深圳市", "city": "", "ret_coordtype": "gcj02ll", "output": "json", "ak": testKey}},
		"city":          {geo.GeocodeRequest{Query: "中山路1号", City: "深圳市", Language: "en"}, map[string]string{"city": "深圳市", "language": ""}},
		"division code": {geo.GeocodeRequest{Query: "中山路1号", City: "440300"}, map[string]string{"city": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			a, c := adapter(t, fixture(t, "geocode_door.json"))
			if _, err := a.Geocode(t.Context(), v.r); err != nil {
				t.Fatal(err)
			}
			if c.path != "/geocoding/v3/" {
				t.Errorf("asked %s", c.path)
			}
			for name, want := range v.want {
				if got := c.query.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestGeocodeDoor(t *testing.T) {
	a, _ := adapter(t, fixture(t, "geocode_door.json"))
	res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "深圳市南山区深南大道10000号"})
	if err != nil {
		t.Fatal(err)
	}
	if res.Provider != "baidugeo" || len(res.Places) != 1 {
		t.Fatalf("served by %q, %d places", res.Provider, len(res.Places))
	}
	p := res.Places[0]
	if p.Point != (geo.Point{Lat: 22.540291234123412, Lng: 113.93446912341234, Datum: geo.GCJ02}) {
		t.Errorf("point %v", p.Point)
	}
	if p.Precision != geo.PrecisionDoor || p.Partial || p.Address != (geo.Address{Region: "CN"}) || len(p.Types) != 1 || p.Types[0] != "门址" {
		t.Errorf("got %+v", p)
	}
}

// A door was asked for and the middle of the city came.
func TestGeocodeCityInPlaceOfADoor(t *testing.T) {
	a, _ := adapter(t, fixture(t, "geocode_city.json"))
	res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "深圳市不存在路99号"})
	if err != nil {
		t.Fatal(err)
	}
	if p := res.Places[0]; p.Precision != geo.PrecisionCity || !p.Partial {
		t.Errorf("precision %v, partial %t", p.Precision, p.Partial)
	}
}

func TestPrecision(t *testing.T) {
	for _, v := range []struct {
		level, confidence, precise string
		want                       geo.Precision
	}{
		{"门址", "80", "1", geo.PrecisionDoor},
		{"门址", "75", "1", geo.PrecisionDoor},
		{"门址", "70", "1", geo.PrecisionPlace},
		{"门址", "80", "0", geo.PrecisionStreet},
		{"门址", "50", "1", geo.PrecisionStreet},
		{"门址", "30", "0", geo.PrecisionDistrict},
		{"门址", "12", "0", geo.PrecisionCity},
		{"门址", "0", "0", geo.PrecisionCity},
		{"门址", `""`, `""`, geo.PrecisionDoor},
		{"道路", "80", "1", geo.PrecisionStreet},
		{"交叉路口", "80", "1", geo.PrecisionInterpolated},
		{"地产小区", "70", "1", geo.PrecisionPlace},
		{"飞机场", "90", "1", geo.PrecisionPlace},
		{"区县", "100", "1", geo.PrecisionDistrict},
		{"乡镇", "20", "0", geo.PrecisionCity},
		{"城市", "12", "0", geo.PrecisionCity},
		{"省", "0", "0", geo.PrecisionRegion},
		{"国家", "100", "1", geo.PrecisionRegion},
		{"UNKNOWN", "80", "1", geo.PrecisionUnknown},
		{"UNKNOWN", "50", "0", geo.PrecisionStreet},
		{"", "12", "0", geo.PrecisionCity},
	} {
		a, _ := adapter(t, `{"status":0,"result":{"location":{"lng":114,"lat":22.6},"precise":`+v.precise+`,"confidence":`+v.confidence+`,"level":"`+v.level+`"}}`)
		res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "深圳"})
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Places[0].Precision; got != v.want {
			t.Errorf("%s, confidence %s, precise %s: got %v, want %v", v.level, v.confidence, v.precise, got, v.want)
		}
	}
}

func TestGeocodeOddResults(t *testing.T) {
	for name, v := range map[string]struct {
		body     string
		code     waybill.Code
		delivery waybill.Delivery
	}{
		"none":                {fixture(t, "geocode_none.json"), waybill.NotFound, waybill.NotSent},
		"empty list":          {`{"status":0,"result":[]}`, waybill.NotFound, waybill.NotSent},
		"empty object":        {`{"status":0,"result":{}}`, waybill.NotFound, waybill.NotSent},
		"zero point":          {`{"status":0,"result":{"location":{"lng":0,"lat":0}}}`, waybill.NotFound, waybill.NotSent},
		"no point":            {`{"status":0,"result":{"precise":1}}`, waybill.DataLoss, waybill.Ambiguous},
		"null point":          {`{"status":0,"result":{"location":null,"precise":1}}`, waybill.DataLoss, waybill.Ambiguous},
		"half a point":        {`{"status":0,"result":{"location":{"lng":114}}}`, waybill.DataLoss, waybill.Ambiguous},
		"swapped point":       {`{"status":0,"result":{"location":{"lng":22.5,"lat":114}}}`, waybill.DataLoss, waybill.Ambiguous},
		"point is a word":     {`{"status":0,"result":{"location":{"lng":"east","lat":22}}}`, waybill.DataLoss, waybill.Ambiguous},
		"point is not finite": {`{"status":0,"result":{"location":{"lng":"NaN","lat":22}}}`, waybill.DataLoss, waybill.Ambiguous},
		"point is a list":     {`{"status":0,"result":{"location":[114,22]}}`, waybill.DataLoss, waybill.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := adapter(t, v.body)
			res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "深圳", Key: "order-1"})
			e := wantError(t, err, v.code, v.delivery)
			if e.Ref != "order-1" || e.Op != "geocode" || len(res.Places) != 0 {
				t.Errorf("got %q %q, %d places", e.Ref, e.Op, len(res.Places))
			}
		})
	}
}

func TestGeocodeRefusesBeforeTheNetwork(t *testing.T) {
	a, c := adapter(t, fixture(t, "geocode_door.json"))
	for _, r := range []geo.GeocodeRequest{
		{Query: "Raffles Place", Region: "SG"},
		{Query: strings.Repeat("a", 85)},
		{Query: strings.Repeat("深", 29)},
	} {
		_, err := a.Geocode(t.Context(), r)
		if e := wantError(t, err, waybill.Unsupported, waybill.NotSent); e.Scope != waybill.ScopeRequest {
			t.Errorf("got scope %v", e.Scope)
		}
	}
	_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: " "})
	wantError(t, err, waybill.InvalidArgument, waybill.NotSent)
	if c.calls != 0 {
		t.Errorf("%d requests were sent", c.calls)
	}
	for _, r := range []geo.GeocodeRequest{{Query: strings.Repeat("深", 28)}, {Query: strings.Repeat(" ", 50) + strings.Repeat("a", 84)}} {
		if _, err := a.Geocode(t.Context(), r); err != nil {
			t.Errorf("84 bytes: %v", err)
		}
	}
	for most, ok := range map[int]bool{100: true, -1: true, 10: false} {
		a, _ := adapter(t, fixture(t, "geocode_door.json"), func(o *Options) { o.MaxAddress = most })
		if _, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: strings.Repeat("深", 30)}); (err == nil) != ok {
			t.Errorf("MaxAddress %d: %v", most, err)
		}
	}
}

// An account for which Baidu turns out to speak BD-09 whatever is asked.
func TestDatumsCanBeOverridden(t *testing.T) {
	table := geo.DefaultDatums().With(geo.VendorBaidu, geo.ZoneMainland, geo.BD09).
		With(geo.VendorBaidu, geo.ZoneHKMO, geo.BD09).With(geo.VendorBaidu, geo.ZoneTaiwan, geo.BD09)
	a, c := adapter(t, fixture(t, "geocode_door.json"), func(o *Options) { o.Datums = table })
	res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "深圳"})
	if err != nil {
		t.Fatal(err)
	}
	if c.query.Has("ret_coordtype") || res.Places[0].Point.Datum != geo.BD09 {
		t.Errorf("asked for %q, tagged %v", c.query.Get("ret_coordtype"), res.Places[0].Point.Datum)
	}
	a, c = adapter(t, fixture(t, "reverse_pois.json"), func(o *Options) { o.Datums = table })
	rev, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 22.5433, Lng: 113.9296}, Nearby: 1})
	if err != nil {
		t.Fatal(err)
	}
	if c.query.Get("coordtype") != "bd09ll" || c.query.Has("ret_coordtype") || rev.Nearby[0].Point.Datum != geo.BD09 {
		t.Errorf("sent %v, tagged %v", c.query, rev.Nearby[0].Point.Datum)
	}
}

// Replies recorded from the real service; they came in BD-09.
func TestRecordedGeocodes(t *testing.T) {
	for name, want := range map[string]struct {
		lng, lat  float64
		precision geo.Precision
		partial   bool
	}{
		"geocode_door.json":                {116.3084202915042, 40.05703033345938, geo.PrecisionDoor, false},
		"geocode_residential.json":         {121.45078363819293, 31.193489388753846, geo.PrecisionPlace, false},
		"geocode_road.json":                {116.30694088743103, 40.057338773497534, geo.PrecisionStreet, false},
		"geocode_city_low_confidence.json": {108.95309827919623, 34.277799897830626, geo.PrecisionCity, false},
	} {
		t.Run(name, func(t *testing.T) {
			table := geo.DefaultDatums().With(geo.VendorBaidu, geo.ZoneMainland, geo.BD09)
			a, _ := adapter(t, recorded(t, name), func(o *Options) { o.Datums = table })
			res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "地址"})
			if err != nil {
				t.Fatal(err)
			}
			p := res.Places[0]
			if math.Abs(p.Point.Lng-want.lng) > 1e-12 || math.Abs(p.Point.Lat-want.lat) > 1e-12 || p.Precision != want.precision || p.Partial != want.partial {
				t.Errorf("got %+v", p)
			}
		})
	}
}

func TestRecordedErrors(t *testing.T) {
	for name, want := range map[string]struct {
		code       waybill.Code
		scope      waybill.Scope
		delivery   waybill.Delivery
		vendorCode string
	}{
		"geocode_no_result.json":               {waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "1"},
		"geocode_missing_parameter.json":       {waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, "2"},
		"error_200_unknown_app.json":           {waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "200"},
		"error_211_sn.json":                    {waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "211"},
		"error_220_referer.json":               {waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "220"},
		"error_240_service_disabled.json":      {waybill.PermissionDenied, waybill.ScopeService, waybill.NotSent, "240"},
		"error_401_concurrency.json":           {waybill.RateLimited, waybill.ScopeService, waybill.NotSent, "401"},
		"legacy_v1_reverse_string_status.json": {waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, "reply"},
		"reverse_jsonp_wrapped.txt":            {waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, ""},
		"directionlite_driving_two_steps.json": {waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, "reply"},
		"routematrix_2x2.json":                 {waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, "reply"},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := adapter(t, recorded(t, name))
			_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "地址"})
			e := wantError(t, err, want.code, want.delivery)
			if e.Scope != want.scope || want.vendorCode != "" && e.VendorCode != want.vendorCode {
				t.Errorf("got scope %v, vendor code %q", e.Scope, e.VendorCode)
			}
			if name == "error_401_concurrency.json" && e.RetryAfter <= 0 {
				t.Error("it does not say how long to wait")
			}
		})
	}
}

func TestPlaceOutsideTheRegion(t *testing.T) {
	a, _ := adapter(t, `{"status":0,"result":{"location":{"lng":113.93,"lat":22.54},"precise":1,"confidence":80,"comprehension":100,"level":"门址"}}`)
	for region, want := range map[string]bool{"": true, "CN": true, "HK": false, "TW": false} {
		_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x", Region: region, Key: "order-7"})
		if want != (err == nil) || !want && !errors.Is(err, waybill.ErrNotFound) {
			t.Errorf("in %q: %v", region, err)
		}
	}
}
