package twiliosms_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/twiliosms"
)

// start makes an adapter on a fake Twilio.
func start() (*smstest.Twilio, *twiliosms.Adapter) {
	fake := smstest.NewTwilio(nil)
	gateway, err := twiliosms.New(smstest.TwilioAccount, smstest.TwilioToken, &twiliosms.Options{BaseURL: fake.URL(), From: "Waybill"})
	if err != nil {
		panic(err)
	}
	return fake, gateway
}

func ExampleNew() {
	fake, gateway := start()
	defer fake.Close()
	client, err := sms.New(sms.With(gateway, sms.Outside("CN")))
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := client.Send(context.Background(), sms.Message{To: "+447700900123", Text: "Order A-17 has arrived.", Key: "order-17"})
	fmt.Println(receipt.Provider, receipt.ID, receipt.Encoding, len(receipt.Parts), err)
	// Output: twiliosms SM0000000000000000000000fa4e000000 gsm7 1 <nil>
}

func ExampleAdapter_Send() {
	fake, gateway := start()
	defer fake.Close()
	fake.FailCode("21610")
	_, err := gateway.Send(context.Background(), sms.Message{To: "+447700900123", Text: "Hello"})
	fmt.Println(err)
	fmt.Println(waybill.CodeOf(err), waybill.ScopeOf(err), waybill.DeliveryOf(err))
	// Output:
	// twiliosms: send: opted out (21610 the recipient has opted out)
	// opted_out recipient not_sent
}

func ExampleAdapter_Check() {
	fake, gateway := start()
	defer fake.Close()
	fmt.Println(gateway.Check(sms.Message{To: "+8613800138000", Text: "您好"}))
	// Output: twiliosms: send: unsupported (texts to mainland China are not enabled (Options.Mainland))
}

func ExampleAdapter_Reconcile() {
	fake, gateway := start()
	defer fake.Close()
	message := sms.Message{To: "+447700900123", Text: "Order A-17 has arrived."}
	if fault, ok := smstest.FaultNamed("reset_before_reply_processed"); ok {
		fake.Fail(fault)
	}
	begun := time.Now()
	_, err := gateway.Send(context.Background(), message)
	fmt.Println(waybill.DeliveryOf(err))
	fake.Heal()
	outcome, err := gateway.Reconcile(context.Background(), sms.ReconcileRequest{Message: message, Begun: begun, Ended: time.Now()})
	fmt.Println(outcome.Delivery, outcome.Status, err)
	// Output:
	// ambiguous
	// sent delivered <nil>
}

func ExampleAdapter_ReadWebhook() {
	gateway, err := twiliosms.New("AC0123456789abcdef0123456789abcdef", "12345", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	const sid = "SM0123456789abcdef0123456789abcdef"
	form := url.Values{"SmsSid": {sid}, "MessageSid": {sid}, "SmsStatus": {"delivered"}, "MessageStatus": {"delivered"}, "To": {"+447700900000"},
		"From": {"+15017122661"}, "AccountSid": {"AC0123456789abcdef0123456789abcdef"}, "ApiVersion": {"2010-04-01"}}
	events, err := gateway.ReadWebhook(context.Background(), &sms.WebhookCall{Method: http.MethodPost, Form: form,
		URL:    &url.URL{Scheme: "https", Host: "example.com", Path: "/hooks/twilio"},
		Header: http.Header{"X-Twilio-Signature": {"FocP9vLa8BJbqIxNAVwPN4pZEXY="}}})
	fmt.Println(events.Signed, events.Reports[0], err)
	// Output: true sms.DeliveryReport{twiliosms SM0123456789abcdef0123456789abcdef to +44****0000: delivered } <nil>
}
