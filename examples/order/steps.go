package main

import (
	"context"
	"slices"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo/area"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/route"
)

// The steps of an order, as they are printed.
const (
	stepTyping   = "typing"   // address.go
	stepPickup   = "pick-up"  // address.go
	stepDropoff  = "drop-off" // address.go
	stepDistrict = "district" // address.go
	stepArea     = "area"     // areas.go
	stepDriver   = "driver"   // dispatch.go
	stepLanguage = "language" // address.go
	stepWay      = "way"      // way.go
	stepCode     = "code"     // texts.go
	stepSMS      = "SMS"      // texts.go
	stepOffer    = "offer"    // texts.go
	stepPush     = "push"     // devices.go
	stepMail     = "mail"     // post.go
)

// result is what became of an order.
type result struct {
	*order
	ranks           map[string]int // of the providers, as they are asked
	rehearsal       bool           // asked about only, nobody is sent anything
	pickup, dropoff found
	verdict         area.Verdict
	driver          *driver
	approach        approach
	path            route.Path
	wayBy           string // who measured the way
	fare            money
	texts           []text
	pushed          push.UserResult
	mailed          mailed
	steps           []step
}

// process takes an order through all steps. Without a way there is no fare and
// nothing to tell anybody; the messages do not depend on each other.
func (a *app) process(ctx context.Context, o *order) *result {
	r := &result{order: o, ranks: a.ranks}
	if !a.locate(ctx, r) || !a.admit(r) || !a.dispatch(ctx, r) || !a.measure(ctx, r) {
		return r
	}
	a.translate(ctx, r)
	a.confirm(ctx, r)
	a.text(ctx, r)
	a.notify(ctx, r)
	a.mail(ctx, r)
	a.offer(ctx, r)
	return r
}

// rehearse asks about an order's places and way, and sends nobody anything.
func (a *app) rehearse(ctx context.Context, o *order) *result {
	r := &result{order: o, ranks: a.ranks, rehearsal: true}
	if a.locate(ctx, r) && a.admit(r) && a.measure(ctx, r) {
		return r
	}
	return nil
}

// step is one call of the library: what was tried, and how it ended.
type step struct {
	name     string
	optional bool                // its failure is none of the order's
	passed   []waybill.Candidate // providers that are unwell or idle
	ranks    map[string]int
	attempts []waybill.Attempt
	err      *waybill.Error
	took     time.Duration
}

// failed returns the steps that did not succeed, but for the optional ones.
func (r *result) failed() []step {
	var out []step
	for _, s := range r.steps {
		if s.err != nil && !s.optional {
			out = append(out, s)
		}
	}
	return out
}

// fail notes a step that ended before any provider was asked.
func (r *result) fail(name string, err error) bool {
	r.steps = append(r.steps, step{name: name, err: waybill.AsError(err)})
	return false
}

// step makes one call: it asks the client who would be passed over, records all
// attempts, and notes how it ended.
func (r *result) step(ctx context.Context, name string, explain func() ([]waybill.Candidate, error), call func(context.Context) error) bool {
	s := step{name: name, ranks: r.ranks}
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

// optional is a step without which the order is complete all the same.
func (r *result) optional(ctx context.Context, name string, explain func() ([]waybill.Candidate, error), call func(context.Context) error) bool {
	ok := r.step(ctx, name, explain, call)
	r.steps[len(r.steps)-1].optional = true
	return ok
}

// overtaken are the providers that would have come before the one who served, if
// they were well.
func (s step) overtaken() []waybill.Candidate {
	served := s.by()
	return slices.DeleteFunc(slices.Clone(s.passed), func(c waybill.Candidate) bool {
		return served != "" && s.ranks[c.Instance] >= s.ranks[served]
	})
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
