package sms_test

import (
	"strings"
	"testing"

	"github.com/waybill-go/waybill/sms"
)

// In the mainland the signature is counted and paid for as part of the text.
func TestTheEstimateCountsTheSign(t *testing.T) {
	g := &gateway{name: "g"}
	c := newClient(t, sms.With(g), sms.WithSender(sms.SenderRule{From: "Acme"}), sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: "运单"}),
		sms.WithTemplate("order", sms.Template{Texts: map[string]string{"zh": "{x}"}, Language: "zh",
			Gateways: []sms.GatewayTemplate{{Gateway: "g", ID: "T1", Sign: "运单测试", Params: []sms.TemplateParam{{Param: "x"}}}}}))
	for _, x := range []struct {
		to   sms.Number
		m    sms.Message
		want int
	}{
		{"+8613800138000", sms.Message{Text: strings.Repeat("a", 66)}, 1}, // 4 for 【运单】
		{"+8613800138000", sms.Message{Text: strings.Repeat("a", 67)}, 2},
		{"+8613800138000", sms.Message{Template: "order", Params: map[string]string{"x": strings.Repeat("中", 64)}}, 1}, // 6 for 【运单测试】
		{"+8613800138000", sms.Message{Template: "order", Params: map[string]string{"x": strings.Repeat("中", 65)}}, 2},
		{"+85291234567", sms.Message{Text: strings.Repeat("a", 160)}, 1},
	} {
		x.m.To = x.to
		r, err := c.Send(t.Context(), x.m)
		if err != nil || r.Estimate != x.want {
			t.Errorf("%d parts, want %d: %v", r.Estimate, x.want, err)
		}
	}
}
