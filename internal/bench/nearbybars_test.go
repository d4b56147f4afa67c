package bench

import (
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/waybill-go/waybill/geo/nearby"
)

// TestNearbyBars holds the goals of geo/nearby against tidwall/rtree with a million drivers, in interleaved rounds with
// medians of processor time: four times less for a query, three times less for an update. It runs only when
// WAYBILL_BENCH_BARS is set. The figures are for a machine that has nothing else to do.
func TestNearbyBars(t *testing.T) {
	if os.Getenv("WAYBILL_BENCH_BARS") == "" {
		t.Skip("WAYBILL_BENCH_BARS is not set")
	}
	f := newFleet(1_000_000)
	x, p := f.index(t), f.peer()
	r := rand.New(rand.NewPCG(1, 2))
	dst := make([]nearby.Found[uint32], 0, 32)
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	spent := func(n int, run func()) float64 {
		start := cpu()
		run()
		return float64(cpu()-start) / float64(n)
	}
	report := func(what string, goal float64, ours, peer []float64) {
		var ratio []float64
		for i := range ours {
			ratio = append(ratio, peer[i]/ours[i])
		}
		t.Logf("%s: %.0f ns, rtree %.0f ns, %.2f times less (%.2f to %.2f)", what, median(ours), median(peer), median(ratio), slices.Min(ratio), slices.Max(ratio))
		if median(ratio) < goal {
			t.Errorf("%s: %.2f times less than rtree, the goal is %v", what, median(ratio), goal)
		}
	}
	var ours, peer []float64
	for range 9 {
		queries := make([]nearby.Query, 10_000)
		for i := range queries {
			queries[i] = nearby.Query{Point: f.point(r), K: 20, Radius: 3000, All: free}
		}
		runtime.GC()
		ours = append(ours, spent(len(queries), func() {
			for i := range queries {
				if _, err := x.Nearest(dst[:0], queries[i]); err != nil {
					t.Fatal(err)
				}
			}
		}))
		peer = append(peer, spent(len(queries), func() {
			for i := range queries {
				p.nearest(dst[:0], queries[i], 0)
			}
		}))
	}
	report("a query", 4, ours, peer)
	ours, peer = nil, nil
	at := slices.Clone(f.at)
	for round := range 9 {
		batch := make([]nearby.Position[uint32], 50_000)
		for i := range batch {
			id := r.IntN(len(at))
			at[id].Lat += r.NormFloat64() * 0.001
			at[id].Lng += r.NormFloat64() * 0.001
			batch[i] = nearby.Position[uint32]{ID: uint32(id), Point: at[id], At: began.Add(time.Duration(round+1) * time.Second), Attr: nearby.Attr(r.IntN(2))}
		}
		runtime.GC()
		ours = append(ours, spent(len(batch), func() { _, _ = x.Update(batch) }))
		peer = append(peer, spent(len(batch), func() { p.update(batch) }))
	}
	report("an update", 3, ours, peer)
}
