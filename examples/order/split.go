package main

import (
	"bytes"
	"errors"
)

// element is one element of the array, and the line where it begins.
type element struct {
	text []byte
	line int
}

// split cuts an array into its elements without decoding them, so that a broken
// one does not take the others with it. It minds brackets and strings only; a
// string ends with its line, and in an object a brace that opens behind a comma,
// or as the first in its line but not behind a colon, begins the next element.
func split(data []byte) ([]element, error) {
	if trimmed := bytes.TrimSpace(data); len(trimmed) == 0 || trimmed[0] != '[' {
		return nil, errors.New("the file is not a JSON array of orders")
	}
	s := splitter{data: data, start: -1}
	s.at = bytes.IndexByte(data, '[') + 1
	s.line = 1 + bytes.Count(data[:s.at], []byte("\n"))
	for ; s.at < len(data); s.at++ {
		if s.step(data[s.at]) {
			return s.out, nil
		}
	}
	s.end() // the array, or its last element, is not closed
	return s.out, nil
}

type splitter struct {
	data     []byte
	at, line int
	quoted   bool
	fresh    bool   // nothing but blanks in this line so far
	open     []byte // the brackets that are open within the element
	before   byte   // the last byte that is no blank and in no string
	start    int    // of the element, -1 between elements
	first    int    // its line
	out      []element
}

// step takes one byte and reports whether the array ended.
func (s *splitter) step(c byte) bool {
	switch {
	case c == '\n':
		s.line++
		s.quoted, s.fresh = false, true
		return false
	case s.quoted && c == '\\':
		s.at++
		return false
	case c == '"':
		s.quoted = !s.quoted
	case s.quoted, c <= ' ':
		return false
	}
	defer func() { s.fresh = false }()
	inner := byte(0)
	if n := len(s.open); n > 0 {
		inner = s.open[n-1]
	}
	switch {
	case s.quoted:
	case c == '{' && (inner == '{' && (s.before == ',' || s.fresh && s.before != ':') || inner == 0 && s.before == '}'):
		s.end() // something is missing at the end of the last one
	case inner == 0 && c == ',':
		s.end()
		s.before = c
		return false
	case inner == 0 && c == ']':
		s.end()
		if len(bytes.TrimSpace(s.data[s.at+1:])) == 0 {
			return true
		}
		s.out = append(s.out, element{s.data[s.at : s.at+1], s.line}) // a mistake of its own: what follows is not lost
		s.before = c
		return false
	}
	if s.start < 0 {
		s.start, s.first = s.at, s.line
	}
	switch {
	case s.quoted:
	case c == '{', c == '[':
		s.open = append(s.open, c)
	case (c == '}' || c == ']') && len(s.open) > 0:
		s.open = s.open[:len(s.open)-1]
	}
	s.before = c
	return false
}

// end ends the element that has begun, if any.
func (s *splitter) end() {
	if s.start >= 0 {
		s.out = append(s.out, element{bytes.TrimRight(bytes.TrimSpace(s.data[s.start:s.at]), ", \n"), s.first})
	}
	s.start, s.open = -1, s.open[:0]
}
