package apnspush

import (
	"slices"
	"sync"
)

// queue is who waits for a stream, in order. It has a lock of its own, since it
// is woken from within net/http.
type queue struct {
	mu   sync.Mutex
	list []chan struct{}
}

// join returns a turn, which is closed when it has come.
func (q *queue) join() chan struct{} {
	turn := make(chan struct{})
	q.mu.Lock()
	q.list = append(q.list, turn)
	q.mu.Unlock()
	return turn
}

// leave takes a turn back, if it has not come.
func (q *queue) leave(turn chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.list, turn); i >= 0 {
		q.list = slices.Delete(q.list, i, i+1)
	}
}

// wake gives n their turn, or all if n is negative.
func (q *queue) wake(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for ; n != 0 && len(q.list) > 0; n-- {
		close(q.list[0])
		q.list = slices.Delete(q.list, 0, 1)
	}
}
