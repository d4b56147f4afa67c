package area

import (
	"math"
	"math/rand/v2"
	"testing"
)

// circle is a ring of n corners whose distances from the centre are not quite the same.
func circle(rnd *rand.Rand, c Position, r float64, n int) Ring {
	ring := make(Ring, 0, n+1)
	for j := range n {
		sin, cos := math.Sincos(2 * math.Pi * (float64(j) + 0.4*rnd.Float64()) / float64(n))
		k := r * (1 + 0.2/float64(n)*rnd.Float64())
		ring = append(ring, Position{c.Lng + k*cos, c.Lat + k*sin})
	}
	return append(ring, ring[0])
}

// TestManyHoles holds that a large ring may have many holes, and that one outside is found among them.
func TestManyHoles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 1))
	lake := Polygon{circle(rnd, Position{10, 20}, 1, 40_000)}
	for i := range 40 {
		for j := range 40 {
			x, y := 9.4+float64(i)*0.028, 19.4+float64(j)*0.028
			lake = append(lake, square(x, y, x+0.01, y+0.01))
		}
	}
	if good, problems := Check(&Area{ID: "lake", Polygons: []Polygon{lake}}); good == nil {
		t.Errorf("%v", problems)
	}
	lake[700] = square(10.9, 20.9, 10.91, 20.91)
	if good, problems := Check(&Area{ID: "lake", Polygons: []Polygon{lake}}); good != nil || problems[0].Reason != ReasonHoleOutside || problems[0].Ring != 700 {
		t.Errorf("%v", problems)
	}
}

// TestBands compares with a look at every edge, at corners, on edges and between them.
func TestBands(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		ring := circle(rnd, Position{rnd.Float64() * 100, rnd.Float64() * 80}, math.Pow(10, -10*rnd.Float64()), 3+rnd.IntN(200))
		if rnd.IntN(2) == 0 {
			ring = randomArea(rnd, "a", 8, 20).Polygons[0][0]
		}
		outline := ring.box()
		if outline.south == outline.north {
			continue
		}
		b, plain := newBands(ring, outline), bands{ring: ring}
		for range 40 {
			p := ring[rnd.IntN(len(ring))]
			if rnd.IntN(2) == 0 {
				p.Lng = outline.west + rnd.Float64()*(outline.east-outline.west)
			}
			if rnd.IntN(2) == 0 {
				p.Lat = outline.south + rnd.Float64()*(outline.north-outline.south)
			}
			inside, border, _ := b.contains(p)
			all, on, _ := plain.contains(p)
			if want := (Polygon{ring}).contains(p); inside != want || all != want || border != on {
				t.Fatalf("at %v: %v on edge %d, all edges %v on %d, want %v", p, inside, border, all, on, want)
			}
		}
	}
}
