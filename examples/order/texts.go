package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/phone"
)

// This file is package sms at work: three messages of three kinds. Which gateway
// sends what in whose name is said in senders.go.

// confirm sends the customer a one-time code, if there is a number.
func (a *app) confirm(ctx context.Context, r *result) {
	if r.number == "" {
		return
	}
	code, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		r.fail(stepCode, err)
		return
	}
	a.transmit(ctx, r, stepCode, r.step, sms.Message{
		To: r.number, Kind: sms.Verification, Template: codeTemplate, Language: r.Customer.Language, Key: r.ID + "/code",
		Params: map[string]string{"code": fmt.Sprintf("%06d", code), "minutes": "5"},
	})
}

// text sends the driver the order, in the driver's language. The mainland's
// approved template has no room for addresses: the push brings them.
func (a *app) text(ctx context.Context, r *result) {
	a.transmit(ctx, r, stepSMS, r.step, sms.Message{
		To: r.driver.number, Kind: sms.Notification, Template: driverTemplate, Language: r.driver.Language, Key: r.ID + "/sms",
		Params: map[string]string{
			"order": r.ID, "from": r.pickup.forDriver(r.Pickup), "to": r.dropoff.forDriver(r.Dropoff),
			"km": kilometres(r.path.Distance), "min": minutes(r.path.Duration), "fare": r.fare.String(),
			"state": fmt.Sprintf("已派给您，%s公里，运费%s", kilometres(r.path.Distance), r.fare),
		},
	})
}

// offer sends the customer advertising, if that was agreed to. The order is
// complete without it, such as where the law wants texts registered.
func (a *app) offer(ctx context.Context, r *result) {
	if !r.Customer.Offers || r.number == "" {
		return
	}
	a.transmit(ctx, r, stepOffer, r.optional, sms.Message{
		To: r.number, Kind: sms.Marketing, Template: offerTemplate, Language: r.Customer.Language, Key: r.ID + "/offer",
		Params: map[string]string{"name": firstOf(r.mailbox.Name, "Hello")},
	})
}

// text is one SMS of an order.
type text struct {
	step    string
	message sms.Message
	receipt sms.Receipt
	refused []waybill.Candidate // why nobody could send it, if nobody was asked
}

// stepFunc is result.step or result.optional.
type stepFunc func(context.Context, string, func() ([]waybill.Candidate, error), func(context.Context) error) bool

// transmit sends one message and keeps the books. With the fakes the gateway then
// reports by its webhook, as a real one does later; see receipts.go.
func (a *app) transmit(ctx context.Context, r *result, name string, do stepFunc, m sms.Message) {
	t := text{step: name, message: m}
	a.intend(name, m.Key, m.Key)
	ok := do(ctx, name, func() ([]waybill.Candidate, error) { return a.sms.Explain(m) }, func(ctx context.Context) (err error) {
		t.receipt, err = a.sms.Send(ctx, m)
		return err
	})
	a.conclude(r, ok, m.Key)
	if last := r.steps[len(r.steps)-1]; !ok && len(last.attempts) == 0 {
		t.refused, _ = a.sms.Explain(m)
	}
	r.texts = append(r.texts, t)
	a.hooks.report(ctx, m.Key)
}

// lines are what is printed of a message.
func (t text) lines(j *journal) []string {
	var lines []string
	if t.receipt.Provider != "" {
		parts := ""
		if n := len(t.receipt.Parts); n > 0 {
			parts = "   " + plural(n, "part") + ", " + t.receipt.Encoding.String()
		}
		price := ""
		if t.receipt.Price != "" {
			price = "   " + t.receipt.Currency + " " + strings.TrimRight(t.receipt.Price, "0")
		}
		lines = append(lines, fmt.Sprintf("%s   %s by %s%s%s", t.message.To.Masked(), t.message.Kind, t.receipt.Instance, parts, price))
	}
	if t.refused != nil {
		lines = append(lines, fmt.Sprintf("%s   %s refused: nobody may send it, and nothing was sent", t.message.To.Masked(), t.message.Kind))
		lines = append(lines, reasons(t.refused)...)
		if phone.Region(t.message.To) == "IN" {
			lines = append(lines, "  India's operators deliver registered texts alone: SMS_IN_HEADER, SMS_IN_ENTITY and SMS_IN_CONTENT_… name them")
		}
	}
	e, known := j.of(t.message.Key)
	if t.receipt.Provider == "" && known && e.Delivery == waybill.Ambiguous {
		lines = append(lines, fmt.Sprintf("%s   %s by %s   nobody knows whether it was sent", t.message.To.Masked(), t.message.Kind, e.Instance))
	}
	if known && e.reports > 0 {
		lines = append(lines, "receipt: "+e.String())
	}
	return lines
}

// reasons say why each gateway was passed over.
func reasons(list []waybill.Candidate) []string {
	var order []string
	who := map[string][]string{}
	for _, c := range list {
		if who[c.Reason] == nil {
			order = append(order, c.Reason)
		}
		who[c.Reason] = append(who[c.Reason], c.Instance)
	}
	var lines []string
	for _, why := range order {
		lines = append(lines, "  "+strings.Join(who[why], ", ")+": "+why)
	}
	return lines
}
