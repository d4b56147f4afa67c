package geo_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// vendor is a provider of the verbs that look for places, whose answers a test
// writes down. A verb whose function is nil it does not have.
type vendor struct {
	name    string
	issuers []string
	asked   []any // every request

	geocode   func(geo.GeocodeRequest) (geo.GeocodeResult, error)
	suggest   func(geo.SuggestRequest) (geo.SuggestResult, error)
	search    func(geo.SearchRequest) (geo.SearchResult, error)
	place     func(geo.PlaceRequest) (geo.PlaceResult, error)
	localize  func(geo.LocalizeRequest) (geo.LocalizeResult, error)
	districts func(geo.DistrictRequest) (geo.DistrictResult, error)
}

func (v *vendor) Name() string      { return v.name }
func (v *vendor) Issuers() []string { return v.issuers }

func (v *vendor) Verbs() []waybill.Verb {
	var out []waybill.Verb
	for verb, has := range map[waybill.Verb]bool{
		geo.Geocode: v.geocode != nil, geo.Suggest: v.suggest != nil, geo.Search: v.search != nil,
		geo.PlaceByID: v.place != nil, geo.Localize: v.localize != nil, geo.Districts: v.districts != nil,
	} {
		if has {
			out = append(out, verb)
		}
	}
	return out
}

func (v *vendor) Geocode(_ context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	v.asked = append(v.asked, r)
	return v.geocode(r)
}

func (v *vendor) Suggest(_ context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
	v.asked = append(v.asked, r)
	return v.suggest(r)
}

func (v *vendor) Search(_ context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
	v.asked = append(v.asked, r)
	return v.search(r)
}

func (v *vendor) Place(_ context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
	v.asked = append(v.asked, r)
	return v.place(r)
}

func (v *vendor) Localize(_ context.Context, r geo.LocalizeRequest) (geo.LocalizeResult, error) {
	v.asked = append(v.asked, r)
	return v.localize(r)
}

func (v *vendor) Districts(_ context.Context, r geo.DistrictRequest) (geo.DistrictResult, error) {
	v.asked = append(v.asked, r)
	return v.districts(r)
}

// asked returns a vendor's requests of one verb.
func asked[R any](v *vendor) (out []R) {
	for _, r := range v.asked {
		if r, ok := r.(R); ok {
			out = append(out, r)
		}
	}
	return out
}

var (
	raffles   = geo.Point{Lat: 1.2949, Lng: 103.8545}
	downError = &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent}
	goneError = &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent}
	hotel     = geo.Place{ID: geo.PlaceID{Issuer: "google", Value: "ChIJ1"}, Name: "Raffles Hotel", Point: raffles, Address: geo.Address{Region: "SG"}}
)

// google is a vendor with sessions whose suggestions have no points.
func google() *vendor {
	v := &vendor{name: "googlegeo", issuers: []string{"google"}}
	v.suggest = func(r geo.SuggestRequest) (geo.SuggestResult, error) {
		return geo.SuggestResult{Suggestions: []geo.Suggestion{
			{ID: hotel.ID, Text: "Raffles Hotel, Beach Road, Singapore", Name: "Raffles Hotel", Session: r.Session},
		}}, nil
	}
	v.place = func(r geo.PlaceRequest) (geo.PlaceResult, error) {
		if r.ID != hotel.ID {
			return geo.PlaceResult{}, goneError
		}
		return geo.PlaceResult{Place: hotel}, nil
	}
	return v
}

// finder is a vendor that searches, with two places of a similar name.
func finder(name string) *vendor {
	return &vendor{name: name, search: func(geo.SearchRequest) (geo.SearchResult, error) {
		return geo.SearchResult{Places: []geo.Place{
			{ID: geo.PlaceID{Issuer: "osm", Value: "N1"}, Name: "Raffles Place", Point: geo.Point{Lat: 1.2844, Lng: 103.8511}, Address: geo.Address{Region: "SG"}},
			{ID: geo.PlaceID{Issuer: "osm", Value: "N2"}, Name: "Raffles hotel", Point: geo.Point{Lat: 1.2950, Lng: 103.8545}, Address: geo.Address{Region: "SG"}},
		}}, nil
	}}
}

// An app gets the suggestions as JSON and sends one of them back, to another
// server.
func TestASuggestionSurvivesTheWayThroughAnApp(t *testing.T) {
	first, second := google(), google()
	session := "0b9cf0b0-4f2e-4a51-9d55-1c2a4e1f9a01"
	here := newClient(t, geo.With(first))
	res, err := here.Suggest(t.Context(), geo.SuggestRequest{Query: "raff", Session: session, Near: raffles, Region: "SG"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(res.Suggestions[0])
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"id":"google:ChIJ1"`) || !strings.Contains(string(text), session) {
		t.Errorf("the app got %s", text)
	}
	var back geo.Suggestion
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, res.Suggestions[0]) {
		t.Fatalf("%s came back as %+v, %v", text, back, err)
	}
	there := newClient(t, geo.With(second))
	got, err := there.Resolve(t.Context(), geo.ResolveRequest{Suggestion: back, Language: "en"})
	if err != nil || got.Place.Point != raffles || got.Refound || got.Provider != "googlegeo" {
		t.Fatalf("%+v, %v", got, err)
	}
	if a := asked[geo.PlaceRequest](second); len(a) != 1 || a[0].Session != session || a[0].ID != hotel.ID || a[0].Language != "en" {
		t.Errorf("asked for %+v", a)
	}
}

func TestResolveIsFreeWhenThePointIsThere(t *testing.T) {
	v := google()
	c := newClient(t, geo.With(v))
	p := shenzhen.To(geo.GCJ02)
	got, err := c.Resolve(t.Context(), geo.ResolveRequest{Datum: geo.BD09, Suggestion: geo.Suggestion{
		ID: geo.PlaceID{Issuer: "amap", Value: "B1"}, Text: "市民中心", Name: "市民中心", Point: p, Provider: "amapgeo", Instance: "amap-a"}})
	if err != nil || len(v.asked) != 0 {
		t.Fatalf("%v, %d requests", err, len(v.asked))
	}
	if got.Place.Point.Datum != geo.BD09 || geo.Distance(got.Place.Point, p) > 0.01 || got.Provider != "amapgeo" || got.Attempts != 0 ||
		got.Place.Name != "市民中心" || got.Place.Address.Formatted != "市民中心" {
		t.Errorf("%+v", got)
	}
}

// Two projects of one vendor: a session is good in its own only.
func TestASessionGoesToWhoOpenedIt(t *testing.T) {
	a, b := google(), google()
	c := newClient(t, geo.With(a, geo.As("project-a"), waybill.Weight(1)), geo.With(b, geo.As("project-b"), waybill.Weight(1)))
	by := map[string]*vendor{"project-a": a, "project-b": b}
	opened := map[string]bool{}
	for _, session := range []string{"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"} {
		instance := ""
		for range 4 { // letter by letter
			res, err := c.Suggest(t.Context(), geo.SuggestRequest{Query: "raff", Session: session})
			if err != nil {
				t.Fatal(err)
			}
			if instance != "" && res.Instance != instance {
				t.Errorf("%s moved from %s to %s", session, instance, res.Instance)
			}
			instance = res.Instance
			opened[instance] = true
			by[instance].asked = nil
			if _, err := c.Resolve(t.Context(), geo.ResolveRequest{Suggestion: res.Suggestions[0]}); err != nil {
				t.Fatal(err)
			}
			if r := asked[geo.PlaceRequest](by[instance]); len(r) != 1 || r[0].Session != session || r[0].Instance != "" {
				t.Errorf("%s: %+v", instance, r)
			}
		}
	}
	if len(opened) != 2 {
		t.Errorf("all sessions went to %v", opened)
	}
}

// With the project down that opened it, the other one gets the id without the
// session.
func TestAnotherInstanceGetsNoSession(t *testing.T) {
	a, b := google(), google()
	a.place = func(geo.PlaceRequest) (geo.PlaceResult, error) { return geo.PlaceResult{}, downError }
	c := newClient(t, geo.With(a, geo.As("project-a")), geo.With(b, geo.As("project-b")), geo.WithPolicy(waybill.Policy{Backoff: -1}))
	got, err := c.Place(t.Context(), geo.PlaceRequest{ID: hotel.ID, Session: "s1", Instance: "project-a"})
	if err != nil || got.Instance != "project-b" || got.Refound {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, r := range asked[geo.PlaceRequest](a) {
		if r.Session != "s1" {
			t.Errorf("project-a: %+v", r)
		}
	}
	if r := asked[geo.PlaceRequest](b); len(r) != 1 || r[0].Session != "" {
		t.Errorf("project-b: %+v", r)
	}
	// A session of an instance that is not here is sent to nobody.
	b.asked = nil
	if _, err := c.Place(t.Context(), geo.PlaceRequest{ID: hotel.ID, Session: "s1", Instance: "project-z"}); err != nil {
		t.Fatal(err)
	}
	if r := asked[geo.PlaceRequest](b); len(r) != 1 || r[0].Session != "" {
		t.Errorf("project-b: %+v", r)
	}
}

func TestAPlaceIsFoundAgain(t *testing.T) {
	hint := geo.Hint{Name: "Raffles Hotel", Text: "Raffles Hotel, Beach Road, Singapore", Region: "SG", Near: raffles}
	for _, c := range []struct {
		name    string
		id      geo.PlaceID
		issuer  error // what the issuer says; nil when it is not there
		hint    geo.Hint
		refound bool
		code    waybill.Code
	}{
		{name: "down", id: hotel.ID, issuer: downError, hint: hint, refound: true},
		{name: "down without a hint", id: hotel.ID, issuer: downError, code: waybill.Unavailable},
		{name: "over its limit", id: hotel.ID, issuer: &waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent}, hint: hint, refound: true},
		{name: "wrong key", id: hotel.ID, issuer: &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent}, hint: hint, refound: true},
		{name: "not here", id: geo.PlaceID{Issuer: "amap", Value: "B1"}, hint: hint, refound: true},
		{name: "not here without a hint", id: geo.PlaceID{Issuer: "amap", Value: "B1"}, code: waybill.Unavailable},
		{name: "id no more", id: hotel.ID, issuer: goneError, hint: hint, refound: true},
		{name: "id no more without a hint", id: hotel.ID, issuer: goneError, code: waybill.NotFound},
		{name: "wrong for everybody", id: hotel.ID, issuer: waybill.Invalid("place", "no"), hint: hint, code: waybill.InvalidArgument},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, other := google(), finder("osmgeo")
			if c.issuer != nil {
				v.place = func(geo.PlaceRequest) (geo.PlaceResult, error) { return geo.PlaceResult{}, c.issuer }
			}
			client := newClient(t, geo.With(v), geo.With(other), geo.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
			got, err := client.Place(t.Context(), geo.PlaceRequest{ID: c.id, Hint: c.hint, Language: "en", Key: "order-1"})
			if !c.refound {
				e := waybill.AsError(err)
				if e == nil || e.Code != c.code || e.Ref != "order-1" || len(other.asked) != 0 {
					t.Fatalf("%+v, %v, %d searches", got, err, len(other.asked))
				}
				return
			}
			if err != nil || !got.Refound || got.Provider != "osmgeo" || got.Place.ID.Value != "N2" || got.Attempts == 0 {
				t.Fatalf("%+v, %v", got, err)
			}
			if r := asked[geo.SearchRequest](other); len(r) != 1 || r[0].Query != "Raffles Hotel" || r[0].Region != "SG" || r[0].Near != raffles || r[0].Language != "en" {
				t.Errorf("searched for %+v", r)
			}
		})
	}
}

// The issuer that is down is not asked to search, unless there is nobody else.
func TestFindingAgainPassesTheIssuerOver(t *testing.T) {
	hint := geo.Hint{Name: "Raffles Hotel", Region: "SG"}
	v := google()
	v.search = finder("").search
	v.place = func(geo.PlaceRequest) (geo.PlaceResult, error) { return geo.PlaceResult{}, downError }
	other := finder("osmgeo")
	one := geo.WithPolicy(waybill.Policy{TriesPerProvider: 1})
	got, err := newClient(t, geo.With(v), geo.With(other), one).Place(t.Context(), geo.PlaceRequest{ID: hotel.ID, Hint: hint})
	if err != nil || got.Provider != "osmgeo" || len(asked[geo.SearchRequest](v)) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = newClient(t, geo.With(v), one).Place(t.Context(), geo.PlaceRequest{ID: hotel.ID, Hint: hint})
	if err != nil || got.Provider != "googlegeo" || !got.Refound {
		t.Errorf("alone: %+v, %v", got, err)
	}
	// Who merely knows the id no more is the best to ask.
	v.place = func(geo.PlaceRequest) (geo.PlaceResult, error) { return geo.PlaceResult{}, goneError }
	got, err = newClient(t, geo.With(v), geo.With(other), one).Place(t.Context(), geo.PlaceRequest{ID: hotel.ID, Hint: hint})
	if err != nil || got.Provider != "googlegeo" || !got.Refound {
		t.Errorf("gone: %+v, %v", got, err)
	}
}

// An address is geocoded; a name is searched for, and geocoded where nobody
// searches.
func TestFindingAgainByGeocoding(t *testing.T) {
	v := &vendor{name: "osmgeo", geocode: at(raffles, "SG")}
	c := newClient(t, geo.With(v))
	id := geo.PlaceID{Issuer: "amap", Value: "B1"}
	got, err := c.Place(t.Context(), geo.PlaceRequest{ID: id, Hint: geo.Hint{Name: "Raffles Hotel", Text: "Raffles Hotel, 1 Beach Road", Near: raffles}})
	if err != nil || !got.Refound || got.Place.Point != raffles {
		t.Fatalf("%+v, %v", got, err)
	}
	if r := asked[geo.GeocodeRequest](v); len(r) != 1 || r[0].Query != "Raffles Hotel, 1 Beach Road" || r[0].Region != "SG" {
		t.Errorf("asked for %+v", r)
	}
	v.search = finder("").search
	v.asked = nil
	c = newClient(t, geo.With(v))
	if _, err := c.Place(t.Context(), geo.PlaceRequest{ID: id, Hint: geo.Hint{Text: "1 Beach Road", Region: "SG"}}); err != nil {
		t.Fatal(err)
	}
	if len(asked[geo.GeocodeRequest](v)) != 1 || len(asked[geo.SearchRequest](v)) != 0 {
		t.Errorf("asked for %+v", v.asked)
	}
	// Nothing found is NotFound when nobody can say better.
	v.geocode = func(geo.GeocodeRequest) (geo.GeocodeResult, error) { return geo.GeocodeResult{}, goneError }
	v.search = func(geo.SearchRequest) (geo.SearchResult, error) { return geo.SearchResult{}, goneError }
	if _, err := c.Place(t.Context(), geo.PlaceRequest{ID: id, Hint: geo.Hint{Text: "1 Beach Road", Region: "SG"}}); !errors.Is(err, waybill.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestASuggestionWithoutIDIsSearchedFor(t *testing.T) {
	v := finder("osmgeo")
	c := newClient(t, geo.With(v))
	got, err := c.Resolve(t.Context(), geo.ResolveRequest{Suggestion: geo.Suggestion{Text: "raffles hotel", Name: "raffles hotel", Region: "SG"}})
	if err != nil || !got.Refound || got.Place.ID.Value != "N2" {
		t.Errorf("%+v, %v", got, err)
	}
}

// An id goes back to its issuer, whatever the client's default region is; but
// not to a provider that may not have what is known to lie elsewhere.
func TestIDsAndRegions(t *testing.T) {
	v := google()
	c := newClient(t, geo.With(v, geo.Outside("CN")), geo.WithDefaultRegion("CN"))
	if _, err := c.Place(t.Context(), geo.PlaceRequest{ID: hotel.ID}); err != nil {
		t.Error(err)
	}
	v.asked = nil
	for _, r := range []geo.PlaceRequest{{ID: hotel.ID, Region: "CN"}, {ID: hotel.ID, Hint: geo.Hint{Region: "CN", Text: "x"}}} {
		if _, err := c.Place(t.Context(), r); !errors.Is(err, waybill.ErrUnsupported) || len(v.asked) != 0 {
			t.Errorf("got %v, %d requests", err, len(v.asked))
		}
	}
}

func TestTheCallersEndIsTold(t *testing.T) {
	v := google()
	ctx, cancel := context.WithCancel(t.Context())
	v.place = func(geo.PlaceRequest) (geo.PlaceResult, error) { cancel(); return geo.PlaceResult{}, context.Canceled }
	other := finder("osmgeo")
	c := newClient(t, geo.With(v), geo.With(other))
	_, err := c.Place(ctx, geo.PlaceRequest{ID: hotel.ID, Hint: geo.Hint{Name: "Raffles Hotel", Region: "SG"}})
	if !errors.Is(err, context.Canceled) || len(other.asked) != 0 {
		t.Errorf("got %v, %d searches", err, len(other.asked))
	}
}

func TestNestedClientsKeepSessions(t *testing.T) {
	a, b := google(), google()
	inner := newClient(t, geo.With(a, geo.As("project/a")), geo.With(b, geo.As("project-b")), geo.WithName("inner"))
	outer := newClient(t, geo.With(inner), geo.With(finder("osmgeo")))
	res, err := outer.Suggest(t.Context(), geo.SuggestRequest{Query: "raff", Session: "s1", Region: "SG"})
	if err != nil || res.Suggestions[0].Instance != "inner/project/a" {
		t.Fatalf("%+v, %v", res, err)
	}
	if _, err := outer.Resolve(t.Context(), geo.ResolveRequest{Suggestion: res.Suggestions[0]}); err != nil {
		t.Fatal(err)
	}
	if r := asked[geo.PlaceRequest](a); len(r) != 1 || r[0].Session != "s1" || len(b.asked) != 0 {
		t.Errorf("%+v and %+v", a.asked, b.asked)
	}
	if got := outer.Issuers(); !reflect.DeepEqual(got, []string{"google"}) {
		t.Errorf("issuers %v", got)
	}
}

// ownerless takes ids and does not say whose.
type ownerless struct{ nameOnly }

func (ownerless) Place(context.Context, geo.PlaceRequest) (geo.PlaceResult, error) {
	return geo.PlaceResult{}, nil
}

func TestNewRefusesIDsOfNobody(t *testing.T) {
	for _, p := range []waybill.Provider{ownerless{}, &vendor{name: "x", place: google().place}} {
		if _, err := geo.New(geo.With(p)); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", p.Name(), err)
		}
	}
}

func TestLookupsRefuseBadInputBeforeAnyCall(t *testing.T) {
	v := google()
	c := newClient(t, geo.With(v))
	for _, r := range []geo.PlaceRequest{
		{}, {ID: geo.PlaceID{Issuer: "google"}}, {ID: geo.PlaceID{Issuer: "Google", Value: "x"}}, {ID: hotel.ID, Session: strings.Repeat("s", 37)},
		{ID: hotel.ID, Hint: geo.Hint{Text: "\xff"}}, {ID: hotel.ID, Hint: geo.Hint{Near: geo.Point{Lat: 91}}}, {ID: hotel.ID, Region: "sg"},
	} {
		if _, err := c.Place(t.Context(), r); !errors.Is(err, waybill.ErrInvalidArgument) || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%+v: %v", r, err)
		}
	}
	for _, s := range []geo.Suggestion{
		{}, {Text: " "}, {Text: "\xff"}, {Text: "x", Point: geo.Point{Lat: 91}}, {Text: "x", Session: "a b"}, {ID: geo.PlaceID{Issuer: "A", Value: "x"}},
		{Text: "x", Region: "sg"}, {Text: "x", Near: geo.Point{Datum: 9}},
	} {
		if _, err := c.Resolve(t.Context(), geo.ResolveRequest{Suggestion: s}); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%+v: %v", s, err)
		}
	}
	if len(v.asked) != 0 {
		t.Errorf("%d calls", len(v.asked))
	}
}
