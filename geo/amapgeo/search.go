package amapgeo

import (
	"cmp"
	"context"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
)

// The limits of the search services.
const (
	maxWords   = 80 // characters of a query
	usualPage  = 10
	maxPage    = 25
	maxPageNum = 100
	// maxRows is how many rows a query has on all its pages: what lies beyond
	// comes back as empty pages, whatever the count says.
	maxRows = 200
	// emptyPages is how many pages are turned when everything on the first ones
	// had to be dropped.
	emptyPages = 3
)

// everyKind are all of Amap's kinds of named places, without which a search
// around a point finds restaurants, services and houses alone. 19, doors and
// roads, is left out.
const everyKind = "010000|020000|030000|040000|050000|060000|070000|080000|090000|100000|110000|120000|130000|140000|150000|" +
	"160000|170000|180000|200000"

// cursorMark begins a cursor; the number of the page follows.
const cursorMark = "p"

// Search finds the places of a name or kind, page by page; see [geo.Searcher] for
// the contract. With a Radius it looks around Near, the nearest first, and for
// any named place without a Query; else by the Query, where Near alone changes
// nothing, since Amap has no way to say it. A page has at most 25 places, all
// pages together 200. A query has at most 80 characters.
//
// A Region other than CN, HK and MO is Unsupported. City is a name in Chinese, an
// area code or a division code, and a preference; without it HK and MO narrow the
// search to themselves. The services are
// https://lbs.amap.com/api/webservice/guide/api-advanced/newpoisearch.
func (a *Adapter) Search(ctx context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
	if err := r.Validate(); err != nil {
		return geo.SearchResult{}, err
	}
	call := amap.Call{Op: string(geo.Search), Ref: r.Key, Private: []string{r.Query, r.City}}
	size := min(cmp.Or(r.Limit, usualPage), maxPage)
	page, ok := pageOf(r.Cursor, size)
	if !ok {
		return geo.SearchResult{}, waybill.Invalid(call.Op, "cursor is none of ours").With(name, call.Op, r.Key)
	}
	at, _ := geo.RegionOf(r.Near)
	if !amap.Covered(regionAsked(r.Region, r.Near)) || r.Radius > 0 && !amap.Covered(at) {
		return geo.SearchResult{}, a.uncovered(call)
	}
	words := plain(r.Query)
	switch {
	case words == "" && (strings.TrimSpace(r.Query) != "" || r.Radius == 0):
		return geo.SearchResult{}, a.client.Error(call, waybill.Unsupported, waybill.NotSent, "the query has no words")
	case utf8.RuneCountInString(words) > maxWords:
		return geo.SearchResult{}, a.client.Error(call, waybill.Unsupported, waybill.NotSent, "the query is longer than the service takes")
	}
	a.searchCall(&call, &r, words, cmp.Or(at, r.Region))
	call.Query.Set("page_size", strconv.Itoa(size))
	for last := page + emptyPages; ; page++ {
		call.Query.Set("page_num", strconv.Itoa(page))
		rows, err := a.ask(ctx, call)
		if err != nil {
			return geo.SearchResult{}, err
		}
		res := geo.SearchResult{Served: waybill.Served{Provider: name}, Places: a.wanted(rows, &r)}
		if len(rows) >= size && more(page, size) {
			res.Next = cursorMark + strconv.Itoa(page+1)
		}
		switch {
		case len(res.Places) > 0 || r.Cursor != "":
			return res, nil
		case res.Next == "" || page+1 == last:
			return geo.SearchResult{}, a.nothing(call, rows)
		}
	}
}

// searchCall fills in the service and what to look for. at is the region that
// Near lies in.
func (a *Adapter) searchCall(call *amap.Call, r *geo.SearchRequest, words, at string) {
	call.Path, call.Query = "/v5/place/text", url.Values{}
	if words != "" {
		call.Query.Set("keywords", words)
	} else {
		call.Query.Set("types", everyKind)
	}
	narrow(call.Query, r.City, r.Region, "region", "city_limit")
	if r.Radius == 0 {
		return
	}
	call.Path = "/v5/place/around"
	asked := a.datums.Out(geo.VendorAmap, r.Near, at)
	location := amap.FormatLocation(asked.Lat, asked.Lng)
	call.Query.Set("location", location)
	// The vendor rounds too, so that a metre is added and its places measured.
	call.Query.Set("radius", strconv.Itoa(int(min(math.Ceil(r.Radius)+1, geo.MaxRadius))))
	call.Query.Set("sortrule", "distance")
	hide(call, location)
}

// pageOf reads a cursor, page 1 without one. It is false for a page that no
// search of this size has.
func pageOf(cursor string, size int) (page int, ok bool) {
	if cursor == "" {
		return 1, true
	}
	digits, ok := strings.CutPrefix(cursor, cursorMark)
	page, err := strconv.Atoi(digits)
	return page, ok && err == nil && page >= 2 && strconv.Itoa(page) == digits && more(page-1, size)
}

// more reports whether there can be a page behind this one.
func more(page, size int) bool { return page < maxPageNum && page*size < maxRows }

// wanted are the places of a page that were asked for.
func (a *Adapter) wanted(rows amap.List[row], r *geo.SearchRequest) []geo.Place {
	out := make([]geo.Place, 0, len(rows))
	for i := range rows {
		p, ok := a.found(&rows[i])
		if !ok || r.Region != "" && p.Address.Region != "" && p.Address.Region != r.Region {
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

// nothing is the error of a search without a usable place: NotFound, but where
// every row has a point that is none.
func (a *Adapter) nothing(call amap.Call, rows amap.List[row]) error {
	for i := range rows {
		if _, _, ok := rows[i].Location.Location(); ok || rows[i].Location == "" {
			return a.client.Error(call, waybill.NotFound, waybill.NotSent, "no such place there")
		}
	}
	if len(rows) > 0 {
		return a.client.Malformed(call, "no place of the reply has a point")
	}
	return a.client.Error(call, waybill.NotFound, waybill.NotSent, "no such place")
}
