package main

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/waybill-go/waybill/geo/internal/border"
)

func vs(c ...int32) []border.Vertex {
	var v []border.Vertex
	for i := 0; i < len(c); i += 2 {
		v = append(v, border.Vertex{X: c[i], Y: c[i+1]})
	}
	return v
}

// Two squares side by side have a shared arc and one of their own each; an island has a closed one.
func TestCut(t *testing.T) {
	arcs := cut([]outline{
		{code: "AA", rings: [][]border.Vertex{vs(0, 0, 10, 0, 10, 10, 0, 10, 0, 0), vs(50, 50, 60, 50, 60, 60, 50, 50)}},
		{code: "BB", rings: [][]border.Vertex{vs(10, 0, 20, 0, 20, 10, 10, 10, 10, 0)}},
	})
	var shared, own, closed int
	for _, a := range arcs {
		switch {
		case a.closed():
			closed++
		case reflect.DeepEqual(a.set, []int{0, 1}):
			shared++
			if len(a.v) != 2 {
				t.Errorf("shared arc %v", a.v)
			}
		default:
			own++
			if len(a.v) != 4 {
				t.Errorf("own arc %v", a.v)
			}
		}
	}
	if shared != 1 || own != 2 || closed != 1 {
		t.Errorf("%d shared, %d own, %d closed", shared, own, closed)
	}
}

// Where one region lies in two touching polygons the line between them is no border.
func TestCutDropsInnerLines(t *testing.T) {
	arcs := cut([]outline{{code: "AA", rings: [][]border.Vertex{
		vs(0, 0, 10, 0, 10, 10, 0, 10, 0, 0), vs(10, 0, 20, 0, 20, 10, 10, 10, 10, 0),
	}}})
	for _, a := range arcs {
		for i := 1; i < len(a.v); i++ {
			if a.v[i-1].X == 10 && a.v[i].X == 10 {
				t.Errorf("inner line in %v", a.v)
			}
		}
	}
}

func TestSettle(t *testing.T) {
	line := func(set int, c ...int32) arc { return arc{set: []int{set}, v: vs(c...)} }
	arcs, n := settle([]arc{
		line(1, 0, 0, 500, 40, 1000, 0),
		line(0, 1000, 0, 500, -40, 0, 0), // the same border as the first, drawn 80 m further south
		line(2, 0, 0, 500, 90000, 1000, 0),
	}, 5000)
	if n != 1 || len(arcs) != 2 {
		t.Fatalf("%d settled, %v left", n, arcs)
	}
	if !reflect.DeepEqual(arcs[0].set, []int{0, 1}) || arcs[0].v[1].Y != -40 {
		t.Errorf("the border is %v", arcs[0])
	}
	if !reflect.DeepEqual(arcs[1].set, []int{2}) {
		t.Errorf("the far line became %v", arcs[1])
	}
}

func TestSimplify(t *testing.T) {
	// One unit is 1.1 m: bumps of 5 and 50 units.
	v := vs(0, 0, 1000, 5, 2000, 0, 3000, 50, 4000, 0)
	if got := simplify(v, 20); !reflect.DeepEqual(got, vs(0, 0, 2000, 0, 3000, 50, 4000, 0)) {
		t.Errorf("got %v", got)
	}
	if got := simplify(v, 0); len(got) != len(v) {
		t.Errorf("tolerance zero left %v", got)
	}
	var circle []border.Vertex
	for i := range 361 {
		s, c := math.Sincos(float64(i) * math.Pi / 180)
		circle = append(circle, border.Vertex{X: int32(math.Round(1000 * c)), Y: int32(math.Round(1000 * s))})
	}
	got := simplify(circle, 1e6)
	if len(got) < 4 || got[0] != got[len(got)-1] || math.Abs(area(got)) < math.Abs(area(circle))/4 {
		t.Errorf("a circle became %v", got)
	}
	// Whatever is left out was within the tolerance of what is left.
	got = simplify(circle, 30)
	for _, v := range circle {
		if d := projection(v).distanceToLine(v, got); d > 30.5 {
			t.Errorf("%v is %.1f m off", v, d)
		}
	}
	if len(got) > 40 {
		t.Errorf("%d corners left of a circle", len(got))
	}
}

func TestWalk(t *testing.T) {
	var at []border.Vertex
	walk(vs(0, 0, 1000, 0, 1000, 1000), 500, func(v border.Vertex, dx, dy float64) {
		if math.Abs(math.Hypot(dx, dy)-1) > 1e-9 {
			t.Errorf("direction %v,%v", dx, dy)
		}
		at = append(at, v)
	})
	if len(at) < 4 || at[0].Y != 0 || at[len(at)-1].X != 1000 {
		t.Errorf("walked by %v", at)
	}
}

func TestCodesAreComplete(t *testing.T) {
	var all []string
	for i := 0; i+5 <= len(alpha2); i += 6 {
		all = append(all, alpha2[i+3:i+5])
	}
	slices.Sort(all)
	if len(all) != 250 || len(slices.Compact(all)) != 250 {
		t.Errorf("%d codes", len(all))
	}
}

// The whole way from a source to a table, on three squares: China, Hong Kong inside it, and Vietnam beside it.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "map.geo.json")
	square := func(a3, kind, open, close string, w, s, e, n string) string {
		return `{"type":"Feature","properties":{"A3":"` + a3 + `"},"geometry":{"type":"` + kind + `","coordinates":` + open +
			`[[[` + w + `,` + s + `],[` + e + `,` + s + `],[` + e + `,` + n + `],[` + w + `,` + n + `],[` + w + `,` + s + `]]]` + close + `}}`
	}
	text := `{"type":"FeatureCollection","features":[` +
		square("VNM", "Polygon", "", "", "100", "20", "105", "25") + "," +
		square("CHN", "MultiPolygon", "[", "]", "105", "20", "110", "25") + "," +
		square("HKG", "Polygon", "", "", "107", "21", "107.5", "21.5") + `]}`
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "testdata"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := run(source, dir, 30, 1000); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "border.bin"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := border.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	for want, at := range map[string][2]float64{"VN": {22, 104.99}, "CN": {22, 105.01}, "HK": {21.2, 107.2}, "": {26, 107}} {
		if got, _ := table.Lookup(at[0], at[1]); got != want {
			t.Errorf("%v: got %q, want %q", at, got, want)
		}
	}
	for name, bad := range map[string]string{
		"not JSON":       "{",
		"unknown region": `{"features":[{"properties":{"A3":"QQQ"}}]}`,
		"a line":         `{"features":[{"properties":{"A3":"CHN"},"geometry":{"type":"LineString"}}]}`,
		"wrong depth":    `{"features":[{"properties":{"A3":"CHN"},"geometry":{"type":"Polygon","coordinates":[1]}}]}`,
	} {
		if err := os.WriteFile(source, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(source, dir, 30, 1000); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
