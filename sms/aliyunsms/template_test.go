package aliyunsms_test

import (
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/smstest"
)

func TestTemplateStatuses(t *testing.T) {
	ids := []string{smstest.AliyunTemplate, smstest.AliyunPending, "SMS_1", smstest.AliyunAbroad, smstest.AliyunCode}
	want := []sms.TemplateStatus{
		{ID: ids[0], Name: "订单", Approval: sms.Approved, Content: "您的订单${order}${state}。", Kind: sms.Notification, KindKnown: true},
		{ID: ids[1], Name: "促销", Approval: sms.Pending, Content: "亲爱的会员${name}，拒收请回复R", Kind: sms.Marketing, KindKnown: true},
		{ID: ids[2], Approval: sms.Missing, Reason: "isv.SMS_TEMPLATE_ILLEGAL"},
		{ID: ids[3], Name: "order", Approval: sms.Approved, Content: "Order ${order} ${state}."},
		{ID: ids[4], Name: "验证码", Approval: sms.Approved, Content: "您的验证码${code}，5分钟内有效。", Kind: sms.Verification, KindKnown: true},
	}
	for _, old := range []bool{false, true} {
		s := fake(t, nil)
		if old {
			s.WithoutGetSmsTemplate()
		}
		got, err := adapter(t, s, aliyunsms.Options{}).TemplateStatuses(t.Context(), ids)
		if err != nil || len(got) != len(ids) {
			t.Fatal(err)
		}
		for i := range want {
			if got[i].Reason == "无审批备注" {
				got[i].Reason = ""
			}
			if got[i] != want[i] {
				t.Errorf("old %v: %+v, want %+v", old, got[i], want[i])
			}
		}
	}
}

func TestTemplateStatusReplies(t *testing.T) {
	for body, want := range map[string]sms.Approval{
		`{"Code":"OK","TemplateStatus":2,"AuditInfo":{"RejectInfo":"no"}}`: sms.Refused,
		`{"Code":"OK","TemplateStatus":"10"}`:                              sms.Refused,
		`{"Code":"OK","TemplateStatus":"AUDIT_STATE_PASS"}`:                sms.Approved,
		`{"Code":"OK","TemplateStatus":99}`:                                sms.ApprovalUnknown,
		`{"Code":"OK"}`:                                                    sms.ApprovalUnknown,
	} {
		got, err := adapter(t, replying(t, 200, body), aliyunsms.Options{}).TemplateStatuses(t.Context(), []string{"SMS_1"})
		if err != nil || got[0].Approval != want {
			t.Errorf("%s: %+v %v", body, got, err)
		}
	}
	s := fake(t, nil)
	s.FailCode("Forbidden.RAM")
	if _, err := adapter(t, s, aliyunsms.Options{}).TemplateStatuses(t.Context(), []string{"SMS_1"}); waybill.CodeOf(err) != waybill.PermissionDenied {
		t.Error(err)
	}
}

func FuzzReplies(f *testing.F) {
	f.Add(`{"Code":"OK","BizId":"1^0"}`, 200)
	f.Add(`{"Code":"isv.AMOUNT_NOT_ENOUGH","Message":"x"}`, 200)
	f.Add(`{"Code":"OK","TotalCount":"1","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"OutId":"k-1"}]}}`, 500)
	f.Fuzz(func(t *testing.T, body string, status int) {
		if status < 200 || status > 599 {
			return
		}
		a := adapter(t, replying(t, status, body), aliyunsms.Options{})
		r, err := a.Send(t.Context(), order("k-1"))
		if err == nil && len(r.Parts) != 1 || err != nil && waybill.AsError(err).Provider != "aliyunsms" {
			t.Errorf("%+v %v", r, err)
		}
		_, _ = a.TemplateStatuses(t.Context(), []string{"SMS_1"})
	})
}
