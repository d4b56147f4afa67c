package baidu

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

var errValue = errors.New("baidu: a value has an unexpected type")

// Number is a number that Baidu writes as a number in one service and as a
// string in another. Null, the empty string and an empty list leave it unset;
// what is no finite number is an error.
type Number struct {
	V   float64 // finite, 0 when unset
	Set bool
}

// UnmarshalJSON reads a number, a quoted number, or nothing.
func (n *Number) UnmarshalJSON(b []byte) error {
	*n = Number{}
	text, err := scalar(b)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return errValue
	}
	*n = Number{V: v, Set: true}
	return nil
}

// Int returns the number rounded down to a whole one, 0 when it is unset or
// beyond what is exact.
func (n Number) Int() int {
	if !n.Set || math.Abs(n.V) > 1<<53 {
		return 0
	}
	return int(n.V)
}

// NotNegative returns the number, or 0 when it is unset or below 0.
func (n Number) NotNegative() float64 { return max(n.V, 0) }

// Text is a string that Baidu also writes as a number (adcode) or leaves out.
type Text string

// UnmarshalJSON reads a string, a number in its own digits, or nothing.
func (t *Text) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return err
	}
	*t = Text(s)
	return nil
}

// Trim returns the text without white space around it.
func (t Text) Trim() string { return strings.TrimSpace(string(t)) }

// scalar returns the text of a JSON string or number, and nothing for null and
// for an empty list, which some of Baidu's servers write for an empty string.
func scalar(b []byte) (string, error) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || string(b) == "null" || string(b) == "[]" {
		return "", nil
	}
	switch c := b[0]; {
	case c == '"':
		var s string
		err := json.Unmarshal(b, &s)
		return s, err
	case c == '-' || c >= '0' && c <= '9':
		return string(b), nil
	}
	return "", errValue
}

// LngLat is a point in a reply, whose numbers may be strings.
type LngLat struct {
	Lng Number `json:"lng"`
	Lat Number `json:"lat"`
}

// Usable reports whether both numbers are there, on the globe and not both 0.
func (p LngLat) Usable() bool { return usable(p.Lat, p.Lng) }

// XY is a point of a POI: x is the longitude, y the latitude.
type XY struct {
	X Number `json:"x"`
	Y Number `json:"y"`
}

// Usable reports whether both numbers are there, on the globe and not both 0.
func (p XY) Usable() bool { return usable(p.Y, p.X) }

func usable(lat, lng Number) bool {
	return lat.Set && lng.Set && math.Abs(lat.V) <= 90 && math.Abs(lng.V) <= 180 && (lat.V != 0 || lng.V != 0)
}
