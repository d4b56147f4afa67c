package polyline

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// The sample of Google's description of the format.
var googlePoints = []geo.Point{{Lat: 38.5, Lng: -120.2}, {Lat: 40.7, Lng: -120.95}, {Lat: 43.252, Lng: -126.453}}

const googleText = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"

func TestKnownTexts(t *testing.T) {
	for name, v := range map[string]struct {
		points []geo.Point
		p      Precision
		text   string
	}{
		"google's sample":          {googlePoints, Precision5, googleText},
		"none":                     {nil, Precision5, ""},
		"origin":                   {[]geo.Point{{}}, Precision5, "??"},
		"smallest steps":           {[]geo.Point{{Lat: 0.00001, Lng: -0.00001}}, Precision5, "A@"},
		"smallest steps of six":    {[]geo.Point{{Lat: 0.000001, Lng: -0.000001}}, Precision6, "A@"},
		"google's sample with six": {googlePoints, Precision6, "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Encode(v.points, v.p)
			if err != nil || got != v.text {
				t.Errorf("wrote %q, %v; want %q", got, err, v.text)
			}
			points, err := Decode(v.text, v.p, geo.WGS84)
			if err != nil || len(points) != len(v.points) {
				t.Fatalf("read %d points, %v", len(points), err)
			}
			for i := range points {
				if points[i] != v.points[i] {
					t.Errorf("point %d differs", i)
				}
			}
		})
	}
}

func TestDatumIsTagged(t *testing.T) {
	for d := range geo.Datum(3) {
		points, err := Decode(googleText, Precision5, d)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range points {
			if p.Datum != d {
				t.Errorf("got %v, want %v", p.Datum, d)
			}
		}
	}
}

func TestExtremes(t *testing.T) {
	corners := []geo.Point{{Lat: 90, Lng: 180}, {Lat: -90, Lng: -180}, {Lat: 90, Lng: -180}, {Lat: -90, Lng: 180}, {}}
	for _, p := range []Precision{Precision5, Precision6} {
		s, err := Encode(corners, p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(s, p, geo.WGS84)
		if err != nil || len(back) != len(corners) {
			t.Fatalf("%d points, %v", len(back), err)
		}
		for i := range back {
			if back[i] != corners[i] {
				t.Errorf("corner %d came back elsewhere", i)
			}
		}
	}
}

func check(t *testing.T, err error, code waybill.Code, delivery waybill.Delivery) {
	t.Helper()
	var e *waybill.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *waybill.Error", err)
	}
	if e.Code != code || e.Delivery != delivery || e.Message == "" || e.Op != "polyline" {
		t.Errorf("got %v %v: %v", e.Code, e.Delivery, e)
	}
}

func TestDecodeRefuses(t *testing.T) {
	long, err := Encode([]geo.Point{{Lat: 89, Lng: 179}}, Precision6)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{
		"cut inside a number":      googleText[:len(googleText)-1],
		"one number of two":        "_p~iF",
		"unfinished at once":       "_",
		"space":                    "_p~iF ~ps|U",
		"line break":               "??\n",
		"escaped":                  `"??`,
		"high byte":                "??\xff?",
		"delete":                   "?\x7f",
		"too many bits":            "________?" + "?",
		"endless":                  strings.Repeat("_", 1<<16),
		"latitude over the pole":   "_cidP?" + "_cidP?",
		"precision six in five":    long,
		"adds up beyond the globe": strings.Repeat("?_c_lT", 20),
		"too many points":          strings.Repeat("??", MaxPoints+1),
		"too long":                 strings.Repeat("~", 2*maxWidth*MaxPoints+1),
	} {
		t.Run(name, func(t *testing.T) {
			points, err := Decode(s, Precision5, geo.WGS84)
			check(t, err, waybill.DataLoss, waybill.Ambiguous)
			if points != nil {
				t.Error("points came with the error")
			}
		})
	}
	_, err = Decode(googleText, 7, geo.WGS84)
	check(t, err, waybill.InvalidArgument, waybill.NotSent)
}

func TestEncodeRefuses(t *testing.T) {
	for name, v := range map[string]struct {
		points []geo.Point
		p      Precision
	}{
		"precision":       {googlePoints, 4},
		"not a number":    {[]geo.Point{{Lat: math.NaN()}}, Precision5},
		"infinite":        {[]geo.Point{{Lng: math.Inf(-1)}}, Precision5},
		"off the globe":   {[]geo.Point{{Lat: 91}}, Precision6},
		"mixed datums":    {[]geo.Point{{Lat: 1}, {Lat: 1, Datum: geo.GCJ02}}, Precision5},
		"too many points": {make([]geo.Point, MaxPoints+1), Precision5},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Encode(v.points, v.p)
			check(t, err, waybill.InvalidArgument, waybill.NotSent)
			if s != "" {
				t.Error("a text came with the error")
			}
		})
	}
}

func TestRoundTripIsRounding(t *testing.T) {
	var points []geo.Point
	for i := range 2000 {
		points = append(points, geo.Point{Lat: 22.5 + float64(i)*0.000137, Lng: 114.1 - float64(i*i%977)*0.0000313, Datum: geo.GCJ02})
	}
	for p, most := range map[Precision]float64{Precision5: 0.5e-5, Precision6: 0.5e-6} {
		s, err := Encode(points, p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(s, p, geo.GCJ02)
		if err != nil || len(back) != len(points) {
			t.Fatalf("%d points, %v", len(back), err)
		}
		for i := range back {
			if math.Abs(back[i].Lat-points[i].Lat) > most+1e-12 || math.Abs(back[i].Lng-points[i].Lng) > most+1e-12 {
				t.Fatalf("precision %d: point %d moved by more than half a step", p, i)
			}
		}
		if again, _ := Encode(back, p); again != s {
			t.Errorf("precision %d: rounding is not stable", p)
		}
	}
}

func TestAllocations(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { _, _ = Encode(googlePoints, Precision5) }); n > 1 {
		t.Errorf("Encode allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = Decode(googleText, Precision5, geo.WGS84) }); n > 1 {
		t.Errorf("Decode allocates %v times", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(googleText, true)
	f.Add("", false)
	f.Add("????", true)
	f.Add("_p~iF~ps|U_", false)
	f.Add(strings.Repeat("~", 40), true)
	f.Fuzz(func(t *testing.T, s string, five bool) {
		p := Precision6
		if five {
			p = Precision5
		}
		points, err := Decode(s, p, geo.BD09)
		if err != nil {
			check(t, err, waybill.DataLoss, waybill.Ambiguous)
			return
		}
		if len(points) > len(s)/2 {
			t.Fatal("more points than characters can hold")
		}
		for _, q := range points {
			if q.Validate() != nil || q.Datum != geo.BD09 {
				t.Fatal("a bad point was read")
			}
		}
		// A text may hold needless characters; what was read is written and read alike.
		text, err := Encode(points, p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(text, p, geo.BD09)
		if err != nil || len(back) != len(points) {
			t.Fatalf("%d points of %d, %v", len(back), len(points), err)
		}
		for i := range back {
			if back[i] != points[i] {
				t.Fatal("a point moved")
			}
		}
	})
}

func FuzzEncode(f *testing.F) {
	f.Add(38.5, -120.2, 40.7, -120.95)
	f.Add(90.0, 180.0, -90.0, -180.0)
	f.Add(0.0, 0.0, 1e-9, -1e-9)
	f.Fuzz(func(t *testing.T, a, b, c, d float64) {
		points := []geo.Point{{Lat: a, Lng: b}, {Lat: c, Lng: d}}
		s, err := Encode(points, Precision6)
		if err != nil {
			check(t, err, waybill.InvalidArgument, waybill.NotSent)
			return
		}
		back, err := Decode(s, Precision6, geo.WGS84)
		if err != nil || len(back) != 2 {
			t.Fatalf("%d points, %v", len(back), err)
		}
		for i := range back {
			if math.Abs(back[i].Lat-points[i].Lat) > 0.5e-6+1e-9 || math.Abs(back[i].Lng-points[i].Lng) > 0.5e-6+1e-9 {
				t.Fatal("a point moved by more than half a step")
			}
		}
	})
}

func benchPoints() []geo.Point {
	points := make([]geo.Point, 1000)
	for i := range points {
		points[i] = geo.Point{Lat: 22.5 + float64(i)*0.0002, Lng: 114.1 + float64(i%37)*0.0001}
	}
	return points
}

func BenchmarkEncode(b *testing.B) {
	points := benchPoints()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Encode(points, Precision5); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	s, err := Encode(benchPoints(), Precision5)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		if _, err := Decode(s, Precision5, geo.WGS84); err != nil {
			b.Fatal(err)
		}
	}
}
