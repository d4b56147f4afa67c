package sqlrecords

import (
	"strconv"
	"strings"
)

// Dialect is the SQL that a database speaks.
type Dialect uint8

// The dialects.
const (
	// PostgreSQL from version 12 on.
	PostgreSQL Dialect = 1
	// MySQL from version 8 on, and MariaDB from 10.6 on.
	MySQL Dialect = 2
	// SQLite from version 3.35 on.
	SQLite Dialect = 3
)

// String returns the dialect's name, which is the folder of its schema.
func (d Dialect) String() string {
	switch d {
	case PostgreSQL:
		return "postgresql"
	case MySQL:
		return "mysql"
	case SQLite:
		return "sqlite"
	}
	return "unknown"
}

// Rebind writes the placeholders ? of a statement, which has none in a text, as
// the dialect does.
func (d Dialect) Rebind(query string) string {
	if d != PostgreSQL {
		return query
	}
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		query = after
	}
}

// hours is the SQL for whole hours of a time in microseconds.
func (d Dialect) hours(column string) string {
	if d == MySQL {
		return column + " DIV 3600000000"
	}
	return column + " / 3600000000"
}
