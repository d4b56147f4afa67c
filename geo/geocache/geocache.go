package geocache

import (
	"context"
	"maps"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// Unlimited is a time without an end.
const Unlimited = time.Duration(math.MaxInt64)

// Terms are how long a vendor allows its answers to be kept: points (with ids
// and the region), and texts. 0 means not at all.
type Terms struct {
	// Points and Texts are counted from when the answer was given.
	Points, Texts time.Duration
}

// DefaultTerms returns the terms of the vendors that this module knows, by the
// name of their adapter:
//
//	googlegeo  points 30 days, texts not at all  (Google Maps Platform, service specific terms)
//	osmgeo     no limit                          (ODbL; the public servers even ask for it)
//	amapgeo    24 hours                          (not stated on the pages known to us: a cautious choice)
//	baidugeo   24 hours                          (the same)
//
// A provider that is not in the table has no limit. What your own contract says
// goes into [Options].
func DefaultTerms() map[string]Terms {
	const day = 24 * time.Hour
	return map[string]Terms{
		"googlegeo": {Points: 30 * day},
		"osmgeo":    {Points: Unlimited, Texts: Unlimited},
		"amapgeo":   {Points: day, Texts: day},
		"baidugeo":  {Points: day, Texts: day},
	}
}

// Options tune a Cache. In every time 0 means the default and a negative value
// switches the thing off.
type Options struct {
	// Size is how many answers are kept, 10,000 by default.
	Size int
	// TTL is how long answers are fresh, by verb. The defaults are 24 hours for
	// Geocode, ReverseGeocode, PlaceByID and Localize, 7 days for Districts, 1
	// hour for Search and 5 minutes for Suggest.
	TTL map[waybill.Verb]time.Duration
	// Negative is how long it is believed that nothing was found, 10 minutes by
	// default.
	Negative time.Duration
	// Stale is how long after its time an answer may still be given when nobody
	// serves, 24 hours by default.
	Stale time.Duration
	// Terms overrides [DefaultTerms] by the names of providers.
	Terms map[string]Terms
	// Cell is the size in metres of a cell of reverse geocoding, 20 by default;
	// negative means that only the very same point counts.
	Cell float64
}

// Cache is a provider of package geo with a memory. See the package's
// documentation.
type Cache struct {
	inner    waybill.Provider
	verbs    []waybill.Verb
	account  *waybill.Account
	ttl      map[waybill.Verb]time.Duration
	negative time.Duration
	stale    time.Duration
	terms    map[string]Terms
	cell     float64
	memory   memory
	flights  flights
	count    counters
}

type counters struct{ hits, misses, shared, stale atomic.Int64 }

// Stats says what a Cache has done so far.
type Stats struct {
	// Hits were answered from memory, NotFound among them; Misses were asked;
	// Shared waited for another caller's question; Stale were answered past
	// their time because nobody served.
	Hits, Misses, Shared, Stale int64
	// Entries is how many answers are kept now.
	Entries int
}

// New returns a Cache of a provider, which must offer a verb of package geo. nil
// options are the defaults.
func New(p waybill.Provider, o *Options) (*Cache, error) {
	if p == nil {
		return nil, waybill.Invalid("new", "the provider is nil").With("geo", "", "")
	}
	if o == nil {
		o = new(Options)
	}
	if o.Size < 0 || math.IsNaN(o.Cell) || o.Cell > 1000 {
		return nil, waybill.Invalid("new", "Size is negative, or Cell is above 1000 m").With("geo", "", "")
	}
	c := &Cache{inner: p, verbs: verbsOf(p), negative: or(o.Negative, 10*time.Minute), stale: or(o.Stale, 24*time.Hour),
		cell: o.Cell, terms: DefaultTerms(), ttl: defaultTTL()}
	if len(c.verbs) == 0 {
		return nil, waybill.Invalid("new", p.Name()+" offers no verb of geo").With("geo", "", "")
	}
	for v, d := range o.TTL {
		c.ttl[v] = or(d, c.ttl[v])
	}
	maps.Copy(c.terms, o.Terms)
	if c.cell == 0 {
		c.cell = 20
	}
	c.memory.size = o.Size
	if o.Size == 0 {
		c.memory.size = 10000
	}
	if a, ok := p.(waybill.Accounted); ok {
		c.account = a.Account()
	}
	if c.account == nil {
		c.account = waybill.NewAccount(p.Name(), waybill.Limits{})
	}
	return c, nil
}

func or(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return max(d, 0)
}

func defaultTTL() map[waybill.Verb]time.Duration {
	return map[waybill.Verb]time.Duration{
		geo.Geocode: 24 * time.Hour, geo.ReverseGeocode: 24 * time.Hour, geo.PlaceByID: 24 * time.Hour, geo.Localize: 24 * time.Hour,
		geo.Districts: 7 * 24 * time.Hour, geo.Search: time.Hour, geo.Suggest: 5 * time.Minute,
	}
}

// verbsOf are the verbs that a provider offers, as a client would find.
func verbsOf(p waybill.Provider) []waybill.Verb {
	_, geocode := p.(geo.Geocoder)
	_, reverse := p.(geo.ReverseGeocoder)
	_, suggest := p.(geo.Suggester)
	_, search := p.(geo.Searcher)
	_, place := p.(geo.PlaceGetter)
	_, localize := p.(geo.Localizer)
	_, districts := p.(geo.DistrictFinder)
	var out []waybill.Verb
	for _, v := range [...]struct {
		verb waybill.Verb
		has  bool
	}{{geo.Geocode, geocode}, {geo.ReverseGeocode, reverse}, {geo.Suggest, suggest}, {geo.Search, search},
		{geo.PlaceByID, place}, {geo.Localize, localize}, {geo.Districts, districts}} {
		if c, ok := p.(waybill.Capable); ok {
			v.has = v.has && slices.Contains(c.Verbs(), v.verb)
		}
		if v.has {
			out = append(out, v.verb)
		}
	}
	return out
}

// Name returns the name of the provider behind.
func (c *Cache) Name() string { return c.inner.Name() }

// Verbs returns the verbs of the provider behind.
func (c *Cache) Verbs() []waybill.Verb { return slices.Clone(c.verbs) }

// Account returns the account of the provider behind, or one without limits.
func (c *Cache) Account() *waybill.Account { return c.account }

// Issuers returns the issuers of the provider behind, none if it takes no ids.
func (c *Cache) Issuers() []string {
	if is, ok := c.inner.(geo.Issuing); ok {
		return is.Issuers()
	}
	return nil
}

// DefaultOutside returns the regions that the provider behind is to be kept out
// of unless asked for.
func (c *Cache) DefaultOutside() []string {
	if d, ok := c.inner.(interface{ DefaultOutside() []string }); ok {
		return d.DefaultOutside()
	}
	return nil
}

// Stats returns what the cache has done so far.
func (c *Cache) Stats() Stats {
	return Stats{Hits: c.count.hits.Load(), Misses: c.count.misses.Load(), Shared: c.count.shared.Load(), Stale: c.count.stale.Load(),
		Entries: c.memory.len()}
}

// Clear forgets everything.
func (c *Cache) Clear() { c.memory.clear() }

type freshKey struct{}

// Fresh returns a context whose calls are asked even when the answer is known.
// The new answer takes the old one's place.
func Fresh(ctx context.Context) context.Context { return context.WithValue(ctx, freshKey{}, true) }

func wantsFresh(ctx context.Context) bool { return ctx.Value(freshKey{}) != nil }
