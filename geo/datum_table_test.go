package geo

import (
	"math"
	"testing"
)

func TestDatumTable(t *testing.T) {
	for _, v := range []struct {
		vendor                  string
		mainland, hk, mo, tw    Datum
		elsewhere, onTheOpenSea Datum
	}{
		{VendorAmap, GCJ02, GCJ02, GCJ02, WGS84, WGS84, WGS84},
		{VendorBaidu, GCJ02, GCJ02, GCJ02, GCJ02, WGS84, WGS84},
		{VendorBaidu9, BD09, BD09, BD09, BD09, WGS84, WGS84},
		{VendorGoogle, GCJ02, WGS84, WGS84, WGS84, WGS84, WGS84},
		{VendorOSM, WGS84, WGS84, WGS84, WGS84, WGS84, WGS84},
		{"a vendor of one's own", WGS84, WGS84, WGS84, WGS84, WGS84, WGS84},
	} {
		t.Run(v.vendor, func(t *testing.T) {
			for _, table := range []DatumTable{{}, DefaultDatums()} {
				for region, want := range map[string]Datum{
					"CN": v.mainland, "HK": v.hk, "MO": v.mo, "TW": v.tw, "JP": v.elsewhere, "KR": v.elsewhere, "": v.onTheOpenSea,
				} {
					if got := table.Datum(v.vendor, region); got != want {
						t.Errorf("%q: got %v, want %v", region, got, want)
					}
				}
			}
		})
	}
}

func TestDatumTableWith(t *testing.T) {
	base := DefaultDatums()
	one := base.With(VendorAmap, ZoneTaiwan, GCJ02)
	two := one.With(VendorAmap, ZoneTaiwan, BD09).With("tianditu", ZoneMainland, GCJ02)
	if base.Datum(VendorAmap, "TW") != WGS84 || one.Datum(VendorAmap, "TW") != GCJ02 || two.Datum(VendorAmap, "TW") != BD09 {
		t.Error("a copy changed its original")
	}
	if two.Datum("tianditu", "CN") != GCJ02 || one.Datum("tianditu", "CN") != WGS84 {
		t.Error("a new vendor is not in its table only")
	}
	if two.Datum(VendorAmap, "CN") != GCJ02 || two.Datum(VendorBaidu, "TW") != GCJ02 {
		t.Error("another cell changed")
	}
}

func TestZones(t *testing.T) {
	for region, want := range map[string]Zone{"CN": ZoneMainland, "HK": ZoneHKMO, "MO": ZoneHKMO, "TW": ZoneTaiwan, "JP": ZoneElsewhere, "": ZoneElsewhere, "cn": ZoneElsewhere} {
		if got := ZoneOf(region); got != want {
			t.Errorf("%q: got %v, want %v", region, got, want)
		}
	}
	for z, want := range map[Zone]string{ZoneMainland: "mainland", ZoneHKMO: "hk_mo", ZoneTaiwan: "taiwan", ZoneElsewhere: "elsewhere", 9: "elsewhere"} {
		if got := z.String(); got != want {
			t.Errorf("%d: got %q", z, got)
		}
	}
}

// The shift stops where the vendors stop: Seoul, Hanoi, Delhi and their like go out and come in as they are, though the
// rectangles of other libraries contain them.
func TestNothingMovesAbroad(t *testing.T) {
	for _, v := range places {
		z := ZoneOf(v.region)
		if z != ZoneElsewhere {
			continue
		}
		p := Point{Lat: v.lat, Lng: v.lng}
		for _, vendor := range []string{VendorAmap, VendorBaidu, VendorBaidu9, VendorGoogle, VendorOSM} {
			for _, region := range []string{"", v.region} {
				if got := DefaultDatums().Out(vendor, p, region); got != p {
					t.Errorf("%s out to %s became %v", v.name, vendor, got)
				}
			}
		}
		for _, want := range []Datum{WGS84, GCJ02, BD09} {
			if got := AsAsked(p, want); got != p {
				t.Errorf("%s asked in %v became %v", v.name, want, got)
			}
			if got := AsAsked(p.To(want), want); !near(got, p, 1e-9) {
				t.Errorf("%s given and asked in %v became %v", v.name, want, got)
			}
		}
	}
}

func TestAsAsked(t *testing.T) {
	for _, v := range places {
		p := Point{Lat: v.lat, Lng: v.lng}
		shifted := v.region == "CN" || v.region == "HK" || v.region == "MO"
		for _, from := range []Datum{WGS84, GCJ02, BD09} {
			for _, want := range []Datum{WGS84, GCJ02, BD09} {
				expected := p
				if shifted {
					expected = p.To(want)
				}
				if got := AsAsked(p.To(from), want); !near(got, expected, 1e-9) {
					t.Errorf("%s from %v in %v: got %v, want %v", v.name, from, want, got, expected)
				}
			}
		}
	}
}

// What goes out to a vendor comes in again as the same place, at every place that is farther from a border of zones than a
// point moves.
func TestOutAndIn(t *testing.T) {
	table := DefaultDatums()
	checked := 0
	check := func(lat, lng float64) {
		p := Point{Lat: lat, Lng: lng}
		region, _ := RegionOf(p)
		for angle := range 8 {
			s, c := math.Sincos(float64(angle) * math.Pi / 4)
			around, _ := RegionOf(Point{Lat: lat + 0.02*s, Lng: lng + 0.03*c})
			if ZoneOf(around) != ZoneOf(region) {
				return
			}
		}
		checked++
		for _, vendor := range []string{VendorAmap, VendorBaidu, VendorBaidu9, VendorGoogle, VendorOSM} {
			out := table.Out(vendor, p, "")
			if out.Datum != table.Datum(vendor, region) {
				t.Errorf("%s at %v: out in %v", vendor, p, out.Datum)
			}
			if in := table.In(vendor, out.Lat, out.Lng); in != out {
				t.Errorf("%s at %v, region %q: out %v, in %v", vendor, p, region, out, in)
			}
		}
	}
	for lat := 0.0; lat < 56; lat += 0.83 {
		for lng := 70.0; lng < 142; lng += 0.97 {
			check(lat, lng)
		}
	}
	if checked < 3500 {
		t.Errorf("only %d places were far enough from borders", checked)
	}
}

// Close to the border: Amap shifts on both banks of the Shenzhen river, Google is taken not to, and a point of Sinuiju
// stays where it is though it is half a kilometre from Dandong.
func TestInCloseToTheBorder(t *testing.T) {
	table := DefaultDatums()
	for _, v := range []struct {
		name, vendor string
		p            Point // as the vendor gives it
	}{
		{"Luohu", VendorAmap, Point{Lat: 22.5322, Lng: 114.1130}.To(GCJ02)},
		{"Lo Wu", VendorAmap, Point{Lat: 22.5281, Lng: 114.1131}.To(GCJ02)},
		{"Luohu", VendorBaidu9, Point{Lat: 22.5322, Lng: 114.1130}.To(BD09)},
		{"Lo Wu", VendorBaidu9, Point{Lat: 22.5281, Lng: 114.1131}.To(BD09)},
		{"Lo Wu", VendorGoogle, Point{Lat: 22.5281, Lng: 114.1131}},
		{"Lok Ma Chau", VendorGoogle, Point{Lat: 22.5108, Lng: 114.0748}},
		{"Barrier Gate", VendorGoogle, Point{Lat: 22.2153, Lng: 113.5490}},
		{"Dandong", VendorAmap, Point{Lat: 40.1245, Lng: 124.3830}.To(GCJ02)},
		{"Sinuiju", VendorAmap, Point{Lat: 40.0950, Lng: 124.4000}},
		{"Lao Cai", VendorAmap, Point{Lat: 22.4700, Lng: 103.9710}},
	} {
		if got := table.In(v.vendor, v.p.Lat, v.p.Lng); got != v.p {
			t.Errorf("%s of %s: got %v, want %v", v.name, v.vendor, got, v.p)
		}
	}
}

// Numbers that no reading makes sense of, inside the line as they stand and outside when shifted back, are the mainland's.
func TestInWhereNoReadingIsConsistent(t *testing.T) {
	table := DefaultDatums()
	found := 0
	for lat := 39.9; lat < 40.3; lat += 0.001 {
		for lng := 124.2; lng < 124.6; lng += 0.001 {
			raw, _ := RegionOf(Point{Lat: lat, Lng: lng})
			back, _ := RegionOf(Point{Lat: lat, Lng: lng, Datum: GCJ02})
			if raw == "CN" && back != "CN" {
				found++
				if got := table.In(VendorAmap, lat, lng); got.Datum != GCJ02 {
					t.Errorf("got %v", got)
				}
			}
		}
	}
	if found == 0 {
		t.Error("there was no such place")
	}
}

func TestInOfNoPosition(t *testing.T) {
	for _, f := range []float64{math.NaN(), math.Inf(1), 1e300} {
		for _, vendor := range []string{VendorAmap, VendorBaidu9, VendorGoogle, VendorOSM} {
			if p := DefaultDatums().In(vendor, f, f); p.Validate() == nil {
				t.Errorf("%v passes", p)
			}
		}
	}
}

func TestTableDoesNotAllocate(t *testing.T) {
	table := DefaultDatums().With(VendorAmap, ZoneTaiwan, GCJ02)
	p := Point{Lat: 22.5431, Lng: 114.0579}
	if n := testing.AllocsPerRun(100, func() {
		out := table.Out(VendorAmap, p, "")
		in := table.In(VendorAmap, out.Lat, out.Lng)
		p = AsAsked(in, WGS84)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
