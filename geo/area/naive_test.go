package area

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/waybill-go/waybill/geo"
)

// naive is a second definition of "inside", written without any of the package's code: rational arithmetic, one ring
// after the other, and a look at every edge for the border first.
func naive(polygons []Polygon, p Position) bool {
	for _, poly := range polygons {
		in, border := false, false
		for _, ring := range poly {
			for i := range len(ring) - 1 {
				a, b := ring[i], ring[i+1]
				if min(a.Lat, b.Lat) > p.Lat || max(a.Lat, b.Lat) < p.Lat || max(a.Lng, b.Lng) < p.Lng {
					continue // wholly above, below or to the west
				}
				d := turn(a, b, p)
				if d == 0 && min(a.Lng, b.Lng) <= p.Lng && p.Lng <= max(a.Lng, b.Lng) && min(a.Lat, b.Lat) <= p.Lat && p.Lat <= max(a.Lat, b.Lat) {
					border = true
				}
				if a.Lat <= p.Lat && b.Lat > p.Lat && d > 0 || b.Lat <= p.Lat && a.Lat > p.Lat && d < 0 {
					in = !in // the ray to the east
				}
			}
		}
		if in || border {
			return true
		}
	}
	return false
}

// turn is determinant, without rational numbers where float64 is sure by far.
func turn(a, b, p Position) int {
	l, r := (b.Lng-a.Lng)*(p.Lat-a.Lat), (b.Lat-a.Lat)*(p.Lng-a.Lng)
	if d := l - r; math.Abs(d) > 1e-14*(math.Abs(l)+math.Abs(r))+1e-200 {
		return sign(d)
	}
	return determinant(a, b, p)
}

func determinant(a, b, p Position) int {
	r := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
	sub := func(x, y float64) *big.Rat { return new(big.Rat).Sub(r(x), r(y)) }
	left := new(big.Rat).Mul(sub(b.Lng, a.Lng), sub(p.Lat, a.Lat))
	right := new(big.Rat).Mul(sub(b.Lat, a.Lat), sub(p.Lng, a.Lng))
	return left.Cmp(right)
}

// unchecked builds an index of shapes as they are, however bad.
func unchecked(t testing.TB, areas []Area) *Index {
	t.Helper()
	kept := slices.Clone(areas)
	slices.SortStableFunc(kept, func(a, b Area) int { return a.Priority - b.Priority })
	x := &Index{datum: geo.WGS84, areas: kept, byID: map[string]uint32{}, cities: map[string]*city{}, world: map[worldCell][]*city{}}
	if err := x.build(); err != nil {
		t.Fatal(err)
	}
	return x
}

// randomArea draws a shape on a coarse lattice, or on a fine one, so that edges overlap, vertices coincide, rings
// cross themselves and points fall on borders all the time.
func randomArea(rnd *rand.Rand, id string, lattice, corners int) Area {
	a := Area{ID: id, Priority: rnd.IntN(3)}
	at := func() float64 {
		v := float64(rnd.IntN(lattice)) / float64(lattice) * 8
		if rnd.IntN(8) == 0 {
			v += rnd.Float64() * 1e-15
		}
		return v
	}
	for range 1 + rnd.IntN(2) {
		var poly Polygon
		for range 1 + rnd.IntN(2) {
			ring := Ring{}
			for range 3 + rnd.IntN(corners) {
				ring = append(ring, Position{at(), at()})
			}
			poly = append(poly, append(ring, ring[0]))
		}
		a.Polygons = append(a.Polygons, poly)
	}
	return a
}

func checkAgainstNaive(t *testing.T, x *Index, p Position) {
	t.Helper()
	got, err := x.Lookup("", geo.Point{Lat: p.Lat, Lng: p.Lng}, "")
	if err != nil {
		t.Fatal(err)
	}
	var want []*Area
	for i := range x.areas {
		in := naive(x.areas[i].Polygons, p)
		if in != x.areas[i].Contains(p) {
			t.Errorf("Area.Contains(%v) = %v, naive %v", p, !in, in)
		}
		if in {
			want = append(want, &x.areas[i])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("at %v: %v, naive %v", p, ids(got), ids(want))
	}
}

func ids(areas []*Area) []string {
	out := make([]string, 0, len(areas))
	for _, a := range areas {
		out = append(out, a.ID)
	}
	return out
}

func TestLookupAgainstNaive(t *testing.T) {
	for seed := range uint64(24) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		lattice := 4 << (seed % 6 * 3)
		var areas []Area
		for i := range 1 + rnd.IntN(12) {
			areas = append(areas, randomArea(rnd, string(rune('a'+i)), lattice, 30))
		}
		// Elsewhere, and smaller: a few centimetres to some degrees.
		scale := math.Ldexp(1, -rnd.IntN(4)*9)
		by := Position{float64(rnd.IntN(3)-1) * 4, float64(rnd.IntN(3)-1) * 4}
		if rnd.IntN(2) == 0 {
			by = Position{rnd.Float64()*300 - 150, rnd.Float64()*160 - 80}
		}
		for _, a := range areas {
			for _, poly := range a.Polygons {
				for _, ring := range poly {
					for i := range ring {
						ring[i] = Position{by.Lng + ring[i].Lng*scale, by.Lat + ring[i].Lat*scale}
					}
				}
			}
		}
		x := unchecked(t, areas)
		for range 60 {
			p := Position{by.Lng + rnd.Float64()*8*scale, by.Lat + rnd.Float64()*8*scale}
			switch rnd.IntN(4) {
			case 0:
				p = Position{by.Lng + float64(rnd.IntN(lattice))/float64(lattice)*8*scale, by.Lat + float64(rnd.IntN(lattice))/float64(lattice)*8*scale}
			case 1, 2: // on or beside a vertex or the middle of an edge
				p = beside(rnd, areas)
			}
			checkAgainstNaive(t, x, p)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// beside returns a vertex or the middle of an edge of an outer ring, or a place some centimetres to micrometres beside.
func beside(rnd *rand.Rand, areas []Area) Position {
	ring := areas[rnd.IntN(len(areas))].Polygons[0][0]
	i := rnd.IntN(len(ring) - 1)
	p, q := ring[i], ring[i+1]
	if rnd.IntN(2) == 0 {
		p = Position{(p.Lng + q.Lng) / 2, (p.Lat + q.Lat) / 2}
	}
	if rnd.IntN(3) > 0 {
		off := math.Pow(10, -float64(5+rnd.IntN(9)))
		p = Position{p.Lng + off*rnd.NormFloat64(), p.Lat + off*rnd.NormFloat64()}
	}
	return p
}

// TestLookupAmongMany asks among shapes of many short edges in a crowd, whose cells hold long chains, on and beside
// their borders, and beside the borders of cells.
func TestLookupAmongMany(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	var areas []Area
	for i := range 40 {
		c := Position{-0.1 + 0.2*rnd.Float64(), 51 + 0.2*rnd.Float64()}
		a := Area{ID: string(rune('A' + i)), Priority: i / 2}
		for range 1 + rnd.IntN(2) {
			var poly Polygon
			for k := range 1 + rnd.IntN(2) {
				n, r := 400, 0.05/float64(3*k+1)
				ring := make(Ring, 0, n+1)
				for j := range n {
					sin, cos := math.Sincos(2 * math.Pi * float64(j) / float64(n))
					s := r * (1 + 0.05*rnd.Float64())
					ring = append(ring, Position{math.Round((c.Lng+s*cos)*1e7) / 1e7, math.Round((c.Lat+s*sin)*1e7) / 1e7})
				}
				poly = append(poly, append(ring, ring[0]))
			}
			a.Polygons = append(a.Polygons, poly)
			c.Lng += 0.06
		}
		areas = append(areas, a)
	}
	x := unchecked(t, areas)
	for range 400 {
		p := beside(rnd, areas)
		switch rnd.IntN(3) {
		case 0:
			p = Position{-0.1 + 0.2*rnd.Float64(), 51 + 0.2*rnd.Float64()}
		case 1: // a corner of a cell, and the last place before it
			n := math.Ldexp(1, 8+rnd.IntN(8))
			p = Position{math.Floor(p.Lng*n) / n, math.Floor(p.Lat*n) / n}
			if rnd.IntN(2) == 0 {
				p.Lng = math.Nextafter(p.Lng, -1)
			}
			if rnd.IntN(2) == 0 {
				p.Lat = math.Nextafter(p.Lat, 0)
			}
		}
		checkAgainstNaive(t, x, p)
	}
}

// TestCorners asks at every corner of every cell, where a lookup's way is shortest and most degenerate.
func TestCorners(t *testing.T) {
	for seed := range uint64(2) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		var areas []Area
		for i := range 8 {
			areas = append(areas, randomArea(rnd, string(rune('a'+i)), 64, 30))
		}
		x := unchecked(t, areas)
		var ask func(g grid, depth int)
		ask = func(g grid, depth int) {
			n := int(g.side)
			for cell := 0; cell < n*n; cell += 1 + n*n/12 {
				checkAgainstNaive(t, x, g.corner(cell%n, cell/n))
				if v := x.cities[""].cells.words[int(g.first)+cell]; v&isGrid != 0 && depth < 3 {
					log := v >> gridShift & gridLogMask
					inner := latticeGrid(g.corner(cell%n, cell/n), g.shift-uint8(log), 1<<log)
					inner.first = v & gridMask * gridAlign
					ask(inner, depth+1)
				}
			}
		}
		r := x.cities[""].root
		outer := latticeGrid(Position{degrees(r.x << r.shift), degrees(r.y << r.shift)}, r.shift, 1<<r.log)
		outer.first = r.first
		ask(outer, 0)
	}
}

// An edge may rise by so little that to divide by it gives no number. Found by
// FuzzParseGeometry.
func TestEdgesTooFlatForASlope(t *testing.T) {
	for _, flat := range []float64{5e-324, 8.289046e-317, 1e-308} {
		for _, ring := range []Ring{
			{{0, 0}, {2, 0}, {0, flat}, {0, 0}},
			{{0, 0}, {2, -flat}, {1, flat}, {0, 0}},
			{{0, 0}, {flat, 2}, {-1, 1}, {0, 0}},
		} {
			x := unchecked(t, []Area{{ID: "flat", Polygons: []Polygon{{ring}}}})
			for _, p := range ring {
				checkAgainstNaive(t, x, p)
			}
			checkAgainstNaive(t, x, Position{1, 0})
			checkAgainstNaive(t, x, Position{0, 1})
			checkAgainstNaive(t, x, Position{1, flat})
		}
	}
}

func FuzzLookup(f *testing.F) {
	for seed := range uint64(6) {
		f.Add(seed, uint8(seed), 1.0, 2.0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, n uint8, lng, lat float64) {
		if !(lng >= -180 && lng <= 180 && lat >= -90 && lat <= 90) {
			return
		}
		rnd := rand.New(rand.NewPCG(seed, 3))
		areas := []Area{{ID: "given", Polygons: []Polygon{{Ring{{lng, lat}, {lng / 3, lat}, {lat / 2, lng / 3}, {lng, lat}}}}}}
		for i := range n % 4 {
			areas = append(areas, randomArea(rnd, string(rune('a'+i)), 1<<(n%20+1), 12))
		}
		x := unchecked(t, areas)
		points := []Position{{lng, lat}, {lng * 2 / 3, lat}, {(lng + lat) / 4, (lat + lng) / 6}, {4, 4}}
		for _, a := range areas {
			points = append(points, a.Polygons[0][0][rnd.IntN(3)])
		}
		for _, p := range points {
			if p.Lng >= -180 && p.Lng <= 180 && p.Lat >= -90 && p.Lat <= 90 {
				checkAgainstNaive(t, x, p)
			}
		}
	})
}

func TestOrient(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 4))
	scales := []float64{1, 180, 1e-9, 1e-160, 1e-200, 5e-324, 1e300}
	for range 10_000 {
		at := func() float64 {
			v := float64(rnd.IntN(5)-2) * scales[rnd.IntN(4)]
			if rnd.IntN(3) == 0 {
				v = (rnd.Float64() - 0.5) * scales[rnd.IntN(6)]
			}
			return v
		}
		a, b, p := Position{at(), at()}, Position{at(), at()}, Position{at(), at()}
		if rnd.IntN(3) == 0 {
			p = Position{(a.Lng + b.Lng) / 2, (a.Lat + b.Lat) / 2}
		}
		if got, want := orient(a, b, p), determinant(a, b, p); got != want {
			t.Fatalf("orient(%v, %v, %v) = %d, want %d", a, b, p, got, want)
		}
	}
}
