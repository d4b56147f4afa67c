package world

import (
	"math"
	"reflect"
	"testing"
)

func drive(t *testing.T, w *World, mode Mode, from, to string) (Trip, bool) {
	t.Helper()
	a, b := w.Place(from), w.Place(to)
	if a == nil || b == nil {
		t.Fatalf("no such place: %s, %s", from, to)
	}
	return w.Travel(mode, a.Lat, a.Lng, b.Lat, b.Lng, 0)
}

func lineLength(line []LatLng) (sum float64) {
	for i := 1; i < len(line); i++ {
		sum += Distance(line[i-1].Lat, line[i-1].Lng, line[i].Lat, line[i].Lng)
	}
	return sum
}

func TestDrivesLookReal(t *testing.T) {
	w := Default()
	for _, c := range []struct {
		from, to       string
		minKm, maxKm   float64
		minMin, maxMin float64
		crossing       string
	}{
		{"shenzhen-north-station", "shenzhen-tencent", 12, 22, 15, 50, ""},
		{"shenzhen-tencent", "guangzhou-canton-tower", 95, 150, 80, 180, ""},
		{"shenzhen-pingan", "hongkong-ifc", 35, 60, 50, 130, "Huanggang"},
		{"shenzhen-yantian-port", "hongkong-kwai-tsing-port", 35, 70, 50, 130, "Liantang"},
		{"shenzhen-shekou", "hongkong-airport", 25, 60, 45, 110, "Shenzhen Bay"},
		{"hongkong-airport", "macau-lisboa", 45, 70, 75, 140, "Hong Kong-Zhuhai-Macau Bridge"},
		{"guangzhou-south-station", "macau-venetian", 110, 170, 100, 200, "Gongbei"},
		{"mumbai-csmt", "pune-junction", 130, 170, 110, 220, ""},
		{"taipei-101", "taipei-main-station", 5, 9, 8, 25, ""},
		{"singapore-jewel-changi", "singapore-ion-orchard", 16, 27, 20, 45, ""},
		{"bangkok-suvarnabhumi", "bangkok-siam-paragon", 25, 40, 25, 70, ""},
		{"saopaulo-guarulhos", "saopaulo-masp", 24, 40, 25, 70, ""},
		{"singapore-ion-orchard", "bangkok-siam-paragon", 1500, 2200, 1000, 2400, ""},
	} {
		trip, ok := drive(t, w, Car, c.from, c.to)
		km, minutes := trip.Metres/1000, trip.Seconds/60
		if !ok || km < c.minKm || km > c.maxKm || minutes < c.minMin || minutes > c.maxMin {
			t.Errorf("%s to %s: %.1f km, %.0f min, %t", c.from, c.to, km, minutes, ok)
			continue
		}
		if got := append(trip.Crossings, "")[0]; got != c.crossing {
			t.Errorf("%s to %s: crosses at %q, want %q", c.from, c.to, got, c.crossing)
		}
		if length := lineLength(trip.Line); math.Abs(length/trip.Metres-1) > 0.01 {
			t.Errorf("%s to %s: the line is %.0f m long, the way %.0f m", c.from, c.to, length, trip.Metres)
		}
		a, b := w.Place(c.from), w.Place(c.to)
		if first, last := trip.Line[0], trip.Line[len(trip.Line)-1]; first != (LatLng{a.Lat, a.Lng}) || last != (LatLng{b.Lat, b.Lng}) {
			t.Errorf("%s to %s: the line goes from %v to %v", c.from, c.to, first, last)
		}
		back, _ := drive(t, w, Car, c.to, c.from)
		if math.Abs(back.Metres-trip.Metres) > 1e-6 {
			t.Errorf("%s to %s: %.0f m, and back %.0f m", c.from, c.to, trip.Metres, back.Metres)
		}
		if again, _ := drive(t, w, Car, c.from, c.to); !reflect.DeepEqual(again, trip) {
			t.Errorf("%s to %s: differs the second time", c.from, c.to)
		}
	}
}

func TestNoRoad(t *testing.T) {
	w := Default()
	for _, pair := range [][2]string{
		{"taipei-101", "shenzhen-tencent"}, {"saopaulo-masp", "mumbai-nse"}, {"bangkok-port", "mumbai-nse"}, {"hongkong-ifc", "singapore-ion-orchard"},
	} {
		if trip, ok := drive(t, w, Car, pair[0], pair[1]); ok {
			t.Errorf("%v: %.0f m", pair, trip.Metres)
		}
	}
	if _, ok := drive(t, w, Walk, "shenzhen-pingan", "hongkong-ifc"); ok {
		t.Error("walked over the border")
	}
	p := w.Place("taipei-101")
	if _, ok := w.Drive(p.Lat, p.Lng, 22, 121, 0); ok { // Orchid Island's sea
		t.Error("drove into the sea")
	}
}

func TestModes(t *testing.T) {
	w := Default()
	var seconds [Walk + 1]float64
	for mode := Car; mode <= Walk; mode++ {
		trip, ok := drive(t, w, mode, "guangzhou-teemall", "guangzhou-south-station")
		if !ok {
			t.Fatalf("mode %d: no way", mode)
		}
		seconds[mode] = trip.Seconds
	}
	if !(seconds[Car] < seconds[Truck] && seconds[Truck] < seconds[Bicycle] && seconds[Bicycle] < seconds[Walk]) {
		t.Errorf("%v", seconds)
	}
	trip, ok := drive(t, w, Truck, "guangzhou-south-station", "macau-st-paul")
	if !ok || trip.Crossings[0] != "Hengqin" {
		t.Errorf("a truck crosses at %v", trip.Crossings)
	}
}

func TestBias(t *testing.T) {
	w := Default()
	a, b := w.Place("mumbai-nse"), w.Place("pune-hinjawadi")
	plain, _ := w.Drive(a.Lat, a.Lng, b.Lat, b.Lng, Bias("amap"))
	seen := map[float64]bool{}
	for _, vendor := range []string{"amap", "baidu", "google", "osrm", "valhalla"} {
		trip, _ := w.Drive(a.Lat, a.Lng, b.Lat, b.Lng, Bias(vendor))
		if got := trip.Metres/plain.Metres - 1; math.Abs(got-Bias(vendor)) > 1e-9 || math.Abs(got) > 0.02 {
			t.Errorf("%s is off by %.4f", vendor, got)
		}
		if seen[trip.Metres] {
			t.Errorf("%s measures like another", vendor)
		}
		seen[trip.Metres] = true
	}
}

func TestShortWays(t *testing.T) {
	w := Default()
	p := w.Place("taipei-101")
	trip, ok := w.Drive(p.Lat, p.Lng, p.Lat, p.Lng, 0)
	if !ok || trip.Metres != 0 || trip.Seconds != 0 || len(trip.Line) != 2 {
		t.Errorf("to itself: %+v", trip)
	}
	trip, ok = w.Drive(p.Lat, p.Lng, p.Lat+0.001, p.Lng, 0)
	if !ok || trip.Metres < 111 || trip.Metres > 160 || len(trip.Line) != 5 {
		t.Errorf("around the corner: %+v", trip)
	}
}

func TestNearest(t *testing.T) {
	w := Default()
	p := w.Place("hongkong-ifc")
	if got, d := w.Nearest(p.Lat, p.Lng, 100); got != p || d != 0 {
		t.Errorf("%v %f", got, d)
	}
	got, d := w.Nearest(p.Lat+0.001, p.Lng, 500)
	if got != p || math.Abs(d-111.2) > 0.5 {
		t.Errorf("%v %f", got, d)
	}
	if got, d := w.Nearest(p.Lat+0.001, p.Lng, 100); got != nil || d != 0 {
		t.Errorf("%v %f", got, d)
	}
	around := w.Around(p.Lat, p.Lng, 5000)
	if len(around) < 3 || around[0].Place != p {
		t.Fatalf("%d around", len(around))
	}
	for i, n := range around {
		if n.Kind == City || n.Metres > 5000 || i > 0 && n.Metres < around[i-1].Metres {
			t.Errorf("%d: %s %f", i, n.ID, n.Metres)
		}
	}
}

func TestCityAt(t *testing.T) {
	w := Default()
	for _, p := range w.Places() {
		if got := w.CityAt(p.Lat, p.Lng); got == nil || got.ID != p.CityKey || got.Region != p.Region {
			t.Errorf("%s is said to be in %v", p.ID, got)
		}
	}
	if got := w.CityAt(0, -30); got != nil {
		t.Errorf("the Atlantic is in %s", got.ID)
	}
}

func TestDistance(t *testing.T) {
	if got := Distance(0, 0, 0, 180); math.Abs(got-20015114.35) > 1 {
		t.Errorf("%f", got)
	}
	if got := Distance(22.5, 114, 22.5, 114); got != 0 {
		t.Errorf("%f", got)
	}
}
