package geocache

import (
	"container/list"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

// entry is an answer, or the error that there is none.
type entry struct {
	key   string
	value any
	err   *waybill.Error
	// at is when it was given; until then it is fresh until until, and may be
	// given past its time until last.
	at, until, last time.Time
}

// memory keeps the entries used last. The zero value needs its size.
type memory struct {
	size int

	mu    sync.Mutex
	byKey map[string]*list.Element
	order list.List // of *entry, the last used in front
}

// get returns an entry that may still be given, nil if there is none.
func (m *memory) get(key string, now time.Time) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	el := m.byKey[key]
	if el == nil {
		return nil
	}
	e := el.Value.(*entry)
	if !now.Before(e.last) {
		m.remove(el)
		return nil
	}
	m.order.MoveToFront(el)
	return e
}

// put keeps an entry in place of any other of its key.
func (m *memory) put(e *entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byKey == nil {
		m.byKey = make(map[string]*list.Element)
	}
	if el := m.byKey[e.key]; el != nil {
		el.Value = e
		m.order.MoveToFront(el)
		return
	}
	m.byKey[e.key] = m.order.PushFront(e)
	for m.order.Len() > m.size {
		m.remove(m.order.Back())
	}
}

func (m *memory) remove(el *list.Element) {
	m.order.Remove(el)
	delete(m.byKey, el.Value.(*entry).key)
}

func (m *memory) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.order.Len()
}

func (m *memory) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byKey = nil
	m.order.Init()
}
