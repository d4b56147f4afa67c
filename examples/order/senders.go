package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/phone"
)

// The logical names of what is sent by SMS. Each gateway has texts or templates of
// its own behind them.
const (
	driverTemplate = "driver" // notification: the order, for the driver
	codeTemplate   = "code"   // verification: the customer's one-time code
	offerTemplate  = "offer"  // marketing: the customer's next trip
)

// newSMS builds the client for text messages: the mainland's gateways for its
// numbers, then those that send texts anywhere.
func newSMS(p *providers, j *journal) (*sms.Client, error) {
	rules, err := sms.NewRules(sms.NewMemoryRules(), ruleSet(p))
	if err != nil {
		return nil, err
	}
	options := []sms.Option{
		sms.WithRegion(phone.Region),
		sms.WithCheck(phone.Policy{}.Check),
		sms.WithRules(rules),
		sms.WithRecorder(j),
		sms.WithTemplate(driverTemplate, driverTexts(p)),
		sms.WithTemplate(codeTemplate, codeTexts(p)),
		sms.WithTemplate(offerTemplate, offerTexts(p)),
	}
	for _, rule := range senderRules(p) {
		options = append(options, sms.WithSender(rule))
	}
	for _, gateway := range p.sms {
		if mainlandOnly(gateway.name) {
			options = append(options, sms.With(gateway.provider, sms.As(gateway.name), sms.In("CN")))
			continue
		}
		options = append(options, sms.With(gateway.provider, sms.As(gateway.name)))
	}
	return sms.New(options...)
}

// mainlandOnly are the gateways that send approved templates alone. Ours are
// approved for the mainland.
func mainlandOnly(gateway string) bool { return gateway == "aliyun" || gateway == "tencent" }

// ruleSet limits codes, and keeps advertising to the hours at which people are
// awake. The fakes' people never sleep, so that a run is the same at any hour.
func ruleSet(p *providers) sms.RuleSet {
	set := sms.RuleSet{Limits: sms.VerificationLimits()}
	for i := range set.Limits {
		set.Limits[i].Kinds = []sms.Kind{sms.Verification}
	}
	if p.fakes["nexmo"] != nil {
		set.Windows = []sms.SendingWindow{}
	}
	return set
}

// driverTexts are the texts by language: one in GSM characters has 160 in a part,
// others 70. The mainland's gateways have a template for them, with the same
// parameters by name and by place, and India's operators a content id.
func driverTexts(p *providers) sms.Template {
	return sms.Template{Language: "en", Texts: map[string]string{
		"en":      "Order {order}: from {from} to {to}. {km} km, about {min} min. Fare {fare}.",
		"zh":      "订单{order}：从{from}送到{to}，{km}公里，约{min}分钟，运费{fare}。",
		"zh-Hant": "訂單{order}：由{from}送往{to}，{km}公里，約{min}分鐘，運費{fare}。",
		"th":      "งาน {order}: จาก {from} ไป {to} ระยะทาง {km} กม. ประมาณ {min} นาที ค่าขนส่ง {fare}",
		"pt":      "Pedido {order}: de {from} para {to}. {km} km, cerca de {min} min. Frete {fare}.",
	}, Gateways: p.mapped("DRIVER", "order", "state")}
}

func codeTexts(p *providers) sms.Template {
	return sms.Template{Language: "en", Texts: map[string]string{
		"en":      "{code} is your code for this order. It is valid for {minutes} minutes.",
		"zh":      "您的验证码{code}，{minutes}分钟内有效。",
		"zh-Hant": "您的驗證碼{code}，{minutes}分鐘內有效。",
		"hi":      "{code} आपके ऑर्डर का कोड है, {minutes} मिनट के लिए मान्य।",
		"pt":      "{code} é o código do seu pedido, válido por {minutes} minutos.",
	}, Gateways: p.mapped("CODE", "code", "minutes")}
}

// offerTexts say how to stop them. India's operators have no content id for them,
// so that nothing can be sent there, and the mainland's gateways have not yet
// approved their template.
func offerTexts(p *providers) sms.Template {
	return sms.Template{Language: "en", Texts: map[string]string{
		"en": "{name}, your next trip is 10% off. Reply STOP to opt out.",
		"zh": "{name}，您的下一单九折优惠。拒收请回复R",
	}, Gateways: p.mapped("OFFER", "name")}
}

// mapped is what a template is called at the gateways that want it approved or
// registered. For the fakes that is what they have, for real ones it comes from
// the environment.
func (p *providers) mapped(template string, params ...string) []sms.GatewayTemplate {
	var out []sms.GatewayTemplate
	for _, g := range p.sms {
		e := sms.GatewayTemplate{Gateway: g.name}
		switch g.name {
		case "aliyun": // parameters by name
			e.Regions, e.ID = []string{"CN"}, p.registered("ALIYUN_SMS_TEMPLATE_"+template)
			for _, name := range params {
				if name != "minutes" { // the approved text has them
					e.Params = append(e.Params, sms.TemplateParam{Name: name, Param: name})
				}
			}
		case "tencent": // parameters by place
			e.Regions, e.ID = []string{"CN"}, p.registered("TENCENT_SMS_TEMPLATE_"+template)
			for _, name := range params {
				e.Params = append(e.Params, sms.TemplateParam{Param: name})
			}
		default:
			e.ContentID = p.registered("SMS_IN_CONTENT_" + template)
		}
		if e.ID != "" || e.ContentID != "" {
			out = append(out, e)
		}
	}
	return out
}

// senderRules say in whose name messages go out. Mainland China and India take
// no sender and no text that was not registered: without a rule the library
// sends nothing there.
func senderRules(p *providers) []sms.SenderRule {
	var rules []sms.SenderRule
	from := p.registered("NEXMO_FROM")
	if from != "" {
		rules = append(rules, sms.SenderRule{From: from})
	}
	if sign := p.registered("SMS_CN_SIGN"); sign != "" {
		rules = append(rules, sms.SenderRule{Regions: []string{"CN"}, Sign: sign, From: from})
	}
	if header := p.registered("SMS_IN_HEADER"); header != "" {
		rules = append(rules, sms.SenderRule{Regions: []string{"IN"}, From: header, EntityID: p.registered("SMS_IN_ENTITY")})
	}
	return rules
}

// approvals asks the gateways at the start what they have approved. What they
// have not is not sent there, and all else goes on; the answer is a line for each
// template.
func approvals(ctx context.Context, c *sms.Client) []string {
	checks, err := c.Check(ctx)
	if len(checks) == 0 {
		return nil
	}
	byTemplate := map[string][]string{}
	for _, k := range checks {
		word := k.Approval.String()
		if k.Err != nil {
			word = "not known"
		}
		byTemplate[k.Template] = append(byTemplate[k.Template], fmt.Sprintf("%s at %s (%s)", word, k.Gateway, k.ID))
	}
	lines := []string{"SMS templates, as the gateways' approvals stand:"}
	for _, name := range []string{driverTemplate, codeTemplate, offerTemplate} {
		if list := slices.Sorted(slices.Values(byTemplate[name])); len(list) > 0 {
			lines = append(lines, fmt.Sprintf("  %-8s %s", name, strings.Join(list, ", ")))
		}
	}
	if err != nil {
		lines = append(lines, "  what is not approved goes as a text through a gateway that may send one")
	}
	return append(lines, "")
}
