package baidu

import (
	"bytes"
	"encoding/json"
)

// List is a list of objects as the place services write it: an array, of which
// elements that are no objects are skipped, or one object in the place of an
// array of one. Null, the empty string and an empty object are an empty list;
// anything else is an error.
type List[T any] []T

// UnmarshalJSON reads an array or an object.
func (l *List[T]) UnmarshalJSON(b []byte) error {
	*l = nil
	b = bytes.TrimSpace(b)
	switch {
	case len(b) == 0 || string(b) == "null" || string(b) == `""` || string(b) == "{}":
		return nil
	case b[0] == '{':
		b = append(append([]byte{'['}, b...), ']')
	case b[0] != '[':
		return errValue
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*l = make(List[T], 0, len(raw))
	for _, r := range raw {
		if r = bytes.TrimSpace(r); len(r) == 0 || r[0] != '{' {
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
