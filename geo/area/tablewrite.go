package area

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
)

// Save writes one area and returns it as it is stored, repaired and with its new version. An area of version 0 is new;
// any other replaces the stored one if that still has the same version.
//
// The errors: InvalidArgument for an area without an ID, for a shape that [Check] refuses, and for a table without a
// version column; AlreadyExists for a new area whose ID is taken; FailedPrecondition when somebody else wrote the area
// meanwhile; NotFound when it is gone; Unavailable, with Delivery Ambiguous, when the database fails.
func (t *Table) Save(ctx context.Context, a Area) (Area, error) {
	fields, columns, err := t.writable("save")
	if err != nil {
		return Area{}, err
	}
	if a.ID == "" {
		return Area{}, invalid("save", "the area has no id")
	}
	good, problems := Check(&a)
	if good == nil {
		for _, p := range problems {
			if !p.Repaired {
				return Area{}, invalid("save", p.Error())
			}
		}
	}
	good.Version++
	args, err := t.values(fields, good)
	if err != nil {
		return Area{}, err
	}
	if a.Version == 0 {
		err = t.insert(ctx, fields, columns, args, a.ID)
	} else {
		err = t.update(ctx, fields, columns, args, a)
	}
	if err != nil {
		return Area{}, err
	}
	return *good, nil
}

// Delete removes the area if it still has this version. The errors are those of Save.
func (t *Table) Delete(ctx context.Context, id string, version int64) error {
	fields, columns, err := t.writable("delete")
	if err != nil {
		return err
	}
	query := "DELETE FROM " + t.Name + " WHERE " + t.idAndVersion(fields, columns, 1)
	return t.execOne(ctx, "delete", query, []any{id, version}, id)
}

func (t *Table) writable(op string) (fields, columns []string, err error) {
	fields, columns, err = t.columns()
	if err == nil && !slices.Contains(fields, "version") {
		err = invalid(op, "the columns lack version")
	}
	return fields, columns, err
}

func (t *Table) insert(ctx context.Context, fields, columns []string, args []any, id string) error {
	taken, err := t.exists(ctx, "save", id)
	if err != nil {
		return err
	}
	if taken {
		return failure(waybill.AlreadyExists, "save", "the id is taken", nil)
	}
	marks := make([]string, len(fields))
	for i, field := range fields {
		marks[i] = t.mark(i+1, field)
	}
	query := "INSERT INTO " + t.Name + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
	if _, err = t.DB.ExecContext(ctx, query, args...); err != nil {
		// Somebody may have been faster; only the database knows, and each says it in its own way.
		if taken, lookErr := t.exists(ctx, "save", id); lookErr == nil && taken {
			return failure(waybill.AlreadyExists, "save", "the id is taken", nil)
		}
		return ambiguous(dbError(ctx, "save", err))
	}
	return nil
}

func (t *Table) update(ctx context.Context, fields, columns []string, args []any, a Area) error {
	sets := make([]string, len(fields))
	for i, field := range fields {
		sets[i] = columns[i] + " = " + t.mark(i+1, field)
	}
	query := "UPDATE " + t.Name + " SET " + strings.Join(sets, ", ") + " WHERE " + t.idAndVersion(fields, columns, len(fields)+1)
	return t.execOne(ctx, "save", query, append(args, a.ID, a.Version), a.ID)
}

// execOne runs a statement that must change one row, and finds out why it changed none.
func (t *Table) execOne(ctx context.Context, op, query string, args []any, id string) error {
	res, err := t.DB.ExecContext(ctx, query, args...)
	if err != nil {
		return ambiguous(dbError(ctx, op, err))
	}
	n, err := res.RowsAffected()
	if err != nil {
		return ambiguous(dbError(ctx, op, err))
	}
	if n > 0 {
		return nil
	}
	there, err := t.exists(ctx, op, id)
	switch {
	case err != nil:
		return err
	case there:
		return failure(waybill.FailedPrecondition, op, "the area was changed by somebody else", nil)
	}
	return failure(waybill.NotFound, op, "there is no such area", nil)
}

func (t *Table) exists(ctx context.Context, op, id string) (bool, error) {
	fields, columns, err := t.columns()
	if err != nil {
		return false, err
	}
	column := columns[slices.Index(fields, "id")]
	found := false
	err = readRows(ctx, t.DB, "SELECT "+column+" FROM "+t.Name+" WHERE "+column+" = "+t.mark(1, "id"), func([]string) { found = true }, id)
	if err != nil {
		err = waybill.AsError(err).With("", op, "")
	}
	return found, err
}

// ambiguous marks the error of a statement that may have been carried out.
func ambiguous(err error) error {
	e := *waybill.AsError(err)
	e.Delivery = waybill.Ambiguous
	return &e
}

func (t *Table) idAndVersion(fields, columns []string, n int) string {
	return columns[slices.Index(fields, "id")] + " = " + t.mark(n, "id") + " AND " +
		columns[slices.Index(fields, "version")] + " = " + t.mark(n+1, "version")
}

// mark is the placeholder of the nth argument, inside what makes a geometry of it.
func (t *Table) mark(n int, field string) string {
	m := "?"
	if t.Dollar {
		m = "$" + strconv.Itoa(n)
	}
	if field == geometry && t.Form == GeometryPostGIS {
		return "ST_GeomFromEWKB(" + m + ")"
	}
	return m
}

// values are the arguments for the fields.
func (t *Table) values(fields []string, a *Area) ([]any, error) {
	args := make([]any, len(fields))
	for i, field := range fields {
		switch field {
		case geometry:
			args[i] = t.geometry(a.Polygons)
		case extField:
			ext := a.Ext
			if ext == nil {
				ext = map[string]json.RawMessage{}
			}
			b, err := json.Marshal(ext)
			if err != nil {
				return nil, invalid("save", "an extension field is no JSON")
			}
			args[i] = string(b)
		default:
			args[i] = propertyNamed(field).get(a)
		}
	}
	return args, nil
}

func (t *Table) geometry(polygons []Polygon) any {
	switch t.Form {
	case GeometryPostGIS:
		return AppendWKB(nil, polygons, t.SRID)
	case GeometryMySQL:
		return AppendWKB(binary.LittleEndian.AppendUint32(nil, t.SRID), polygons, 0)
	case GeometryWKT:
		return string(AppendWKT(nil, polygons))
	case GeometryGeoJSON:
		return string(appendGeometry(nil, polygons))
	}
	return AppendWKB(nil, polygons, 0)
}
