package area

import (
	"context"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
)

// LoadCities reads the list of opened cities from a table. Columns maps the names of the company's interface (cityCode,
// adcode, name, serviceType, allowStart, allowMiddle, allowFinish, remarks) to the table's columns; nil means city_code,
// adcode, name, service_type, allow_start, allow_middle, allow_finish and remarks, otherwise only those listed are there.
//
// The error is InvalidArgument for a mapping that cannot be one, for a row that is no city, and as for [NewCities];
// Unavailable when the database fails.
func LoadCities(ctx context.Context, db DB, table string, columns map[string]string) (*Cities, error) {
	if db == nil {
		return nil, invalid("load_cities", "there is no database")
	}
	var fields, selected []string
	for _, c := range cityColumns {
		column := c.column
		if columns != nil {
			if column = columns[c.field]; column == "" {
				continue
			}
		}
		fields, selected = append(fields, c.field), append(selected, column)
	}
	if columns != nil && len(fields) != len(columns) || len(fields) == 0 {
		return nil, invalid("load_cities", "the columns name a field that a city does not have")
	}
	for _, word := range append([]string{table}, selected...) {
		if !identifier.MatchString(word) {
			return nil, invalid("load_cities", "a name is not made of letters, digits, underscores and dots")
		}
	}
	var list []City
	var bad error
	err := readRows(ctx, db, "SELECT "+strings.Join(selected, ", ")+" FROM "+table, func(values []string) {
		var c City
		for i, field := range fields {
			if !c.set(field, values[i]) && bad == nil {
				bad = invalid("load_cities", "row "+strconv.Itoa(len(list)+1)+": "+field+" has the wrong type")
			}
		}
		list = append(list, c)
	})
	if err != nil {
		return nil, waybill.AsError(err).With("", "load_cities", "")
	}
	if bad != nil {
		return nil, bad
	}
	return NewCities(list)
}

var cityColumns = []struct{ field, column string }{
	{"cityCode", "city_code"}, {"adcode", "adcode"}, {"name", "name"}, {"serviceType", "service_type"},
	{"allowStart", "allow_start"}, {"allowMiddle", "allow_middle"}, {"allowFinish", "allow_finish"}, {"remarks", "remarks"},
}

// set fills one field from text. A city has the fields of an area but for the adcode, and the same texts for them.
func (c *City) set(field, value string) bool {
	if field == "adcode" {
		c.Adcode = value
		return true
	}
	var a Area
	ok := propertyNamed(field).set(&a, value)
	switch field {
	case "cityCode":
		c.CityCode = a.CityCode
	case "name":
		c.Name = a.Name
	case "serviceType":
		c.ServiceType = a.ServiceType
	case "allowStart":
		c.AllowStart = a.AllowStart
	case "allowMiddle":
		c.AllowMiddle = a.AllowMiddle
	case "allowFinish":
		c.AllowFinish = a.AllowFinish
	case "remarks":
		c.Remarks = a.Remarks
	}
	return ok
}
