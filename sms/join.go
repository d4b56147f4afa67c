package sms

import (
	"bytes"
	"strconv"
	"strings"
	"sync"
	"time"
)

// joiner keeps the parts of long inbound messages until all are there. It is
// bounded by age, by the number of messages and by their octets.
type joiner struct {
	age            time.Duration
	groups, octets int // bounds
	mu             sync.Mutex
	byKey          map[string]*group
	held           int // octets
}

// group is one long message.
type group struct {
	key   string
	since time.Time
	parts []Inbound // by part, From and Sender empty where missing
	seen  []string  // the key of each part's event
	have  int
	size  int
	busy  bool // being delivered
}

// partOverhead is what a part costs beside its text, in octets, roughly.
const partOverhead = 256

func newJoiner(age time.Duration, groups, octets int) *joiner {
	return &joiner{age: age, groups: groups, octets: octets, byKey: make(map[string]*group)}
}

// joins reports whether m is a part of a long message.
func (m *Inbound) joins() bool {
	return m.Ref != "" && m.Parts > 1 && m.Parts <= MaxParts && m.Part >= 1 && m.Part <= m.Parts
}

func (m *Inbound) groupKey() string {
	return strings.Join([]string{m.Gateway, string(m.From), m.Sender, m.To, m.Ref, strconv.Itoa(m.Parts)}, "\x00")
}

func (m *Inbound) size() int {
	return partOverhead + len(m.Text) + len(m.Data) + len(m.Header) + len(m.ID) + len(m.To) + len(m.Sender)
}

// progress is what became of a part.
type progress uint8

const (
	held     progress = iota // others are missing
	complete                 // the group is the caller's to deliver
	busy                     // the group is being delivered
	noRoom                   // the bound is reached
)

// add puts a part to its others. A part that is there already is replaced: the
// gateway repeats it.
func (j *joiner) add(m Inbound, seen string, now time.Time) (*group, progress) {
	j.mu.Lock()
	defer j.mu.Unlock()
	key := m.groupKey()
	g := j.byKey[key]
	if g == nil {
		if len(j.byKey) >= j.groups {
			return nil, noRoom
		}
		g = &group{key: key, since: now}
	}
	if g.busy {
		return nil, busy
	}
	old := 0
	if g.parts != nil && g.seen[m.Part-1] != "" {
		old = g.parts[m.Part-1].size()
	} else if g.parts == nil {
		old = -partOverhead * m.Parts / 2 // the slots themselves
	}
	if j.held+m.size()-old > j.octets {
		return nil, noRoom
	}
	if g.parts == nil {
		g.parts, g.seen = make([]Inbound, m.Parts), make([]string, m.Parts)
		j.byKey[key] = g
	}
	if g.seen[m.Part-1] == "" {
		g.have++
	}
	g.parts[m.Part-1], g.seen[m.Part-1] = m, seen
	g.size += m.size() - old
	j.held += m.size() - old
	if g.have < m.Parts && now.Sub(g.since) < j.age {
		return g, held
	}
	g.busy = true
	return g, complete
}

// expired returns the groups that waited long enough, or all, for the caller to
// deliver.
func (j *joiner) expired(now time.Time, all bool) []*group {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []*group
	for _, g := range j.byKey {
		if !g.busy && (all || now.Sub(g.since) >= j.age) {
			g.busy = true
			out = append(out, g)
		}
	}
	return out
}

// done ends a delivery: the group goes, or waits for another.
func (j *joiner) done(g *group, delivered bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	g.busy = false
	if delivered {
		delete(j.byKey, g.key)
		j.held -= g.size
	}
}

// waiting returns how many long messages are not whole, and their octets.
func (j *joiner) waiting() (messages, octets int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.byKey), j.held
}

// message returns the group as one message.
func (g *group) message() Inbound {
	var out Inbound
	var text strings.Builder
	var data bytes.Buffer
	var ids []string
	for i := range g.parts {
		if g.seen[i] == "" {
			continue
		}
		p := &g.parts[i]
		if ids == nil {
			out = *p
		}
		ids = append(ids, p.ID)
		text.WriteString(p.Text)
		data.Write(p.Data)
	}
	if g.seen[0] == "" {
		out.Keyword = "" // of a later part it is no keyword
	}
	out.Text, out.Data, out.PartIDs, out.Part = text.String(), data.Bytes(), ids, 0
	out.Incomplete = g.have < len(g.parts)
	return out
}
