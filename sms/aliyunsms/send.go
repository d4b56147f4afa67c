package aliyunsms

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// call is one message ready to be sent.
type call struct {
	m            sms.Message
	number, sign string
	params       string // JSON
}

// Send sends a template; see [sms.Sender] for the three outcomes. The receipt's
// ID is the BizId; the service tells neither parts nor price.
//
// Unsupported, before the network: texts, a template without id or with unnamed
// parameters, no sign name, any TTL, and North American numbers without
// Options.NorthAmerica.
func (a *Adapter) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	c := &call{m: m}
	if err := a.prepare(c); err != nil {
		return sms.Receipt{}, err
	}
	query := url.Values{"PhoneNumbers": {c.number}, "SignName": {c.sign}, "TemplateCode": {m.Gateway.TemplateID}}
	set(query, "TemplateParam", c.params)
	set(query, "OutId", m.Key)
	set(query, "SmsUpExtendCode", a.opts.ExtendCode)
	reply, err := a.exchange(ctx, wire.Request{Op: string(sms.Send), Ref: m.Key, Send: true, Private: c.private()}, "SendSms", query, nil)
	if err != nil {
		return sms.Receipt{}, err
	}
	id, bad := accepted(reply)
	if bad != nil {
		return sms.Receipt{}, bad
	}
	return receipt(id), nil
}

func receipt(id string) sms.Receipt {
	return sms.Receipt{Served: waybill.Served{Provider: name}, ID: id, Parts: []sms.Part{{ID: id}}}
}

func set(v url.Values, key, value string) {
	if value != "" {
		v.Set(key, value)
	}
}

// Check says without the network what Send would refuse; see [sms.Checker].
func (a *Adapter) Check(m sms.Message) error { return a.prepare(&call{m: m}) }

// prepare checks a message against the vocabulary's and the service's limits.
func (a *Adapter) prepare(c *call) error {
	m := &c.m
	if err := m.Validate(); err != nil {
		return waybill.AsError(err).With(name, string(sms.Send), m.Key)
	}
	c.sign = m.Gateway.Sign
	if c.sign == "" {
		c.sign = a.opts.Sign
	}
	switch {
	case m.Gateway.TemplateID == "":
		return unsupported(m, waybill.ScopeSender, "Alibaba Cloud sends approved templates, not texts")
	case c.sign == "":
		return unsupported(m, waybill.ScopeSender, "Alibaba Cloud needs a sign name")
	case strings.ContainsAny(c.sign, "【】[]"):
		return unsupported(m, waybill.ScopeSender, "the sign name carries brackets, which the service adds")
	case m.TTL > 0:
		return unsupported(m, waybill.ScopeRequest, "Alibaba Cloud has no time to live")
	case strings.HasPrefix(string(m.To), "+1") && !a.opts.NorthAmerica:
		return unsupported(m, waybill.ScopeRequest, "a North American number looks like a mainland one here (Options.NorthAmerica)")
	}
	c.number = format(m.To)
	var why string
	if c.params, why = templateParams(m.Gateway.Params); why != "" {
		return unsupported(m, waybill.ScopeSender, why)
	}
	return nil
}

// mainlandCode is the mainland's calling code.
const mainlandCode = "+86"

// format writes a number as the service does: eleven digits in the mainland,
// calling code and number elsewhere.
func format(n sms.Number) string {
	if national, ok := strings.CutPrefix(string(n), mainlandCode); ok {
		return national
	}
	return n.Digits()
}

// templateParams writes parameters as a JSON object of strings, in their order.
func templateParams(params []sms.Param) (text, why string) {
	if len(params) == 0 {
		return "", ""
	}
	seen := make(map[string]bool, len(params))
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	write := func(s string) {
		_ = enc.Encode(s) // a string can be written
		b.Truncate(b.Len() - 1)
	}
	b.WriteByte('{')
	for i, p := range params {
		switch {
		case p.Name == "":
			return "", "Alibaba Cloud names its templates' parameters, and one has no name"
		case seen[p.Name]:
			return "", "a parameter of the template is given twice"
		case !utf8.ValidString(p.Value):
			return "", "a parameter is not valid UTF-8"
		}
		seen[p.Name] = true
		if i > 0 {
			b.WriteByte(',')
		}
		write(p.Name)
		b.WriteByte(':')
		write(p.Value)
	}
	b.WriteByte('}')
	return b.String(), ""
}

func unsupported(m *sms.Message, scope waybill.Scope, why string) error {
	e := waybill.NotSupported(string(sms.Send), why)
	e.Scope = scope
	return e.With(name, "", m.Key)
}

// private is what must stand in no error.
func (c *call) private() []string {
	out := []string{string(c.m.To), c.m.To.Digits(), c.number, c.params, c.m.From}
	for _, p := range c.m.Gateway.Params {
		out = append(out, p.Value)
	}
	return out
}
