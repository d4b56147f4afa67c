package tencentsms_test

import (
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/tencentsms"
)

func TestReconcile(t *testing.T) {
	lost, ok := smstest.FaultNamed("reset_before_reply_processed")
	if !ok {
		t.Fatal("no such fault")
	}
	for _, echo := range []bool{true, false} {
		s := fake(t, &smstest.TencentOptions{EchoSession: echo})
		a := adapter(t, s, tencentsms.Options{})
		s.Fail(lost)
		begun := time.Now()
		if _, err := a.Send(t.Context(), order("k-1")); asError(t, err).Delivery != waybill.Ambiguous {
			t.Fatal(err)
		}
		s.Heal()
		r := sms.ReconcileRequest{Message: order("k-1"), Begun: begun, Ended: time.Now()}
		o, err := a.Reconcile(t.Context(), r)
		want := waybill.Ambiguous
		if echo {
			want = waybill.Sent
		}
		if err != nil || o.Delivery != want || echo && (o.Status != sms.StatusDelivered || o.ID == "") {
			t.Errorf("echo %v: %+v %v", echo, o, err)
		}
		r.Begun, r.Ended, r.AbsentAfter = begun.Add(-3*time.Hour), begun.Add(-2*time.Hour), time.Hour
		r.Message.Key = "k-2"
		want = waybill.Ambiguous // some report does not say whose it is
		if echo {
			want = waybill.NotSent
		}
		if o, err = a.Reconcile(t.Context(), r); err != nil || o.Delivery != want {
			t.Errorf("echo %v: %+v %v", echo, o, err)
		}
		r.AbsentAfter = 0
		if o, err = a.Reconcile(t.Context(), r); err != nil || o.Delivery != waybill.Ambiguous {
			t.Errorf("absence is taken for a proof: %+v %v", o, err)
		}
		r.ID, r.Message.Key = s.Messages()[0].SerialNo, ""
		if o, err = a.Reconcile(t.Context(), r); err != nil || o.Delivery != waybill.Sent {
			t.Errorf("by id: %+v %v", o, err)
		}
	}
}

func TestReconcileWhatCannotBe(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, tencentsms.Options{})
	now := time.Now()
	for name, c := range map[string]struct {
		r    sms.ReconcileRequest
		want waybill.Code
	}{
		"no key":  {sms.ReconcileRequest{Message: order(""), Begun: now}, waybill.Unsupported},
		"old":     {sms.ReconcileRequest{Message: order("k"), Begun: now.AddDate(0, 0, -8)}, waybill.Unsupported},
		"no time": {sms.ReconcileRequest{Message: order("k")}, waybill.InvalidArgument},
	} {
		if _, err := a.Reconcile(t.Context(), c.r); waybill.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.Count("") != 0 {
		t.Error("the service was asked")
	}
	s.FailCode("RequestLimitExceeded")
	if _, err := a.Reconcile(t.Context(), sms.ReconcileRequest{Message: order("k"), Begun: now}); asError(t, err).Code != waybill.RateLimited {
		t.Error(err)
	}
}

func TestReconcileReplies(t *testing.T) {
	for item, want := range map[string]sms.Outcome{
		`{"SessionContext":"k-1","ReportStatus":"FAIL","Description":"EXPIRED"}`: {Delivery: waybill.Sent, Status: sms.StatusExpired, Code: waybill.Unavailable},
		`{"SessionContext":"k-1","ReportStatus":"FAIL","Description":"REJECTD"}`: {Delivery: waybill.Sent, Status: sms.StatusRejected},
		`{"SessionContext":"k-1","ReportStatus":"FAIL","Description":"用户关机"}`:    {Delivery: waybill.Sent, Status: sms.StatusFailed},
		`{"SessionContext":"k-1","SerialNo":7,"ReportStatus":null}`:              {Delivery: waybill.Sent},
		`null,{"SessionContext":"other"}`:                                        {},
	} {
		a := adapter(t, replying(t, 200, `{"Response":{"PullSmsSendStatusSet":[`+item+`]}}`), tencentsms.Options{})
		o, err := a.Reconcile(t.Context(), sms.ReconcileRequest{Message: order("k-1"), Begun: time.Now()})
		if err != nil || o.Delivery != want.Delivery || o.Status != want.Status || o.Code != want.Code {
			t.Errorf("%s: %+v %v", item, o, err)
		}
	}
}

// What is no list, or has members that do not say whose they are, is no proof of
// absence, with which the message would be sent again.
func TestReconcileWithoutAProof(t *testing.T) {
	for response, want := range map[string]waybill.Delivery{
		`{"PullSmsSendStatusSet":[]}`:                           waybill.NotSent,
		`{"PullSmsSendStatusSet":[{"SessionContext":"other"}]}`: waybill.NotSent,
		`{"PullSmsSendStatusSet":[{"SessionContext":""}]}`:      waybill.Ambiguous,
		`{"PullSmsSendStatusSet":[null]}`:                       waybill.Ambiguous,
		`{"PullSmsSendStatusSet":null}`:                         waybill.Ambiguous,
		`{"RequestId":"a"}`:                                     waybill.Ambiguous,
	} {
		r := sms.ReconcileRequest{Message: order("k-1"), Begun: time.Now().Add(-3 * time.Hour), AbsentAfter: time.Hour}
		o, err := adapter(t, replying(t, 200, `{"Response":`+response+`}`), tencentsms.Options{}).Reconcile(t.Context(), r)
		if err != nil || o.Delivery != want {
			t.Errorf("%s: %v %v", response, o.Delivery, err)
		}
	}
}

func TestTemplateStatuses(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, tencentsms.Options{})
	ids := []string{smstest.TencentTemplate, smstest.TencentPending, "999", smstest.TencentAbroad, "abc", smstest.TencentTemplate}
	got, err := a.TemplateStatuses(t.Context(), ids)
	if err != nil || len(got) != len(ids) {
		t.Fatal(err)
	}
	for i, want := range []sms.Approval{sms.Approved, sms.Pending, sms.Missing, sms.Approved, sms.Missing, sms.Approved} {
		if got[i].Approval != want || got[i].ID != ids[i] {
			t.Errorf("%s: %+v", ids[i], got[i])
		}
	}
	if got[0].Content != "您的订单{1}{2}。" || got[1].Reason != "审核中" {
		t.Errorf("%+v", got)
	}
	if got, err := a.TemplateStatuses(t.Context(), []string{"999"}); err != nil || got[0].Approval != sms.Missing {
		t.Errorf("%+v %v", got, err)
	}
	for status, want := range map[string]sms.Approval{`-1`: sms.Refused, `"-1"`: sms.Refused, `2`: sms.Pending, `0`: sms.Approved, `9`: sms.ApprovalUnknown, `null`: sms.ApprovalUnknown} {
		a := adapter(t, replying(t, 200, `{"Response":{"DescribeTemplateStatusSet":[null,{"TemplateId":"7","StatusCode":`+status+`}]}}`), tencentsms.Options{})
		if got, err := a.TemplateStatuses(t.Context(), []string{"7"}); err != nil || got[0].Approval != want {
			t.Errorf("%s: %+v %v", status, got, err)
		}
	}
	s.FailCode("AuthFailure.SignatureFailure")
	if _, err := a.TemplateStatuses(t.Context(), []string{"7"}); asError(t, err).Code != waybill.Unauthenticated {
		t.Error(err)
	}
}

func FuzzReplies(f *testing.F) {
	f.Add(`{"Response":{"SendStatusSet":[{"SerialNo":"1","PhoneNumber":"+8613800138000","Fee":1,"Code":"Ok"}]}}`, 200)
	f.Add(`{"Response":{"Error":{"Code":"AuthFailure.X"}}}`, 200)
	f.Add(`{"Response":{"DescribeTemplateStatusSet":[{"TemplateId":7,"StatusCode":0}]}}`, 500)
	f.Fuzz(func(t *testing.T, body string, status int) {
		if status < 200 || status > 599 {
			return
		}
		a := adapter(t, replying(t, status, body), tencentsms.Options{})
		r, err := a.Send(t.Context(), order("k-1"))
		if err == nil && (len(r.Parts) < 1 || len(r.Parts) > sms.MaxParts) || err != nil && waybill.AsError(err).Provider != "tencentsms" {
			t.Errorf("%+v %v", r, err)
		}
		_, _ = a.TemplateStatuses(t.Context(), []string{"7"})
	})
}
