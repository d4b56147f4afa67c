package border

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

func ring(region int, corners ...int32) Line {
	l := Line{Regions: []int{region}}
	for i := 0; i < len(corners); i += 2 {
		l.Vertices = append(l.Vertices, Vertex{corners[i], corners[i+1]})
	}
	l.Vertices = append(l.Vertices, l.Vertices[0])
	return l
}

func table(t testing.TB, codes []string, lines ...Line) *Table {
	t.Helper()
	built, err := New(codes, lines)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

func TestSmallWorld(t *testing.T) {
	const degree = unitsPerDegree
	big := ring(1, 0, 0, 10*degree, 0, 10*degree, 10*degree, 0, 10*degree)
	inner := ring(0, 2*degree, 2*degree, 4*degree, 2*degree, 4*degree, 4*degree, 2*degree, 4*degree)
	hole := ring(1, 6*degree, 6*degree, 8*degree, 6*degree, 8*degree, 8*degree, 6*degree, 8*degree)
	left := Line{Regions: []int{2}, Vertices: []Vertex{{0, 10 * degree}, {-5 * degree, 5 * degree}, {0, 0}}}
	west := ring(3, -180*degree, -degree, -179*degree, -degree, -179*degree, degree, -180*degree, degree)
	east := ring(3, 180*degree, -degree, 179*degree, -degree, 179*degree, degree, 180*degree, degree)
	// The left edge of the big square is shared with the triangle to the west.
	big.Vertices = big.Vertices[:4]
	shared := Line{Regions: []int{1, 2}, Vertices: []Vertex{{0, 10 * degree}, {0, 0}}}
	world := table(t, []string{"AA", "BB", "CC", "DD"}, big, inner, hole, left, shared, west, east)
	for _, v := range []struct {
		lat, lng float64
		want     string
	}{
		{1, 1, "BB"}, {3, 3, "AA"}, {7, 7, ""}, {9.99999, 9.99999, "BB"}, {10.00001, 5, ""},
		{5, -1, "CC"}, {5, -4.9, "CC"}, {5, -5.1, ""}, {0.5, -0.6, ""}, {0.5, -0.4, "CC"},
		{5, 0.00001, "BB"}, {5, -0.00001, "CC"},
		{0, -179.5, "DD"}, {0, 179.5, "DD"}, {0, 180, "DD"}, {0.5, -180, "DD"}, {0, -178.9, ""}, {2, 180, ""},
	} {
		if got, ok := world.Lookup(v.lat, v.lng); got != v.want || ok != (v.want != "") {
			t.Errorf("%v,%v: got %q %v, want %q", v.lat, v.lng, got, ok, v.want)
		}
	}
}

// Random stars are looked up by the index and by counting all edges to the west.
func TestIndexAgainstCounting(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		star := Line{Regions: []int{0}}
		x, y := rng.Float64()*300-150, rng.Float64()*120-60
		// Radii from 1e-4 to 25 degrees; corners on whole cells now and then, where the index has its seams.
		size := math.Pow(10, rng.Float64()*5.4-4)
		corners := 3 + rng.IntN(60)
		for i := range corners {
			s, c := math.Sincos(2 * math.Pi * float64(i) / float64(corners))
			r := size * (0.2 + 0.8*rng.Float64())
			v := Vertex{int32((x + r*c) * unitsPerDegree), int32((y + r*s) * unitsPerDegree)}
			if rng.IntN(4) == 0 {
				v.X -= v.X % cellSize
			}
			if rng.IntN(4) == 0 {
				v.Y -= v.Y % cellSize
			}
			star.Vertices = append(star.Vertices, v)
		}
		star.Vertices = append(star.Vertices, star.Vertices[0])
		world := table(t, []string{"AA"}, star)
		for range 500 {
			lat, lng := y+(rng.Float64()*2.4-1.2)*size, x+(rng.Float64()*2.4-1.2)*size
			if _, got := world.Lookup(lat, lng); got != counted(star.Vertices, lng*unitsPerDegree, lat*unitsPerDegree) {
				t.Fatalf("%v,%v: got %v for %v", lat, lng, got, star.Vertices)
			}
		}
	}
}

func counted(v []Vertex, x, y float64) bool {
	inside := false
	for i := 1; i < len(v); i++ {
		x1, y1, x2, y2 := float64(v[i-1].X), float64(v[i-1].Y), float64(v[i].X), float64(v[i].Y)
		if (y1 <= y) != (y2 <= y) && x1+(y-y1)*(x2-x1)/(y2-y1) < x {
			inside = !inside
		}
	}
	return inside
}

func TestNewRefuses(t *testing.T) {
	for name, l := range map[string]Line{
		"unknown region":  {Regions: []int{1}},
		"negative region": {Regions: []int{-1}},
		"east of 180":     {Regions: []int{0}, Vertices: []Vertex{{18000001, 0}}},
		"south of -90":    {Regions: []int{0}, Vertices: []Vertex{{0, -9000001}}},
	} {
		if _, err := New([]string{"AA"}, []Line{l}); err == nil {
			t.Errorf("%s: built", name)
		}
	}
	if _, err := New(make([]string, maxRegions+1), nil); err == nil {
		t.Error("too many regions: built")
	}
}

func TestCodec(t *testing.T) {
	codes := []string{"AA", "BB"}
	lines := []Line{
		ring(0, 0, 0, 18000000, 9000000, -18000000, -9000000),
		{Regions: []int{0, 1}, Vertices: []Vertex{{-1, 1}, {2, -2}}},
		{Regions: []int{}, Vertices: []Vertex{}},
	}
	data := Encode(codes, lines)
	gotCodes, gotLines, err := read(data)
	if err != nil || !reflect.DeepEqual(gotCodes, codes) || !reflect.DeepEqual(gotLines, lines) {
		t.Errorf("got %v %v %v", gotCodes, gotLines, err)
	}
	for n := range data {
		if _, err := Decode(data[:n]); err == nil {
			t.Errorf("%d of %d bytes were enough", n, len(data))
		}
	}
	if _, err := Decode(append(data, 0)); err == nil {
		t.Error("a byte too many was read")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode([]string{"AA"}, []Line{ring(0, 0, 0, 500000, 0, 500000, 500000)}))
	f.Add([]byte(magic + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Add([]byte(magic + "\x00\x01\x00\xff\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if world, err := Decode(data); err == nil {
			world.Lookup(1, 1)
			world.Lookup(-90, 180)
		}
	})
}
