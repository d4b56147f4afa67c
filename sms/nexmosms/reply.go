package nexmosms

import (
	"bytes"
	"encoding/json"
	"math/big"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

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
)

// wirePart is a member of messages. An odd value of one that does not matter
// spoils nothing.
type wirePart struct {
	ID     json.RawMessage `json:"message-id"`
	Price  json.RawMessage `json:"message-price"`
	Text   json.RawMessage `json:"error-text"`
	Status json.RawMessage `json:"status"`
}

// read returns the parts and how many were counted.
func read(reply *wire.Reply) (parts []part, count int, bad *waybill.Error) {
	if parts, count, ok := plain(reply.Body); ok {
		return parts, count, nil
	}
	return readAny(reply)
}

// readAny is read for every reply that is JSON. Where some part is no object,
// the others are still read, one by one.
func readAny(reply *wire.Reply) (parts []part, count int, bad *waybill.Error) {
	var whole struct {
		Count    json.RawMessage `json:"message-count"`
		Messages []*wirePart     `json:"messages"`
		UUID     json.RawMessage `json:"message_uuid"`
	}
	if bad = reply.JSON(&whole); bad == nil {
		if id := scalar(whole.UUID); id != "" && whole.Messages == nil && reply.Status == http.StatusAccepted {
			// How Vonage's Messages API accepts, under 202 alone: one id for the whole.
			return []part{{status: statusAccepted, known: true, id: id}}, 1, nil
		}
		for _, m := range whole.Messages {
			parts = append(parts, m.part())
		}
		return parts, countOf(whole.Count), nil
	}
	var single struct {
		Count    json.RawMessage   `json:"message-count"`
		Messages []json.RawMessage `json:"messages"`
	}
	bad = reply.JSON(&single)
	for _, raw := range single.Messages {
		var m *wirePart
		if json.Unmarshal(raw, &m) != nil {
			m = nil
		}
		parts = append(parts, m.part())
	}
	return parts, countOf(single.Count), bad
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
	parts, count, bad := read(reply)
	if !reply.OK() {
		return sms.Receipt{}, refusedByStatus(reply, parts)
	}
	if bad != nil {
		return sms.Receipt{}, bad
	}
	if len(parts) == 0 {
		return sms.Receipt{}, reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the reply lists no messages")
	}
	short := count > len(parts)
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
	r := sms.Receipt{Parts: make([]sms.Part, 0, len(parts))}
	var total *big.Rat // of more than one price
	digits := 0
	for i := range parts {
		p := &parts[i]
		if !p.accepted() {
			continue
		}
		one := sms.Part{ID: p.id}
		if isPrice(p.price) {
			one.Price = p.price
			_, frac, _ := strings.Cut(p.price, ".")
			digits = max(digits, len(frac))
			if r.Price == "" {
				r.Price, r.Currency = p.price, currency
			} else {
				if total == nil {
					total, _ = new(big.Rat).SetString(r.Price)
				}
				n, _ := new(big.Rat).SetString(p.price)
				total.Add(total, n)
			}
		}
		if r.ID == "" {
			r.ID = p.id
		}
		r.Parts = append(r.Parts, one)
	}
	if total != nil {
		r.Price = total.FloatString(digits)
	}
	return r
}

// isPrice reports whether s is a decimal number of up to 12 digits before the
// point and, if there is one, behind it.
func isPrice(s string) bool {
	whole, frac, pointed := strings.Cut(s, ".")
	return digits12(whole) && (!pointed || digits12(frac))
}

func digits12(s string) bool {
	return len(s) >= 1 && len(s) <= 12 && strings.Trim(s, "0123456789") == ""
}

// part reads a member; one that is no object has nothing.
func (m *wirePart) part() part {
	if m == nil {
		return part{}
	}
	p := part{id: scalar(m.ID), price: scalar(m.Price), text: scalar(m.Text)}
	if s := scalar(m.Status); statusText.MatchString(s) {
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
		if plain := raw[1:max(len(raw)-1, 1)]; len(raw) > 1 && bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
			return strings.TrimSpace(string(plain)) // valid JSON without escapes
		}
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
