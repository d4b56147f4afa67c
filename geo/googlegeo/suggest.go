package googlegeo

import (
	"context"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
)

// autocompleteRequest is the body of places:autocomplete.
type autocompleteRequest struct {
	Input    string   `json:"input"`
	Session  string   `json:"sessionToken,omitempty"`
	Language string   `json:"languageCode,omitempty"`
	Region   string   `json:"regionCode,omitempty"`
	Regions  []string `json:"includedRegionCodes,omitempty"`
	Bias     *area    `json:"locationBias,omitempty"`
	Origin   *corner  `json:"origin,omitempty"`
}

// autocompleteReply is its answer: {} when there is nothing. Predictions of
// queries are not asked for.
type autocompleteReply struct {
	Suggestions []struct {
		Place *prediction `json:"placePrediction"`
	} `json:"suggestions"`
}

type prediction struct {
	ID     string    `json:"placeId"`
	Place  string    `json:"place"` // "places/" and the id
	Text   localized `json:"text"`
	Format struct {
		Main      localized `json:"mainText"`
		Secondary localized `json:"secondaryText"`
	} `json:"structuredFormat"`
	Types    []string `json:"types"`
	Distance amount   `json:"distanceMeters"`
}

// Suggest implements [geo.Suggester] with a POST of /v1/places:autocomplete. It
// gives at most five suggestions, without points: [Adapter.Place] ends the
// session and has them. The request's City has no part in it.
func (a *Adapter) Suggest(ctx context.Context, r geo.SuggestRequest) (geo.SuggestResult, error) {
	const op = string(geo.Suggest)
	if err := r.Validate(); err != nil {
		return geo.SuggestResult{}, waybill.AsError(err).With(name, op, r.Key)
	}
	ask := a.autocomplete
	if a.legacy {
		ask = a.legacyAutocomplete
	}
	list, bad := ask(ctx, r)
	if bad != nil {
		return geo.SuggestResult{}, bad.With(name, op, r.Key)
	}
	return geo.SuggestResult{Served: waybill.Served{Provider: name}, Suggestions: cutTo(list, r.Limit)}, nil
}

func (a *Adapter) autocomplete(ctx context.Context, r geo.SuggestRequest) ([]geo.Suggestion, *waybill.Error) {
	q := autocompleteRequest{Input: r.Query, Session: r.Session, Language: r.Language, Bias: a.prefer(r.Near, r.Region)}
	if r.Region != "" {
		q.Region, q.Regions = cldr(r.Region), []string{cldr(r.Region)}
	}
	private := []string{r.Query, r.Session}
	if !r.Near.IsZero() {
		at := a.corner(r.Near, r.Region)
		q.Origin = &at
		private = append(private, a.digits(r.Near, r.Region)...)
	}
	var got autocompleteReply
	reply, bad := a.callPlaces(ctx, placesCall{op: geo.Suggest, ref: r.Key, path: "/v1/places:autocomplete", body: q, mask: suggestMask, private: private}, &got)
	if bad != nil {
		return nil, bad
	}
	var list []geo.Suggestion
	for _, s := range got.Suggestions {
		if p := s.Place; p != nil && strings.TrimSpace(p.Text.Text) != "" {
			list = append(list, p.suggestion(r.Session))
		}
	}
	if len(list) == 0 {
		return nil, google.NotFound(reply)
	}
	return list, nil
}

func (p *prediction) suggestion(session string) geo.Suggestion {
	s := geo.Suggestion{Text: p.Text.Text, Name: p.Format.Main.Text, Detail: p.Format.Secondary.Text, Types: p.Types,
		Session: session}
	if d := float64(p.Distance); d > 0 {
		s.Distance = d
	}
	id := p.ID
	if id == "" {
		id = strings.TrimPrefix(p.Place, "places/")
	}
	if validID(id) {
		s.ID = geo.PlaceID{Issuer: geo.IssuerGoogle, Value: id}
	}
	return s
}
