package bench

import (
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/golang/geo/s2"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/geojson/geometry"
	"github.com/tidwall/rtree"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/area"
)

// finder is one way of answering: it appends the numbers of the areas found, in any order.
type finder struct {
	lookup   func(dst []int32, q *query) []int32 // by the service-type rule
	covering func(dst []int32, q *query) []int32 // all areas of the city
	// The same without making numbers of what was found: how many there are. This is what is measured.
	countLookup, countCovering func(q *query) int
	seconds                    float64 // of one core, to build
	mib                        float64 // of heap, beyond the areas given
}

// cpu is the processor time of this process: on a busy machine it says more than the clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// built measures a build, on one core.
func built(build func() finder) finder {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	before, start := heap(), cpu()
	f := build()
	f.seconds = (cpu() - start).Seconds()
	f.mib = float64(heap()-before) / (1 << 20)
	return f
}

func waybillFinder(areas []area.Area) finder {
	return built(func() finder {
		x, problems, err := area.NewIndex(geo.WGS84, areas)
		if err != nil || len(problems) > 0 {
			panic("the areas are not as they should be")
		}
		var found []*area.Area
		numbers := func(dst []int32) []int32 {
			for _, a := range found {
				dst = append(dst, number(a))
			}
			return dst
		}
		return finder{
			countLookup: func(q *query) int {
				found, _ = x.AppendLookup(found[:0], q.city, geo.Point{Lat: q.at.Lat, Lng: q.at.Lng}, q.service)
				return len(found)
			},
			countCovering: func(q *query) int {
				found, _ = x.AppendCovering(found[:0], q.city, geo.Point{Lat: q.at.Lat, Lng: q.at.Lng})
				return len(found)
			},
			lookup: func(dst []int32, q *query) []int32 {
				found, _ = x.AppendLookup(found[:0], q.city, geo.Point{Lat: q.at.Lat, Lng: q.at.Lng}, q.service)
				return numbers(dst)
			},
			covering: func(dst []int32, q *query) []int32 {
				found, _ = x.AppendCovering(found[:0], q.city, geo.Point{Lat: q.at.Lat, Lng: q.at.Lng})
				return numbers(dst)
			},
		}
	})
}

// number is the place of an area in its set, which the set keeps as its priority.
func number(a *area.Area) int32 { return int32(a.Priority) }

// groups is what the peers lack: which areas are effective for a service type of a city, and all of a city.
type groups struct {
	effective, all map[string][]int32 // by city and service type, by city
}

func group(areas []area.Area) groups {
	g := groups{map[string][]int32{}, map[string][]int32{}}
	denied := map[string][]int32{}
	for i := range areas {
		a := &areas[i]
		key := a.CityCode + "/" + a.ServiceType
		g.effective[key] = append(g.effective[key], int32(i))
		g.all[a.CityCode] = append(g.all[a.CityCode], int32(i))
		if a.ServiceType == "" && a.Deny {
			denied[a.CityCode] = append(denied[a.CityCode], int32(i))
		}
	}
	for key := range g.effective {
		if city := key[:3]; key != city+"/" {
			g.effective[key] = append(g.effective[key], denied[city]...)
		}
	}
	return g
}

// key finds the set of a query without building a string, as a caller of a peer would.
type keys map[string]map[string]int

func keysOf(areas []area.Area, g groups) (keys, [][]int32) {
	k, lists := keys{}, [][]int32{}
	for i := range areas {
		a := &areas[i]
		if k[a.CityCode] == nil {
			k[a.CityCode] = map[string]int{"all": len(lists)}
			lists = append(lists, g.all[a.CityCode])
		}
		if _, ok := k[a.CityCode][a.ServiceType]; !ok {
			k[a.CityCode][a.ServiceType] = len(lists)
			lists = append(lists, g.effective[a.CityCode+"/"+a.ServiceType])
		}
	}
	return k, lists
}

func (k keys) of(q *query) int {
	city := k[q.city]
	if n, ok := city[q.service]; ok {
		return n
	}
	return city[""]
}

// s2Shape is one part of an area.
type s2Shape struct {
	*s2.Polygon
	area int32
}

// s2Finder answers by the service-type rule, or with all areas of the city: for one finder to do both its shapes would
// stand in twice as many indexes, which is no fair figure for its memory.
func s2Finder(areas []area.Area, all bool) finder {
	return built(func() finder {
		k, lists := keysOf(areas, group(areas))
		for _, city := range k {
			for service, n := range city {
				if (service == "all") != all {
					lists[n] = nil
				}
			}
		}
		shapes := make([][]*s2Shape, len(areas))
		for i := range areas {
			for _, poly := range areas[i].Polygons {
				loops := make([]*s2.Loop, 0, len(poly))
				for _, ring := range poly {
					points := make([]s2.Point, len(ring)-1)
					for j := range points {
						points[j] = s2.PointFromLatLng(s2.LatLngFromDegrees(ring[j].Lat, ring[j].Lng))
					}
					loop := s2.LoopFromPoints(points)
					loop.Normalize()
					loops = append(loops, loop)
				}
				shapes[i] = append(shapes[i], &s2Shape{s2.PolygonFromLoops(loops), int32(i)})
			}
		}
		queries := make([]*s2.ContainsPointQuery, len(lists))
		for n, list := range lists {
			index := s2.NewShapeIndex()
			for _, i := range list {
				for _, s := range shapes[i] {
					index.Add(s)
				}
			}
			index.Build()
			queries[n] = s2.NewContainsPointQuery(index, s2.VertexModelClosed)
		}
		in := func(n int, q *query) []s2.Shape {
			return queries[n].ContainingShapes(s2.PointFromLatLng(s2.LatLngFromDegrees(q.at.Lat, q.at.Lng)))
		}
		ask := func(dst []int32, n int, q *query) []int32 {
			for _, s := range in(n, q) {
				dst = append(dst, s.(*s2Shape).area)
			}
			return dst
		}
		return finder{
			countLookup:   func(q *query) int { return len(in(k.of(q), q)) },
			countCovering: func(q *query) int { return len(in(k[q.city]["all"], q)) },
			lookup:        func(dst []int32, q *query) []int32 { return ask(dst, k.of(q), q) },
			covering:      func(dst []int32, q *query) []int32 { return ask(dst, k[q.city]["all"], q) },
		}
	})
}

func rtreeFinder(areas []area.Area) finder {
	return built(func() finder {
		k, lists := keysOf(areas, group(areas))
		polys := make([][]*geometry.Poly, len(areas))
		for i := range areas {
			for _, poly := range areas[i].Polygons {
				rings := make([][]geometry.Point, len(poly))
				for j, ring := range poly {
					for _, p := range ring {
						rings[j] = append(rings[j], geometry.Point{X: p.Lng, Y: p.Lat})
					}
				}
				polys[i] = append(polys[i], geometry.NewPoly(rings[0], rings[1:], geometry.DefaultIndexOptions))
			}
		}
		type entry struct {
			poly *geometry.Poly
			area int32
		}
		trees := make([]rtree.RTreeG[entry], len(lists))
		for n, list := range lists {
			for _, i := range list {
				for _, p := range polys[i] {
					r := p.Rect()
					trees[n].Insert([2]float64{r.Min.X, r.Min.Y}, [2]float64{r.Max.X, r.Max.Y}, entry{p, i})
				}
			}
		}
		ask := func(dst []int32, n int, q *query) []int32 {
			at := [2]float64{q.at.Lng, q.at.Lat}
			trees[n].Search(at, at, func(_, _ [2]float64, e entry) bool {
				if e.poly.ContainsPoint(geometry.Point{X: q.at.Lng, Y: q.at.Lat}) {
					dst = append(dst, e.area)
				}
				return true
			})
			return dst
		}
		return counted(finder{
			lookup:   func(dst []int32, q *query) []int32 { return ask(dst, k.of(q), q) },
			covering: func(dst []int32, q *query) []int32 { return ask(dst, k[q.city]["all"], q) },
		})
	})
}

func orbFinder(areas []area.Area) finder {
	return built(func() finder {
		k, lists := keysOf(areas, group(areas))
		polys := make([]orb.MultiPolygon, len(areas))
		boxes := make([]orb.Bound, len(areas))
		for i := range areas {
			for _, poly := range areas[i].Polygons {
				rings := make(orb.Polygon, len(poly))
				for j, ring := range poly {
					for _, p := range ring {
						rings[j] = append(rings[j], orb.Point{p.Lng, p.Lat})
					}
				}
				polys[i] = append(polys[i], rings)
			}
			boxes[i] = polys[i].Bound()
		}
		ask := func(dst []int32, n int, q *query) []int32 {
			p := orb.Point{q.at.Lng, q.at.Lat}
			for _, i := range lists[n] {
				if boxes[i].Contains(p) && planar.MultiPolygonContains(polys[i], p) {
					dst = append(dst, i)
				}
			}
			return dst
		}
		return counted(finder{
			lookup:   func(dst []int32, q *query) []int32 { return ask(dst, k.of(q), q) },
			covering: func(dst []int32, q *query) []int32 { return ask(dst, k[q.city]["all"], q) },
		})
	})
}

// counted counts the numbers of a peer that makes them on the way.
func counted(f finder) finder {
	var dst []int32
	f.countLookup = func(q *query) int { dst = f.lookup(dst[:0], q); return len(dst) }
	f.countCovering = func(q *query) int { dst = f.covering(dst[:0], q); return len(dst) }
	return f
}

// built once per run, on the big set.
var (
	bigWaybill = sync.OnceValue(func() finder { return waybillFinder(benchSet().areas) })
	bigS2      = sync.OnceValue(func() finder { return s2Finder(benchSet().areas, false) })
	allS2      = sync.OnceValue(func() finder { return s2Finder(benchSet().areas, true) })
	bigRtree   = sync.OnceValue(func() finder { return rtreeFinder(benchSet().areas) })
	bigOrb     = sync.OnceValue(func() finder { return orbFinder(benchSet().areas) })
)

// ask runs one finder over the queries, in their order, so that caches are cold, and reports processor time per query.
func ask(b *testing.B, f finder, ask func(q *query) int, queries []query) {
	b.ReportAllocs()
	i := 0
	start := cpu()
	for b.Loop() {
		ask(&queries[i%len(queries)])
		i++
	}
	b.ReportMetric(float64(cpu()-start)/float64(i), "cpu-ns/op")
	b.ReportMetric(f.seconds, "build-s")
	b.ReportMetric(f.mib, "MiB")
}

func sorted(s []int32) []int32 {
	slices.Sort(s)
	return slices.Compact(s)
}
