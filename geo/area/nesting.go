package area

// holes checks that every hole lies in the outer ring and in no other hole. The rings do not cross.
func (c *crosser) holes(poly Polygon) (int, Reason) {
	if len(poly) == 1 {
		return 0, ""
	}
	boxes := make([]box, len(poly))
	for k, ring := range poly {
		boxes[k] = ring.box()
	}
	outer := newBands(poly[0], boxes[0])
	for k := 1; k < len(poly); k++ {
		inside := boxes[k].within(boxes[0]) && c.lies(poly[k], &outer)
		switch {
		case c.work < 0:
			return k, ReasonComplex
		case !inside:
			return k, ReasonHoleOutside
		}
		for m := 1; m < len(poly); m++ {
			if m == k || !boxes[k].within(boxes[m]) {
				continue
			}
			switch inside := c.lies(poly[k], &bands{ring: poly[m]}); {
			case c.work < 0:
				return k, ReasonComplex
			case inside:
				return k, ReasonHoleInHole
			}
		}
	}
	return 0, ""
}

// lies reports whether a ring lies within another that it does not cross. The first corner that is not on the other one
// tells; where all are, the way that the ring takes from one of them does.
func (c *crosser) lies(ring Ring, in *bands) bool {
	for _, p := range ring[1:] {
		inside, border, work := in.contains(p)
		if c.work -= work; c.work < 0 {
			return false
		}
		if border == 0 {
			return inside
		}
	}
	other := in.ring
	at, to := ring[0], ring[1]
	_, i, _ := in.contains(at)
	a, b, n := other[i-1], other[i], len(other)-1
	switch at {
	case a:
		a = other[(i-2+n)%n]
	case b:
		b = other[i%n+1]
	}
	return leftOf(a, at, b, to) == other.leftward()
}

// leftward reports whether the ring goes counter-clockwise: whether it turns left at its lowest and westernmost corner.
func (r Ring) leftward() bool {
	n, low := len(r)-1, 0
	for i, p := range r {
		if p.Lat < r[low].Lat || p.Lat == r[low].Lat && p.Lng < r[low].Lng {
			low = i
		}
	}
	return orient(r[(low-1+n)%n], r[low], r[low+1]) > 0
}

// bands find the edges of a ring by latitude, for many questions. Without bands all edges are looked at.
type bands struct {
	ring       Ring
	south, per float64
	starts     []uint32 // by band, and one more
	edges      []uint32 // by their second corners
}

// newBands makes as many bands as leave about twice as many edges in one as any line across the ring meets.
func newBands(ring Ring, outline box) bands {
	b := bands{ring: ring, south: outline.south}
	height, up := outline.north-outline.south, 0.0
	for i := 1; i < len(ring); i++ {
		up += max(ring[i].Lat-ring[i-1].Lat, ring[i-1].Lat-ring[i].Lat)
	}
	n := int(max(1, min(float64(len(ring))*height/up, 1<<16)))
	b.per = float64(n) / height
	b.starts = make([]uint32, n+2)
	each := func(yield func(band int, edge uint32)) {
		for i := 1; i < len(ring); i++ {
			for k := b.band(min(ring[i-1].Lat, ring[i].Lat)); k <= b.band(max(ring[i-1].Lat, ring[i].Lat)); k++ {
				yield(k, uint32(i))
			}
		}
	}
	each(func(band int, _ uint32) { b.starts[band+2]++ })
	for k := 2; k < len(b.starts); k++ {
		b.starts[k] += b.starts[k-1]
	}
	b.edges = make([]uint32, b.starts[n+1])
	each(func(band int, edge uint32) {
		b.edges[b.starts[band+1]] = edge
		b.starts[band+1]++
	})
	return b
}

// band rises with the latitude, whatever rounding does, and so an edge is in the bands of all latitudes that it has.
func (b *bands) band(lat float64) int {
	return max(0, min(int((lat-b.south)*b.per), len(b.starts)-3))
}

// contains is [Polygon.contains] for the ring. A border is the number of an edge that p lies on, from 1; work is how
// many edges were looked at.
func (b *bands) contains(p Position) (inside bool, border, work int) {
	in := false
	look := func(i int) bool {
		u, v := b.ring[i-1], b.ring[i]
		if (u.Lat > p.Lat) == (v.Lat > p.Lat) {
			return onLevelEdge(u, v, p)
		}
		s := orient(u, v, p)
		in = in != (s != 0 && (s > 0) != (u.Lat < v.Lat))
		return s == 0
	}
	if b.starts == nil {
		for i := 1; i < len(b.ring); i++ {
			if look(i) {
				return true, i, i
			}
		}
		return in, 0, len(b.ring)
	}
	k := b.band(p.Lat)
	edges := b.edges[b.starts[k]:b.starts[k+1]]
	for n, i := range edges {
		if look(int(i)) {
			return true, int(i), n + 1
		}
	}
	return in, 0, len(edges) + 1
}
