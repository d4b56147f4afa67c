package nexmosms_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
)

func ExampleNew() {
	fake := smstest.NewNexmo(nil)
	defer fake.Close()
	gateway, err := nexmosms.New(smstest.NexmoKey, smstest.NexmoSecret, &nexmosms.Options{BaseURL: fake.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := sms.New(sms.With(gateway), sms.WithSender(sms.SenderRule{From: "Waybill"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := client.Send(context.Background(), sms.Message{To: "+447700900123", Text: "订单A-17已送达。", Key: "order-17"})
	fmt.Println(receipt.Provider, receipt.ID, receipt.Encoding, len(receipt.Parts), receipt.Price, receipt.Currency, err)
	fmt.Println("accepted:", fake.Accepted("order-17"))
	// Output:
	// nexmosms 0C00000002170001 ucs2 1 0.03330000 EUR <nil>
	// accepted: 1
}

func ExampleAdapter_Send() {
	fake := smstest.NewNexmo(nil)
	defer fake.Close()
	gateway, err := nexmosms.New(smstest.NexmoKey, smstest.NexmoSecret, &nexmosms.Options{BaseURL: fake.URL(), From: "Waybill"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fake.FailCode("9")
	_, err = gateway.Send(context.Background(), sms.Message{To: "+447700900123", Text: "Hello"})
	fmt.Println(err)
	fmt.Println(waybill.CodeOf(err), waybill.ScopeOf(err), waybill.DeliveryOf(err))
	// Output:
	// nexmosms: send: quota exhausted (9 out of credit)
	// quota_exhausted account not_sent
}

func ExampleAdapter_Check() {
	gateway, err := nexmosms.New("abcd1234", "secret", &nexmosms.Options{From: "Waybill"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(gateway.Check(sms.Message{To: "+8613800138000", Text: "您好"}))
	// Output: nexmosms: send: unsupported (texts to mainland China are not enabled (Options.Mainland))
}

func ExampleSigning_String() {
	fmt.Println(nexmosms.MD5Hash, nexmosms.SHA256)
	// Output: md5hash sha256
}

func ExampleAdapter_ReadWebhook() {
	gateway, err := nexmosms.New("abcd1234", "secret", &nexmosms.Options{WebhookSecret: "my_signature_secret_32_bytes_long"})
	if err != nil {
		fmt.Println(err)
		return
	}
	call := &url.URL{Path: "/dlr", RawQuery: "api-key=abcd1234&client-ref=order-42&err-code=0&message-timestamp=2020-01-01+12%3A00%3A00" +
		"&messageId=0A0000001234567B&msisdn=447700900000&network-code=23410&nonce=ec11dd3e-1e7f-4db5-9467-82b02cd223b9&price=0.03330000" +
		"&scts=2001011400&status=delivered&timestamp=1577880000&to=AcmeInc&sig=3fd59cc26bd3484512c117e6ffb736bb"}
	events, err := gateway.ReadWebhook(context.Background(), &sms.WebhookCall{Method: http.MethodGet, URL: call})
	fmt.Println(events.Reports[0], err)
	fmt.Println(events.Signed, events.Reports[0].Key, events.Reports[0].Price)
	// Output:
	// sms.DeliveryReport{nexmosms 0A0000001234567B to +44****0000: delivered 0} <nil>
	// true order-42 0.03330000
}
