package nexmosms

// A reply of Vonage's has one shape, and reading that needs no more than a look
// at each byte. Whatever departs from it is left to the general reader, which
// has the last word on what is JSON; on what both can read they agree.

// plain reads a reply that consists of an object of strings with a list of
// objects of strings, with known names, of plain ASCII without escapes. ok is
// false for any other.
func plain(body []byte) (parts []part, count int, ok bool) {
	s := scanner{b: body}
	listed := false
	s.object(func(name []byte) {
		switch {
		case string(name) == "message-count":
			count = number(s.text(), 10)
		case string(name) == "messages" && !listed:
			listed = true
			parts = make([]part, 0, 2)
			s.list(func() { parts = append(parts, s.part()) })
		default:
			s.bad = true
		}
	})
	s.space()
	if s.bad || s.i != len(body) || !listed || count < 0 {
		return nil, 0, false
	}
	return parts, count, true
}

// part reads one member of messages.
func (s *scanner) part() part {
	var p part
	s.object(func(name []byte) {
		value := s.text()
		switch string(name) {
		case "message-id":
			p.id = string(value)
		case "message-price":
			p.price = string(value)
		case "error-text":
			p.text = string(value)
		case "status":
			p.status = number(value, 4)
			if p.known = p.status >= 0; !p.known {
				s.bad = true
			}
		case "to", "remaining-balance", "network", "client-ref", "account-ref":
		default:
			s.bad = true
		}
	})
	return p
}

// number reads 1 to most digits, -1 for anything else.
func number(text []byte, most int) int {
	if len(text) == 0 || len(text) > most {
		return -1
	}
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// scanner goes through a reply. Once bad it reads nothing more.
type scanner struct {
	b   []byte
	i   int
	bad bool
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\r' || s.b[s.i] == '\t') {
		s.i++
	}
}

// take skips space and then c, if it is there.
func (s *scanner) take(c byte) bool {
	s.space()
	if s.bad || s.i == len(s.b) || s.b[s.i] != c {
		return false
	}
	s.i++
	return true
}

// need is take of what must be there.
func (s *scanner) need(c byte) {
	if !s.take(c) {
		s.bad = true
	}
}

// object reads { "name": value, ... }; value reads a value.
func (s *scanner) object(value func(name []byte)) {
	s.need('{')
	if s.take('}') {
		return
	}
	for !s.bad {
		name := s.text()
		s.need(':')
		if s.bad {
			return
		}
		value(name)
		if !s.take(',') {
			s.need('}')
			return
		}
	}
}

// list reads [ value, ... ].
func (s *scanner) list(value func()) {
	s.need('[')
	if s.take(']') {
		return
	}
	for !s.bad {
		value()
		if !s.take(',') {
			s.need(']')
			return
		}
	}
}

// text reads a string of printable ASCII without escapes, and without space at
// its ends.
func (s *scanner) text() []byte {
	s.need('"')
	from := s.i
	for ; !s.bad && s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; {
		case c == '"':
			text := s.b[from:s.i]
			if len(text) > 0 && (text[0] == ' ' || text[len(text)-1] == ' ') {
				s.bad = true
			}
			s.i++
			return text
		case c < ' ' || c > '~' || c == '\\':
			s.bad = true
		}
	}
	s.bad = true
	return nil
}
