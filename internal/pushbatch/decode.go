package pushbatch

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// maxWord bounds codes and ids.
const maxWord = 256

// Text reads a string or a number as text. Anything else is empty.
func Text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.TrimSpace(s)
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// ID reads an id: a text that is printable and not endless, else nothing.
func ID(raw json.RawMessage) string {
	s := Text(raw)
	if len(s) > maxWord || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return s
}

// Code reads a code: a number, also in quotes, in its shortest form. ok is false
// when it is none.
func Code(raw json.RawMessage) (code string, ok bool) {
	n, err := strconv.ParseInt(Text(raw), 10, 64)
	return strconv.FormatInt(n, 10), err == nil
}

// Object reads an object, also as JSON in a string. What is none gives nil.
func Object(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if json.Unmarshal(inner(raw), &m) != nil {
		return nil
	}
	return m
}

// List reads a list, also as JSON in a string, and one object as a list of
// itself. What is neither gives nil.
func List(raw json.RawMessage) []json.RawMessage {
	raw = inner(raw)
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	if Object(raw) != nil {
		return []json.RawMessage{raw}
	}
	return nil
}

// Names reads a list of names: an array, one text, or texts that are joined by
// commas.
func Names(raw json.RawMessage) []string {
	var out []string
	for _, one := range List(raw) {
		out = append(out, Text(one))
	}
	if out == nil {
		out = strings.Split(Text(raw), ",")
	}
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// inner takes JSON out of a string.
func inner(raw json.RawMessage) json.RawMessage {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return json.RawMessage(s)
	}
	return raw
}

// Reply reads an object. The error is that of the status where it is not 200.
func Reply(r *wire.Reply) (map[string]json.RawMessage, *waybill.Error) {
	var m map[string]json.RawMessage
	if e := r.JSON(&m); e != nil {
		return nil, e
	}
	return m, nil
}

// Millis reads a time in milliseconds since 1970; what is none is zero.
func Millis(raw json.RawMessage) time.Time {
	ms, err := strconv.ParseInt(Text(raw), 10, 64)
	if err != nil || ms <= 0 || ms > 253402300799999 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// Body trims what may stand before JSON.
func Body(b []byte) []byte { return bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))) }

// Marshal encodes without escapes for HTML, which would count towards limits.
// What the adapters encode cannot fail.
func Marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
