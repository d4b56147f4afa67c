package geo_test

import (
	"encoding/json"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// FuzzSuggestion: a suggestion comes back from an app, which may have done
// anything to it. It is refused, or its place is looked for.
func FuzzSuggestion(f *testing.F) {
	f.Add([]byte(`{"id":"google:ChIJ1","text":"Raffles Hotel","session":"s1","provider":"googlegeo","instance":"googlegeo","region":"SG","near":{"lat":1.29,"lng":103.85}}`))
	f.Add([]byte(`{"text":"x","point":{"lat":22.5,"lng":114,"datum":"gcj02"}}`))
	f.Add([]byte(`{"id":"amap:B1","text":"\u0000","address":{"region":"cn"}}`))
	f.Add([]byte(`{"id":"google:ChIJ1","instance":"a/b/c","session":"="}`))
	c, err := geo.New(geo.With(google()), geo.With(finder("osmgeo")))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s geo.Suggestion
		if json.Unmarshal(text, &s) != nil {
			return
		}
		res, err := c.Resolve(t.Context(), geo.ResolveRequest{Suggestion: s})
		if err != nil {
			if e, ok := err.(*waybill.Error); !ok || e.Delivery == waybill.Sent {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if res.Place.Point.IsZero() || res.Place.Point.Validate() != nil {
			t.Fatalf("a place without a usable point: %+v", res)
		}
	})
}

// FuzzCursor: a cursor comes back from an app, too.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "YQ.1", "YQ.", ".", "YQ", "!.1", "YQ.1.2"} {
		f.Add(s)
	}
	c, err := geo.New(geo.With(pages("a", 3, 0)))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		res, err := c.Search(t.Context(), geo.SearchRequest{Query: "x", Region: "SG", Cursor: cursor})
		if err != nil && waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Fatalf("%v", err)
		}
		if err == nil && len(res.Places) == 0 {
			t.Fatal("no places")
		}
	})
}

// FuzzPlaceID: what is read is written the same.
func FuzzPlaceID(f *testing.F) {
	for _, s := range []string{"google:ChIJ-_x", "amap:B0FFF", "osm:N1:2", "x", ":", "a\x00:b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := geo.ParsePlaceID(s)
		if err != nil {
			return
		}
		if id.String() != s || (geo.PlaceRequest{ID: id}).Validate() != nil {
			t.Fatalf("%q is %+v", s, id)
		}
	})
}
