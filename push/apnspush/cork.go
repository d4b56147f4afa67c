package apnspush

import (
	"context"
	"net"
	"sync"
	"time"
)

const (
	// corkSize is how many bytes may wait for the writer before a write waits, too.
	corkSize = 64 << 10
	// corkClose is how long a connection that is closed may take to write what
	// waits.
	corkClose = 5 * time.Second
)

// cork is a connection whose writes are gathered while an earlier one is under way.
// net/http flushes the headers and the body of every request by themselves, which is
// two calls of the system for a push: with many pushes under way most of them can go
// together, which takes a tenth less of the CPU's time. Nothing waits for more to come.
//
// A write that fails shows at the next one, and the connection is closed, which its
// reader sees: what was given to it meanwhile may have been sent or not.
type cork struct {
	net.Conn

	mu     sync.Mutex
	room   sync.Cond // there is room, or an error
	wake   chan struct{}
	queue  []byte
	err    error
	closed bool
}

// corked makes a dialer's connections corks.
func corked(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		k := &cork{Conn: c, wake: make(chan struct{}, 1)}
		k.room.L = &k.mu
		go k.write()
		return k, nil
	}
}

// Write implements [net.Conn]. It waits only when too much waits already.
func (k *cork) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.err == nil && !k.closed && len(k.queue) >= corkSize {
		k.room.Wait()
	}
	switch {
	case k.err != nil:
		return 0, k.err
	case k.closed:
		return 0, net.ErrClosed
	}
	k.queue = append(k.queue, b...)
	k.nudge()
	return len(b), nil
}

// nudge wakes the writer; the lock is held.
func (k *cork) nudge() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Close implements [net.Conn]: what waits is written first.
func (k *cork) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return net.ErrClosed
	}
	k.closed = true
	_ = k.SetDeadline(time.Now().Add(corkClose))
	k.room.Broadcast()
	k.nudge()
	return nil
}

// write is the writer, which ends with the connection.
func (k *cork) write() {
	defer k.Conn.Close()
	var batch []byte
	for range k.wake {
		k.mu.Lock()
		batch, k.queue = k.queue, batch[:0]
		closed := k.closed
		k.room.Broadcast()
		k.mu.Unlock()
		if len(batch) > 0 {
			if _, err := k.Conn.Write(batch); err != nil {
				k.fail(err)
				return
			}
		}
		if closed {
			return
		}
	}
}

// fail makes later writes fail.
func (k *cork) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
	k.room.Broadcast()
}
