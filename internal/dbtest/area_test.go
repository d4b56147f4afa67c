package dbtest_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/area"
	"github.com/waybill-go/waybill/internal/dbtest"
)

const areaColumns = `id VARCHAR(40) PRIMARY KEY, name TEXT, city_code TEXT, service_type TEXT, allow_start BOOLEAN, allow_middle BOOLEAN,
	allow_finish BOOLEAN, deny BOOLEAN, priority INTEGER, remarks TEXT, ext_field TEXT, version BIGINT, `

// areaTables is every kind of table that areas are kept in.
var areaTables = map[string]struct {
	open     func(testing.TB) *sql.DB
	geometry string
	table    area.Table
}{
	"postgis":        {dbtest.Postgres, "geometry geometry(MultiPolygon, 4326)", area.Table{Form: area.GeometryPostGIS, SRID: 4326, Dollar: true}},
	"postgres bytea": {dbtest.Postgres, "geometry BYTEA", area.Table{Dollar: true}},
	"postgres jsonb": {dbtest.Postgres, "geometry JSONB", area.Table{Form: area.GeometryGeoJSON, Dollar: true}},
	"mariadb":        {dbtest.MariaDB, "geometry GEOMETRY", area.Table{Form: area.GeometryMySQL, SRID: 4326}},
	"mariadb blob":   {dbtest.MariaDB, "geometry LONGBLOB", area.Table{}},
	"sqlite":         {dbtest.SQLite, "geometry BLOB", area.Table{}},
	"sqlite text":    {dbtest.SQLite, "geometry TEXT", area.Table{Form: area.GeometryWKT}},
}

func openAreas(t *testing.T, kind string) (*sql.DB, *area.Table) {
	t.Helper()
	k := areaTables[kind]
	db := k.open(t)
	mustExec(t, db, "CREATE TABLE areas ("+areaColumns+k.geometry+")")
	table := k.table
	table.DB, table.Name = db, "areas"
	return db, &table
}

func mustExec(t *testing.T, db area.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func sampleArea(id string) area.Area {
	return area.Area{
		ID: id, Name: "फोर्ट", CityCode: "MUM", ServiceType: "intercity", AllowStart: true, AllowFinish: true, Priority: 3, Remarks: "gate 'A'",
		Ext: map[string]json.RawMessage{"fee": json.RawMessage(`{"inr":20}`)},
		Polygons: []area.Polygon{{
			{{Lng: 72.1, Lat: 18}, {Lng: 73, Lat: 18}, {Lng: 73, Lat: 19.1234567}, {Lng: 72.1, Lat: 18}},
		}},
	}
}

func TestAreaTables(t *testing.T) {
	for kind := range areaTables {
		t.Run(kind, func(t *testing.T) {
			_, table := openAreas(t, kind)
			stored, err := table.Save(t.Context(), sampleArea("a"))
			if err != nil || stored.Version != 1 {
				t.Fatalf("insert: %v, version %d", err, stored.Version)
			}
			if _, err := table.Save(t.Context(), sampleArea("a")); !errors.Is(err, waybill.ErrAlreadyExists) {
				t.Errorf("insert again: %v", err)
			}
			batch, err := table.Load(t.Context())
			if err != nil || len(batch.Areas) != 1 || len(batch.Problems) != 0 {
				t.Fatalf("load: %v %v %v", batch, batch.Problems, err)
			}
			want := sampleArea("a")
			if want.Version = 1; !reflect.DeepEqual(batch.Areas[0], want) {
				t.Errorf("read back: %+v", batch.Areas[0])
			}
			// Two people edit the same version.
			mine, theirs := batch.Areas[0], batch.Areas[0]
			mine.Name, theirs.Name = "mine", "theirs"
			if mine, err = table.Save(t.Context(), mine); err != nil || mine.Version != 2 {
				t.Fatalf("update: %v", err)
			}
			if _, err := table.Save(t.Context(), theirs); !errors.Is(err, waybill.ErrFailedPrecondition) {
				t.Errorf("update of an old version: %v", err)
			}
			if err := table.Delete(t.Context(), "a", 1); !errors.Is(err, waybill.ErrFailedPrecondition) {
				t.Errorf("delete of an old version: %v", err)
			}
			if batch, err = table.Load(t.Context()); err != nil || batch.Areas[0].Name != "mine" {
				t.Errorf("%v %v", batch, err)
			}
			if err := table.Delete(t.Context(), "a", 2); err != nil {
				t.Errorf("delete: %v", err)
			}
			if _, err := table.Save(t.Context(), mine); !errors.Is(err, waybill.ErrNotFound) {
				t.Errorf("update of what is gone: %v", err)
			}
		})
	}
}

// TestPostGISWritesOurColumns reads what PostGIS itself wrote, in a table with other names, bad rows among it.
func TestPostGISWritesOurColumns(t *testing.T) {
	db := dbtest.Postgres(t)
	mustExec(t, db, "CREATE TABLE zones (code INTEGER, geom geometry, label TEXT)")
	for _, wkt := range []string{
		"POLYGON((0 0,4 0,4 3,0 3,0 0),(1 1,1 2,2 2,2 1,1 1))", "POINT(1 1)", "POLYGON((0 0,2 1,2 0,0 1,0 0))", "MULTIPOLYGON Z(((10 0 5,14 0 5,14 3 5,10 0 5)))",
	} {
		mustExec(t, db, "INSERT INTO zones SELECT count(*), ST_GeomFromText($1, 4326), NULL FROM zones", wkt)
	}
	for _, geom := range []string{"geom", "wkb", "json"} {
		mustExec(t, db, "CREATE OR REPLACE VIEW v_"+geom+" AS SELECT code, "+map[string]string{"geom": "geom", "wkb": "ST_AsBinary(geom)", "json": "ST_AsGeoJSON(geom)"}[geom]+" AS g, label FROM zones")
		table := &area.Table{DB: db, Name: "v_" + geom, Columns: map[string]string{"id": "code", "geometry": "g", "name": "label"}}
		batch, err := table.Load(t.Context())
		if err != nil || len(batch.Areas) != 3 || len(batch.Problems) != 1 || batch.Problems[0].Area != "1" {
			t.Fatalf("%s: %v %v %v", geom, batch, batch.Problems, err)
		}
		x, problems, err := area.NewIndex(geo.WGS84, batch.Areas)
		if err != nil || x.Len() != 2 || len(problems) != 1 || problems[0].Reason != area.ReasonCrossing {
			t.Fatalf("%s: %v %v", geom, problems, err)
		}
		// PostGIS decides as we do, on every point of a lattice that hits edges and vertices.
		for lng := -0.5; lng <= 14.5; lng += 0.5 {
			for lat := -0.5; lat <= 3.5; lat += 0.5 {
				rows, err := db.QueryContext(t.Context(), "SELECT code FROM zones WHERE ST_IsValid(geom) AND ST_Dimension(geom) = 2 AND ST_Covers(geom, ST_SetSRID(ST_MakePoint($1, $2), 4326)) ORDER BY code::text", lng, lat)
				if err != nil {
					t.Fatal(err)
				}
				var want, got []string
				for rows.Next() {
					var id string
					if err := rows.Scan(&id); err != nil {
						t.Fatal(err)
					}
					want = append(want, id)
				}
				if err := rows.Err(); err != nil {
					t.Fatal(err)
				}
				found, _ := x.Lookup("", geo.Point{Lat: lat, Lng: lng}, "")
				for _, a := range found {
					got = append(got, a.ID)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v, %v: %v, PostGIS %v", lng, lat, got, want)
				}
			}
		}
	}
}

// TestAreaColumnTypes reads flags, codes and numbers from columns of other types than ours.
func TestAreaColumnTypes(t *testing.T) {
	for name, k := range map[string]struct {
		open            func(testing.TB) *sql.DB
		columns, values string
	}{
		"postgres": {dbtest.Postgres, "id UUID, city_code INTEGER, allow_start SMALLINT, allow_middle BIT(1), allow_finish CHAR(1), deny NUMERIC, priority NUMERIC(6,2), ext_field JSONB, version INTEGER, geometry geography(Polygon, 4326)",
			"'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 91022, 1, B'1', 'Y', 0, 3.00, '{\"a\":1}', 2, 'SRID=4326;POLYGON((0 0,4 0,4 3,0 0))'"},
		"mariadb": {dbtest.MariaDB, "id UUID, city_code INTEGER, allow_start BIT(1), allow_middle TINYINT(1), allow_finish ENUM('Y','N'), deny BIT(1), priority DECIMAL(6,2), ext_field JSON, version INTEGER UNSIGNED, geometry POLYGON",
			"'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 91022, b'1', 1, 'Y', b'0', 3.00, '{\"a\":1}', 2, ST_GeomFromText('POLYGON((0 0,4 0,4 3,0 0))', 4326)"},
		"sqlite": {dbtest.SQLite, "id, city_code INTEGER, allow_start BOOLEAN, allow_middle REAL, allow_finish TEXT, deny, priority REAL, ext_field, version INTEGER, geometry",
			"'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 91022, 1, 1.0, 'Yes', 0, 3.0, '{\"a\":1}', 2, 'POLYGON((0 0,4 0,4 3,0 0))'"},
	} {
		t.Run(name, func(t *testing.T) {
			db := k.open(t)
			mustExec(t, db, "CREATE TABLE areas ("+k.columns+")")
			mustExec(t, db, "INSERT INTO areas VALUES ("+k.values+")")
			table := &area.Table{DB: db, Name: "areas", Columns: map[string]string{"id": "id", "cityCode": "city_code", "allowStart": "allow_start", "allowMiddle": "allow_middle",
				"allowFinish": "allow_finish", "deny": "deny", "priority": "priority", "extField": "ext_field", "version": "version", "geometry": "geometry"}}
			batch, err := table.Load(t.Context())
			if err != nil || len(batch.Areas) != 1 {
				t.Fatalf("%v %v", batch.Problems, err)
			}
			want := area.Area{ID: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", CityCode: "91022", AllowStart: true, AllowMiddle: true, AllowFinish: true, Priority: 3, Version: 2,
				Ext:      map[string]json.RawMessage{"a": json.RawMessage("1")},
				Polygons: []area.Polygon{{{{Lng: 0, Lat: 0}, {Lng: 4, Lat: 0}, {Lng: 4, Lat: 3}, {Lng: 0, Lat: 0}}}}}
			if !reflect.DeepEqual(batch.Areas[0], want) {
				t.Errorf("%+v", batch.Areas[0])
			}
		})
	}
}

// Codes in columns of a fixed length come without their padding.
func TestPaddedColumns(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *sql.DB{"postgres": dbtest.Postgres, "mariadb": dbtest.MariaDB, "sqlite": dbtest.SQLite} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			mustExec(t, db, "CREATE TABLE areas (id CHAR(8), city_code CHAR(5), geometry TEXT)")
			mustExec(t, db, "INSERT INTO areas VALUES ('a', 'M', 'POLYGON((0 0,4 0,4 3,0 0))')")
			table := &area.Table{DB: db, Name: "areas", Columns: map[string]string{"id": "id", "cityCode": "city_code", "geometry": "geometry"}}
			batch, err := table.Load(t.Context())
			if err != nil || len(batch.Areas) != 1 || batch.Areas[0].ID != "a" || batch.Areas[0].CityCode != "M" {
				t.Errorf("%+v %v", batch, err)
			}
			mustExec(t, db, "CREATE TABLE cities (city_code CHAR(5), allow_start BOOLEAN)")
			mustExec(t, db, "INSERT INTO cities VALUES ('SZX', TRUE)")
			cities, err := area.LoadCities(t.Context(), db, "cities", map[string]string{"cityCode": "city_code", "allowStart": "allow_start"})
			if err != nil || cities.City("SZX", "") == nil {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestListenNotify is how a service follows a table in PostgreSQL: a trigger notifies, a connection of its own listens.
func TestListenNotify(t *testing.T) {
	dsn := dbtest.PostgresDSN(t)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db, "CREATE TABLE areas ("+areaColumns+"geometry geometry)")
	var schema string
	if err := db.QueryRowContext(t.Context(), "SELECT current_schema()").Scan(&schema); err != nil {
		t.Fatal(err)
	}
	channel := "areas_" + schema
	mustExec(t, db, "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('"+channel+"', ''); RETURN NULL; END $$")
	mustExec(t, db, "CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE ON areas FOR EACH STATEMENT EXECUTE FUNCTION tell()")
	table := &area.Table{DB: db, Name: "areas", Form: area.GeometryPostGIS, SRID: 4326, Dollar: true}
	if _, err := table.Save(t.Context(), sampleArea("a")); err != nil {
		t.Fatal(err)
	}
	reloaded := make(chan area.Status, 100)
	service, err := area.New(t.Context(), table, geo.WGS84, &area.Options{
		OnReload: func(s area.Status) { reloaded <- s },
		Notify: func(ctx context.Context, changed func()) error {
			conn, err := pgx.Connect(ctx, dsn)
			if err != nil {
				return err
			}
			defer conn.Close(context.WithoutCancel(ctx))
			if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
				return err
			}
			for {
				changed()
				if _, err := conn.WaitForNotification(ctx); err != nil {
					return err
				}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- service.Run(ctx) }()
	waitFor := func(areas int) {
		t.Helper()
		for limit := time.After(30 * time.Second); ; {
			select {
			case s := <-reloaded:
				if s.Err == nil && s.Areas == areas && s.Version > 1 {
					return
				}
			case <-limit:
				t.Fatalf("no reload with %d areas: %+v", areas, service.Status())
			}
		}
	}
	waitFor(1) // listening has begun
	if _, err := table.Save(t.Context(), sampleArea("b")); err != nil {
		t.Fatal(err)
	}
	waitFor(2)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestCityTable(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *sql.DB{"postgres": dbtest.Postgres, "mariadb": dbtest.MariaDB, "sqlite": dbtest.SQLite} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			mustExec(t, db, "CREATE TABLE cities (city_code VARCHAR(20), adcode VARCHAR(6), name TEXT, service_type VARCHAR(20), allow_start BOOLEAN, allow_middle BOOLEAN, allow_finish BOOLEAN, remarks TEXT)")
			mustExec(t, db, "INSERT INTO cities VALUES ('SZX', '440300', '深圳', NULL, TRUE, FALSE, TRUE, NULL), ('SZX', '440300', '深圳', 'truck', FALSE, FALSE, TRUE, 'ring road')")
			cities, err := area.LoadCities(t.Context(), db, "cities", nil)
			if err != nil || cities.Len() != 2 {
				t.Fatalf("%v", err)
			}
			if c := cities.City("440305", "truck"); c == nil || c.AllowStart || !c.AllowFinish || c.Remarks != "ring road" || c.Name != "深圳" {
				t.Errorf("%+v", c)
			}
			if _, err := area.LoadCities(t.Context(), db, "cities", map[string]string{"cityCode": "city_code", "allowStart": "name"}); !errors.Is(err, waybill.ErrInvalidArgument) || strings.Contains(err.Error(), "深圳") {
				t.Errorf("a flag from a name: %v", err)
			}
			if _, err := area.LoadCities(t.Context(), db, "nowhere", nil); !errors.Is(err, waybill.ErrUnavailable) {
				t.Errorf("%v", err)
			}
		})
	}
}
