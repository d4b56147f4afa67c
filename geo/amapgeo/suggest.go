package amapgeo

import (
	"context"
	"iter"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/internal/paging"
	"github.com/waybill-go/waybill/internal/amap"
)

// tipsReply is the reply of /v3/assistant/inputtips.
type tipsReply struct {
	amap.Envelope
	Count amap.Text       `json:"count"`
	Tips  *amap.List[tip] `json:"tips"`
}

type tip struct {
	ID       amap.Text `json:"id"`
	Name     amap.Text `json:"name"`
	District amap.Text `json:"district"` // province, city and district in one text
	Adcode   amap.Text `json:"adcode"`
	Location amap.Text `json:"location"`
	Address  amap.Text `json:"address"`
	Typecode amap.Text `json:"typecode"`
}

// Suggest completes what somebody types; see [geo.Suggester] for the contract.
// Amap gives at most ten suggestions, most with an id and a point, so that
// resolving costs nothing. Some are a mere word, and a bus line has neither a
// point nor an id that can be looked up. Types hold Amap's type codes.
//
// A Region other than CN, HK and MO is Unsupported. City is a name in Chinese, an
// area code or a division code, and a preference; without it HK and MO narrow the
// search to themselves. Near is a preference that by Amap's page counts together
// with a City only. Amap has no sessions. The service is
// https://lbs.amap.com/api/webservice/guide/api-advanced/inputtips.
func (a *Adapter) Suggest(ctx context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
	if err := r.Validate(); err != nil {
		return geo.SuggestResult{}, err
	}
	call := amap.Call{Op: string(geo.Suggest), Ref: r.Key, Path: "/v3/assistant/inputtips", Private: []string{r.Query, r.City}}
	if !amap.Covered(regionAsked(r.Region, r.Near)) {
		return geo.SuggestResult{}, a.uncovered(call)
	}
	words := plain(r.Query)
	if words == "" {
		return geo.SuggestResult{}, a.client.Error(call, waybill.Unsupported, waybill.NotSent, "the query has no words")
	}
	call.Query = url.Values{"keywords": {words}}
	narrow(call.Query, r.City, r.Region, "city", "citylimit")
	if at, _ := geo.RegionOf(r.Near); !r.Near.IsZero() && amap.Covered(at) {
		asked := a.datums.Out(geo.VendorAmap, r.Near, at)
		location := amap.FormatLocation(asked.Lat, asked.Lng)
		call.Query.Set("location", location)
		hide(&call, location)
	}
	var reply tipsReply
	if err := a.client.Do(ctx, call, &reply); err != nil {
		return geo.SuggestResult{}, err
	}
	if reply.Tips == nil && reply.Count != "0" {
		return geo.SuggestResult{}, a.client.Malformed(call, "the reply has no list of suggestions")
	}
	res := geo.SuggestResult{Served: waybill.Served{Provider: name}}
	if reply.Tips != nil {
		res.Suggestions = paging.Suggestions(a.suggestions(*reply.Tips), &r)
	}
	if len(res.Suggestions) == 0 {
		return geo.SuggestResult{}, a.client.Error(call, waybill.NotFound, waybill.NotSent, "nothing begins so")
	}
	return res, nil
}

// suggestions are those of tips, without those that have no text.
func (a *Adapter) suggestions(tips amap.List[tip]) iter.Seq[geo.Suggestion] {
	return func(yield func(geo.Suggestion) bool) {
		for i := range tips {
			if s, ok := a.suggestion(&tips[i]); ok && !yield(s) {
				return
			}
		}
	}
}

// suggestion turns a tip into a suggestion, and is false for one without a text.
func (a *Adapter) suggestion(t *tip) (geo.Suggestion, bool) {
	s := geo.Suggestion{Name: string(t.Name), Detail: joined(string(t.District), string(t.Address)), Types: kinds(t.Typecode)}
	if s.Text = strings.TrimSpace(s.Name + " " + s.Detail); s.Name == "" {
		return s, false
	}
	lat, lng, ok := t.Location.Location()
	formatted := s.Detail
	if stop(t.Typecode) || !ok {
		formatted = string(t.District) // the address names lines, or is a line's ends
	}
	if ok || t.Adcode != "" {
		s.Address = geo.Address{Formatted: formatted, Adcode: string(t.Adcode), Region: amap.RegionOfAdcode(t.Adcode), Language: language}
	}
	if ok {
		s.Point = a.tag(&s.Address, lat, lng)
	}
	if placeID(string(t.ID)) {
		s.ID = geo.PlaceID{Issuer: geo.IssuerAmap, Value: string(t.ID)}
	}
	return s, true
}

// placeID reports whether an id is one of a place. Those of bus lines are digits
// only, and the details service does not know them.
func placeID(id string) bool { return validID(id) && id[0] == 'B' }
