package push

import (
	"crypto/sha256"
	"sync"
)

// seen remembers a bounded number of names, the latest, as hashes.
type seen struct {
	mu    sync.Mutex
	state map[mark]sum
	ring  []mark // those that are done, oldest at next
	next  int
	limit int
}

// mark is a name's hash; sum that of what belongs to it.
type (
	mark [16]byte
	sum  [16]byte
)

// underWay is the sum of a name that has begun and not ended.
var underWay = sum{}

func newSeen(limit int) *seen {
	return &seen{state: make(map[mark]sum), limit: limit}
}

func hash(s string) (h [16]byte) {
	full := sha256.Sum256([]byte(s))
	copy(h[:], full[:])
	return h
}

// lookup reports whether a name is remembered, and with the same content.
func (s *seen) lookup(name, content string) (known, same bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, known := s.state[hash(name)]
	return known, known && have == hash(content)
}

// remember remembers a name and its content.
func (s *seen) remember(name, content string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(hash(name), hash(content))
}

// keep remembers a mark in the place of the oldest.
func (s *seen) keep(m mark, content sum) {
	if have, known := s.state[m]; known && have != underWay {
		return
	}
	if len(s.ring) < s.limit {
		s.ring = append(s.ring, m)
	} else {
		delete(s.state, s.ring[s.next])
		s.ring[s.next] = m
		s.next = (s.next + 1) % len(s.ring)
	}
	s.state[m] = content
}

// begin returns the events that are new, once each, and their marks, which end
// must get. busy is set, and nothing begun, when another call is handing over one
// of them.
func (s *seen) begin(events []Event) (fresh []Event, marks []mark, busy bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := make(map[mark]bool)
	for _, e := range events {
		id := e.Identity()
		if id == "" {
			fresh = append(fresh, e)
			continue
		}
		m := mark(hash(id))
		have, known := s.state[m]
		switch {
		case known && have == underWay:
			return nil, nil, true
		case known, in[m]:
			continue
		}
		in[m] = true
		fresh, marks = append(fresh, e), append(marks, m)
	}
	for _, m := range marks {
		s.state[m] = underWay
	}
	return fresh, marks, false
}

// end remembers the marks of begin, or forgets them.
func (s *seen) end(marks []mark, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range marks {
		if done {
			s.keep(m, sum{1})
		} else {
			delete(s.state, m)
		}
	}
}
