package sms_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// centre makes a client of one gateway on a fake.
func centre() (*smstest.Aliyun, *aliyunsms.Adapter, *sms.Client) {
	fake := smstest.NewAliyun(nil)
	gateway, err := aliyunsms.New(smstest.AliyunKeyID, smstest.AliyunSecret, &aliyunsms.Options{BaseURL: fake.URL()})
	if err != nil {
		panic(err)
	}
	entry := func(id, name string) sms.Template {
		return sms.Template{Gateways: []sms.GatewayTemplate{{Gateway: "aliyunsms", ID: id, Params: []sms.TemplateParam{{Name: name, Param: name}}}}}
	}
	client, err := sms.New(sms.With(gateway, sms.In("CN")),
		sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: smstest.AliyunSign}),
		sms.WithTemplate("code", entry(smstest.AliyunCode, "code")), sms.WithTemplate("offer", entry(smstest.AliyunPending, "name")))
	if err != nil {
		panic(err)
	}
	return fake, gateway, client
}

func ExampleNewReceiver() {
	fake, gateway, _ := centre()
	defer fake.Close()
	receiver, err := sms.NewReceiver(gateway, sms.ReceiverOptions{
		Token:  "a-secret-in-the-URL",
		Report: func(_ context.Context, r sms.DeliveryReport) error { fmt.Println(r); return nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/hooks/aliyun", receiver)
	for range 2 { // the gateway repeats itself
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/hooks/aliyun?token=a-secret-in-the-URL",
			strings.NewReader(`[{"phone_number":"13800138000","success":true,"err_code":"DELIVERED","biz_id":"9^0","out_id":"code-1"}]`)))
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// sms.DeliveryReport{aliyunsms 9^0 to +86****8000: delivered DELIVERED}
	// 200 {"code":0,"msg":"接收成功"}
	// 200 {"code":0,"msg":"接收成功"}
}

func ExampleReceiver_Flush() {
	fake, gateway, _ := centre()
	defer fake.Close()
	receiver, err := sms.NewReceiver(gateway, sms.ReceiverOptions{AllowUnsigned: true, Report: func(context.Context, sms.DeliveryReport) error { return nil }})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(receiver.Flush(context.Background())) // before the process ends
	// Output: <nil>
}

func ExampleNewMemorySeen() {
	seen := sms.NewMemorySeen(1000, time.Hour)
	ctx := context.Background()
	claim, _ := seen.Claim(ctx, "report-1")
	fmt.Println(claim == sms.Fresh)
	_ = seen.Keep(ctx, "report-1")
	claim, _ = seen.Claim(ctx, "report-1")
	fmt.Println(claim == sms.Handled)
	// Output:
	// true
	// true
}

func ExampleClient_Check() {
	fake, _, client := centre()
	defer fake.Close()
	checks, err := client.Check(context.Background())
	for _, c := range checks {
		fmt.Println(c.Template, c.Gateway, c.Approval)
	}
	fmt.Println(err)
	// Output:
	// code aliyunsms approved
	// offer aliyunsms pending
	// sms: check_templates: permission denied (templates that may not be sent: offer at aliyunsms (pending))
}

func ExampleClient_Reconcile() {
	fake, _, client := centre()
	defer fake.Close()
	if fault, ok := smstest.FaultNamed("reset_before_reply_processed"); ok {
		fake.Fail(fault)
	}
	message := sms.Message{To: "+8613800138000", Template: "code", Params: map[string]string{"code": "482913"}, Kind: sms.Verification, Key: "code-1"}
	_, err := client.Send(context.Background(), message)
	fmt.Println(waybill.DeliveryOf(err))
	fake.Heal()
	if request, ok := sms.ReconcileOf(message, err); ok {
		outcome, err := client.Reconcile(context.Background(), request)
		fmt.Println(outcome.Delivery, outcome.Status, err)
	}
	// Output:
	// ambiguous
	// sent delivered <nil>
}

func ExampleClient_SendBatch() {
	fake, _, client := centre()
	defer fake.Close()
	results := client.SendBatch(context.Background(), sms.Batch{
		Message: sms.Message{Template: "code", Kind: sms.Verification},
		Recipients: []sms.Recipient{
			{To: "+8613800138000", Key: "code-1", Params: map[string]string{"code": "482913"}},
			{To: "+8613800138001", Key: "code-2", Params: map[string]string{"code": "771204"}},
			{To: "+447700900123", Key: "code-3", Params: map[string]string{"code": "118244"}},
		}})
	for _, r := range results {
		fmt.Println(r.Receipt.ID, waybill.CodeOf(r.Err))
	}
	fmt.Println(fake.Messages()[1].Text)
	// Output:
	// 900619746936498440^0 unknown
	// 900619746936498440^0 unknown
	//  unsupported
	// 您的验证码771204，5分钟内有效。
}

func ExampleStatusOfSMPP() {
	fmt.Println(sms.StatusOfSMPP("UNDELIV"))
	// Output: failed true
}
