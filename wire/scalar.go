package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Scalar is a member of a vendor's JSON that the vendor writes now as a string,
// now as a number or a truth value, or leaves out. It holds it as text: strings
// without the blanks at their ends, numbers and truth values as they are written.
// null, lists and objects are "", and never an error, so that one odd member does
// not spoil a reply.
type Scalar string

// UnmarshalJSON implements [json.Unmarshaler]; its error is always nil.
func (s *Scalar) UnmarshalJSON(b []byte) error {
	*s = ""
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return nil
	}
	switch b[0] {
	case '"':
		var text string
		_ = json.Unmarshal(b, &text)
		*s = Scalar(strings.TrimSpace(text))
	case 'n', '{', '[':
	default:
		*s = Scalar(b)
	}
	return nil
}

// Int returns the whole number that s holds, 0 and false if it holds none.
func (s Scalar) Int() (int64, bool) {
	n, err := strconv.ParseInt(string(s), 10, 64)
	return n, err == nil
}
