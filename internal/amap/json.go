package amap

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text is a string as Amap writes it: a string, in some replies a number, and
// where there is none [], {} or null. It never fails to decode: what is not a
// text is empty.
type Text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = ""
	switch {
	case len(b) == 0:
	case b[0] == '"' && bytes.IndexByte(b, '\\') < 0 && utf8.Valid(b):
		*t = Text(bytes.TrimSpace(b[1 : len(b)-1]))
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = Text(strings.TrimSpace(s))
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9':
		*t = Text(b)
	}
	return nil
}

// Number reads the text as a finite number. ok is false when it is none.
func (t Text) Number() (v float64, ok bool) {
	if t == "" || len(t) > 40 {
		return 0, false
	}
	// ParseFloat also takes hexadecimal, underscores and words.
	if strings.ContainsAny(string(t), "xXpP_nNiI") {
		return 0, false
	}
	v, err := strconv.ParseFloat(string(t), 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return 0, false
	}
	return v, true
}

// Amount reads the text as a length, a time or a price: a number from 0 to
// 1e9.
func (t Text) Amount() (v float64, ok bool) {
	v, ok = t.Number()
	return v, ok && v >= 0 && v <= 1e9
}

// Location reads "lng,lat". ok is false for anything but two numbers of a place
// on the Earth that is not 0,0.
func (t Text) Location() (lat, lng float64, ok bool) {
	x, y, found := strings.Cut(string(t), ",")
	if !found {
		return 0, 0, false
	}
	lng, ok1 := Text(strings.TrimSpace(x)).Number()
	lat, ok2 := Text(strings.TrimSpace(y)).Number()
	if !ok1 || !ok2 || lat < -90 || lat > 90 || lng < -180 || lng > 180 || lat == 0 && lng == 0 {
		return 0, 0, false
	}
	return lat, lng, true
}

// List is a list as Amap writes it: an array whose elements that are no objects
// ([], null, "") are skipped, one object in the place of an array of one, and
// where there is none "", {} or null. The pages also print an object of which the
// only member is the list, as in {"poi":[…]}. A number, a word or a boolean is an
// error.
type List[T any] []T

// UnmarshalJSON implements [json.Unmarshaler].
func (l *List[T]) UnmarshalJSON(b []byte) error {
	*l = nil
	if absent(b) {
		return nil
	}
	switch b[0] {
	case '{':
		if inner, ok := wrapped(b); ok {
			return l.UnmarshalJSON(inner)
		}
		var one T
		if err := json.Unmarshal(b, &one); err != nil {
			return err
		}
		*l = List[T]{one}
		return nil
	case '[':
		var raw []json.RawMessage
		if err := json.Unmarshal(b, &raw); err != nil {
			return err
		}
		*l = make(List[T], 0, len(raw))
		for _, r := range raw {
			if len(r) == 0 || r[0] != '{' || absent(r) {
				continue
			}
			var one T
			if err := json.Unmarshal(r, &one); err != nil {
				return err
			}
			*l = append(*l, one)
		}
		return nil
	}
	return &json.UnmarshalTypeError{Value: kind(b)}
}

// wrapped returns the list, or the null in its place, that is the only member of
// an object.
func wrapped(b []byte) (list []byte, ok bool) {
	d := json.NewDecoder(bytes.NewReader(b))
	for range 2 { // the brace and the name
		if _, err := d.Token(); err != nil {
			return nil, false
		}
	}
	var inner json.RawMessage
	if d.Decode(&inner) != nil || d.More() {
		return nil, false
	}
	return inner, inner[0] == '[' || string(inner) == "null"
}

// Object is an object as Amap writes it: where there is none it is [], "" or
// null. Present tells which. Anything else is an error.
type Object[T any] struct {
	Value   T    // zero when there is none
	Present bool // set when there is an object
}

// UnmarshalJSON implements [json.Unmarshaler].
func (o *Object[T]) UnmarshalJSON(b []byte) error {
	*o = Object[T]{}
	if len(b) == 0 || b[0] != '{' {
		if absent(b) {
			return nil
		}
		return &json.UnmarshalTypeError{Value: kind(b)}
	}
	o.Present = true
	return json.Unmarshal(b, &o.Value)
}

// absent reports whether b is one of the ways to write that there is nothing.
func absent(b []byte) bool {
	switch string(b) {
	case "", "null", `""`, "[]", "{}":
		return true
	}
	if len(b) > 64 {
		return false
	}
	switch string(bytes.Join(bytes.Fields(b), nil)) {
	case "[]", "{}":
		return true
	}
	return false
}

// kind names a JSON value without repeating it.
func kind(b []byte) string {
	switch b[0] {
	case '"':
		return "string"
	case '[':
		return "array"
	case '{':
		return "object"
	case 't', 'f':
		return "bool"
	}
	return "number"
}
