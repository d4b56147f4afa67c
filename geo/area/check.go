package area

import (
	"math"
	"slices"
)

// Check looks for what is wrong with an area's polygons, repairs what can be repaired without a guess, and reports
// everything; see the reasons for which does what. It returns the area as an index would take it, or nil when it must
// be left out. The area given is not changed; rings without a fault are shared with it.
func Check(a *Area) (*Area, []Problem) {
	c := checker{area: a}
	return c.check()
}

// checkAll checks the areas and returns those to be kept.
func checkAll(areas []Area) ([]Area, []Problem) {
	kept := make([]Area, 0, len(areas))
	taken := make(map[string]bool, len(areas))
	c := checker{}
	var problems []Problem
	for i := range areas {
		a := &areas[i]
		c.area, c.problems = a, nil
		good, found := c.check()
		switch {
		case a.ID == "":
			good, found = nil, append(found, wholeArea(a, ReasonNoID))
		case good != nil && taken[a.ID]:
			good, found = nil, append(found, wholeArea(a, ReasonSameID))
		}
		for k := range found {
			found[k].Record = i + 1
		}
		problems = append(problems, found...)
		if good != nil {
			taken[a.ID] = true
			kept = append(kept, *good)
		}
	}
	return kept, problems
}

// checker checks one area after the other, with the same scratch space.
type checker struct {
	area     *Area
	problems []Problem
	polygon  int
	crosser  crosser
}

func (c *checker) report(ring int, reason Reason, repaired bool) {
	c.problems = append(c.problems, Problem{Area: c.area.ID, Polygon: c.polygon, Ring: ring, Reason: reason, Repaired: repaired})
}

func (c *checker) check() (*Area, []Problem) {
	good := *c.area
	good.Polygons = make([]Polygon, 0, len(c.area.Polygons))
	if good.Deny {
		good.AllowStart, good.AllowMiddle, good.AllowFinish = false, false, false
	}
	ok := true
	for i, poly := range c.area.Polygons {
		c.polygon = i
		kept := c.checkPolygon(poly)
		if kept == nil {
			ok = false
			continue
		}
		good.Polygons = append(good.Polygons, kept)
	}
	if len(c.area.Polygons) == 0 {
		c.problems = append(c.problems, wholeArea(c.area, ReasonNoPolygon))
		ok = false
	}
	if !ok {
		return nil, c.problems
	}
	return &good, c.problems
}

// checkPolygon returns the polygon as it is kept, or nil.
func (c *checker) checkPolygon(poly Polygon) Polygon {
	if len(poly) == 0 {
		c.report(-1, ReasonNoPolygon, false)
		return nil
	}
	kept := make(Polygon, 0, len(poly))
	numbers := make([]int, 0, len(poly)) // of the kept rings in what was given
	for i, ring := range poly {
		clean, reason := c.cleanRing(i, ring)
		switch {
		case reason == ReasonTooFew && i > 0:
			c.report(i, ReasonEmptyHole, true)
			continue
		case reason != "":
			c.report(i, reason, false)
			return nil
		}
		kept, numbers = append(kept, clean), append(numbers, i)
	}
	c.turn(kept)
	if ring, reason := c.crosser.check(kept); reason != "" {
		c.report(numbers[ring], reason, false)
		return nil
	}
	return kept
}

// turn moves rings by whole turns: the outer one so that its western end lies from -180 to 180, the holes next to it.
func (c *checker) turn(poly Polygon) {
	outer := poly[0].box()
	shift := 0.0
	for outer.west+shift < -180 {
		shift += 360
	}
	for outer.west+shift >= 180 {
		shift -= 360
	}
	poly[0] = poly[0].moved(shift)
	outer.west, outer.east = outer.west+shift, outer.east+shift
	for i := 1; i < len(poly); i++ {
		hole := poly[i].box()
		for _, by := range [...]float64{0, 360, -360} {
			if outer.west <= hole.west+by && hole.east+by <= outer.east {
				poly[i] = poly[i].moved(by)
				break
			}
		}
	}
}

func (r Ring) moved(by float64) Ring {
	if by == 0 {
		return r
	}
	out := make(Ring, len(r))
	for i, p := range r {
		out[i] = Position{p.Lng + by, p.Lat}
	}
	return out
}

// cleanRing repairs one ring by itself. Without a fault it returns the ring given.
func (c *checker) cleanRing(number int, ring Ring) (Ring, Reason) {
	if reason := ranges(ring); reason != "" {
		return nil, reason
	}
	if len(ring) == 0 {
		return nil, ReasonTooFew
	}
	if ring[0] != ring[len(ring)-1] {
		c.report(number, ReasonNotClosed, true)
		ring = append(slices.Clip(ring), ring[0])
	}
	ring, reason := c.unroll(number, ring)
	if reason != "" {
		return nil, reason
	}
	ring = c.simplify(number, ring)
	if len(ring) < 4 {
		return nil, ReasonTooFew
	}
	return ring, ""
}

func ranges(ring Ring) Reason {
	far, fits := false, true
	for _, p := range ring {
		if math.IsNaN(p.Lng-p.Lng) || math.IsNaN(p.Lat-p.Lat) { // infinity minus itself is NaN too
			return ReasonNotFinite
		}
		if math.Abs(p.Lat) > 90 || math.Abs(p.Lng) > 360 {
			far = true
		}
		if math.Abs(p.Lng) > 90 || math.Abs(p.Lat) > 180 {
			fits = false
		}
	}
	switch {
	case far && fits:
		return ReasonSwapped
	case far:
		return ReasonRange
	}
	return ""
}

// unroll lets longitudes run on over the 180th meridian, where a ring jumps by more than half a turn. In a ring that
// never does, a jump of exactly one turn is an edge round the world, and stays; else it is the meridian written from
// both sides.
func (c *checker) unroll(number int, ring Ring) (Ring, Reason) {
	jumps := func(d float64) bool { return math.Abs(d) > 180 && math.Abs(d) < 360 }
	at := 1
	for at < len(ring) && !jumps(ring[at].Lng-ring[at-1].Lng) {
		at++
	}
	if at == len(ring) {
		return ring, ""
	}
	out := slices.Clone(ring)
	turns := 0.0
	for i := 1; i < len(ring); i++ {
		if d := ring[i].Lng - ring[i-1].Lng; math.Abs(d) > 180 {
			turns -= math.Copysign(360, d)
		}
		out[i].Lng = ring[i].Lng + turns
	}
	if out[0] != out[len(out)-1] {
		return nil, ReasonPole
	}
	c.report(number, ReasonMeridian, true)
	return out, ""
}

// simplify drops repeated positions and spikes. It returns the ring given when there are none, and a ring of fewer than
// four positions when nothing is left.
func (c *checker) simplify(number int, ring Ring) Ring {
	at := 1
	for at < len(ring) && ring[at] != ring[at-1] && (at < 2 || !spike(ring[at-2], ring[at-1], ring[at])) {
		at++
	}
	if n := len(ring); at == n && n > 2 && !spike(ring[n-2], ring[0], ring[1]) {
		return ring
	}
	repeated, spikes := false, false
	out := make(Ring, 0, len(ring))
	add := func(p Position) {
		for len(out) >= 2 && spike(out[len(out)-2], out[len(out)-1], p) {
			out, spikes = out[:len(out)-1], true
		}
		if len(out) > 0 && out[len(out)-1] == p {
			repeated = true
			return
		}
		out = append(out, p)
	}
	for _, p := range ring[:len(ring)-1] {
		add(p)
	}
	// The seam: what the last corners and the first ones make together.
	for changed := true; changed && len(out) > 2; {
		n := len(out)
		switch changed = true; {
		case out[n-1] == out[0]:
			out, repeated = out[:n-1], true
		case spike(out[n-2], out[n-1], out[0]):
			out, spikes = out[:n-1], true
		case spike(out[n-1], out[0], out[1]):
			out, spikes = out[1:], true
		default:
			changed = false
		}
	}
	if repeated {
		c.report(number, ReasonRepeated, true)
	}
	if spikes {
		c.report(number, ReasonSpike, true)
	}
	if len(out) < 3 {
		return nil
	}
	return append(out, out[0])
}

// spike reports whether the line turns back on itself at b.
func spike(a, b, p Position) bool {
	back := (b.Lng-a.Lng)*(p.Lng-b.Lng) <= 0 && (b.Lat-a.Lat)*(p.Lat-b.Lat) <= 0
	if !back || a == b || b == p || orient(a, b, p) != 0 {
		return false
	}
	// The products of very small steps are zero.
	return sign(b.Lng-a.Lng)*sign(p.Lng-b.Lng) <= 0 && sign(b.Lat-a.Lat)*sign(p.Lat-b.Lat) <= 0
}
