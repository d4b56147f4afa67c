package geotest

import (
	"context"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// ask is one verb of an adapter, and served who served its result.
type ask[Q, R any] struct {
	do     func(p waybill.Provider, ctx context.Context, r Q) (R, error)
	served func(R) waybill.Served
}

// call makes a call of a request, checked by check, whose private words must
// appear in no error.
func (a ask[Q, R]) call(name, ref string, private []string, r Q, check func(tester, context.Context, waybill.Provider, R)) call {
	c := call{name: name, ref: ref, private: private}
	c.do = func(ctx context.Context, p waybill.Provider) (waybill.Served, error) {
		res, err := a.do(p, ctx, r)
		return a.served(res), err
	}
	c.check = func(t tester, ctx context.Context, p waybill.Provider) {
		t.Helper()
		res, err := a.do(p, ctx, r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		check(t, ctx, p, res)
	}
	return c
}

func (h *Harness) suggestVerb() verb {
	a := ask[geo.SuggestRequest, geo.SuggestResult]{
		func(p waybill.Provider, ctx context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
			return p.(geo.Suggester).Suggest(ctx, r)
		},
		func(r geo.SuggestResult) waybill.Served { return r.Served },
	}
	one := func(name string, r geo.SuggestRequest, check func(tester, context.Context, waybill.Provider, geo.SuggestResult)) call {
		r.Key = keyOr(r.Key)
		private := append(words(r.Query), digits(r.Near)...)
		if r.Session != "" {
			private = append(private, r.Session)
		}
		return a.call(name, r.Key, private, r, check)
	}
	v := verb{op: geo.Suggest}
	for i, c := range h.Suggest {
		v.good = append(v.good, one(c.Name, c.Request, func(t tester, ctx context.Context, p waybill.Provider, res geo.SuggestResult) {
			checkSuggest(t, ctx, c, p, res)
		}))
		if i == 0 {
			r := c.Request
			r.Query = sentinel + " Lane"
			v.marked = one("marked", r, nil)
			v.marked.private = append(v.marked.private, sentinel)
		}
	}
	for name, r := range badSuggests() {
		v.bad = append(v.bad, one(name, r, nil))
	}
	for _, c := range h.Unsupported {
		if c.Suggest != nil {
			v.refused = append(v.refused, one(c.Name, *c.Suggest, nil))
		}
	}
	return v
}

func (h *Harness) searchVerb() verb {
	a := ask[geo.SearchRequest, geo.SearchResult]{
		func(p waybill.Provider, ctx context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
			return p.(geo.Searcher).Search(ctx, r)
		},
		func(r geo.SearchResult) waybill.Served { return r.Served },
	}
	one := func(name string, r geo.SearchRequest, check func(tester, context.Context, waybill.Provider, geo.SearchResult)) call {
		r.Key = keyOr(r.Key)
		return a.call(name, r.Key, append(words(r.Query), digits(r.Near)...), r, check)
	}
	v := verb{op: geo.Search}
	for i, c := range h.Search {
		v.good = append(v.good, one(c.Name, c.Request, func(t tester, ctx context.Context, p waybill.Provider, res geo.SearchResult) {
			checkSearch(t, ctx, c, p, res)
		}))
		if i == 0 {
			r := c.Request
			r.Query = sentinel + " Lane"
			v.marked = one("marked", r, nil)
			v.marked.private = append(v.marked.private, sentinel)
		}
	}
	for name, r := range badSearches() {
		v.bad = append(v.bad, one(name, r, nil))
	}
	for _, c := range h.Unsupported {
		if c.Search != nil {
			v.refused = append(v.refused, one(c.Name, *c.Search, nil))
		}
	}
	return v
}

func (h *Harness) placeVerb() verb {
	a := ask[geo.PlaceRequest, geo.PlaceResult]{
		func(p waybill.Provider, ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
			return p.(geo.PlaceGetter).Place(ctx, r)
		},
		func(r geo.PlaceResult) waybill.Served { return r.Served },
	}
	one := func(name string, r geo.PlaceRequest, check func(tester, context.Context, waybill.Provider, geo.PlaceResult)) call {
		r.Key = keyOr(r.Key)
		private := words(r.ID.Value)
		if r.Session != "" {
			private = append(private, r.Session)
		}
		return a.call(name, r.Key, private, r, check)
	}
	v := verb{op: geo.PlaceByID}
	for _, c := range h.Place {
		k := one(c.Name, c.Request, func(t tester, _ context.Context, p waybill.Provider, res geo.PlaceResult) {
			checkPlaceByID(t, c, p, res)
		})
		if c.Gone {
			k.check = k.wants(waybill.NotFound)
		}
		v.good = append(v.good, k)
	}
	if len(v.good) > 0 {
		v.marked = v.good[0]
	}
	for name, r := range badPlaces() {
		v.bad = append(v.bad, one(name, r, nil))
	}
	stranger := geo.PlaceRequest{ID: geo.PlaceID{Issuer: "somebody-else", Value: "Marmalade-4711"}}
	v.refused = append(v.refused, one("somebody else's id", stranger, nil))
	for _, c := range h.Unsupported {
		if c.Place != nil {
			v.refused = append(v.refused, one(c.Name, *c.Place, nil))
		}
	}
	return v
}

// wants is a check that the call fails with this code.
func (c call) wants(code waybill.Code) func(tester, context.Context, waybill.Provider) {
	return func(t tester, ctx context.Context, p waybill.Provider) {
		t.Helper()
		_, err := c.do(ctx, p)
		if err == nil || waybill.CodeOf(err) != code {
			t.Errorf("got %v, want %v", err, code)
		}
	}
}

func (h *Harness) localizeVerb() verb {
	a := ask[geo.LocalizeRequest, geo.LocalizeResult]{
		func(p waybill.Provider, ctx context.Context, r geo.LocalizeRequest) (geo.LocalizeResult, error) {
			return p.(geo.Localizer).Localize(ctx, r)
		},
		func(r geo.LocalizeResult) waybill.Served { return r.Served },
	}
	one := func(name string, r geo.LocalizeRequest, check func(tester, context.Context, waybill.Provider, geo.LocalizeResult)) call {
		r.Key = keyOr(r.Key)
		return a.call(name, r.Key, append(words(r.ID.Value), digits(r.Point)...), r, check)
	}
	v := verb{op: geo.Localize}
	for _, c := range h.Localize {
		v.good = append(v.good, one(c.Name, c.Request, func(t tester, _ context.Context, p waybill.Provider, res geo.LocalizeResult) {
			checkLocalize(t, c, p, res)
		}))
	}
	if len(v.good) > 0 {
		v.marked = v.good[0]
	}
	for name, r := range badLocalizes() {
		v.bad = append(v.bad, one(name, r, nil))
	}
	stranger := geo.LocalizeRequest{ID: geo.PlaceID{Issuer: "somebody-else", Value: "Marmalade-4711"}, Languages: []string{"en"}}
	v.refused = append(v.refused, one("somebody else's id", stranger, nil))
	for _, c := range h.Unsupported {
		if c.Localize != nil {
			v.refused = append(v.refused, one(c.Name, *c.Localize, nil))
		}
	}
	return v
}

func (h *Harness) districtVerb() verb {
	a := ask[geo.DistrictRequest, geo.DistrictResult]{
		func(p waybill.Provider, ctx context.Context, r geo.DistrictRequest) (geo.DistrictResult, error) {
			return p.(geo.DistrictFinder).Districts(ctx, r)
		},
		func(r geo.DistrictResult) waybill.Served { return r.Served },
	}
	one := func(name string, r geo.DistrictRequest, check func(tester, context.Context, waybill.Provider, geo.DistrictResult)) call {
		r.Key = keyOr(r.Key)
		return a.call(name, r.Key, nil, r, check) // a district is nobody's secret
	}
	v := verb{op: geo.Districts}
	for i, c := range h.Districts {
		v.good = append(v.good, one(c.Name, c.Request, func(t tester, _ context.Context, p waybill.Provider, res geo.DistrictResult) {
			checkDistricts(t, c, p, res)
		}))
		if i == 0 {
			r := c.Request
			r.Query = sentinel
			v.marked = one("marked", r, nil)
			v.marked.private = []string{sentinel}
		}
	}
	for name, r := range badDistricts() {
		v.bad = append(v.bad, one(name, r, nil))
	}
	for _, c := range h.Unsupported {
		if c.Districts != nil {
			v.refused = append(v.refused, one(c.Name, *c.Districts, nil))
		}
	}
	return v
}

func keyOr(key string) string {
	if key == "" {
		return suiteRef
	}
	return key
}
