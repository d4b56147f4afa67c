package twiliosms

import (
	"regexp"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// resource is a message as Twilio writes it.
type resource struct {
	SID       wire.Scalar `json:"sid"`
	Status    wire.Scalar `json:"status"`
	Segments  wire.Scalar `json:"num_segments"`
	Price     wire.Scalar `json:"price"`
	Unit      wire.Scalar `json:"price_unit"`
	ErrorCode wire.Scalar `json:"error_code"`
	To        wire.Scalar `json:"to"`
	From      wire.Scalar `json:"from"`
	Service   wire.Scalar `json:"messaging_service_sid"`
	Body      *string     `json:"body"`
	Created   wire.Scalar `json:"date_created"`
	Direction wire.Scalar `json:"direction"`
}

// refusal is what a 4xx or 5xx carries.
type refusal struct {
	Code wire.Scalar `json:"code"`
}

var codeText = regexp.MustCompile(`^\d{5,6}$`)

// refused is the error of a reply that is not 2xx.
func refused(reply *wire.Reply) *waybill.Error {
	e := reply.StatusError()
	var v refusal
	if e == nil || reply.JSON(&v) != nil || !codeText.MatchString(string(v.Code)) {
		return e
	}
	code := string(v.Code)
	c, known := classOf(code)
	if !known || reply.Status < 400 || reply.Status > 499 {
		e.VendorCode = code
		e.Message = ""
		return e
	}
	e = reply.Error(c.code, c.scope, waybill.NotSent, code, c.text)
	if e.RetryAfter == 0 {
		e.RetryAfter = c.wait
	}
	return e
}

// decode reads the reply to a send.
func decode(reply *wire.Reply) (sms.Receipt, *waybill.Error) {
	if !reply.OK() {
		e := refused(reply)
		if e.Code == waybill.RateLimited && e.RetryAfter == 0 {
			e.RetryAfter = time.Second
		}
		return sms.Receipt{}, e
	}
	var v resource
	if bad := reply.JSON(&v); bad != nil {
		return sms.Receipt{}, bad
	}
	id := string(v.SID)
	if id == "" {
		return sms.Receipt{}, reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the reply has no SID")
	}
	r := sms.Receipt{Served: waybill.Served{Provider: name}, ID: id, Parts: []sms.Part{{ID: id}}}
	n, _ := v.Segments.Int()
	for i := int64(2); i <= min(n, sms.MaxParts); i++ {
		r.Parts = append(r.Parts, sms.Part{ID: id})
	}
	r.Price, r.Currency = v.price()
	switch v.Status {
	case "failed", "undelivered", "canceled": // taken on, and given up at once
		c := reportClass(string(v.ErrorCode))
		return r, reply.Error(c.code, c.scope, waybill.Sent, safeCode(string(v.ErrorCode)), "the message was taken on and failed; "+c.text)
	}
	return r, nil
}

var (
	priceText = regexp.MustCompile(`^-?(\d{1,9}(?:\.\d{1,12})?)$`)
	unitText  = regexp.MustCompile(`^[A-Z]{3}$`)
)

// price returns what a message costs; Twilio writes it as a debit.
func (v *resource) price() (amount, currency string) {
	m := priceText.FindStringSubmatch(string(v.Price))
	unit := strings.ToUpper(string(v.Unit))
	if m == nil || !unitText.MatchString(unit) {
		return "", ""
	}
	return m[1], unit
}

// safeCode returns a code if it is a number.
func safeCode(s string) string {
	if codeText.MatchString(s) {
		return s
	}
	return ""
}
