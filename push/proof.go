package push

import (
	"sync"
	"time"
)

// DeadProof is how long a success of a vendor and app lets a [Client] believe
// that the vendor means the token, and not our configuration, when it calls one
// dead.
const DeadProof = time.Hour

// proof remembers which provider has lately accepted a token of which app. It
// grows with the applications, not with the tokens.
type proof struct {
	mu   sync.Mutex
	last map[proven]time.Time
}

type proven struct {
	instance string
	vendor   Vendor
	app, env string
}

func provenBy(instance string, t Token) proven {
	t = t.same()
	return proven{instance, t.Vendor, t.App, t.Env}
}

// judge takes back what was declared dead without a proof. by is the instance
// that had the last word on each result.
func (p *proof) judge(results []Result, by []string) {
	now := time.Now()
	dead := false
	p.mu.Lock()
	defer p.mu.Unlock()
	var noted proven
	for i := range results {
		r := &results[i]
		dead = dead || r.Dead
		if r.Err != nil || r.Provider == "" {
			continue
		}
		// Most calls are about one app.
		if k := provenBy(by[i], r.Token); k != noted {
			if p.last == nil {
				p.last = make(map[proven]time.Time)
			}
			p.last[k], noted = now, k
		}
	}
	if !dead {
		return
	}
	for i := range results {
		r := &results[i]
		if at, ok := p.last[provenBy(by[i], r.Token)]; r.Dead && (!ok || now.Sub(at) > DeadProof) {
			r.Dead = false
		}
	}
}
