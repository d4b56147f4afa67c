package bench

import (
	"math/big"
	"slices"
	"testing"

	"github.com/waybill-go/waybill/geo/area"
)

// BenchmarkAreaLookup is the service's question: which areas hold here for this service type of this city?
func BenchmarkAreaLookup(b *testing.B) {
	for _, p := range []struct {
		name   string
		finder func() finder
	}{{"waybill", bigWaybill}, {"s2", bigS2}, {"rtree+geojson", bigRtree}, {"orb", bigOrb}} {
		b.Run(p.name, func(b *testing.B) {
			f := p.finder()
			ask(b, f, f.countLookup, benchSet().queries)
		})
	}
}

// BenchmarkAreaCovering asks for all areas of the city, whatever their service type. orb, which has no index and takes
// half a millisecond, is left out.
func BenchmarkAreaCovering(b *testing.B) {
	for _, p := range []struct {
		name   string
		finder func() finder
	}{{"waybill", bigWaybill}, {"s2", allS2}, {"rtree+geojson", bigRtree}} {
		b.Run(p.name, func(b *testing.B) {
			f := p.finder()
			ask(b, f, f.countCovering, benchSet().queries)
		})
	}
}

// TestAreaAnswers compares every answer with a naive exact test, on the big set and on the two extreme ones.
func TestAreaAnswers(t *testing.T) {
	t.Run("big", func(t *testing.T) { checkAnswers(t, benchSet(), bigWaybill()) })
	t.Run("huge area", func(t *testing.T) { s := hugeArea(); checkAnswers(t, s, waybillFinder(s.areas)) })
	t.Run("tiny areas", func(t *testing.T) { s := tinyAreas(); checkAnswers(t, s, waybillFinder(s.areas)) })
}

// BenchmarkAreaExtremes is one city with an area of 200,000 vertices among others, and one with 100,000 tiny areas.
func BenchmarkAreaExtremes(b *testing.B) {
	for name, set := range map[string]func() *areaSet{"huge": hugeArea, "tiny": tinyAreas} {
		s := set()
		b.Run(name+"/waybill", func(b *testing.B) {
			f := waybillFinder(s.areas)
			ask(b, f, f.countLookup, s.queries)
		})
		b.Run(name+"/rtree+geojson", func(b *testing.B) {
			f := rtreeFinder(s.areas)
			ask(b, f, f.countLookup, s.queries)
		})
	}
}

func checkAnswers(t *testing.T, s *areaSet, ours finder) {
	g := group(s.areas)
	boxes := make([][]box, len(s.areas))
	for i := range s.areas {
		for _, poly := range s.areas[i].Polygons {
			boxes[i] = append(boxes[i], boxOf(poly[0]))
		}
	}
	hits, candidates, none := 0, 0, 0
	for i := range s.queries {
		q := &s.queries[i]
		var want, all []int32
		for _, n := range g.all[q.city] {
			if inside(s.areas[n].Polygons, boxes[n], q.at) {
				all = append(all, n)
			}
		}
		effective := g.effective[q.city+"/"+q.service]
		if effective == nil {
			effective = g.effective[q.city+"/"]
		}
		for _, n := range effective {
			if slices.Contains(all, n) {
				want = append(want, n)
			}
			if slices.ContainsFunc(boxes[n], func(b box) bool { return b.contains(q.at) }) {
				candidates++
			}
		}
		want = sorted(want)
		if got := sorted(ours.lookup(nil, q)); !slices.Equal(got, want) {
			t.Fatalf("query %d: %v, naive %v", i, got, want)
		}
		if got := sorted(ours.covering(nil, q)); !slices.Equal(got, all) {
			t.Fatalf("query %d, all of the city: %v, naive %v", i, got, all)
		}
		hits += len(want)
		if len(want) == 0 {
			none++
		}
	}
	n := float64(len(s.queries))
	t.Logf("%.1f box candidates and %.1f hits a query, %.0f%% with none", float64(candidates)/n, float64(hits)/n, 100*float64(none)/n)
}

type box struct{ west, south, east, north float64 }

func (b box) contains(p area.Position) bool {
	return b.west <= p.Lng && p.Lng <= b.east && b.south <= p.Lat && p.Lat <= b.north
}

func boxOf(ring area.Ring) box {
	b := box{ring[0].Lng, ring[0].Lat, ring[0].Lng, ring[0].Lat}
	for _, p := range ring {
		b = box{min(b.west, p.Lng), min(b.south, p.Lat), max(b.east, p.Lng), max(b.north, p.Lat)}
	}
	return b
}

// inside is the naive exact test: a ray to the east over every edge of the part, borders in, with rational numbers
// wherever float64 is not sure.
func inside(polygons []area.Polygon, boxes []box, p area.Position) bool {
	for i, poly := range polygons {
		if !boxes[i].contains(p) {
			continue
		}
		in := false
		for _, ring := range poly {
			for j := 1; j < len(ring); j++ {
				a, b := ring[j-1], ring[j]
				if min(a.Lat, b.Lat) > p.Lat || max(a.Lat, b.Lat) < p.Lat || max(a.Lng, b.Lng) < p.Lng {
					continue
				}
				d := turn(a, b, p)
				if d == 0 && min(a.Lng, b.Lng) <= p.Lng {
					return true
				}
				if a.Lat <= p.Lat && b.Lat > p.Lat && d > 0 || b.Lat <= p.Lat && a.Lat > p.Lat && d < 0 {
					in = !in
				}
			}
		}
		if in {
			return true
		}
	}
	return false
}

// turn is the sign of (b-a) x (p-a).
func turn(a, b, p area.Position) int {
	l, r := (b.Lng-a.Lng)*(p.Lat-a.Lat), (b.Lat-a.Lat)*(p.Lng-a.Lng)
	if d := l - r; d > 1e-14 || d < -1e-14 { // far more than what rounding can do to numbers below 200
		if d > 0 {
			return 1
		}
		return -1
	}
	sub := func(x, y float64) *big.Rat {
		return new(big.Rat).Sub(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
	}
	left := new(big.Rat).Mul(sub(b.Lng, a.Lng), sub(p.Lat, a.Lat))
	return left.Cmp(new(big.Rat).Mul(sub(b.Lat, a.Lat), sub(p.Lng, a.Lng)))
}
