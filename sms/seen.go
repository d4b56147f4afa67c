package sms

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Claim is the answer of a [Seen].
type Claim uint8

// The answers. The numbers are frozen.
const (
	// Fresh: nobody had the event; it is the caller's now.
	Fresh Claim = 0
	// Busy: somebody is handling it at this moment.
	Busy Claim = 1
	// Handled: it was handled before.
	Handled Claim = 2
)

// Seen remembers which events of gateways were handled, so that a repeat and a
// replay are recognised. Keys are hashes and hold no personal data. A Seen must
// be safe for concurrent use. [MemorySeen] serves one process; several that serve
// the same gateway want a shared one, as package sms/redissms has, in which a
// claim that is neither kept nor released lapses after a minute.
type Seen interface {
	// Claim reserves an event.
	Claim(ctx context.Context, key string) (Claim, error)
	// Keep says that a claimed event was handled.
	Keep(ctx context.Context, key string) error
	// Release gives a claimed event back.
	Release(ctx context.Context, key string) error
}

// The defaults of [NewMemorySeen].
const (
	// DefaultSeen is how many events are remembered.
	DefaultSeen = 100000
	// DefaultSeenFor is how long: Vonage repeats a call for a day.
	DefaultSeenFor = 25 * time.Hour
)

// MemorySeen is a [Seen] in memory, about 150 bytes an event. Beyond its bound
// the oldest event is forgotten. It is safe for concurrent use.
type MemorySeen struct {
	limit int
	keep  time.Duration

	mu    sync.Mutex
	byKey map[string]*list.Element // nil while it is claimed
	order *list.List               // of seenEvent, the oldest first
}

type seenEvent struct {
	key  string
	kept time.Time
}

// NewMemorySeen remembers limit events for a time; 0 and below mean DefaultSeen
// and DefaultSeenFor.
func NewMemorySeen(limit int, keep time.Duration) *MemorySeen {
	if limit <= 0 {
		limit = DefaultSeen
	}
	if keep <= 0 {
		keep = DefaultSeenFor
	}
	return &MemorySeen{limit: limit, keep: keep, byKey: make(map[string]*list.Element), order: list.New()}
}

// Claim implements [Seen].
func (s *MemorySeen) Claim(_ context.Context, key string) (Claim, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(s.limit)
	e, ok := s.byKey[key]
	switch {
	case !ok:
		s.byKey[key] = nil
		return Fresh, nil
	case e == nil:
		return Busy, nil
	}
	return Handled, nil
}

// Keep implements [Seen].
func (s *MemorySeen) Keep(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.byKey[key]; ok && e != nil {
		return nil
	}
	s.forget(s.limit - 1)
	s.byKey[key] = s.order.PushBack(seenEvent{key, time.Now()})
	return nil
}

// Release implements [Seen].
func (s *MemorySeen) Release(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.byKey[key]; ok && e == nil {
		delete(s.byKey, key)
	}
	return nil
}

// Len returns how many handled events are remembered.
func (s *MemorySeen) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.order.Len()
}

// forget drops what is too old, and the oldest above a number.
func (s *MemorySeen) forget(most int) {
	now := time.Now()
	for e := s.order.Front(); e != nil; e = s.order.Front() {
		v := e.Value.(seenEvent)
		if s.order.Len() <= most && now.Sub(v.kept) < s.keep {
			return
		}
		s.order.Remove(e)
		delete(s.byKey, v.key)
	}
}

var _ Seen = (*MemorySeen)(nil)
