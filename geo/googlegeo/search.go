package googlegeo

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
)

// searchTextRequest is the body of places:searchText.
type searchTextRequest struct {
	Query       string `json:"textQuery"`
	Language    string `json:"languageCode,omitempty"`
	Region      string `json:"regionCode,omitempty"`
	PageSize    int    `json:"pageSize,omitempty"`
	PageToken   string `json:"pageToken,omitempty"`
	Bias        *area  `json:"locationBias,omitempty"`
	Restriction *area  `json:"locationRestriction,omitempty"`
}

// searchNearbyRequest is the body of places:searchNearby.
type searchNearbyRequest struct {
	Language    string `json:"languageCode,omitempty"`
	Region      string `json:"regionCode,omitempty"`
	Max         int    `json:"maxResultCount,omitempty"`
	Rank        string `json:"rankPreference"`
	Restriction area   `json:"locationRestriction"`
}

// searchReply is the answer of both: {} when there is nothing.
type searchReply struct {
	Places []placeReply `json:"places"`
	Next   string       `json:"nextPageToken"`
}

// The most places that Google gives on a page.
const maxPage = 20

// cursorMark begins the cursors of the newer service, legacyMark those of the
// older.
const (
	cursorMark = "p1."
	legacyMark = "p0."
)

// Search implements [geo.Searcher] with a POST of /v1/places:searchText, and
// without a query of /v1/places:searchNearby, which has one page only. A page has
// at most 20 places. Google takes the Region as a preference; what lies outside
// is dropped. The City becomes a part of the query.
func (a *Adapter) Search(ctx context.Context, r geo.SearchRequest) (geo.SearchResult, error) {
	const op = string(geo.Search)
	if err := r.Validate(); err != nil {
		return geo.SearchResult{}, waybill.AsError(err).With(name, op, r.Key)
	}
	mark, ask := cursorMark, a.searchText
	switch {
	case a.legacy && strings.TrimSpace(r.Query) == "":
		mark, ask = legacyMark, a.legacyNearby
	case a.legacy:
		mark, ask = legacyMark, a.legacySearch
	case strings.TrimSpace(r.Query) == "":
		ask = a.searchNearby
	}
	token, ok := strings.CutPrefix(r.Cursor, mark)
	if r.Cursor != "" && (!ok || token == "") {
		return geo.SearchResult{}, waybill.Invalid(op, "cursor is none of ours").With(name, "", r.Key)
	}
	res, bad := ask(ctx, r, token)
	if bad != nil {
		return geo.SearchResult{}, bad.With(name, op, r.Key)
	}
	res.Served = waybill.Served{Provider: name}
	if res.Next != "" {
		res.Next = mark + res.Next
	}
	return res, nil
}

func (a *Adapter) searchText(ctx context.Context, r geo.SearchRequest, token string) (geo.SearchResult, *waybill.Error) {
	q := searchTextRequest{Query: withCity(r), Language: r.Language, Region: cldr(r.Region), PageSize: min(r.Limit, maxPage), PageToken: token}
	if r.Radius > 0 {
		q.Restriction = around(a.corner(r.Near, r.Region), r.Radius)
	} else {
		q.Bias = a.prefer(r.Near, r.Region)
	}
	return a.searchFor(ctx, r, placesCall{path: "/v1/places:searchText", body: q, mask: pagedMask, private: []string{r.Query, q.Query, token}})
}

func (a *Adapter) searchNearby(ctx context.Context, r geo.SearchRequest, token string) (geo.SearchResult, *waybill.Error) {
	if token != "" {
		return geo.SearchResult{}, waybill.Invalid(string(geo.Search), "cursor is none of ours")
	}
	q := searchNearbyRequest{Language: r.Language, Region: cldr(r.Region), Max: min(r.Limit, maxPage), Rank: "DISTANCE",
		Restriction: area{Circle: &circle{a.corner(r.Near, r.Region), r.Radius}}}
	return a.searchFor(ctx, r, placesCall{path: "/v1/places:searchNearby", body: q, mask: searchMask})
}

// searchFor asks for a page and keeps what was asked for.
func (a *Adapter) searchFor(ctx context.Context, r geo.SearchRequest, c placesCall) (geo.SearchResult, *waybill.Error) {
	c.op, c.ref = geo.Search, r.Key
	c.private = append(c.private, a.digits(r.Near, r.Region)...)
	var got searchReply
	reply, bad := a.callPlaces(ctx, c, &got)
	if bad != nil {
		return geo.SearchResult{}, bad
	}
	res := geo.SearchResult{Places: make([]geo.Place, 0, len(got.Places)), Next: printable(got.Next)}
	for i := range got.Places {
		if p, ok := a.newPlace(&got.Places[i]); ok && wanted(&p, r) {
			res.Places = append(res.Places, p)
		}
	}
	if r.Query == "" {
		slices.SortStableFunc(res.Places, byDistance)
	}
	if len(res.Places) == 0 && res.Next == "" && r.Cursor == "" {
		return res, google.NotFound(reply)
	}
	res.Places = cutTo(res.Places, r.Limit)
	return res, nil
}

func byDistance(a, b geo.Place) int { return cmp.Compare(a.Distance, b.Distance) }

// wanted sets a place's distance and reports whether it lies within what was
// asked for.
func wanted(p *geo.Place, r geo.SearchRequest) bool {
	if !r.Near.IsZero() {
		p.Distance = geo.Distance(r.Near, p.Point)
	}
	return !outside(p, r.Region) && (r.Radius == 0 || p.Distance <= r.Radius)
}

// withCity appends the city to the query, as people write it; an adcode means
// nothing to Google.
func withCity(r geo.SearchRequest) string {
	if city := filterValue(r.City); city != "" {
		return r.Query + ", " + city
	}
	return r.Query
}

// printable drops a token that could not be a cursor.
func printable(token string) string {
	if len(token) > 3000 || strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c >= 0x7f }) {
		return ""
	}
	return token
}
