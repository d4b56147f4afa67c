package geo_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// pages is a searcher of n pages with two places each. It fails at page failAt
// when that is positive.
func pages(name string, n, failAt int) *vendor {
	return &vendor{name: name, search: func(r geo.SearchRequest) (geo.SearchResult, error) {
		page, _ := strconv.Atoi(r.Cursor)
		if failAt > 0 && page == failAt {
			return geo.SearchResult{}, downError
		}
		var res geo.SearchResult
		for i := range 2 {
			id := geo.PlaceID{Issuer: "x", Value: fmt.Sprint(page, "/", i)}
			res.Places = append(res.Places, geo.Place{ID: id, Name: name, Point: raffles, Address: geo.Address{Region: "SG"}})
		}
		if page+1 < n {
			res.Next = strconv.Itoa(page + 1)
		}
		return res, nil
	}}
}

func down(name string) *vendor { return pages(name, 1, 0).failing(downError) }

// failing makes every search fail.
func (v *vendor) failing(err error) *vendor {
	v.search = func(geo.SearchRequest) (geo.SearchResult, error) { return geo.SearchResult{}, err }
	return v
}

func TestSearchAllStaysWithTheFirstPagesProvider(t *testing.T) {
	a, b := down("a"), pages("b", 3, 0)
	c := newClient(t, geo.With(a), geo.With(b), geo.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
	for range 2 { // a sequence may be used again
		n := 0
		for p, err := range c.SearchAll(t.Context(), geo.SearchRequest{Query: "hotel", Region: "SG"}) {
			if err != nil || p.Name != "b" {
				t.Fatalf("%+v, %v", p, err)
			}
			n++
		}
		if n != 6 {
			t.Errorf("%d places, want 6", n)
		}
	}
	var cursors []string
	for _, r := range asked[geo.SearchRequest](b) {
		cursors = append(cursors, r.Cursor)
	}
	if want := []string{"", "1", "2", "", "1", "2"}; !reflect.DeepEqual(cursors, want) {
		t.Errorf("asked for pages %q, want %q", cursors, want)
	}
	b.asked = nil
	for range c.SearchAll(t.Context(), geo.SearchRequest{Query: "hotel", Region: "SG"}) {
		break
	}
	if len(b.asked) != 1 {
		t.Errorf("%d pages for one place", len(b.asked))
	}
}

func TestSearchAllEndsWithTheError(t *testing.T) {
	a, b := pages("a", 3, 1), pages("b", 3, 0)
	c := newClient(t, geo.With(a), geo.With(b), geo.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
	n := 0
	var last error
	for _, err := range c.SearchAll(t.Context(), geo.SearchRequest{Query: "hotel", Region: "SG"}) {
		if last = err; err == nil {
			n++
		}
	}
	if n != 2 || !errors.Is(last, waybill.ErrUnavailable) || len(b.asked) != 0 {
		t.Errorf("%d places, %v, %d requests at b", n, last, len(b.asked))
	}
	for _, err := range c.SearchAll(t.Context(), geo.SearchRequest{}) {
		if !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("got %v", err)
		}
	}
}

// What a vendor does at the end of its pages differs.
func TestSearchAllEnds(t *testing.T) {
	for name, last := range map[string]func() (geo.SearchResult, error){
		"not found":  func() (geo.SearchResult, error) { return geo.SearchResult{}, goneError },
		"empty page": func() (geo.SearchResult, error) { return geo.SearchResult{}, nil },
		"same page":  func() (geo.SearchResult, error) { return geo.SearchResult{Next: "1"}, nil },
	} {
		v := pages("a", 2, 0)
		first := v.search
		v.search = func(r geo.SearchRequest) (geo.SearchResult, error) {
			if r.Cursor != "" {
				return last()
			}
			return first(r)
		}
		n := 0
		for _, err := range newClient(t, geo.With(v)).SearchAll(t.Context(), geo.SearchRequest{Query: "x", Region: "SG"}) {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			n++
		}
		if n != 2 || len(v.asked) != 2 {
			t.Errorf("%s: %d places, %d requests", name, n, len(v.asked))
		}
	}
}

// A cursor is good on any server whose client names its providers alike, and
// goes back to the provider that gave it.
func TestSearchPageByPage(t *testing.T) {
	a, b := pages("a", 3, 0), pages("b", 3, 0)
	here := newClient(t, geo.With(down("a")), geo.With(b), geo.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
	res, err := here.Search(t.Context(), geo.SearchRequest{Query: "x", Region: "SG"})
	if err != nil || res.Provider != "b" || res.Next == "" {
		t.Fatalf("%+v, %v", res, err)
	}
	there := newClient(t, geo.With(a), geo.With(pages("b", 3, 0)))
	res, err = there.Search(t.Context(), geo.SearchRequest{Query: "x", Region: "SG", Cursor: res.Next})
	if err != nil || res.Provider != "b" || res.Places[0].ID.Value != "1/0" || len(a.asked) != 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	for _, cursor := range []string{"x", ".x", "!.x", "eA.", "bm9ib2R5.1"} {
		if _, err := there.Search(t.Context(), geo.SearchRequest{Query: "x", Region: "SG", Cursor: cursor}); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%q: %v", cursor, err)
		}
	}
}

func TestSearchDropsWhatWasNotAskedFor(t *testing.T) {
	far := geo.Point{Lat: raffles.Lat + 0.02, Lng: raffles.Lng}
	v := &vendor{name: "a", search: func(geo.SearchRequest) (geo.SearchResult, error) {
		return geo.SearchResult{Places: []geo.Place{{Name: "near", Point: raffles}, {Name: "far", Point: far}, {Name: "abroad", Point: raffles, Address: geo.Address{Region: "MY"}}}}, nil
	}}
	c := newClient(t, geo.With(v))
	res, err := c.Search(t.Context(), geo.SearchRequest{Query: "x", Near: raffles, Radius: 1000, Region: "SG"})
	if err != nil || len(res.Places) != 1 || res.Places[0].Name != "near" {
		t.Errorf("%+v, %v", res.Places, err)
	}
	res, err = c.Search(t.Context(), geo.SearchRequest{Near: raffles, Radius: 5000})
	if err != nil || len(res.Places) != 3 || math.Abs(res.Places[1].Distance-2224) > 5 {
		t.Errorf("%+v, %v", res.Places, err)
	}
	if _, err = c.Search(t.Context(), geo.SearchRequest{Query: "x", Region: "KR"}); !errors.Is(err, waybill.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// Requests go out in any datum and answers come in the one asked for; Seoul is
// not shifted.
func TestSearchAndSuggestConvert(t *testing.T) {
	for _, at := range []geo.Point{shenzhen, seoul} {
		v := &vendor{name: "a"}
		vendors := at
		if at == shenzhen {
			vendors = at.To(geo.GCJ02)
		}
		v.search = func(geo.SearchRequest) (geo.SearchResult, error) {
			return geo.SearchResult{Places: []geo.Place{{Point: vendors}}}, nil
		}
		v.suggest = func(geo.SuggestRequest) (geo.SuggestResult, error) {
			return geo.SuggestResult{Suggestions: []geo.Suggestion{{Text: "x", Point: vendors}, {Text: "a word"}}}, nil
		}
		c := newClient(t, geo.With(v))
		for _, d := range []geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
			want := geo.AsAsked(at, d)
			found, err := c.Search(t.Context(), geo.SearchRequest{Query: "x", Near: at.To(geo.BD09), Datum: d})
			if err != nil || found.Places[0].Point.Datum != want.Datum || geo.Distance(found.Places[0].Point, at) > 0.01 {
				t.Errorf("%v: %+v, %v", d, found, err)
			}
			offered, err := c.Suggest(t.Context(), geo.SuggestRequest{Query: "x", Near: at, Datum: d})
			if err != nil || offered.Suggestions[0].Point.Datum != want.Datum || geo.Distance(offered.Suggestions[0].Point, at) > 0.01 || !offered.Suggestions[1].Point.IsZero() {
				t.Errorf("%v: %+v, %v", d, offered, err)
			}
		}
	}
}

func TestSuggestDropsWhatLiesElsewhere(t *testing.T) {
	v := &vendor{name: "a", suggest: func(r geo.SuggestRequest) (geo.SuggestResult, error) {
		list := []geo.Suggestion{{Text: "abroad", Point: seoul}, {Text: "who knows"}, {Text: "here", Address: geo.Address{Region: "SG"}}, {Text: "there", Address: geo.Address{Region: "MY"}}}
		if r.Limit > 0 {
			list = list[:r.Limit]
		}
		return geo.SuggestResult{Suggestions: list}, nil
	}}
	c := newClient(t, geo.With(v))
	res, err := c.Suggest(t.Context(), geo.SuggestRequest{Query: "x", Region: "SG", Limit: 2})
	if err != nil || len(res.Suggestions) != 2 || res.Suggestions[0].Text != "who knows" || res.Suggestions[1].Text != "here" {
		t.Fatalf("%+v, %v", res, err)
	}
	if s := res.Suggestions[0]; s.Provider != "a" || s.Instance != "a" || s.Region != "SG" {
		t.Errorf("%+v", s)
	}
	res, err = c.Suggest(t.Context(), geo.SuggestRequest{Query: "x", Near: raffles})
	if err != nil || len(res.Suggestions) != 4 || res.Suggestions[0].Region != "" || res.Suggestions[0].Near != raffles {
		t.Errorf("%+v, %v", res, err)
	}
}

// The verbs' time-outs: what is typed cannot wait.
func TestDefaultTimeOuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for verb, c := range map[waybill.Verb]struct {
			want time.Duration
			call func(*geo.Client) error
		}{
			geo.Suggest: {500 * time.Millisecond, func(c *geo.Client) error {
				_, err := c.Suggest(t.Context(), geo.SuggestRequest{Query: "x"})
				return err
			}},
			geo.Search: {2 * time.Second, func(c *geo.Client) error {
				_, err := c.Search(t.Context(), geo.SearchRequest{Query: "x"})
				return err
			}},
			geo.PlaceByID: {1500 * time.Millisecond, func(c *geo.Client) error {
				_, err := c.Place(t.Context(), geo.PlaceRequest{ID: hotel.ID})
				return err
			}},
			geo.Localize: {3 * time.Second, func(c *geo.Client) error {
				_, err := c.Localize(t.Context(), geo.LocalizeRequest{ID: hotel.ID, Languages: []string{"en"}})
				return err
			}},
			geo.Districts: {5 * time.Second, func(c *geo.Client) error {
				_, err := c.Districts(t.Context(), geo.DistrictRequest{Query: "x"})
				return err
			}},
		} {
			client := newClient(t, geo.With(hanging{}), geo.WithPolicy(waybill.Policy{Tries: 1}))
			began := time.Now()
			err := c.call(client)
			if took := time.Since(began); took != c.want || waybill.CodeOf(err) != waybill.DeadlineExceeded {
				t.Errorf("%s: %v after %v, want %v", verb, err, took, c.want)
			}
		}
	})
}

func TestSearchRefusesBadInputBeforeAnyCall(t *testing.T) {
	v := pages("a", 1, 0)
	v.suggest = google().suggest
	c := newClient(t, geo.With(v))
	for _, r := range []geo.SearchRequest{
		{}, {Near: raffles}, {Query: "x", Radius: 1}, {Query: "x", Near: raffles, Radius: 50001}, {Query: "x", Near: raffles, Radius: math.NaN()},
		{Query: "x", Limit: 51}, {Query: "x", Cursor: "a b"}, {Query: "x", Cursor: strings.Repeat("a", 4097)}, {Query: "x", City: "\xff"}, {Query: "x", Near: geo.Point{Lat: 91}},
	} {
		if _, err := c.Search(t.Context(), r); !errors.Is(err, waybill.ErrInvalidArgument) || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%+v: %v", r, err)
		}
	}
	for _, r := range []geo.SuggestRequest{
		{}, {Query: " "}, {Query: "x", Limit: 21}, {Query: "x", Session: "ü"}, {Query: "x", Session: strings.Repeat("a", 37)}, {Query: "x", Near: geo.Point{Lng: -181}}, {Query: "x", Datum: 7},
	} {
		if _, err := c.Suggest(t.Context(), r); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if len(v.asked) != 0 {
		t.Errorf("%d calls", len(v.asked))
	}
}

func TestLocalize(t *testing.T) {
	v, other := google(), &vendor{name: "osmgeo"}
	both := func(name string) func(geo.LocalizeRequest) (geo.LocalizeResult, error) {
		return func(r geo.LocalizeRequest) (res geo.LocalizeResult, err error) {
			for _, l := range r.Languages {
				res.Places = append(res.Places, geo.Place{Name: name + " " + l, Point: shenzhen.To(geo.GCJ02)})
			}
			return res, nil
		}
	}
	v.localize, other.localize = both("google"), both("osm")
	c := newClient(t, geo.With(v), geo.With(other), geo.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
	ask := func(r geo.LocalizeRequest) (string, error) {
		r.Languages = []string{"zh", "en"}
		res, err := c.Localize(t.Context(), r)
		if err != nil {
			return "", err
		}
		if len(res.Places) != 2 || res.Places[1].Point.Datum != geo.WGS84 || geo.Distance(res.Places[1].Point, shenzhen) > 0.01 {
			t.Errorf("%+v", res)
		}
		return res.Places[1].Name, nil
	}
	if name, err := ask(geo.LocalizeRequest{ID: hotel.ID, Point: shenzhen}); name != "google en" || err != nil {
		t.Errorf("by id: %q, %v", name, err)
	}
	// Somebody else's id, and an issuer that is down: by the point.
	amap := geo.PlaceID{Issuer: "amap", Value: "B1"}
	if name, err := ask(geo.LocalizeRequest{ID: amap, Point: shenzhen}); name != "google en" || err != nil {
		t.Errorf("by point: %q, %v", name, err)
	}
	if _, err := ask(geo.LocalizeRequest{ID: amap}); !errors.Is(err, waybill.ErrUnavailable) {
		t.Errorf("without a point: %v", err)
	}
	v.localize = func(geo.LocalizeRequest) (geo.LocalizeResult, error) { return geo.LocalizeResult{}, downError }
	other.asked = nil
	if name, err := ask(geo.LocalizeRequest{ID: hotel.ID, Point: shenzhen}); name != "osm en" || err != nil {
		t.Errorf("issuer down: %q, %v", name, err)
	}
	if r := asked[geo.LocalizeRequest](other); len(r) != 1 || !r[0].ID.IsZero() {
		t.Errorf("the other vendor got %+v", r)
	}
	if _, err := ask(geo.LocalizeRequest{ID: hotel.ID}); !errors.Is(err, waybill.ErrUnavailable) {
		t.Errorf("issuer down without a point: %v", err)
	}
}

func TestDistricts(t *testing.T) {
	ring := []geo.Point{{Lat: 22.5, Lng: 114, Datum: geo.GCJ02}, {Lat: 22.1, Lng: 114.3, Datum: geo.GCJ02}, {Lat: 22.5, Lng: 114.3, Datum: geo.GCJ02}, {Lat: 22.5, Lng: 114, Datum: geo.GCJ02}}
	v := &vendor{name: "a", districts: func(geo.DistrictRequest) (geo.DistrictResult, error) {
		return geo.DistrictResult{Districts: []geo.District{
			{Name: "深圳市", Adcode: "440300", Region: "CN", Center: shenzhen.To(geo.GCJ02), Boundary: [][]geo.Point{ring}, Children: []geo.District{{Name: "南山区", Center: shenzhen.To(geo.GCJ02)}, {Name: "?"}}},
			{Name: "Shenzhen", Region: "KR"},
		}}, nil
	}}
	c := newClient(t, geo.With(v), geo.WithDefaultRegion("CN"))
	for _, d := range []geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
		res, err := c.Districts(t.Context(), geo.DistrictRequest{Query: "深圳", Children: 1, Boundary: true, Datum: d})
		if err != nil || len(res.Districts) != 1 {
			t.Fatalf("%+v, %v", res, err)
		}
		got := res.Districts[0]
		if got.Center.Datum != d || geo.Distance(got.Center, shenzhen) > 0.01 || got.Children[0].Center.Datum != d || !got.Children[1].Center.IsZero() {
			t.Errorf("%v: %+v", d, got)
		}
		// One of the points lies at sea; the ring is not torn.
		for i, p := range got.Boundary[0] {
			if p.Datum != d || geo.Distance(p, ring[i]) > 0.01 {
				t.Errorf("%v: point %d is %v", d, i, p)
			}
		}
	}
	if ring[0].Datum != geo.GCJ02 {
		t.Error("the vendor's own ring was changed")
	}
	if _, err := c.Districts(t.Context(), geo.DistrictRequest{Query: "x", Region: "SG"}); !errors.Is(err, waybill.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := newClient(t, geo.With(v)).Districts(t.Context(), geo.DistrictRequest{}); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("got %v", err)
	}
	var l geo.DistrictLevel
	b, _ := json.Marshal(geo.LevelCity)
	if err := json.Unmarshal(b, &l); err != nil || l != geo.LevelCity {
		t.Errorf("%s came back as %v, %v", b, l, err)
	}
	if err := l.UnmarshalText([]byte("moon")); !errors.Is(err, waybill.ErrInvalidArgument) || l != geo.LevelCity {
		t.Errorf("%v, %v", l, err)
	}
}

func TestExplainKnowsEveryRequest(t *testing.T) {
	v := google()
	v.search, v.geocode = pages("", 1, 0).search, at(raffles, "SG")
	v.localize = func(geo.LocalizeRequest) (geo.LocalizeResult, error) { return geo.LocalizeResult{}, nil }
	v.districts = func(geo.DistrictRequest) (geo.DistrictResult, error) { return geo.DistrictResult{}, nil }
	c := newClient(t, geo.With(v, geo.In("SG")), geo.With(&vendor{name: "down", search: v.search, place: v.place, issuers: []string{"amap"}}))
	for _, q := range []struct {
		request any
		first   string
	}{
		{geo.GeocodeRequest{Query: "x", Region: "SG"}, "googlegeo"},
		{geo.SuggestRequest{Query: "x", Near: raffles}, "googlegeo"},
		{geo.SearchRequest{Query: "x", Near: raffles}, "googlegeo"},
		{geo.SearchRequest{Query: "x", Region: "MY"}, "down"},
		{geo.PlaceRequest{ID: hotel.ID}, "googlegeo"},
		{geo.PlaceRequest{ID: hotel.ID, Session: "s"}, "googlegeo"},
		{geo.PlaceRequest{ID: geo.PlaceID{Issuer: "amap", Value: "B1"}}, "down"},
		{geo.ResolveRequest{Suggestion: geo.Suggestion{ID: hotel.ID, Text: "x"}}, "googlegeo"},
		{geo.ResolveRequest{Suggestion: geo.Suggestion{Text: "x", Region: "MY"}}, "down"},
		{geo.ResolveRequest{Suggestion: geo.Suggestion{Text: "x", Point: raffles}}, ""},
		{geo.LocalizeRequest{ID: hotel.ID, Languages: []string{"en"}}, "googlegeo"},
		{geo.DistrictRequest{Query: "x", Region: "SG"}, "googlegeo"},
	} {
		got, err := c.Explain(q.request)
		first := ""
		if len(got) > 0 && got[0].Order == 1 {
			first = got[0].Provider
		}
		if err != nil || first != q.first {
			t.Errorf("%+v: %q, %v, want %q", q.request, first, err, q.first)
		}
	}
	for _, bad := range []any{geo.PlaceRequest{}, geo.SearchRequest{Query: "x", Cursor: "y"}, geo.ResolveRequest{}, geo.DistrictRequest{Children: 9}, nil, 1} {
		if _, err := c.Explain(bad); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if len(v.asked) != 0 {
		t.Errorf("explaining asked %+v", v.asked)
	}
}
