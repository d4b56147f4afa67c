package geocache_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geocache"
)

// vendor is a provider of all verbs that counts.
type vendor struct {
	name  string
	calls atomic.Int64
	// fail, when set, is what every call ends with; hold, when set, is waited
	// for.
	fail atomic.Pointer[waybill.Error]
	hold chan struct{}

	mu   sync.Mutex
	ends []error // of the contexts of calls that were held
}

func (v *vendor) Name() string      { return v.name }
func (v *vendor) Issuers() []string { return []string{"google"} }

func (v *vendor) answer(ctx context.Context, op waybill.Verb, ref string) (waybill.Served, error) {
	v.calls.Add(1)
	if v.hold != nil {
		select {
		case <-v.hold:
		case <-ctx.Done():
			v.mu.Lock()
			v.ends = append(v.ends, ctx.Err())
			v.mu.Unlock()
			return waybill.Served{}, waybill.FromContext(ctx).With(v.name, string(op), ref)
		}
	}
	if e := v.fail.Load(); e != nil {
		own := *e
		return waybill.Served{}, own.With(v.name, string(op), ref)
	}
	return waybill.Served{Provider: v.name, Attempts: 1}, nil
}

var (
	sea    = geo.Point{Lat: 1.2834, Lng: 103.8607}
	sands  = geo.Place{ID: geo.PlaceID{Issuer: "google", Value: "ChIJ1"}, Name: "Marina Bay Sands", Point: sea, Types: []string{"hotel"}, Precision: geo.PrecisionPlace, Address: geo.Address{Formatted: "10 Bayfront Avenue", Region: "SG"}}
	second = geo.Place{Name: "ArtScience Museum", Point: geo.Point{Lat: 1.2863, Lng: 103.8593}, Address: geo.Address{Region: "SG"}}
	down   = &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent}
	gone   = &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, VendorCode: "ZERO_RESULTS"}
)

func (v *vendor) Geocode(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	s, err := v.answer(ctx, geo.Geocode, r.Key)
	return geo.GeocodeResult{Served: s, Places: []geo.Place{sands, second}}, err
}

func (v *vendor) ReverseGeocode(ctx context.Context, r geo.ReverseGeocodeRequest) (geo.ReverseGeocodeResult, error) {
	s, err := v.answer(ctx, geo.ReverseGeocode, r.Key)
	p := sands
	p.Distance = geo.Distance(r.Point, p.Point)
	return geo.ReverseGeocodeResult{Served: s, Place: p, Nearby: []geo.Place{sands, second}}, err
}

func (v *vendor) Suggest(ctx context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
	s, err := v.answer(ctx, geo.Suggest, r.Key)
	return geo.SuggestResult{Served: s, Suggestions: []geo.Suggestion{{Text: "Marina Bay Sands", Session: r.Session, Types: []string{"hotel"}}}}, err
}

func (v *vendor) Search(ctx context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
	s, err := v.answer(ctx, geo.Search, r.Key)
	return geo.SearchResult{Served: s, Places: []geo.Place{sands}, Next: "2"}, err
}

func (v *vendor) Place(ctx context.Context, r geo.PlaceRequest) (geo.PlaceResult, error) {
	s, err := v.answer(ctx, geo.PlaceByID, r.Key)
	return geo.PlaceResult{Served: s, Place: sands, Refound: r.Hint.Name == "refound"}, err
}

func (v *vendor) Localize(ctx context.Context, r geo.LocalizeRequest) (geo.LocalizeResult, error) {
	s, err := v.answer(ctx, geo.Localize, r.Key)
	return geo.LocalizeResult{Served: s, Places: []geo.Place{sands}}, err
}

func (v *vendor) Districts(ctx context.Context, r geo.DistrictRequest) (geo.DistrictResult, error) {
	s, err := v.answer(ctx, geo.Districts, r.Key)
	return geo.DistrictResult{Served: s, Districts: []geo.District{{Name: "x", Children: []geo.District{{Name: "y"}}, Boundary: [][]geo.Point{{sea}}}}}, err
}

func newCache(t *testing.T, p waybill.Provider, o *geocache.Options) *geocache.Cache {
	t.Helper()
	c, err := geocache.New(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// verbs are a question of each verb; other makes it a different one.
func verbs(c *geocache.Cache) map[waybill.Verb]func(ctx context.Context, other, ref string) (geo.Freshness, waybill.Served, error) {
	return map[waybill.Verb]func(context.Context, string, string) (geo.Freshness, waybill.Served, error){
		geo.Geocode: func(ctx context.Context, other, ref string) (geo.Freshness, waybill.Served, error) {
			r, err := c.Geocode(ctx, geo.GeocodeRequest{Query: "sands" + other, Key: ref})
			return r.Freshness, r.Served, err
		},
		geo.ReverseGeocode: func(ctx context.Context, other, ref string) (geo.Freshness, waybill.Served, error) {
			r, err := c.ReverseGeocode(ctx, geo.ReverseGeocodeRequest{Point: geo.Point{Lat: sea.Lat + float64(len(other))/1000, Lng: sea.Lng}, Key: ref})
			return r.Freshness, r.Served, err
		},
		geo.Suggest: func(ctx context.Context, other, ref string) (geo.Freshness, waybill.Served, error) {
			r, err := c.Suggest(ctx, geo.SuggestRequest{Query: "san", Session: "s" + other, Key: ref})
			return r.Freshness, r.Served, err
		},
		geo.Search: func(ctx context.Context, other, ref string) (geo.Freshness, waybill.Served, error) {
			r, err := c.Search(ctx, geo.SearchRequest{Query: "sands", Cursor: other, Key: ref})
			return r.Freshness, r.Served, err
		},
		geo.PlaceByID: func(ctx context.Context, other, ref string) (geo.Freshness, waybill.Served, error) {
			r, err := c.Place(ctx, geo.PlaceRequest{ID: geo.PlaceID{Issuer: "google", Value: "ChIJ" + other}, Key: ref})
			return r.Freshness, r.Served, err
		},
		geo.Localize: func(ctx context.Context, other, ref string) (geo.Freshness, waybill.Served, error) {
			r, err := c.Localize(ctx, geo.LocalizeRequest{Point: sea, Languages: []string{"en", "zh" + other}, Key: ref})
			return r.Freshness, r.Served, err
		},
		geo.Districts: func(ctx context.Context, other, ref string) (geo.Freshness, waybill.Served, error) {
			r, err := c.Districts(ctx, geo.DistrictRequest{Query: "x" + other, Key: ref})
			return r.Freshness, r.Served, err
		},
	}
}

func TestEveryVerbIsAnsweredFromMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{name: "ours"}
		c := newCache(t, v, nil)
		if got := c.Verbs(); len(got) != 7 || c.Name() != "ours" || c.Issuers()[0] != "google" || c.Account() == nil || c.DefaultOutside() != nil {
			t.Errorf("%v", got)
		}
		for op, call := range verbs(c) {
			v.calls.Store(0)
			for i, other := range []string{"", "", "A", "A", ""} {
				f, s, err := call(t.Context(), other, "")
				if err != nil || s.Provider != "ours" {
					t.Fatalf("%s: %v", op, err)
				}
				if hit := i == 1 || i == 3 || i == 4; hit != (f.Age > 0) || f.Stale || hit != (s.Attempts == 0) {
					t.Errorf("%s %d: %+v %+v", op, i, f, s)
				}
				time.Sleep(time.Second)
			}
			if n := v.calls.Load(); n != 2 {
				t.Errorf("%s: %d calls, want 2", op, n)
			}
			if f, _, err := call(geocache.Fresh(t.Context()), "", ""); err != nil || f.Age != 0 || v.calls.Load() != 3 {
				t.Errorf("%s: asked anew: %+v, %v", op, f, err)
			}
		}
		c.Clear()
		if s := c.Stats(); s.Entries != 0 || s.Hits != 21 || s.Misses != 21 {
			t.Errorf("%+v", s)
		}
	})
}

func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{name: "ours"}
		c := newCache(t, v, &geocache.Options{TTL: map[waybill.Verb]time.Duration{geo.Geocode: time.Hour, geo.Search: -1}, Stale: 2 * time.Hour})
		ask := func() (geo.Freshness, error) {
			r, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: " marina  bay sands "})
			return r.Freshness, err
		}
		for _, step := range []struct {
			wait  time.Duration
			fail  *waybill.Error
			age   time.Duration
			stale bool
			err   bool
		}{
			{},
			{wait: 59 * time.Minute, fail: down, age: 59 * time.Minute},
			{wait: 2 * time.Minute, fail: down, age: 61 * time.Minute, stale: true},
			{wait: 118 * time.Minute, fail: down, age: 179 * time.Minute, stale: true},
			{wait: 2 * time.Minute, fail: down, err: true}, // past all its times
			{},
			{wait: 61 * time.Minute, fail: waybill.Invalid("geocode", "no"), err: true}, // says something of the question
		} {
			time.Sleep(step.wait)
			v.fail.Store(step.fail)
			f, err := ask()
			if (err != nil) != step.err || f.Age != step.age || f.Stale != step.stale {
				t.Errorf("%+v: %+v, %v", step, f, err)
			}
		}
		v.fail.Store(nil)
		v.calls.Store(0)
		for range 2 {
			if _, err := c.Search(t.Context(), geo.SearchRequest{Query: "x"}); err != nil {
				t.Error(err)
			}
		}
		if v.calls.Load() != 2 {
			t.Error("a verb that is off was kept")
		}
	})
}

// Nothing found is kept, too, for each caller with its own key.
func TestNothingFoundIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{name: "ours"}
		v.fail.Store(gone)
		c := newCache(t, v, nil)
		for i, ref := range []string{"order-1", "order-2", ""} {
			_, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "nowhere", Key: ref})
			e := waybill.AsError(err)
			if e == nil || e.Code != waybill.NotFound || e.Ref != ref || e.Provider != "ours" || e.Op != "geocode" || v.calls.Load() != 1 {
				t.Errorf("%d: %+v after %d calls", i, e, v.calls.Load())
			}
		}
		time.Sleep(11 * time.Minute)
		v.fail.Store(nil)
		if _, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "nowhere"}); err != nil {
			t.Error(err)
		}
		// Other failures are not kept.
		v.fail.Store(down)
		v.calls.Store(0)
		for range 2 {
			_, _ = c.Geocode(t.Context(), geo.GeocodeRequest{Query: "elsewhere"})
		}
		off := newCache(t, v, &geocache.Options{Negative: -1})
		v.fail.Store(gone)
		for range 2 {
			_, _ = off.Geocode(t.Context(), geo.GeocodeRequest{Query: "elsewhere"})
		}
		if n := v.calls.Load(); n != 4 {
			t.Errorf("%d calls, want 4", n)
		}
	})
}

// Google allows points for 30 days, ids without limit, and no texts.
func TestGooglesTerms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{name: "googlegeo"}
		long := map[waybill.Verb]time.Duration{geo.Geocode: geocache.Unlimited, geo.ReverseGeocode: geocache.Unlimited, geo.PlaceByID: geocache.Unlimited}
		c := newCache(t, v, &geocache.Options{TTL: long, Stale: geocache.Unlimited})
		first, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "sands"})
		if err != nil || first.Reduced || first.Places[0].Name == "" {
			t.Fatalf("%+v, %v", first, err)
		}
		time.Sleep(30*24*time.Hour - time.Second)
		kept, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "sands"})
		want := geo.Place{ID: sands.ID, Point: sea, Precision: sands.Precision, Address: geo.Address{Region: "SG"}}
		if err != nil || !kept.Reduced || !reflect.DeepEqual(kept.Places[0], want) || v.calls.Load() != 1 {
			t.Errorf("%+v, %v", kept, err)
		}
		time.Sleep(time.Second)
		v.fail.Store(down)
		if _, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "sands"}); !errors.Is(err, waybill.ErrUnavailable) {
			t.Errorf("kept for longer than allowed: %v", err)
		}
		v.fail.Store(nil)
		v.calls.Store(0)
		for range 2 {
			if _, err := c.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: sea}); err != nil {
				t.Error(err)
			}
			p, err := c.Place(t.Context(), geo.PlaceRequest{ID: sands.ID})
			if err != nil || p.Place.Point != sea {
				t.Errorf("%+v, %v", p, err)
			}
		}
		if n := v.calls.Load(); n != 3 { // an address alone is nothing without its text
			t.Errorf("%d calls, want 3", n)
		}
		// One's own contract says otherwise.
		c = newCache(t, v, &geocache.Options{Terms: map[string]geocache.Terms{"googlegeo": {Points: time.Hour, Texts: time.Hour}}, TTL: long})
		for range 2 {
			if r, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "sands"}); err != nil || r.Reduced || r.Places[0].Name == "" {
				t.Errorf("%+v, %v", r, err)
			}
		}
	})
	for name, terms := range geocache.DefaultTerms() {
		if terms.Points <= 0 {
			t.Errorf("%s may keep nothing", name)
		}
	}
}

func TestCellsOfReverseGeocoding(t *testing.T) {
	v := &vendor{name: "ours"}
	c := newCache(t, v, nil)
	at := func(lat, lng float64) int64 {
		t.Helper()
		before := v.calls.Load()
		p := geo.Point{Lat: lat, Lng: lng}
		res, err := c.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: p, Nearby: 2})
		if err != nil {
			t.Fatal(err)
		}
		if res.Place.Distance != geo.Distance(p, res.Place.Point) || res.Nearby[0].Distance > res.Nearby[1].Distance {
			t.Errorf("distances %v, %+v", res.Place.Distance, res.Nearby)
		}
		return v.calls.Load() - before
	}
	const metre = 1 / 111195.0
	// 41 steps of half a metre touch two or three cells, on every latitude.
	for _, lat := range []float64{0, 1.2834, -33.9, 52.5, 78.2, -89.5} {
		asked := int64(0)
		for i := range 41 {
			asked += at(lat+float64(i)*metre/2, 103.8607)
		}
		if asked < 1 || asked > 3 {
			t.Errorf("at %v: %d calls for 20 m", lat, asked)
		}
	}
	// Far away is another cell; near in another datum is another question.
	if at(1.2834, 103.9) != 1 || at(1.2834, 103.9) != 0 {
		t.Error("cells are mixed up")
	}
	exact := newCache(t, v, &geocache.Options{Cell: -1})
	v.calls.Store(0)
	for _, lat := range []float64{1, 1 + metre, 1} {
		if _, err := exact.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: lat, Lng: 103}}); err != nil {
			t.Error(err)
		}
	}
	if n := v.calls.Load(); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

// The data boundary: what one tenant may ask is not told to another.
func TestTenantsAndLanesAreApart(t *testing.T) {
	v := &vendor{name: "ours"}
	c := newCache(t, v, nil)
	for _, r := range []geo.GeocodeRequest{{Query: "x"}, {Query: "x", Tenant: "a"}, {Query: "x", Tenant: "b"}, {Query: "x", Lane: "a"}, {Query: "x", Region: "SG"}, {Query: "x", Language: "en"}, {Query: "x", Limit: 1}, {Query: "x", Datum: geo.BD09}, {Query: "x", City: "y"}} {
		for range 2 {
			if _, err := c.Geocode(t.Context(), r); err != nil {
				t.Error(err)
			}
		}
	}
	if n := v.calls.Load(); n != 9 {
		t.Errorf("%d calls, want 9", n)
	}
}

func TestSessionsAreAlwaysClosed(t *testing.T) {
	v := &vendor{name: "ours"}
	c := newCache(t, v, nil)
	for i, session := range []string{"s1", "s2", ""} {
		if _, err := c.Place(t.Context(), geo.PlaceRequest{ID: sands.ID, Session: session}); err != nil {
			t.Error(err)
		}
		if n := v.calls.Load(); n != int64(min(i+1, 2)) {
			t.Errorf("%d calls after %d", n, i+1)
		}
	}
	for range 2 { // what was found again may not be it
		if _, err := c.Place(t.Context(), geo.PlaceRequest{ID: sands.ID, Hint: geo.Hint{Name: "refound"}}); err != nil {
			t.Error(err)
		}
	}
	if n := v.calls.Load(); n != 4 {
		t.Errorf("%d calls, want 4", n)
	}
}

func TestTheLeastRecentlyUsedGoesFirst(t *testing.T) {
	v := &vendor{name: "ours"}
	c := newCache(t, v, &geocache.Options{Size: 2})
	for _, q := range []string{"a", "b", "a", "c", "a", "b"} {
		if _, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: q}); err != nil {
			t.Error(err)
		}
	}
	if n, s := v.calls.Load(), c.Stats(); n != 4 || s.Entries != 2 {
		t.Errorf("%d calls, %+v", n, s)
	}
}

// Nobody can change what others get.
func TestAnswersAreCopies(t *testing.T) {
	v := &vendor{name: "ours"}
	c := newCache(t, v, nil)
	for range 2 {
		r, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
		if err != nil || r.Places[0].Name != "Marina Bay Sands" || r.Places[0].Types[0] != "hotel" {
			t.Fatalf("%+v, %v", r, err)
		}
		r.Places[0].Name, r.Places[0].Types = "changed", append(r.Places[0].Types[:0], "changed")
		d, err := c.Districts(t.Context(), geo.DistrictRequest{Query: "x"})
		if err != nil || d.Districts[0].Children[0].Name != "y" || d.Districts[0].Boundary[0][0] != sea {
			t.Fatalf("%+v, %v", d, err)
		}
		d.Districts[0].Children[0].Name, d.Districts[0].Boundary[0][0] = "changed", geo.Point{}
	}
}

func TestOneFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{name: "ours", hold: make(chan struct{})}
		c := newCache(t, v, nil)
		first, cancel := context.WithCancel(t.Context())
		var failed, served atomic.Int64
		ask := func(ctx context.Context, ref string) {
			r, err := c.Geocode(ctx, geo.GeocodeRequest{Query: "x", Key: ref})
			switch {
			case err == nil:
				served.Add(1)
				r.Places[0].Name = "mine"
			case errors.Is(err, context.Canceled) && waybill.CodeOf(err) == waybill.Canceled && waybill.AsError(err).Ref == ref:
				failed.Add(1)
			default:
				t.Errorf("%v", err)
			}
		}
		go ask(first, "first")
		synctest.Wait()
		for i := range 9 {
			go ask(t.Context(), fmt.Sprint(i))
		}
		synctest.Wait()
		cancel() // the one who began leaves; the others stay
		synctest.Wait()
		if failed.Load() != 1 || served.Load() != 0 {
			t.Fatalf("%d failed, %d served", failed.Load(), served.Load())
		}
		close(v.hold)
		synctest.Wait()
		if v.calls.Load() != 1 || served.Load() != 9 || len(v.ends) != 0 {
			t.Errorf("%d calls, %d served, ended %v", v.calls.Load(), served.Load(), v.ends)
		}
		if s := c.Stats(); s.Shared != 9 || s.Misses != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestAFlightEndsWithTheLastWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{name: "ours", hold: make(chan struct{})}
		c := newCache(t, v, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				if _, err := c.Geocode(ctx, geo.GeocodeRequest{Query: "x"}); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%v", err)
				}
			})
		}
		group.Wait()
		synctest.Wait()
		v.mu.Lock()
		ends := len(v.ends)
		v.mu.Unlock()
		if ends != 1 {
			t.Errorf("%d calls were ended", ends)
		}
		close(v.hold)
		if _, err := c.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"}); err != nil || v.calls.Load() != 2 {
			t.Errorf("%v after %d calls", err, v.calls.Load())
		}
		ended, end := context.WithCancel(t.Context())
		end()
		_, err := c.Geocode(ended, geo.GeocodeRequest{Query: "y"})
		if !errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != waybill.NotSent || v.calls.Load() != 2 {
			t.Errorf("%v after %d calls", err, v.calls.Load())
		}
	})
}

// panicking panics in its only verb.
type panicking struct{}

func (panicking) Name() string { return "panicking" }
func (panicking) Geocode(context.Context, geo.GeocodeRequest) (geo.GeocodeResult, error) {
	panic("oops")
}

func TestAPanicIsTheCallers(t *testing.T) {
	c := newCache(t, panicking{}, nil)
	for range 2 {
		func() {
			defer func() {
				if recover() != "oops" {
					t.Error("no panic")
				}
			}()
			_, _ = c.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
		}()
	}
	if _, err := c.Search(t.Context(), geo.SearchRequest{Query: "x"}); !errors.Is(err, waybill.ErrUnsupported) {
		t.Errorf("%v", err)
	}
	if _, err := c.Place(t.Context(), geo.PlaceRequest{ID: sands.ID}); !errors.Is(err, waybill.ErrUnsupported) || c.Issuers() != nil {
		t.Errorf("%v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, err := range map[string]error{
		"nil":     second2(geocache.New(nil, nil)),
		"no verb": second2(geocache.New(nameOnly{}, nil)),
		"size":    second2(geocache.New(&vendor{name: "x"}, &geocache.Options{Size: -1})),
		"cell":    second2(geocache.New(&vendor{name: "x"}, &geocache.Options{Cell: 1e6})),
	} {
		if !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second2(_ *geocache.Cache, err error) error { return err }

type nameOnly struct{}

func (nameOnly) Name() string { return "nothing" }

// Behind and around a client; and what is wrong is refused before anything.
func TestWithClients(t *testing.T) {
	v := &vendor{name: "ours"}
	inner, err := geo.New(geo.With(v))
	if err != nil {
		t.Fatal(err)
	}
	c := newCache(t, inner, nil)
	outer, err := geo.New(geo.With(c))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		res, err := outer.Resolve(t.Context(), geo.ResolveRequest{Suggestion: geo.Suggestion{ID: sands.ID, Text: "x"}})
		if err != nil || res.Place.Name != "Marina Bay Sands" {
			t.Errorf("%+v, %v", res, err)
		}
	}
	if v.calls.Load() != 1 {
		t.Errorf("%d calls", v.calls.Load())
	}
	v.calls.Store(0)
	bad := []error{}
	for _, f := range []func() error{
		func() error { _, err := c.Geocode(t.Context(), geo.GeocodeRequest{}); return err },
		func() error { _, err := c.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{}); return err },
		func() error { _, err := c.Suggest(t.Context(), geo.SuggestRequest{}); return err },
		func() error { _, err := c.Search(t.Context(), geo.SearchRequest{}); return err },
		func() error { _, err := c.Place(t.Context(), geo.PlaceRequest{}); return err },
		func() error { _, err := c.Localize(t.Context(), geo.LocalizeRequest{}); return err },
		func() error { _, err := c.Districts(t.Context(), geo.DistrictRequest{Children: 9}); return err },
	} {
		bad = append(bad, f())
	}
	for i, err := range bad {
		if !errors.Is(err, waybill.ErrInvalidArgument) || strings.Contains(err.Error(), "ours") {
			t.Errorf("%d: %v", i, err)
		}
	}
	if v.calls.Load() != 0 {
		t.Errorf("%d calls", v.calls.Load())
	}
}
