package aliyunsms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/smstest"
)

func TestNewRefuses(t *testing.T) {
	for name, f := range map[string]func() error{
		"no id":     func() error { _, err := aliyunsms.New("", "secret", nil); return err },
		"no secret": func() error { _, err := aliyunsms.New("id", "", nil); return err },
		"bad URL": func() error {
			_, err := aliyunsms.New("id", "secret", &aliyunsms.Options{BaseURL: "ftp://x"})
			return err
		},
		"query": func() error {
			_, err := aliyunsms.New("id", "secret", &aliyunsms.Options{BaseURL: "https://x?key=1"})
			return err
		},
	} {
		if err := f(); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, err := aliyunsms.New("id", "secret", nil)
	if err != nil || a.Account() == nil || a.Name() != "aliyunsms" {
		t.Fatal(err)
	}
	for _, v := range []any{a, aliyunsms.Credentials{KeyID: "id", Secret: "secret"}} {
		if s := fmt.Sprintf("%v %+v %#v", v, v, v); strings.Contains(s, "secret") {
			t.Error(s)
		}
	}
}

// What the service gets is what was asked, in its own form.
func TestSend(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, aliyunsms.Options{ExtendCode: "88"})
	r, err := a.Send(t.Context(), order("k-1"))
	if err != nil || r.ID == "" || len(r.Parts) != 1 || r.Parts[0].ID != r.ID || r.Provider != "aliyunsms" {
		t.Fatalf("%+v %v", r, err)
	}
	m := s.Messages()[0]
	if m.Number != "13800138000" || m.Sign != smstest.AliyunSign || m.Text != "您的订单A-17已送达。" || m.OutID != "k-1" || m.ExtendCode != "88" ||
		m.Param != `{"order":"A-17","state":"已送达"}` {
		t.Errorf("%+v", m)
	}
	abroad := order("k-2")
	abroad.To, abroad.Gateway.TemplateID, abroad.Gateway.Sign = hongkong, smstest.AliyunAbroad, ""
	if _, err := adapter(t, s, aliyunsms.Options{Sign: smstest.AliyunSign}).Send(t.Context(), abroad); err != nil {
		t.Fatal(err)
	}
	if m := s.Messages()[1]; m.Number != "85291234567" || m.Sign != smstest.AliyunSign {
		t.Errorf("%+v", m)
	}
}

func TestCredentials(t *testing.T) {
	s := fake(t, &smstest.AliyunOptions{KeyID: "STS.id", Secret: "sts-secret", SecurityToken: "sts-token"})
	give := func(c aliyunsms.Credentials, err error) *aliyunsms.Adapter {
		return adapter(t, s, aliyunsms.Options{Credentials: func(context.Context) (aliyunsms.Credentials, error) { return c, err }})
	}
	if _, err := give(aliyunsms.Credentials{KeyID: "STS.id", Secret: "sts-secret", SecurityToken: "sts-token"}, nil).Send(t.Context(), order("k-1")); err != nil {
		t.Fatal(err)
	}
	_, err := give(aliyunsms.Credentials{KeyID: "STS.id", Secret: "sts-secret", SecurityToken: "old"}, nil).Send(t.Context(), order("k-2"))
	if e := asError(t, err); e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent {
		t.Errorf("%v", e)
	}
	_, err = give(aliyunsms.Credentials{}, errors.New("vault: token hvs.secret")).Send(t.Context(), order("k-3"))
	if e := asError(t, err); e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent || strings.Contains(fmt.Sprintf("%+v", e), "hvs") {
		t.Errorf("%v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = give(aliyunsms.Credentials{}, context.Canceled).Send(ctx, order("k-4"))
	if e := asError(t, err); e.Code != waybill.Canceled || e.Delivery != waybill.NotSent {
		t.Errorf("%v", e)
	}
}

// The windows of a number's limits.
func TestNumberLimits(t *testing.T) {
	for text, least := range map[string]int{"触发分钟级流控Permits:1": 1, "触发小时级流控Permits:5": 1, "触发天级流控Permits:10": 86400, "": 0} {
		s := replying(t, 200, `{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"`+text+`","RequestId":"x"}`)
		_, err := adapter(t, s, aliyunsms.Options{}).Send(t.Context(), order("k-1"))
		e := asError(t, err)
		if e.Code != waybill.RecipientLimited || e.Scope != waybill.ScopeRecipient || e.Delivery != waybill.NotSent ||
			least > 0 && e.RetryAfter <= 0 || e.RetryAfter > 86400e9 || least == 86400 && e.RetryAfter != 86400e9 {
			t.Errorf("%s: %v after %v", text, e, e.RetryAfter)
		}
	}
}

// Replies that leave open what happened, and others.
func TestReplies(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		want       waybill.Code
		delivery   waybill.Delivery
	}{
		{"a code of a number", `{"Code":7,"Message":"x"}`, 200, waybill.Unknown, waybill.Ambiguous},
		{"no code", `{"RequestId":"x"}`, 200, waybill.DataLoss, waybill.Ambiguous},
		{"unknown", `{"Code":"Strange"}`, 200, waybill.Unknown, waybill.Ambiguous},
		{"refused with an id", `{"Code":"isv.AMOUNT_NOT_ENOUGH","BizId":"1^0"}`, 200, waybill.QuotaExhausted, waybill.Ambiguous},
		{"accepted under 500", `{"Code":"OK","BizId":"1^0"}`, 500, waybill.Internal, waybill.Ambiguous},
		{"accepted under 400", `{"Code":"OK","BizId":"1^0"}`, 400, waybill.Unsupported, waybill.Ambiguous},
		{"unknown under 400", `{"Code":"Strange"}`, 400, waybill.Unsupported, waybill.NotSent},
		{"refused under 500", `{"Code":"isv.AMOUNT_NOT_ENOUGH"}`, 500, waybill.QuotaExhausted, waybill.Ambiguous},
		{"throttled under 503", `{"Code":"Throttling.User"}`, 503, waybill.RateLimited, waybill.NotSent},
		{"nothing", ``, 200, waybill.DataLoss, waybill.Ambiguous},
		{"HTML", `<html>`, 200, waybill.DataLoss, waybill.Ambiguous},
		{"list", `[]`, 200, waybill.DataLoss, waybill.Ambiguous},
	} {
		_, err := adapter(t, replying(t, c.status, c.body), aliyunsms.Options{}).Send(t.Context(), order("k-1"))
		if e := asError(t, err); e.Code != c.want || e.Delivery != c.delivery || e.Ref != "k-1" {
			t.Errorf("%s: %v %v", c.name, e, e.Delivery)
		}
	}
	for _, body := range []string{`{"Code":"OK","BizId":900619746936498440,"Message":null}`, `{"Code":"OK","BizId":"1^0","Extra":{}}`, `{"Code":"OK"}`} {
		if _, err := adapter(t, replying(t, 200, body), aliyunsms.Options{}).Send(t.Context(), order("k-1")); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// A sender's refusal makes one template ineligible; the gateway's other traffic
// goes on.
func TestAnUnapprovedTemplateHarmsNoOther(t *testing.T) {
	s := fake(t, nil)
	entry := func(id string, params ...string) sms.Template {
		g := sms.GatewayTemplate{Gateway: "aliyunsms", ID: id}
		for _, p := range params {
			g.Params = append(g.Params, sms.TemplateParam{Name: p, Param: p})
		}
		return sms.Template{Gateways: []sms.GatewayTemplate{g}}
	}
	c, err := sms.New(sms.With(adapter(t, s, aliyunsms.Options{})), sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: smstest.AliyunSign}),
		sms.WithTemplate("code", entry(smstest.AliyunCode, "code")), sms.WithTemplate("offer", entry(smstest.AliyunPending, "name")))
	if err != nil {
		t.Fatal(err)
	}
	offer := sms.Message{To: hangzhou, Template: "offer", Params: map[string]string{"name": "李"}, Kind: sms.Marketing}
	code := sms.Message{To: hangzhou, Template: "code", Params: map[string]string{"code": "482913"}, Kind: sms.Verification}
	for range 10 {
		if _, err := c.Send(t.Context(), offer); waybill.CodeOf(err) != waybill.PermissionDenied || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Fatal(err)
		}
		if _, err := c.Send(t.Context(), code); err != nil {
			t.Fatalf("another template suffers: %v", err)
		}
	}
	if n := s.Count(""); n != 11 {
		t.Errorf("%d requests: the refused template was asked again and again", n)
	}
	checks, err := c.Check(t.Context())
	if waybill.CodeOf(err) != waybill.PermissionDenied || len(checks) != 2 || checks[0].Approval != sms.Approved || checks[1].Approval != sms.Pending {
		t.Fatalf("%+v %v", checks, err)
	}
	before := s.Count("")
	cands, err := c.Explain(offer)
	if err != nil || cands[0].Err == nil || !strings.Contains(cands[0].Reason, "pending") {
		t.Errorf("%+v %v", cands, err)
	}
	if _, err := c.Send(t.Context(), offer); waybill.CodeOf(err) != waybill.Unsupported || s.Count("") != before {
		t.Error(err)
	}
	if _, err := c.Send(t.Context(), code); err != nil {
		t.Error(err)
	}
}
