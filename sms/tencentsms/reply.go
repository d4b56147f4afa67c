package tencentsms

import (
	"encoding/json"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// failure is an error of the whole request.
type failure struct {
	Code, Message wire.Scalar
}

// entry is what became of one number.
type entry struct {
	SerialNo    wire.Scalar
	PhoneNumber wire.Scalar
	Fee         wire.Scalar
	Code        wire.Scalar
}

// response decodes the reply's Response into v, which is a pointer, unless it is
// an error.
func response(reply *wire.Reply, v any) *waybill.Error {
	var whole struct{ Response json.RawMessage }
	if bad := reply.JSON(&whole); bad != nil {
		return bad
	}
	var head struct{ Error *failure }
	if len(whole.Response) == 0 || json.Unmarshal(whole.Response, &head) != nil {
		return malformed(reply, "the reply has no response")
	}
	if head.Error != nil {
		return requestError(reply, string(head.Error.Code))
	}
	if bad := reply.StatusError(); bad != nil {
		return bad
	}
	if json.Unmarshal(whole.Response, v) != nil {
		return malformed(reply, "the response has an unexpected shape")
	}
	return nil
}

func malformed(reply *wire.Reply, why string) *waybill.Error {
	if bad := reply.StatusError(); bad != nil {
		return bad
	}
	return reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, why)
}

// requestError is the error of a refused request.
func requestError(reply *wire.Reply, code string) *waybill.Error {
	c, known := classOf(code)
	if bad := reply.StatusError(); bad != nil && (!known || reply.Status < 400) {
		if code != "" {
			bad.VendorCode = reply.Scrub(code)
		}
		return bad
	}
	if reply.Status >= 500 && c.code != waybill.RateLimited {
		c.delivery = waybill.Ambiguous
	}
	return c.error(reply, code)
}

func (c *class) error(reply *wire.Reply, code string) *waybill.Error {
	e := reply.Error(c.code, c.scope, c.delivery, code, c.text)
	if e.RetryAfter == 0 && c.wait != nil {
		e.RetryAfter = c.wait()
	}
	return e
}

// entries reads the numbers' own results.
func entries(reply *wire.Reply) ([]*entry, *waybill.Error) {
	var v struct{ SendStatusSet []json.RawMessage }
	if bad := response(reply, &v); bad != nil {
		return nil, bad
	}
	var out []*entry
	for _, raw := range v.SendStatusSet {
		e := new(entry)
		if json.Unmarshal(raw, e) == nil && e.Code != "" {
			out = append(out, e)
		}
	}
	return out, nil
}

// find returns a number's result, one that says it was sent before others. The
// service may write the number in another form, which only matters when several
// were sent to.
func find(list []*entry, to sms.Number, sent int) *entry {
	if sent == 1 && len(list) == 1 {
		return list[0]
	}
	var found *entry
	for _, e := range list {
		n := strings.TrimPrefix(strings.TrimPrefix(string(e.PhoneNumber), "+"), "00")
		if n != to.Digits() && n != to.National() {
			continue
		}
		if found == nil || e.ok() {
			found = e
		}
	}
	return found
}

func (e *entry) ok() bool { return strings.EqualFold(string(e.Code), "Ok") }

func notListed(reply *wire.Reply) *waybill.Error {
	return malformed(reply, "the reply does not mention the number")
}

// result turns a number's result into a receipt or an error.
func (e *entry) result(reply *wire.Reply) (sms.Receipt, error) {
	id := string(e.SerialNo)
	fee, _ := e.Fee.Int()
	if e.ok() {
		r := sms.Receipt{Served: waybill.Served{Provider: name}, ID: id, Parts: []sms.Part{{ID: id}}}
		for n := int64(2); n <= min(fee, sms.MaxParts); n++ {
			r.Parts = append(r.Parts, sms.Part{ID: id})
		}
		return r, nil
	}
	code := string(e.Code)
	c, known := classOf(code)
	if !known { // a refused number has neither serial number nor fee
		c = class{code: waybill.Unknown, scope: waybill.ScopeRequest, delivery: waybill.NotSent, text: "undocumented code"}
	}
	if id != "" || fee > 0 {
		c.delivery = waybill.Ambiguous
	}
	return sms.Receipt{}, c.error(reply, code)
}
