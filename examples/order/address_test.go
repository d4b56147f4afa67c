package main

import (
	"strings"
	"testing"

	"github.com/waybill-go/waybill/geo/geotest"
)

// fakeOf is a fake as its own package has it.
func fakeOf[T any](t *testing.T, a *app, name string) T {
	t.Helper()
	f, ok := a.p.fakes[name].(httpFake)
	if !ok {
		t.Fatalf("%s is no fake of this run", name)
	}
	v, ok := f.server.(T)
	if !ok {
		t.Fatalf("%s is a %T", name, f.server)
	}
	return v
}

// lookAtSessions holds that Google bills each search as one session, closed by one
// details call, and that Amap's suggestions cost no details call.
func lookAtSessions(t *testing.T, a *app, out string) {
	// SG-02, SZ-HK-07 and TH-10 were typed; the single ones are details in the
	// language of a driver.
	if got := fakeOf[*geotest.Google](t, a, "google").Sessions(); got.Closed != 3 || got.Open != 0 || got.Single != 7 {
		t.Errorf("Google's sessions: %+v", got)
	}
	amap := fakeOf[*geotest.Amap](t, a, "amap")
	if suggested, details := amap.Accepted("/v3/assistant/inputtips"), amap.Accepted("/v5/place/detail"); suggested != 4 || details != 0 {
		t.Errorf("Amap: %d suggestions, %d details", suggested, details)
	}
	if block := orderBlock(t, out, "TW-05"); strings.Contains(block, "language") {
		t.Error("driver and customer read the same, and yet a language was asked for")
	}
}

// lookAtOpenSessions holds that nobody else was sent a session of Google's: the
// two that the outage cut stay open there.
func lookAtOpenSessions(t *testing.T, a *app, _ string) {
	first, second := fakeOf[*geotest.Google](t, a, "google").Sessions(), fakeOf[*geotest.Google](t, a, "google-b").Sessions()
	if first.Open != 2 || second.Open != 0 || second.Closed != 0 {
		t.Errorf("Google's sessions: %+v and %+v", first, second)
	}
}

// TestBack is a trip across the border the other way: Hong Kong's areas do not
// reach there.
func TestBack(t *testing.T) {
	t.Parallel()
	back := `[{"id":"HK-SZ","city_code":"HKG","pickup":{"text":"Langham Place","region":"HK"},"dropoff":{"text":"深圳北站","region":"CN"},"customer":{"mail":"a@customer.example"}}]`
	code, out, _ := start(t, back, "-in", "-")
	wantAll(t, out, "✗ refused: drop-off may not finish here: rule no_area, outside of all areas")
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
}

// TestNobodyAtHome is a typed address that no vendor knows.
func TestNobodyAtHome(t *testing.T) {
	t.Parallel()
	order := `[{"id":"NO","pickup":{"typed":"zzzz qqqq","region":"SG"},"dropoff":{"text":"Raffles Place","region":"SG"},"customer":{"mail":"a@customer.example"}}]`
	code, out, _ := start(t, order, "-in", "-")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	wantAll(t, out, "✗ order 1 (NO): typing: ", "not found", "1 order: 0 complete, 1 with a failed step")
	if tallyRow(t, out, stepSMS)[0] != "0" {
		t.Error("an SMS was sent")
	}
}
