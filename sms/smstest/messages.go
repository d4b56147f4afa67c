package smstest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// keyPrefix begins every key of the suite.
const keyPrefix = "smstest"

// recipient is a number that is reserved for drama and reaches nobody.
const recipient sms.Number = "+447700900123"

// mainland is a carrier's own service number in mainland China.
const mainland sms.Number = "+8613800138000"

// Messages are the messages that the suite sends unless the harness has its own:
// texts in both encodings, of one and of several parts, with every character
// that some protocol escapes, a time to live and a mainland signature. The sender
// is "Quillwort", a word that stands nowhere else, and the numbers reach nobody.
// All but the first may be Unsupported.
func Messages() []MessageCase {
	m := func(name, text string) MessageCase {
		return MessageCase{Name: name, Message: sms.Message{To: recipient, From: sender, Text: text}}
	}
	cases := []MessageCase{
		m("plain", "Order {key} of "+sentinel+" is on its way."),
		m("escapes", `Order {key}: 100% & more = "a" <b> 'c' [d] {e} \f + #1; why? /x ~ ^ | €`),
		m("line break", "Order {key}\nhas arrived."),
		m("Chinese", "订单{key}已送达，请查收。"),
		m("emoji", "Order {key} 😀👍🏽"),
		m("several parts", "Order {key}: "+strings.Repeat("the driver is nearer now. ", 16)),
		m("several parts, Chinese", "订单{key}："+strings.Repeat("司机已经更近了。", 20)),
		m("code", "Your code is 482913. Ref {key}"),
		m("time to live", "Order {key} arrives within the hour."),
		m("signature", "订单{key}已送达。"),
	}
	cases[7].Message.Kind = sms.Verification
	cases[8].Message.TTL = time.Hour
	cases[9].Message.To, cases[9].Message.Gateway.Sign = mainland, "运单测试"
	return cases
}

// keys gives out the suite's keys.
type keys struct{ n atomic.Int64 }

func (k *keys) next() string { return fmt.Sprintf("%s%08d", keyPrefix, k.n.Add(1)) }

// keyed returns the message with a key.
func keyed(m sms.Message, key string) sms.Message {
	put := func(s string) string { return strings.ReplaceAll(s, "{key}", key) }
	m.Key, m.Text = key, put(m.Text)
	if m.Params != nil {
		params := make(map[string]string, len(m.Params))
		for name, v := range m.Params {
			params[name] = put(v)
		}
		m.Params = params
	}
	params := make([]sms.Param, 0, len(m.Gateway.Params))
	for _, p := range m.Gateway.Params {
		params = append(params, sms.Param{Name: p.Name, Value: put(p.Value)})
	}
	if len(params) > 0 {
		m.Gateway.Params = params
	}
	return m
}

// badMessages are messages that no gateway could take.
func badMessages() map[string]sms.Message {
	good := sms.Message{To: recipient, From: "Waybill", Text: "Hello"}
	bad := make(map[string]sms.Message)
	change := func(name string, f func(*sms.Message)) {
		m := good
		f(&m)
		bad[name] = m
	}
	change("no number", func(m *sms.Message) { m.To = "" })
	change("national number", func(m *sms.Message) { m.To = "07700900123" })
	change("number with spaces", func(m *sms.Message) { m.To = "+44 7700 900123" })
	change("number too long", func(m *sms.Message) { m.To = "+4477009001234567" })
	change("unassigned calling code", func(m *sms.Message) { m.To = "+9990012345678" })
	change("nothing to say", func(m *sms.Message) { m.Text = "" })
	change("text and template", func(m *sms.Message) { m.Template = "hello" })
	change("broken text", func(m *sms.Message) { m.Text = "Hello \xff\xfe" })
	change("long text", func(m *sms.Message) { m.Text = strings.Repeat("a", sms.MaxText+1) })
	change("negative time to live", func(m *sms.Message) { m.TTL = -time.Second })
	change("unknown kind", func(m *sms.Message) { m.Kind = 99 })
	change("long key", func(m *sms.Message) { m.Key = strings.Repeat("k", 41) })
	change("odd key", func(m *sms.Message) { m.Key = "ключ" })
	change("broken sender", func(m *sms.Message) { m.From = "Quill\xff" })
	change("line break in the sender", func(m *sms.Message) { m.From = "Quill\r\nwort" })
	change("small region", func(m *sms.Message) { m.Region = "gb" })
	return bad
}

// bareTemplate names a template of the application's, which only a client knows.
func (s *suite) bareTemplate() sms.Message {
	m := s.next()
	m.Text, m.Gateway = "", sms.GatewayMessage{}
	m.Template, m.Params = "arrived", map[string]string{"name": "Mei"}
	return m
}

// outcome compares a report with what the gateway counted.
func outcome(err error, accepted int) string {
	switch d := waybill.DeliveryOf(err); {
	case accepted > 1:
		return fmt.Sprintf("the gateway accepted the message %d times", accepted)
	case err == nil && accepted == 0:
		return "a success is reported, and the gateway accepted nothing"
	case d == waybill.NotSent && accepted > 0:
		return "not_sent is reported, and the gateway accepted the message"
	case d == waybill.Sent && accepted == 0:
		return "sent is reported, and the gateway accepted nothing"
	}
	return ""
}
