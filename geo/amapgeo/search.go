package amapgeo

import (
	"cmp"
	"context"
	"iter"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/internal/paging"
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
)

// everyKind are all of Amap's kinds of named places, without which a search
// around a point finds restaurants, services and houses alone. 19, doors and
// roads, is left out.
const everyKind = "010000|020000|030000|040000|050000|060000|070000|080000|090000|100000|110000|120000|130000|140000|150000|" +
	"160000|170000|180000|200000"

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
	page, ok := paging.Page(r.Cursor, 1, lastPage(size))
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
	var rows amap.List[row]
	res, found, err := paging.Turn(&r, page, func(page int) (places []geo.Place, more bool, err error) {
		call.Query.Set("page_num", strconv.Itoa(page))
		rows, err = a.ask(ctx, call)
		return paging.Places(a.ofRows(rows), &r), len(rows) >= size && page < lastPage(size), err
	})
	switch {
	case err != nil:
		return geo.SearchResult{}, err
	case !found:
		return geo.SearchResult{}, a.nothing(call, rows)
	}
	res.Served = waybill.Served{Provider: name}
	return res, nil
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

// lastPage is the last page that a search of this size can have.
func lastPage(size int) int { return min(maxPageNum, (maxRows+size-1)/size) }

// ofRows are the places of rows, without those that are none.
func (a *Adapter) ofRows(rows amap.List[row]) iter.Seq[geo.Place] {
	return func(yield func(geo.Place) bool) {
		for i := range rows {
			if p, ok := a.found(&rows[i]); ok && !yield(p) {
				return
			}
		}
	}
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
