package geo

import (
	"context"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Place returns the place of an id; see [PlaceGetter]. The id goes back to its
// issuer. When the issuer is down, is not in this client, or knows the id no
// more, the place is found again from the hint and marked Refound; without a
// hint the call fails, Unavailable when the issuer is not there.
func (c *Client) Place(ctx context.Context, r PlaceRequest) (PlaceResult, error) {
	if err := r.Validate(); err != nil {
		return PlaceResult{}, err
	}
	res, err := c.byID(ctx, r)
	if err == nil {
		return res, nil
	}
	if r.Hint.IsZero() || ctx.Err() != nil || waybill.CodeOf(err) == waybill.InvalidArgument {
		return PlaceResult{}, err
	}
	var avoid []string
	if waybill.CodeOf(err) != waybill.NotFound {
		avoid = c.issuers[r.ID.Issuer] // it is down
	}
	found, again := c.refind(ctx, r, avoid)
	switch {
	case again == nil:
		return found, nil
	case ctx.Err() != nil, len(c.issuers[r.ID.Issuer]) == 0:
		return PlaceResult{}, again
	}
	return PlaceResult{}, err
}

// Resolve returns the place of a suggestion. It costs nothing when the
// suggestion has a point. Else it looks the id up at the vendor that gave it,
// with the session, which this closes; and with that vendor down the place is
// found again from the suggestion's own texts, region and surroundings, and
// marked Refound. So is a suggestion that has only a text.
func (c *Client) Resolve(ctx context.Context, r ResolveRequest) (PlaceResult, error) {
	if err := r.Validate(); err != nil {
		return PlaceResult{}, err
	}
	s := r.Suggestion
	switch {
	case !s.Point.IsZero():
		return PlaceResult{
			Served: waybill.Served{Provider: s.Provider, Instance: s.Instance},
			Place:  Place{ID: s.ID, Name: s.Name, Point: AsAsked(s.Point, r.Datum), Address: s.addressed(), Types: s.Types, Distance: s.Distance},
		}, nil
	case s.ID.IsZero():
		return c.refind(ctx, r.place(), nil)
	}
	return c.Place(ctx, r.place())
}

// addressed is the suggestion's address, with its text where it has no better.
func (s Suggestion) addressed() Address {
	a := s.Address
	if a.Formatted == "" {
		a.Formatted = s.Text
	}
	return a
}

// byID asks the issuer. A session goes only to the instance that opened it.
func (c *Client) byID(ctx context.Context, r PlaceRequest) (PlaceResult, error) {
	if len(c.issuers[r.ID.Issuer]) == 0 {
		return PlaceResult{}, &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
			Provider: "geo", Op: string(PlaceByID), Ref: r.Key, Message: "nobody in this client takes the ids of this issuer"}
	}
	takes := c.issuers[r.ID.Issuer]
	sel := c.selectPlace(r)
	if r.Session != "" {
		if sel.Only, r.Instance = c.opener(r, sel); sel.Only != "" {
			res, err := c.ask(ctx, sel, r)
			if err == nil || ctx.Err() != nil {
				return res, err
			}
			takes = slices.DeleteFunc(slices.Clone(takes), func(s string) bool { return s == sel.Only })
			if code := waybill.CodeOf(err); len(takes) == 0 || code == waybill.NotFound || code == waybill.InvalidArgument {
				return res, err
			}
		}
		r.Session, r.Instance = "", ""
		sel = c.selectPlace(r)
		sel.Eligible = only{PlaceByID, takes}
	}
	return c.ask(ctx, sel, r)
}

func (c *Client) ask(ctx context.Context, sel *failover.Select, r PlaceRequest) (PlaceResult, error) {
	res, served, err := failover.One(ctx, c.place, sel, r, placeAsAsked)
	if err != nil {
		return PlaceResult{}, err
	}
	res.Served = served.Served
	return res, nil
}

// opener returns the instance that opened a session, and what a client behind
// that instance calls its own. Where the request does not say, it is the one to
// which the session sticks.
func (c *Client) opener(r PlaceRequest, sel *failover.Select) (instance, inner string) {
	takes := c.issuers[r.ID.Issuer]
	if r.Instance == "" {
		for _, k := range c.place.Explain(sel) {
			if k.Order == 1 {
				return k.Instance, ""
			}
		}
		return "", ""
	}
	for _, name := range takes {
		if r.Instance == name {
			return name, ""
		}
	}
	for _, name := range takes {
		if rest, ok := strings.CutPrefix(r.Instance, name+"/"); ok {
			return name, rest
		}
	}
	return "", ""
}

func (c *Client) selectPlace(r PlaceRequest) *failover.Select {
	key := r.Session
	if key == "" {
		key = r.Key
	}
	region := r.Region
	if region == "" {
		region = r.Hint.Region
	}
	return c.selectBy(region, Point{}, failover.Select{Key: key, Ref: r.Key, Tenant: r.Tenant, Lane: r.Lane,
		Missing: "Region", AnyRegion: true, Eligible: only{PlaceByID, c.issuers[r.ID.Issuer]}})
}

// only passes over all instances but these: they take the ids.
type only struct {
	op        waybill.Verb
	instances []string
}

func (o only) Eligible(instance string, p waybill.Provider) *waybill.Error {
	if slices.Contains(o.instances, instance) {
		return nil
	}
	return waybill.NotSupported(string(o.op), "does not take the ids of this issuer").With(p.Name(), "", "")
}

// except passes these instances over: the issuer that is down.
type except struct {
	op        waybill.Verb
	instances []string
}

func (x except) Eligible(instance string, p waybill.Provider) *waybill.Error {
	if !slices.Contains(x.instances, instance) {
		return nil
	}
	return waybill.NotSupported(string(x.op), "did not serve the id").With(p.Name(), "", "")
}

func placeAsAsked(p PlaceGetter, ctx context.Context, r PlaceRequest) (PlaceResult, error) {
	res, err := p.Place(ctx, r)
	if err != nil {
		return res, err
	}
	res.Place.Point = AsAsked(res.Place.Point, r.Datum)
	return res, nil
}
