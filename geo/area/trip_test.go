package area

import (
	"errors"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

func tripIndex(t *testing.T) *Index {
	city, far := polygon(square(0, 0, 2, 2)), polygon(square(10, 10, 12, 12))
	return index(t,
		Area{ID: "start", CityCode: "M", Polygons: city, AllowStart: true},
		Area{ID: "way", CityCode: "M", Polygons: city, AllowMiddle: true, Priority: 1},
		Area{ID: "far", CityCode: "M", Polygons: far, AllowFinish: true},
		Area{ID: "port", CityCode: "M", Polygons: polygon(square(1, 1, 2, 2)), Deny: true, Priority: 9},
		Area{ID: "farther", CityCode: "M", Polygons: polygon(square(20, 20, 22, 22)), AllowFinish: true},
	)
}

func TestCheckTrip(t *testing.T) {
	x := tripIndex(t)
	home, port, away, sea := at(0.5, 0.5), at(1, 1), at(11, 11), at(50, 50)
	for _, tt := range []struct {
		what  string
		stops []Stop
		rules []Rule
		areas []string
	}{
		{"allowed", []Stop{{Point: home}, {Point: home}, {Point: away}}, []Rule{0, 0, 0}, []string{"start", "way", "far"}},
		{"start only", []Stop{{Point: home}}, []Rule{0}, []string{"start"}},
		{"finish in pieces", []Stop{{Point: away, Role: Finish}}, []Rule{0}, []string{"far"}},
		{"backwards", []Stop{{Point: away}, {Point: home}}, []Rule{RoleNotHere, RoleNotHere}, []string{"far", "start"}},
		{"deny area, on its corner", []Stop{{Point: port}, {Point: away}}, []Rule{DenyArea, 0}, []string{"port", "far"}},
		{"at sea", []Stop{{Point: home}, {Point: sea}}, []Rule{0, NoArea}, []string{"start", ""}},
	} {
		v, err := x.CheckTrip("M", "any", tt.stops)
		if err != nil {
			t.Fatal(err)
		}
		allowed := true
		for i, s := range v.Stops {
			id := ""
			if s.Area != nil {
				id = s.Area.ID
			}
			if s.Rule != tt.rules[i] || id != tt.areas[i] || s.Allowed != (s.Rule == NotRefused) || s.Role == ByPlace {
				t.Errorf("%s: stop %d: %v by %q as %v", tt.what, i, s.Rule, id, s.Role)
			}
			allowed = allowed && s.Allowed
		}
		if v.Allowed != allowed {
			t.Errorf("%s: %v", tt.what, v.Allowed)
		}
	}
	for what, stops := range map[string][]Stop{"no stop": nil, "unknown role": {{Role: 7}}, "stop 1: ": {{Point: home}, {Point: at(0, 91)}}} {
		_, err := x.CheckTrip("M", "", stops)
		var e *waybill.Error
		if !errors.As(err, &e) || e.Code != waybill.InvalidArgument || e.Op != "check_trip" || strings.Contains(e.Error(), "91") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTripRules(t *testing.T) {
	x := tripIndex(t)
	trip := []Stop{{Point: at(0.5, 0.5)}, {Point: at(11, 11)}}
	for _, tt := range []struct {
		what  string
		rules []TripRule
		want  string // the refusing rule
	}{
		{"none", nil, ""},
		{"must finish farther", []TripRule{{ID: "r", From: []string{"start"}, To: []string{"farther"}}}, "r"},
		{"may finish far", []TripRule{{ID: "r", From: []string{"start"}, To: []string{"farther", "far"}}}, ""},
		{"must not finish far", []TripRule{{ID: "r", To: []string{"far"}, Deny: true}}, "r"},
		{"another start", []TripRule{{ID: "r", From: []string{"farther"}, To: []string{"farther"}}}, ""},
		{"another city", []TripRule{{ID: "r", CityCode: "P", To: []string{"farther"}}}, ""},
		{"another service", []TripRule{{ID: "r", ServiceType: "s", To: []string{"farther"}}}, ""},
		{"the second of two", []TripRule{{ID: "q", From: []string{"way"}, To: []string{"far"}}, {ID: "r", To: nil}}, "r"},
	} {
		y, err := x.WithTripRules(tt.rules...)
		if err != nil {
			t.Fatal(err)
		}
		v, err := y.CheckTrip("M", "", trip)
		if last := v.Stops[1]; err != nil || last.TripRule != tt.want || v.Allowed != (tt.want == "") || tt.want != "" && (last.Rule != BetweenStops || last.Area == nil) {
			t.Errorf("%s: %+v, %v", tt.what, last, err)
		}
		if single, _ := y.CheckTrip("M", "", trip[:1]); !single.Allowed {
			t.Errorf("%s: a start alone is refused", tt.what)
		}
	}
	for _, r := range []TripRule{{}, {ID: "r", To: []string{"nowhere"}}} {
		if _, err := x.WithTripRules(r); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%v: %v", r, err)
		}
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		Start.String(): "start", Role(9).String(): "role_9", DenyArea.String(): "deny_area", BetweenStops.String(): "between_stops", Rule(77).String(): "rule_77",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if b, err := NoArea.MarshalText(); string(b) != "no_area" || err != nil {
		t.Errorf("%s %v", b, err)
	}
}

func openedCities(t *testing.T) *Cities {
	t.Helper()
	c, err := ReadCities(strings.NewReader(`[
		{"cityCode":"SZX","adcode":"440300","name":"Shenzhen","allowStart":true,"allowMiddle":true,"allowFinish":true},
		{"cityCode":"SZX","adcode":"440300","serviceType":"truck","allowFinish":true},
		{"adcode":"440305","serviceType":"truck","allowStart":true},
		{"adcode":"110000","allowStart":true},
		{"cityCode":"HZH","serviceType":"truck","allowStart":true}]`))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCities(t *testing.T) {
	c := openedCities(t)
	if c.Len() != 5 {
		t.Errorf("%d entries", c.Len())
	}
	for _, tt := range []struct {
		code, service string
		start, finish bool
	}{
		{"SZX", "", true, true}, {"440300", "car", true, true}, {"440306", "car", true, true},
		{"SZX", "truck", false, true}, {"440306", "truck", false, true}, {"440305", "truck", true, false},
		{"440305", "car", false, false}, // the narrowest entry decides, and has no default
		{"110105", "", true, false}, {"HZH", "truck", true, false}, {"HZH", "", false, false}, {"310000", "", false, false}, {"", "", false, false},
	} {
		entry := c.City(tt.code, tt.service)
		if start, finish := entry != nil && entry.Allows(Start), entry != nil && entry.Allows(Finish); start != tt.start || finish != tt.finish {
			t.Errorf("%s %s: %v %v", tt.code, tt.service, start, finish)
		}
	}
	v, err := c.CheckTrip("SZX", "truck", []Stop{{CityCode: "440305"}, {}, {CityCode: "999999"}})
	if err != nil || v.Allowed || v.Stops[0].Rule != NotRefused || v.Stops[1].Rule != RoleNotHere || v.Stops[1].City.CityCode != "SZX" || v.Stops[2].Rule != CityNotOpened {
		t.Errorf("%+v %v", v, err)
	}
	if _, err := c.CheckTrip("SZX", "", []Stop{{Point: at(0, 99)}}); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Error(err)
	}
	for _, bad := range []string{``, `{}`, `[{}]`, `[{"adcode":"4403"}]`, `[{"cityCode":"A"},{"cityCode":"A"}]`, `[{"cityCode":"A"}`, `[] []`, `[{"cityCode":1}]`} {
		if _, err := ReadCities(strings.NewReader(bad)); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestByRegion(t *testing.T) {
	shenzhen := geo.Point{Lat: 22.54, Lng: 114.06}
	polygons := index(t, Area{ID: "hk", CityCode: "HK", Polygons: polygon(square(114.1, 22.2, 114.3, 22.4)), AllowStart: true, AllowFinish: true})
	b, err := NewByRegion(polygons, map[string]Checker{"CN": openedCities(t)})
	if err != nil {
		t.Fatal(err)
	}
	hongKong := geo.Point{Lat: 22.28, Lng: 114.16}
	for _, tt := range []struct {
		what, city string
		stops      []Stop
		want       bool
	}{
		{"mainland by point", "SZX", []Stop{{Point: shenzhen}, {Point: shenzhen}}, true},
		{"Hong Kong by point", "HK", []Stop{{Point: hongKong}, {Point: hongKong}}, true},
		{"the mainland has no polygons", "HK", []Stop{{Point: shenzhen}}, false},
		{"region given", "SZX", []Stop{{Point: hongKong, Region: "CN"}}, true},
		{"at sea: elsewhere", "HK", []Stop{{Point: geo.Point{Lat: 1, Lng: -30}}}, false},
	} {
		if v, err := b.CheckTrip(tt.city, "", tt.stops); err != nil || v.Allowed != tt.want {
			t.Errorf("%s: %+v, %v", tt.what, v, err)
		}
	}
	if _, err := b.CheckTrip("", "", nil); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Error(err)
	}
	for _, regions := range []map[string]Checker{{"cn": polygons}, {"CN": nil}} {
		if _, err := NewByRegion(polygons, regions); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Error(err)
		}
	}
	if _, err := NewByRegion(nil, nil); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Error(err)
	}
}
