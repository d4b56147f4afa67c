package failover

import (
	"math"
	"slices"
	"time"

	"github.com/waybill-go/waybill"
)

// Select is what the selection needs to know of a request. It is read only; a
// nil Select asks for nothing special.
type Select struct {
	// Regions are the regions of all points, numbers or buckets of the request;
	// empty means unknown, and so does an empty string among them.
	Regions []string
	// Missing is what the InvalidArgument names when providers were passed over
	// for want of a region and nobody is left, such as "Region or a point".
	Missing string
	// AnyRegion admits every provider, whatever its regions, when Regions are
	// empty: the request holds nothing but what the provider gave itself, such
	// as an id that it issued.
	AnyRegion bool
	// Where describes what no provider covers, in regions and without personal
	// data, for the Unsupported verdict. It may be nil.
	Where func() string
	// Key is what the request sticks by (order, session, number); Tenant and
	// Lane are matched with the providers'; Ref stands in errors.
	Key, Tenant, Lane, Ref string
	// AllowDuplicates lets a send that may have happened go on to the next
	// provider.
	AllowDuplicates bool
	// Replaces marks a request of a lane of kind Send whose repeat takes the
	// place of the first: it is repeated as if the lane were of kind Replace.
	Replaces bool
	// Sender is the sender id or template by which a refusal of scope Sender is
	// remembered.
	Sender string
	// Eligible, when not nil, passes providers over that cannot serve this
	// request: capability, mapping.
	Eligible Eligible
	// Only names the one instance that may serve, ejected or not: the issuer of
	// an id, the provider of the page before. Empty means any.
	Only string
	// pinned marks the later pages of a listing, which go on beyond a drain.
	pinned bool
	// Rewind, when not nil, makes the request ready to be sent once more; it is
	// called before every try but the first. An error ends the call with what
	// the tries before found: a body of which something was read cannot be
	// sent again.
	Rewind func() error
	// Wait is how long an attempt may wait for its turn within the limits that
	// the account was given (calls a second, calls under way) before the
	// provider is passed over; 0 does not wait. The vendor's own word is obeyed
	// as ever.
	Wait time.Duration
	// Calls, when not nil, says as how many calls a provider counts the request;
	// nil means one.
	Calls func(p waybill.Provider) int
}

// Eligible says whether a provider can serve one request.
type Eligible interface {
	// Eligible returns nil, or why the provider is passed over; the error
	// counts in the verdict and should say NotSent.
	Eligible(instance string, p waybill.Provider) *waybill.Error
}

// reason is why a provider is passed over.
type reason uint8

const (
	usable       reason = iota
	notOnly             // another instance was asked for
	drained             // by hand
	wrongLane           // lane or tenant
	regionless          // the request has no region and the provider needs one
	outside             // not its region
	ineligible          // capability or mapping: err says
	senderGone          // sender refused
	idling              // the vendor's word
	full                // bulkhead
	limitReached        // the account's own limits
)

// cand is a provider's part in one call.
type cand struct {
	n      *node
	err    *waybill.Error // why it is ineligible
	score  float64
	until  int64 // end of an ejection, or of a wait when passed over (Unix ns)
	ready  int64 // when it may be asked again (Unix ns)
	reason reason
	code   waybill.Code
	tries  int16
	forced bool // ejected: asked only for want of others, in order of recovery
	probe  bool
	again  bool
	later  bool
	replay bool // a refused stream was repeated already
}

// free reports whether the next try only replays a refused stream.
func (k *cand) free() bool { return k.replay && k.ready == 0 && k.reason == usable }

// choose is the selection: a function of the lane's policy, the request and the
// present state. It returns one entry per provider, those that may serve first,
// in the order in which they would be asked.
func (l *lane) choose(cands []cand, sel *Select, now time.Time) []cand {
	for _, n := range l.nodes {
		cands = append(cands, cand{n: n})
		k := &cands[len(cands)-1]
		if l.pass(k, sel, now); k.reason == usable {
			k.score = l.score(n, sel)
		}
	}
	for i := range cands {
		k := &cands[i]
		if k.reason != usable || k.n.state.Load()&1 == 0 {
			continue
		}
		l.mu.Lock()
		if h := &k.n.health; h.ejected {
			k.until = h.until.UnixNano()
			k.probe = !h.probing && !now.Before(h.until)
			k.forced = !k.probe
		}
		l.mu.Unlock()
	}
	for i := 1; i < len(cands); i++ { // few, and mostly in order
		for j := i; j > 0 && compare(&cands[j], &cands[j-1]) < 0; j-- {
			cands[j], cands[j-1] = cands[j-1], cands[j]
		}
	}
	return cands
}

// pass looks for a reason to pass a provider over.
func (l *lane) pass(k *cand, sel *Select, now time.Time) {
	m := k.n.m
	u := &m.Use
	switch {
	case sel.Only != "" && sel.Only != m.instance:
		k.reason = notOnly
	case m.drained.Load() && !sel.pinned:
		k.reason = drained
	case len(u.Lanes) > 0 && !slices.Contains(u.Lanes, sel.Lane), len(u.Tenants) > 0 && !slices.Contains(u.Tenants, sel.Tenant):
		k.reason = wrongLane
	case len(sel.Regions) == 0 && sel.AnyRegion:
	default:
		k.reason = covers(u, sel.Regions)
	}
	if k.reason != usable {
		return
	}
	if sel.Eligible != nil {
		if k.err = sel.Eligible.Eligible(m.instance, m.Provider); k.err != nil {
			k.reason = ineligible
			return
		}
	}
	l.held(k, sel, now)
}

// held looks whether the vendor's word keeps a provider from being asked for now.
func (l *lane) held(k *cand, sel *Select, now time.Time) {
	m := k.n.m
	if wait := m.limits.refused(sel.Sender, now); wait > 0 {
		k.reason, k.until = senderGone, now.Add(wait).UnixNano()
		return
	}
	if until, code := m.limits.idle(m.account, l.service); until.After(now) {
		k.reason, k.until, k.code = idling, until.UnixNano(), code
	}
}

// covers is the data boundary: every region of the request must be one of In,
// none may be one of Outside, and an unknown one is admitted by neither.
func covers(u *waybill.Use, regions []string) reason {
	if len(u.In) == 0 && len(u.Outside) == 0 {
		return usable
	}
	if len(regions) == 0 {
		return regionless
	}
	r := usable
	for _, g := range regions {
		switch {
		case g == "":
			if r == usable {
				r = regionless
			}
		case len(u.In) > 0 && !slices.Contains(u.In, g), slices.Contains(u.Outside, g):
			r = outside
		}
	}
	return r
}

// score is the place of a provider with a weight among its equals: a rendezvous
// hash of the request's key, so that a key moves only when its own provider
// does, or chance without a key. Higher comes first.
func (l *lane) score(n *node, sel *Select) float64 {
	w := n.m.Use.Weight
	if w <= 0 {
		return math.Inf(-1)
	}
	r := 0.0
	if sel.Key != "" {
		r = (float64(rendezvous(sel.Key, n.m.instance)>>11) + 0.5) / (1 << 53)
	} else {
		r = max(l.set.cfg.Rand(), 1e-18)
	}
	return w / -math.Log(r)
}

// rendezvous hashes a key and a name (FNV-1a, finished by a mixer); it is the
// same in every process, so that all of a service agree.
func rendezvous(key, name string) uint64 {
	h := uint64(14695981039346656037)
	for _, s := range [2]string{key, name} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// compare orders candidates: who may serve; not ejected, else in order of
// recovery; priority; weight and stickiness; the order of construction.
func compare(a, b *cand) int {
	switch {
	case (a.reason == usable) != (b.reason == usable):
		return first(a.reason == usable)
	case a.forced != b.forced:
		return first(b.forced)
	case a.forced && a.until != b.until:
		return first(a.until < b.until)
	case a.n.m.Use.Priority != b.n.m.Use.Priority:
		return first(a.n.m.Use.Priority < b.n.m.Use.Priority)
	case a.score != b.score:
		return first(a.score > b.score)
	}
	return a.n.index - b.n.index
}

func first(yes bool) int {
	if yes {
		return -1
	}
	return 1
}
