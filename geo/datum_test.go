package geo

import (
	"math"
	"math/rand/v2"
	"testing"
)

// textbookGCJ is the published form of the shift, kept here as the reference for exactness and speed.
func textbookGCJ(lat, lng float64) (float64, float64) {
	const a, ee, pi = 6378245.0, 0.00669342162296594323, 3.14159265358979324
	x, y := lng-105.0, lat-35.0
	dLat := -100.0 + 2.0*x + 3.0*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x))
	dLat += (20.0*math.Sin(6.0*x*pi) + 20.0*math.Sin(2.0*x*pi)) * 2.0 / 3.0
	dLat += (20.0*math.Sin(y*pi) + 40.0*math.Sin(y/3.0*pi)) * 2.0 / 3.0
	dLat += (160.0*math.Sin(y/12.0*pi) + 320*math.Sin(y*pi/30.0)) * 2.0 / 3.0
	dLng := 300.0 + x + 2.0*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x))
	dLng += (20.0*math.Sin(6.0*x*pi) + 20.0*math.Sin(2.0*x*pi)) * 2.0 / 3.0
	dLng += (20.0*math.Sin(x*pi) + 40.0*math.Sin(x/3.0*pi)) * 2.0 / 3.0
	dLng += (150.0*math.Sin(x/12.0*pi) + 300.0*math.Sin(x/30.0*pi)) * 2.0 / 3.0
	radLat := lat / 180.0 * pi
	magic := math.Sin(radLat)
	magic = 1 - ee*magic*magic
	sqrtMagic := math.Sqrt(magic)
	dLat = (dLat * 180.0) / ((a * (1 - ee)) / (magic * sqrtMagic) * pi)
	dLng = (dLng * 180.0) / (a / sqrtMagic * math.Cos(radLat) * pi)
	return lat + dLat, lng + dLng
}

// textbookBD is the published form of Baidu's shift.
func textbookBD(lat, lng float64) (float64, float64) {
	const xpi = 3.14159265358979324 * 3000.0 / 180.0
	z := math.Sqrt(lng*lng+lat*lat) + 0.00002*math.Sin(lat*xpi)
	theta := math.Atan2(lat, lng) + 0.000003*math.Cos(lng*xpi)
	return z*math.Sin(theta) + 0.006, z*math.Cos(theta) + 0.0065
}

// near reports whether two points are the same to within tol degrees, datum included.
func near(a, b Point, tol float64) bool {
	return a.Datum == b.Datum && math.Abs(a.Lat-b.Lat) <= tol && math.Abs(a.Lng-b.Lng) <= tol
}

var vectors = []struct {
	name             string
	wgs, gcj, bd     Point
	shift, baiduMore float64 // metres
}{
	{"Beijing", Point{Lat: 39.907500, Lng: 116.391389}, Point{39.908901318631, 116.397630227952, GCJ02}, Point{39.915244911688, 116.404002919450, BD09}, 554.68, 890.49},
	{"Shanghai", Point{Lat: 31.230416, Lng: 121.473701}, Point{31.228473742247, 121.478224057393, GCJ02}, Point{31.234326581388, 121.484782472390, BD09}, 481.25, 901.33},
	{"Shenzhen", Point{Lat: 22.543099, Lng: 114.057868}, Point{22.540381757784, 114.062981961103, GCJ02}, Point{22.546040412882, 114.069531966738, BD09}, 605.91, 921.09},
	{"Chengdu", Point{Lat: 30.659462, Lng: 104.065735}, Point{30.657041178600, 104.068242463920, GCJ02}, Point{30.663070740577, 104.074736972585, BD09}, 360.54, 914.01},
	{"Urumqi", Point{Lat: 43.825592, Lng: 87.616848}, Point{43.826797436148, 87.619697998235, GCJ02}, Point{43.832941270296, 87.626148101956, BD09}, 265.02, 856.98},
	{"Lhasa", Point{Lat: 29.645554, Lng: 91.140856}, Point{29.642818042981, 91.142385410267, GCJ02}, Point{29.648547655059, 91.148976441761, BD09}, 338.23, 900.90},
	{"Mohe", Point{Lat: 53.480000, Lng: 122.536500}, Point{53.481798913949, 122.543648701837, GCJ02}, Point{53.487911656123, 122.550079657028, BD09}, 513.59, 801.91},
	{"Sanya", Point{Lat: 18.252847, Lng: 109.511909}, Point{18.251141748703, 109.515993271403, GCJ02}, Point{18.256923632162, 109.522540789810, BD09}, 471.14, 944.14},
	{"Kashgar", Point{Lat: 39.467664, Lng: 75.989138}, Point{39.467888159862, 75.992090719509, GCJ02}, Point{39.473857791239, 75.998593138796, BD09}, 254.69, 867.27},
	{"Hong Kong", Point{Lat: 22.281900, Lng: 114.158300}, Point{22.279180638750, 114.163294522970, GCJ02}, Point{22.284957791744, 114.169820817729, BD09}, 596.26, 929.29},
	{"Taipei", Point{Lat: 25.033900, Lng: 121.564500}, Point{25.030967419761, 121.568274778111, GCJ02}, Point{25.037296234491, 121.574695982473, BD09}, 500.97, 955.91},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			all := map[Datum]Point{WGS84: v.wgs, GCJ02: v.gcj, BD09: v.bd}
			for from, p := range all {
				for to, want := range all {
					if got := p.To(to); !near(got, want, 1e-9) {
						t.Errorf("%v to %v: got %.12f %.12f %v", from, to, got.Lat, got.Lng, got.Datum)
					}
				}
			}
			// The metres of the table: the same numbers read in another datum, measured on the sphere.
			if d := Distance(v.wgs, Point{Lat: v.gcj.Lat, Lng: v.gcj.Lng}); math.Abs(d-v.shift) > 0.02 {
				t.Errorf("shift to GCJ-02 is %.2f m, want %.2f", d, v.shift)
			}
			if d := Distance(Point{Lat: v.gcj.Lat, Lng: v.gcj.Lng}, Point{Lat: v.bd.Lat, Lng: v.bd.Lng}); math.Abs(d-v.baiduMore) > 0.02 {
				t.Errorf("shift to BD-09 is %.2f m, want %.2f", d, v.baiduMore)
			}
			if d := Distance(v.wgs, v.bd); d > 1e-3 {
				t.Errorf("one place in two datums is %g m apart", d)
			}
		})
	}
}

// Recorded replies of the conversion services of Amap and Baidu, and what the formulas give there.
func TestVectorsOfTheVendorsServices(t *testing.T) {
	for _, v := range []struct {
		name             string
		in, formula, was Point
	}{
		{"Amap, first", Point{39.990475, 116.481499, WGS84},
			Point{39.991754254673, 116.487585570811, GCJ02}, Point{39.991754014757, 116.487585177952, GCJ02}},
		{"Amap, second", Point{39.9076, 116.3911, WGS84},
			Point{39.909001183910, 116.397341088672, GCJ02}, Point{39.909000379775, 116.397340223525, GCJ02}},
		{"Baidu", Point{29.575429778924, 114.21892734521, WGS84},
			Point{29.579079956965, 114.230746971141, BD09}, Point{29.579087871023, 114.23075627686, BD09}},
	} {
		got := v.in.To(v.formula.Datum)
		if !near(got, v.formula, 1e-9) {
			t.Errorf("%s: got %.12f %.12f", v.name, got.Lat, got.Lng)
		}
		if d := Distance(got, v.was); d > 2 {
			t.Errorf("%s: %.2f m from the vendor's reply", v.name, d)
		}
	}
}

// The shift is a formula without a border: these places move, and it is the table that keeps vendors from moving them.
func TestFormulaHasNoBorder(t *testing.T) {
	seoul := Point{Lat: 37.566300, Lng: 126.977800}
	want := Point{37.567201516204, 126.982881910522, GCJ02}
	if got := seoul.To(GCJ02); !near(got, want, 1e-9) {
		t.Errorf("Seoul: got %v", got)
	}
	if d := Distance(seoul, Point{Lat: want.Lat, Lng: want.Lng}); math.Abs(d-458.99) > 0.02 {
		t.Errorf("Seoul would move %.2f m", d)
	}
}

func TestToEqualsTheTextbook(t *testing.T) {
	worst := 0.0
	for lat := -84.0; lat <= 84; lat += 0.737 {
		for lng := -180.0; lng <= 180; lng += 1.317 {
			p := Point{Lat: lat, Lng: lng}
			g := p.To(GCJ02)
			wantLat, wantLng := textbookGCJ(lat, lng)
			worst = max(worst, math.Abs(g.Lat-wantLat), math.Abs(g.Lng-wantLng))
			b := g.To(BD09)
			wantLat, wantLng = textbookBD(g.Lat, g.Lng)
			worst = max(worst, math.Abs(b.Lat-wantLat), math.Abs(b.Lng-wantLng))
		}
	}
	if worst > 1e-12 {
		t.Errorf("worst difference %g degrees", worst)
	}
}

// roundTrip returns by how many degrees p misses itself on the way to d and back.
func roundTrip(p Point, d Datum) float64 {
	q := p.To(d).To(p.Datum)
	return max(math.Abs(q.Lat-p.Lat), math.Abs(q.Lng-p.Lng))
}

func TestRoundTrips(t *testing.T) {
	const exact = 1e-9
	datums := [...]Datum{WGS84, GCJ02, BD09}
	check := func(t *testing.T, p Point) {
		t.Helper()
		for _, from := range datums {
			for _, to := range datums {
				p.Datum = from
				if e := roundTrip(p, to); !(e < exact) {
					t.Fatalf("%+v to %v and back misses by %g", p, to, e)
				}
			}
		}
	}
	t.Run("grid over the mainland", func(t *testing.T) {
		for lat := 4.0; lat <= 53.5; lat += 0.4 {
			for lng := 74.0; lng <= 135; lng += 0.4 {
				check(t, Point{Lat: lat, Lng: lng})
			}
		}
	})
	t.Run("anywhere", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for range 20000 {
			check(t, Point{Lat: rng.Float64()*180 - 90, Lng: rng.Float64()*360 - 180})
		}
	})
	t.Run("corners", func(t *testing.T) {
		// At 105 E the formula has a cusp.
		for _, lng := range []float64{-1e-3, -1e-5, -1e-7, -1e-9, -1e-11, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4} {
			for _, lat := range []float64{-90, 0, 22, 30, 45, 90} {
				check(t, Point{Lat: lat, Lng: 105 + lng})
			}
		}
		for _, lat := range []float64{-90, -85, -1e-9, 0, 1e-9, 35, 85, 90} {
			for _, lng := range []float64{-180, -1e-9, 0, 1e-9, 105, 180} {
				check(t, Point{Lat: lat, Lng: lng})
			}
		}
	})
}

func TestToKeepsWhatNeedsNoConversion(t *testing.T) {
	for _, p := range []Point{{1.5, 2.5, GCJ02}, {1.5, 2.5, WGS84}, {1.5, 2.5, BD09}} {
		if got := p.To(p.Datum); got != p {
			t.Errorf("%v became %v", p, got)
		}
	}
	strange := Point{1.5, 2.5, Datum(9)}
	if got := strange.To(GCJ02); got != strange {
		t.Errorf("unknown datum converted: %v", got)
	}
	if got := (Point{Lat: 1.5, Lng: 2.5}).To(Datum(9)); got != (Point{Lat: 1.5, Lng: 2.5}) {
		t.Errorf("converted to an unknown datum: %v", got)
	}
}

func TestToNeverHangs(t *testing.T) {
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 1e18, -1e6} {
		for from := range Datum(3) {
			for to := range Datum(3) {
				for _, p := range []Point{{f, 114, from}, {22, f, from}, {f, f, from}} {
					if got := p.To(to); got.Datum != to {
						t.Errorf("tagged %v, want %v", got.Datum, to)
					}
				}
			}
		}
	}
}

func TestDatumText(t *testing.T) {
	for d, want := range map[Datum]string{WGS84: "wgs84", GCJ02: "gcj02", BD09: "bd09"} {
		text, err := d.MarshalText()
		if err != nil || string(text) != want || d.String() != want {
			t.Errorf("%d: %q %v", d, text, err)
		}
		back := Datum(7)
		if err := back.UnmarshalText(text); err != nil || back != d {
			t.Errorf("%s read as %v, %v", text, back, err)
		}
	}
	if Datum(3).String() != "unknown" {
		t.Error("an unknown datum has a name")
	}
	_, err := Datum(3).MarshalText()
	wantInvalid(t, err)
	for _, text := range []string{"WGS84", "gcj-02", "bd09ll", "3", " bd09"} {
		d := BD09
		wantInvalid(t, d.UnmarshalText([]byte(text)))
		if d != BD09 {
			t.Errorf("%q changed the datum", text)
		}
	}
	d := BD09
	if err := d.UnmarshalText(nil); err != nil || d != WGS84 {
		t.Errorf("empty text: %v %v", d, err)
	}
}

func FuzzTo(f *testing.F) {
	f.Add(22.543099, 114.057868, byte(0), byte(1))
	f.Add(-90.0, 180.0, byte(1), byte(2))
	f.Add(math.NaN(), math.Inf(1), byte(2), byte(0))
	f.Fuzz(func(t *testing.T, lat, lng float64, from, to byte) {
		p := Point{Lat: lat, Lng: lng, Datum: Datum(from)}
		q := p.To(Datum(to))
		if p.Validate() != nil || !Datum(to).known() {
			return
		}
		if e := roundTrip(p, Datum(to)); !(e < 1e-9) {
			t.Errorf("%+v to %v and back misses by %g", p, Datum(to), e)
		}
		// A polar shift east is at most some 10 km on a circle held at the size it has at 85 degrees.
		if math.Abs(q.Lat-p.Lat) > 0.2 || math.Abs(q.Lng-p.Lng) > 2 {
			t.Errorf("%+v moved to %+v", p, q)
		}
	})
}

func BenchmarkTo(b *testing.B) {
	wgs := Point{Lat: 22.543099, Lng: 114.057868}
	gcj, bd := wgs.To(GCJ02), wgs.To(BD09)
	var lat, lng float64
	var p Point
	b.Run("WGS84toGCJ02/textbook", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			lat, lng = textbookGCJ(wgs.Lat, wgs.Lng)
		}
	})
	b.Run("WGS84toGCJ02", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p = wgs.To(GCJ02)
		}
	})
	b.Run("GCJ02toWGS84", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p = gcj.To(WGS84)
		}
	})
	b.Run("GCJ02toBD09/textbook", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			lat, lng = textbookBD(gcj.Lat, gcj.Lng)
		}
	})
	b.Run("GCJ02toBD09", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p = gcj.To(BD09)
		}
	})
	b.Run("BD09toGCJ02", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p = bd.To(GCJ02)
		}
	})
	b.Run("BD09toWGS84", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p = bd.To(WGS84)
		}
	})
	_, _, _ = lat, lng, p
}
