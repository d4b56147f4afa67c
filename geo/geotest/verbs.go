package geotest

import (
	"context"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// plan is how a verb with requests Q, results R and cases C is tried.
type plan[Q, R, C any] struct {
	op     waybill.Verb
	do     func(p waybill.Provider, ctx context.Context, r Q) (R, error)
	served func(R) waybill.Served
	// key is where a request keeps its key, private what of it may stand in no
	// error.
	key     func(*Q) *string
	private func(Q) []string

	cases []C
	// request is a case's name and request, check what its answer must be.
	request func(C) (name string, r Q)
	check   func(t tester, ctx context.Context, c C, p waybill.Provider, res R)
	// wants is the code with which a case must fail, nil or Unknown for those
	// that must not.
	wants func(C) waybill.Code
	// mark writes a private word into a request, which is then for what nobody
	// knows, and empty reports whether an answer has nothing in it; nil where a
	// request has no place for a word, and the first case does.
	mark  func(r *Q, word string)
	empty func(R) bool
	// bad are requests wrong for everybody, refused the vendor's own limits, and
	// stranger one that no adapter can serve.
	bad      map[string]Q
	refused  func(UnsupportedCase) *Q
	stranger *Q
}

// suiteRef is the key given with requests that have none.
const suiteRef = "conformance-ref"

// verb builds what the verb is tried with.
func (x plan[Q, R, C]) verb(h *Harness) verb {
	v := verb{op: x.op}
	var nothing []call
	for i, c := range x.cases {
		name, r := x.request(c)
		k := x.call(name, r)
		k.check = func(t tester, ctx context.Context, p waybill.Provider) {
			t.Helper()
			res, err := x.do(p, ctx, x.keyed(r))
			switch want := x.want(c); {
			case want != waybill.Unknown && (err == nil || waybill.CodeOf(err) != want):
				t.Errorf("%s: got %v, want %v", name, err, want)
			case want == waybill.Unknown && err != nil:
				t.Errorf("%s: %s", name, suitetest.Why(err))
			case err == nil:
				x.check(t, ctx, c, p, res)
			}
		}
		v.good = append(v.good, k)
		if i > 0 {
			continue
		}
		if v.marked = k; x.mark != nil {
			other := r
			x.mark(&other, sentinel)
			v.marked = x.call("marked", other)
			v.marked.private = append(v.marked.private, sentinel)
			nothing = append(nothing, x.nothing(other))
		}
	}
	v.good = append(v.good, nothing...)
	for name, r := range x.bad {
		v.bad = append(v.bad, x.call(name, r))
	}
	if x.stranger != nil {
		v.refused = append(v.refused, x.call("somebody else's id", *x.stranger))
	}
	for _, c := range h.Unsupported {
		if r := x.refused(c); r != nil {
			v.refused = append(v.refused, x.call(c.Name, *r))
		}
	}
	return v
}

// nothing asks for what nobody knows: that is an error, NotFound as a rule, and
// never an answer without anything in it.
func (x plan[Q, R, C]) nothing(r Q) call {
	k := x.call("nothing known", r)
	k.check = func(t tester, ctx context.Context, p waybill.Provider) {
		t.Helper()
		if res, err := x.do(p, ctx, x.keyed(r)); err == nil && x.empty(res) {
			t.Error("an answer without anything in it, want not_found")
		}
	}
	return k
}

func (x plan[Q, R, C]) want(c C) waybill.Code {
	if x.wants == nil {
		return waybill.Unknown
	}
	return x.wants(c)
}

func (x plan[Q, R, C]) keyed(r Q) Q {
	if key := x.key(&r); *key == "" {
		*key = suiteRef
	}
	return r
}

// call is a call of a request, without a check.
func (x plan[Q, R, C]) call(name string, r Q) call {
	r = x.keyed(r)
	return call{name: name, ref: *x.key(&r), private: x.private(r),
		do: func(ctx context.Context, p waybill.Provider) (waybill.Served, error) {
			res, err := x.do(p, ctx, r)
			return x.served(res), err
		}}
}

// somebodyElses is an id of an issuer that no adapter serves.
var somebodyElses = geo.PlaceID{Issuer: "somebody-else", Value: "Marmalade-4711"}

func (h *Harness) geocodeVerb() verb {
	return plan[geo.GeocodeRequest, geo.GeocodeResult, GeocodeCase]{
		op: geo.Geocode,
		do: func(p waybill.Provider, ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
			return p.(geo.Geocoder).Geocode(ctx, r)
		},
		served:  func(r geo.GeocodeResult) waybill.Served { return r.Served },
		key:     func(r *geo.GeocodeRequest) *string { return &r.Key },
		private: func(r geo.GeocodeRequest) []string { return words(r.Query) },
		cases:   h.Geocode,
		request: func(c GeocodeCase) (string, geo.GeocodeRequest) { return c.Name, c.Request },
		check:   checkGeocode,
		mark:    func(r *geo.GeocodeRequest, word string) { r.Query = word + " Lane" },
		empty:   func(r geo.GeocodeResult) bool { return len(r.Places) == 0 },
		bad:     badGeocodes(),
		refused: func(c UnsupportedCase) *geo.GeocodeRequest { return c.Geocode },
	}.verb(h)
}

func (h *Harness) reverseVerb() verb {
	return plan[geo.ReverseGeocodeRequest, geo.ReverseGeocodeResult, ReverseCase]{
		op: geo.ReverseGeocode,
		do: func(p waybill.Provider, ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
			return p.(geo.ReverseGeocoder).ReverseGeocode(ctx, r)
		},
		served:  func(r geo.ReverseGeocodeResult) waybill.Served { return r.Served },
		key:     func(r *geo.ReverseGeocodeRequest) *string { return &r.Key },
		private: func(r geo.ReverseGeocodeRequest) []string { return digits(r.Point) },
		cases:   h.otherDatum(h.Reverse),
		request: func(c ReverseCase) (string, geo.ReverseGeocodeRequest) { return c.Name, c.Request },
		check:   checkReverse,
		bad:     badReverses(),
		refused: func(c UnsupportedCase) *geo.ReverseGeocodeRequest { return c.Reverse },
	}.verb(h)
}

// otherDatum adds the first case with its point in another datum, since a point
// comes in any; in BD-09 where it can, whose shift is the largest. A table of
// one's own may be for points of one datum.
func (h *Harness) otherDatum(cases []ReverseCase) []ReverseCase {
	if len(cases) == 0 || h.Server == nil {
		return cases
	}
	c, other := cases[0], geo.BD09
	if c.Request.Point.Datum == other {
		other = geo.WGS84
	}
	c.Name += " in " + other.String()
	c.Request.Point = c.Request.Point.To(other)
	return append(cases[:len(cases):len(cases)], c)
}

func (h *Harness) suggestVerb() verb {
	return plan[geo.SuggestRequest, geo.SuggestResult, SuggestCase]{
		op: geo.Suggest,
		do: func(p waybill.Provider, ctx context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
			return p.(geo.Suggester).Suggest(ctx, r)
		},
		served: func(r geo.SuggestResult) waybill.Served { return r.Served },
		key:    func(r *geo.SuggestRequest) *string { return &r.Key },
		private: func(r geo.SuggestRequest) []string {
			return append(append(words(r.Query), words(r.Session)...), digits(r.Near)...)
		},
		cases:   h.Suggest,
		request: func(c SuggestCase) (string, geo.SuggestRequest) { return c.Name, c.Request },
		check:   checkSuggest,
		mark:    func(r *geo.SuggestRequest, word string) { r.Query = word + " Lane" },
		empty:   func(r geo.SuggestResult) bool { return len(r.Suggestions) == 0 },
		bad:     badSuggests(),
		refused: func(c UnsupportedCase) *geo.SuggestRequest { return c.Suggest },
	}.verb(h)
}

func (h *Harness) searchVerb() verb {
	return plan[geo.SearchRequest, geo.SearchResult, SearchCase]{
		op: geo.Search,
		do: func(p waybill.Provider, ctx context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
			return p.(geo.Searcher).Search(ctx, r)
		},
		served:  func(r geo.SearchResult) waybill.Served { return r.Served },
		key:     func(r *geo.SearchRequest) *string { return &r.Key },
		private: func(r geo.SearchRequest) []string { return append(words(r.Query), digits(r.Near)...) },
		cases:   h.Search,
		request: func(c SearchCase) (string, geo.SearchRequest) { return c.Name, c.Request },
		check:   checkSearch,
		mark:    func(r *geo.SearchRequest, word string) { r.Query = word + " Lane" },
		empty:   func(r geo.SearchResult) bool { return len(r.Places) == 0 },
		bad:     badSearches(),
		refused: func(c UnsupportedCase) *geo.SearchRequest { return c.Search },
	}.verb(h)
}

func (h *Harness) placeVerb() verb {
	return plan[geo.PlaceRequest, geo.PlaceResult, PlaceCase]{
		op: geo.PlaceByID,
		do: func(p waybill.Provider, ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
			return p.(geo.PlaceGetter).Place(ctx, r)
		},
		served:  func(r geo.PlaceResult) waybill.Served { return r.Served },
		key:     func(r *geo.PlaceRequest) *string { return &r.Key },
		private: func(r geo.PlaceRequest) []string { return append(words(r.ID.Value), words(r.Session)...) },
		cases:   h.Place,
		request: func(c PlaceCase) (string, geo.PlaceRequest) { return c.Name, c.Request },
		check:   checkPlaceByID,
		wants: func(c PlaceCase) waybill.Code {
			if c.Gone {
				return waybill.NotFound
			}
			return waybill.Unknown
		},
		bad:      badPlaces(),
		refused:  func(c UnsupportedCase) *geo.PlaceRequest { return c.Place },
		stranger: &geo.PlaceRequest{ID: somebodyElses},
	}.verb(h)
}

func (h *Harness) localizeVerb() verb {
	return plan[geo.LocalizeRequest, geo.LocalizeResult, LocalizeCase]{
		op: geo.Localize,
		do: func(p waybill.Provider, ctx context.Context, r geo.LocalizeRequest) (geo.LocalizeResult, error) {
			return p.(geo.Localizer).Localize(ctx, r)
		},
		served:   func(r geo.LocalizeResult) waybill.Served { return r.Served },
		key:      func(r *geo.LocalizeRequest) *string { return &r.Key },
		private:  func(r geo.LocalizeRequest) []string { return append(words(r.ID.Value), digits(r.Point)...) },
		cases:    h.Localize,
		request:  func(c LocalizeCase) (string, geo.LocalizeRequest) { return c.Name, c.Request },
		check:    checkLocalize,
		bad:      badLocalizes(),
		refused:  func(c UnsupportedCase) *geo.LocalizeRequest { return c.Localize },
		stranger: &geo.LocalizeRequest{ID: somebodyElses, Languages: []string{"en"}},
	}.verb(h)
}

func (h *Harness) districtVerb() verb {
	return plan[geo.DistrictRequest, geo.DistrictResult, DistrictCase]{
		op: geo.Districts,
		do: func(p waybill.Provider, ctx context.Context, r geo.DistrictRequest) (geo.DistrictResult, error) {
			return p.(geo.DistrictFinder).Districts(ctx, r)
		},
		served:  func(r geo.DistrictResult) waybill.Served { return r.Served },
		key:     func(r *geo.DistrictRequest) *string { return &r.Key },
		private: func(geo.DistrictRequest) []string { return nil }, // a district is nobody's secret
		cases:   h.Districts,
		request: func(c DistrictCase) (string, geo.DistrictRequest) { return c.Name, c.Request },
		check:   checkDistricts,
		mark:    func(r *geo.DistrictRequest, word string) { r.Query = word },
		empty:   func(r geo.DistrictResult) bool { return len(r.Districts) == 0 },
		bad:     badDistricts(),
		refused: func(c UnsupportedCase) *geo.DistrictRequest { return c.Districts },
	}.verb(h)
}
