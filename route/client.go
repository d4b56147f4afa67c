package route

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/failover"
)

// Client asks several providers as if they were one: in order, within their
// regions, with failover. A trip lies in a provider's region only if all its
// points do: In("CN", "HK") admits Shenzhen to Hong Kong.
//
// A Client is safe for concurrent use. The goroutines on which Many and Matrix
// ask end with the call.
type Client struct {
	name   string
	region string
	wait   time.Duration
	set    *failover.Set
	route  *failover.Lane[Router]
	matrix *failover.Lane[Matrixer]
}

// builder is what options change.
type builder struct {
	failover.Builder
	wait time.Duration
}

// Option configures a Client.
type Option func(*builder) error

// With adds a provider; the order of With is the order of asking, unless
// priorities or weights say otherwise. New fails if the provider offers no verb
// of this domain. A provider that must be asked for in some region (Google in
// the mainland) stays out of it unless In or Outside is given.
func With(p waybill.Provider, use ...waybill.UseOption) Option {
	return func(b *builder) error { return b.Add(p, use) }
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
	return func(b *builder) error { return b.SetRegion(region) }
}

// WithPolicy tunes the given verbs, all without any.
func WithPolicy(p waybill.Policy, verbs ...waybill.Verb) Option {
	return func(b *builder) error { b.SetPolicy(p, verbs); return nil }
}

// WithHooks adds hooks; see [waybill.Hooks].
func WithHooks(h *waybill.Hooks) Option {
	return func(b *builder) error { b.AddHooks(h); return nil }
}

// WithName names the client in hooks and, when it stands behind another client,
// in errors.
func WithName(name string) Option {
	return func(b *builder) error { b.Name = name; return nil }
}

// defaultWait is long enough for an account of one call a second with as many
// trips at once as Many asks for.
const defaultWait = 10 * time.Second

// WithWait says how long a trip of Many or a block of a Matrix may wait for its
// turn within the limits that an account was given, or for a pause that a vendor
// asks for, before its provider is passed over. Default 10 s; negative does not
// wait.
func WithWait(d time.Duration) Option {
	return func(b *builder) error { b.wait = d; return nil }
}

// New returns a Client of at least one provider. Its defaults are 2 s per attempt
// at a route and 5 s at a matrix; when a provider knows no way, the next one is
// asked for a route, and nobody for a cell of a matrix.
func New(options ...Option) (*Client, error) {
	b := builder{Builder: failover.Builder{Domain: "route"}, wait: defaultWait}
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
		wait:   max(b.wait, 0),
		set:    set,
		route: failover.NewLane[Router](set, Route, failover.Read,
			waybill.Policy{AttemptTimeout: 2 * time.Second, NextOnNotFound: waybill.Yes}, b.Policy(Route)),
		matrix: failover.NewLane[Matrixer](set, Matrix, failover.Read,
			waybill.Policy{AttemptTimeout: 5 * time.Second}, b.Policy(Matrix)),
	}
	if err := set.CheckUsed(); err != nil {
		return nil, err
	}
	return c, nil
}

// Name returns the name given by WithName, or "route".
func (c *Client) Name() string {
	if c.name == "" {
		return "route"
	}
	return c.name
}

// Verbs returns the verbs that at least one provider offers.
func (c *Client) Verbs() []waybill.Verb {
	var out []waybill.Verb
	if c.route.Offered() {
		out = append(out, Route)
	}
	if c.matrix.Offered() {
		out = append(out, Matrix)
	}
	return out
}

// Route finds the way along points; see [Router]. All points of the result are
// in the asked datum. A pricing request never gets an estimated path.
func (c *Client) Route(ctx context.Context, r Request) (Result, error) {
	if err := r.Validate(); err != nil {
		return Result{}, err
	}
	res, served, err := failover.One(ctx, c.route, c.selection(&r), r, routeAsAsked)
	if err != nil {
		return Result{}, err
	}
	res.Served = served.Served
	return res, nil
}

func (c *Client) selection(r *Request) *failover.Select {
	s := &failover.Select{Key: r.Key, Ref: r.Key, Tenant: r.Tenant, Lane: r.Lane, Missing: "Region (the points lie in none)"}
	s.Regions = regions(r)
	if len(s.Regions) == 0 && c.region != "" {
		s.Regions = []string{c.region}
	}
	s.Where = func() string { return "points in " + strings.Join(s.Regions, ", ") }
	return s
}

// regions returns the distinct regions of a request's points. A point in none
// stands as "" beside others and is in nobody's region; when all points are,
// the list is empty.
func regions(r *Request) []string {
	if r.Region != "" {
		return []string{r.Region}
	}
	var found []string
	for _, p := range r.Points {
		region, _ := geo.RegionOf(p)
		if !slices.Contains(found, region) {
			found = append(found, region)
		}
	}
	if len(found) == 1 && found[0] == "" {
		return nil
	}
	return found
}

// routeAsAsked asks one router, refuses what a pricing request must not get and
// a car's route that was not allowed, and converts the points.
func routeAsAsked(p Router, ctx context.Context, r Request) (Result, error) {
	res, err := p.Route(ctx, r)
	if err != nil {
		return res, err
	}
	if r.NeedsOrder() && slices.ContainsFunc(res.Paths, func(p Path) bool { return len(p.StopOrder) != len(r.Points)-2 }) {
		return res, waybill.NotSupported(string(Route), "the stops were not put in order").With(res.Provider, "", "")
	}
	res.Paths = slices.DeleteFunc(res.Paths, func(p Path) bool {
		return r.Pricing && p.Estimated || p.Substituted && !r.AllowCarForTruck
	})
	if len(res.Paths) == 0 {
		return res, &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
			Provider: res.Provider, Op: string(Route), Message: "only an estimate or a car's route is there"}
	}
	for i := range res.Paths {
		line := res.Paths[i].Polyline
		for j := range line {
			line[j] = geo.AsAsked(line[j], r.Datum)
		}
	}
	return res, nil
}

// Explain says who would be asked for a route in which order if the request came now, and
// who is passed over and why, without any traffic.
func (c *Client) Explain(r Request) ([]waybill.Candidate, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return c.route.Explain(c.selection(&r)), nil
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
	_ Router          = (*Client)(nil)
	_ waybill.Capable = (*Client)(nil)
)
