package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// figures are what one process says of itself: allocations and their bytes for
// one call, and how far its memory rose above what it was before, in bytes.
type figures struct{ Allocs, Bytes, Heap, RSS float64 }

// TestMain measures, in a process that TestBars started.
func TestMain(m *testing.M) {
	if name := os.Getenv("WAYBILL_BENCH_SIDE"); name != "" {
		f, err := measure(name, os.Getenv("WAYBILL_BENCH_URL"), os.Getenv("WAYBILL_BENCH_WORK"))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		_ = json.NewEncoder(os.Stdout).Encode(f)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func measure(name, url, what string) (f figures, err error) {
	s, err := sideOf(name, url)
	if err != nil {
		return f, err
	}
	warm, calls := 50, 500
	if !isSmall(what) {
		warm, calls = 0, 1
	}
	ctx := context.Background()
	for range warm {
		if err := s.work(ctx, what); err != nil {
			return f, err
		}
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rss := status("VmRSS")
	peak := watch(before.HeapInuse)
	for range calls {
		if err = s.work(ctx, what); err != nil {
			return f, err
		}
	}
	f.Heap = peak()
	runtime.ReadMemStats(&after)
	f.RSS = status("VmHWM") - rss
	f.Allocs = float64(after.Mallocs-before.Mallocs) / float64(calls)
	f.Bytes = float64(after.TotalAlloc-before.TotalAlloc) / float64(calls)
	return f, nil
}

// watch samples the heap until the returned function is called, which says how
// far it rose.
func watch(base uint64) func() float64 {
	stop := make(chan struct{})
	var most uint64
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	})
	return func() float64 {
		close(stop)
		group.Wait()
		return float64(most - min(most, base))
	}
}

// status reads a line of /proc/self/status in bytes.
func status(name string) float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib * 1024
		}
	}
	return 0
}

// run measures one side in a process of its own.
func run(t *testing.T, url, name, what, file string) (f figures) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "WAYBILL_BENCH_SIDE="+name, "WAYBILL_BENCH_URL="+url, "WAYBILL_BENCH_WORK="+what, "WAYBILL_BENCH_FILE="+file)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &f)
	}
	if err != nil {
		t.Fatalf("%s, %s: %v", name, what, err)
	}
	return f
}

// The bars: small objects take at most 1.10 of the allocations, large ones 1.05
// of the peak of the memory. Less than slack MiB between two peaks is the
// rounding of pages and no difference.
const (
	barAllocs = 1.10
	barMemory = 1.05
	slack     = 0.5
)

// TestBars holds both adapters to the bars, against their libraries as they come
// and with parts as ours has them. Processes of the sides take turns, and the
// median of each counts. The peak of the memory, which depends on when the
// collector runs, is asserted only when WAYBILL_BENCH_BARS is set.
func TestBars(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement")
	}
	rounds, assert := 1, os.Getenv("WAYBILL_BENCH_BARS") != ""
	if assert {
		rounds = 7
	}
	url := start(t)
	file := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, large); err != nil {
		t.Fatal(err)
	}
	for _, sides := range [][3]string{{"s3storage", "s3 as it comes", "s3 alike"}, {"ossstorage", "oss as it comes", "oss alike"}} {
		for _, what := range []string{"put", "get", "put stream", "put file", "get large"} {
			var by [3][]figures
			for range rounds {
				for i, name := range sides {
					by[i] = append(by[i], run(t, url, name, what, file))
				}
			}
			compare(t, what, sides, by, assert)
		}
	}
}

func isSmall(what string) bool { return what == "put" || what == "get" }

func compare(t *testing.T, what string, sides [3]string, by [3][]figures, assert bool) {
	t.Helper()
	metrics := map[string]func(figures) float64{"peak heap (MiB)": func(f figures) float64 { return f.Heap / (1 << 20) },
		"peak RSS (MiB)": func(f figures) float64 { return f.RSS / (1 << 20) }}
	bar, free := barMemory, slack
	if isSmall(what) {
		metrics = map[string]func(figures) float64{"allocations": func(f figures) float64 { return f.Allocs }}
		bar, free, assert = barAllocs, 0, true
	}
	for metric, of := range metrics {
		mine := median(by[0], of)
		for i := 1; i < 3; i++ {
			peer := median(by[i], of)
			t.Logf("%s: %s: %s %.1f, %s %.1f, ratio %.2f", what, metric, sides[0], mine, sides[i], peer, mine/peer)
			if mine > peer*bar && mine-peer > free && assert {
				t.Errorf("%s: %.2f of the %s of %s, more than %.2f", what, mine/peer, metric, sides[i], bar)
			}
		}
	}
}

func median(all []figures, of func(figures) float64) float64 {
	var v []float64
	for _, f := range all {
		v = append(v, of(f))
	}
	slices.Sort(v)
	return v[len(v)/2]
}
