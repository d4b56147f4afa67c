package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/route/routetest"
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

// TestTypingClosesSessions holds that Google bills each search as one session,
// closed by one details call, and that Amap's suggestions cost no details call.
func TestTypingClosesSessions(t *testing.T) {
	t.Parallel()
	code, out, _ := inspect(t, "", func(a *app) {
		got := fakeOf[*geotest.Google](t, a, "google").Sessions()
		// SG-02, SZ-HK-07 and TH-10 were typed; the single ones are details in the
		// language of a driver.
		if got.Closed != 3 || got.Open != 0 || got.Single != 7 {
			t.Errorf("Google's sessions: %+v", got)
		}
		amap := fakeOf[*geotest.Amap](t, a, "amap")
		if suggested, details := amap.Accepted("/v3/assistant/inputtips"), amap.Accepted("/v5/place/detail"); suggested != 4 || details != 0 {
			t.Errorf("Amap: %d suggestions, %d details", suggested, details)
		}
	})
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	wantAll(t, orderBlock(t, out, "GZ-SZ-09"), "typing amap ✓ twice │ drop-off ✓ at no cost")
}

// TestSuggestionOutlivesItsVendor takes vendors down between the suggestion, which
// the app holds as JSON, and its coming back.
func TestSuggestionOutlivesItsVendor(t *testing.T) {
	t.Parallel()
	for names, c := range map[string]struct{ order, want string }{
		"google":          {"TH-10", "typing google ✓ twice │ drop-off google ✗"}, // its id is good at the second project
		"google,google-b": {"TH-10", "(found again by osm: google, which had suggested it, is down)"},
		"amap":            {"GZ-SZ-09", "typing amap ✓ twice │ drop-off ✓ at no cost"},
	} {
		t.Run(names, func(t *testing.T) {
			t.Parallel()
			code, out, _ := inspect(t, "", func(a *app) {
				// Nobody else was sent a session of Google's: two stay open there.
				first, second := fakeOf[*geotest.Google](t, a, "google").Sessions(), fakeOf[*geotest.Google](t, a, "google-b").Sessions()
				open := 2
				if names == "amap" {
					open = 0
				}
				if first.Open != open || second.Open != 0 || second.Closed != 0 {
					t.Errorf("Google's sessions: %+v and %+v", first, second)
				}
			}, "-outage", names)
			if code != exitOK {
				t.Errorf("exit %d", code)
			}
			wantClean(t, out)
			wantAll(t, orderBlock(t, out, c.order), c.want)
			if again := strings.Contains(out, "found again"); again != (names == "google,google-b") {
				t.Errorf("found again: %v\n%s", again, out)
			}
		})
	}
}

// TestDriversLanguage holds that a language costs requests only where driver and
// customer differ, and that an order goes on without it.
func TestDriversLanguage(t *testing.T) {
	t.Parallel()
	_, out, _ := start(t, "", "-outage", "baidu")
	wantAll(t, orderBlock(t, out, "SZ-HK-07"), "language baidu ✗", "the driver reads 香港中西區金融街8號", "mail smtp ✓")
	if block := orderBlock(t, out, "TW-05"); strings.Contains(block, "language") {
		t.Error("driver and customer read the same, and yet a language was asked for")
	}
	wantAll(t, out, allDone)
}

// TestBorder holds that a trip across the mainland's border is measured by a
// vendor that serves both sides, whoever is down.
func TestBorder(t *testing.T) {
	t.Parallel()
	for names, by := range map[string]string{"amap": "google-border", "amap,google,google-b": "osrm-border"} {
		t.Run(names, func(t *testing.T) {
			t.Parallel()
			code, out, _ := inspect(t, "", func(a *app) {
				asked := fakeOf[*routetest.OSRM](t, a, "osrm").Asked()
				if crossed := len(asked) > 0; !crossed && by == "osrm-border" {
					t.Error("OSRM was not asked")
				}
			}, "-outage", names)
			if code != exitOK {
				t.Errorf("exit %d", code)
			}
			wantClean(t, out)
			wantAll(t, orderBlock(t, out, "SZ-HK-07"), "CN → HK", "measured by "+by)
		})
	}
	// And the other way, from Hong Kong.
	back := `[{"id":"HK-SZ","city_code":"HKG","pickup":{"text":"Langham Place","region":"HK"},"dropoff":{"text":"深圳北站","region":"CN"},"customer":{"mail":"a@customer.example"}}]`
	code, out, _ := start(t, back, "-in", "-")
	wantAll(t, out, "✗ refused: drop-off may not finish here: rule no_area, outside of all areas") // Hong Kong's areas do not reach there
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
	if fmt.Sprint(tallyRow(t, out, stepSMS)[0]) != "0" {
		t.Error("an SMS was sent")
	}
}
