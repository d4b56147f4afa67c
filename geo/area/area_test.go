package area

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// square is the closed ring of an axis-parallel rectangle.
func square(west, south, east, north float64) Ring {
	return Ring{{Lng: west, Lat: south}, {Lng: east, Lat: south}, {Lng: east, Lat: north}, {Lng: west, Lat: north}, {Lng: west, Lat: south}}
}

func polygon(rings ...Ring) []Polygon { return []Polygon{rings} }

func at(lng, lat float64) geo.Point { return geo.Point{Lat: lat, Lng: lng} }

func index(t testing.TB, areas ...Area) *Index {
	t.Helper()
	x, problems, err := NewIndex(geo.WGS84, areas)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if !p.Repaired {
			t.Fatal(p)
		}
	}
	return x
}

func find(t testing.TB, f Finder, city string, p geo.Point, service string) []string {
	t.Helper()
	areas, err := f.Lookup(city, p, service)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, a := range areas {
		out = append(out, a.ID)
	}
	return out
}

// TestBorderIsInside pins the closed rule, with the polygon of the fact sheet and PostGIS's ST_Covers on it.
func TestBorderIsInside(t *testing.T) {
	holed := polygon(
		Ring{{0, 0}, {4, 0}, {4, 3}, {0, 3}, {0, 0}},
		Ring{{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}},
	)
	triangle := polygon(Ring{{10, 0}, {13, 1}, {10, 3}, {10, 0}})
	x := index(t,
		Area{ID: "holed", Polygons: holed},
		Area{ID: "east", Polygons: polygon(square(4, 0, 6, 3))},
		Area{ID: "triangle", Polygons: triangle},
	)
	for _, tt := range []struct {
		what     string
		lng, lat float64
		want     []string
	}{
		{"outer edge", 2, 0, []string{"holed"}},
		{"outer vertex", 0, 0, []string{"holed"}},
		{"upper horizontal edge", 1.5, 3, []string{"holed"}},
		{"interior", 0.5, 0.5, []string{"holed"}},
		{"hole edge", 1, 1.5, []string{"holed"}},
		{"horizontal hole edge", 1.5, 1, []string{"holed"}},
		{"hole vertex", 1, 1, []string{"holed"}},
		{"in the hole", 1.5, 1.5, nil},
		{"level with a hole vertex, outside", -1, 1, nil},
		{"level with a horizontal edge, outside", -1, 0, nil},
		{"level with a horizontal edge, east of it", 7, 3, nil},
		{"level with the hole's vertices, beyond it", 3, 1, []string{"holed"}},
		{"shared border", 4, 1, []string{"east", "holed"}},
		{"shared vertex", 4, 3, []string{"east", "holed"}},
		{"just east of the shared border", math.Nextafter(4, 5), 1, []string{"east"}},
		{"just west of it", math.Nextafter(4, 3), 1, []string{"holed"}},
		{"oblique edge", 11.5, 0.5, []string{"triangle"}},
		{"just below the oblique edge", 11.5, math.Nextafter(0.5, 0), nil},
		{"vertex at the query's latitude", 11, 1, []string{"triangle"}},
		{"beyond that vertex", 14, 1, nil},
		{"the vertex itself", 13, 1, []string{"triangle"}},
	} {
		if got := find(t, x, "", at(tt.lng, tt.lat), ""); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.what, got, tt.want)
		}
		for _, a := range x.Areas() {
			if a.Contains(Position{Lng: tt.lng, Lat: tt.lat}) != slices.Contains(tt.want, a.ID) {
				t.Errorf("%s: %s.Contains disagrees", tt.what, a.ID)
			}
		}
	}
}

func TestAntimeridian(t *testing.T) {
	cut := []Polygon{
		{Ring{{180, 40}, {180, 50}, {170, 50}, {170, 40}, {180, 40}}},
		{Ring{{-170, 40}, {-170, 50}, {-180, 50}, {-180, 40}, {-170, 40}}},
	}
	uncut := polygon(Ring{{170, 40}, {-170, 40}, {-170, 50}, {170, 50}, {170, 40}}, Ring{{179, 44}, {-179, 44}, {-179, 46}, {179, 46}, {179, 44}})
	both := polygon(Ring{{170, 60}, {180, 60}, {-180, 70}, {170, 70}, {170, 60}})
	on := polygon(Ring{{170, 10}, {190, 10}, {190, 20}, {170, 20}, {170, 10}})
	west := polygon(square(-180, -50, -170, -40))
	x := index(t, Area{ID: "cut", Polygons: cut}, Area{ID: "uncut", Polygons: uncut},
		Area{ID: "both", Polygons: both}, Area{ID: "on", Polygons: on}, Area{ID: "west", Polygons: west},
		Area{ID: "world", ServiceType: "world", Polygons: polygon(square(-180, -90, 180, 90))})
	for _, tt := range []struct {
		lng, lat float64
		want     []string
	}{
		{175, 45, []string{"cut", "uncut"}},
		{-175, 45, []string{"cut", "uncut"}},
		{180, 48, []string{"cut", "uncut"}},
		{-180, 48, []string{"cut", "uncut"}},
		{180, 45, []string{"cut"}},
		{-170, 45, []string{"cut", "uncut"}},
		{0, 45, nil},
		{175, 65, []string{"both"}},
		{-180, 65, []string{"both"}},
		{-175, 65, nil},
		{-175, 15, []string{"on"}},
		{180, -45, []string{"west"}},
	} {
		if got := find(t, x, "", at(tt.lng, tt.lat), ""); !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt, got, tt.want)
		}
	}
	for _, lng := range []float64{-180, -90, 0, 180} {
		if got := find(t, x, "", at(lng, 0), "world"); !slices.Equal(got, []string{"world"}) {
			t.Errorf("world at %v: %v", lng, got)
		}
	}
}

// TestDatum asks in one datum for areas in another.
func TestDatum(t *testing.T) {
	inWGS := geo.Point{Lat: 30.5728, Lng: 104.0668}
	gcj := inWGS.To(geo.GCJ02)
	around := Area{ID: "a", Polygons: polygon(square(gcj.Lng-1e-4, gcj.Lat-1e-4, gcj.Lng+1e-4, gcj.Lat+1e-4))}
	x, _, err := NewIndex(geo.GCJ02, []Area{around})
	if err != nil || x.Datum() != geo.GCJ02 {
		t.Fatal(err)
	}
	for _, p := range []geo.Point{inWGS, gcj, inWGS.To(geo.BD09)} {
		if got := find(t, x, "", p, ""); len(got) != 1 {
			t.Errorf("in %v: %v", p.Datum, got)
		}
		p.Datum = (p.Datum + 1) % 3
		if got := find(t, x, "", p, ""); len(got) != 0 {
			t.Errorf("the same numbers in %v: %v", p.Datum, got)
		}
	}
	if _, _, err := NewIndex(7, nil); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("unknown datum: %v", err)
	}
}

func TestServiceTypes(t *testing.T) {
	here, there := polygon(square(0, 0, 2, 2)), polygon(square(10, 10, 12, 12))
	x := index(t,
		Area{ID: "default", CityCode: "M", Polygons: here, AllowStart: true, AllowFinish: true, Priority: 2},
		Area{ID: "default-first", CityCode: "M", Polygons: here, Priority: 1},
		Area{ID: "b", CityCode: "M", Polygons: here, Priority: 2},
		Area{ID: "denied", CityCode: "M", Polygons: polygon(square(0, 0, 1, 1)), Deny: true, AllowStart: true, Priority: 9},
		Area{ID: "own", CityCode: "M", ServiceType: "intercity", Polygons: here, Priority: 5},
		Area{ID: "own-denied", CityCode: "M", ServiceType: "intercity", Polygons: there, Deny: true},
		Area{ID: "elsewhere", CityCode: "M", ServiceType: "truck", Polygons: there},
		Area{ID: "other-city", CityCode: "P", Polygons: here},
		Area{ID: "only-own", CityCode: "Q", ServiceType: "truck", Polygons: here},
	)
	for _, tt := range []struct {
		what, city, service string
		lng                 float64
		want                []string
	}{
		{"default set, by priority then id", "M", "", 1.5, []string{"default-first", "b", "default"}},
		{"a service type without areas uses the default", "M", "car", 1.5, []string{"default-first", "b", "default"}},
		{"deny areas of the default set too", "M", "car", 0.5, []string{"default-first", "b", "default", "denied"}},
		{"own areas only", "M", "intercity", 1.5, []string{"own"}},
		{"own areas and the default's deny areas", "M", "intercity", 0.5, []string{"own", "denied"}},
		{"own areas elsewhere: none here, and no falling back", "M", "truck", 1.5, nil},
		{"but the default's deny areas hold", "M", "truck", 0.5, []string{"denied"}},
		{"the code given counts, not the place", "P", "", 1.5, []string{"other-city"}},
		{"unknown city", "X", "", 1.5, nil},
		{"city without default areas", "Q", "car", 1.5, nil},
		{"everywhere, each city by its rule", "", "truck", 1.5, []string{"only-own", "other-city"}},
		{"everywhere", "", "", 1.5, []string{"other-city", "default-first", "b", "default"}},
	} {
		if got := find(t, x, tt.city, at(tt.lng, tt.lng), tt.service); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.what, got, tt.want)
		}
	}
	all, err := x.AppendCovering(nil, "M", at(0.5, 0.5))
	if err != nil || len(all) != 5 || all[3].ID != "own" {
		t.Errorf("covering: %d, %v", len(all), err)
	}
	if all, _ := x.AppendCovering(nil, "", at(0.5, 0.5)); len(all) != 7 {
		t.Errorf("covering everywhere: %d", len(all))
	}
	if a := x.Area("denied"); a == nil || a.Allows(Start) || a.AllowStart {
		t.Error("a deny area allows nothing")
	}
	if x.Area("nobody") != nil || x.Len() != 9 || x.Bytes() == 0 || x.String() != "area.Index(9 areas, wgs84)" {
		t.Errorf("%v", x)
	}
}

func TestLookupOfImpossiblePoints(t *testing.T) {
	x := index(t, Area{ID: "a", Polygons: polygon(square(0, 0, 1, 1))})
	for _, p := range []geo.Point{at(math.NaN(), 0), at(0, math.Inf(1)), at(0, 91), at(181, 0), {Datum: 9}} {
		dst, err := x.AppendLookup(make([]*Area, 1), "", p, "")
		var e *waybill.Error
		if !errors.As(err, &e) || e.Code != waybill.InvalidArgument || e.Provider != "area" || e.Op != "lookup" || len(dst) != 1 {
			t.Errorf("%v: %v", p, err)
		}
		if _, err := x.AppendCovering(nil, "", p); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("covering %v: %v", p, err)
		}
	}
}

func TestLookupDoesNotAllocate(t *testing.T) {
	x := index(t, Area{ID: "a", CityCode: "M", Polygons: polygon(square(0, 0, 1, 1))}, Area{ID: "b", CityCode: "M", ServiceType: "s", Polygons: polygon(square(0, 0, 1, 1))})
	dst := make([]*Area, 0, 4)
	if n := testing.AllocsPerRun(100, func() {
		dst, _ = x.AppendLookup(dst[:0], "M", at(1, 0.5), "s")
		dst, _ = x.AppendLookup(dst[:0], "", at(1, 0.5), "")
		dst, _ = x.AppendCovering(dst[:0], "M", at(1, 0.5))
	}); n != 0 || len(dst) != 2 {
		t.Errorf("%v allocations, %d found", n, len(dst))
	}
}

// TestOverlappingParts holds that parts are looked at one by one: even-odd over both would leave the overlap out.
func TestOverlappingParts(t *testing.T) {
	x := index(t, Area{ID: "a", Polygons: []Polygon{{square(0, 0, 2, 2)}, {square(1, 1, 3, 3)}}})
	if got := find(t, x, "", at(1.5, 1.5), ""); len(got) != 1 {
		t.Errorf("%v", got)
	}
}
