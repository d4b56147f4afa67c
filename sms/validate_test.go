package sms_test

import (
	"errors"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// What a gateway would be sent besides the text is text, too.
func TestValidateLooksAtAllTexts(t *testing.T) {
	for name, m := range map[string]sms.Message{
		"sender":             {From: "a\xff"},
		"line in the sender": {From: "a\r\nb"},
		"template":           {Gateway: sms.GatewayMessage{TemplateID: "\xff"}},
		"sign":               {Gateway: sms.GatewayMessage{Sign: "a\x00"}},
		"entity":             {Gateway: sms.GatewayMessage{EntityID: "\xff"}},
		"content":            {Gateway: sms.GatewayMessage{ContentID: "1\n"}},
	} {
		m.To, m.Text = "+447400123456", "Hello"
		if err := m.Validate(); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := sms.Message{To: "+447400123456", Text: "a\nb", From: "Ærø 7", Gateway: sms.GatewayMessage{TemplateID: "T-1", Sign: "签名", Params: []sms.Param{{Name: "a", Value: "b\nc"}}}}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}
