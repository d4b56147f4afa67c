package storage

import "sync"

// crew runs functions on goroutines of their own. A panic in one of them is
// raised again where the crew is waited for, so that whoever can recover from a
// bucket's panic on the calling goroutine still can.
type crew struct {
	group sync.WaitGroup
	once  sync.Once
	panic any
}

// Go runs f.
func (c *crew) Go(f func()) {
	c.group.Go(func() {
		defer func() {
			if v := recover(); v != nil {
				c.once.Do(func() { c.panic = v })
			}
		}()
		f()
	})
}

// Wait waits until all have ended.
func (c *crew) Wait() {
	c.group.Wait()
	if c.panic != nil {
		panic(c.panic)
	}
}
