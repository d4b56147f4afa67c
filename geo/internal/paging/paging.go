// Package paging is what the vendors whose searches are numbered page by page have
// in common: the cursor, the turning of pages of which nothing is wanted, and the
// choice of what is.
package paging

import (
	"cmp"
	"iter"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
)

// mark begins a cursor; the number of the page follows.
const mark = "p"

// empty is how many pages are turned when everything on the first ones had to be
// dropped.
const empty = 3

// Page reads a cursor: the first page without one. It is false for a page behind
// the last, and for what is no cursor.
func Page(cursor string, first, last int) (page int, ok bool) {
	if cursor == "" {
		return first, true
	}
	digits, ok := strings.CutPrefix(cursor, mark)
	page, err := strconv.Atoi(digits)
	return page, ok && err == nil && page > first && page <= last && strconv.Itoa(page) == digits
}

// Turn fetches pages from the given one on, until one has places that are wanted.
// fetch returns those of a page, and whether another follows. found is false when
// there are none; the page of a cursor may have none.
func Turn(r *geo.SearchRequest, page int, fetch func(page int) (places []geo.Place, more bool, err error)) (res geo.SearchResult, found bool, err error) {
	for last := page + empty; ; page++ {
		places, more, err := fetch(page)
		if err != nil {
			return geo.SearchResult{}, false, err
		}
		next := ""
		if more {
			next = mark + strconv.Itoa(page+1)
		}
		switch {
		case len(places) > 0 || r.Cursor != "":
			return geo.SearchResult{Places: places, Next: next}, true, nil
		case !more || page+1 == last:
			return geo.SearchResult{}, false, nil
		}
	}
}

// Places are those of a page that were asked for: in the region, within the
// radius, with their distance, and not more than the limit.
func Places(all iter.Seq[geo.Place], r *geo.SearchRequest) []geo.Place {
	out := []geo.Place{}
	for p := range all {
		if elsewhere(&p.Address, r.Region) {
			continue
		}
		if !r.Near.IsZero() {
			p.Distance = geo.Distance(r.Near, p.Point)
			if r.Radius > 0 && p.Distance > r.Radius {
				continue
			}
		}
		out = append(out, p)
	}
	return out[:min(len(out), cmp.Or(r.Limit, len(out)))]
}

// Suggestions are those that were asked for: in the region, with their distance,
// and not more than the limit.
func Suggestions(all iter.Seq[geo.Suggestion], r *geo.SuggestRequest) []geo.Suggestion {
	var out []geo.Suggestion
	for s := range all {
		if elsewhere(&s.Address, r.Region) {
			continue
		}
		if !r.Near.IsZero() && !s.Point.IsZero() {
			s.Distance = geo.Distance(r.Near, s.Point)
		}
		if out = append(out, s); len(out) == r.Limit {
			break
		}
	}
	return out
}

// elsewhere reports whether an address is known to lie outside the region.
func elsewhere(a *geo.Address, region string) bool {
	return region != "" && a.Region != "" && a.Region != region
}
