package aliyunsms_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// start makes an adapter on a fake service.
func start() (*smstest.Aliyun, *aliyunsms.Adapter) {
	fake := smstest.NewAliyun(nil)
	gateway, err := aliyunsms.New(smstest.AliyunKeyID, smstest.AliyunSecret, &aliyunsms.Options{BaseURL: fake.URL(), Sign: smstest.AliyunSign})
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
		sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: smstest.AliyunSign}),
		sms.WithTemplate("arrived", sms.Template{Gateways: []sms.GatewayTemplate{{Gateway: "aliyunsms", ID: smstest.AliyunTemplate,
			Params: []sms.TemplateParam{{Name: "order", Param: "number"}, {Name: "state", Param: "state"}}}}}),
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
	// aliyunsms 900619746936498440^0 <nil>
	// 您的订单A-17已送达。
}

func exampleMessage() sms.Message {
	return sms.Message{To: "+8613800138000", Key: "code-1", Kind: sms.Verification, Gateway: sms.GatewayMessage{
		TemplateID: smstest.AliyunCode, Params: []sms.Param{{Name: "code", Value: "482913"}}}}
}

func ExampleAdapter_Send() {
	fake, gateway := start()
	defer fake.Close()
	fake.FailCode("isv.BUSINESS_LIMIT_CONTROL")
	_, err := gateway.Send(context.Background(), exampleMessage())
	fmt.Println(err)
	fmt.Println(waybill.ScopeOf(err), waybill.DeliveryOf(err))
	// Output:
	// aliyunsms: send: recipient limited (isv.BUSINESS_LIMIT_CONTROL too many messages to this number in an hour)
	// recipient not_sent
}

func ExampleAdapter_Check() {
	fake, gateway := start()
	defer fake.Close()
	fmt.Println(gateway.Check(sms.Message{To: "+8613800138000", Text: "您好"}))
	// Output: aliyunsms: send: unsupported (Alibaba Cloud sends approved templates, not texts)
}

func ExampleAdapter_SendBatch() {
	fake, gateway := start()
	defer fake.Close()
	message := exampleMessage()
	message.To, message.Key = "", ""
	for _, r := range gateway.SendBatch(context.Background(), sms.Batch{Message: message, Recipients: []sms.Recipient{
		{To: "+8613800138000", Key: "code-1"}, {To: "+8613800138001", Key: "code-2"}, {To: "+12025550123", Key: "code-3"},
	}}) {
		fmt.Println(r.Receipt.ID, r.Err)
	}
	// Output:
	// 900619746936498440^0 <nil>
	// 900619746936498440^0 <nil>
	//  aliyunsms: send: unsupported (a North American number looks like a mainland one here (Options.NorthAmerica))
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
	statuses, err := gateway.TemplateStatuses(context.Background(), []string{smstest.AliyunCode, smstest.AliyunPending, "SMS_1"})
	for _, s := range statuses {
		fmt.Println(s.ID, s.Approval)
	}
	fmt.Println(err)
	// Output:
	// SMS_154950910 approved
	// SMS_154950911 pending
	// SMS_1 missing
	// <nil>
}

func ExampleAdapter_ReadWebhook() {
	fake, gateway := start()
	defer fake.Close()
	events, err := gateway.ReadWebhook(context.Background(), &sms.WebhookCall{Method: http.MethodPost,
		Body: []byte(`[{"phone_number":"13800138000","success":true,"err_code":"DELIVERED","biz_id":"9^0","out_id":"code-1"}]`)})
	fmt.Println(events.Reports[0], err)
	fmt.Println(events.Answer.Body)
	// Output:
	// sms.DeliveryReport{aliyunsms 9^0 to +86****8000: delivered DELIVERED} <nil>
	// {"code":0,"msg":"接收成功"}
}
