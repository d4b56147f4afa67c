package sms

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// MemoryRules is a [RuleStore] in memory, for one process: limits count what
// this process sends, and lists are forgotten with it. It keeps one entry for
// each number that was sent to within the longest window.
type MemoryRules struct {
	mu     sync.Mutex
	lists  [AllowList + 1]map[string]bool
	counts map[string]*memoryCount
	sweep  int // the size at which expired counts are dropped
}

// memoryCount is the events of one key by step.
type memoryCount struct {
	steps   map[int64]int
	expires int64 // ms
}

// NewMemoryRules returns an empty store.
func NewMemoryRules() *MemoryRules {
	m := &MemoryRules{counts: make(map[string]*memoryCount), sweep: 1024}
	for l := range m.lists {
		m.lists[l] = make(map[string]bool)
	}
	return m
}

// Reserve implements [RuleStore].
func (m *MemoryRules) Reserve(_ context.Context, q RuleQuery) (RuleAnswer, error) {
	at := time.Now().Truncate(time.Millisecond)
	now := at.UnixMilli()
	m.mu.Lock()
	defer m.mu.Unlock()
	allowed := m.lists[AllowList][q.Recipient]
	switch {
	case m.lists[BlockList][q.Recipient]:
		return RuleAnswer{Refused: RuleBlocked}, nil
	case q.OptOut && m.lists[OptOutList][q.Recipient]:
		return RuleAnswer{Refused: RuleOptedOut}, nil
	case q.OnlyAllowed && !allowed:
		return RuleAnswer{Refused: RuleNotAllowed}, nil
	case allowed:
		return RuleAnswer{}, nil
	}
	a := RuleAnswer{}
	for i, c := range q.Counts {
		if wait := m.counts[c.Key].wait(c, now); wait > a.Wait {
			a = RuleAnswer{Refused: RuleFrequency, Count: i, Wait: wait}
		}
	}
	if a.Refused != 0 {
		return a, nil
	}
	for _, c := range q.Counts {
		k := m.counts[c.Key]
		if k == nil {
			k = &memoryCount{steps: make(map[int64]int)}
			m.counts[c.Key] = k
		}
		k.steps[now/c.Step.Milliseconds()]++
		k.expires = now + (c.Window + c.Step).Milliseconds()
	}
	m.forget(now)
	return RuleAnswer{Counted: len(q.Counts) > 0, At: at}, nil
}

// wait returns how long until there is room for one more, and drops what is
// over.
func (k *memoryCount) wait(c RuleCount, now int64) time.Duration {
	if k == nil {
		return 0
	}
	step, window, sum := c.Step.Milliseconds(), c.Window.Milliseconds(), 0
	for i, n := range k.steps {
		if i*step+step-1+window <= now {
			delete(k.steps, i)
			continue
		}
		sum += n
	}
	if sum < c.Max {
		return 0
	}
	free := int64(0)
	for _, i := range slices.SortedFunc(maps.Keys(k.steps), cmp.Compare) {
		if sum < c.Max {
			break
		}
		sum -= k.steps[i]
		free = i*step + step - 1 + window - now
	}
	return time.Duration(free) * time.Millisecond
}

// forget drops the counts that are over, whenever there are twice as many as
// were left the last time.
func (m *MemoryRules) forget(now int64) {
	if len(m.counts) < m.sweep {
		return
	}
	maps.DeleteFunc(m.counts, func(_ string, k *memoryCount) bool { return k.expires <= now })
	m.sweep = max(1024, 2*len(m.counts))
}

// Release implements [RuleStore].
func (m *MemoryRules) Release(_ context.Context, q RuleQuery, a RuleAnswer) error {
	if !a.Counted {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range q.Counts {
		k := m.counts[c.Key]
		if k == nil {
			continue
		}
		i := a.At.UnixMilli() / c.Step.Milliseconds()
		if k.steps[i]--; k.steps[i] <= 0 {
			delete(k.steps, i)
		}
	}
	return nil
}

// Mark implements [RuleStore].
func (m *MemoryRules) Mark(_ context.Context, l RuleList, recipient string, on bool) error {
	if l < BlockList || l > AllowList {
		return invalidOption("there is no such list")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if on {
		m.lists[l][recipient] = true
	} else {
		delete(m.lists[l], recipient)
	}
	return nil
}

var _ RuleStore = (*MemoryRules)(nil)
