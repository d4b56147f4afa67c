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

// maxCode is the longest code of a vendor's that is believed to be one.
const maxCode = 64

// Code returns s if it can be a vendor's code, at most 64 printable ASCII
// characters without blanks, and "" if not: so nothing else of a reply or a call
// gets into a record or an error.
func (s Scalar) Code() string {
	if len(s) > maxCode {
		return ""
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return ""
		}
	}
	return string(s)
}

// Int returns the whole number that s holds, 0 and false if it holds none.
func (s Scalar) Int() (int64, bool) {
	n, err := strconv.ParseInt(string(s), 10, 64)
	return n, err == nil
}
