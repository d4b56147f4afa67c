package push

import (
	"crypto/sha256"
	"sync"
)

// seen remembers a bounded number of names, the latest, as hashes.
type seen struct {
	mu     sync.Mutex
	state  map[mark]sum
	claims map[mark]sum
	ring   []mark // those that are done, oldest at next
	next   int
	limit  int
}

// mark is a name's hash; sum that of what belongs to it.
type (
	mark [16]byte
	sum  [16]byte
)

// underWay is the sum of a name that has begun and not ended.
var underWay = sum{}

func newSeen(limit int) *seen {
	return &seen{state: make(map[mark]sum), claims: make(map[mark]sum), limit: limit}
}

func hash(s string) (h [16]byte) {
	full := sha256.Sum256([]byte(s))
	copy(h[:], full[:])
	return h
}

// claim is what is known of a name with some content.
type claim uint8

const (
	claimed claim = iota // it is new, and now the caller's until release
	done                 // it was done with this content
	busy                 // another call has it, with this content
	forged               // it belongs to another content
)

// claim takes a name for the caller, unless it is known.
func (s *seen) claim(name, content string) claim {
	m, c := mark(hash(name)), sum(hash(content))
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, known := s.state[m]; known {
		if have == c {
			return done
		}
		return forged
	}
	if have, known := s.claims[m]; known {
		if have == c {
			return busy
		}
		return forged
	}
	s.claims[m] = c
	return claimed
}

// release gives a claimed name back, and remembers it if it is done.
func (s *seen) release(name string, done bool) {
	m := mark(hash(name))
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.claims[m]
	delete(s.claims, m)
	if done {
		s.keep(m, c)
	}
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
