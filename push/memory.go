package push

import (
	"context"
	"sync"
	"time"
)

// MemoryRegistry is a [Registry] in memory, for tests, demonstrations and
// services of one process that may forget. It grows with the devices.
type MemoryRegistry struct {
	mu    sync.Mutex
	users map[string]map[slot]Registration
	owner map[Token]place
}

// slot is what a device has one token for; place is a slot of a user.
type (
	slot struct {
		device   string
		vendor   Vendor
		app, env string
	}
	place struct {
		user string
		slot slot
	}
)

// NewMemoryRegistry returns an empty registry.
func NewMemoryRegistry() *MemoryRegistry {
	return &MemoryRegistry{users: make(map[string]map[slot]Registration), owner: make(map[Token]place)}
}

// Report implements [Registry].
func (m *MemoryRegistry) Report(_ context.Context, r Registration) error {
	if err := r.Validate(); err != nil {
		return err
	}
	r = r.Normal()
	at := place{r.User, slot{r.Device, r.Token.Vendor, r.Token.App, r.Token.Env}}
	m.mu.Lock()
	defer m.mu.Unlock()
	have, known := m.users[at.user][at.slot]
	if known && (r.At.Before(have.At) || have.Token.Value == "" && r.At.Equal(have.At)) {
		return nil
	}
	if r.Token.Value != "" {
		if other, taken := m.owner[r.Token.same()]; taken && other != at {
			if m.users[other.user][other.slot].At.After(r.At) {
				return nil
			}
			m.empty(other)
		}
	}
	m.empty(at)
	if m.users[at.user] == nil {
		m.users[at.user] = make(map[slot]Registration)
	}
	m.users[at.user][at.slot] = r
	if r.Token.Value != "" {
		m.owner[r.Token.same()] = at
	}
	return nil
}

// empty takes the token of a place away, and keeps its time.
func (m *MemoryRegistry) empty(at place) {
	r, known := m.users[at.user][at.slot]
	if !known || r.Token.Value == "" {
		return
	}
	delete(m.owner, r.Token.same())
	r.Token.Value = ""
	m.users[at.user][at.slot] = r
}

// Tokens implements [Registry].
func (m *MemoryRegistry) Tokens(_ context.Context, users []string) ([][]Registration, error) {
	out := make([][]Registration, len(users))
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, user := range users {
		for _, r := range m.users[user] {
			if r.Token.Value != "" {
				out[i] = append(out[i], r)
			}
		}
		SortRegistrations(out[i])
	}
	return out, nil
}

// Remove implements [Registry].
func (m *MemoryRegistry) Remove(_ context.Context, t Token, notAfter time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.owner[t.same()]
	if !ok || m.users[at.user][at.slot].At.UnixMilli() > notAfter.UnixMilli() {
		return false, nil
	}
	m.empty(at)
	return true, nil
}

var _ Registry = (*MemoryRegistry)(nil)
