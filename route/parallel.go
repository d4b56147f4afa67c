package route

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel calls f for 0 … n-1 on at most so many goroutines and returns when
// all calls have. With one to make it makes it itself. A panic of f ends the
// others' beginning and goes on in the caller.
func inParallel(n, workers int, f func(int)) {
	if n <= 1 {
		if n == 1 {
			f(0)
		}
		return
	}
	var next, stopped atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	var panicked any
	exited := false
	for range min(n, workers) {
		wg.Go(func() {
			done := false
			defer func() {
				if done {
					return
				}
				v := recover()
				stopped.Store(1)
				mu.Lock()
				defer mu.Unlock()
				if v == nil {
					exited = true
				} else if panicked == nil {
					panicked = v
				}
			}()
			for stopped.Load() == 0 {
				i := int(next.Add(1)) - 1
				if i >= n {
					break
				}
				f(i)
			}
			done = true
		})
	}
	wg.Wait()
	if panicked != nil {
		panic(panicked)
	}
	if exited { // f ended its goroutine, as a test's Fatal does
		runtime.Goexit()
	}
}
