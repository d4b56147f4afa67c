package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// answer is what -json prints: the results of the verbs that were done.
type answer struct {
	Geocode  *geo.GeocodeResult        `json:"geocode,omitempty"`
	Reverse  *geo.ReverseGeocodeResult `json:"reverse,omitempty"`
	Suggest  *geo.SuggestResult        `json:"suggest,omitempty"`
	Resolve  *geo.PlaceResult          `json:"resolve,omitempty"`
	Search   *geo.SearchResult         `json:"search,omitempty"` // all pages that were asked for
	Place    *geo.PlaceResult          `json:"place,omitempty"`
	Localize *geo.LocalizeResult       `json:"localize,omitempty"`
	District *geo.DistrictResult       `json:"district,omitempty"`

	at    geo.Point                      // the pin
	asked map[string][]waybill.Candidate // who is asked in which order, by verb
}

// ask does one verb.
func (a *answer) ask(ctx context.Context, client *geo.Client, cfg config, stdin io.Reader) (err error) {
	switch cfg.verb {
	case geocode:
		r := geo.GeocodeRequest{Query: cfg.text, Region: cfg.region, City: cfg.city, Language: cfg.language(), Limit: cfg.limit, Datum: cfg.datum}
		a.Geocode, err = call(ctx, client, a, geocode, r, client.Geocode)
	case reverse:
		r := geo.ReverseGeocodeRequest{Point: cfg.at, Language: cfg.language(), Nearby: cfg.nearby, Radius: cfg.radius, Region: cfg.region}
		a.Reverse, err = call(ctx, client, a, reverse, r, client.ReverseGeocode)
	case suggest:
		err = a.suggest(ctx, client, cfg)
	case resolve:
		err = a.resolveInput(ctx, client, cfg, stdin)
	case search:
		err = a.search(ctx, client, cfg)
	case place:
		var r geo.PlaceRequest
		if r.ID, err = geo.ParsePlaceID(cfg.text); err != nil {
			return err
		}
		r.Hint = geo.Hint{Name: cfg.hint, Region: cfg.region, City: cfg.city, Near: cfg.at}
		r.Language, r.Region, r.Datum, r.Session = cfg.language(), cfg.region, cfg.datum, cfg.session
		a.Place, err = call(ctx, client, a, place, r, client.Place)
	case localize:
		r := geo.LocalizeRequest{Point: cfg.at, Languages: cfg.languages, Region: cfg.region, Datum: cfg.datum}
		if cfg.text != "" {
			if r.ID, err = geo.ParsePlaceID(cfg.text); err != nil {
				return err
			}
		}
		a.Localize, err = call(ctx, client, a, localize, r, client.Localize)
	case district:
		r := geo.DistrictRequest{Query: cfg.text, Children: cfg.children, Boundary: cfg.boundary, Region: cfg.region, Language: cfg.language(), Datum: cfg.datum}
		a.District, err = call(ctx, client, a, district, r, client.Districts)
	}
	return err
}

// call notes who would be asked, and asks.
func call[R, T any](ctx context.Context, client *geo.Client, a *answer, verb string, r R, do func(context.Context, R) (T, error)) (*T, error) {
	var err error
	if a.asked[verb], err = client.Explain(r); err != nil {
		return nil, err
	}
	res, err := do(ctx, r)
	if err != nil {
		return nil, err
	}
	return &res, nil
}

// suggest completes the text, and with -choose makes a place of a suggestion in
// the same session.
func (a *answer) suggest(ctx context.Context, client *geo.Client, cfg config) error {
	r := geo.SuggestRequest{Query: cfg.text, Session: cfg.session, Near: cfg.at, Region: cfg.region, City: cfg.city,
		Language: cfg.language(), Limit: cfg.limit, Datum: cfg.datum}
	if r.Session == "" {
		r.Session = rand.Text()
	}
	var err error
	if a.Suggest, err = call(ctx, client, a, suggest, r, client.Suggest); err != nil || cfg.choose == 0 {
		return err
	}
	return a.choose(ctx, client, cfg, a.Suggest.Suggestions)
}

// choose makes a place of a suggestion.
func (a *answer) choose(ctx context.Context, client *geo.Client, cfg config, list []geo.Suggestion) error {
	n := max(cfg.choose, 1)
	if n > len(list) {
		return fmt.Errorf("there is no suggestion %d of %d: %w", n, len(list), errUsage)
	}
	r := geo.ResolveRequest{Suggestion: list[n-1], Language: cfg.language(), Datum: cfg.datum}
	var err error
	a.Resolve, err = call(ctx, client, a, resolve, r, client.Resolve)
	return err
}

// resolveInput makes a place of a suggestion that came back as JSON, as from an
// app: nothing was kept here.
func (a *answer) resolveInput(ctx context.Context, client *geo.Client, cfg config, stdin io.Reader) error {
	var in struct {
		Suggest struct{ Suggestions []geo.Suggestion }
	}
	if err := json.NewDecoder(io.LimitReader(stdin, 1<<20)).Decode(&in); err != nil {
		if e := (*waybill.Error)(nil); errors.As(err, &e) {
			return err
		}
		return fmt.Errorf("the standard input is not what suggest -json prints: %w", errUsage)
	}
	return a.choose(ctx, client, cfg, in.Suggest.Suggestions)
}

// search gathers pages.
func (a *answer) search(ctx context.Context, client *geo.Client, cfg config) error {
	r := geo.SearchRequest{Query: cfg.text, Near: cfg.at, Radius: cfg.radius, Region: cfg.region, City: cfg.city,
		Language: cfg.language(), Limit: cfg.limit, Datum: cfg.datum}
	var err error
	if a.Search, err = call(ctx, client, a, search, r, client.Search); err != nil {
		return err
	}
	for range cfg.pages - 1 {
		if a.Search.Next == "" {
			break
		}
		r.Cursor = a.Search.Next
		more, err := client.Search(ctx, r)
		if err != nil {
			return err
		}
		a.Search.Places = append(a.Search.Places, more.Places...)
		a.Search.Next = more.Next
	}
	return nil
}

// tour does a little of each verb, at places that the fakes know.
func (a *answer) tour(ctx context.Context, client *geo.Client, cfg config) error {
	a.at = geo.Point{Lat: 22.6102, Lng: 114.0245}
	step := func(verb, text string, edit func(c *config)) error {
		c := cfg
		c.verb, c.text = verb, text
		edit(&c)
		return a.ask(ctx, client, c, nil)
	}
	steps := []func() error{
		func() error { return step(geocode, "深圳北站", func(c *config) { c.region = "CN" }) },
		func() error { return step(reverse, "", func(c *config) { c.at = a.at }) },
		func() error {
			return step(suggest, "Marina Bay S", func(c *config) { c.region, c.choose, c.languages = "SG", 1, []string{"en"} })
		},
		func() error {
			return step(search, "Station", func(c *config) { c.region, c.languages, c.limit = "HK", []string{"en"}, 3 })
		},
		func() error {
			return step(place, a.Resolve.Place.ID.String(), func(c *config) { c.hint, c.region = a.Resolve.Place.Name, "SG" })
		},
		func() error {
			return step(localize, a.Resolve.Place.ID.String(), func(c *config) { c.languages = []string{"en", "zh"} })
		},
		func() error { return step(district, "深圳市", func(c *config) { c.region = "CN" }) },
	}
	for _, do := range steps {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}
