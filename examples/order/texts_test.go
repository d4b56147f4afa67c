package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// lookAtTexts holds what each fake took: the mainland's
// gateways a template with its own parameters and sign, the others a text in the
// recipient's language, with India's registration.
func lookAtTexts(t *testing.T, a *app, out string) {
	ali := map[string]smstest.AliyunMessage{}
	for _, m := range fakeOf[*smstest.Aliyun](t, a, "aliyun").Messages() {
		ali[m.OutID] = m
	}
	if m := ali["SZ-01/sms"]; m.Template != smstest.AliyunTemplate || m.Sign != smstest.AliyunSign || m.Text != "您的订单SZ-01已派给您，16.2公里，运费CNY 82.00。" {
		t.Errorf("the driver's: %+v", m)
	}
	if m := ali["SZ-01/code"]; m.Template != smstest.AliyunCode || !strings.HasPrefix(m.Text, "您的验证码") || strings.Contains(m.Param, "minutes") {
		t.Errorf("the code: %+v", m)
	}
	if len(ali) != 5 { // three drivers, two codes
		t.Errorf("%d messages at Aliyun", len(ali))
	}
	vonage := map[string]smstest.NexmoMessage{}
	for _, m := range fakeOf[*smstest.Nexmo](t, a, "nexmo").Messages() {
		vonage[m.Ref] = m
	}
	for key, want := range map[string]string{
		"IN-06/sms":   "Order IN-06: from 462 Senapati Bapat Marg, Lower Parel",
		"IN-06/code":  "मिनट के लिए मान्य",
		"TH-10/sms":   "งาน TH-10: จาก 991 ถนนพระรามที่ 1",
		"SP-12/sms":   "Pedido SP-12: de Avenida Paulista",
		"SG-02/offer": "Reply STOP to opt out.",
		"SZ-01/offer": "【" + smstest.AliyunSign + "】李小龙，您的下一单九折优惠。拒收请回复R",
	} {
		if m := vonage[key]; !strings.Contains(m.Text, want) {
			t.Errorf("%s: %q", key, m.Text)
		}
	}
	for key, content := range map[string]string{"IN-06/sms": "1207161730000067890", "IN-06/code": "1207161730000067891"} {
		if m := vonage[key]; m.From != "WAYBIL" || m.EntityID == "" || m.ContentID != content {
			t.Errorf("%s: header %q, entity %q, content %q", key, m.From, m.EntityID, m.ContentID)
		}
	}
	if _, sent := vonage["PN-11/offer"]; sent {
		t.Error("the unregistered offer was sent")
	}
	wantAll(t, out, "driver   approved at aliyun ("+smstest.AliyunTemplate+"), approved at tencent ("+smstest.TencentTemplate+")",
		"offer    pending at aliyun", "what is not approved goes as a text")
	wantAll(t, orderBlock(t, out, "PN-11"), "marketing refused: nobody may send it, and nothing was sent",
		"nexmo, nexmo-b: IN wants senders registered: no sender rule for IN or template gives a content id", "India's operators deliver registered texts alone", "offer ✗ before the network", "mail smtp ✓")
	wantAll(t, orderBlock(t, out, "SZ-01"), "verification by aliyun", "notification by aliyun", "marketing by nexmo")
}

// lookAtTencent holds that the second gateway of the mainland takes its
// parameters by place.
func lookAtTencent(t *testing.T, a *app, out string) {
	texts := map[string]string{}
	for _, m := range fakeOf[*smstest.Tencent](t, a, "tencent").Messages() {
		texts[m.Session] = m.Text
	}
	if got := texts["GZ-SZ-09/sms"]; got != "您的订单GZ-SZ-09已派给您，80.6公里，运费CNY 310.00。" {
		t.Error(got)
	}
	if got := texts["GZ-SZ-09/code"]; !strings.HasSuffix(got, "，5分钟内有效。") {
		t.Error(got)
	}
	wantAll(t, orderBlock(t, out, "GZ-SZ-09"), "notification by tencent", "receipt: delivered")
}

// lookAtRecords holds that each part is reported once, although the
// gateways call twice, and that the record then says so.
func lookAtRecords(t *testing.T, a *app, _ string) {
	if len(a.journal.entries) != 24 { // 12, 8 and 4
		t.Errorf("%d records", len(a.journal.entries))
	}
	for key, e := range a.journal.entries {
		if key == "PN-11/offer" {
			if e.Delivery != waybill.NotSent || e.reports != 0 {
				t.Errorf("%s: %s, %d reports", key, e.Delivery, e.reports)
			}
			continue
		}
		parts := max(1, e.Parts)
		if e.status != sms.StatusDelivered || e.reports != parts || e.delivered != parts || e.Delivery != waybill.Sent || e.Ended.IsZero() {
			t.Errorf("%s by %s: %s, %s, %d reports, %d of %d parts", key, e.Instance, e.Delivery, e.status, e.reports, e.delivered, parts)
		}
		if strings.Contains(e.Recipient, "5678") && !strings.Contains(e.Recipient, "*") {
			t.Errorf("%s: the record holds a number", key)
		}
	}
	if list := a.hooks.refusals(); len(list) > 0 {
		t.Errorf("the service refused its own gateways: %v", list)
	}
}

// lookAtHooks holds that a call without proof changes nothing.
func lookAtHooks(t *testing.T, a *app, _ string) {
	before, _ := a.journal.of("SG-02/sms")
	form := url.Values{"msisdn": {"6591234567"}, "to": {"Waybill"}, "messageId": {before.VendorID}, "status": {"rejected"}, "err-code": {"5"},
		"api-key": {smstest.NexmoKey}, "client-ref": {"SG-02/sms"}, "timestamp": {"1700000000"}}
	signed := func(secret string, at time.Time) string {
		f := url.Values{}
		for k, v := range form {
			f[k] = v
		}
		f.Set("timestamp", at.Format("20060102150405"))
		f.Set("sig", vonageSignature(f, secret))
		return f.Encode()
	}
	for name, c := range map[string]struct {
		call hookCall
		want int
	}{
		"unsigned":     {hookCall{URL: "/sms/nexmo", ContentType: "application/x-www-form-urlencoded", Body: form.Encode()}, http.StatusServiceUnavailable},
		"wrong secret": {hookCall{URL: "/sms/nexmo", ContentType: "application/x-www-form-urlencoded", Body: signed("guessed", time.Now())}, http.StatusUnauthorized},
		"no token":     {jsonCall("/sms/aliyun", map[string]any{"phone_number": "13912345678", "success": false, "err_code": "MOBILE_BLACK", "out_id": "SZ-01/sms"}), http.StatusUnauthorized},
		"no session":   {hookCall{URL: "/push/token", ContentType: "application/x-www-form-urlencoded", Body: "os=1&cidType=13&pushCid=x"}, http.StatusUnauthorized},
		"another path": {hookCall{URL: "/sms/postman"}, http.StatusNotFound},
	} {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.hooks.url+c.call.URL, strings.NewReader(c.call.Body))
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Content-Type", c.call.ContentType)
		reply, err := a.hooks.client.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		if reply.Body.Close(); reply.StatusCode != c.want {
			t.Errorf("%s: %s", name, reply.Status)
		}
	}
	if after, _ := a.journal.of("SG-02/sms"); after != before {
		t.Errorf("the record changed: %+v", after)
	}
	if c := (hookCall{URL: a.hooks.url + "/sms/postman"}); a.hooks.post(t.Context(), c) == nil {
		t.Error("a refused call counts as taken")
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	ctx, j := context.Background(), newJournal()
	record := waybill.Record{ID: "1", Key: "A/sms", Begun: time.Now()}
	if err := j.Begin(ctx, record); err != nil {
		t.Fatal(err)
	}
	if err := j.Begin(ctx, record); waybill.CodeOf(err) != waybill.AlreadyExists {
		t.Errorf("the same key while it is under way: %v", err)
	}
	// A report overtakes the end of its send.
	if err := j.report(ctx, sms.DeliveryReport{Key: "A/sms", ID: "x", Status: sms.StatusDelivered}); err != nil {
		t.Error(err)
	}
	record.Ended, record.Delivery, record.VendorID, record.Parts = time.Now(), waybill.Ambiguous, "x", 2
	j.End(ctx, record)
	if err := j.Begin(ctx, record); waybill.CodeOf(err) != waybill.AlreadyExists {
		t.Errorf("the same key after an ambiguous send: %v", err)
	}
	e, ok := j.of("A/sms")
	if text := e.String(); !ok || text != "delivered, 1 of 2 parts: so it had been sent" {
		t.Errorf("%v, %q", ok, text)
	}
	// Without the key the gateway's id has to do; what is not final comes too late.
	if err := j.report(ctx, sms.DeliveryReport{ID: "x", Status: sms.StatusBuffered}); err != nil {
		t.Error(err)
	}
	if err := j.report(ctx, sms.DeliveryReport{ID: "somebody else's", Status: sms.StatusFailed}); err != nil {
		t.Error(err)
	}
	if e, _ := j.of("A/sms"); e.reports != 2 || e.status != sms.StatusDelivered || e.delivered != 1 {
		t.Errorf("%+v", e)
	}
	// A key that was certainly not sent is free again.
	record.Delivery = waybill.NotSent
	j.End(ctx, record)
	if err := j.Begin(ctx, record); err != nil {
		t.Error(err)
	}
	if _, ok := j.of("B/sms"); ok {
		t.Error("a record that nobody wrote")
	}
	j.End(ctx, waybill.Record{Key: "B/sms"})
	if _, ok := j.of("B/sms"); ok {
		t.Error("an end without a beginning")
	}
}

// lookAtTokens holds that the registry has what the apps reported, under
// the ids of the sessions, and that the pushes went by it.
func lookAtTokens(t *testing.T, a *app, out string) {
	lists, err := a.registry.Tokens(t.Context(), []string{"GZ-D3", "XB-D6", "nobody"})
	if err != nil || len(lists[0]) != 2 || len(lists[1]) != 1 || len(lists[2]) != 0 {
		t.Fatalf("%v, %v", lists, err)
	}
	if first := lists[0][0]; first.Token.Vendor != push.Huawei || first.Token.Language != "zh" || first.Device != "phone" || lists[0][1].Token.Vendor != push.FCM {
		t.Errorf("GZ-D3: %v", lists[0])
	}
	if got := lists[1][0].Token; got.Language != "zh-Hant" || got.OS != push.Android {
		t.Errorf("XB-D6: %v", got)
	}
	wantAll(t, out, "Drivers: 21 on the road, 18 of them free; their apps reported 24 push tokens.")
	wantAll(t, orderBlock(t, out, "SZ-HK-07"), "to XB-D6 by fcm")
	wantAll(t, orderBlock(t, out, "GZ-SZ-09"), "to GZ-D3 by huawei")
}

// TestNoToken is a driver whose app never reported: the SMS reaches him, and the
// missing push is said and never counted as lost.
func TestNoToken(t *testing.T) {
	t.Parallel()
	order := `[{"id":"SZ","pickup":{"text":"深圳北站","region":"CN"},"dropoff":{"text":"腾讯大厦","region":"CN"},"customer":{"mail":"a@customer.example"},
		"driver":{"phone":"13912345678","phone_region":"CN","language":"zh","tokens":{"honor":""}}}]`
	code, out, _ := start(t, order, "-in", "-")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	wantAll(t, orderBlock(t, out, "SZ"), "SMS aliyun ✓", "✗ order 1 (SZ): push: order: send: not found (the driver's app has reported no token)")
	wantTally(t, out, stepPush, "1 0 0 1 0 0")
}

// TestLostPushesAndFiles loses the replies of push services and buckets: the
// device's other token is not tried, since the driver might get the order twice,
// and what is left behind in a bucket is left in the same region.
func TestLostPushesAndFiles(t *testing.T) {
	t.Parallel()
	code, out, _ := inspect(t, "", lookAtFiles, "-outage", "huawei:lost-replies,fcm:lost-replies,oss:lost-replies,s3:lost-replies", "-jobs", "1")
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	row := tallyRow(t, out, stepPush)
	if row[0] != "12" || row[1] != "12" || row[3] != "0" || row[4] != "0" || row[5] != "0" || row[2] == "0" {
		t.Errorf("push: %v", row)
	}
	for _, kind := range []string{"files, mainland", "files, abroad"} {
		if row := tallyRow(t, out, kind); row[0] == "0" || row[5] != "0" {
			t.Errorf("%s: %v", kind, row)
		}
	}
	wantAll(t, orderBlock(t, out, "GZ-SZ-09"), "push huawei ✗reset (ambiguous)", "so it was not sent again")
	if strings.Contains(orderBlock(t, out, "GZ-SZ-09"), "fcm") {
		t.Error("the other token was tried")
	}
	if strings.Contains(out, "WRONG") {
		t.Errorf("something is wrong:\n%s", out)
	}
}
