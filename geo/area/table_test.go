package area

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
)

// brokenDB refuses everything. What a real database says is tested in internal/dbtest.
type brokenDB struct{ queries []string }

var errDB = errors.New("password=hunter2")

func (d *brokenDB) QueryContext(_ context.Context, query string, _ ...any) (*sql.Rows, error) {
	d.queries = append(d.queries, query)
	return nil, errDB
}

func (d *brokenDB) ExecContext(_ context.Context, query string, _ ...any) (sql.Result, error) {
	d.queries = append(d.queries, query)
	return nil, errDB
}

func TestTableMapping(t *testing.T) {
	for what, table := range map[string]*Table{
		"no database":     {Name: "areas"},
		"no name":         {DB: &brokenDB{}},
		"injected name":   {DB: &brokenDB{}, Name: "areas; DROP TABLE areas"},
		"injected column": {DB: &brokenDB{}, Name: "areas", Columns: map[string]string{"id": "id", "geometry": "g FROM x --"}},
		"no geometry":     {DB: &brokenDB{}, Name: "areas", Columns: map[string]string{"id": "id"}},
		"no id":           {DB: &brokenDB{}, Name: "areas", Columns: map[string]string{"geometry": "g"}},
		"unknown field":   {DB: &brokenDB{}, Name: "areas", Columns: map[string]string{"id": "id", "geometry": "g", "colour": "c"}},
	} {
		_, err1 := table.Load(t.Context())
		_, err2 := table.Save(t.Context(), Area{ID: "a", Polygons: triangle})
		for _, err := range []error{err1, err2, table.Delete(t.Context(), "a", 1)} {
			if !errors.Is(err, waybill.ErrInvalidArgument) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	readOnly := &Table{DB: &brokenDB{}, Name: "areas", Columns: map[string]string{"id": "id", "geometry": "g"}}
	if _, err := readOnly.Save(t.Context(), Area{ID: "a", Polygons: triangle}); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("writing without versions: %v", err)
	}
}

func TestTableFailures(t *testing.T) {
	db := &brokenDB{}
	table := &Table{DB: db, Name: "s.areas", Dollar: true, Form: GeometryPostGIS}
	_, loading := table.Load(t.Context())
	_, inserting := table.Save(t.Context(), Area{ID: "a", Polygons: triangle})
	_, updating := table.Save(t.Context(), Area{ID: "a", Version: 3, Polygons: triangle})
	_, cities := LoadCities(t.Context(), db, "cities", nil)
	for what, err := range map[string]error{"load": loading, "insert": inserting, "update": updating, "delete": table.Delete(t.Context(), "a", 1), "cities": cities} {
		if !errors.Is(err, waybill.ErrUnavailable) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if waybill.DeliveryOf(updating) != waybill.Ambiguous || waybill.DeliveryOf(loading) != waybill.NotSent {
		t.Errorf("delivery: %v, %v", waybill.DeliveryOf(updating), waybill.DeliveryOf(loading))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := table.Load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	const update = "UPDATE s.areas SET id = $1, name = $2, city_code = $3, service_type = $4, allow_start = $5, allow_middle = $6, allow_finish = $7, deny = $8, priority = $9, remarks = $10, ext_field = $11, version = $12, geometry = ST_GeomFromEWKB($13) WHERE id = $14 AND version = $15"
	if db.queries[2] != update {
		t.Errorf("%s", db.queries[2])
	}
	for what, a := range map[string]Area{"no id": {Polygons: triangle}, "bad shape": {ID: "a", Polygons: polygon(Ring{{0, 0}, {2, 1}, {2, 0}, {0, 1}, {0, 0}})}} {
		if _, err := table.Save(t.Context(), a); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, columns := range map[string]map[string]string{"none": {}, "unknown": {"cityCode": "c", "x": "y"}, "injected": {"cityCode": "c;"}} {
		if _, err := LoadCities(t.Context(), db, "cities", columns); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("cities, %s: %v", what, err)
		}
	}
	if _, err := LoadCities(t.Context(), nil, "cities", nil); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Error(err)
	}
}
