package main

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// This file is package push at work: drivers' apps report their tokens, and orders
// are pushed to drivers by their ids.

// newPush builds the client for pushes. A service writes them down, too: see
// push.WithRecorder and package push/sqlpush.
func newPush(p *providers) (*push.Client, error) {
	var options []push.Option
	for _, service := range p.push {
		options = append(options, push.With(service.provider, push.As(service.name)))
	}
	return push.New(options...)
}

// reportTokens is what a driver's app does at its start: it reports the tokens
// that the phone's push services gave it, with the company's numbers of their
// vendors. It returns how many were taken.
func (h *hooks) reportTokens(ctx context.Context, d *driver) (int, error) {
	session, taken := h.login(d.ID), 0
	for _, vendor := range slices.Sorted(maps.Keys(d.Tokens)) {
		if d.Tokens[vendor] == "" {
			continue
		}
		number, ok := push.TypeTable{}.Number(vendor)
		if !ok {
			return taken, fmt.Errorf("driver %s: tokens of %s have no number", d.ID, vendor)
		}
		body := url.Values{"os": {"1"}, "cidType": {strconv.Itoa(number)}, "pushCid": {d.Tokens[vendor]}, "language": {d.Language}}
		err := h.post(ctx, hookCall{URL: h.url + "/push/token", ContentType: "application/x-www-form-urlencoded", Body: body.Encode(), Session: session})
		if err != nil {
			return taken, err
		}
		taken++
	}
	return taken, nil
}

// orderTexts are what a push says, by the language that the app reported.
func orderTexts(r *result) map[string]push.Text {
	km, min := kilometres(r.path.Distance), minutes(r.path.Duration)
	from, to := r.pickup.forDriver(r.Pickup), r.dropoff.forDriver(r.Dropoff)
	return map[string]push.Text{
		"en":      {Title: "Order " + r.ID, Body: fmt.Sprintf("%s to %s, %s km, %s min, %s", from, to, km, min, r.fare)},
		"zh":      {Title: "订单 " + r.ID, Body: fmt.Sprintf("%s到%s，%s公里，%s分钟，%s", from, to, km, min, r.fare)},
		"zh-Hant": {Title: "訂單 " + r.ID, Body: fmt.Sprintf("%s到%s，%s公里，%s分鐘，%s", from, to, km, min, r.fare)},
		"th":      {Title: "งาน " + r.ID, Body: fmt.Sprintf("%s ไป %s %s กม. %s นาที %s", from, to, km, min, r.fare)},
		"pt":      {Title: "Pedido " + r.ID, Body: fmt.Sprintf("%s a %s, %s km, %s min, %s", from, to, km, min, r.fare)},
	}
}

// notify pushes the order to the driver, by id. A device gets it once: through
// the phone maker's own service, else through FCM.
func (a *app) notify(ctx context.Context, r *result) {
	n := &push.Notification{
		Kind: push.KindOrder, Texts: orderTexts(r), Language: "en",
		Data: map[string]string{"order": r.ID}, TTL: 30 * time.Minute, Key: r.ID + "/push", Region: r.pickup.Address.Region,
	}
	tokens, _ := a.registry.Tokens(ctx, []string{r.driver.ID}) // in memory: it does not fail
	var aliases []string
	for _, t := range tokens[0] {
		aliases = append(aliases, t.Token.Value) // the fakes count by token
	}
	explain := func() ([]waybill.Candidate, error) {
		if len(tokens[0]) == 0 {
			return nil, nil
		}
		return a.push.Explain(n, tokens[0][0].Token)
	}
	a.intend(stepPush, n.Key, aliases...)
	ok := r.step(ctx, stepPush, explain, func(ctx context.Context) error {
		var err error
		for _, u := range a.users.Send(ctx, []string{r.driver.ID}, n) {
			switch {
			case u.Outcome == push.UserAccepted:
				r.pushed = u
				return nil
			case u.Outcome == push.UserNoToken:
				err = &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Provider: "order", Op: "send", Ref: n.Key,
					Message: "the driver's app has reported no token"}
			case u.Err != nil:
				err = u.Err
			}
		}
		return err
	})
	a.conclude(r, ok, n.Key)
}
