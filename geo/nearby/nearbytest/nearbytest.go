// Package nearbytest proves that an implementation of [nearby.Store] answers as a
// comparison of all drivers would: same ids, same order, in the city, at the
// antimeridian, while drivers move and under many goroutines.
package nearbytest

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/nearby"
)

// Harness says how to make a store.
type Harness struct {
	// New returns an empty store with these options; Now, MaxAge and MaxAhead
	// are set by the suite.
	New func(t testing.TB, o nearby.Options) nearby.Store
	// MaxLatitude is how far from the equator positions may lie in degrees; 0
	// means 90.
	MaxLatitude float64
}

// clock is a time that the suite sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) get() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	for name, f := range map[string]func(*testing.T, Harness){
		"nearest": nearest, "moving": moving, "order of times": stale, "silence": silence, "marks": marks, "all and sweep": house,
		"invalid": invalid, "canceled": canceled, "parallel": parallel,
	} {
		t.Run(name, func(t *testing.T) { f(t, h) })
	}
}

func (h *Harness) open(t testing.TB) (nearby.Store, *clock) {
	t.Helper()
	c := &clock{now: noon}
	return h.New(t, nearby.Options{Now: c.get}), c
}

// brute is the answer by comparing all.
func brute(all map[string]nearby.Position[string], q nearby.Query, now time.Time) []nearby.Found[string] {
	var out []nearby.Found[string]
	for _, p := range all {
		d := geo.Distance(q.Point, p.Point)
		if p.Attr&q.All == q.All && p.Attr&q.None == 0 && now.Sub(p.At) <= nearby.DefaultMaxAge && d <= q.Radius {
			out = append(out, nearby.Found[string]{Position: p, Distance: d})
		}
	}
	slices.SortFunc(out, func(a, b nearby.Found[string]) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(q.K, len(out))]
}

func compare(t *testing.T, s nearby.Store, all map[string]nearby.Position[string], q nearby.Query, now time.Time) {
	t.Helper()
	got, err := s.Nearest(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	want := brute(all, q, now)
	if len(got) != len(want) {
		t.Fatalf("%d found, want %d (k %d, radius %g)", len(got), len(want), q.K, q.Radius)
	}
	for i := range got {
		g, w := got[i], want[i]
		if g.ID != w.ID || g.Distance != w.Distance || g.Attr != w.Attr || !g.At.Equal(w.At) || g.Point != w.Point {
			t.Fatalf("number %d of %d is another driver, place or time than a comparison of all gives (k %d, radius %g)", i, len(got), q.K, q.Radius)
		}
	}
}

func update(t *testing.T, s nearby.Store, all map[string]nearby.Position[string], batch []nearby.Position[string]) {
	t.Helper()
	var want nearby.Updated
	for _, p := range batch {
		old, ok := all[p.ID]
		if ok && !p.At.After(old.At) {
			want.Stale++
			continue
		}
		if !ok {
			want.New++
		}
		want.Applied++
		all[p.ID] = p
	}
	if got, err := s.Update(t.Context(), batch); err != nil || got != want {
		t.Fatalf("update: %+v, %v; want %+v", got, err, want)
	}
}

func city(r *rand.Rand) geo.Point {
	return geo.Point{Lat: 22.54 + r.NormFloat64()*0.03, Lng: 114.06 + r.NormFloat64()*0.04}
}

func nearest(t *testing.T, h Harness) {
	places := map[string]func(*rand.Rand) geo.Point{
		"city":      city,
		"one place": func(*rand.Rand) geo.Point { return geo.Point{Lat: 19.07, Lng: 72.87} },
		"lattice": func(r *rand.Rand) geo.Point {
			return geo.Point{Lat: float64(r.IntN(9)) * 0.001, Lng: 100 + float64(r.IntN(9))*0.001}
		},
		"antimeridian": func(r *rand.Rand) geo.Point {
			lng := 180 + r.NormFloat64()*0.05
			if lng > 180 {
				lng -= 360
			}
			return geo.Point{Lat: -17 + r.NormFloat64()*0.05, Lng: lng}
		},
		"north": func(r *rand.Rand) geo.Point {
			return geo.Point{Lat: 84 + r.Float64(), Lng: r.Float64()*360 - 180}
		},
	}
	end := h.MaxLatitude
	if end == 0 {
		end = 90
	}
	places["ends"] = func(r *rand.Rand) geo.Point {
		lngs, lats := [...]float64{180, -180, math.Nextafter(180, 0), 179.999}, [...]float64{end, math.Nextafter(end, 0), end - 0.001, end - 3}
		return geo.Point{Lat: lats[r.IntN(4)] * float64(1-2*r.IntN(2)), Lng: lngs[r.IntN(4)]}
	}
	if h.MaxLatitude == 0 {
		places["pole"] = func(r *rand.Rand) geo.Point {
			return geo.Point{Lat: 90 - r.Float64()*0.1, Lng: r.Float64()*360 - 180}
		}
	}
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			s, _ := h.open(t)
			r := rand.New(rand.NewPCG(1, 2))
			all := map[string]nearby.Position[string]{}
			var batch []nearby.Position[string]
			for i := range 800 {
				batch = append(batch, nearby.Position[string]{ID: "driver-" + strconv.Itoa(i), Point: place(r), At: noon.Add(-time.Duration(r.IntN(35_000)) * time.Millisecond), Attr: nearby.Attr(r.Uint32N(4))})
			}
			update(t, s, all, batch)
			for range 40 {
				q := nearby.Query{Point: place(r), K: 1 + r.IntN(40), Radius: 10 + r.Float64()*r.Float64()*20_000, All: nearby.Attr(r.IntN(2)), None: nearby.Attr(r.IntN(2)) << 1}
				switch r.IntN(10) {
				case 0:
					q.Radius, q.K = 5_000_000, nearby.MaxK
				case 1: // round the pole from the north of the map
					q.Radius, q.K = 620_000, nearby.MaxK
				}
				compare(t, s, all, q, noon)
			}
		})
	}
}

func moving(t *testing.T, h Harness) {
	s, c := h.open(t)
	r := rand.New(rand.NewPCG(5, 6))
	all := map[string]nearby.Position[string]{}
	for round := range 20 {
		now := noon.Add(time.Duration(round) * 5 * time.Second)
		c.set(now)
		var batch []nearby.Position[string]
		for range 80 {
			batch = append(batch, nearby.Position[string]{ID: strconv.Itoa(r.IntN(200)), Point: city(r), At: now.Add(-time.Duration(r.IntN(8000)) * time.Millisecond), Attr: nearby.Attr(r.Uint32N(2))})
		}
		update(t, s, all, batch)
		gone := strconv.Itoa(r.IntN(200))
		_, known := all[gone]
		if n, err := s.Remove(t.Context(), gone, "nobody"); err != nil || (n == 1) != known {
			t.Fatalf("remove: %d, %v", n, err)
		}
		delete(all, gone)
		for range 5 {
			compare(t, s, all, nearby.Query{Point: city(r), K: 10, Radius: 4000, All: nearby.Attr(r.IntN(2))}, now)
		}
	}
}

func stale(t *testing.T, h Harness) {
	s, _ := h.open(t)
	all := map[string]nearby.Position[string]{}
	at := func(lat float64, ms int) nearby.Position[string] {
		return nearby.Position[string]{ID: "a", Point: geo.Point{Lat: lat, Lng: 114}, At: noon.Add(time.Duration(ms) * time.Millisecond)}
	}
	batch := []nearby.Position[string]{at(22.1, 0), at(22.2, -1), at(22.3, 1), at(22.4, 1)}
	update(t, s, all, batch)
	update(t, s, all, batch)
	if p, err := s.Get(t.Context(), "a"); err != nil || p != all["a"] && !p.At.Equal(all["a"].At) || p.Point.Lat != 22.3 {
		t.Errorf("get: %v", err)
	}
	if _, err := s.Get(t.Context(), "b"); waybill.CodeOf(err) != waybill.NotFound {
		t.Errorf("get of a stranger: %v", err)
	}
}

func silence(t *testing.T, h Harness) {
	s, c := h.open(t)
	all := map[string]nearby.Position[string]{}
	update(t, s, all, []nearby.Position[string]{{ID: "a", Point: geo.Point{Lat: 22, Lng: 114}, At: noon}})
	q := nearby.Query{Point: geo.Point{Lat: 22, Lng: 114}, K: 1, Radius: 10}
	for after, want := range map[time.Duration]int{0: 1, 30 * time.Second: 1, 30*time.Second + time.Millisecond: 0, time.Hour: 0} {
		c.set(noon.Add(after))
		if found, err := s.Nearest(t.Context(), q); err != nil || len(found) != want {
			t.Errorf("after %v: %d found, %v", after, len(found), err)
		}
	}
	q.MaxAge = -1
	if found, err := s.Nearest(t.Context(), q); err != nil || len(found) != 1 {
		t.Errorf("any age: %d found, %v", len(found), err)
	}
}

func marks(t *testing.T, h Harness) {
	s, _ := h.open(t)
	all := map[string]nearby.Position[string]{}
	p := nearby.Position[string]{ID: "a", Point: geo.Point{Lat: 22, Lng: 114}, At: noon, Attr: 1<<31 | 3}
	update(t, s, all, []nearby.Position[string]{p})
	if err := s.Mark(t.Context(), "a", 4, 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Mark(t.Context(), "b", 4, 1); waybill.CodeOf(err) != waybill.NotFound {
		t.Errorf("mark of a stranger: %v", err)
	}
	p.Attr = 1<<31 | 6
	all["a"] = p
	for _, q := range []nearby.Query{{All: 1 << 31}, {All: 6}, {None: 1}, {All: 1}, {None: 1 << 31}} {
		q.Point, q.K, q.Radius = p.Point, 1, 1
		compare(t, s, all, q, noon)
	}
	p.At, p.Attr = noon.Add(time.Second), 1
	update(t, s, all, []nearby.Position[string]{p})
	compare(t, s, all, nearby.Query{Point: p.Point, K: 1, Radius: 1, All: 1, None: 6}, noon)
}

func house(t *testing.T, h Harness) {
	s, _ := h.open(t)
	all := map[string]nearby.Position[string]{}
	var batch []nearby.Position[string]
	for i := range 500 {
		batch = append(batch, nearby.Position[string]{ID: strconv.Itoa(i), Point: geo.Point{Lat: 1, Lng: float64(i)*0.1 + 0.1}, At: noon.Add(-time.Duration(i) * time.Second)})
	}
	update(t, s, all, batch)
	seen := map[string]bool{}
	for p, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if w := all[p.ID]; seen[p.ID] || w.Point != p.Point || !w.At.Equal(p.At) {
			t.Fatal("a driver came twice or changed")
		}
		seen[p.ID] = true
	}
	if len(seen) != len(all) {
		t.Fatalf("%d of %d drivers", len(seen), len(all))
	}
	for range s.All(t.Context()) {
		break
	}
	if n, err := s.Sweep(t.Context(), noon.Add(-99*time.Second)); err != nil || n != 400 {
		t.Errorf("sweep: %d, %v", n, err)
	}
	if _, err := s.Get(t.Context(), "100"); waybill.CodeOf(err) != waybill.NotFound {
		t.Errorf("get of one who was swept: %v", err)
	}
	if found, err := s.Nearest(t.Context(), nearby.Query{Point: geo.Point{Lat: 1, Lng: 1}, K: nearby.MaxK, Radius: 1e7, MaxAge: -1}); err != nil || len(found) != 100 {
		t.Errorf("after the sweep: %d found, %v", len(found), err)
	}
}

func invalid(t *testing.T, h Harness) {
	s, _ := h.open(t)
	good := nearby.Position[string]{ID: "a", Point: geo.Point{Lat: 22, Lng: 114}, At: noon}
	late := good
	late.ID, late.At = "late", noon.Add(2*time.Minute)
	far := good
	far.ID, far.Point.Lat = "far", 91
	u, err := s.Update(t.Context(), []nearby.Position[string]{late, good, far})
	if u != (nearby.Updated{Applied: 1, New: 1, Refused: 2}) || waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("update: %+v, %v", u, err)
	}
	if _, err := s.Nearest(t.Context(), nearby.Query{Point: good.Point, Radius: 1}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("a query without k: %v", err)
	}
	if u, err := s.Update(t.Context(), nil); err != nil || u != (nearby.Updated{}) {
		t.Errorf("nothing: %+v, %v", u, err)
	}
	if n, err := s.Remove(t.Context()); err != nil || n != 0 {
		t.Errorf("nobody: %d, %v", n, err)
	}
}

func canceled(t *testing.T, h Harness) {
	s, _ := h.open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := nearby.Position[string]{ID: "a", Point: geo.Point{Lat: 22, Lng: 114}, At: noon}
	_, e1 := s.Update(ctx, []nearby.Position[string]{p})
	_, e2 := s.Nearest(ctx, nearby.Query{Point: p.Point, K: 1, Radius: 1})
	_, e3 := s.Get(ctx, "a")
	_, e4 := s.Remove(ctx, "a")
	_, e5 := s.Sweep(ctx, noon)
	for i, err := range []error{e1, e2, e3, s.Mark(ctx, "a", 1, 0), e4, e5} {
		if waybill.CodeOf(err) != waybill.Canceled {
			t.Errorf("call %d: %v", i, err)
		}
	}
}

// parallel: many goroutines update and ask; every answer is in order, within the
// radius and without a repetition, and the end is the newest of all.
func parallel(t *testing.T, h Harness) {
	s, _ := h.open(t)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 9))
			for i := range 30 {
				var batch []nearby.Position[string]
				for d := range 20 {
					batch = append(batch, nearby.Position[string]{ID: strconv.Itoa(d), Point: city(r), At: noon.Add(time.Duration(i*8+g) * time.Millisecond)})
				}
				if _, err := s.Update(t.Context(), batch); err != nil {
					t.Error(err)
				}
				found, err := s.Nearest(t.Context(), nearby.Query{Point: city(r), K: 15, Radius: 50_000})
				if err != nil || !slices.IsSortedFunc(found, func(a, b nearby.Found[string]) int { return cmp.Compare(a.Distance, b.Distance) }) {
					t.Errorf("%d found, %v", len(found), err)
				}
				seen := map[string]bool{}
				for _, f := range found {
					if seen[f.ID] || f.Distance > 50_000 {
						t.Error("a driver came twice or from beyond the radius")
					}
					seen[f.ID] = true
				}
			}
		})
	}
	wg.Wait()
	for d := range 20 {
		if p, err := s.Get(t.Context(), strconv.Itoa(d)); err != nil || !p.At.Equal(noon.Add((29*8+7)*time.Millisecond)) {
			t.Errorf("the newest position did not stay: %v", err)
		}
	}
}
