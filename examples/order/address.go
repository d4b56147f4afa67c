package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// This file is package geo at work: addresses become points, what is typed
// becomes a place, and the driver reads it in a language of his own.

// found is where an address is.
type found struct {
	geo.Place
	again string // who found it again, since the vendor that had suggested it was down
	lost  string // that vendor
	reads string // the address in the driver's language, if that is another
}

// locate turns both addresses into points.
func (a *app) locate(ctx context.Context, r *result) bool {
	for _, e := range []struct {
		name string
		from address
		to   *found
	}{{stepPickup, r.Pickup, &r.pickup}, {stepDropoff, r.Dropoff, &r.dropoff}} {
		look := a.geocode
		if e.from.Typed != "" {
			look = a.choose
		}
		if !look(ctx, r, e.name, e.from, e.to) || !a.district(ctx, r, e.to) {
			return false
		}
	}
	return true
}

// geocode finds a whole address.
func (a *app) geocode(ctx context.Context, r *result, name string, from address, to *found) bool {
	q := geo.GeocodeRequest{Query: from.Text, Region: from.Region, City: from.City, Language: r.Customer.Language, Limit: 1, Key: r.ID}
	explain := func() ([]waybill.Candidate, error) { return a.geo.Explain(q) }
	return r.step(ctx, name, explain, func(ctx context.Context) error {
		res, err := a.geo.Geocode(ctx, q)
		if err == nil {
			to.Place = res.Places[0]
		}
		return err
	})
}

// choice is what a customer's app holds after a suggestion was tapped: the
// suggestion as JSON, as the service had sent it.
type choice struct {
	json []byte
	step step // the typing
}

// typing asks for suggestions as the letters come, all in one session, and takes
// the first. The session's token is the app's own.
func (a *app) typing(ctx context.Context, o *order, from address) choice {
	q := geo.SuggestRequest{Session: rand.Text(), Region: from.Region, City: from.City, Language: o.Customer.Language, Limit: 5, Key: o.ID}
	app := &result{order: o, ranks: a.ranks}
	var c choice
	letters := []rune(from.Typed)
	for _, n := range slices.Compact([]int{max(1, len(letters)*2/3), len(letters)}) {
		q.Query = string(letters[:n])
		explain := func() ([]waybill.Candidate, error) { return a.geo.Explain(q) }
		app.step(ctx, stepTyping, explain, func(ctx context.Context) error {
			res, err := a.geo.Suggest(ctx, q)
			if err != nil {
				return err
			}
			c.json, err = json.Marshal(res.Suggestions[0])
			return err
		})
		last := app.steps[len(app.steps)-1]
		last.attempts = append(c.step.attempts, last.attempts...)
		c.step = last // the letters before may have fitted nothing
	}
	return c
}

// choose finds a place that was typed. The app sends the suggestion back, to any
// server of the service: nothing was kept. If the vendor gave no point, the
// details call fetches it and closes the session; and if that vendor is down by
// now, another finds the place again.
func (a *app) choose(ctx context.Context, r *result, name string, from address, to *found) bool {
	a.mu.Lock()
	c, early := a.choices[choiceKey{r.N, name}]
	a.mu.Unlock()
	if !early || r.rehearsal {
		c = a.typing(ctx, r.order, from)
	}
	if r.steps = append(r.steps, c.step); c.step.err != nil {
		return false
	}
	var q geo.ResolveRequest
	if err := json.Unmarshal(c.json, &q.Suggestion); err != nil {
		return r.fail(name, err)
	}
	q.Language, q.Key = r.Customer.Language, r.ID
	explain := func() ([]waybill.Candidate, error) { return a.geo.Explain(q) }
	return r.step(ctx, name, explain, func(ctx context.Context) error {
		res, err := a.geo.Resolve(ctx, q)
		if to.Place = res.Place; res.Refound {
			to.again, to.lost = res.Instance, q.Suggestion.Instance
		}
		return err
	})
}

// choiceKey is which address of which order.
type choiceKey struct {
	order int
	step  string
}

// district looks at the point where the mainland's vendor gave no division: the
// cities that are served go by its code.
func (a *app) district(ctx context.Context, r *result, p *found) bool {
	if p.Address.Region != "CN" || p.Address.Adcode != "" {
		return true
	}
	q := geo.ReverseGeocodeRequest{Point: p.Point, Language: r.Customer.Language, Key: r.ID}
	explain := func() ([]waybill.Candidate, error) { return a.geo.Explain(q) }
	return r.step(ctx, stepDistrict, explain, func(ctx context.Context) error {
		res, err := a.geo.ReverseGeocode(ctx, q)
		p.Address.Adcode = res.Place.Address.Adcode
		return err
	})
}

// translate has both places in the driver's language, if the customer's is
// another. Without it the driver reads what the customer reads: that is no reason
// to stop.
func (a *app) translate(ctx context.Context, r *result) {
	if r.driver.Language == "" || r.driver.Language == r.Customer.Language {
		return
	}
	for _, e := range []struct {
		p    *found
		from address
	}{{&r.pickup, r.Pickup}, {&r.dropoff, r.Dropoff}} {
		q := geo.LocalizeRequest{ID: e.p.ID, Point: e.p.Point, Languages: []string{r.driver.Language}, Key: r.ID}
		explain := func() ([]waybill.Candidate, error) { return a.geo.Explain(q) }
		r.optional(ctx, stepLanguage, explain, func(ctx context.Context) error {
			res, err := a.geo.Localize(ctx, q)
			if err == nil {
				e.p.reads = shown(res.Places[0], "")
			}
			return err
		})
	}
}

// shown is the address as the vendor writes it for display, else as the customer
// wrote it.
func shown(p geo.Place, asked string) string {
	if p.Address.Formatted != "" {
		return p.Address.Formatted
	}
	return asked
}

// forDriver is what the driver reads of a place.
func (p *found) forDriver(from address) string {
	if p.reads != "" {
		return p.reads
	}
	return shown(p.Place, from.written())
}
