package paging

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/geo"
)

func TestPage(t *testing.T) {
	for cursor, want := range map[string]int{"": 1, "p2": 2, "p8": 8} {
		if page, ok := Page(cursor, 1, 8); !ok || page != want {
			t.Errorf("%q: %d %t", cursor, page, ok)
		}
	}
	for _, cursor := range []string{"p1", "p0", "p9", "p-2", "p+2", "p02", "p2 ", "2", "p", "q2", "p2p3", "p99999999999999999999"} {
		if page, ok := Page(cursor, 1, 8); ok {
			t.Errorf("%q is page %d", cursor, page)
		}
	}
	if page, ok := Page("p1", 0, 20); !ok || page != 1 {
		t.Errorf("%d %t", page, ok)
	}
}

func TestTurn(t *testing.T) {
	one := []geo.Place{{Name: "a"}}
	broken := errors.New("broken")
	for name, v := range map[string]struct {
		cursor string
		pages  [][]geo.Place // by number from 1; the last has none behind it
		fails  int
		next   string
		asked  int
		found  bool
	}{
		"at once":            {"", [][]geo.Place{one, one}, 0, "p2", 1, true},
		"the only one":       {"", [][]geo.Place{one}, 0, "", 1, true},
		"behind an empty":    {"", [][]geo.Place{nil, one, one}, 0, "p3", 2, true},
		"nothing":            {"", [][]geo.Place{nil, nil}, 0, "", 2, false},
		"three empty are it": {"", [][]geo.Place{nil, nil, nil, one}, 0, "", 3, false},
		"empty by cursor":    {"p2", [][]geo.Place{one, nil, one}, 0, "p3", 1, true},
		"failure":            {"", [][]geo.Place{nil, one}, 2, "", 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := &geo.SearchRequest{Cursor: v.cursor}
			page, _ := Page(v.cursor, 1, 9)
			asked := 0
			res, found, err := Turn(r, page, func(page int) ([]geo.Place, bool, error) {
				asked++
				if page == v.fails {
					return nil, false, broken
				}
				return v.pages[page-1], page < len(v.pages), nil
			})
			if found != v.found || res.Next != v.next || asked != v.asked || (err != nil) != (v.fails > 0) {
				t.Errorf("found %t, next %q, asked %d, %v", found, res.Next, asked, err)
			}
		})
	}
}

func TestWhatIsWanted(t *testing.T) {
	near := geo.Point{Lat: 22.54, Lng: 114.05}
	north := func(metres float64) geo.Point { return geo.Point{Lat: 22.54 + metres/111195, Lng: 114.05} }
	places := []geo.Place{
		{Name: "far", Point: north(900)}, {Name: "close", Point: north(100)}, {Name: "abroad", Point: north(50), Address: geo.Address{Region: "HK"}},
		{Name: "home", Point: north(200), Address: geo.Address{Region: "CN"}},
	}
	names := func(r geo.SearchRequest) (out []string) {
		got := Places(slices.Values(places), &r)
		if got == nil {
			t.Error("no list")
		}
		for _, p := range got {
			out = append(out, p.Name)
		}
		return out
	}
	for want, r := range map[string]geo.SearchRequest{
		"far close abroad home": {}, "far close home": {Region: "CN"}, "close home": {Region: "CN", Near: near, Radius: 500},
		"far close": {Limit: 2}, "": {Near: near, Radius: 10},
	} {
		if got := names(r); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%q: %q", want, got)
		}
	}
	if p := Places(slices.Values(places), &geo.SearchRequest{Near: near})[1]; p.Distance < 90 || p.Distance > 110 {
		t.Errorf("%v m", p.Distance)
	}
	suggestions := []geo.Suggestion{{Name: "word"}, {Name: "abroad", Address: geo.Address{Region: "HK"}}, {Name: "close", Point: north(100)}}
	got := Suggestions(slices.Values(suggestions), &geo.SuggestRequest{Region: "CN", Near: near})
	if len(got) != 2 || got[0].Distance != 0 || got[1].Distance < 90 || got[1].Distance > 110 {
		t.Errorf("%+v", got)
	}
	if got := Suggestions(slices.Values(suggestions), &geo.SuggestRequest{Limit: 1}); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}
