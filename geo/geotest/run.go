package geotest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// Run tries the adapter against everything that the contracts of package geo
// promise, in subtests named verb/group/case.
func Run(t *testing.T, h Harness) {
	t.Helper()
	run(suitetest.Of(t), h)
}

// tester is what the suite runs on.
type tester = suitetest.T

// verb is one verb of the adapter with what it is tried with.
type verb struct {
	op waybill.Verb
	// good has a call for every known answer, each of which checks what it
	// got. bad has requests that are wrong for everybody, refused such that
	// this vendor cannot serve.
	good         []call
	bad, refused []call
	// marked is a request for what no server knows.
	marked call
}

// call is one request. Its private words must appear in no error.
type call struct {
	name    string
	private []string
	ref     string
	do      func(ctx context.Context, p waybill.Provider) (waybill.Served, error)
	check   func(t tester, ctx context.Context, p waybill.Provider)
}

func run(t tester, h Harness) {
	t.Helper()
	(&suite{Harness: &h, halt: new(suitetest.Halt)}).run(t)
}

// suite is a harness with the state of its run.
type suite struct {
	*Harness
	halt *suitetest.Halt
	// patience bounds every call; 0 means the default.
	patience time.Duration
}

func (h *suite) run(t tester) {
	t.Helper()
	if h.New == nil {
		t.Fatal("geotest: the harness needs New")
	}
	b := h.bench(t)
	if b.s != nil {
		b.s.Close()
	}
	p := b.p
	verbs := h.verbs(t, p)
	if len(verbs) == 0 {
		t.Fatalf("%s implements no verb of package geo", p.Name())
	}
	h.skips().Group(t, "provider", func(t tester, sub suitetest.Sub) {
		sub("names", func(t tester) { suitetest.Provider(t, p, h.leaks()) })
		if _, ok := p.(waybill.Accounted); ok {
			sub("account", func(t tester) { suitetest.Account(t, p, h.leaks()) })
		}
		if h.Server != nil {
			sub("bad_urls", func(t tester) { suitetest.BaseURLs(t, h.New) })
		}
	})
	for _, v := range verbs {
		t.Group(strings.ReplaceAll(string(v.op), " ", "_"), func(t tester) { h.runVerb(t, v) })
	}
}

// verbs builds what each implemented verb is tried with.
func (h *suite) verbs(t tester, p waybill.Provider) []verb {
	var out []verb
	offered := func(v waybill.Verb, asserted bool) bool {
		if c, ok := p.(waybill.Capable); ok {
			for _, have := range c.Verbs() {
				if have == v {
					return true
				}
			}
			return false
		}
		return asserted
	}
	add := func(v waybill.Verb, asserted bool, build func() verb) {
		if offered(v, asserted) {
			out = append(out, build())
		}
	}
	_, geocoder := p.(geo.Geocoder)
	_, reverser := p.(geo.ReverseGeocoder)
	_, suggester := p.(geo.Suggester)
	_, searcher := p.(geo.Searcher)
	_, getter := p.(geo.PlaceGetter)
	_, localizer := p.(geo.Localizer)
	_, districts := p.(geo.DistrictFinder)
	add(geo.Geocode, geocoder, h.geocodeVerb)
	add(geo.ReverseGeocode, reverser, h.reverseVerb)
	add(geo.Suggest, suggester, h.suggestVerb)
	add(geo.Search, searcher, h.searchVerb)
	add(geo.PlaceByID, getter, h.placeVerb)
	add(geo.Localize, localizer, h.localizeVerb)
	add(geo.Districts, districts, h.districtVerb)
	for _, v := range out {
		if len(v.good) == 0 {
			t.Fatalf("the harness has no case for the verb %q", v.op)
		}
	}
	return out
}
