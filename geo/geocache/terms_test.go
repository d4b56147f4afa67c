package geocache_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geocache"
)

// What is nothing without its texts is not kept for a vendor whose texts may not
// be.
func TestTextsOfGoogleAreNotKept(t *testing.T) {
	v := &vendor{name: "googlegeo"}
	c := newCache(t, v, nil)
	for op, want := range map[waybill.Verb]int64{
		geo.Suggest: 2, geo.Search: 2, geo.Localize: 2, geo.Districts: 2, geo.ReverseGeocode: 2, geo.Geocode: 1, geo.PlaceByID: 1,
	} {
		v.calls.Store(0)
		for range 2 {
			if _, _, err := verbs(c)[op](t.Context(), "", ""); err != nil {
				t.Fatal(err)
			}
		}
		if n := v.calls.Load(); n != want {
			t.Errorf("%s: %d calls, want %d", op, n, want)
		}
	}
}

func TestTermsBoundEveryTime(t *testing.T) {
	for name, c := range map[string]struct {
		terms geocache.Terms
		age   time.Duration // at which the answer is asked for again
		calls int64
	}{
		"within":           {geocache.Terms{Points: time.Hour, Texts: time.Hour}, 59 * time.Minute, 1},
		"past":             {geocache.Terms{Points: time.Hour, Texts: time.Hour}, time.Hour, 2},
		"texts sooner":     {geocache.Terms{Points: time.Hour, Texts: time.Minute}, 2 * time.Minute, 2},
		"nothing":          {geocache.Terms{}, 0, 2},
		"no points":        {geocache.Terms{Texts: time.Hour}, 0, 2},
		"no limit":         {geocache.Terms{Points: geocache.Unlimited, Texts: geocache.Unlimited}, 23 * time.Hour, 1},
		"the verb's limit": {geocache.Terms{Points: geocache.Unlimited, Texts: geocache.Unlimited}, 25 * time.Hour, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{name: "ours"}
				cache := newCache(t, v, &geocache.Options{Terms: map[string]geocache.Terms{"ours": c.terms}})
				for range 2 {
					if _, err := cache.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"}); err != nil {
						t.Fatal(err)
					}
					time.Sleep(c.age)
				}
				if n := v.calls.Load(); n != c.calls {
					t.Errorf("%d calls, want %d", n, c.calls)
				}
			})
		})
	}
}

// A cache behind a cache: what is old already is not made young.
func TestCachesInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{name: "ours"}
		inner := newCache(t, v, &geocache.Options{TTL: map[waybill.Verb]time.Duration{geo.Geocode: time.Hour}})
		outer := newCache(t, inner, &geocache.Options{TTL: map[waybill.Verb]time.Duration{geo.Geocode: time.Minute}, Stale: -1})
		for i, age := range []time.Duration{0, 10 * time.Minute, 20 * time.Minute} {
			res, err := outer.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
			if err != nil || res.Age != age {
				t.Errorf("%d: age %v, %v, want %v", i, res.Age, err, age)
			}
			time.Sleep(10 * time.Minute)
		}
		if n := v.calls.Load(); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

// Which failures an old answer stands in for.
func TestStaleIsForOutagesOnly(t *testing.T) {
	for code, stale := range map[waybill.Code]bool{
		waybill.Unavailable: true, waybill.RateLimited: true, waybill.QuotaExhausted: true, waybill.Unauthenticated: true, waybill.DataLoss: true,
		waybill.DeadlineExceeded: true, waybill.NotFound: false, waybill.InvalidArgument: false, waybill.Unsupported: false,
	} {
		synctest.Test(t, func(t *testing.T) {
			v := &vendor{name: "ours"}
			c := newCache(t, v, nil)
			r := geo.GeocodeRequest{Query: "x", Key: "order-1"}
			if _, err := c.Geocode(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			time.Sleep(25 * time.Hour)
			v.fail.Store(&waybill.Error{Code: code, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent})
			res, err := c.Geocode(t.Context(), r)
			if stale != (err == nil) || res.Stale != stale {
				t.Errorf("%v: %+v, %v", code, res.Freshness, err)
			}
			if err != nil && (waybill.CodeOf(err) != code || waybill.AsError(err).Ref != "order-1") {
				t.Errorf("%v: %v", code, err)
			}
			if s := c.Stats(); (s.Stale == 1) != stale {
				t.Errorf("%v: %+v", code, s)
			}
		})
	}
}

// A stranger's error, which is none of ours, comes through as one.
func TestErrorsComeThrough(t *testing.T) {
	v := &vendor{name: "ours"}
	v.fail.Store(&waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: time.Minute, VendorCode: "10021"})
	c := newCache(t, v, nil)
	for op, call := range verbs(c) {
		_, _, err := call(t.Context(), "", "order-1")
		e := waybill.AsError(err)
		if !errors.Is(err, waybill.ErrRateLimited) || e.RetryAfter != time.Minute || e.VendorCode != "10021" || e.Ref != "order-1" || e.Op != string(op) || e.Provider != "ours" {
			t.Errorf("%s: %+v", op, e)
		}
	}
}

// BenchmarkHit is an answer from memory.
func BenchmarkHit(b *testing.B) {
	v := &vendor{name: "ours"}
	c, err := geocache.New(v, nil)
	if err != nil {
		b.Fatal(err)
	}
	r := geo.ReverseGeocodeRequest{Point: sea, Nearby: 2}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.ReverseGeocode(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
