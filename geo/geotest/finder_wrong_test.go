package geotest

import (
	"context"
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// wrongFinder is a finder with its good answers spoilt.
type wrongFinder struct {
	*finder
	suggest  func(geo.SuggestRequest, *geo.SuggestResult)
	search   func(geo.SearchRequest, *geo.SearchResult)
	place    func(*geo.PlaceRequest, *geo.PlaceResult)
	localize func(*geo.LocalizeResult)
	district func(*geo.DistrictResult)
}

func (w *wrongFinder) Suggest(ctx context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
	res, err := w.finder.Suggest(ctx, r)
	if err == nil && w.suggest != nil {
		w.suggest(r, &res)
	}
	return res, err
}

func (w *wrongFinder) Search(ctx context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
	res, err := w.finder.Search(ctx, r)
	if err == nil && w.search != nil {
		w.search(r, &res)
	}
	return res, err
}

func (w *wrongFinder) Place(ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
	if w.place != nil {
		w.place(&r, nil)
	}
	res, err := w.finder.Place(ctx, r)
	if err == nil && w.place != nil {
		w.place(&r, &res)
	}
	return res, err
}

func (w *wrongFinder) Localize(ctx context.Context, r geo.LocalizeRequest) (geo.LocalizeResult, error) {
	res, err := w.finder.Localize(ctx, r)
	if err == nil && w.localize != nil {
		w.localize(&res)
	}
	return res, err
}

func (w *wrongFinder) Districts(ctx context.Context, r geo.DistrictRequest) (geo.DistrictResult, error) {
	res, err := w.finder.Districts(ctx, r)
	if err == nil && w.district != nil {
		w.district(&res)
	}
	return res, err
}

// eachPlace spoils the places of a page.
func eachPlace(f func(*geo.Place)) func(geo.SearchRequest, *geo.SearchResult) {
	return func(_ geo.SearchRequest, res *geo.SearchResult) {
		for i := range res.Places {
			f(&res.Places[i])
		}
	}
}

// eachSuggestion spoils the suggestions.
func eachSuggestion(f func(*geo.Suggestion)) func(geo.SuggestRequest, *geo.SuggestResult) {
	return func(_ geo.SuggestRequest, res *geo.SuggestResult) {
		for i := range res.Suggestions {
			f(&res.Suggestions[i])
		}
	}
}

// found spoils a place found by its id.
func found(f func(*geo.PlaceResult)) func(*geo.PlaceRequest, *geo.PlaceResult) {
	return func(_ *geo.PlaceRequest, res *geo.PlaceResult) {
		if res != nil {
			f(res)
		}
	}
}

// TestWrongFindersAreCaught is the proof of the verbs that look for places:
// each finder has one thing wrong, and the group named must notice.
func TestWrongFindersAreCaught(t *testing.T) {
	for name, c := range map[string]struct {
		group string
		wrong wrongFinder
	}{
		"no text":         {"suggest/answers", wrongFinder{suggest: eachSuggestion(func(s *geo.Suggestion) { s.Text = "" })}},
		"other session":   {"suggest/answers", wrongFinder{suggest: eachSuggestion(func(s *geo.Suggestion) { s.Session = "other" })}},
		"other's id":      {"suggest/answers", wrongFinder{suggest: eachSuggestion(func(s *geo.Suggestion) { s.ID.Issuer = "google" })}},
		"swapped point":   {"suggest/answers", wrongFinder{suggest: eachSuggestion(func(s *geo.Suggestion) { s.Point = geo.Point{Lat: 103, Lng: 1} })}},
		"wrong point":     {"suggest/answers", wrongFinder{suggest: eachSuggestion(func(s *geo.Suggestion) { s.Point = geo.Point{Lat: 1, Lng: 103} })}},
		"odd distance":    {"suggest/answers", wrongFinder{suggest: eachSuggestion(func(s *geo.Suggestion) { s.Distance = -1 })}},
		"no suggestions":  {"suggest/answers", wrongFinder{suggest: func(_ geo.SuggestRequest, r *geo.SuggestResult) { r.Suggestions = nil }}},
		"place elsewhere": {"search/answers", wrongFinder{search: eachPlace(func(p *geo.Place) { p.Point.Lat += 0.01 })}},
		"wrong datum":     {"search/answers", wrongFinder{search: eachPlace(func(p *geo.Place) { p.Point = p.Point.To(geo.GCJ02) })}},
		"no distance":     {"search/answers", wrongFinder{search: eachPlace(func(p *geo.Place) { p.Distance = 0 })}},
		"wrong region":    {"search/answers", wrongFinder{search: eachPlace(func(p *geo.Place) { p.Address.Region = "MY" })}},
		"first page only": {"search/answers", wrongFinder{search: func(_ geo.SearchRequest, r *geo.SearchResult) { r.Next = "" }}},
		"page again": {"search/answers", wrongFinder{search: func(q geo.SearchRequest, r *geo.SearchResult) {
			if r.Next == "" && q.Cursor != "" {
				r.Next = q.Cursor
			}
		}}},
		"odd cursor": {"search/answers", wrongFinder{search: func(_ geo.SearchRequest, r *geo.SearchResult) {
			if r.Next != "" {
				r.Next += " !"
			}
		}}},
		"no place":            {"search/answers", wrongFinder{search: func(_ geo.SearchRequest, r *geo.SearchResult) { r.Places = nil }}},
		"not the place":       {"place/answers", wrongFinder{place: found(func(r *geo.PlaceResult) { r.Place.Point.Lng++ })}},
		"not the region":      {"place/answers", wrongFinder{place: found(func(r *geo.PlaceResult) { r.Place.Address.Region = "" })}},
		"no id back":          {"place/answers", wrongFinder{place: found(func(r *geo.PlaceResult) { r.Place.ID = geo.PlaceID{} })}},
		"found again":         {"place/answers", wrongFinder{place: found(func(r *geo.PlaceResult) { r.Refound = true })}},
		"served by others":    {"place/answers", wrongFinder{place: found(func(r *geo.PlaceResult) { r.Provider = "other" })}},
		"takes anybody's ids": {"place/unsupported", wrongFinder{place: func(q *geo.PlaceRequest, _ *geo.PlaceResult) { q.ID.Issuer = finderIssuer }}},
		"ignores what is bad": {"place/invalid", wrongFinder{place: func(q *geo.PlaceRequest, _ *geo.PlaceResult) { q.Hint = geo.Hint{} }}},
		"languages missing":   {"localize/answers", wrongFinder{localize: func(r *geo.LocalizeResult) { r.Places = r.Places[:1] }}},
		"languages swapped": {"localize/answers", wrongFinder{localize: func(r *geo.LocalizeResult) {
			r.Places[0], r.Places[1] = r.Places[1], r.Places[0]
		}}},
		"another place":    {"localize/answers", wrongFinder{localize: func(r *geo.LocalizeResult) { r.Places[1].ID.Value += "x" }}},
		"no division":      {"districts/answers", wrongFinder{district: func(r *geo.DistrictResult) { r.Districts = nil }}},
		"nameless":         {"districts/answers", wrongFinder{district: func(r *geo.DistrictResult) { r.Districts[0].Name = "" }}},
		"other division":   {"districts/answers", wrongFinder{district: func(r *geo.DistrictResult) { r.Districts[0].Adcode = "810001" }}},
		"centre elsewhere": {"districts/answers", wrongFinder{district: func(r *geo.DistrictResult) { r.Districts[0].Center.Lat++ }}},
		"no children":      {"districts/answers", wrongFinder{district: func(r *geo.DistrictResult) { r.Districts[0].Children = nil }}},
		"children unasked": {"districts/answers", wrongFinder{district: func(r *geo.DistrictResult) {
			r.Districts[0].Children = append(r.Districts[0].Children, geo.District{Name: "x"})
		}}},
		"open ring": {"districts/answers", wrongFinder{district: func(r *geo.DistrictResult) {
			r.Districts[0].Boundary = [][]geo.Point{{{Lat: 1, Lng: 1}, {Lat: 1, Lng: 2}, {Lat: 2, Lng: 2}, {Lat: 2, Lng: 1}}}
		}}},
		"ring at zero": {"districts/answers", wrongFinder{district: func(r *geo.DistrictResult) {
			r.Districts[0].Boundary = [][]geo.Point{{{Lat: 1, Lng: 1}, {}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 1}}}
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := finderHarness()
			h.New = func(base string, hc *http.Client) (waybill.Provider, error) {
				p, err := newFinder(base, hc)
				if err != nil {
					return nil, err
				}
				w := c.wrong
				w.finder = p.(*finder)
				return &w, nil
			}
			if len(suitetest.Try(t, c.group, func(t tester) { run(t, h) })) == 0 {
				t.Errorf("nothing in %s noticed", c.group)
			}
		})
	}
}

// issuerless takes ids and does not say whose.
type issuerless struct{ f *finder }

func (issuerless) Name() string { return "findergeo" }

func (i issuerless) Place(ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
	return i.f.Place(ctx, r)
}

func TestAnIssuerlessAdapterIsCaught(t *testing.T) {
	h := finderHarness()
	h.New = func(base string, hc *http.Client) (waybill.Provider, error) {
		p, err := newFinder(base, hc)
		if err != nil {
			return nil, err
		}
		return issuerless{p.(*finder)}, nil
	}
	if len(suitetest.Try(t, "place/answers", func(t tester) { run(t, h) })) == 0 {
		t.Error("nothing noticed")
	}
}
