package nearby_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/nearby"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newIndex[I nearby.ID](t testing.TB, o nearby.Options) *nearby.Index[I] {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	x, err := nearby.New[I](&o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// brute is the answer by comparing all.
func brute(all []nearby.Position[uint32], q nearby.Query, now time.Time, maxAge time.Duration) []nearby.Found[uint32] {
	var out []nearby.Found[uint32]
	for _, p := range all {
		if p.Attr&q.All != q.All || p.Attr&q.None != 0 || maxAge > 0 && now.Sub(p.At) > maxAge {
			continue
		}
		if d := geo.Distance(q.Point, p.Point); d <= q.Radius {
			out = append(out, nearby.Found[uint32]{Position: p, Distance: d})
		}
	}
	slices.SortFunc(out, func(a, b nearby.Found[uint32]) int {
		if a.Distance != b.Distance {
			if a.Distance < b.Distance {
				return -1
			}
			return 1
		}
		return int(int64(a.ID) - int64(b.ID))
	})
	return out[:min(q.K, len(out))]
}

func same(t *testing.T, got, want []nearby.Found[uint32], q nearby.Query) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d found, want %d (k %d, radius %g)", len(got), len(want), q.K, q.Radius)
	}
	for i := range got {
		if got[i].ID != want[i].ID || got[i].Distance != want[i].Distance {
			t.Fatalf("number %d is %d at %g m, want %d at %g m (k %d, radius %g)", i, got[i].ID, got[i].Distance, want[i].ID, want[i].Distance, q.K, q.Radius)
		}
	}
}

// clouds are where drivers may be: each makes a point from a source of numbers.
var clouds = map[string]func(*rand.Rand) geo.Point{
	"city": func(r *rand.Rand) geo.Point {
		return geo.Point{Lat: 22.54 + r.NormFloat64()*0.05, Lng: 114.06 + r.NormFloat64()*0.07}
	},
	"one street": func(r *rand.Rand) geo.Point { return geo.Point{Lat: 31.23, Lng: 121.47 + r.Float64()*0.01} },
	"one place":  func(*rand.Rand) geo.Point { return geo.Point{Lat: 19.07, Lng: 72.87} },
	"lattice": func(r *rand.Rand) geo.Point {
		return geo.Point{Lat: float64(r.IntN(9)) * 0.001, Lng: 100 + float64(r.IntN(9))*0.001}
	},
	"antimeridian": func(r *rand.Rand) geo.Point {
		lng := 180 + r.NormFloat64()*0.1
		if lng > 180 {
			lng -= 360
		}
		return geo.Point{Lat: -17 + r.NormFloat64()*0.1, Lng: lng}
	},
	"on the antimeridian": func(r *rand.Rand) geo.Point {
		return geo.Point{Lat: -17 + r.Float64()*0.1, Lng: 180 - 360*float64(r.IntN(2))}
	},
	"north pole": func(r *rand.Rand) geo.Point {
		return geo.Point{Lat: 90 - math.Abs(r.NormFloat64())*0.2, Lng: r.Float64()*360 - 180}
	},
	"south pole": func(r *rand.Rand) geo.Point {
		return geo.Point{Lat: -90 + float64(r.IntN(20))*0.01, Lng: float64(r.IntN(36))*10 - 180}
	},
	"high north": func(r *rand.Rand) geo.Point {
		return geo.Point{Lat: 78.2 + r.NormFloat64()*0.3, Lng: 15.6 + r.NormFloat64()}
	},
	"world": func(r *rand.Rand) geo.Point {
		return geo.Point{Lat: math.Asin(r.Float64()*2-1) * 180 / math.Pi, Lng: r.Float64()*360 - 180}
	},
}

// TestNearestEqualsBruteForce compares ids, order and distances with a comparison
// of all drivers, in dense and empty places, at poles and the antimeridian, for
// small and absurd radii.
func TestNearestEqualsBruteForce(t *testing.T) {
	for name, point := range clouds {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 11))
			for _, n := range []int{1, 50, 3000} {
				x := newIndex[uint32](t, nearby.Options{Cell: []float64{0, 50, 1000}[r.IntN(3)]})
				all := make([]nearby.Position[uint32], n)
				for i := range all {
					all[i] = nearby.Position[uint32]{ID: uint32(r.IntN(1 << 30)), Point: point(r), At: noon.Add(-time.Duration(r.IntN(40)) * time.Second), Attr: nearby.Attr(r.IntN(4))}
				}
				if u, err := x.Update(all); err != nil || u.Applied != n {
					t.Fatal(u, err)
				}
				for range 60 {
					q := nearby.Query{Point: point(r), K: []int{1, 20, 500, 5000}[r.IntN(4)], Radius: math.Pow(10, r.Float64()*7.3), All: nearby.Attr(r.IntN(2)), None: nearby.Attr(r.IntN(2)) * 2}
					if r.IntN(8) == 0 {
						q.Point = clouds["world"](r)
					}
					if r.IntN(8) == 0 {
						q.Point = all[r.IntN(n)].Point
					}
					got, err := x.Nearest(nil, q)
					if err != nil {
						t.Fatal(err)
					}
					same(t, got, brute(all, q, noon, 30*time.Second), q)
				}
			}
		})
	}
}

// TestNearestWhileMoving: the same holds after drivers moved, stood still, left
// and came back.
func TestNearestWhileMoving(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	x := newIndex[uint32](t, nearby.Options{MaxAge: -1, MaxAhead: -1})
	known := map[uint32]nearby.Position[uint32]{}
	for round := range 60 {
		var batch []nearby.Position[uint32]
		for range 200 {
			id := uint32(r.IntN(600))
			p := known[id].Point
			if _, ok := known[id]; !ok || r.IntN(10) == 0 {
				p = clouds["city"](r)
			}
			p.Lat += r.NormFloat64() * 0.0005
			batch = append(batch, nearby.Position[uint32]{ID: id, Point: p, At: noon.Add(time.Duration(round*1000+r.IntN(1500)) * time.Millisecond), Attr: nearby.Attr(r.IntN(2))})
		}
		for _, p := range batch {
			if old, ok := known[p.ID]; !ok || p.At.After(old.At) {
				known[p.ID] = p
			}
		}
		if _, err := x.Update(batch); err != nil {
			t.Fatal(err)
		}
		if round%3 == 0 {
			var gone []uint32
			for id := range known {
				if r.IntN(12) == 0 {
					gone = append(gone, id)
					delete(known, id)
				}
			}
			if n := x.Remove(append(gone, 9999)...); n != len(gone) {
				t.Fatalf("%d removed of %d", n, len(gone))
			}
		}
		if x.Len() != len(known) {
			t.Fatalf("%d known, want %d", x.Len(), len(known))
		}
		all := make([]nearby.Position[uint32], 0, len(known))
		for _, p := range known {
			all = append(all, p)
		}
		for range 20 {
			q := nearby.Query{Point: clouds["city"](r), K: 1 + r.IntN(30), Radius: 100 + r.Float64()*10000, All: nearby.Attr(r.IntN(2))}
			got, err := x.Nearest(nil, q)
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, brute(all, q, noon, 0), q)
		}
	}
}

func position(id string, lat, lng float64, at time.Time) nearby.Position[string] {
	return nearby.Position[string]{ID: id, Point: geo.Point{Lat: lat, Lng: lng}, At: at}
}

// TestStale: what is not newer never overwrites, the same batch again changes
// nothing, and the future is refused.
func TestStale(t *testing.T) {
	x := newIndex[string](t, nearby.Options{})
	batch := []nearby.Position[string]{
		position("a", 22.5, 114, noon), position("a", 22.6, 114, noon.Add(-time.Second)), position("a", 22.7, 114, noon.Add(time.Millisecond)),
	}
	if u, err := x.Update(batch); err != nil || u != (nearby.Updated{Applied: 2, New: 1, Stale: 1}) {
		t.Errorf("%+v, %v", u, err)
	}
	if u, err := x.Update(batch); err != nil || u != (nearby.Updated{Stale: 3}) {
		t.Errorf("again: %+v, %v", u, err)
	}
	if p, ok := x.Get("a"); !ok || p.Point.Lat != 22.7 || !p.At.Equal(noon.Add(time.Millisecond)) {
		t.Errorf("%+v", p)
	}
	u, err := x.Update([]nearby.Position[string]{
		position("b", math.NaN(), 114, noon), position("b", 22.5, 181, noon), position("b", 22.5, 114, noon.Add(2*time.Minute)), position("b", 22.5, 114, time.Time{}), position("c", 22.5, 114, noon),
	})
	if u != (nearby.Updated{Applied: 1, New: 1, Refused: 4}) || waybill.CodeOf(err) != waybill.InvalidArgument || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("%+v, %v", u, err)
	}
	if _, ok := x.Get("b"); ok || x.Len() != 2 {
		t.Error("a refused position was taken over")
	}
}

// TestSilence: who is silent for longer than MaxAge is not found, and is kept
// until a sweep.
func TestSilence(t *testing.T) {
	now := noon
	x := newIndex[string](t, nearby.Options{Now: func() time.Time { return now }})
	if _, err := x.Update([]nearby.Position[string]{position("a", 22.5, 114, noon), position("b", 22.5, 114.001, noon.Add(-20*time.Second))}); err != nil {
		t.Fatal(err)
	}
	q := nearby.Query{Point: geo.Point{Lat: 22.5, Lng: 114}, K: 5, Radius: 1000}
	for _, c := range []struct {
		after  time.Duration
		maxAge time.Duration
		want   string
	}{{0, 0, "ab"}, {10 * time.Second, 0, "ab"}, {10*time.Second + time.Millisecond, 0, "a"}, {31 * time.Second, 0, ""}, {31 * time.Second, time.Minute, "ab"}, {time.Hour, -1, "ab"}} {
		now = noon.Add(c.after)
		q.MaxAge = c.maxAge
		found, err := x.Nearest(nil, q)
		ids := ""
		for _, f := range found {
			ids += f.ID
		}
		if err != nil || ids != c.want {
			t.Errorf("after %v: %q, %v; want %q", c.after, ids, err, c.want)
		}
	}
	if n := x.Sweep(noon); n != 1 || x.Len() != 1 {
		t.Errorf("%d swept, %d left", n, x.Len())
	}
	if n := x.Sweep(noon.Add(time.Hour)); n != 1 || x.Len() != 0 {
		t.Errorf("%d swept, %d left", n, x.Len())
	}
	// A driver who was swept may come back with any time.
	if u, err := x.Update([]nearby.Position[string]{position("a", 22.5, 114, noon.Add(-time.Hour))}); err != nil || u.New != 1 {
		t.Error(u, err)
	}
}

// TestMark changes bits, and a position brings its own.
func TestMark(t *testing.T) {
	const free, van, cash nearby.Attr = 1, 2, 4
	x := newIndex[uint64](t, nearby.Options{})
	p := nearby.Position[uint64]{ID: 1 << 40, Point: geo.Point{Lat: 1, Lng: 1}, At: noon, Attr: free | van}
	if _, err := x.Update([]nearby.Position[uint64]{p}); err != nil {
		t.Fatal(err)
	}
	if !x.Mark(p.ID, cash, free) || x.Mark(5, cash, free) {
		t.Error("known and unknown")
	}
	if got, _ := x.Get(p.ID); got.Attr != van|cash {
		t.Errorf("bits %b", got.Attr)
	}
	q := nearby.Query{Point: p.Point, K: 1, Radius: 1, All: free}
	if found, err := x.Nearest(nil, q); err != nil || len(found) != 0 {
		t.Error("busy and found")
	}
	p.At = noon.Add(time.Second)
	if _, err := x.Update([]nearby.Position[uint64]{p}); err != nil {
		t.Fatal(err)
	}
	if found, err := x.Nearest(nil, q); err != nil || len(found) != 1 || found[0].Attr != free|van {
		t.Errorf("%+v", found)
	}
	q.None = van
	if found, err := x.Nearest(nil, q); err != nil || len(found) != 0 {
		t.Error("a van was found")
	}
}

// TestNearestWhere passes over whom the caller does not want and goes on until k
// are found.
func TestNearestWhere(t *testing.T) {
	x := newIndex[int](t, nearby.Options{})
	var all []nearby.Position[int]
	for i := range 1000 {
		all = append(all, nearby.Position[int]{ID: i, Point: geo.Point{Lat: 22 + float64(i)*0.0001, Lng: 114}, At: noon})
	}
	if _, err := x.Update(all); err != nil {
		t.Fatal(err)
	}
	found, err := x.NearestWhere(nil, nearby.Query{Point: geo.Point{Lat: 22, Lng: 114}, K: 3, Radius: 50_000}, func(id int) bool { return id%400 == 399 })
	if err != nil || len(found) != 2 || found[0].ID != 399 || found[1].ID != 799 {
		t.Errorf("%v, %v", found, err)
	}
}

// TestDatums: positions and queries of any datum, answers in the query's.
func TestDatums(t *testing.T) {
	x := newIndex[string](t, nearby.Options{})
	true84 := geo.Point{Lat: 22.5431, Lng: 114.0579}
	if _, err := x.Update([]nearby.Position[string]{{ID: "a", Point: true84.To(geo.GCJ02), At: noon}}); err != nil {
		t.Fatal(err)
	}
	for _, d := range []geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
		found, err := x.Nearest(nil, nearby.Query{Point: true84.To(d), K: 1, Radius: 1})
		if err != nil || len(found) != 1 || found[0].Point.Datum != d || geo.Distance(found[0].Point, true84) > 0.01 {
			t.Errorf("%v: %v, %v", d, found, err)
		}
	}
}

func TestInvalid(t *testing.T) {
	for _, o := range []nearby.Options{{Cell: 49}, {Cell: 5001}, {Cell: math.NaN()}, {Cell: -1}} {
		if _, err := nearby.New[string](&o); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%+v: %v", o, err)
		}
	}
	x := newIndex[string](t, nearby.Options{})
	good := nearby.Query{Point: geo.Point{Lat: 22, Lng: 114}, K: 1, Radius: 1}
	for name, change := range map[string]func(*nearby.Query){
		"no k": func(q *nearby.Query) { q.K = 0 }, "large k": func(q *nearby.Query) { q.K = nearby.MaxK + 1 },
		"no radius": func(q *nearby.Query) { q.Radius = 0 }, "no number": func(q *nearby.Query) { q.Radius = math.NaN() },
		"infinite": func(q *nearby.Query) { q.Radius = math.Inf(1) }, "no point": func(q *nearby.Query) { q.Point.Lat = math.NaN() },
		"both": func(q *nearby.Query) { q.All, q.None = 3, 2 },
	} {
		q := good
		change(&q)
		if _, err := x.Nearest(nil, q); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	if found, err := x.Nearest(nil, good); err != nil || len(found) != 0 {
		t.Errorf("empty: %v, %v", found, err)
	}
}

// TestAppends: what stands in dst stays, and nothing is allocated where there is
// room.
func TestAppends(t *testing.T) {
	x := newIndex[uint32](t, nearby.Options{})
	var all []nearby.Position[uint32]
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 2000 {
		all = append(all, nearby.Position[uint32]{ID: uint32(i), Point: clouds["city"](r), At: noon})
	}
	if _, err := x.Update(all); err != nil {
		t.Fatal(err)
	}
	dst := make([]nearby.Found[uint32], 1, 21)
	dst[0].ID = 77
	q := nearby.Query{Point: all[0].Point, K: 20, Radius: 3000}
	if n := testing.AllocsPerRun(100, func() {
		if got, err := x.Nearest(dst, q); err != nil || len(got) != 21 || got[0].ID != 77 {
			t.Error(len(got), err)
		}
	}); n != 0 && !raceEnabled {
		t.Errorf("%v allocations", n)
	}
}

func TestAll(t *testing.T) {
	x := newIndex[string](t, nearby.Options{})
	want := map[string]bool{}
	for i := range 300 {
		id := fmt.Sprint("driver-", i)
		want[id] = true
		if _, err := x.Update([]nearby.Position[string]{position(id, float64(i%90), float64(i), noon)}[:1]); i <= 180 && err != nil {
			t.Fatal(err)
		}
		if i > 180 {
			delete(want, id) // beyond 180° east
		}
	}
	x.Remove("driver-7")
	delete(want, "driver-7")
	for p := range x.All() {
		if !want[p.ID] {
			t.Errorf("%s once more, or unknown", p.ID)
		}
		delete(want, p.ID)
		x.Mark(p.ID, 1, 0) // the index may be used within
	}
	if len(want) != 0 {
		t.Errorf("%d were left out", len(want))
	}
	for range x.All() {
		break
	}
}
