package failover

import (
	"context"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
)

// Config names a set of providers and says who watches it.
type Config struct {
	// Domain is the domain's name, such as "geo"; Name the client's, which may
	// be empty.
	Domain, Name string
	// Hooks may be nil.
	Hooks *waybill.Hooks
	// Rand returns numbers in [0, 1) for jitter and weights. It must be safe
	// for concurrent use; nil means math/rand/v2.
	Rand func() float64
}

// Member is one provider of a set and how it is used.
type Member struct {
	Provider waybill.Provider
	Use      waybill.Use
}

// Set is the providers of one client, with what is known about their health.
// It is safe for concurrent use, but all lanes must be made before the first
// call.
type Set struct {
	cfg     Config
	members []*member
	tokens  tokens

	mu    sync.Mutex
	lanes []*lane

	running atomic.Int64
	closed  atomic.Bool
	once    sync.Once
	empty   chan struct{}
}

// member is a provider as all lanes of a set share it.
type member struct {
	Member
	name, instance string
	account        *waybill.Account
	drained        atomic.Bool
	inUse          atomic.Int64
	limits         limits
}

// NewSet returns a set of the given providers. It fails with InvalidArgument
// when there is none, or one is nil or nameless, or two share an instance name.
func NewSet(cfg Config, members []Member) (*Set, error) {
	if len(members) == 0 {
		return nil, waybill.Invalid("new", "no provider was given")
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Float64
	}
	s := &Set{cfg: cfg, empty: make(chan struct{})}
	seen := make(map[string]bool, len(members))
	for _, m := range members {
		if isNil(m.Provider) {
			return nil, waybill.Invalid("new", "a provider is nil")
		}
		k := &member{Member: m, name: m.Provider.Name(), instance: m.Use.Instance}
		if k.name == "" {
			return nil, waybill.Invalid("new", "a provider has no name")
		}
		if k.instance == "" {
			k.instance = k.name
		}
		if seen[k.instance] {
			return nil, waybill.Invalid("new", "two providers are called "+k.instance+": name one with As")
		}
		seen[k.instance] = true
		if a, ok := m.Provider.(waybill.Accounted); ok {
			k.account = a.Account()
		}
		if k.account == nil {
			k.account = waybill.NewAccount(k.instance, waybill.Limits{})
		}
		s.members = append(s.members, k)
	}
	return s, nil
}

func isNil(p waybill.Provider) bool {
	if p == nil {
		return true
	}
	v := reflect.ValueOf(p)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Members returns the providers in the order in which they were given.
func (s *Set) Members() []Member {
	out := make([]Member, len(s.members))
	for i, m := range s.members {
		out[i] = m.Member
	}
	return out
}

// Status returns a snapshot of every provider in every lane.
func (s *Set) Status() []waybill.Status {
	now := time.Now()
	var out []waybill.Status
	for _, l := range s.allLanes() {
		for _, n := range l.nodes {
			out = append(out, l.status(n, now))
		}
	}
	return out
}

func (s *Set) allLanes() []*lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*lane(nil), s.lanes...)
}

// Drain takes a provider out of the selection by hand, until Restore. Calls
// that are under way go on.
func (s *Set) Drain(instance string) error {
	m := s.find(instance)
	if m == nil {
		return waybill.Invalid("drain", "no provider has this instance name")
	}
	m.drained.Store(true)
	return nil
}

// Restore ends a provider's drain, ejection and idleness by hand, in every
// lane, and makes all its senders eligible again. Its account, which other
// clients may share, is restored too.
func (s *Set) Restore(instance string) error {
	m := s.find(instance)
	if m == nil {
		return waybill.Invalid("restore", "no provider has this instance name")
	}
	m.drained.Store(false)
	m.limits.clear()
	m.account.Restore("")
	for _, l := range s.allLanes() {
		l.restore(m)
	}
	return nil
}

func (s *Set) find(instance string) *member {
	for _, m := range s.members {
		if m.instance == instance {
			return m
		}
	}
	return nil
}

// Close refuses new calls (Unavailable, nothing sent) and waits until those
// under way and the cancelled losers of hedges are over, or ctx is. Bodies that
// a stream handed out are their readers'. Close may be called again.
func (s *Set) Close(ctx context.Context) error {
	s.closed.Store(true)
	if s.running.Load() == 0 {
		s.once.Do(func() { close(s.empty) })
	}
	select {
	case <-s.empty:
		return nil
	default:
	}
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
		return waybill.FromContext(ctx).With(s.cfg.Domain, "close", "")
	}
}

// enter counts a call in, unless the set is closed.
func (s *Set) enter() bool {
	s.running.Add(1)
	if s.closed.Load() {
		s.leave()
		return false
	}
	return true
}

// leave counts a call or a hedge's loser out.
func (s *Set) leave() {
	if s.running.Add(-1) == 0 && s.closed.Load() {
		s.once.Do(func() { close(s.empty) })
	}
}

// CheckUsed fails when a member is in no lane: it offers no verb of the domain.
// It is called after all lanes were made.
func (s *Set) CheckUsed() error {
	lanes := s.allLanes()
	for _, m := range s.members {
		used := false
		for _, l := range lanes {
			for _, n := range l.nodes {
				used = used || n.m == m
			}
		}
		if !used {
			return waybill.Invalid("new", m.instance+" offers no verb of "+s.cfg.Domain)
		}
	}
	return nil
}
