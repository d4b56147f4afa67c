package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/geo"
)

// lookAtRefusals holds that the service areas' refusal names rule
// and area, and that nobody is then sent anything.
func lookAtRefusals(t *testing.T, a *app, out string) {
	for _, r := range a.results {
		if r.refused() && (r.driver != nil || len(r.texts) > 0 || r.mailed.receipt.Provider != "" || r.fare.currency != "") {
			t.Errorf("%s was refused and yet went on", r.ID)
		}
	}
	wantAll(t, orderBlock(t, out, "PN-MUM-13"), "✗ refused: pick-up may not start here: rule role_not_allowed, area pun-in (Pune, from Mumbai)",
		"✗ refused: drop-off may not finish here: rule role_not_allowed, area mum-out (Mumbai, intercity): trips to Pune")
	wantAll(t, orderBlock(t, out, "SP-14"), "pick-up in area sao (São Paulo)", "rule deny_area, area sao-cgh (Congonhas airport): closed to vans")
	wantAll(t, orderBlock(t, out, "IN-06"), "pick-up in area mum-out (Mumbai, intercity) │ drop-off in area pun-in (Pune, from Mumbai)")
	wantAll(t, orderBlock(t, out, "SZ-HK-07"), "pick-up in city SZX (Shenzhen) │ drop-off in city HKG (Hong Kong, from the mainland)")
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	checker, err := newAreas(t.Context(), config{})
	if err != nil {
		t.Fatal(err)
	}
	a := &app{areas: checker}
	place := func(region, adcode string, lat, lng float64) found {
		var p found
		p.Point, p.Address.Region, p.Address.Adcode = geo.Point{Lat: lat, Lng: lng}, region, adcode
		return p
	}
	nanshan, yantian := place("CN", "440305", 22.5433, 113.9296), place("CN", "440308", 22.5722, 114.2640)
	haizhu, shanghai := place("CN", "440105", 23.1089, 113.3190), place("CN", "310115", 31.2, 121.6)
	central, cotai := place("HK", "", 22.285, 114.1592), place("MO", "", 22.1487, 113.5625)
	changi, seletar, sea := place("SG", "", 1.3602, 103.9898), place("SG", "", 1.41, 103.90), place("SG", "", 1.0, 103.9)
	for _, c := range []struct {
		name, city, service string
		from, to            found
		want                string
	}{
		{"within the mainland", "", "", nanshan, haizhu, "pick-up in city SZX (Shenzhen) │ drop-off in city CAN (Guangzhou)"},
		{"a district of its own", "", "", nanshan, yantian, "pick-up in city SZX (Shenzhen) │ drop-off in city SZX-YT (Shenzhen, Yantian)"},
		{"only deliveries there", "", "", yantian, nanshan, "✗ refused: pick-up may not start here: rule role_not_allowed, city SZX-YT"},
		{"a city that is not opened", "", "", nanshan, shanghai, "rule city_not_opened, a city that is not served"},
		{"a service that is not", "", "refrigerated", haizhu, nanshan, "✗ refused: pick-up may not start here: rule role_not_allowed, city CAN (Guangzhou, refrigerated)"},
		{"across the border", "", "", nanshan, cotai, "drop-off in city MFM (Macau, from the mainland)"},
		{"an adcode from a vendor abroad is not needed", "", "", nanshan, central, "drop-off in city HKG"},
		{"polygons", "SIN", "", changi, changi, "pick-up in area sin (Singapore) │ drop-off in area sin (Singapore)"},
		{"no city code", "", "", changi, changi, "pick-up in area sin"},
		{"a hole", "SIN", "", changi, seletar, "drop-off may not finish here: rule no_area, outside of all areas"},
		{"the sea", "SIN", "", sea, changi, "pick-up may not start here: rule no_area, outside of all areas"},
		{"another city's order", "HKG", "", changi, changi, "rule no_area"},
	} {
		r := &result{order: &order{ID: "A", CityCode: c.city, Service: c.service}, pickup: c.from, dropoff: c.to}
		allowed := a.admit(r)
		text := strings.Join(r.areaLines(), "\n")
		if !strings.Contains(text, c.want) || allowed != !strings.Contains(text, "✗") || allowed == r.refused() {
			t.Errorf("%s: allowed %v: %s", c.name, allowed, text)
		}
	}
	r := &result{order: &order{ID: "A"}, pickup: place("SG", "", 91, 0), dropoff: changi}
	if a.admit(r) || len(r.failed()) != 1 || r.refused() {
		t.Error("a point that cannot be one is admitted")
	}
}

// TestAreasOfTheUser takes areas and cities from files.
func TestAreasOfTheUser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	areas, cities, bad := filepath.Join(dir, "areas.geojson"), filepath.Join(dir, "cities.json"), filepath.Join(dir, "bad.geojson")
	for name, content := range map[string]string{
		areas:  `{"type":"FeatureCollection","features":[]}`,
		cities: `[{"adcode":"440300","name":"Shenzhen","allowStart":true,"allowFinish":true}]`,
		bad:    `{"type":"Feature","properties":{"id":"x"},"geometry":{"type":"Point","coordinates":[0,0]}}`,
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, _ := start(t, "", "-areas", areas, "-cities", cities)
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	wantAll(t, out, "14 orders: 1 complete, 13 refused by the service areas")
	if code, _, errs := start(t, "", "-areas", bad); code != exitUsage || !strings.Contains(errs, "the geometry is no polygon") {
		t.Errorf("exit %d: %s", code, errs)
	}
}
