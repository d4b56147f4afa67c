package tencentsms_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/tencentsms"
)

// start makes an adapter on a fake service.
func start() (*smstest.Tencent, *tencentsms.Adapter) {
	fake := smstest.NewTencent(&smstest.TencentOptions{EchoSession: true})
	gateway, err := tencentsms.New(smstest.TencentSecretID, smstest.TencentSecretKey, smstest.TencentAppID, &tencentsms.Options{BaseURL: fake.URL(), Sign: smstest.TencentSign})
	if err != nil {
		panic(err)
	}
	return fake, gateway
}

func ExampleNew() {
	fake, gateway := start()
	defer fake.Close()
	client, err := sms.New(
		sms.With(gateway, sms.In("CN")),
		sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: smstest.TencentSign}),
		sms.WithTemplate("arrived", sms.Template{Gateways: []sms.GatewayTemplate{{Gateway: "tencentsms", ID: smstest.TencentTemplate,
			Params: []sms.TemplateParam{{Param: "number"}, {Param: "state"}}}}}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := client.Send(context.Background(), sms.Message{To: "+8613800138000", Template: "arrived",
		Params: map[string]string{"number": "A-17", "state": "已送达"}, Key: "order-17"})
	fmt.Println(receipt.Provider, receipt.ID, err)
	fmt.Println(fake.Messages()[0].Text)
	// Output:
	// tencentsms 5000:0000000001045710669157053657 <nil>
	// 您的订单A-17已送达。
}

func exampleMessage() sms.Message {
	return sms.Message{To: "+8613800138000", Key: "code-1", Kind: sms.Verification, Gateway: sms.GatewayMessage{
		TemplateID: smstest.TencentCode, Params: []sms.Param{{Value: "482913"}, {Value: "5"}}}}
}

func ExampleAdapter_Send() {
	fake, gateway := start()
	defer fake.Close()
	fake.FailCode("LimitExceeded.PhoneNumberOneHourLimit")
	_, err := gateway.Send(context.Background(), exampleMessage())
	fmt.Println(err)
	fmt.Println(waybill.ScopeOf(err), waybill.DeliveryOf(err))
	// Output:
	// tencentsms: send: recipient limited (LimitExceeded.PhoneNumberOneHourLimit too many messages to this number in an hour)
	// recipient not_sent
}

func ExampleAdapter_Check() {
	fake, gateway := start()
	defer fake.Close()
	fmt.Println(gateway.Check(sms.Message{To: "+8613800138000", Text: "您好"}))
	// Output: tencentsms: send: unsupported (Tencent sends approved templates, not texts)
}

func ExampleAdapter_SendBatch() {
	fake, gateway := start()
	defer fake.Close()
	message := exampleMessage()
	message.To, message.Key = "", ""
	for _, r := range gateway.SendBatch(context.Background(), sms.Batch{Message: message, Recipients: []sms.Recipient{
		{To: "+8613800138000", Key: "code-1"}, {To: "+8613800138001", Key: "code-2"}, {To: "+861080013800", Key: "code-3"},
	}}) {
		fmt.Println(r.Receipt.ID, r.Err)
	}
	// Output:
	// 5000:0000000001045710669157053657 <nil>
	// 5000:0000000001045710669157053658 <nil>
	//  tencentsms: send: invalid argument (InvalidParameterValue.IncorrectPhoneNumber the number is not valid)
}

func ExampleAdapter_Reconcile() {
	fake, gateway := start()
	defer fake.Close()
	if fault, ok := smstest.FaultNamed("reset_before_reply_processed"); ok {
		fake.Fail(fault)
	}
	begun := time.Now()
	_, err := gateway.Send(context.Background(), exampleMessage())
	fmt.Println(waybill.DeliveryOf(err))
	fake.Heal()
	outcome, err := gateway.Reconcile(context.Background(), sms.ReconcileRequest{Message: exampleMessage(), Begun: begun, Ended: time.Now()})
	fmt.Println(outcome.Delivery, outcome.Status, err)
	// Output:
	// ambiguous
	// sent delivered <nil>
}

func ExampleAdapter_TemplateStatuses() {
	fake, gateway := start()
	defer fake.Close()
	statuses, err := gateway.TemplateStatuses(context.Background(), []string{smstest.TencentCode, smstest.TencentPending, "9999"})
	for _, s := range statuses {
		fmt.Println(s.ID, s.Approval)
	}
	fmt.Println(err)
	// Output:
	// 1111 approved
	// 1112 pending
	// 9999 missing
	// <nil>
}

func ExampleAdapter_ReadWebhook() {
	fake, gateway := start()
	defer fake.Close()
	events, err := gateway.ReadWebhook(context.Background(), &sms.WebhookCall{Method: http.MethodPost,
		Body: []byte(`[{"nationcode":"86","mobile":"13800138000","report_status":"SUCCESS","errmsg":"DELIVRD","sid":"5000:1"}]`)})
	fmt.Println(events.Reports[0], err)
	fmt.Println(events.Answer.Body)
	// Output:
	// sms.DeliveryReport{tencentsms 5000:1 to +86****8000: delivered DELIVRD} <nil>
	// {"result":0,"errmsg":"OK"}
}
