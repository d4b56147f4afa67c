package bench

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
)

// TestAreaBars holds the goals of the service areas against S2, in interleaved rounds over all queries with medians of
// processor time: five times as many lookups with the service-type rule, eight times as many over all areas of a city,
// nothing allocated, 160 MiB, built in 4 s of one core. It takes minutes, nearly all of it S2's, and runs only when
// WAYBILL_BENCH_BARS is set. The figures are for a machine that has nothing else to do.
func TestAreaBars(t *testing.T) {
	if os.Getenv("WAYBILL_BENCH_BARS") == "" {
		t.Skip("WAYBILL_BENCH_BARS is not set")
	}
	ours := bigWaybill()
	t.Logf("%.1f MiB, built in %.2f s", ours.mib, ours.seconds)
	if ours.mib > 160 || ours.seconds > 4 {
		t.Errorf("%.1f MiB, built in %.2f s", ours.mib, ours.seconds)
	}
	peer := s2Finder(benchSet().areas, false)
	t.Logf("S2, by service type: %.1f MiB, built in %.2f s", peer.mib, peer.seconds)
	interleave(t, "by service type", 5, ours.countLookup, peer.countLookup)
	peer = s2Finder(benchSet().areas, true)
	t.Logf("S2, all of a city: %.1f MiB, built in %.2f s", peer.mib, peer.seconds)
	interleave(t, "all of a city", 8, ours.countCovering, peer.countCovering)
}

func interleave(t *testing.T, what string, goal float64, ours, peer func(*query) int) {
	t.Helper()
	queries := benchSet().queries
	run := func(ask func(*query) int) float64 {
		runtime.GC() // what a peer leaves behind is collected in nobody's time
		start := cpu()
		for i := range queries {
			ask(&queries[i])
		}
		return float64(cpu()-start) / float64(len(queries))
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var a, b, ratio []float64
	for range 9 {
		x, y := run(ours), run(peer)
		a, b, ratio = append(a, x), append(b, y), append(ratio, y/x)
	}
	i := 0
	if n := testing.AllocsPerRun(10_000, func() { ours(&queries[i%len(queries)]); i++ }); n != 0 {
		t.Errorf("%s: %v allocations a lookup", what, n)
	}
	t.Logf("%s: %.0f ns, S2 %.0f ns, %.2f times as many (%.2f to %.2f)", what, median(a), median(b), median(ratio), slices.Min(ratio), slices.Max(ratio))
	if median(ratio) < goal {
		t.Errorf("%s: %.2f times as many lookups as S2, the goal is %v", what, median(ratio), goal)
	}
}

func median(s []float64) float64 {
	s = slices.Sorted(slices.Values(s))
	return s[len(s)/2]
}
