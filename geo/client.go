package geo

import (
	"context"
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
	name    string
	region  string
	set     *failover.Set
	geocode *failover.Lane[Geocoder]
	reverse *failover.Lane[ReverseGeocoder]
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

// New returns a Client of at least one provider. Its defaults are 1.5 s per
// attempt; after an empty answer the next geocoder is asked, since vendors know
// different addresses, while an empty reverse answer is believed.
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
		name:   b.Name,
		region: b.Region,
		set:    set,
		geocode: failover.NewLane[Geocoder](set, Geocode, failover.Read,
			waybill.Policy{AttemptTimeout: 1500 * time.Millisecond, NextOnNotFound: waybill.Yes}, b.Policy(Geocode)),
		reverse: failover.NewLane[ReverseGeocoder](set, ReverseGeocode, failover.Read,
			waybill.Policy{AttemptTimeout: 1500 * time.Millisecond, NextOnNotFound: waybill.No}, b.Policy(ReverseGeocode)),
	}
	if err := set.CheckUsed(); err != nil {
		return nil, err
	}
	return c, nil
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
	if c.geocode.Offered() {
		v = append(v, Geocode)
	}
	if c.reverse.Offered() {
		v = append(v, ReverseGeocode)
	}
	return v
}

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
	s := &failover.Select{Key: r.Key, Ref: r.Key, Tenant: r.Tenant, Lane: r.Lane, Missing: "Region"}
	if r.Region != "" {
		s.Regions = []string{r.Region}
	}
	return s
}

func (c *Client) selectReverse(r ReverseGeocodeRequest) *failover.Select {
	s := &failover.Select{Key: r.Key, Ref: r.Key, Tenant: r.Tenant, Lane: r.Lane, Missing: "Region (the point lies in none)"}
	region := r.Region
	if region == "" {
		region, _ = RegionOf(r.Point)
	}
	if region == "" {
		region = c.region
	}
	if region != "" {
		s.Regions = []string{region}
	}
	return s
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
		return res, &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
			Provider: res.Provider, Op: string(Geocode), Message: "nothing within the region"}
	}
	res.Places = kept
	return res, nil
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

// Explain says who would be asked in which order if the request came now, and
// who is passed over and why, without any traffic. The request is a
// GeocodeRequest or a ReverseGeocodeRequest.
func (c *Client) Explain(request any) ([]waybill.Candidate, error) {
	switch r := request.(type) {
	case GeocodeRequest:
		if err := r.Validate(); err != nil {
			return nil, err
		}
		if r.Region == "" {
			r.Region = c.region
		}
		return c.geocode.Explain(c.selectGeocode(r)), nil
	case ReverseGeocodeRequest:
		if err := r.Validate(); err != nil {
			return nil, err
		}
		return c.reverse.Explain(c.selectReverse(r)), nil
	}
	return nil, waybill.Invalid("explain", "not a request of this domain").With("geo", "", "")
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
	_ waybill.Capable = (*Client)(nil)
)
