package routetest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/route"
)

func toyHarness(w wrong) Harness {
	return Harness{
		New:       func(base string, hc *http.Client) (waybill.Provider, error) { return newToy(w, base, hc) },
		Server:    func(testing.TB) Server { return newToyServer() },
		Vendor:    geo.VendorAmap,
		Modes:     []route.Mode{route.Car, route.Walk},
		MaxPoints: 12,
		Nowhere:   geo.Point{Lat: 33.5, Lng: 88.5},
		Codes: []CodeCase{
			{Code: "101", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
			{Code: "999", Want: waybill.Unknown, Scope: waybill.ScopeUnknown, Delivery: waybill.Ambiguous},
		},
		Secrets: []string{toyKey},
	}
}

// A right adapter passes, as any adapter's own test would show it.
func TestRightAdapter(t *testing.T) { Run(t, toyHarness("")) }

// try runs the named subtests on an adapter and returns the complaints.
func try(t *testing.T, h Harness, names ...string) []suitetest.Complaint {
	t.Helper()
	checks := slices.DeleteFunc(h.checks(), func(c check) bool { return !slices.Contains(names, c.name) })
	if len(checks) != len(names) {
		t.Fatalf("no such subtests: %v", names)
	}
	return suitetest.Try(t, "", func(t suitetest.T) { run(t, h, checks) })
}

// Each wrong adapter fails the subtest that is there for it.
func TestWrongAdapters(t *testing.T) {
	for w, name := range map[wrong]string{
		"kilometres":                   "values/pair",
		"minutes":                      "values/pair",
		"milliseconds":                 "values/pair",
		"backwards":                    "values/polyline",
		"legs backwards":               "values/legs",
		"one leg":                      "values/legs",
		"no conversion":                "values/datums",
		"no tags":                      "values/polyline",
		"no datum at all":              "values/sent",
		"a point at zero":              "values/polyline",
		"lines for all":                "values/pair",
		"steps for all":                "values/steps",
		"markup":                       "values/steps",
		"all it has":                   "values/alternatives",
		"served by nobody":             "values/pair",
		"keeps state":                  "concurrency",
		"a car for a truck":            "truck/refused_or_real",
		"an unmarked car":              "truck/car_if_allowed",
		"any mode":                     "mode/bicycle",
		"an estimate":                  "pricing",
		"traffic in prices":            "pricing",
		"no limit":                     "too_many_points",
		"does not validate":            "invalid",
		"another name":                 "mode/bicycle",
		"another verb":                 "mode/bicycle",
		"forgets the key":              "mode/bicycle",
		"a foreign error":              "mode/bicycle",
		"leaks its key":                "mode/bicycle",
		"leaks coordinates":            "mode/bicycle",
		"repeats its vendor":           "privacy/echoed_query",
		"mixes up codes":               "codes/101",
		"forgets the order":            "values/order",
		"a transposed table":           "matrix/table",
		"origins for destinations":     "matrix/direction",
		"a table of kilometres":        "matrix/one_origin",
		"one request for each":         "matrix/one_request",
		"a table without conversion":   "matrix/direction",
		"traffic in tables for prices": "matrix/pricing",
		"0 for no way":                 "matrix/no_way",
		"a car's table for a truck":    "matrix/truck",
		"any mode in a table":          "matrix/modes",
		"no limit of a table":          "matrix/limits",
		"a table without validation":   "matrix/invalid",
		"a table deaf to codes":        "matrix_codes/101",
		"a table of nothing":           "matrix_odd/odd_object",
		"does not wait":                "faults/status_429",
		"all is not found":             "faults/html_200",
		"all is not sent":              "faults/reset_before_reply_processed",
		"its time-out is the caller's": "context/attempt_timeout",
		"ignores the caller":           "context/canceled_during",
		"any base":                     "constructor",
		"prints its key":               "constructor",
	} {
		t.Run(strings.ReplaceAll(string(w), " ", "_"), func(t *testing.T) {
			t.Parallel()
			if complaints := try(t, toyHarness(w), name); len(complaints) == 0 {
				t.Errorf("%s did not find it", name)
			}
			if complaints := try(t, toyHarness(""), name); len(complaints) != 0 {
				t.Errorf("%s complains of the right adapter: %q", name, complaints)
			}
		})
	}
}

// An adapter without a network is tried where no server is needed.
func TestWithoutServer(t *testing.T) {
	h := toyHarness("")
	h.Server = nil
	for _, c := range h.checks() {
		if c.network || strings.HasPrefix(c.name, "faults/") || strings.HasPrefix(c.name, "codes/") {
			t.Errorf("%s needs a server", c.name)
		}
	}
}

// A call that hangs is one finding, and ends the run.
func TestAHangingCallStopsTheRun(t *testing.T) {
	h := toyHarness("deaf")
	h.patience = 300 * time.Millisecond
	found := suitetest.Try(t, "", func(t suitetest.T) { run(t, h, h.checks()) })
	hung := false
	for _, c := range found {
		hung = hung || strings.Contains(c.Text, "has not returned")
		if !strings.HasPrefix(c.Path, "context/") {
			t.Errorf("after the hang: %v", c)
		}
	}
	if !hung {
		t.Errorf("found %v", found)
	}
}

// A wrong answer in good weather is found once.
func TestAWrongFirstAnswerStopsTheRun(t *testing.T) {
	h := toyHarness("kilometres")
	found := suitetest.Try(t, "", func(t suitetest.T) { run(t, h, h.checks()) })
	for _, c := range found {
		if c.Path != goodAnswer {
			t.Errorf("found %v", c)
		}
	}
	if len(found) == 0 {
		t.Error("found nothing")
	}
}

// What a harness says that its vendor lacks is not asked of it, and not found.
func TestDeclarations(t *testing.T) {
	for name, change := range map[string]func(*Harness){
		"values/polyline":      func(h *Harness) { h.NoPolyline = true },
		"truck/car_if_allowed": func(h *Harness) { h.NoSubstitute = true },
	} {
		h := toyHarness("")
		change(&h)
		if found := try(t, h, name); len(found) == 0 {
			t.Errorf("%s: the toy can, the harness says it cannot, and nobody minds", name)
		}
	}
	h := toyHarness("no account")
	if found := try(t, h, "account"); len(found) == 0 {
		t.Error("an Account method that returns nil was not found")
	}
}

// What Skip names is skipped and nothing else.
func TestSkip(t *testing.T) {
	h := toyHarness("kilometres")
	h.Skip = map[string]string{}
	for _, c := range h.checks() {
		if c.name != "invalid" {
			h.Skip[c.name] = "not tried here"
		}
	}
	Run(t, h)
}

// The names of the subtests are paths without blanks, each once.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range toyHarness("").checks() {
		if seen[c.name] || strings.ContainsAny(c.name, " \t") {
			t.Errorf("%q is there twice or has blanks", c.name)
		}
		seen[c.name] = true
	}
	if len(seen) < 80 {
		t.Errorf("%d subtests only", len(seen))
	}
}

func TestTrips(t *testing.T) {
	for name, trip := range map[string]Trip{"Shenzhen": Shenzhen(), "Singapore": Singapore()} {
		long, short := geo.Distance(trip.From, trip.Via), geo.Distance(trip.Via, trip.To)
		if long < 2*short {
			t.Errorf("%s: %.0f m and %.0f m, the first must be twice the second", name, long, short)
		}
		for _, p := range trip.Points() {
			if p.Validate() != nil || p.Datum != geo.WGS84 {
				t.Errorf("%s: a point is none", name)
			}
		}
	}
}
