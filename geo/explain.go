package geo

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Explain says who would be asked in which order if the request came now, and
// who is passed over and why, without any traffic. The request is one of this
// package's. Of a [ResolveRequest] or [PlaceRequest] it explains who would be
// asked for the id, and nobody for a suggestion that has its point.
func (c *Client) Explain(request any) ([]waybill.Candidate, error) {
	v, ok := request.(interface{ Validate() error })
	if !ok {
		return nil, waybill.Invalid("explain", "not a request of this domain").With("geo", "", "")
	}
	if err := v.Validate(); err != nil {
		return nil, err
	}
	switch r := request.(type) {
	case GeocodeRequest:
		return c.geocode.Explain(c.selectGeocode(r)), nil
	case ReverseGeocodeRequest:
		return c.reverse.Explain(c.selectReverse(r)), nil
	case SuggestRequest:
		return c.suggest.Explain(c.selectSuggest(r)), nil
	case SearchRequest:
		sel, err := c.openSearch(&r)
		if err != nil {
			return nil, err
		}
		return c.search.Explain(sel), nil
	case PlaceRequest:
		return c.explainPlace(r), nil
	case ResolveRequest:
		if !r.Suggestion.Point.IsZero() {
			return nil, nil
		}
		if r.Suggestion.ID.IsZero() {
			q := r.place().search()
			return c.search.Explain(c.selectSearch(q)), nil
		}
		return c.explainPlace(r.place()), nil
	case LocalizeRequest:
		var takes []string
		if !r.ID.IsZero() {
			takes = c.localizers(r.ID.Issuer)
		}
		return c.localize.Explain(c.selectLocalize(r, takes)), nil
	case DistrictRequest:
		return c.districts.Explain(c.selectDistricts(r)), nil
	}
	return nil, waybill.Invalid("explain", "not a request of this domain").With("geo", "", "")
}

func (c *Client) explainPlace(r PlaceRequest) []waybill.Candidate {
	sel := c.selectPlace(r)
	if r.Session != "" {
		sel.Only, _ = c.opener(r, sel)
	}
	return c.place.Explain(sel)
}

var _ failover.Eligible = only{}
