package geocache

import (
	"context"
	"sync"

	"github.com/waybill-go/waybill"
)

// flights are the calls under way that others may join, by key.
type flights struct {
	mu    sync.Mutex
	byKey map[string]*flight
}

// flight is one call with those who wait for it.
type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int // guarded by flights.mu

	value any
	err   error
	// panicked is what the call panicked with; everybody who waits panics, too.
	panicked any
}

// do makes the call of a key, or waits for the one that is under way. The call
// keeps the first caller's values, not its end: it is cancelled when nobody waits
// any more. A caller whose context ends stops waiting. It reports whether the call
// was another's.
func (f *flights) do(ctx context.Context, key string, call func(context.Context) (any, error)) (value any, shared bool, err error) {
	if e := waybill.FromContext(ctx); e != nil {
		return nil, false, e.Unsent()
	}
	f.mu.Lock()
	fl := f.byKey[key]
	if shared = fl != nil; !shared {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		fl = &flight{done: make(chan struct{}), cancel: cancel}
		if f.byKey == nil {
			f.byKey = make(map[string]*flight)
		}
		f.byKey[key] = fl
		go f.fly(own, key, fl, call)
	}
	fl.waiting++
	f.mu.Unlock()

	select {
	case <-fl.done:
	case <-ctx.Done():
		select {
		case <-fl.done: // a success that is there is not dropped
		default:
			f.leave(key, fl)
			return nil, shared, waybill.FromContext(ctx)
		}
	}
	if fl.panicked != nil {
		panic(fl.panicked)
	}
	return fl.value, shared, fl.err
}

// fly makes the call.
func (f *flights) fly(ctx context.Context, key string, fl *flight, call func(context.Context) (any, error)) {
	fl.err = &waybill.Error{Code: waybill.Internal, Delivery: waybill.Ambiguous, Message: "the call ended its goroutine"}
	defer func() {
		fl.panicked = recover()
		fl.cancel()
		f.mu.Lock()
		if f.byKey[key] == fl {
			delete(f.byKey, key)
		}
		f.mu.Unlock()
		close(fl.done)
	}()
	fl.value, fl.err = call(ctx)
}

// leave takes one who waits away. After the last one the call is ended, and who
// comes then begins another.
func (f *flights) leave(key string, fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl.waiting--; fl.waiting == 0 {
		fl.cancel()
		if f.byKey[key] == fl {
			delete(f.byKey, key)
		}
	}
}
