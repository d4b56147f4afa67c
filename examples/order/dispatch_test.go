package main

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/nearby"
	"github.com/waybill-go/waybill/route"
)

// lookAtDrivers holds who is sent: the one who is there first, not the nearest by
// air, never one who is busy or silent, nobody twice, and by one request each.
func lookAtDrivers(t *testing.T, a *app, out string) {
	sent := map[string]string{}
	for _, r := range a.results {
		if r.refused() {
			if r.driver != nil {
				t.Errorf("%s was refused and has driver %s", r.ID, r.driver.ID)
			}
			continue
		}
		if other := sent[r.driver.ID]; other != "" {
			t.Errorf("%s has the orders %s and %s", r.driver.ID, other, r.ID)
		}
		if sent[r.driver.ID] = r.ID; r.driver.State != "" && r.driver.State != "free" {
			t.Errorf("%s got a driver who is %s", r.ID, r.driver.State)
		}
		tables := 0
		for _, s := range r.steps {
			if s.name == stepDriver {
				tables += len(s.attempts)
			}
		}
		if tables != 1 {
			t.Errorf("%s: %d requests for the drivers' ways", r.ID, tables)
		}
	}
	if d := sent["XB-D6"]; d != "SZ-HK-07" {
		t.Errorf("XB-D6 has %q", d)
	}
	if n := fakeOf[*geotest.Amap](t, a, "amap").Accepted("/v3/distance"); n != 6 { // CN, HK and MO
		t.Errorf("Amap measured %d tables", n)
	}
	wantAll(t, orderBlock(t, out, "SZ-HK-07"), "driver    XB-D6   8.6 km by air, there in 17 min   first of 2 free ones, though 2. by air")
	wantAll(t, orderBlock(t, out, "SZ-01"), "driver    SZ-D1   1.4 km by air", "first of 2 free ones") // SZ-D2 is nearer, but busy
	wantAll(t, orderBlock(t, out, "GZ-04"), "driver    GZ-D1", "the only free one around")             // GZ-D2 is nearer, but silent
}

func TestNoDriver(t *testing.T) {
	t.Parallel()
	order := `[{"id":"TH","city_code":"BKK","pickup":{"text":"Don Mueang International Airport","region":"TH"},"dropoff":{"text":"Siam Paragon","region":"TH"},"customer":{"mail":"a@customer.example"}}]`
	code, out, _ := start(t, order, "-in", "-")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	wantAll(t, out, "✗ order 1 (TH): driver: order: dispatch: not found (no free driver within 12 km of the pick-up)")
	wantTally(t, out, stepMail, "0 0 0 0 0 0")
}

// TestClaim lets many orders want the same two drivers.
func TestClaim(t *testing.T) {
	t.Parallel()
	fleet := []*driver{{ID: "A", Lat: 1.30, Lng: 103.8}, {ID: "B", Lat: 1.31, Lng: 103.8}, {ID: "C", Lat: 1.32, Lng: 103.8, State: "busy"}, {ID: "D", Lat: 1.33, Lng: 103.8, Plates: "both"}}
	d, err := newDispatcher(fleet)
	if err != nil {
		t.Fatal(err)
	}
	a := &app{drivers: d}
	pickup := geo.Point{Lat: 1.305, Lng: 103.8}
	near, err := d.nearest(pickup, false)
	if err != nil || len(near) != 2 {
		t.Fatalf("%d drivers, %v", len(near), err)
	}
	if both, err := d.nearest(pickup, true); err != nil || len(both) != 1 || both[0].ID != "D" {
		t.Errorf("across the border: %v, %v", both, err)
	}
	cells := func(a, b time.Duration) [][]route.Cell { return [][]route.Cell{{{Duration: a}}, {{Duration: b}}} }
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[string]int{}
	for n := range 20 {
		wg.Go(func() {
			r := &result{order: &order{N: n + 1, ID: "O"}}
			err := a.assign(r, near, cells(2*time.Minute, time.Minute))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				got[r.driver.ID]++
			case waybill.CodeOf(err) != waybill.NotFound:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(got) != 2 || got["A"] != 1 || got["B"] != 1 {
		t.Errorf("drivers sent: %v", got)
	}
	if near, _ := d.nearest(pickup, false); len(near) != 0 {
		t.Errorf("%d are still free", len(near))
	}
}

// TestSendPassesOverWhoHasNoWay holds that a cell without a way is nobody's.
func TestSendPassesOverWhoHasNoWay(t *testing.T) {
	t.Parallel()
	d, err := newDispatcher([]*driver{{ID: "A", Lat: 1.30, Lng: 103.8}, {ID: "B", Lat: 1.31, Lng: 103.8}})
	if err != nil {
		t.Fatal(err)
	}
	a := &app{drivers: d}
	near := []nearby.Found[string]{{Position: nearby.Position[string]{ID: "A"}}, {Position: nearby.Position[string]{ID: "B"}}}
	none := route.NewCells(2, 1, &waybill.Error{Code: waybill.NotFound})
	if err := a.assign(&result{order: &order{N: 1, ID: "O"}}, near, none); waybill.CodeOf(err) != waybill.NotFound {
		t.Error(err)
	}
	none[1][0] = route.Cell{Duration: time.Hour}
	r := &result{order: &order{N: 1, ID: "O"}}
	if err := a.assign(r, near, none); err != nil || r.driver.ID != "B" {
		t.Errorf("%v, %v", r.driver, err)
	}
}

func TestAssignedDriver(t *testing.T) {
	t.Parallel()
	order := `[{"id":"SZ","pickup":{"text":"深圳北站","region":"CN"},"dropoff":{"text":"腾讯大厦","region":"CN"},"customer":{"mail":"a@customer.example"},
		"driver":{"phone":"13912345678","phone_region":"CN","language":"zh"}}]`
	code, out, _ := inspect(t, order, func(t *testing.T, a *app, _ string) {
		if n := fakeOf[*geotest.Amap](t, a, "amap").Accepted("/v3/distance"); n != 0 {
			t.Errorf("%d tables were asked for", n)
		}
	}, "-in", "-")
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	wantAll(t, orderBlock(t, out, "SZ"), "driver    driver-of-SZ   assigned already", "SMS aliyun ✓", "push fcm ✓")
	wantTally(t, out, stepPush, "1 1 0 0 0 0")
}

func TestReadFleet(t *testing.T) {
	t.Parallel()
	fleet, err := readFleet(embeddedFleet)
	if err != nil || len(fleet) != 21 {
		t.Fatalf("%d drivers, %v", len(fleet), err)
	}
	for in, want := range map[string]string{
		``:       "not a JSON array of drivers",
		`{}`:     "not a JSON array of drivers",
		`[null]`: "driver 1 has no id",
		`[{}]`:   "driver 1 has no id",
		`[{"id":"A","phone":"13912345678","phone_region":"CN"},{"id":"A"}]`:      "driver A is there twice",
		`[{"id":"A","phone":"12","phone_region":"CN"}]`:                          "driver A: phone: ",
		`[{"id":"A","phone":"13912345678","phone_region":"CN","state":"drunk"}]`: "driver A: state: none of free, busy, silent",
	} {
		if _, err := readFleet([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
}
