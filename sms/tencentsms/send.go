package tencentsms

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// call is one message ready to be sent.
type call struct {
	m        sms.Message
	mainland bool
	sign     string
	params   []string
}

// sendRequest is the body of SendSms.
type sendRequest struct {
	PhoneNumberSet   []string
	SmsSdkAppID      string   `json:"SmsSdkAppId"`
	SignName         string   `json:",omitempty"`
	TemplateID       string   `json:"TemplateId"`
	TemplateParamSet []string `json:",omitempty"`
	ExtendCode       string   `json:",omitempty"`
	SessionContext   string   `json:",omitempty"`
	SenderID         string   `json:"SenderId,omitempty"`
}

// Send sends a template; see [sms.Sender] for the three outcomes. The receipt's
// ID is the SerialNo, and it has as many Parts as Tencent bills. The service tells
// no price.
//
// Unsupported, before the network: texts, a template without id, no signature for
// the mainland, and any TTL.
func (a *Adapter) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	c := &call{m: m}
	if err := a.prepare(c); err != nil {
		return sms.Receipt{}, err
	}
	reply, err := a.send(ctx, m.Key, []*call{c})
	if err != nil {
		return sms.Receipt{}, err
	}
	entries, bad := entries(reply)
	if bad != nil {
		return sms.Receipt{}, bad
	}
	e := find(entries, m.To, 1)
	if e == nil {
		return sms.Receipt{}, notListed(reply)
	}
	return e.result(reply)
}

// send makes the exchange for messages that differ in number alone.
func (a *Adapter) send(ctx context.Context, key string, calls []*call) (*wire.Reply, error) {
	first := calls[0]
	r := sendRequest{SmsSdkAppID: a.appID, SignName: first.sign, TemplateID: first.m.Gateway.TemplateID, TemplateParamSet: first.params,
		ExtendCode: a.opts.ExtendCode, SessionContext: key}
	if !first.mainland {
		r.SenderID = first.m.From
	}
	var private []string
	for _, c := range calls {
		r.PhoneNumberSet = append(r.PhoneNumberSet, string(c.m.To))
		private = append(private, c.private()...)
	}
	return a.exchange(ctx, wire.Request{Op: string(sms.Send), Ref: key, Send: true, Private: private}, "SendSms", &r)
}

// Check says without the network what Send would refuse; see [sms.Checker].
func (a *Adapter) Check(m sms.Message) error { return a.prepare(&call{m: m}) }

// prepare checks a message against the vocabulary's and the service's limits.
func (a *Adapter) prepare(c *call) error {
	m := &c.m
	if err := m.Validate(); err != nil {
		return waybill.AsError(err).With(name, string(sms.Send), m.Key)
	}
	c.mainland = strings.HasPrefix(string(m.To), "+86")
	c.sign = m.Gateway.Sign
	if c.sign == "" {
		c.sign = a.opts.Sign
	}
	switch {
	case m.Gateway.TemplateID == "":
		return unsupported(m, waybill.ScopeSender, "Tencent sends approved templates, not texts")
	case c.mainland && c.sign == "":
		return unsupported(m, waybill.ScopeSender, "Tencent needs a signature for the mainland")
	case strings.ContainsAny(c.sign, "【】[]"):
		return unsupported(m, waybill.ScopeSender, "the signature carries brackets, which the service adds")
	case m.TTL > 0:
		return unsupported(m, waybill.ScopeRequest, "Tencent has no time to live")
	}
	for _, p := range m.Gateway.Params {
		if !utf8.ValidString(p.Value) {
			return unsupported(m, waybill.ScopeSender, "a parameter is not valid UTF-8")
		}
		c.params = append(c.params, p.Value)
	}
	return nil
}

func unsupported(m *sms.Message, scope waybill.Scope, why string) error {
	e := waybill.NotSupported(string(sms.Send), why)
	e.Scope = scope
	return e.With(name, "", m.Key)
}

// private is what must stand in no error.
func (c *call) private() []string {
	return append([]string{string(c.m.To), c.m.To.Digits(), c.m.To.National(), c.m.From}, c.params...)
}
