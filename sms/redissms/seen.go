package redissms

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// SeenOptions tune a Seen; nil means the defaults.
type SeenOptions struct {
	// Prefix begins every key; default "waybill:sms". It holds no brace.
	Prefix string
	// Keep is how long a handled event is remembered; default
	// [sms.DefaultSeenFor]. It is no shorter than the gateway repeats its calls.
	Keep time.Duration
	// Lapse is when a claim of a process that died ends; default a minute. It is
	// longer than the slowest callback takes, in whole milliseconds.
	Lapse time.Duration
}

// Seen is an [sms.Seen] in Redis, for receivers of one gateway in several
// processes: an event that one has handled, or is handling, is recognised by all.
// Each event is a key of its own that expires by itself; in a cluster they spread
// over its nodes. The parts of long inbound messages wait in the process that
// they came to, so that a gateway that sends parts one by one wants its calls to
// go to one process. It is safe for concurrent use.
type Seen struct {
	client redis.UniversalClient
	prefix string
	keep   time.Duration
	lapse  time.Duration
	owner  string // marks the claims of this Seen
}

// handled is the value of an event that was handled. A claim's is its owner.
const handled = "handled"

// NewSeen returns a Seen in the server, cluster or ring behind client, which
// stays the caller's to close. It does not use the network.
func NewSeen(client redis.UniversalClient, o *SeenOptions) (*Seen, error) {
	if o == nil {
		o = new(SeenOptions)
	}
	prefix, err := prefixOf(client, o.Prefix)
	if err != nil {
		return nil, err
	}
	s := &Seen{client: client, prefix: prefix + ":seen:", keep: o.Keep, lapse: o.Lapse, owner: rand.Text()}
	if s.keep == 0 {
		s.keep = sms.DefaultSeenFor
	}
	if s.lapse == 0 {
		s.lapse = time.Minute
	}
	if s.keep < time.Millisecond || s.lapse < time.Millisecond {
		return nil, waybill.Invalid("new", "Keep or Lapse is less than a millisecond").With("redissms", "", "")
	}
	return s, nil
}

// Claim implements [sms.Seen] by one script.
func (s *Seen) Claim(ctx context.Context, key string) (sms.Claim, error) {
	n, err := claim.Run(ctx, s.client, []string{s.prefix + key}, s.owner, s.lapse.Milliseconds(), handled).Int()
	if err != nil {
		return sms.Fresh, failed(ctx, "seen", err)
	}
	return sms.Claim(n), nil
}

// Keep implements [sms.Seen].
func (s *Seen) Keep(ctx context.Context, key string) error {
	return failed(ctx, "seen", s.client.Set(ctx, s.prefix+key, handled, s.keep).Err())
}

// Release implements [sms.Seen] by one script. A claim that has lapsed and is
// another's now stays the other's.
func (s *Seen) Release(ctx context.Context, key string) error {
	return failed(ctx, "seen", unclaim.Run(ctx, s.client, []string{s.prefix + key}, s.owner).Err())
}

var _ sms.Seen = (*Seen)(nil)
