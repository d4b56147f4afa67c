package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/waybill-go/waybill/geo/area"
)

// areaSet is the deterministic set of the comparison: 10,000 areas with about 4.5 million vertices in 20 cities and 93
// sets (city and service type), crowded towards the centres, and 100,000 queries.
type areaSet struct {
	areas   []area.Area
	queries []query
}

type query struct {
	city, service string
	at            area.Position
}

type town struct {
	code     string
	centre   area.Position
	services []string
	members  []int // of areas
}

var benchSet = sync.OnceValue(func() *areaSet {
	rnd := rand.New(rand.NewPCG(7, 2026))
	s := &areaSet{}
	towns := make([]*town, 20)
	for i := range towns {
		towns[i] = &town{
			code:     fmt.Sprintf("C%02d", i),
			centre:   area.Position{Lng: -100 + 13.7*float64(i), Lat: -30 + 3.9*float64(i%17)},
			services: []string{"", "car", "truck", "intercity", "express"}[:5-min(1, max(0, i-12))],
		}
	}
	for i := range 10_000 {
		t := towns[i%len(towns)]
		a := area.Area{
			ID: fmt.Sprintf("A%05d", i), CityCode: t.code, ServiceType: t.services[rnd.IntN(len(t.services))],
			AllowStart: true, AllowMiddle: true, AllowFinish: true, Priority: i,
		}
		if a.ServiceType == "" && rnd.IntN(12) == 0 {
			a.Deny, a.AllowStart, a.AllowMiddle, a.AllowFinish = true, false, false, false
		}
		// 20 to 2,000 vertices, half of the areas below 200, 457 on average.
		n := int(min(1940, max(20, 200*math.Exp(rnd.NormFloat64()*1.53))))
		centre := around(rnd, t.centre, 0.09)
		size := 0.012 + 0.148*rnd.Float64()*rnd.Float64()
		parts := 1
		if rnd.IntN(10) == 0 {
			parts = 2 + rnd.IntN(2)
		}
		for p := range parts {
			c := area.Position{Lng: centre.Lng + float64(p)*2.6*size, Lat: centre.Lat}
			poly := area.Polygon{blob(rnd, c, size, max(20, n/parts), true)}
			if rnd.IntN(5) == 0 {
				poly = append(poly, blob(rnd, c, size*0.25, 12+rnd.IntN(40), false))
			}
			a.Polygons = append(a.Polygons, poly)
		}
		t.members = append(t.members, i)
		s.areas = append(s.areas, a)
	}
	for i := range 100_000 {
		t := towns[rnd.IntN(len(towns))]
		q := query{city: t.code, service: t.services[rnd.IntN(len(t.services))]}
		switch i % 4 {
		case 0:
			q.at = around(rnd, t.centre, 0.08)
		case 1:
			q.at = area.Position{Lng: t.centre.Lng + 0.54*rnd.Float64() - 0.27, Lat: t.centre.Lat + 0.54*rnd.Float64() - 0.27}
		case 2: // within 30 m of a vertex
			poly := s.areas[t.members[rnd.IntN(len(t.members))]].Polygons[0]
			ring := poly[rnd.IntN(len(poly))]
			v := ring[rnd.IntN(len(ring))]
			q.at = around(rnd, v, 0.00012)
		default:
			q.at = area.Position{Lng: t.centre.Lng + 0.45 + rnd.Float64(), Lat: t.centre.Lat + rnd.Float64()}
		}
		s.queries = append(s.queries, q)
	}
	return s
})

func around(rnd *rand.Rand, c area.Position, spread float64) area.Position {
	return area.Position{Lng: c.Lng + rnd.NormFloat64()*spread, Lat: c.Lat + rnd.NormFloat64()*spread}
}

// blob draws a ring that is star-shaped as seen from c, wavy and rough, with seven decimals as drawn areas have.
func blob(rnd *rand.Rand, c area.Position, size float64, n int, rough bool) area.Ring {
	phase1, phase2 := rnd.Float64()*6, rnd.Float64()*6
	ring := make(area.Ring, 0, n+1)
	for i := range n {
		angle := 2 * math.Pi * float64(i) / float64(n)
		r := size * (0.75 + 0.12*math.Sin(3*angle+phase1) + 0.08*math.Sin(7*angle+phase2))
		if rough {
			r *= 1 + 0.03*(rnd.Float64()-0.5)
		}
		ring = append(ring, area.Position{
			Lng: math.Round((c.Lng+r*math.Cos(angle))*1e7) / 1e7,
			Lat: math.Round((c.Lat+r*math.Sin(angle))*1e7) / 1e7,
		})
	}
	return append(ring, ring[0])
}

// hugeArea is a city with one area of 200,000 vertices and 20 common ones.
func hugeArea() *areaSet {
	rnd := rand.New(rand.NewPCG(8, 2026))
	s := &areaSet{}
	for i := range 21 {
		n, size := 500, 0.02
		if i == 0 {
			n, size = 200_000, 0.4
		}
		ring := blob(rnd, around(rnd, area.Position{Lng: 77, Lat: 28}, 0.05), size, n, i > 0)
		s.areas = append(s.areas, area.Area{ID: fmt.Sprintf("A%05d", i), CityCode: "C00", Priority: i, Polygons: []area.Polygon{{ring}}})
	}
	s.askNear(rnd, 5_000)
	return s
}

// tinyAreas is a city of 100,000 areas of a few metres each, and of four to eight corners.
func tinyAreas() *areaSet {
	rnd := rand.New(rand.NewPCG(9, 2026))
	s := &areaSet{}
	for i := range 100_000 {
		ring := blob(rnd, around(rnd, area.Position{Lng: 103.8, Lat: 1.3}, 0.05), 0.0002, 4+rnd.IntN(5), false)
		s.areas = append(s.areas, area.Area{ID: fmt.Sprintf("A%05d", i), CityCode: "C00", Priority: i, Polygons: []area.Polygon{{ring}}})
	}
	s.askNear(rnd, 2_000)
	return s
}

// askNear adds queries within 30 m of vertices.
func (s *areaSet) askNear(rnd *rand.Rand, n int) {
	for range n {
		ring := s.areas[rnd.IntN(len(s.areas))].Polygons[0][0]
		s.queries = append(s.queries, query{city: "C00", at: around(rnd, ring[rnd.IntN(len(ring))], 0.00012)})
	}
}
