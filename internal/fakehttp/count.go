package fakehttp

import "sync"

// maxCounters bounds the number of different keys that are counted; requests for further ones only count in all.
const maxCounters = 4096

// Count returns how many requests reached the fake for a path, struck by a fault or not, or how often [Server.Note] was
// called with key. The empty key counts all requests. Connections that were refused or reset on acceptance show no
// request and are not counted.
func (s *Server) Count(key string) int { return s.counts.get(key) }

// Note counts something of the fake's own, such as a signature that was verified. Choose keys that are no paths.
func (s *Server) Note(key string) { s.counts.note(key) }

type counts struct {
	mu  sync.Mutex
	all int
	by  map[string]int
}

func (c *counts) add(path string) {
	c.mu.Lock()
	c.all++
	c.mu.Unlock()
	c.note(path)
}

func (c *counts) note(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string]int{}
	}
	if _, ok := c.by[key]; ok || len(c.by) < maxCounters {
		c.by[key]++
	}
}

func (c *counts) get(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if key == "" {
		return c.all
	}
	return c.by[key]
}
