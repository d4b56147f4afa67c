package geotest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// where is what a place must be.
type where struct {
	want   geo.Point
	within float64
	datum  geo.Datum
	region string
}

// near reports whether p is at the wanted place, whatever its datum.
func (w where) near(p geo.Point) bool {
	within := w.within
	if within == 0 {
		within = 20
	}
	return geo.Distance(p, w.want) <= within
}

func (w where) check(t tester, what string, p geo.Place) {
	t.Helper()
	checkPlace(t, what, p)
	if !w.near(p.Point) {
		t.Errorf("%s is %.0f m off", what, geo.Distance(p.Point, w.want))
	}
	if p.Point.Datum != w.datum {
		t.Errorf("%s is tagged %v, the vendor speaks %v there", what, p.Point.Datum, w.datum)
	}
	if w.region != "" && p.Address.Region != w.region {
		t.Errorf("%s: region %q, want %q", what, p.Address.Region, w.region)
	}
}

func checkSuggest(t tester, ctx context.Context, c SuggestCase, p waybill.Provider, res geo.SuggestResult) {
	t.Helper()
	checkServed(t, p, res.Served)
	if len(res.Suggestions) == 0 {
		t.Error("no suggestion and no error")
		return
	}
	if most := c.Request.Limit; most > 0 && len(res.Suggestions) > most {
		t.Errorf("%d suggestions, at most %d were wanted", len(res.Suggestions), most)
	}
	found := false
	for i, s := range res.Suggestions {
		checkSuggestion(t, i, c.Request, p, s)
		found = found || strings.Contains(s.Text, c.Contains) && c.meant(t, ctx, p, s)
	}
	if !found {
		t.Errorf("none of %d suggestions contains %q and is the place", len(res.Suggestions), c.Contains)
	}
}

// checkSuggestion checks what holds for any suggestion.
func checkSuggestion(t tester, i int, r geo.SuggestRequest, p waybill.Provider, s geo.Suggestion) {
	t.Helper()
	what := fmt.Sprintf("suggestion %d", i)
	if strings.TrimSpace(s.Text) == "" || !utf8.ValidString(s.Text+s.Name+s.Detail) {
		t.Errorf("%s has no usable text", what)
	}
	if s.Point.Validate() != nil {
		t.Errorf("%s: the point is no place on the Earth", what)
	}
	if !(s.Distance >= 0) || math.IsInf(s.Distance, 0) {
		t.Errorf("%s: the distance is %v", what, s.Distance)
	}
	if g := s.Address.Region; g != "" && !waybill.ValidRegion(g) {
		t.Errorf("%s: the region %q is no ISO 3166-1 code", what, g)
	}
	if s.Session != "" && s.Session != r.Session {
		t.Errorf("%s has another session than the request", what)
	}
	if !s.ID.IsZero() {
		if back, err := geo.ParsePlaceID(s.ID.String()); err != nil || back != s.ID {
			t.Errorf("%s: the id does not survive its text form", what)
		}
		if is, ok := p.(geo.Issuing); ok && !slices.Contains(is.Issuers(), s.ID.Issuer) {
			t.Errorf("%s: the adapter does not take ids of %q back", what, s.ID.Issuer)
		}
	}
}

// meant reports whether the suggestion is the place, looked up if need be.
func (c SuggestCase) meant(t tester, ctx context.Context, p waybill.Provider, s geo.Suggestion) bool {
	t.Helper()
	w := where{c.Want, c.Within, c.Datum, ""}
	if !s.Point.IsZero() {
		if w.near(s.Point) && s.Point.Datum != c.Datum {
			t.Errorf("tagged %v, the vendor speaks %v there", s.Point.Datum, c.Datum)
		}
		return w.near(s.Point)
	}
	getter, ok := p.(geo.PlaceGetter)
	if s.ID.IsZero() || !ok {
		return false
	}
	res, err := getter.Place(ctx, geo.PlaceRequest{ID: s.ID, Session: s.Session, Language: c.Request.Language, Key: suiteRef})
	if err != nil {
		t.Errorf("looking the suggestion up: %v", err)
		return false
	}
	if w.near(res.Place.Point) && res.Place.Point.Datum != c.Datum {
		t.Errorf("tagged %v, the vendor speaks %v there", res.Place.Point.Datum, c.Datum)
	}
	return w.near(res.Place.Point)
}

// mostPages is when a search that never ends has been going on for too long.
const mostPages = 40

func checkSearch(t tester, ctx context.Context, c SearchCase, p waybill.Provider, res geo.SearchResult) {
	t.Helper()
	w := where{c.Want, c.Within, c.Datum, c.Region}
	found, total, pages := false, 0, 0
	seen := map[geo.PlaceID]bool{}
	for r := c.Request; ; {
		pages++
		checkServed(t, p, res.Served)
		if len(res.Places) == 0 && pages == 1 {
			t.Error("no place and no error")
		}
		if most := r.Limit; most > 0 && len(res.Places) > most {
			t.Errorf("%d places on a page, at most %d were wanted", len(res.Places), most)
		}
		for i, at := range res.Places {
			what := fmt.Sprintf("place %d of page %d", i, pages)
			checkPlace(t, what, at)
			checkAround(t, what, r, at)
			if w.near(at.Point) {
				found = true
				w.check(t, what, at)
			}
			if !at.ID.IsZero() && seen[at.ID] {
				t.Errorf("%s was there before", what)
			}
			seen[at.ID] = true
			total++
		}
		if res.Next == "" {
			break
		}
		if pages == mostPages {
			t.Errorf("there is another page after %d", pages)
			break
		}
		r.Cursor, r.Key = res.Next, suiteRef
		var err error
		if res, err = p.(geo.Searcher).Search(ctx, r); err != nil {
			t.Errorf("page %d: %v", pages+1, err)
			return
		}
	}
	if !found {
		t.Errorf("the place is none of %d", total)
	}
	if total < c.Total {
		t.Errorf("%d places, want at least %d", total, c.Total)
	}
	if pages < c.Pages {
		t.Errorf("%d pages, want at least %d", pages, c.Pages)
	}
}

// checkAround checks a place's distance from the asked point.
func checkAround(t tester, what string, r geo.SearchRequest, at geo.Place) {
	t.Helper()
	if r.Near.IsZero() {
		return
	}
	d := geo.Distance(r.Near, at.Point)
	if math.Abs(at.Distance-d) > 5+d/50 {
		t.Errorf("%s: the distance says %.0f m, it is %.0f m", what, at.Distance, d)
	}
	if r.Radius > 0 && d > r.Radius*1.01 {
		t.Errorf("%s is %.0f m away, at most %.0f m were wanted", what, d, r.Radius)
	}
}

func checkPlaceByID(t tester, _ context.Context, c PlaceCase, p waybill.Provider, res geo.PlaceResult) {
	t.Helper()
	checkServed(t, p, res.Served)
	where{c.Want, c.Within, c.Datum, c.Region}.check(t, "the place", res.Place)
	is, ok := p.(geo.Issuing)
	switch {
	case !ok:
		t.Error("the adapter takes ids and does not say whose: see geo.Issuing")
	case !slices.Contains(is.Issuers(), res.Place.ID.Issuer):
		t.Errorf("the place's id is of %q, which is none of the adapter's issuers", res.Place.ID.Issuer)
	}
	if res.Refound {
		t.Error("an adapter finds nothing again: that is the client's")
	}
}

func checkLocalize(t tester, _ context.Context, c LocalizeCase, p waybill.Provider, res geo.LocalizeResult) {
	t.Helper()
	checkServed(t, p, res.Served)
	if len(res.Places) != len(c.Request.Languages) {
		t.Errorf("%d places for %d languages", len(res.Places), len(c.Request.Languages))
		return
	}
	for i, at := range res.Places {
		what := "the place in " + c.Request.Languages[i]
		where{c.Want, c.Within, c.Datum, c.Region}.check(t, what, at)
		if at.Point != res.Places[0].Point || at.ID != res.Places[0].ID {
			t.Errorf("%s is another place", what)
		}
		if i < len(c.Contains) && !strings.Contains(at.Name+"\n"+at.Address.Formatted, c.Contains[i]) {
			t.Errorf("%s does not contain %q", what, c.Contains[i])
		}
	}
}

func checkDistricts(t tester, _ context.Context, c DistrictCase, p waybill.Provider, res geo.DistrictResult) {
	t.Helper()
	checkServed(t, p, res.Served)
	if len(res.Districts) == 0 {
		t.Error("no division and no error")
	}
	found := false
	for i, d := range res.Districts {
		checkDistrict(t, fmt.Sprintf("division %d", i), d, c.Request.Children)
		found = found || c.meant(t, d)
	}
	if !found {
		t.Errorf("none of %d divisions is the one wanted", len(res.Districts))
	}
}

// checkDistrict checks what holds for any division.
func checkDistrict(t tester, what string, d geo.District, deep int) {
	t.Helper()
	if d.Name == "" || !utf8.ValidString(d.Name) {
		t.Errorf("%s has no usable name", what)
	}
	if d.Center.Validate() != nil {
		t.Errorf("%s: the centre is no place on the Earth", what)
	}
	if d.Region != "" && !waybill.ValidRegion(d.Region) {
		t.Errorf("%s: the region %q is no ISO 3166-1 code", what, d.Region)
	}
	for _, ring := range d.Boundary {
		if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
			t.Errorf("%s: a ring is not closed", what)
		}
		for _, at := range ring {
			if at.IsZero() || at.Validate() != nil || at.Datum != ring[0].Datum {
				t.Errorf("%s: a ring has an unusable point", what)
				break
			}
		}
	}
	if deep == 0 && len(d.Children) > 0 {
		t.Errorf("%s has children deeper than wanted", what)
		return
	}
	for _, child := range d.Children {
		checkDistrict(t, what+"'s child", child, deep-1)
	}
}

// meant reports whether d is the division wanted, and checks it if so.
func (c DistrictCase) meant(t tester, d geo.District) bool {
	t.Helper()
	w := c.Division
	if w.Name != "" && w.Name != d.Name || w.Adcode != "" && w.Adcode != d.Adcode || w.Region != "" && w.Region != d.Region {
		return false
	}
	if w.Level != geo.LevelUnknown && w.Level != d.Level {
		t.Errorf("the division's level is %v, want %v", d.Level, w.Level)
	}
	if !w.Center.IsZero() {
		if at := (where{w.Center, c.Within, c.Datum, ""}); !at.near(d.Center) || d.Center.Datum != c.Datum {
			t.Errorf("the centre is %.0f m off, in %v", geo.Distance(d.Center, w.Center), d.Center.Datum)
		}
	}
	if c.Request.Boundary && len(d.Boundary) == 0 {
		t.Error("the division has no boundary")
	}
	if c.Child != "" && !slices.ContainsFunc(d.Children, func(k geo.District) bool { return k.Adcode == c.Child || k.Name == c.Child }) {
		t.Errorf("none of %d children is %s", len(d.Children), c.Child)
	}
	return true
}
