package geo

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
)

func wantInvalid(t *testing.T, err error) {
	t.Helper()
	var e *waybill.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *waybill.Error", err)
	}
	if e.Code != waybill.InvalidArgument || e.Scope != waybill.ScopeRequest || e.Delivery != waybill.NotSent {
		t.Errorf("got %v %v %v", e.Code, e.Scope, e.Delivery)
	}
}

func TestPointValidate(t *testing.T) {
	for _, p := range []Point{{}, {90, 180, WGS84}, {-90, -180, BD09}, {22.5, 114, GCJ02}} {
		if err := p.Validate(); err != nil {
			t.Errorf("%v: %v", p, err)
		}
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, v := range []struct {
		p     Point
		field string
	}{
		{Point{nan, 0, WGS84}, "latitude"},
		{Point{-inf, 0, WGS84}, "latitude"},
		{Point{90.0000001, 0, WGS84}, "latitude"},
		{Point{-91, 0, WGS84}, "latitude"},
		{Point{114.057868, 22.543099, WGS84}, "latitude"}, // the two numbers swapped
		{Point{0, nan, WGS84}, "longitude"},
		{Point{0, inf, WGS84}, "longitude"},
		{Point{0, 180.5, WGS84}, "longitude"},
		{Point{0, -180.5, WGS84}, "longitude"},
		{Point{0, 0, Datum(3)}, "datum"},
	} {
		err := v.p.Validate()
		wantInvalid(t, err)
		if !strings.Contains(err.Error(), v.field) {
			t.Errorf("%q does not name the %s", err, v.field)
		}
		if strings.Contains(err.Error(), "114") || strings.Contains(err.Error(), "22.5") {
			t.Errorf("%q tells the coordinates", err)
		}
	}
}

func TestPointString(t *testing.T) {
	for want, p := range map[string]Point{
		"22.543099,114.057868":       {22.5430994, 114.0578681, WGS84},
		"22.540382,114.062982 gcj02": {22.540381757784, 114.062981961103, GCJ02},
		"-23.550520,-46.633308 bd09": {-23.55052, -46.633308, BD09},
		"0.000000,0.000000 unknown":  {0, 0, Datum(9)},
	} {
		if got := p.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPointIsZero(t *testing.T) {
	if !(Point{}).IsZero() || !(Point{Datum: BD09}).IsZero() {
		t.Error("no point is not zero")
	}
	if (Point{Lat: 1}).IsZero() || (Point{Lng: 1}).IsZero() {
		t.Error("a point is zero")
	}
}

func TestPointJSON(t *testing.T) {
	for want, p := range map[string]Point{
		`{"lat":22.5,"lng":114}`:                 {22.5, 114, WGS84},
		`{"lat":22.5,"lng":114,"datum":"gcj02"}`: {22.5, 114, GCJ02},
		`{"lat":-22.5,"lng":-46,"datum":"bd09"}`: {-22.5, -46, BD09},
	} {
		got, err := json.Marshal(p)
		if err != nil || string(got) != want {
			t.Errorf("got %s, %v", got, err)
		}
		var back Point
		if err := json.Unmarshal(got, &back); err != nil || back != p {
			t.Errorf("%s read as %v, %v", got, back, err)
		}
	}
	var p Point
	if err := json.Unmarshal([]byte(`{"lat":1,"lng":2,"datum":"mars"}`), &p); err == nil {
		t.Error("an unknown datum was read")
	}
	if _, err := json.Marshal(Point{Datum: 9}); err == nil {
		t.Error("an unknown datum was written")
	}
}

func TestPointIsLoggedCoarsely(t *testing.T) {
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("at", "point", Point{22.543099, 114.057868, GCJ02})
	if s := out.String(); !strings.Contains(s, "point.lat=22.5 point.lng=114.1 point.datum=gcj02") {
		t.Errorf("logged %s", s)
	}
}

func TestDistance(t *testing.T) {
	quarter := math.Pi / 2 * EarthRadius
	for _, v := range []struct {
		name string
		a, b Point
		want float64
	}{
		{"itself", Point{Lat: 22.5, Lng: 114}, Point{Lat: 22.5, Lng: 114}, 0},
		{"pole to pole", Point{Lat: 90}, Point{Lat: -90, Lng: 77}, 2 * quarter},
		{"antipodes", Point{Lat: 10, Lng: 20}, Point{Lat: -10, Lng: -160}, 2 * quarter},
		{"quarter of the equator", Point{}, Point{Lng: 90}, quarter},
		{"across the antimeridian", Point{Lng: 179.5}, Point{Lng: -179.5}, quarter / 90},
		{"one degree north", Point{Lat: 22, Lng: 114}, Point{Lat: 23, Lng: 114}, quarter / 90},
	} {
		got, back := Distance(v.a, v.b), Distance(v.b, v.a)
		if math.Abs(got-v.want) > 1e-3 || got != back {
			t.Errorf("%s: %.4f and %.4f back, want %.4f", v.name, got, back, v.want)
		}
	}
	shenzhen, hongKong := Point{Lat: 22.543099, Lng: 114.057868}, Point{Lat: 22.2819, Lng: 114.1583}
	plain := Distance(shenzhen, hongKong)
	for a := range Datum(3) {
		for b := range Datum(3) {
			if got := Distance(shenzhen.To(a), hongKong.To(b)); math.Abs(got-plain) > 1e-3 {
				t.Errorf("%v to %v: %.4f m, in WGS-84 %.4f m", a, b, got, plain)
			}
		}
	}
}

// Points close by are measured by series; they must not differ from the plain
// formula, from millimetres to where the series end, nor jump there.
func TestDistanceCloseBy(t *testing.T) {
	plain := func(a, b Point) float64 {
		const rad = math.Pi / 180
		sinLat, sinLng := math.Sin((b.Lat-a.Lat)*rad/2), math.Sin((b.Lng-a.Lng)*rad/2)
		h := sinLat*sinLat + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*sinLng*sinLng
		return 2 * EarthRadius * math.Asin(math.Sqrt(min(h, 1)))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		a := Point{Lat: 180*r.Float64() - 90, Lng: 360*r.Float64() - 180}
		reach := math.Pow(10, 8*r.Float64()-8) * 2.2 * 180 / math.Pi * 2 * closeBy
		b := Point{Lat: a.Lat + reach*(r.Float64()-0.5), Lng: a.Lng + reach*(r.Float64()-0.5)}
		if b.Validate() != nil {
			continue
		}
		got, want := Distance(a, b), plain(a, b)
		if !(math.Abs(got-want) <= 4e-15*want) || got != Distance(b, a) {
			t.Fatalf("%v to %v: %v and back %v; want %v", a, b, got, Distance(b, a), want)
		}
	}
	if d := Distance(Point{Lat: 12.5, Lng: 7.25}, Point{Lat: 12.5, Lng: 7.25}); d != 0 {
		t.Errorf("a point is %v from itself", d)
	}
}

func BenchmarkDistance(b *testing.B) {
	p, q := Point{Lat: 22.543099, Lng: 114.057868}, Point{Lat: 22.2819, Lng: 114.1583}
	b.ReportAllocs()
	for b.Loop() {
		_ = Distance(p, q)
	}
}
