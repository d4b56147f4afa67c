package redisnearby

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/nearby"
)

const (
	// farther is what Redis's sphere of 6,372,797.560856 m makes of our metres.
	farther = 6372797.560856 / geo.EarthRadius
	// rounding bounds in metres how far Redis moves a position, and what its
	// distances lose by being told with four decimals.
	rounding = 1.5
	// lastLongitude and lastLatitude are a centimetre before the end of Redis's range.
	lastLongitude = 179.9999999
	lastLatitude  = MaxLatitude - 1e-7
	// widest is the largest radius in metres that is left to Redis.
	widest = 1_000_000
)

// pack writes a position as it is stored: latitude and longitude, Unix
// milliseconds, attributes; little-endian.
func pack(at geo.Point, p *nearby.Position[string]) []byte {
	b := make([]byte, 0, 28)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(at.Lat))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(at.Lng))
	b = binary.LittleEndian.AppendUint64(b, uint64(p.At.UnixMilli()))
	return binary.LittleEndian.AppendUint32(b, uint32(p.Attr))
}

func unpack(id, v string) (nearby.Position[string], bool) {
	p := nearby.Position[string]{ID: id}
	if len(v) != 28 {
		return p, false
	}
	b := []byte(v)
	p.Point.Lat = math.Float64frombits(binary.LittleEndian.Uint64(b))
	p.Point.Lng = math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
	p.At = time.UnixMilli(int64(binary.LittleEndian.Uint64(b[16:])))
	p.Attr = nearby.Attr(binary.LittleEndian.Uint32(b[24:]))
	return p, p.Point.Validate() == nil
}

// place returns where Redis is told that a position lies: at the eastern and northern
// end of its range it computes a place far away.
func place(at geo.Point) (lng, lat float64) {
	return min(at.Lng, lastLongitude), min(at.Lat, lastLatitude)
}

// number writes a coordinate so that it comes back as it was.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Get implements [nearby.Finder].
func (s *Store) Get(ctx context.Context, id string) (nearby.Position[string], error) {
	if err := ended(ctx, "get"); err != nil {
		return nearby.Position[string]{}, err
	}
	v, err := s.db.HGet(ctx, s.pos, id).Result()
	if errors.Is(err, redis.Nil) {
		return nearby.Position[string]{}, nearby.Unknown("get")
	}
	if err != nil {
		return nearby.Position[string]{}, failure(ctx, "get", err)
	}
	p, ok := unpack(id, v)
	if !ok {
		return nearby.Position[string]{}, malformed("get")
	}
	return p, nil
}

// All implements [nearby.Keeper]. It remembers the ids it has yielded.
func (s *Store) All(ctx context.Context) iter.Seq2[nearby.Position[string], error] {
	return func(yield func(nearby.Position[string], error) bool) {
		seen := make(map[string]struct{})
		for cursor := uint64(0); ; {
			if err := ended(ctx, "all"); err != nil {
				yield(nearby.Position[string]{}, err)
				return
			}
			pairs, next, err := s.db.HScan(ctx, s.pos, cursor, "", 1000).Result()
			if err != nil {
				yield(nearby.Position[string]{}, failure(ctx, "all", err))
				return
			}
			for i := 0; i+1 < len(pairs); i += 2 {
				if _, twice := seen[pairs[i]]; twice {
					continue // a scan may repeat itself
				}
				seen[pairs[i]] = struct{}{}
				p, ok := unpack(pairs[i], pairs[i+1])
				if !ok {
					yield(p, malformed("all"))
					return
				}
				if !yield(p, nil) {
					return
				}
			}
			if cursor = next; cursor == 0 {
				return
			}
		}
	}
}

// query is what the drivers of an answer must fit.
type query struct {
	*nearby.Query
	at     geo.Point // WGS-84
	oldest int64     // Unix ms
}

// fits returns the driver with its distance, if it is one.
func (q *query) fits(p nearby.Position[string]) (nearby.Found[string], bool) {
	f := nearby.Found[string]{Position: p}
	if p.At.UnixMilli() < q.oldest || p.Attr&q.All != q.All || p.Attr&q.None != 0 {
		return f, false
	}
	f.Distance = geo.Distance(q.at, p.Point)
	return f, f.Distance <= q.Radius
}

// wide returns the radius in metres that Redis is asked for, or NaN for a circle that
// comes near a pole, which it does not search. Redis looks at nine cells and takes for
// their width what the circle reaches along its centre's parallel. Nearer to the pole
// the circle reaches over more meridians, by some parts in a million for a city.
func (q *query) wide() float64 {
	const nearPole = 89 * math.Pi / 180
	lat, arc := math.Abs(q.at.Lat)*math.Pi/180, q.Radius/geo.EarthRadius
	if lat+arc > nearPole {
		return math.NaN()
	}
	if arc = max(arc, math.Asin(math.Sin(arc)/math.Cos(lat))*math.Cos(lat)); lat+arc > nearPole {
		return math.NaN()
	}
	return arc * geo.EarthRadius
}

// best returns the k nearest in order, in the query's datum.
func (q *query) best(found []nearby.Found[string]) []nearby.Found[string] {
	slices.SortFunc(found, func(a, b nearby.Found[string]) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
	})
	return found[:min(len(found), q.K)]
}

// Nearest implements [nearby.Finder].
func (s *Store) Nearest(ctx context.Context, asked nearby.Query) ([]nearby.Found[string], error) {
	if err := asked.Validate(); err != nil {
		return nil, err
	}
	if err := ended(ctx, "nearest"); err != nil {
		return nil, err
	}
	q := &query{Query: &asked, at: asked.Point.To(geo.WGS84), oldest: math.MinInt64}
	maxAge := asked.MaxAge
	if maxAge == 0 {
		maxAge = s.maxAge
	}
	if maxAge > 0 {
		q.oldest = s.now().Add(-maxAge).UnixMilli()
	}
	var found []nearby.Found[string]
	var err error
	switch {
	case asked.Radius > widest:
		found, err = s.among(ctx, q)
	case math.Abs(q.at.Lat) > MaxLatitude:
		return nil, unsupported("nearest")
	case math.IsNaN(q.wide()):
		found, err = s.among(ctx, q)
	default:
		found, err = s.search(ctx, q)
	}
	if err != nil {
		return nil, err
	}
	found = q.best(found)
	for i := range found {
		found[i].Point = found[i].Point.To(asked.Point.Datum)
	}
	return found, nil
}

// among compares all drivers.
func (s *Store) among(ctx context.Context, q *query) ([]nearby.Found[string], error) {
	var found []nearby.Found[string]
	for p, err := range s.All(ctx) {
		if err != nil {
			return nil, err
		}
		if f, ok := q.fits(p); ok {
			found = append(found, f)
		}
		if len(found) >= 4*q.K+1000 {
			found = q.best(found)
		}
	}
	return found, nil
}

// search asks Redis for more and more candidates until nobody else can be among
// the nearest.
func (s *Store) search(ctx context.Context, q *query) ([]nearby.Found[string], error) {
	lng, lat := place(q.at)
	for count := 2*q.K + 50; ; count *= 4 {
		near, err := s.db.GeoSearchLocation(ctx, s.geo, &redis.GeoSearchLocationQuery{WithDist: true, GeoSearchQuery: redis.GeoSearchQuery{
			Longitude: lng, Latitude: lat, Radius: q.wide()*farther + rounding, RadiusUnit: "m", Sort: "ASC", Count: count,
		}}).Result()
		if err != nil {
			return nil, failure(ctx, "nearest", err)
		}
		if len(near) == 0 {
			return nil, nil
		}
		found, err := s.exact(ctx, q, near)
		if err != nil {
			return nil, err
		}
		if len(near) < count {
			return found, nil
		}
		// All others are at least as far as the last one, as Redis sees it.
		beyond := near[len(near)-1].Dist/farther - 2*rounding
		if found = q.best(found); len(found) == q.K && found[q.K-1].Distance < beyond {
			return found, nil
		}
	}
}

// exact fetches the positions of candidates and returns those that fit.
func (s *Store) exact(ctx context.Context, q *query, near []redis.GeoLocation) ([]nearby.Found[string], error) {
	ids := make([]string, len(near))
	for i := range near {
		ids[i] = near[i].Name
	}
	values, err := s.db.HMGet(ctx, s.pos, ids...).Result()
	if err != nil {
		return nil, failure(ctx, "nearest", err)
	}
	if len(values) != len(ids) {
		return nil, malformed("nearest")
	}
	found := make([]nearby.Found[string], 0, len(ids))
	for i, v := range values {
		text, ok := v.(string)
		if !ok {
			continue // removed in between
		}
		p, ok := unpack(ids[i], text)
		if !ok {
			return nil, malformed("nearest")
		}
		if f, ok := q.fits(p); ok {
			found = append(found, f)
		}
	}
	return found, nil
}

// failure makes an error of what the client returned. Its text may hold an
// address, so only the word with which Redis begins a refusal is kept.
func failure(ctx context.Context, op string, err error) error {
	if e := waybill.FromContext(ctx); e != nil {
		return e.With(name, op, "")
	}
	e := &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Provider: name, Op: op, Message: "Redis could not be asked"}
	if op == "get" || op == "all" || op == "nearest" {
		e.Delivery = waybill.NotSent // a read did nothing
	}
	var refusal redis.Error
	if errors.As(err, &refusal) {
		e.Message, e.Delivery = "Redis refused", waybill.NotSent
		e.VendorCode, _, _ = strings.Cut(refusal.Error(), " ")
		switch e.VendorCode {
		case "NOAUTH", "WRONGPASS":
			e.Code, e.Scope = waybill.Unauthenticated, waybill.ScopeAccount
		case "NOPERM":
			e.Code, e.Scope = waybill.PermissionDenied, waybill.ScopeAccount
		case "WRONGTYPE":
			e.Code, e.Scope = waybill.FailedPrecondition, waybill.ScopeRequest
		}
	}
	return e
}

func malformed(op string) error {
	return &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Provider: name, Op: op, Message: "Redis holds something else than a position"}
}
