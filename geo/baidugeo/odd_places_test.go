package baidugeo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
)

// every asks the verbs that look for places, and checks what comes.
func every(t *testing.T, a *Adapter, check func(error)) {
	t.Helper()
	sug, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x", Near: nanshan})
	if check(err); err == nil && len(sug.Suggestions) == 0 {
		t.Error("neither an error nor a suggestion")
	}
	for _, s := range sug.Suggestions {
		if s.Text == "" || s.Point.Validate() != nil || !(s.Distance >= 0) {
			t.Errorf("a suggestion without a text or with a bad point: %+v", s)
		}
	}
	page, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Near: nanshan})
	if check(err); err == nil {
		checkPlaces(t, "search", page.Places...)
	}
	at, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "baidu", Value: "x"}})
	if check(err); err == nil {
		checkPlaces(t, "detail", at.Place)
	}
	found, err := a.Districts(t.Context(), geo.DistrictRequest{Query: "上海", Children: 3, Boundary: true})
	if check(err); err == nil && len(found.Districts) == 0 {
		t.Error("neither an error nor a division")
	}
	for _, d := range found.Districts {
		sound(t, d, 4)
	}
}

// sound checks a division and those within.
func sound(t *testing.T, d geo.District, deep int) {
	t.Helper()
	if d.Name == "" || deep == 0 {
		t.Errorf("a division without a name or too deep: %+v", d)
	}
	for _, ring := range d.Boundary {
		if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
			t.Error("a ring that is not closed")
		}
		for _, p := range ring {
			checkPlaces(t, "ring", geo.Place{Point: p})
		}
	}
	for _, child := range d.Children {
		sound(t, child, deep-1)
	}
}

func placeFixtures(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/places/*.json")
	if err != nil || len(files) != 4 {
		t.Fatal(files, err)
	}
	var out []string
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}

func TestOddPlaces(t *testing.T) {
	t.Parallel()
	a, s := adapter(t, "")
	for _, whole := range placeFixtures(t) {
		for body := range fakehttp.Odd([]byte(whole)) {
			s.body = string(body)
			every(t, a, func(err error) {
				if err != nil {
					blamesTheReply(t, "places", err)
				}
			})
		}
	}
}

// FuzzPlaces feeds replies of any shape to the verbs that look for places.
func FuzzPlaces(f *testing.F) {
	for _, body := range placeFixtures(f) {
		f.Add(body)
	}
	f.Add(`{"status":0,"total":1e400,"results":[{"name":"n","location":"39,116"}],"districts":[{"name":"上海","polyline":"POLYGON ((NaN 1, 2 2, 3 3))"}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		a, _ := adapter(t, body)
		every(t, a, func(err error) {
			if _, ok := err.(*waybill.Error); err != nil && !ok {
				t.Errorf("the error is a %T", err)
			}
		})
	})
}
