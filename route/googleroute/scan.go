package googleroute

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/wire"
)

// scan reads a JSON text that [json.Valid] has found to be one, value after value
// and in place: a table has hundreds of elements, and most of what encoding/json
// takes for them is the finding of fields and the copying of words that are
// compared and thrown away. A value of another type than asked for is passed over
// and counts as missing; where something must not be missing, odd is set.
type scan struct {
	text []byte
	at   int
	odd  bool
}

// scanning returns a scan of a reply's body, or what is wrong with that as JSON.
func scanning(reply *wire.Reply) (scan, *waybill.Error) {
	text := bytes.TrimPrefix(reply.Body, []byte("\xef\xbb\xbf"))
	if !json.Valid(text) {
		if bad := reply.JSON(new(json.RawMessage)); bad != nil {
			return scan{}, bad
		}
	}
	return scan{text: text}, nil
}

// next returns the first byte of the next value, name or end.
func (s *scan) next() byte {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// raw passes over a value and returns its text.
func (s *scan) raw() []byte {
	c := s.next()
	begin := s.at
	switch c {
	case '"':
		s.quoted()
	case '{', '[':
		for depth := 0; s.at < len(s.text); {
			switch s.text[s.at] {
			case '"':
				s.quoted()
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			if s.at++; depth == 0 {
				break
			}
		}
	default:
		for s.at < len(s.text) && strings.IndexByte(" \t\r\n,:]}", s.text[s.at]) < 0 {
			s.at++
		}
	}
	return s.text[begin:s.at]
}

// quoted passes over a string and returns what stands between the quotation marks.
func (s *scan) quoted() []byte {
	s.at++
	begin := s.at
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			return s.text[begin : s.at-1]
		}
		s.at++
	}
	s.at = len(s.text)
	return nil
}

// fields calls f at the value of each field of an object, which f must read or
// pass over. It reports whether there was an object.
func (s *scan) fields(f func(name []byte)) bool {
	if s.next() != '{' {
		s.raw()
		return false
	}
	for s.at++; s.next() == '"'; {
		f(s.quoted())
	}
	s.at = min(s.at+1, len(s.text))
	return true
}

// items calls f at each element of an array, which f must read or pass over. It
// reports whether there was an array; null is one without elements.
func (s *scan) items(f func()) bool {
	if s.next() != '[' {
		return string(s.raw()) == "null"
	}
	s.at++
	for before := 0; s.next() != ']' && s.at > before; { // what is no JSON may not go on
		before = s.at
		f()
	}
	s.at = min(s.at+1, len(s.text))
	return true
}

// need notes that what must be there is of another type.
func (s *scan) need(there bool) {
	if !there {
		s.odd = true
	}
}

// word is a string without its escapes resolved, for comparing.
func (s *scan) word() []byte {
	if s.next() != '"' {
		s.raw()
		return nil
	}
	return s.quoted()
}

// string is a string's text.
func (s *scan) string() string {
	raw := s.raw()
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw[1 : len(raw)-1])
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// maxWhole bounds numbers: nothing here is longer than a million kilometres.
const maxWhole = 1e9

// whole is a whole number, which may come as a string as 64-bit ones do in
// Google's JSON. null is 0; what is no whole number is -1.
func (s *scan) whole() int {
	raw := s.raw()
	if n := len(raw); n > 2 && raw[0] == '"' {
		raw = raw[1 : n-1]
	}
	n := 0
	for i, c := range raw {
		if c < '0' || c > '9' || i > 9 {
			if string(raw) == "null" {
				return 0
			}
			f, err := strconv.ParseFloat(string(raw), 64)
			if err != nil || !(f >= 0 && f <= maxWhole && f == math.Trunc(f)) {
				return -1
			}
			return int(f)
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// seconds is a google.protobuf.Duration. there is false for none, ok for one that
// can be read.
type seconds struct {
	took      time.Duration
	there, ok bool
}

func (s *scan) seconds() (d seconds) {
	if s.next() != '"' {
		d.there = string(s.raw()) != "null"
		return d
	}
	d.there = true
	d.took, d.ok = google.ParseSeconds(string(s.quoted()))
	return d
}

// sentence is a step's instruction in one line; its second and later lines are
// remarks such as "Toll road".
func (s *scan) sentence() string {
	raw := s.raw()
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	line := make([]byte, 0, len(raw))
	for i := 1; i < len(raw)-1; i++ {
		c := raw[i]
		if c == '\\' {
			i++
			switch c = raw[i]; c {
			case 'n', 'r', 't':
				c = ' '
			case '"', '\\', '/':
			default:
				return slowSentence(raw)
			}
		}
		if c == 0xc2 || c >= 0xe1 && c <= 0xe3 {
			return slowSentence(raw) // letters among which there may be wide blanks
		}
		if c != ' ' || len(line) > 0 && line[len(line)-1] != ' ' {
			line = append(line, c)
		}
	}
	if !utf8.Valid(line) {
		return slowSentence(raw)
	}
	return string(bytes.TrimSuffix(line, []byte(" ")))
}

func slowSentence(raw []byte) string {
	s := scan{text: raw}
	return oneLine(s.string())
}

// oneLine makes one blank of each run of them.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
