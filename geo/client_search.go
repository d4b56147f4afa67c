package geo

import (
	"context"
	"encoding/base64"
	"iter"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Suggest completes what somebody types; see [Suggester]. Suggestions outside
// the asked region are dropped; points come in the asked datum. A session stays
// with one provider while that is up.
func (c *Client) Suggest(ctx context.Context, r SuggestRequest) (SuggestResult, error) {
	if err := r.Validate(); err != nil {
		return SuggestResult{}, err
	}
	r.Region = c.within(r.Region, r.Near)
	res, served, err := failover.One(ctx, c.suggest, c.selectSuggest(r), r, suggestWithin)
	if err != nil {
		return SuggestResult{}, err
	}
	for i := range res.Suggestions {
		s := &res.Suggestions[i]
		s.Provider, s.Region, s.Near = served.Provider, r.Region, r.Near
		s.Instance = joinInstance(served.Instance, s.Instance)
	}
	res.Served = served.Served
	return res, nil
}

// within returns the region that results must lie in: the request's, or, when
// it has no point either, the client's.
func (c *Client) within(region string, near Point) string {
	if region == "" && near.IsZero() {
		return c.region
	}
	return region
}

func (c *Client) selectSuggest(r SuggestRequest) *failover.Select {
	key := r.Session
	if key == "" {
		key = r.Key
	}
	return c.selectBy(r.Region, r.Near, failover.Select{Key: key, Ref: r.Key, Tenant: r.Tenant, Lane: r.Lane, Missing: "Region or Near"})
}

// suggestWithin asks one suggester and drops what is known to lie outside the
// asked region.
func suggestWithin(p Suggester, ctx context.Context, r SuggestRequest) (SuggestResult, error) {
	wanted := r
	if r.Region != "" {
		wanted.Limit = 0
	}
	res, err := p.Suggest(ctx, wanted)
	if err != nil {
		return res, err
	}
	kept := make([]Suggestion, 0, len(res.Suggestions))
	for _, s := range res.Suggestions {
		if r.Region != "" && !liesIn(Place{Point: s.Point, Address: s.Address}, r.Region) {
			continue
		}
		if !s.Point.IsZero() {
			s.Distance = distanceFrom(r.Near, s.Point, s.Distance)
			s.Point = AsAsked(s.Point, r.Datum)
		}
		kept = append(kept, s)
		if len(kept) == r.Limit {
			break
		}
	}
	if len(kept) == 0 {
		return res, nothingWithin(res.Provider, Suggest)
	}
	res.Suggestions = kept
	return res, nil
}

// distanceFrom returns what the vendor said of a distance, or measures it.
func distanceFrom(near, at Point, said float64) float64 {
	if near.IsZero() || said > 0 {
		return said
	}
	return Distance(near, at)
}

// Search returns one page of places; see [Searcher]. Places outside the asked
// region or radius are dropped; points come in the asked datum. The next page
// comes from the provider that gave the first, on any server whose client names
// its providers alike. See [Client.SearchAll] for all pages.
func (c *Client) Search(ctx context.Context, r SearchRequest) (SearchResult, error) {
	sel, err := c.openSearch(&r)
	if err != nil {
		return SearchResult{}, err
	}
	res, served, err := failover.One(ctx, c.search, sel, r, searchWithin)
	if err != nil {
		return SearchResult{}, err
	}
	if res.Next != "" {
		res.Next = sealCursor(served.Instance, res.Next)
	}
	res.Served = served.Served
	return res, nil
}

// SearchAll iterates over the places of all pages, of Limit places each. It asks
// for a page when the one before is used up, and ends with the first error. The
// first page may come from any provider, the others come from the same one.
//
// The sequence may be used more than once, and then asks again.
func (c *Client) SearchAll(ctx context.Context, r SearchRequest) iter.Seq2[Place, error] {
	sel, err := c.openSearch(&r)
	if err != nil {
		return func(yield func(Place, error) bool) { yield(Place{}, err) }
	}
	return failover.Pages(ctx, c.search, sel, r.Cursor, func(p Searcher, ctx context.Context, cursor string) ([]Place, string, bool, error) {
		page := r
		page.Cursor = cursor
		res, err := searchWithin(p, ctx, page)
		if cursor != "" && err != nil && waybill.CodeOf(err) == waybill.NotFound {
			return nil, "", false, nil
		}
		return res.Places, res.Next, res.Next != "" && res.Next != cursor, err
	})
}

// openSearch checks a request and opens its cursor.
func (c *Client) openSearch(r *SearchRequest) (*failover.Select, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	r.Region = c.within(r.Region, r.Near)
	sel := c.selectSearch(*r)
	if r.Cursor != "" {
		var ok bool
		if sel.Only, r.Cursor, ok = openCursor(r.Cursor); !ok || !slices.Contains(c.instances, sel.Only) {
			return nil, invalid(string(Search), "cursor is none of ours", r.Key)
		}
	}
	return sel, nil
}

func (c *Client) selectSearch(r SearchRequest) *failover.Select {
	return c.selectBy(r.Region, r.Near, failover.Select{Key: r.Key, Ref: r.Key, Tenant: r.Tenant, Lane: r.Lane, Missing: "Region or Near"})
}

// searchWithin asks one searcher for a page and drops what lies outside the
// asked region or radius.
func searchWithin(p Searcher, ctx context.Context, r SearchRequest) (SearchResult, error) {
	res, err := p.Search(ctx, r)
	if err != nil {
		return res, err
	}
	kept := make([]Place, 0, len(res.Places))
	for _, at := range res.Places {
		at.Distance = distanceFrom(r.Near, at.Point, at.Distance)
		if r.Region != "" && !liesIn(at, r.Region) || r.Radius > 0 && Distance(r.Near, at.Point) > r.Radius*1.01 {
			continue // 1 %: the vendor may measure on another figure of the Earth
		}
		at.Point = AsAsked(at.Point, r.Datum)
		kept = append(kept, at)
	}
	if len(kept) == 0 && res.Next == "" && r.Cursor == "" {
		return res, nothingWithin(res.Provider, Search)
	}
	res.Places = kept
	return res, nil
}

// sealCursor puts the instance before a provider's cursor.
func sealCursor(instance, next string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(instance)) + "." + next
}

func openCursor(s string) (instance, next string, ok bool) {
	head, next, ok := strings.Cut(s, ".")
	name, err := base64.RawURLEncoding.DecodeString(head)
	return string(name), next, ok && err == nil && next != ""
}

// joinInstance names an instance within a client that stands behind another.
func joinInstance(outer, inner string) string {
	if inner == "" {
		return outer
	}
	return outer + "/" + inner
}
