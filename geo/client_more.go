package geo

import (
	"context"
	"slices"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Localize gives one place in several languages; see [Localizer]. A place with
// an id comes from the id's issuer; when that is down or has no languages, and a
// point is given, the address at the point comes from another provider.
func (c *Client) Localize(ctx context.Context, r LocalizeRequest) (LocalizeResult, error) {
	if err := r.Validate(); err != nil {
		return LocalizeResult{}, err
	}
	var first error
	var takes []string
	if !r.ID.IsZero() {
		if takes = c.localizers(r.ID.Issuer); len(takes) > 0 {
			res, err := c.localizeBy(ctx, r, c.selectLocalize(r, takes))
			if err == nil || ctx.Err() != nil || waybill.CodeOf(err) == waybill.InvalidArgument {
				return res, err
			}
			first = err
		} else {
			first = &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
				Provider: "geo", Op: string(Localize), Ref: r.Key, Message: "nobody in this client has the languages of this issuer's places"}
		}
		if r.Point.IsZero() {
			return LocalizeResult{}, first
		}
		r.ID = PlaceID{}
	}
	sel := c.selectLocalize(r, nil)
	sel.Eligible = others(c.localize, takes, Localize)
	res, err := c.localizeBy(ctx, r, sel)
	if err != nil && len(takes) > 0 && ctx.Err() == nil {
		err = first
	}
	return res, err
}

func (c *Client) localizeBy(ctx context.Context, r LocalizeRequest, sel *failover.Select) (LocalizeResult, error) {
	res, served, err := failover.One(ctx, c.localize, sel, r, localizeAsAsked)
	if err != nil {
		return LocalizeResult{}, err
	}
	res.Served = served.Served
	return res, nil
}

// localizers are the instances that localize the places of an issuer.
func (c *Client) localizers(issuer string) []string {
	var out []string
	for i, m := range c.set.Members() {
		p, ok := m.Provider.(Issuing)
		if ok && offers[Localizer](m.Provider, Localize) && slices.Contains(p.Issuers(), issuer) {
			out = append(out, c.instances[i])
		}
	}
	return out
}

// selectLocalize selects among those who take the id, or among all by the
// point.
func (c *Client) selectLocalize(r LocalizeRequest, takes []string) *failover.Select {
	s := failover.Select{Key: r.Key, Ref: r.Key, Tenant: r.Tenant, Lane: r.Lane, Missing: "Region (the point lies in none)"}
	if takes != nil {
		s.AnyRegion, s.Eligible = r.Point.IsZero(), only{Localize, takes}
	}
	return c.selectBy(r.Region, r.Point, s)
}

func localizeAsAsked(p Localizer, ctx context.Context, r LocalizeRequest) (LocalizeResult, error) {
	res, err := p.Localize(ctx, r)
	if err != nil {
		return res, err
	}
	for i := range res.Places {
		res.Places[i].Point = AsAsked(res.Places[i].Point, r.Datum)
	}
	return res, nil
}

// Districts finds administrative divisions; see [DistrictFinder]. Those outside
// the asked region are dropped. The points of a division are all in one datum:
// the asked one in mainland China, Hong Kong and Macau, WGS-84 elsewhere.
func (c *Client) Districts(ctx context.Context, r DistrictRequest) (DistrictResult, error) {
	if err := r.Validate(); err != nil {
		return DistrictResult{}, err
	}
	if r.Region == "" {
		r.Region = c.region
	}
	if r.Query == "" && r.Region == "" {
		return DistrictResult{}, invalid(string(Districts), "query and region are both missing", r.Key)
	}
	res, served, err := failover.One(ctx, c.districts, c.selectDistricts(r), r, districtsWithin)
	if err != nil {
		return DistrictResult{}, err
	}
	res.Served = served.Served
	return res, nil
}

func (c *Client) selectDistricts(r DistrictRequest) *failover.Select {
	return c.selectBy(r.Region, Point{}, failover.Select{Key: r.Key, Ref: r.Key, Tenant: r.Tenant, Lane: r.Lane, Missing: "Region"})
}

func districtsWithin(p DistrictFinder, ctx context.Context, r DistrictRequest) (DistrictResult, error) {
	res, err := p.Districts(ctx, r)
	if err != nil {
		return res, err
	}
	kept := make([]District, 0, len(res.Districts))
	for _, d := range res.Districts {
		if r.Region != "" && d.Region != "" && d.Region != r.Region {
			continue
		}
		d.convert(r.Datum)
		kept = append(kept, d)
	}
	if len(kept) == 0 {
		return res, nothingWithin(res.Provider, Districts)
	}
	res.Districts = kept
	return res, nil
}

// convert takes all points of a division to one datum: a ring of two would be
// torn.
func (d *District) convert(want Datum) {
	region := d.Region
	if region == "" {
		region, _ = RegionOf(d.Center)
	}
	if z := ZoneOf(region); z != ZoneMainland && z != ZoneHKMO {
		want = WGS84
	}
	d.convertTo(want)
}

func (d *District) convertTo(want Datum) {
	if !d.Center.IsZero() {
		d.Center = d.Center.To(want)
	}
	d.Boundary = slices.Clone(d.Boundary)
	for i, ring := range d.Boundary {
		ring = slices.Clone(ring)
		for j := range ring {
			ring[j] = ring[j].To(want)
		}
		d.Boundary[i] = ring
	}
	d.Children = slices.Clone(d.Children)
	for i := range d.Children {
		d.Children[i].convertTo(want)
	}
}
