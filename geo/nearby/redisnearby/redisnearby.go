// Package redisnearby keeps latest positions in Redis, so that several processes
// share them, and finds the nearest: the same answers as the index in memory gives,
// from a slower place.
//
// # Keys
//
// A store has three keys that begin with its name in braces, so that a cluster
// keeps them on one node: a geospatial set for the search (GEOADD, GEOSEARCH), a
// hash of positions as they came, and a sorted set of times for sweeping. Redis
// 6.2 or later is needed; https://redis.io/docs/latest/commands/geosearch/.
//
// # Exactness
//
// Redis rounds a position to some 0.6 m and measures on a sphere of another size,
// so it only proposes: candidates come from a radius a little larger, their exact
// positions from the hash, and more are asked for until no other driver can be
// among the nearest. Redis knows no attributes, and sorts all within the radius
// before it counts: a query costs it in proportion to the drivers within the
// radius. Keep the radius small.
//
// Latitudes end at 85.05°: a position or query beyond is Unsupported. A query with
// a radius over 1,000 km, or that comes near a pole, reads all positions.
//
// # Consistency
//
// An update of up to 200 positions is one script and so is seen whole. A driver
// who moves while a query runs is found where it was or where it is, or, when it
// moves by more than the radius, not at all.
//
// # Errors
//
// What Redis refuses or a connection that fails is Unavailable. Repeating any of
// the calls does no harm. No id and no position stands in an error.
package redisnearby

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/nearby"
)

const name = "redisnearby"

// MaxLatitude is how far from the equator Redis keeps positions, in degrees.
const MaxLatitude = 85.05112878

// Store implements [nearby.Store] on Redis. It is safe for concurrent use.
type Store struct {
	db               redis.UniversalClient
	geo, pos, at     string
	maxAge, maxAhead time.Duration
	now              func() time.Time
}

// New returns a store whose keys begin with {prefix}. The prefix is required and
// has no braces; of the options Cell has no meaning here. The client stays the
// caller's to close. New does not use the network.
func New(db redis.UniversalClient, prefix string, o *nearby.Options) (*Store, error) {
	if o == nil {
		o = new(nearby.Options)
	}
	if db == nil {
		return nil, invalid("new", "there is no client")
	}
	if prefix == "" || len(prefix) > 200 || containsBrace(prefix) {
		return nil, invalid("new", "the prefix is empty, too long or has braces")
	}
	s := &Store{db: db, maxAge: o.MaxAge, maxAhead: o.MaxAhead, now: o.Now,
		geo: "{" + prefix + "}:geo", pos: "{" + prefix + "}:pos", at: "{" + prefix + "}:at"}
	if s.maxAge == 0 {
		s.maxAge = nearby.DefaultMaxAge
	}
	if s.maxAhead == 0 {
		s.maxAhead = nearby.DefaultMaxAhead
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s, nil
}

func containsBrace(s string) bool {
	for i := range len(s) {
		if s[i] == '{' || s[i] == '}' {
			return true
		}
	}
	return false
}

func (s *Store) keys() []string { return []string{s.geo, s.pos, s.at} }

// batch is how many positions one script takes over.
const batch = 200

// update takes (id, longitude, latitude, time, value)*, and returns how many were
// applied, new and stale.
var update = redis.NewScript(`
local applied, new, stale = 0, 0, 0
for i = 1, #ARGV, 5 do
	local id, at = ARGV[i], ARGV[i+3]
	local old = redis.call('ZSCORE', KEYS[3], id)
	if old and tonumber(at) <= tonumber(old) then
		stale = stale + 1
	else
		redis.call('GEOADD', KEYS[1], ARGV[i+1], ARGV[i+2], id)
		redis.call('HSET', KEYS[2], id, ARGV[i+4])
		redis.call('ZADD', KEYS[3], at, id)
		applied = applied + 1
		if not old then new = new + 1 end
	end
end
return {applied, new, stale}`)

// Update implements [nearby.Tracker].
func (s *Store) Update(ctx context.Context, positions []nearby.Position[string]) (nearby.Updated, error) {
	var u nearby.Updated
	if err := ended(ctx, "update"); err != nil {
		return u, err
	}
	far := false
	args := make([]any, 0, 5*min(batch, len(positions)))
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		n, err := update.Run(ctx, s.db, s.keys(), args...).Int64Slice()
		args = args[:0]
		if err != nil {
			return failure(ctx, "update", err)
		}
		if len(n) != 3 {
			return malformed("update")
		}
		u.Applied, u.New, u.Stale = u.Applied+int(n[0]), u.New+int(n[1]), u.Stale+int(n[2])
		return nil
	}
	latest := s.now().Add(s.maxAhead)
	for i := range positions {
		p := &positions[i]
		if p.At.IsZero() || p.Point.Validate() != nil || s.maxAhead > 0 && p.At.After(latest) {
			u.Refused++
			continue
		}
		at := p.Point.To(geo.WGS84)
		if at.Lat > MaxLatitude || at.Lat < -MaxLatitude {
			far = true
			u.Refused++
			continue
		}
		lng, lat := place(at)
		args = append(args, p.ID, number(lng), number(lat), p.At.UnixMilli(), pack(at, p))
		if len(args) == 5*batch {
			if err := flush(); err != nil {
				return u, err
			}
		}
	}
	if err := flush(); err != nil {
		return u, err
	}
	switch {
	case far:
		return u, unsupported("update")
	case u.Refused > 0:
		return u, invalid("update", "a position is no place on the Earth, has no time or lies in the future")
	}
	return u, nil
}

// mark takes an id and the bits to set and to clear.
var mark = redis.NewScript(`
local v = redis.call('HGET', KEYS[2], ARGV[1])
if not v then return 0 end
local a = struct.unpack('<I4', v:sub(25, 28))
a = bit.band(bit.bor(a, tonumber(ARGV[2])), bit.bnot(tonumber(ARGV[3])))
if a < 0 then a = a + 4294967296 end
redis.call('HSET', KEYS[2], ARGV[1], v:sub(1, 24) .. struct.pack('<I4', a))
return 1`)

// Mark implements [nearby.Tracker].
func (s *Store) Mark(ctx context.Context, id string, set, clear nearby.Attr) error {
	if err := ended(ctx, "mark"); err != nil {
		return err
	}
	n, err := mark.Run(ctx, s.db, s.keys(), id, uint32(set), uint32(clear)).Int()
	if err != nil {
		return failure(ctx, "mark", err)
	}
	if n == 0 {
		return nearby.Unknown("mark")
	}
	return nil
}

// remove takes ids, and returns how many were known.
var remove = redis.NewScript(`
local n = 0
for i = 1, #ARGV do
	n = n + redis.call('HDEL', KEYS[2], ARGV[i])
	redis.call('ZREM', KEYS[1], ARGV[i])
	redis.call('ZREM', KEYS[3], ARGV[i])
end
return n`)

// Remove implements [nearby.Tracker].
func (s *Store) Remove(ctx context.Context, ids ...string) (int, error) {
	if err := ended(ctx, "remove"); err != nil {
		return 0, err
	}
	total := 0
	for len(ids) > 0 {
		part := ids[:min(batch, len(ids))]
		ids = ids[len(part):]
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i]
		}
		n, err := remove.Run(ctx, s.db, s.keys(), args...).Int()
		if err != nil {
			return total, failure(ctx, "remove", err)
		}
		total += n
	}
	return total, nil
}

// sweep takes a time and a number, forgets so many older drivers at most, and
// returns how many.
var sweep = redis.NewScript(`
local ids = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do
	redis.call('HDEL', KEYS[2], id)
	redis.call('ZREM', KEYS[1], id)
	redis.call('ZREM', KEYS[3], id)
end
return #ids`)

// Sweep implements [nearby.Keeper].
func (s *Store) Sweep(ctx context.Context, before time.Time) (int, error) {
	for total := 0; ; {
		if err := ended(ctx, "sweep"); err != nil {
			return total, err
		}
		n, err := sweep.Run(ctx, s.db, s.keys(), before.UnixMilli(), batch).Int()
		if err != nil {
			return total, failure(ctx, "sweep", err)
		}
		if total += n; n < batch {
			return total, nil
		}
	}
}

// Format prints the name alone, since a client holds an address and a password.
func (s *Store) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(name)) }

func ended(ctx context.Context, op string) error {
	if e := waybill.FromContext(ctx); e != nil {
		e.Delivery = waybill.NotSent
		return e.With(name, op, "")
	}
	return nil
}

func invalid(op, message string) error { return waybill.Invalid(op, message).With(name, "", "") }

func unsupported(op string) error {
	return waybill.NotSupported(op, "Redis keeps no positions beyond 85.05° of latitude").With(name, "", "")
}

var _ nearby.Store = (*Store)(nil)
