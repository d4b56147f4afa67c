package area

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

func TestCheck(t *testing.T) {
	outer := square(0, 0, 10, 10)
	bay := Ring{{0, 0}, {3, 0}, {3, 4}, {5, 5}, {7, 4}, {7, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}
	reversed := func(r Ring) Ring { r = slices.Clone(r); slices.Reverse(r); return r }
	for _, tt := range []struct {
		what     string
		polygons []Polygon
		reason   Reason
		ring     int
		repaired bool
		want     Ring // the first ring after the repair
	}{
		{what: "sound", polygons: polygon(outer, square(1, 1, 2, 2), square(3, 3, 4, 4))},
		{what: "clockwise", polygons: polygon(Ring{{0, 0}, {0, 1}, {1, 1}, {0, 0}})},
		{what: "corners on a line, too close to one another for a product", polygons: polygon(Ring{{0, 0}, {1e-200, 0}, {2e-200, 0}, {2e-200, 2e-200}, {0, 0}})},
		{what: "hole touches in a point", polygons: polygon(outer, Ring{{0, 5}, {2, 4}, {2, 6}, {0, 5}})},
		{what: "holes touch in a point", polygons: polygon(outer, square(1, 1, 2, 2), square(2, 2, 3, 3))},
		{what: "holes touch all round a part of the interior", polygons: polygon(outer, Ring{{1, 5}, {5, 1}, {5, 2}, {1, 5}}, Ring{{5, 1}, {9, 5}, {8, 5}, {5, 1}}, Ring{{1, 5}, {5, 9}, {9, 5}, {5, 8}, {1, 5}})},
		{what: "hole in a bay of a hole", polygons: polygon(outer, Ring{{1, 1}, {3, 5}, {5, 2}, {7, 5}, {9, 1}, {1, 1}}, Ring{{5, 2}, {6, 6}, {4, 6}, {5, 2}})},
		{what: "hole with all corners on the outer ring", polygons: polygon(outer, Ring{{0, 5}, {5, 0}, {10, 5}, {5, 10}, {0, 5}})},
		{what: "overlapping parts", polygons: []Polygon{{outer}, {square(5, 5, 15, 15)}}},
		{"unclosed", polygon(outer[:4]), ReasonNotClosed, 0, true, outer},
		{"repeated", polygon(Ring{{0, 0}, {0, 0}, {10, 0}, {10, 10}, {10, 10}, {0, 10}, {0, 0}, {0, 0}}), ReasonRepeated, 0, true, outer},
		{"spike", polygon(Ring{{0, 0}, {10, 0}, {10, 5}, {20, 5}, {10, 5}, {10, 10}, {0, 10}, {0, 0}}), ReasonSpike, 0, true,
			Ring{{0, 0}, {10, 0}, {10, 5}, {10, 10}, {0, 10}, {0, 0}}},
		{"spike at the seam", polygon(Ring{{-5, -5}, {0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}, {-5, -5}}), ReasonSpike, 0, true,
			Ring{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}},
		{"empty hole", polygon(outer, Ring{{1, 1}, {2, 2}, {1, 1}}), ReasonEmptyHole, 1, true, outer},
		{"uncut", polygon(Ring{{170, 0}, {-170, 0}, {-170, 5}, {170, 0}}), ReasonMeridian, 0, true, Ring{{170, 0}, {190, 0}, {190, 5}, {170, 0}}},

		{"nothing", nil, ReasonNoPolygon, -1, false, nil},
		{"polygon of nothing", []Polygon{{}}, ReasonNoPolygon, -1, false, nil},
		{"ring of nothing", polygon(nil), ReasonTooFew, 0, false, nil},
		{"two points", polygon(Ring{{0, 0}, {1, 1}, {0, 0}}), ReasonTooFew, 0, false, nil},
		{"all on a line", polygon(Ring{{0, 0}, {1, 1}, {3, 3}, {2, 2}, {0, 0}}), ReasonTooFew, 0, false, nil},
		{"one point", polygon(Ring{{1, 1}, {1, 1}, {1, 1}, {1, 1}}), ReasonTooFew, 0, false, nil},
		{"bow tie", polygon(Ring{{0, 0}, {2, 1}, {2, 0}, {0, 1}, {0, 0}}), ReasonCrossing, 0, false, nil},
		{"ring round twice", polygon(slices.Concat(outer, square(1, 1, 9, 9), outer[:1])), ReasonCrossing, 0, false, nil},
		{"touches itself", polygon(Ring{{0, 0}, {4, 0}, {2, 2}, {4, 4}, {0, 4}, {2, 2}, {0, 0}}), ReasonCrossing, 0, false, nil},
		{"runs along itself", polygon(Ring{{0, 0}, {4, 0}, {4, 2}, {5, 2}, {5, 1}, {4, 1}, {4, 4}, {0, 0}}), ReasonCrossing, 0, false, nil},
		{"NaN", polygon(Ring{{0, 0}, {math.NaN(), 0}, {1, 1}, {0, 0}}), ReasonNotFinite, 0, false, nil},
		{"infinite", polygon(outer, Ring{{0, 0}, {1, math.Inf(-1)}, {1, 1}, {0, 0}}), ReasonNotFinite, 1, false, nil},
		{"swapped axes", polygon(Ring{{22, 113}, {23, 113}, {23, 114}, {22, 113}}), ReasonSwapped, 0, false, nil},
		{"out of range", polygon(Ring{{113, 222}, {114, 22}, {114, 23}, {113, 222}}), ReasonRange, 0, false, nil},
		{"hole outside", polygon(outer, square(20, 20, 21, 21)), ReasonHoleOutside, 1, false, nil},
		{"hole around", polygon(outer, square(-1, -1, 11, 11)), ReasonHoleOutside, 1, false, nil},
		{"hole crosses", polygon(outer, square(5, 5, 15, 6)), ReasonRingsCross, 1, false, nil},
		{"hole along the border", polygon(outer, square(0, 5, 1, 6)), ReasonRingsCross, 1, false, nil},
		{"hole through vertices", polygon(Ring{{0, 0}, {4, 0}, {2, 2}, {4, 4}, {0, 4}, {0, 0}}, Ring{{1, 2}, {2, 2}, {3, 2.1}, {1, 3}, {1, 2}}), ReasonRingsCross, 1, false, nil},
		{"hole in a bay of the outer ring, touching it with all corners", polygon(bay, Ring{{3, 2}, {7, 2}, {5, 5}, {3, 2}}), ReasonHoleOutside, 1, false, nil},
		{"the same, the other way round", polygon(reversed(bay), Ring{{3, 2}, {5, 5}, {7, 2}, {3, 2}}), ReasonHoleOutside, 1, false, nil},
		{"hole through corners of the outer ring, which lie on its edge", polygon(Ring{{0, 0}, {10, 0}, {10, 10}, {6, 5}, {5, 2}, {4, 5}, {0, 10}, {0, 0}}, Ring{{2.5, 5}, {7.5, 5}, {5, 1}, {2.5, 5}}), ReasonRingsCross, 1, false, nil},
		{"hole in a hole, touching it with all corners", polygon(outer, square(2, 2, 8, 8), Ring{{2, 5}, {5, 2}, {8, 5}, {5, 8}, {2, 5}}), ReasonHoleInHole, 2, false, nil},
		{"hole in a hole", polygon(outer, square(1, 1, 5, 5), square(2, 2, 3, 3)), ReasonHoleInHole, 2, false, nil},
		{"same hole twice", polygon(outer, square(1, 1, 5, 5), square(1, 1, 5, 5)), ReasonRingsCross, 2, false, nil},
		{"round the pole", polygon(Ring{{0, 80}, {120, 80}, {-120, 80}, {0, 80}}), ReasonPole, 0, false, nil},
		{"too many rings", []Polygon{slices.Repeat(polygon(outer)[0], 10_001)}, ReasonComplex, 0, false, nil},
	} {
		t.Run(tt.what, func(t *testing.T) {
			before := slices.Clone(tt.polygons)
			good, problems := Check(&Area{ID: "x1", Polygons: tt.polygons})
			if (good != nil) != (tt.reason == "" || tt.repaired) {
				t.Fatalf("kept: %v; %v", good != nil, problems)
			}
			if !slices.EqualFunc(before, tt.polygons, func(a, b Polygon) bool { return len(a) == len(b) }) {
				t.Error("the area given was changed")
			}
			if tt.reason == "" {
				if len(problems) != 0 {
					t.Errorf("%v", problems)
				}
				return
			}
			i := slices.IndexFunc(problems, func(p Problem) bool { return p.Reason == tt.reason })
			if i < 0 || problems[i].Ring != tt.ring || problems[i].Repaired != tt.repaired || problems[i].Area != "x1" {
				t.Fatalf("%v", problems)
			}
			if !errors.Is(problems[i], waybill.ErrInvalidArgument) || !strings.Contains(problems[i].Error(), string(tt.reason)) {
				t.Errorf("%v", problems[i])
			}
			if tt.want != nil && !slices.Equal(good.Polygons[0][0], tt.want) {
				t.Errorf("%v, want %v", good.Polygons[0][0], tt.want)
			}
		})
	}
}

// TestOneBadAreaLeavesTheRest holds that bad areas are left out and reported by record.
func TestOneBadAreaLeavesTheRest(t *testing.T) {
	good := polygon(square(0, 0, 1, 1))
	x, problems, err := NewIndex(geo.WGS84, []Area{
		{ID: "a", Polygons: good}, {ID: "", Polygons: good}, {ID: "a", Polygons: good},
		{ID: "bow", Polygons: polygon(Ring{{0, 0}, {2, 1}, {2, 0}, {0, 1}, {0, 0}})}, {ID: "b", Polygons: good},
	})
	if err != nil || x.Len() != 2 {
		t.Fatalf("%v, %v", x, err)
	}
	want := []string{
		"record 2: area has no id; left out",
		"area a: id is taken by another area; left out",
		"area bow: polygon 0: ring 0: ring meets itself; left out",
	}
	for i, p := range problems {
		if p.Error() != want[i] || p.Record != i+2 {
			t.Errorf("%d: %v (record %d)", i, p, p.Record)
		}
	}
}

// TestHostileShapesEnd holds that no shape takes forever: edges that all pass close by one point.
func TestHostileShapesEnd(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	var ring Ring
	for range 5_000 {
		ring = append(ring, Position{Lng: 1e-13 * rnd.Float64(), Lat: 1e-13 * rnd.Float64()}, Position{Lng: rnd.Float64(), Lat: rnd.Float64()})
	}
	ring = append(ring, ring[0])
	if good, problems := Check(&Area{ID: "star", Polygons: polygon(ring)}); good != nil {
		t.Errorf("%v", problems)
	}
}

// TestLongThinShapes holds that a star of 1,000 rays and a comb of 1,000 teeth, upright and aslant, are no shapes too
// complicated to check, and that the index of them is small.
func TestLongThinShapes(t *testing.T) {
	var star, comb Ring
	for i := range 1000 {
		out, in := math.Pi*float64(2*i)/1000, math.Pi*float64(2*i+1)/1000
		star = append(star, Position{math.Cos(out), math.Sin(out)}, Position{0.001 * math.Cos(in), 0.001 * math.Sin(in)})
		x := float64(i) / 1000
		comb = append(comb, Position{x, 0.1}, Position{x, 1}, Position{x + 0.0005, 1}, Position{x + 0.0005, 0.1})
	}
	star, comb = append(star, star[0]), append(comb, Position{1, 0}, Position{0, 0}, comb[0])
	aslant := slices.Clone(comb)
	for i, p := range comb {
		aslant[i] = Position{0.8*p.Lng - 0.6*p.Lat, 0.6*p.Lng + 0.8*p.Lat}
	}
	x := index(t, Area{ID: "star", Polygons: polygon(star)}, Area{ID: "comb", Polygons: polygon(comb)}, Area{ID: "aslant", Polygons: polygon(aslant)})
	if n := x.Bytes(); n > 16<<20 {
		t.Errorf("%d bytes", n)
	}
}

func TestWithin(t *testing.T) {
	b := Batch{Areas: []Area{
		{ID: "mumbai", Polygons: polygon(square(72.8, 19, 72.9, 19.1))},
		{ID: "swapped", Polygons: polygon(square(19, 72.8, 19.1, 72.9))},
		{ID: "far", Polygons: polygon(square(1, 1, 2, 2))},
		{ID: "nothing"},
	}}.Within(68, 6, 98, 36)
	if len(b.Areas) != 2 || len(b.Problems) != 2 || b.Problems[0].Reason != ReasonSwapped || b.Problems[1].Reason != ReasonOutside {
		t.Errorf("%v %v", b, b.Problems)
	}
}
