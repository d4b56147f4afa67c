package route

import (
	"runtime"
	"slices"
	"sync"
	"testing"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		rows, columns int
		l             MatrixLimits
		blocks        int
	}{
		{20, 1, MatrixLimits{Origins: 100, Destinations: 1, Elements: 100}, 1}, // twenty drivers, one pick-up
		{1, 20, MatrixLimits{Origins: 100, Destinations: 1, Elements: 100}, 20},
		{250, 2, MatrixLimits{Origins: 100, Destinations: 1, Elements: 100}, 6},
		{25, 25, MatrixLimits{Elements: 100}, 7},
		{25, 25, MatrixLimits{Origins: 25, Destinations: 25, Elements: 100}, 7},
		{25, 25, MatrixLimits{Elements: 625}, 1},
		{10, 60, MatrixLimits{Elements: 50}, 12},
		{100, 1, MatrixLimits{Points: 300, Elements: 10000}, 1},
		{299, 1, MatrixLimits{Points: 300}, 1},
		{300, 1, MatrixLimits{Points: 300}, 2},
		{7, 7, MatrixLimits{}, 1},
		{3, 3, MatrixLimits{Elements: 1}, 9},
		{1, 1, MatrixLimits{Origins: 1, Destinations: 1, Elements: 1, Points: 2}, 1},
	} {
		got := block{upTo(c.rows), upTo(c.columns)}.split(c.l)
		if len(got) != c.blocks {
			t.Errorf("%d×%d within %+v: %d blocks, want %d", c.rows, c.columns, c.l, len(got), c.blocks)
		}
		seen := map[[2]int]int{}
		for _, b := range got {
			if why := c.l.Exceeded(len(b.rows), len(b.columns)); why != "" {
				t.Errorf("a block of %d×%d: %s", len(b.rows), len(b.columns), why)
			}
			for _, i := range b.rows {
				for _, j := range b.columns {
					seen[[2]int{i, j}]++
				}
			}
		}
		if len(seen) != c.rows*c.columns {
			t.Errorf("%d×%d: %d cells are asked for", c.rows, c.columns, len(seen))
		}
		for cell, n := range seen {
			if n != 1 {
				t.Errorf("cell %v is asked for %d times", cell, n)
			}
		}
	}
	if got := (block{}).split(MatrixLimits{Elements: 5}); got != nil {
		t.Errorf("nothing makes %v", got)
	}
}

func TestRectangles(t *testing.T) {
	cell := func(i, j int) [2]int { return [2]int{i, j} }
	got := rectangles([][2]int{cell(0, 0), cell(0, 2), cell(1, 1), cell(3, 0), cell(3, 2), cell(4, 1)})
	if len(got) != 2 || !slices.Equal(got[0].rows, []int{0, 3}) || !slices.Equal(got[0].columns, []int{0, 2}) ||
		!slices.Equal(got[1].rows, []int{1, 4}) || !slices.Equal(got[1].columns, []int{1}) {
		t.Errorf("%+v", got)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(25, 25, 0, 0, 0, 100)
	f.Add(20, 1, 100, 1, 0, 100)
	f.Fuzz(func(t *testing.T, rows, columns, origins, destinations, points, elements int) {
		l := MatrixLimits{Origins: abs(origins), Destinations: abs(destinations), Points: abs(points), Elements: abs(elements)}
		if l.Points == 1 {
			l.Points = 2
		}
		rows, columns = 1+abs(rows)%60, 1+abs(columns)%60
		n := 0
		for _, b := range (block{upTo(rows), upTo(columns)}).split(l) {
			if l.Exceeded(len(b.rows), len(b.columns)) != "" {
				t.Fatalf("%d×%d within %+v makes a block of %d×%d", rows, columns, l, len(b.rows), len(b.columns))
			}
			n += b.cells()
		}
		if n != rows*columns {
			t.Fatalf("%d×%d within %+v: %d cells", rows, columns, l, n)
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

func TestInParallel(t *testing.T) {
	for _, n := range []int{0, 1, 2, 7, 100} {
		var mu sync.Mutex
		seen := map[int]int{}
		inParallel(n, 4, func(i int) {
			mu.Lock()
			defer mu.Unlock()
			seen[i]++
		})
		if len(seen) != n {
			t.Errorf("%d of %d were called", len(seen), n)
		}
	}
	func() {
		defer func() {
			if v := recover(); v != "its own" {
				t.Errorf("recovered %v", v)
			}
		}()
		inParallel(10, 4, func(i int) {
			if i == 3 {
				panic("its own")
			}
		})
	}()
	done := make(chan bool)
	go func() {
		defer close(done)
		inParallel(10, 4, func(int) { runtime.Goexit() })
		t.Error("the caller went on")
	}()
	<-done
}
