package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/sms"
)

// The steps of an order, as they are printed.
const (
	stepPickup  = "pick-up"
	stepDropoff = "drop-off"
	stepWay     = "way"
	stepSMS     = "SMS"
	stepPush    = "push"
	stepMail    = "mail"
)

// result is what became of an order.
type result struct {
	*order
	pickup, dropoff geo.Place
	path            route.Path
	wayBy           string // who measured the way
	fare            money
	receipt         sms.Receipt
	push            push.Result
	mailed          mailed
	steps           []step
}

// step is one call of the library: what was tried, and how it ended.
type step struct {
	name     string
	passed   []waybill.Candidate // providers that are unwell or idle and were passed over
	attempts []waybill.Attempt
	err      *waybill.Error
	took     time.Duration
}

// failed returns the steps that did not succeed.
func (r *result) failed() []step {
	var out []step
	for _, s := range r.steps {
		if s.err != nil {
			out = append(out, s)
		}
	}
	return out
}

// step makes one call: it asks the client who would be passed over, records all
// attempts, and notes how it ended.
func (r *result) step(ctx context.Context, name string, explain func() ([]waybill.Candidate, error), call func(context.Context) error) bool {
	s := step{name: name}
	if candidates, err := explain(); err == nil {
		s.passed = unwell(candidates)
	}
	ctx, recorder := waybill.WithRecorder(ctx)
	start := time.Now()
	s.err = waybill.AsError(call(ctx))
	s.took, s.attempts = time.Since(start), recorder.Attempts()
	r.steps = append(r.steps, s)
	return s.err == nil
}

// unwell keeps the candidates that would serve if they were well, or were not
// told to wait.
func unwell(candidates []waybill.Candidate) []waybill.Candidate {
	var out []waybill.Candidate
	for _, c := range candidates {
		if c.Err == nil && c.Reason != "" || c.Err != nil && c.Err.RetryAfter > 0 {
			out = append(out, c)
		}
	}
	return out
}

// process takes an order through all steps. Without a way there is no fare and
// nothing to tell anybody; the three messages do not depend on each other.
func (a *app) process(ctx context.Context, o *order) *result {
	r := &result{order: o}
	if !a.locate(ctx, r) || !a.measure(ctx, r) {
		return r
	}
	a.text(ctx, r)
	a.notify(ctx, r)
	a.mail(ctx, r)
	return r
}

// locate turns both addresses into points.
func (a *app) locate(ctx context.Context, r *result) bool {
	for _, e := range []struct {
		name string
		from address
		to   *geo.Place
	}{{stepPickup, r.Pickup, &r.pickup}, {stepDropoff, r.Dropoff, &r.dropoff}} {
		find, explain := a.find(e.from, r)
		if !r.step(ctx, e.name, explain, func(ctx context.Context) (err error) {
			*e.to, err = find(ctx)
			return err
		}) {
			return false
		}
	}
	return true
}

// find returns how an address becomes a place: written out it is geocoded, typed
// it is what was chosen among the suggestions.
func (a *app) find(from address, r *result) (find func(context.Context) (geo.Place, error), explain func() ([]waybill.Candidate, error)) {
	if from.Typed {
		q := geo.SuggestRequest{Query: from.Text, Region: from.Region, City: from.City, Language: r.Driver.Language, Session: rand.Text(), Key: r.ID}
		return func(ctx context.Context) (geo.Place, error) { return a.choose(ctx, q) },
			func() ([]waybill.Candidate, error) { return a.geo.Explain(q) }
	}
	q := geo.GeocodeRequest{Query: from.Text, Region: from.Region, City: from.City, Language: r.Driver.Language, Limit: 1, Key: r.ID}
	return func(ctx context.Context) (p geo.Place, err error) {
		res, err := a.geo.Geocode(ctx, q)
		if err == nil {
			p = res.Places[0]
		}
		return p, err
	}, func() ([]waybill.Candidate, error) { return a.geo.Explain(q) }
}

// choose takes the first suggestion, as the customer did in the app. There it
// went as JSON, and from there it came back, maybe to another server: nothing is
// kept here between the two. The call that makes a place of it ends the session,
// and costs nothing where the vendor gave the point before.
func (a *app) choose(ctx context.Context, q geo.SuggestRequest) (geo.Place, error) {
	found, err := a.geo.Suggest(ctx, q)
	if err != nil {
		return geo.Place{}, err
	}
	sent, err := json.Marshal(found.Suggestions[0])
	if err != nil {
		return geo.Place{}, err
	}
	var chosen geo.Suggestion
	if err := json.Unmarshal(sent, &chosen); err != nil {
		return geo.Place{}, err
	}
	res, err := a.geo.Resolve(ctx, geo.ResolveRequest{Suggestion: chosen, Language: q.Language, Key: q.Key})
	return res.Place, err
}

// crosses reports whether the trip leads from one region to another.
func (r *result) crosses() bool { return r.pickup.Address.Region != r.dropoff.Address.Region }

// measure finds the way and its price. Pricing keeps estimates and the traffic
// out of the fare.
func (a *app) measure(ctx context.Context, r *result) bool {
	q := a.wayOf(r)
	return r.step(ctx, stepWay, func() ([]waybill.Candidate, error) { return a.route.Explain(q) }, func(ctx context.Context) error {
		res, err := a.route.Route(ctx, q)
		if err != nil {
			return err
		}
		r.path, r.wayBy = res.Paths[0], res.Instance
		r.fare = tariffOf(r.pickup.Address.Region).fare(r.path, r.crosses())
		return nil
	})
}

func (a *app) wayOf(r *result) route.Request {
	q := route.Request{Points: []geo.Point{r.pickup.Point, r.dropoff.Point}, Pricing: true, Polyline: true, Key: r.ID}
	if r.crosses() {
		q.Lane = borderLane
	}
	return q
}

// text sends the driver the order by SMS, in the driver's language.
func (a *app) text(ctx context.Context, r *result) {
	m := sms.Message{
		To: r.number, Template: driverTemplate, Language: r.Driver.Language, Key: r.ID + "/sms",
		Params: map[string]string{
			"order": r.ID, "from": shown(r.pickup, r.Pickup.Text), "to": shown(r.dropoff, r.Dropoff.Text),
			"km": kilometres(r.path.Distance), "min": minutes(r.path.Duration), "fare": r.fare.String(),
		},
	}
	a.intend(stepSMS, m.Key)
	ok := r.step(ctx, stepSMS, func() ([]waybill.Candidate, error) { return a.sms.Explain(m) }, func(ctx context.Context) (err error) {
		r.receipt, err = a.sms.Send(ctx, m)
		return err
	})
	a.conclude(r, ok, m.Key)
}

// notify pushes the order to the driver's app.
func (a *app) notify(ctx context.Context, r *result) {
	token := push.Token{Vendor: push.FCM, Value: r.token}
	n := &push.Notification{
		Kind: push.KindOrder, Title: "Order " + r.ID,
		Body: fmt.Sprintf("%s km, %s min, %s", kilometres(r.path.Distance), minutes(r.path.Duration), r.fare),
		Data: map[string]string{"order": r.ID}, TTL: 30 * time.Minute, Key: r.ID + "/push", Region: r.pickup.Address.Region,
	}
	a.intend(stepPush, token.Value)
	ok := r.step(ctx, stepPush, func() ([]waybill.Candidate, error) { return a.push.Explain(n, token) }, func(ctx context.Context) error {
		r.push = a.push.Send(ctx, n, []push.Token{token})[0]
		if r.push.Err != nil {
			return r.push.Err
		}
		return nil
	})
	a.conclude(r, ok, token.Value)
}

// shown is the address as the vendor writes it for display, else as the customer
// wrote it.
func shown(p geo.Place, asked string) string {
	if p.Address.Formatted != "" {
		return p.Address.Formatted
	}
	return asked
}

func kilometres(metres float64) string { return fmt.Sprintf("%.1f", metres/1000) }

func minutes(d time.Duration) string { return fmt.Sprintf("%.0f", math.Ceil(d.Minutes())) }
