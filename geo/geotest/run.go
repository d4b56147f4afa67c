package geotest

import (
	"context"
	"math"
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

func (h *Harness) geocodeVerb() verb {
	v := verb{op: geo.Geocode}
	for _, c := range h.Geocode {
		v.good = append(v.good, geocodeCall(c.Name, c.Request, func(t tester, p waybill.Provider, res geo.GeocodeResult) {
			checkGeocode(t, c, p, res)
		}))
	}
	if len(h.Geocode) > 0 {
		r := h.Geocode[0].Request
		r.Query = sentinel + " Lane"
		v.marked = geocodeCall("marked", r, nil)
		v.marked.private = append(v.marked.private, sentinel)
	}
	for name, r := range badGeocodes() {
		v.bad = append(v.bad, geocodeCall(name, r, nil))
	}
	for _, c := range h.Unsupported {
		if c.Geocode != nil {
			v.refused = append(v.refused, geocodeCall(c.Name, *c.Geocode, nil))
		}
	}
	return v
}

func (h *Harness) reverseVerb() verb {
	v := verb{op: geo.ReverseGeocode}
	for _, c := range h.Reverse {
		v.good = append(v.good, reverseCall(c.Name, c.Request, func(t tester, p waybill.Provider, res geo.ReverseGeocodeResult) {
			checkReverse(t, c, p, res)
		}))
	}
	if len(v.good) > 0 {
		v.marked = v.good[0]
	}
	for name, r := range badReverses() {
		v.bad = append(v.bad, reverseCall(name, r, nil))
	}
	for _, c := range h.Unsupported {
		if c.Reverse != nil {
			v.refused = append(v.refused, reverseCall(c.Name, *c.Reverse, nil))
		}
	}
	return v
}

// suiteRef is the key given with requests that have none.
const suiteRef = "conformance-ref"

func geocodeCall(name string, r geo.GeocodeRequest, check func(tester, waybill.Provider, geo.GeocodeResult)) call {
	if r.Key == "" {
		r.Key = suiteRef
	}
	c := call{name: name, ref: r.Key, private: words(r.Query)}
	c.do = func(ctx context.Context, p waybill.Provider) (waybill.Served, error) {
		res, err := p.(geo.Geocoder).Geocode(ctx, r)
		return res.Served, err
	}
	c.check = func(t tester, ctx context.Context, p waybill.Provider) {
		t.Helper()
		res, err := p.(geo.Geocoder).Geocode(ctx, r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		check(t, p, res)
	}
	return c
}

func reverseCall(name string, r geo.ReverseGeocodeRequest, check func(tester, waybill.Provider, geo.ReverseGeocodeResult)) call {
	if r.Key == "" {
		r.Key = suiteRef
	}
	c := call{name: name, ref: r.Key, private: digits(r.Point)}
	c.do = func(ctx context.Context, p waybill.Provider) (waybill.Served, error) {
		res, err := p.(geo.ReverseGeocoder).ReverseGeocode(ctx, r)
		return res.Served, err
	}
	c.check = func(t tester, ctx context.Context, p waybill.Provider) {
		t.Helper()
		res, err := p.(geo.ReverseGeocoder).ReverseGeocode(ctx, r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		check(t, p, res)
	}
	return c
}

// badGeocodes are requests that no provider could serve.
func badGeocodes() map[string]geo.GeocodeRequest {
	return map[string]geo.GeocodeRequest{
		"no query":          {},
		"blank query":       {Query: " \t "},
		"long query":        {Query: strings.Repeat("a", 1025)},
		"control character": {Query: "Main\x00Street"},
		"broken text":       {Query: "Main \xff\xfe"},
		"negative limit":    {Query: "Main Street", Limit: -1},
		"large limit":       {Query: "Main Street", Limit: 21},
		"small region":      {Query: "Main Street", Region: "cn"},
		"long region":       {Query: "Main Street", Region: "CHN"},
		"odd language":      {Query: "Main Street", Language: "not a tag"},
		"unknown datum":     {Query: "Main Street", Datum: 99},
	}
}

// badReverses are requests that no provider could serve.
func badReverses() map[string]geo.ReverseGeocodeRequest {
	good := geo.Point{Lat: 22.5431, Lng: 114.0579}
	return map[string]geo.ReverseGeocodeRequest{
		"no point":         {},
		"latitude":         {Point: geo.Point{Lat: 91, Lng: 114}},
		"longitude":        {Point: geo.Point{Lat: 22, Lng: -181}},
		"not a number":     {Point: geo.Point{Lat: math.NaN(), Lng: 114}},
		"infinite":         {Point: geo.Point{Lat: 22, Lng: math.Inf(-1)}},
		"unknown datum":    {Point: geo.Point{Lat: 22, Lng: 114, Datum: 99}},
		"negative nearby":  {Point: good, Nearby: -1},
		"large nearby":     {Point: good, Nearby: 51},
		"negative radius":  {Point: good, Radius: -1},
		"large radius":     {Point: good, Radius: 5001},
		"radius no number": {Point: good, Radius: math.NaN()},
		"small region":     {Point: good, Region: "cn"},
		"odd language":     {Point: good, Language: "x"},
	}
}
