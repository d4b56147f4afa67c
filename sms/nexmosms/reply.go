package nexmosms

import (
	"bytes"
	"encoding/json"
	"math/big"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// currency of the prices. The reference of Vonage's newer API says euro; that of
// this one says nothing.
const currency = "EUR"

var (
	waitText   = regexp.MustCompile(`please wait \[ ?(\d{1,9}) ?\]`)
	statusText = regexp.MustCompile(`^\d{1,4}$`)
	priceText  = regexp.MustCompile(`^\d{1,12}(\.\d{1,12})?$`)
)

// envelope is the outer shape of every reply. Members are looked at one by one,
// so that an odd value of one that does not matter spoils nothing.
type envelope struct {
	Count    json.RawMessage   `json:"message-count"`
	Messages []json.RawMessage `json:"messages"`
}

// part is one part of a message as the reply has it.
type part struct {
	status    int
	known     bool // the status could be read
	id, price string
	text      string
}

// accepted reports whether Vonage took the part.
func (p *part) accepted() bool { return p.known && p.status == statusAccepted }

// decode reads what happened from a complete reply. The receipt has the accepted
// parts and is only meant if there are any.
func decode(reply *wire.Reply) (sms.Receipt, *waybill.Error) {
	var env envelope
	bad := reply.JSON(&env) // of another status than 2xx: what that status means
	var parts []part
	for _, raw := range env.Messages {
		parts = append(parts, parsePart(raw))
	}
	if !reply.OK() {
		return sms.Receipt{}, refusedByStatus(reply, parts)
	}
	if bad != nil {
		return sms.Receipt{}, bad
	}
	if len(parts) == 0 {
		return sms.Receipt{}, reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the reply lists no messages")
	}
	short := countOf(env.Count) > len(parts)
	receipt := receiptOf(parts)
	switch n := len(receipt.Parts); {
	case n == len(parts) && !short:
		return receipt, nil
	case n == len(parts):
		return receipt, reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Sent, wire.CodeReply, "the reply counts more parts than it lists")
	case n > 0:
		e := refusal(reply, parts)
		e.Delivery, e.RetryAfter = waybill.Sent, 0
		e.Message = strconv.Itoa(n) + " of " + strconv.Itoa(len(parts)) + " parts accepted; " + e.Message
		return receipt, e
	}
	e := refusal(reply, parts)
	if short {
		e.Delivery = waybill.Ambiguous
	}
	return sms.Receipt{}, e
}

// refusal is the error of the parts that were not accepted: the first that may
// have been sent all the same, else the first.
func refusal(reply *wire.Reply, parts []part) *waybill.Error {
	var first *waybill.Error
	for i := range parts {
		p := &parts[i]
		if p.accepted() {
			continue
		}
		e := partError(reply, p)
		if e.Delivery == waybill.Ambiguous {
			return e
		}
		if first == nil {
			first = e
		}
	}
	return first
}

func partError(reply *wire.Reply, p *part) *waybill.Error {
	if !p.known {
		return reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "a part of the reply has no status")
	}
	c := classOf(p.status)
	delivery := c.delivery
	if p.id != "" { // a refused message has no id
		delivery = waybill.Ambiguous
	}
	message := c.text
	switch p.status {
	case statusMissing, statusInvalid, statusInvalidMessage:
		if p.text != "" {
			message += ": " + p.text
		}
	}
	e := reply.Error(c.code, c.scope, delivery, strconv.Itoa(p.status), message)
	switch {
	case c.wait > 0 && e.RetryAfter == 0:
		e.RetryAfter = max(c.wait, hint(p.text))
	case c.wait == 0:
		e.RetryAfter = 0
	}
	return e
}

// refusedByStatus is the error of a reply whose HTTP status is not 2xx. A refusal
// in Vonage's own words under a 4xx counts as such; an acceptance under any
// leaves open which of the two is true.
func refusedByStatus(reply *wire.Reply, parts []part) *waybill.Error {
	e := reply.StatusError()
	if reply.Status == http.StatusTooManyRequests && e.RetryAfter == 0 {
		e.RetryAfter = throttleWait
	}
	readable := len(parts) > 0
	for i := range parts {
		if parts[i].accepted() || parts[i].id != "" {
			e.Delivery = waybill.Ambiguous
			return e
		}
		readable = readable && parts[i].known
	}
	if readable && reply.Status >= 400 && reply.Status <= 499 {
		return refusal(reply, parts)
	}
	return e
}

// receiptOf lists the accepted parts.
func receiptOf(parts []part) sms.Receipt {
	var r sms.Receipt
	total, digits := new(big.Rat), 0
	for i := range parts {
		p := &parts[i]
		if !p.accepted() {
			continue
		}
		one := sms.Part{ID: p.id}
		if priceText.MatchString(p.price) {
			one.Price = p.price
			n, _ := new(big.Rat).SetString(p.price)
			total.Add(total, n)
			_, frac, _ := strings.Cut(p.price, ".")
			digits = max(digits, len(frac))
			r.Price, r.Currency = total.FloatString(digits), currency
		}
		if r.ID == "" {
			r.ID = p.id
		}
		r.Parts = append(r.Parts, one)
	}
	return r
}

// parsePart reads one member of messages, whatever it is.
func parsePart(raw json.RawMessage) part {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return part{}
	}
	p := part{id: scalar(members["message-id"]), price: scalar(members["message-price"]), text: scalar(members["error-text"])}
	if s := scalar(members["status"]); statusText.MatchString(s) {
		p.status, _ = strconv.Atoi(s)
		p.known = true
	}
	return p
}

// scalar returns a JSON string or number as text, and "" for anything else.
func scalar(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return ""
	}
	if raw[0] == '"' {
		var s string
		_ = json.Unmarshal(raw, &s)
		return strings.TrimSpace(s)
	}
	if raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9' {
		return string(raw)
	}
	return ""
}

// countOf reads the number of parts, 0 when it cannot be read.
func countOf(raw json.RawMessage) int {
	n, err := strconv.Atoi(scalar(raw))
	if err != nil {
		return 0
	}
	return n
}
