package main

import (
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/phone"
)

// driverTemplate is the logical name of the text that the driver gets.
const driverTemplate = "driver"

// driverTexts are the texts by language. A text in GSM characters has 160 in a
// part, others 70.
func driverTexts() map[string]string {
	return map[string]string{
		"en":      "Order {order}: from {from} to {to}. {km} km, about {min} min. Fare {fare}.",
		"zh":      "订单{order}：从{from}送到{to}，{km}公里，约{min}分钟，运费{fare}。",
		"zh-Hant": "訂單{order}：由{from}送往{to}，{km}公里，約{min}分鐘，運費{fare}。",
		"th":      "งาน {order}: จาก {from} ไป {to} ระยะทาง {km} กม. ประมาณ {min} นาที ค่าขนส่ง {fare}",
		"pt":      "Pedido {order}: de {from} para {to}. {km} km, cerca de {min} min. Frete {fare}.",
	}
}

// newSMS builds the client for text messages.
func newSMS(p *providers) (*sms.Client, error) {
	options := []sms.Option{
		sms.WithRegion(phone.Region),
		sms.WithCheck(phone.Policy{}.Check),
		sms.WithTemplate(driverTemplate, sms.Template{Language: "en", Texts: driverTexts()}),
	}
	for _, rule := range senderRules(p) {
		options = append(options, sms.WithSender(rule))
	}
	for _, gateway := range p.sms {
		options = append(options, sms.With(gateway.provider, sms.As(gateway.name)))
	}
	return sms.New(options...)
}

// senderRules say in whose name messages go out. Mainland China and India take
// no sender and no text that was not registered: without a rule the library
// sends nothing there. For the fakes the registrations are invented, for real
// gateways they come from the environment.
func senderRules(p *providers) []sms.SenderRule {
	get := p.getenv
	if p.fakes["nexmo"] != nil {
		invented := map[string]string{"NEXMO_FROM": "Waybill", "SMS_CN_SIGN": "运单示例",
			"SMS_IN_HEADER": "WAYBIL", "SMS_IN_ENTITY": "1201159160000012345", "SMS_IN_CONTENT": "1207161730000067890"}
		get = func(name string) string { return invented[name] }
	}
	var rules []sms.SenderRule
	if from := get("NEXMO_FROM"); from != "" {
		rules = append(rules, sms.SenderRule{From: from})
	}
	if sign := get("SMS_CN_SIGN"); sign != "" {
		rules = append(rules, sms.SenderRule{Regions: []string{"CN"}, Sign: sign, From: get("NEXMO_FROM")})
	}
	if header := get("SMS_IN_HEADER"); header != "" {
		rules = append(rules, sms.SenderRule{Regions: []string{"IN"}, From: header, EntityID: get("SMS_IN_ENTITY"), ContentID: get("SMS_IN_CONTENT")})
	}
	return rules
}

// newPush builds the client for pushes.
func newPush(p *providers) (*push.Client, error) {
	var options []push.Option
	for _, service := range p.push {
		options = append(options, push.With(service.provider, push.As(service.name)))
	}
	return push.New(options...)
}
