package geo

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// refind finds a place from what is known of it: a named one by search, an
// address by geocoding, and the other way round when that finds nothing. The
// instances to avoid are asked only where there is nobody else.
func (c *Client) refind(ctx context.Context, r PlaceRequest, avoid []string) (PlaceResult, error) {
	steps := [...]func(context.Context, PlaceRequest, []string) (PlaceResult, error){c.refindBySearch, c.refindByGeocode}
	if r.Hint.Name == "" {
		slices.Reverse(steps[:])
	}
	res, err := steps[0](ctx, r, avoid)
	if err == nil || ctx.Err() != nil {
		return res, err
	}
	res, second := steps[1](ctx, r, avoid)
	if second == nil {
		return res, nil
	}
	// The more telling of the two errors.
	if code := waybill.CodeOf(second); code == waybill.Unsupported || code == waybill.NotFound && ctx.Err() == nil {
		return PlaceResult{}, err
	}
	return PlaceResult{}, second
}

func (c *Client) refindBySearch(ctx context.Context, r PlaceRequest, avoid []string) (PlaceResult, error) {
	q := r.search()
	q.Region = c.within(q.Region, q.Near)
	sel := c.selectSearch(q)
	sel.Eligible = others(c.search, avoid, Search)
	res, served, err := failover.One(ctx, c.search, sel, q, searchWithin)
	if err != nil {
		return PlaceResult{}, err
	}
	return r.refound(served.Served, res.Freshness, res.Places)
}

func (c *Client) refindByGeocode(ctx context.Context, r PlaceRequest, avoid []string) (PlaceResult, error) {
	q := r.geocode()
	if q.Region == "" {
		if q.Region, _ = RegionOf(r.Hint.Near); q.Region == "" {
			q.Region = c.region
		}
	}
	sel := c.selectGeocode(q)
	sel.Eligible = others(c.geocode, avoid, Geocode)
	res, served, err := failover.One(ctx, c.geocode, sel, q, geocodeWithin)
	if err != nil {
		return PlaceResult{}, err
	}
	return r.refound(served.Served, res.Freshness, res.Places)
}

// others is nil when a lane has nobody else.
func others[P any](l *failover.Lane[P], avoid []string, op waybill.Verb) failover.Eligible {
	if len(avoid) == 0 {
		return nil
	}
	for _, k := range l.Explain(&failover.Select{AnyRegion: true}) {
		if !slices.Contains(avoid, k.Instance) {
			return except{op, avoid}
		}
	}
	return nil
}

func (r PlaceRequest) search() SearchRequest {
	h := r.Hint
	return SearchRequest{Query: firstOf(h.Name, h.Text), Near: h.Near, Region: firstOf(r.Region, h.Region), City: h.City,
		Language: r.Language, Limit: 10, Datum: r.Datum, Tenant: r.Tenant, Lane: r.Lane, Key: r.Key}
}

func (r PlaceRequest) geocode() GeocodeRequest {
	h := r.Hint
	return GeocodeRequest{Query: firstOf(h.Text, h.Name), Region: firstOf(r.Region, h.Region), City: h.City,
		Language: r.Language, Limit: 10, Datum: r.Datum, Tenant: r.Tenant, Lane: r.Lane, Key: r.Key}
}

func firstOf(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}

// refound picks the place that the hint most likely means.
func (r PlaceRequest) refound(served waybill.Served, f Freshness, places []Place) (PlaceResult, error) {
	best := r.Hint.best(places)
	if best == nil {
		return PlaceResult{}, nothingWithin(served.Provider, PlaceByID)
	}
	p := *best
	p.Distance = 0
	return PlaceResult{Served: served, Freshness: f, Place: p, Refound: true}, nil
}

// best returns the place whose name is the hint's, else one of whose names the
// one holds the other, else the first; among equals the nearest to the hint's
// point.
func (h Hint) best(places []Place) *Place {
	var best *Place
	rank, far := 0, 0.0
	for i := range places {
		p := &places[i]
		k, d := h.alike(p), 0.0
		if !h.Near.IsZero() {
			d = Distance(h.Near, p.Point)
		}
		if best == nil || k > rank || k == rank && k > 0 && d < far {
			best, rank, far = p, k, d
		}
	}
	return best
}

// alike compares names without case, blanks and punctuation: 2 for the same, 1
// for one within the other, 0 else.
func (h Hint) alike(p *Place) int {
	want, have := bare(h.Name), bare(p.Name)
	switch {
	case want == "" || have == "":
		return 0
	case want == have:
		return 2
	case strings.Contains(want, have), strings.Contains(have, want):
		return 1
	}
	return 0
}

func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
