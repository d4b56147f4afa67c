package baidugeo

import (
	"context"
	"iter"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/internal/paging"
	"github.com/waybill-go/waybill/internal/baidu"
)

const pathSuggest = "/place/v2/suggestion"

// Suggest completes what somebody types, in Chinese or pinyin; see
// [geo.Suggester] for the contract. Baidu gives at most ten suggestions, most
// with an id and a point, so that resolving costs nothing; some are mere words.
// A Region other than CN, HK, MO and TW is Unsupported. City is a preference;
// without it HK, MO and TW narrow the search to themselves. Baidu has no sessions.
// The service is https://lbsyun.baidu.com/faq/api?title=webapi/place-suggestion-api.
func (a *Adapter) Suggest(ctx context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
	if err := r.Validate(); err != nil {
		return geo.SuggestResult{}, invalid(err)
	}
	if !inReach(r.Region, r.Near) {
		return geo.SuggestResult{}, refuse(geo.Suggest, r.Key, elsewhere)
	}
	query := strings.TrimSpace(r.Query)
	call := baidu.Call{Op: string(geo.Suggest), Ref: r.Key, Path: pathSuggest, Private: []string{query, r.City}}
	call.Params.Add("query", query)
	within(&call.Params, r.City, r.Region)
	if at, _ := geo.RegionOf(r.Near); !r.Near.IsZero() && served(at) {
		call.Private = append(call.Private, a.near(&call.Params, r.Near, at)...)
	}
	a.coord(&call.Params)
	var rows baidu.List[row]
	if _, err := a.client.Get(ctx, call, &rows); err != nil {
		return geo.SuggestResult{}, err
	}
	res := geo.SuggestResult{Served: waybill.Served{Provider: Name}, Suggestions: paging.Suggestions(a.suggestions(rows), &r)}
	if len(res.Suggestions) == 0 {
		return geo.SuggestResult{}, notFound(geo.Suggest, r.Key, "nothing begins so")
	}
	return res, nil
}

// suggestions are those of rows, without those that have no text.
func (a *Adapter) suggestions(rows baidu.List[row]) iter.Seq[geo.Suggestion] {
	return func(yield func(geo.Suggestion) bool) {
		for i := range rows {
			if s, ok := a.suggestion(&rows[i]); ok && !yield(s) {
				return
			}
		}
	}
}

// suggestion turns a row into a suggestion, and is false for one without a text.
func (a *Adapter) suggestion(r *row) (geo.Suggestion, bool) {
	s := geo.Suggestion{Name: r.Name.Trim(), Address: r.address(), Types: kinds(r.tag()), ID: idOf(r.UID)}
	s.Detail = s.Address.Formatted
	s.Text = strings.TrimSpace(s.Name + " " + s.Detail)
	if s.Name == "" {
		return s, false
	}
	s.Point, _ = a.tagged(r.Location, &s.Address)
	return s, true
}
