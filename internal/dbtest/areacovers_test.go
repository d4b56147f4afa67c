package dbtest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/area"
	"github.com/waybill-go/waybill/internal/dbtest"
)

// TestPostGISCovers compares the index with ST_Covers and ST_Intersects, which count borders as inside as we do. The
// shapes have corners on a lattice of 64ths of a degree, so that PostGIS computes without rounding too and must agree on
// every border, the holes' included.
func TestPostGISCovers(t *testing.T) {
	db := dbtest.Postgres(t)
	mustExec(t, db, "CREATE TABLE shapes (id TEXT, geom geometry)")
	rnd := rand.New(rand.NewPCG(20, 7))
	lattice := func(v float64) float64 { return math.Round(v*64) / 64 }
	star := func(at area.Position, radius float64, corners int) area.Ring {
		var ring area.Ring
		for i := range corners {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(corners))
			r := radius * (0.5 + 0.5*rnd.Float64())
			ring = append(ring, area.Position{Lng: lattice(at.Lng + r*cos), Lat: lattice(at.Lat + r*sin)})
		}
		return append(ring, ring[0])
	}
	var areas []area.Area
	for i := range 150 {
		at := area.Position{Lng: lattice(10 * rnd.Float64()), Lat: lattice(50 + 10*rnd.Float64())}
		a := area.Area{ID: fmt.Sprintf("a%03d", i)}
		for range 1 + rnd.IntN(2) {
			poly := area.Polygon{star(at, 3, 4+rnd.IntN(40))}
			if rnd.IntN(2) == 0 {
				poly = append(poly, star(at, 0.7, 4+rnd.IntN(8)))
			}
			a.Polygons = append(a.Polygons, poly)
			at.Lng += 6.5
		}
		areas = append(areas, a)
	}
	x, _, err := area.NewIndex(geo.WGS84, areas)
	if err != nil || x.Len() < 50 {
		t.Fatalf("%v: %v", x, err) // stars whose corners fell together are left out
	}
	var lngs, lats []float64
	for _, a := range x.Areas() {
		mustExec(t, db, "INSERT INTO shapes VALUES ($1, ST_GeomFromWKB($2))", a.ID, area.AppendWKB(nil, a.Polygons, 0))
		for _, poly := range a.Polygons {
			for _, ring := range poly {
				i := 1 + rnd.IntN(len(ring)-1)
				p, q := ring[i-1], ring[i]
				lngs = append(lngs, p.Lng, (p.Lng+q.Lng)/2, (3*p.Lng+q.Lng)/4, p.Lng+1.0/1024)
				lats = append(lats, p.Lat, (p.Lat+q.Lat)/2, (3*p.Lat+q.Lat)/4, p.Lat)
			}
		}
	}
	for range 500 {
		lngs, lats = append(lngs, 14*rnd.Float64()), append(lats, 48+14*rnd.Float64())
	}
	for _, predicate := range []string{"ST_Covers", "ST_Intersects"} {
		found := make([][]string, len(lngs))
		rows, err := db.QueryContext(t.Context(), "SELECT p.n, s.id FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY p(x, y, n) JOIN shapes s ON "+predicate+"(s.geom, ST_MakePoint(p.x, p.y)) ORDER BY 1, 2", lngs, lats)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var n int
			var id string
			if err := rows.Scan(&n, &id); err != nil {
				t.Fatal(err)
			}
			found[n-1] = append(found[n-1], id)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		hits := 0
		for i := range lngs {
			got := idsAt(t, x, lngs[i], lats[i])
			if !slices.Equal(got, found[i]) {
				t.Errorf("%s at %v %v: ours %v, PostGIS %v", predicate, lngs[i], lats[i], got, found[i])
			}
			hits += len(got)
		}
		if hits < len(lngs) {
			t.Errorf("%d hits of %d points: the test tests little", hits, len(lngs))
		}
	}
}

func idsAt(t *testing.T, x *area.Index, lng, lat float64) []string {
	t.Helper()
	areas, err := x.Lookup("", geo.Point{Lat: lat, Lng: lng}, "")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, a := range areas {
		ids = append(ids, a.ID)
	}
	return ids
}
