package area

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/waybill-go/waybill"
)

// DB is what a table is read and written through: a *sql.DB, *sql.Conn or *sql.Tx.
type DB interface {
	// QueryContext runs a query and returns its rows.
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// ExecContext runs a statement.
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// GeometryForm is how a table's geometry column is written. Reading finds the form by looking; see [ParseGeometry].
type GeometryForm uint8

// The forms.
const (
	GeometryWKB     GeometryForm = iota // binary: bytea, BLOB
	GeometryPostGIS                     // a geometry column of PostGIS
	GeometryMySQL                       // a geometry column of MySQL or MariaDB
	GeometryWKT                         // text
	GeometryGeoJSON                     // text, json or jsonb
)

// Table maps a table of any database to areas. It implements [Source], and writes areas back. Fill in DB, Name and
// what differs from the defaults.
//
// Values are read whatever type a driver gives them: true, 1 and "t" are true. Its methods are safe for concurrent use
// if DB is.
type Table struct {
	// DB is what the table is read and written through.
	DB DB
	// Name is the table's or view's, with its schema if need be: plain letters, digits, underscores and dots.
	Name string
	// Columns maps an area's fields to the table's columns: the names of the company's interface, and "geometry". Nil
	// means id, name, city_code, service_type, allow_start, allow_middle, allow_finish, deny, priority, remarks,
	// ext_field, version and geometry; otherwise only those listed are there. id and geometry must be; version too for
	// writing. extField is an object of JSON, in text or json.
	Columns map[string]string
	// Form is how the geometry is written, SRID what is written with it for PostGIS and MySQL: 4326 for most.
	Form GeometryForm
	SRID uint32
	// Dollar makes placeholders $1, $2 as PostgreSQL wants them, instead of ?.
	Dollar bool
}

var _ Source = (*Table)(nil)

const geometry = "geometry"

// defaultColumns are the fields in the order in which they are read and written.
var defaultColumns = [][2]string{
	{"id", "id"}, {"name", "name"}, {"cityCode", "city_code"}, {"serviceType", "service_type"},
	{"allowStart", "allow_start"}, {"allowMiddle", "allow_middle"}, {"allowFinish", "allow_finish"}, {"deny", "deny"},
	{"priority", "priority"}, {"remarks", "remarks"}, {extField, "ext_field"}, {"version", "version"}, {geometry, geometry},
}

// Load reads all rows. A row that is no area is a Problem. A table that cannot be read is Unavailable, or the end of
// ctx; a mapping that cannot be one is InvalidArgument.
func (t *Table) Load(ctx context.Context) (Batch, error) {
	fields, columns, err := t.columns()
	if err != nil {
		return Batch{}, err
	}
	var b Batch
	record := 0
	err = readRows(ctx, t.DB, "SELECT "+strings.Join(columns, ", ")+" FROM "+t.Name, func(values []string) {
		record++
		var a Area
		err := a.setRow(fields, values)
		if err == nil {
			b.Areas = append(b.Areas, a)
			return
		}
		p := wholeArea(&a, ReasonFormat)
		p.Record, p.Detail = record, waybill.AsError(err).Message
		b.Problems = append(b.Problems, p)
	})
	if err != nil {
		return Batch{}, err
	}
	return b, nil
}

func (a *Area) setRow(fields, values []string) error {
	for i, field := range fields {
		switch v := values[i]; field {
		case geometry:
			polygons, err := ParseGeometry([]byte(v))
			if err != nil {
				return err
			}
			a.Polygons = polygons
		case extField:
			if v == "" {
				continue
			}
			if json.Unmarshal([]byte(v), &a.Ext) != nil {
				return invalid("load", extField+" is no object")
			}
		default:
			if !propertyNamed(field).set(a, v) {
				return invalid("load", field+" has the wrong type")
			}
		}
	}
	return nil
}

func propertyNamed(field string) *property {
	for i := range properties {
		if properties[i].name == field {
			return &properties[i]
		}
	}
	return nil
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)

// columns returns the fields that the table has, and their columns.
func (t *Table) columns() (fields, columns []string, err error) {
	if t.DB == nil {
		return nil, nil, invalid("table", "there is no database")
	}
	if !identifier.MatchString(t.Name) {
		return nil, nil, invalid("table", "the table's name is not made of letters, digits, underscores and dots")
	}
	left := len(t.Columns)
	for _, c := range defaultColumns {
		field, column := c[0], c[1]
		if t.Columns != nil {
			theirs, ok := t.Columns[field]
			if !ok {
				if field == "id" || field == geometry {
					return nil, nil, invalid("table", "the columns lack "+field)
				}
				continue
			}
			column = theirs
			left--
		}
		if !identifier.MatchString(column) {
			return nil, nil, invalid("table", "the column of "+field+" is not made of letters, digits, underscores and dots")
		}
		fields, columns = append(fields, field), append(columns, column)
	}
	if left > 0 {
		return nil, nil, invalid("table", "the columns name a field that an area does not have")
	}
	return fields, columns, nil
}

// readRows runs a query and gives every row as texts.
func readRows(ctx context.Context, db DB, query string, row func(values []string), args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return dbError(ctx, "load", err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return dbError(ctx, "load", err)
	}
	values, targets, texts := make([]any, len(types)), make([]any, len(types)), make([]string, len(types))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return dbError(ctx, "load", err)
		}
		for i, v := range values {
			texts[i] = textOf(v)
			if padded(types[i].DatabaseTypeName()) {
				texts[i] = strings.TrimRight(texts[i], " ")
			}
		}
		row(texts)
	}
	if err := rows.Err(); err != nil {
		return dbError(ctx, "load", err)
	}
	return nil
}

// padded reports whether texts of a column type come with blanks up to its length.
func padded(databaseType string) bool {
	return databaseType == "BPCHAR" || databaseType == "CHAR" || databaseType == "NCHAR"
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []byte:
		return string(v)
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// dbError is a database's error: the end of ctx, or Unavailable. The driver's text, which may hold values, is not kept.
func dbError(ctx context.Context, op string, err error) error {
	if e := waybill.FromContext(ctx); e != nil {
		return e.With(name, op, "").Unsent()
	}
	return failure(waybill.Unavailable, op, "the database refused or failed", err)
}
