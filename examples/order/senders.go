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

// newSMS builds the client for text messages. Mainland China and India take no
// sender and no text that was not registered; these registrations are invented.
func newSMS(p *providers) (*sms.Client, error) {
	options := []sms.Option{
		sms.WithRegion(phone.Region),
		sms.WithCheck(phone.Policy{}.Check),
		sms.WithTemplate(driverTemplate, sms.Template{Language: "en", Texts: driverTexts()}),
		sms.WithSender(sms.SenderRule{From: "Waybill"}),
		sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, From: "Waybill", Sign: "运单示例"}),
		sms.WithSender(sms.SenderRule{Regions: []string{"IN"}, From: "WAYBIL",
			EntityID: "1201159160000012345", ContentID: "1207161730000067890"}),
	}
	for _, gateway := range p.sms {
		options = append(options, sms.With(gateway.provider, sms.As(gateway.name)))
	}
	return sms.New(options...)
}

// newPush builds the client for pushes.
func newPush(p *providers) (*push.Client, error) {
	var options []push.Option
	for _, service := range p.push {
		options = append(options, push.With(service.provider, push.As(service.name)))
	}
	return push.New(options...)
}
