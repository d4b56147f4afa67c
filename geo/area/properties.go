package area

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
)

// property is one field of an area under its name in the company's interface, with how it is read from text. It serves
// GeoJSON, whose values are turned into text first, and tables.
type property struct {
	name string
	set  func(a *Area, text string) bool
	get  func(a *Area) any
}

// properties are all but the polygons and Ext.
var properties = []property{
	{"id", text(func(a *Area) *string { return &a.ID }), func(a *Area) any { return a.ID }},
	{"name", text(func(a *Area) *string { return &a.Name }), func(a *Area) any { return a.Name }},
	{"cityCode", text(func(a *Area) *string { return &a.CityCode }), func(a *Area) any { return a.CityCode }},
	{"serviceType", text(func(a *Area) *string { return &a.ServiceType }), func(a *Area) any { return a.ServiceType }},
	{"allowStart", flag(func(a *Area) *bool { return &a.AllowStart }), func(a *Area) any { return a.AllowStart }},
	{"allowMiddle", flag(func(a *Area) *bool { return &a.AllowMiddle }), func(a *Area) any { return a.AllowMiddle }},
	{"allowFinish", flag(func(a *Area) *bool { return &a.AllowFinish }), func(a *Area) any { return a.AllowFinish }},
	{"deny", flag(func(a *Area) *bool { return &a.Deny }), func(a *Area) any { return a.Deny }},
	{"priority", setPriority, func(a *Area) any { return a.Priority }},
	{"remarks", text(func(a *Area) *string { return &a.Remarks }), func(a *Area) any { return a.Remarks }},
	{"version", setVersion, func(a *Area) any { return a.Version }},
}

const extField = "extField"

func text(field func(*Area) *string) func(*Area, string) bool {
	return func(a *Area, s string) bool { *field(a) = s; return true }
}

func flag(field func(*Area) *bool) func(*Area, string) bool {
	return func(a *Area, s string) bool {
		switch strings.ToLower(s) {
		case "1", "t", "true", "y", "yes", "\x01": // the last is a BIT(1) of MySQL
			*field(a) = true
		case "", "0", "f", "false", "n", "no", "\x00":
			*field(a) = false
		default:
			return false
		}
		return true
	}
}

func setPriority(a *Area, s string) bool {
	n, err := wholeNumber(s)
	a.Priority = int(n)
	return err == nil
}

func setVersion(a *Area, s string) bool {
	n, err := wholeNumber(s)
	a.Version = n
	return err == nil
}

// wholeNumber takes "", 3 and 3.0.
func wholeNumber(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	whole, zeros, _ := strings.Cut(s, ".")
	if strings.Trim(zeros, "0") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(whole, 10, 64)
}

// setProperties fills an area from JSON values; what is not one of its own goes to Ext.
func setProperties(a *Area, values map[string]json.RawMessage, name func(string) string) error {
	known := map[string]bool{}
	for _, p := range properties {
		theirs := name(p.name)
		known[theirs] = true
		s, ok := scalar(values[theirs])
		if !ok || !p.set(a, s) {
			return invalid(opGeoJSON, p.name+" has the wrong type")
		}
	}
	ext := name(extField)
	known[ext] = true
	if raw := values[ext]; !absent(raw) {
		if json.Unmarshal(raw, &a.Ext) != nil {
			return invalid(opGeoJSON, extField+" is no object")
		}
	}
	for key, raw := range values {
		if known[key] {
			continue
		}
		if a.Ext == nil {
			a.Ext = map[string]json.RawMessage{}
		}
		if _, ok := a.Ext[key]; !ok {
			a.Ext[key] = bytes.Clone(raw)
		}
	}
	return nil
}

// absent reports whether a JSON value is not there, or null.
func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// scalar returns a JSON string, number, boolean or null as text.
func scalar(raw json.RawMessage) (string, bool) {
	switch {
	case absent(raw):
		return "", true
	case raw[0] == '"':
		var s string
		return s, json.Unmarshal(raw, &s) == nil
	}
	return string(raw), raw[0] != '{' && raw[0] != '['
}

// WriteGeoJSON writes areas as one FeatureCollection that ReadGeoJSON reads back: outer rings counter-clockwise, holes
// clockwise, Ext as extField. Ring positions beyond the 180th meridian are written with the longitude that they have
// on the other side, uncut. The error is InvalidArgument for an extension field that is no JSON, and Unavailable when
// writing fails.
func WriteGeoJSON(w io.Writer, areas []*Area) error {
	out := bufio.NewWriter(w)
	_, _ = out.WriteString(`{"type":"FeatureCollection","features":[`)
	for i, a := range areas {
		b, err := AppendFeature(nil, a)
		if err != nil {
			return err
		}
		if i > 0 {
			_ = out.WriteByte(',')
		}
		_ = out.WriteByte('\n')
		_, _ = out.Write(b)
	}
	_, _ = out.WriteString("\n]}\n")
	if err := out.Flush(); err != nil {
		return failure(waybill.Unavailable, "write_geojson", "writing failed", err)
	}
	return nil
}

// AppendFeature appends one area as a GeoJSON Feature on one line; see [WriteGeoJSON].
func AppendFeature(dst []byte, a *Area) ([]byte, error) {
	values := map[string]any{extField: a.Ext}
	if a.Ext == nil {
		values[extField] = struct{}{}
	}
	for _, p := range properties {
		values[p.name] = p.get(a)
	}
	b, err := json.Marshal(values)
	if err != nil {
		return dst, invalid("write_geojson", "an extension field is no JSON")
	}
	dst = append(dst, `{"type":"Feature","properties":`...)
	dst = append(dst, b...)
	dst = append(dst, `,"geometry":`...)
	dst = appendGeometry(dst, a.Polygons)
	return append(dst, '}'), nil
}

func appendGeometry(dst []byte, polygons []Polygon) []byte {
	dst = append(dst, `{"type":"MultiPolygon","coordinates":`...)
	dst = nested(dst, '[', ']', polygons, func(dst []byte, p Position) []byte {
		dst = append(dst, '[')
		dst = strconv.AppendFloat(dst, p.Lng, 'f', -1, 64)
		dst = append(dst, ',')
		dst = strconv.AppendFloat(dst, p.Lat, 'f', -1, 64)
		return append(dst, ']')
	})
	return append(dst, '}')
}
