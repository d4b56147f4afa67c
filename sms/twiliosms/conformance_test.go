package twiliosms_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/twiliosms"
)

// codes is the table of the codes.
func codes() []smstest.CodeCase {
	const (
		request, recipient, sender = waybill.ScopeRequest, waybill.ScopeRecipient, waybill.ScopeSender
		service, account           = waybill.ScopeService, waybill.ScopeAccount
		not                        = waybill.NotSent
	)
	return []smstest.CodeCase{
		{Code: "20003", Want: waybill.Unauthenticated, Scope: account, Delivery: not},
		{Code: "20404", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "20429", Want: waybill.RateLimited, Scope: service, Delivery: not, RetryAfter: true},
		{Code: "20500", Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
		{Code: "21211", Want: waybill.InvalidArgument, Scope: request, Delivery: not},
		{Code: "21614", Want: waybill.Unregistered, Scope: recipient, Delivery: not},
		{Code: "21408", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21606", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21212", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21659", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21660", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21661", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21608", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21610", Want: waybill.OptedOut, Scope: recipient, Delivery: not},
		{Code: "21611", Want: waybill.RateLimited, Scope: sender, Delivery: not, RetryAfter: true},
		{Code: "21612", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21617", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "20005", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "10001", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "20006", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "20008", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "20403", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "10002", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21267", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21401", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21601", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21603", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21657", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21701", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21702", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21703", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21704", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21705", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21654", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21655", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21265", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21266", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21268", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21602", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21604", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21605", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21609", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21618", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21619", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21656", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21635", Want: waybill.Unregistered, Scope: recipient, Delivery: not},
		{Code: "21730", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: not},
		{Code: "20010", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "21217", Want: waybill.InvalidArgument, Scope: request, Delivery: not},
		{Code: "21607", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21616", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21708", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21709", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21711", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21712", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21910", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "21624", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21626", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21658", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "21699", Want: waybill.Unsupported, Scope: request, Delivery: not}, // one of the many others
	}
}

func messages() []smstest.MessageCase {
	cases := smstest.Messages()
	for i, n := range []int{1, 1, 1, 1, 1, 3, 3, 1, 1, 1} {
		cases[i].Parts = n
	}
	return append(cases,
		smstest.MessageCase{Name: "from a number", Message: sms.Message{To: london, From: "+15017122661", Text: "Order {key}"}, Parts: 1},
		smstest.MessageCase{Name: "from a short code", Message: sms.Message{To: london, From: "12345", Text: "Order {key}"}, Parts: 1},
		smstest.MessageCase{Name: "from a service", Message: sms.Message{To: london, From: smstest.TwilioService, Text: "Order {key}"}, Parts: 1},
		smstest.MessageCase{Name: "content", Message: sms.Message{To: london, From: "Quillwort", Gateway: sms.GatewayMessage{TemplateID: smstest.TwilioContent,
			Params: []sms.Param{{Name: "1", Value: "{key}"}, {Name: "2", Value: "has \"arrived\""}}}}, Parts: 1},
	)
}

func unsupported() []smstest.MessageCase {
	change := func(name string, f func(*sms.Message)) smstest.MessageCase {
		m := message()
		f(&m)
		return smstest.MessageCase{Name: name, Message: m}
	}
	content := sms.GatewayMessage{TemplateID: smstest.TwilioContent, Params: []sms.Param{{Name: "1"}, {Name: "1"}}}
	return []smstest.MessageCase{
		change("mainland", func(m *sms.Message) { m.To = "+8613800138000" }),
		change("mainland by region", func(m *sms.Message) { m.Region = "CN" }),
		change("no sender", func(m *sms.Message) { m.From = "" }),
		change("sender too long", func(m *sms.Message) { m.From = "WaybillExpress" }),
		change("sender in Chinese", func(m *sms.Message) { m.From = "运单" }),
		change("sender of digits only", func(m *sms.Message) { m.From = "123456789" }),
		change("text too long", func(m *sms.Message) { m.Text = strings.Repeat("a", 1601) }),
		change("time to live too short", func(m *sms.Message) { m.TTL = 999e6 }),
		change("template without id", func(m *sms.Message) { m.Text, m.Template = "", "order" }),
		change("variable twice", func(m *sms.Message) { m.Text, m.Gateway = "", content }),
		change("variable without a name", func(m *sms.Message) {
			m.Text, m.Gateway = "", sms.GatewayMessage{TemplateID: smstest.TwilioContent, Params: []sms.Param{{Value: "x"}}}
		}),
	}
}

func TestConformance(t *testing.T) {
	for name, options := range map[string]twiliosms.Options{"token": {}, "key": {KeySID: "SKfa4e0000000000000000000000000051", KeySecret: "fake-twilio-key-secret"}} {
		t.Run(name, func(t *testing.T) {
			fakeOptions := &smstest.TwilioOptions{User: options.KeySID, Password: options.KeySecret}
			h := smstest.Harness{
				New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
					o := options
					o.BaseURL, o.HTTPClient = baseURL, hc
					o.MaxReply = maxReply
					return twiliosms.New(smstest.TwilioAccount, smstest.TwilioToken, &o)
				},
				Server:      func(testing.TB) smstest.Server { return smstest.NewTwilio(fakeOptions) },
				Messages:    messages(),
				Codes:       codes(),
				Unsupported: unsupported(),
				Secrets:     []string{smstest.TwilioAccount, smstest.TwilioToken, "fake-twilio-key-secret"},
				NoRefs:      true,
			}
			if name == "key" {
				const why = "the same as with the token"
				h.Skip = map[string]string{"faults": why, "odd": why, "client": why, "context": why, "invalid": why, "unsupported": why}
			}
			smstest.Run(t, h)
		})
	}
}
