package bench

import (
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tidwall/rtree"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/nearby"
)

// drivers is how many drivers the benchmarks of geo/nearby have: a tenth of the
// million that the figures are quoted for, unless WAYBILL_BENCH_DRIVERS says so.
func drivers() int {
	if n, err := strconv.Atoi(os.Getenv("WAYBILL_BENCH_DRIVERS")); err == nil && n > 0 {
		return n
	}
	return 100_000
}

// fleet is drivers around twenty cities, 14.5 % of them in the largest, 70 % free.
type fleet struct {
	at      []geo.Point
	free    []bool
	centres []geo.Point
	weights []float64
}

func newFleet(n int) *fleet {
	r := rand.New(rand.NewPCG(20, 26))
	f := &fleet{}
	sum := 0.0
	for i := range 20 {
		f.centres = append(f.centres, geo.Point{Lat: 1 + r.Float64()*39, Lng: 72 + r.Float64()*50})
		sum += math.Pow(0.8705, float64(i))
		f.weights = append(f.weights, sum)
	}
	for range n {
		f.at = append(f.at, f.point(r))
		f.free = append(f.free, r.Float64() < 0.7)
	}
	return f
}

func (f *fleet) point(r *rand.Rand) geo.Point {
	c := f.centres[min(len(f.centres)-1, func() int {
		i, _ := slices.BinarySearch(f.weights, r.Float64()*f.weights[len(f.weights)-1])
		return i
	}())]
	return geo.Point{Lat: c.Lat + r.NormFloat64()*0.08, Lng: c.Lng + r.NormFloat64()*0.08}
}

const free nearby.Attr = 1

var began = time.Now()

func (f *fleet) index(b testing.TB) *nearby.Index[uint32] {
	x, err := nearby.New[uint32](&nearby.Options{MaxAhead: -1, MaxAge: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	batch := make([]nearby.Position[uint32], 0, 1000)
	for i, p := range f.at {
		d := nearby.Position[uint32]{ID: uint32(i), Point: p, At: began}
		if f.free[i] {
			d.Attr = free
		}
		if batch = append(batch, d); len(batch) == cap(batch) || i == len(f.at)-1 {
			if _, err := x.Update(batch); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	return x
}

// peer is the same on tidwall/rtree: a tree of points, a table of what is stored,
// a lock for reading and writing. Its distances are the plane's, without a sine,
// which favours it.
type peer struct {
	mu   sync.RWMutex
	tree rtree.RTreeG[uint32]
	at   map[uint32]stored
}

type stored struct {
	lng, lat float64
	ms       int64
	attr     nearby.Attr
}

func (f *fleet) peer() *peer {
	p := &peer{at: make(map[uint32]stored)}
	for i, at := range f.at {
		s := stored{at.Lng, at.Lat, began.UnixMilli(), 0}
		if f.free[i] {
			s.attr = free
		}
		p.at[uint32(i)] = s
		p.tree.Insert([2]float64{s.lng, s.lat}, [2]float64{s.lng, s.lat}, uint32(i))
	}
	return p
}

func (p *peer) update(batch []nearby.Position[uint32]) {
	for len(batch) > 0 {
		part := batch[:min(64, len(batch))]
		batch = batch[len(part):]
		p.mu.Lock()
		for _, d := range part {
			old, ok := p.at[d.ID]
			ms := d.At.UnixMilli()
			if ok && ms <= old.ms {
				continue
			}
			if ok {
				p.tree.Delete([2]float64{old.lng, old.lat}, [2]float64{old.lng, old.lat}, d.ID)
			}
			p.at[d.ID] = stored{d.Point.Lng, d.Point.Lat, ms, d.Attr}
			p.tree.Insert([2]float64{d.Point.Lng, d.Point.Lat}, [2]float64{d.Point.Lng, d.Point.Lat}, d.ID)
		}
		p.mu.Unlock()
	}
}

func (p *peer) nearest(dst []nearby.Found[uint32], q nearby.Query, oldest int64) []nearby.Found[uint32] {
	p.mu.RLock()
	defer p.mu.RUnlock()
	cos := math.Cos(q.Point.Lat * math.Pi / 180)
	limit := q.Radius / (geo.EarthRadius * math.Pi / 180)
	limit *= limit * 1.001
	p.tree.Nearby(func(low, high [2]float64, _ uint32, _ bool) float64 {
		dx := max(low[0]-q.Point.Lng, 0, q.Point.Lng-high[0]) * cos
		dy := max(low[1]-q.Point.Lat, 0, q.Point.Lat-high[1])
		return dx*dx + dy*dy
	}, func(low, _ [2]float64, id uint32, dist float64) bool {
		if dist > limit {
			return false
		}
		s := p.at[id]
		if s.attr&q.All == q.All && s.ms >= oldest {
			at := geo.Point{Lat: low[1], Lng: low[0]}
			dst = append(dst, nearby.Found[uint32]{Position: nearby.Position[uint32]{ID: id, Point: at}, Distance: geo.Distance(q.Point, at)})
		}
		return len(dst) < q.K
	})
	return dst
}

func BenchmarkNearbyQuery(b *testing.B) {
	f := newFleet(drivers())
	x, p := f.index(b), f.peer()
	r := rand.New(rand.NewPCG(1, 2))
	queries := make([]nearby.Query, 4096)
	for i := range queries {
		queries[i] = nearby.Query{Point: f.point(r), K: 20, Radius: 3000, All: free}
	}
	dst := make([]nearby.Found[uint32], 0, 32)
	b.Run("waybill", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := x.Nearest(dst[:0], queries[i%len(queries)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("rtree", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			p.nearest(dst[:0], queries[i%len(queries)], 0)
		}
	})
}

func BenchmarkNearbyUpdate(b *testing.B) {
	f := newFleet(drivers())
	x, p := f.index(b), f.peer()
	run := func(b *testing.B, update func([]nearby.Position[uint32])) {
		b.ReportAllocs()
		r := rand.New(rand.NewPCG(3, 4))
		batch := make([]nearby.Position[uint32], 100)
		at := slices.Clone(f.at)
		now := began
		for b.Loop() {
			b.StopTimer()
			now = now.Add(time.Millisecond)
			for i := range batch {
				id := r.IntN(len(at))
				// Some fifteen metres a second, for ten seconds.
				at[id].Lat += r.NormFloat64() * 0.001
				at[id].Lng += r.NormFloat64() * 0.001
				batch[i] = nearby.Position[uint32]{ID: uint32(id), Point: at[id], At: now, Attr: nearby.Attr(r.IntN(2))}
			}
			b.StartTimer()
			update(batch)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(batch)), "ns/driver")
	}
	b.Run("waybill", func(b *testing.B) {
		run(b, func(batch []nearby.Position[uint32]) { _, _ = x.Update(batch) })
	})
	b.Run("rtree", func(b *testing.B) { run(b, p.update) })
}

// BenchmarkNearbyUnderUpdates asks while 100,000 updates a second come in, and
// reports how long the slowest hundredth of the queries took.
func BenchmarkNearbyUnderUpdates(b *testing.B) {
	f := newFleet(drivers())
	for name, s := range map[string]struct {
		update func([]nearby.Position[uint32])
		query  func([]nearby.Found[uint32], nearby.Query)
	}{
		"waybill": func() (s struct {
			update func([]nearby.Position[uint32])
			query  func([]nearby.Found[uint32], nearby.Query)
		}) {
			x := f.index(b)
			s.update = func(p []nearby.Position[uint32]) { _, _ = x.Update(p) }
			s.query = func(dst []nearby.Found[uint32], q nearby.Query) { _, _ = x.Nearest(dst, q) }
			return s
		}(),
		"rtree": func() (s struct {
			update func([]nearby.Position[uint32])
			query  func([]nearby.Found[uint32], nearby.Query)
		}) {
			p := f.peer()
			s.update = p.update
			s.query = func(dst []nearby.Found[uint32], q nearby.Query) { p.nearest(dst, q, 0) }
			return s
		}(),
	} {
		b.Run(name, func(b *testing.B) {
			var done atomic.Bool
			var applied atomic.Int64
			var wg sync.WaitGroup
			wg.Go(func() {
				r := rand.New(rand.NewPCG(5, 6))
				batch := make([]nearby.Position[uint32], 500)
				tick := time.NewTicker(5 * time.Millisecond)
				defer tick.Stop()
				for now := began; !done.Load(); <-tick.C {
					now = now.Add(time.Millisecond)
					for i := range batch {
						id := r.IntN(len(f.at))
						p := f.at[id]
						p.Lat += r.NormFloat64() * 0.001
						batch[i] = nearby.Position[uint32]{ID: uint32(id), Point: p, At: now, Attr: free}
					}
					s.update(batch)
					applied.Add(int64(len(batch)))
				}
			})
			r := rand.New(rand.NewPCG(7, 8))
			dst := make([]nearby.Found[uint32], 0, 32)
			var took []time.Duration
			start := time.Now()
			for b.Loop() {
				q := nearby.Query{Point: f.point(r), K: 20, Radius: 3000, All: free}
				t := time.Now()
				s.query(dst[:0], q)
				took = append(took, time.Since(t))
			}
			rate := float64(applied.Load()) / time.Since(start).Seconds()
			done.Store(true)
			wg.Wait()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
			b.ReportMetric(rate, "updates/s")
		})
	}
}

// TestNearbyMemory holds that a driver with a 32-bit id costs 82 bytes at most,
// after all have moved too. The bar is for a million: among fewer, more cells hold
// one driver alone.
func TestNearbyMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a million drivers")
	}
	f := newFleet(1_000_000)
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	x := f.index(t)
	per := func() float64 { return float64(heap()-before) / float64(len(f.at)) }
	loaded := per()
	r := rand.New(rand.NewPCG(9, 10))
	batch := make([]nearby.Position[uint32], len(f.at)/4)
	for round := range 8 {
		for i := range batch {
			id := r.IntN(len(f.at))
			p := f.at[id]
			p.Lat += r.NormFloat64() * 0.01
			p.Lng += r.NormFloat64() * 0.01
			batch[i] = nearby.Position[uint32]{ID: uint32(id), Point: p, At: began.Add(time.Duration(round+1) * time.Second)}
		}
		if _, err := x.Update(batch); err != nil {
			t.Fatal(err)
		}
	}
	batch = nil
	moved := per()
	t.Logf("%.1f bytes a driver loaded, %.1f after moving", loaded, moved)
	if loaded > 82 || moved > 82 {
		t.Errorf("%.1f bytes a driver loaded, %.1f after moving", loaded, moved)
	}
	runtime.KeepAlive(x)
}
