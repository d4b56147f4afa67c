package baidugeo

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/internal/paging"
	"github.com/waybill-go/waybill/internal/baidu"
)

const pathSearch = "/place/v2/search"

// The limits of the search service.
const (
	maxWords  = 45 // characters of a query
	usualPage = 10
	maxPage   = 20
	// maxRows is how many rows a search has on all its pages. Baidu's page says
	// 400, and users have seen no more than 150: a page without rows is the end
	// in any case.
	maxRows = 400
)

// searchReply is the reply of /place/v2/search.
type searchReply struct {
	Type    baidu.Text       `json:"result_type"`
	Total   baidu.Number     `json:"total"` // of all pages, capped; not always there
	Results *baidu.List[row] `json:"results"`
}

// Search finds the places of a name or kind, page by page; see [geo.Searcher] for
// the contract. With a Radius it looks around Near; else by the Query, where Near
// alone changes nothing. A search without Query is Unsupported, and so is a query
// of more than 45 characters. A page has at most 20 places. A Region other than
// CN, HK, MO and TW is Unsupported; City is a preference, and without it HK, MO and
// TW narrow the search to themselves.
//
// A vague query without a city is answered with cities in place of places, which
// is NotFound. The service is
// https://lbsyun.baidu.com/faq/api?title=webapi/guide/webservice-placeapi.
func (a *Adapter) Search(ctx context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
	if err := r.Validate(); err != nil {
		return geo.SearchResult{}, invalid(err)
	}
	size := min(cmp.Or(r.Limit, usualPage), maxPage)
	page, ok := paging.Page(r.Cursor, 0, (maxRows-1)/size)
	if !ok {
		return geo.SearchResult{}, waybill.Invalid(string(geo.Search), "cursor is none of ours").With(Name, string(geo.Search), r.Key)
	}
	at, _ := geo.RegionOf(r.Near)
	if !inReach(r.Region, r.Near) || r.Radius > 0 && at != "" && !served(at) {
		return geo.SearchResult{}, refuse(geo.Search, r.Key, elsewhere)
	}
	// A dollar sign parts several queries of one request.
	query := strings.TrimSpace(strings.ReplaceAll(r.Query, "$", " "))
	switch {
	case query == "":
		return geo.SearchResult{}, refuse(geo.Search, r.Key, "Baidu searches by words only")
	case utf8.RuneCountInString(query) > maxWords:
		return geo.SearchResult{}, refuse(geo.Search, r.Key, "the query is longer than the service takes")
	}
	var rows baidu.List[row]
	res, found, err := paging.Turn(&r, page, func(page int) (places []geo.Place, more bool, err error) {
		var reply searchReply
		if _, err = a.client.Get(ctx, a.searchCall(&r, query, at, size, page), &reply); err != nil {
			return nil, false, err
		}
		if rows, err = reply.rows(&r); err != nil {
			return nil, false, err
		}
		return paging.Places(a.ofRows(rows), &r), reply.more(len(rows), page, size), nil
	})
	switch {
	case err != nil:
		return geo.SearchResult{}, err
	case !found:
		return geo.SearchResult{}, nothing(geo.Search, r.Key, rows)
	}
	res.Served = waybill.Served{Provider: Name}
	return res, nil
}

func (a *Adapter) searchCall(r *geo.SearchRequest, query, at string, size, page int) baidu.Call {
	call := baidu.Call{Op: string(geo.Search), Ref: r.Key, Path: pathSearch, Private: []string{query, r.City}, Whole: true}
	p := &call.Params
	p.Add("query", query)
	if r.Radius > 0 {
		call.Private = append(call.Private, a.near(p, r.Near, cmp.Or(at, r.Region))...)
		// The vendor rounds too, so that a metre is added and its places measured.
		p.AddInt("radius", int(min(math.Ceil(r.Radius)+1, geo.MaxRadius)))
		p.Add("radius_limit", "true")
	} else {
		within(p, r.City, r.Region)
	}
	p.Add("scope", "2") // the kinds of places are among the details
	p.Add("extensions_adcode", "true")
	a.coord(p)
	p.AddInt("page_size", size)
	p.AddInt("page_num", page)
	return call
}

// rows are the places of a page: none where the reply lists cities.
func (reply *searchReply) rows(r *geo.SearchRequest) (baidu.List[row], error) {
	if reply.Results == nil {
		return nil, damaged(geo.Search, r.Key, "the reply has no list of places")
	}
	rows := *reply.Results
	if reply.Type.Trim() == "city_type" {
		return nil, nil
	}
	return slices.DeleteFunc(rows, func(p row) bool { return p.Num != "" && len(p.Location) == 0 }), nil
}

// more reports whether there is a page behind this one. With a bound by radius
// Baidu takes places off a page after counting it, so that a short page is not the
// last where there is a total.
func (reply *searchReply) more(rows, page, size int) bool {
	seen := (page + 1) * size
	if rows == 0 || seen >= maxRows {
		return false
	}
	if reply.Total.Set {
		return float64(seen) < reply.Total.V
	}
	return rows >= size
}

// ofRows are the places of rows, without those that are none.
func (a *Adapter) ofRows(rows baidu.List[row]) iter.Seq[geo.Place] {
	return func(yield func(geo.Place) bool) {
		for i := range rows {
			if p, ok := a.row(&rows[i]); ok && !yield(p) {
				return
			}
		}
	}
}

// nothing is the error of rows without a usable place: NotFound, but where every
// row has a point that is none.
func nothing(op waybill.Verb, ref string, rows baidu.List[row]) error {
	for i := range rows {
		if at := rows[i].Location; len(at) == 0 || at[0].Usable() || at[0].Lat.V == 0 && at[0].Lng.V == 0 {
			return notFound(op, ref, "no such place there")
		}
	}
	if len(rows) > 0 {
		return damaged(op, ref, "no place of the reply has a point")
	}
	return notFound(op, ref, "no such place")
}
