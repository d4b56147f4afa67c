package geo

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Client asks several providers as if they were one: in order, within their
// regions, with failover. It implements every verb of this package; a verb that
// none of its providers offers is Unsupported.
//
// A Client is safe for concurrent use. It starts no goroutine of its own.
type Client struct {
	name      string
	region    string
	set       *failover.Set
	instances []string // all, in order
	geocode   *failover.Lane[Geocoder]
	reverse   *failover.Lane[ReverseGeocoder]
	suggest   *failover.Lane[Suggester]
	search    *failover.Lane[Searcher]
	place     *failover.Lane[PlaceGetter]
	localize  *failover.Lane[Localizer]
	districts *failover.Lane[DistrictFinder]
	// issuers are the namespaces of the ids that can be looked up, and by which
	// instances.
	issuers map[string][]string
}

// Option configures a Client.
type Option func(*failover.Builder) error

// With adds a provider; the order of With is the order of asking, unless
// priorities or weights say otherwise. New fails if the provider offers no verb
// of this domain. A provider that must be asked for in some region (Google in
// the mainland) stays out of it unless In or Outside is given.
func With(p waybill.Provider, use ...waybill.UseOption) Option {
	return func(b *failover.Builder) error { return b.Add(p, use) }
}

// In restricts a provider to regions; see [waybill.In].
func In(regions ...string) waybill.UseOption { return waybill.In(regions...) }

// Outside keeps a provider out of regions; see [waybill.Outside].
func Outside(regions ...string) waybill.UseOption { return waybill.Outside(regions...) }

// As names a provider's instance; see [waybill.As].
func As(instance string) waybill.UseOption { return waybill.As(instance) }

// WithDefaultRegion sets the region (ISO 3166-1 alpha-2) of requests that name
// none and have no point in one.
func WithDefaultRegion(region string) Option {
	return func(b *failover.Builder) error { return b.SetRegion(region) }
}

// WithPolicy tunes the given verbs, all without any.
func WithPolicy(p waybill.Policy, verbs ...waybill.Verb) Option {
	return func(b *failover.Builder) error { b.SetPolicy(p, verbs); return nil }
}

// WithHooks adds hooks; see [waybill.Hooks].
func WithHooks(h *waybill.Hooks) Option {
	return func(b *failover.Builder) error { b.AddHooks(h); return nil }
}

// WithName names the client in hooks and, when it stands behind another client,
// in errors.
func WithName(name string) Option {
	return func(b *failover.Builder) error { b.Name = name; return nil }
}

// New returns a Client of at least one provider. Its defaults per attempt are
// 500 ms for [Suggest], 1.5 s for [Geocode], [ReverseGeocode] and [PlaceByID], 2 s
// for [Search], 3 s for [Localize] and 5 s for [Districts]. After an empty answer
// the next is asked for [Geocode] and [Search], since vendors know different
// places; every other empty answer is believed.
func New(options ...Option) (*Client, error) {
	b := failover.Builder{Domain: "geo"}
	if err := failover.Apply(&b, options); err != nil {
		return nil, err
	}
	set, err := b.Build()
	if err != nil {
		return nil, err
	}
	c := &Client{
		name:      b.Name,
		region:    b.Region,
		set:       set,
		geocode:   newLane[Geocoder](set, &b, Geocode, 1500*time.Millisecond, waybill.Yes),
		reverse:   newLane[ReverseGeocoder](set, &b, ReverseGeocode, 1500*time.Millisecond, waybill.No),
		suggest:   newLane[Suggester](set, &b, Suggest, 500*time.Millisecond, waybill.No),
		search:    newLane[Searcher](set, &b, Search, 2*time.Second, waybill.Yes),
		place:     newLane[PlaceGetter](set, &b, PlaceByID, 1500*time.Millisecond, waybill.No),
		localize:  newLane[Localizer](set, &b, Localize, 3*time.Second, waybill.No),
		districts: newLane[DistrictFinder](set, &b, Districts, 5*time.Second, waybill.No),
	}
	if err := set.CheckUsed(); err != nil {
		return nil, err
	}
	if err := c.learnIssuers(); err != nil {
		return nil, err
	}
	return c, nil
}

func newLane[P any](set *failover.Set, b *failover.Builder, v waybill.Verb, timeout time.Duration, next waybill.Choice) *failover.Lane[P] {
	return failover.NewLane[P](set, v, failover.Read, waybill.Policy{AttemptTimeout: timeout, NextOnNotFound: next}, b.Policy(v))
}

// learnIssuers asks every provider of places by id whose ids it takes.
func (c *Client) learnIssuers() error {
	c.issuers = make(map[string][]string)
	for _, m := range c.set.Members() {
		instance := m.Use.Instance
		if instance == "" {
			instance = m.Provider.Name()
		}
		c.instances = append(c.instances, instance)
		if !offers[PlaceGetter](m.Provider, PlaceByID) {
			continue
		}
		p, ok := m.Provider.(Issuing)
		if !ok || len(p.Issuers()) == 0 {
			return waybill.Invalid("new", instance+" offers places by id and does not say whose ids").With("geo", "", "")
		}
		for _, issuer := range p.Issuers() {
			c.issuers[issuer] = append(c.issuers[issuer], instance)
		}
	}
	return nil
}

// offers reports whether a provider has the verb, as a lane would find.
func offers[P any](p waybill.Provider, v waybill.Verb) bool {
	_, ok := p.(P)
	if c, is := p.(waybill.Capable); ok && is {
		ok = slices.Contains(c.Verbs(), v)
	}
	return ok
}

// Name returns the name given by WithName, or "geo".
func (c *Client) Name() string {
	if c.name == "" {
		return "geo"
	}
	return c.name
}

// Verbs returns the verbs that at least one provider offers.
func (c *Client) Verbs() []waybill.Verb {
	var v []waybill.Verb
	for _, l := range [...]struct {
		verb    waybill.Verb
		offered bool
	}{
		{Geocode, c.geocode.Offered()}, {ReverseGeocode, c.reverse.Offered()}, {Suggest, c.suggest.Offered()},
		{Search, c.search.Offered()}, {PlaceByID, c.place.Offered()}, {Localize, c.localize.Offered()}, {Districts, c.districts.Offered()},
	} {
		if l.offered {
			v = append(v, l.verb)
		}
	}
	return v
}

// Issuers returns the namespaces of the ids that can be looked up, sorted; see
// [Issuing].
func (c *Client) Issuers() []string { return slices.Sorted(maps.Keys(c.issuers)) }

// Geocode finds the places that an address means; see [Geocoder]. Places
// outside the asked region are dropped; points come in the asked datum.
func (c *Client) Geocode(ctx context.Context, r GeocodeRequest) (GeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return GeocodeResult{}, err
	}
	if r.Region == "" {
		r.Region = c.region
	}
	res, served, err := failover.One(ctx, c.geocode, c.selectGeocode(r), r, geocodeWithin)
	if err != nil {
		return GeocodeResult{}, err
	}
	res.Served = served.Served
	return res, nil
}

// ReverseGeocode finds the address at a point; see [ReverseGeocoder]. The
// answer is in the point's datum.
func (c *Client) ReverseGeocode(ctx context.Context, r ReverseGeocodeRequest) (ReverseGeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return ReverseGeocodeResult{}, err
	}
	res, served, err := failover.One(ctx, c.reverse, c.selectReverse(r), r, reverseAsAsked)
	if err != nil {
		return ReverseGeocodeResult{}, err
	}
	res.Served = served.Served
	return res, nil
}

func (c *Client) selectGeocode(r GeocodeRequest) *failover.Select {
	return c.selectBy(r.Region, Point{}, failover.Select{Key: r.Key, Ref: r.Key, Tenant: r.Tenant, Lane: r.Lane, Missing: "Region"})
}

func (c *Client) selectReverse(r ReverseGeocodeRequest) *failover.Select {
	return c.selectBy(r.Region, r.Point, failover.Select{Key: r.Key, Ref: r.Key, Tenant: r.Tenant, Lane: r.Lane,
		Missing: "Region (the point lies in none)"})
}

// selectBy completes a selection with the request's region: its own, else that
// of its point, else the client's.
func (c *Client) selectBy(region string, at Point, s failover.Select) *failover.Select {
	if region == "" && !at.IsZero() {
		region, _ = RegionOf(at)
	}
	if region == "" && !s.AnyRegion {
		region = c.region
	}
	if region != "" {
		s.Regions = []string{region}
	}
	return &s
}

// geocodeWithin asks one geocoder and drops what lies outside the asked region.
// The limit counts what is left, so it is not the geocoder's to apply.
func geocodeWithin(g Geocoder, ctx context.Context, r GeocodeRequest) (GeocodeResult, error) {
	wanted := r
	if r.Region != "" {
		wanted.Limit = 0
	}
	res, err := g.Geocode(ctx, wanted)
	if err != nil {
		return res, err
	}
	kept := make([]Place, 0, len(res.Places))
	for _, p := range res.Places {
		if r.Region != "" && !liesIn(p, r.Region) {
			continue
		}
		p.Point = AsAsked(p.Point, r.Datum)
		kept = append(kept, p)
		if len(kept) == r.Limit {
			break
		}
	}
	if len(kept) == 0 {
		return res, nothingWithin(res.Provider, Geocode)
	}
	res.Places = kept
	return res, nil
}

// nothingWithin is the error when all that a provider found lies elsewhere.
func nothingWithin(provider string, op waybill.Verb) error {
	return &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: provider, Op: string(op), Message: "nothing within the region"}
}

// liesIn trusts the address's region, and looks at the point where there is
// none.
func liesIn(p Place, region string) bool {
	if p.Address.Region != "" {
		return p.Address.Region == region
	}
	at, ok := RegionOf(p.Point)
	return !ok || at == region
}

func reverseAsAsked(g ReverseGeocoder, ctx context.Context, r ReverseGeocodeRequest) (ReverseGeocodeResult, error) {
	res, err := g.ReverseGeocode(ctx, r)
	if err != nil {
		return res, err
	}
	res.Place.Point = AsAsked(res.Place.Point, r.Point.Datum)
	for i := range res.Nearby {
		res.Nearby[i].Point = AsAsked(res.Nearby[i].Point, r.Point.Datum)
	}
	return res, nil
}

// Status returns a snapshot of every provider and verb.
func (c *Client) Status() []waybill.Status { return c.set.Status() }

// Drain takes an instance out by hand until Restore; InvalidArgument if there is
// none of that name.
func (c *Client) Drain(instance string) error { return c.set.Drain(instance) }

// Restore puts a drained or ejected instance back.
func (c *Client) Restore(instance string) error { return c.set.Restore(instance) }

// Close refuses new calls and waits for those under way, or for ctx.
func (c *Client) Close(ctx context.Context) error { return c.set.Close(ctx) }

var (
	_ Geocoder        = (*Client)(nil)
	_ ReverseGeocoder = (*Client)(nil)
	_ Suggester       = (*Client)(nil)
	_ Searcher        = (*Client)(nil)
	_ PlaceGetter     = (*Client)(nil)
	_ Issuing         = (*Client)(nil)
	_ Localizer       = (*Client)(nil)
	_ DistrictFinder  = (*Client)(nil)
	_ waybill.Capable = (*Client)(nil)
)
