package aliyunsms_test

import (
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/smstest"
)

func lost(t *testing.T) smstest.Fault {
	t.Helper()
	f, ok := smstest.FaultNamed("reset_before_reply_processed")
	if !ok {
		t.Fatal("no such fault")
	}
	return f
}

// An ambiguous send is found by its key.
func TestReconcile(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, aliyunsms.Options{})
	for range 120 { // more than two pages
		if _, err := a.Send(t.Context(), order("")); err != nil {
			t.Fatal(err)
		}
	}
	s.Fail(lost(t))
	begun := time.Now()
	_, err := a.Send(t.Context(), order("k-1"))
	if asError(t, err).Delivery != waybill.Ambiguous {
		t.Fatal(err)
	}
	s.Heal()
	r := sms.ReconcileRequest{Message: order("k-1"), Begun: begun, Ended: time.Now()}
	o, err := a.Reconcile(t.Context(), r)
	if err != nil || o.Delivery != waybill.Sent || o.Status != sms.StatusDelivered || o.Provider != "aliyunsms" {
		t.Fatalf("%+v %v", o, err)
	}
	r.Message.Key = "k-2"
	if o, err = a.Reconcile(t.Context(), r); err != nil || o.Delivery != waybill.Ambiguous {
		t.Errorf("absence is taken for a proof: %+v %v", o, err)
	}
	r.Begun, r.Ended, r.AbsentAfter = begun.Add(-3*time.Hour), begun.Add(-2*time.Hour), time.Hour
	if o, err = a.Reconcile(t.Context(), r); err != nil || o.Delivery != waybill.NotSent {
		t.Errorf("%+v %v", o, err)
	}
	r.Ended, r.AbsentAfter = time.Now(), time.Hour
	if o, err = a.Reconcile(t.Context(), r); err != nil || o.Delivery != waybill.Ambiguous {
		t.Errorf("too young for absence: %+v %v", o, err)
	}
	if n := s.Accepted("k-1"); n != 1 {
		t.Errorf("accepted %d times", n)
	}
}

func TestReconcileWhatCannotBe(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, aliyunsms.Options{})
	now := time.Now()
	for name, c := range map[string]struct {
		r    sms.ReconcileRequest
		want waybill.Code
	}{
		"no key":  {sms.ReconcileRequest{Message: order(""), Begun: now}, waybill.Unsupported},
		"old":     {sms.ReconcileRequest{Message: order("k"), Begun: now.AddDate(0, 0, -40)}, waybill.Unsupported},
		"no time": {sms.ReconcileRequest{Message: order("k")}, waybill.InvalidArgument},
		"odd":     {sms.ReconcileRequest{Message: order("k"), Begun: now, Ended: now.Add(-time.Hour)}, waybill.InvalidArgument},
	} {
		if _, err := a.Reconcile(t.Context(), c.r); waybill.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.Count("") != 0 {
		t.Error("the service was asked")
	}
	s.FailCode("Throttling.User")
	if _, err := a.Reconcile(t.Context(), sms.ReconcileRequest{Message: order("k"), Begun: now}); asError(t, err).Code != waybill.RateLimited {
		t.Error(err)
	}
}

// What the list says of a message, in whatever types.
func TestReconcileReplies(t *testing.T) {
	for item, want := range map[string]sms.Outcome{
		`{"OutId":"k-1","SendStatus":1}`:                                        {Delivery: waybill.Sent, Status: sms.StatusAccepted},
		`{"OutId":"k-1","SendStatus":"3","ErrCode":"DELIVERED"}`:                {Delivery: waybill.Sent, Status: sms.StatusDelivered},
		`{"OutId":"k-1","SendStatus":2,"ErrCode":"UNDELIV"}`:                    {Delivery: waybill.Sent, Status: sms.StatusFailed},
		`{"OutId":"k-1","SendStatus":2,"ErrCode":"EXPIRED"}`:                    {Delivery: waybill.Sent, Status: sms.StatusExpired, Code: waybill.Unavailable},
		`{"OutId":"k-1","SendStatus":2,"ErrCode":"isv.BUSINESS_LIMIT_CONTROL"}`: {Delivery: waybill.Sent, Status: sms.StatusRejected, Code: waybill.RecipientLimited},
		`{"OutId":"k-1","SendStatus":2,"ErrCode":"MOBILE_IN_BLACK"}`:            {Delivery: waybill.Sent, Status: sms.StatusRejected, Code: waybill.OptedOut},
		`{"OutId":"k-1"}`:          {Delivery: waybill.Sent},
		`{"OutId":"another"},null`: {Delivery: waybill.Ambiguous},
	} {
		s := replying(t, 200, `{"Code":"OK","TotalCount":1,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[`+item+`]}}`)
		o, err := adapter(t, s, aliyunsms.Options{}).Reconcile(t.Context(), sms.ReconcileRequest{Message: order("k-1"), Begun: time.Now()})
		if err != nil || o.Delivery != want.Delivery || o.Status != want.Status || o.Code != want.Code {
			t.Errorf("%s: %+v %v", item, o, err)
		}
	}
	for _, body := range []string{`{"Code":"OK","SmsSendDetailDTOs":[]}`, `{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":{}}}`, `x`, ``} {
		if _, err := adapter(t, replying(t, 200, body), aliyunsms.Options{}).Reconcile(t.Context(), sms.ReconcileRequest{Message: order("k-1"), Begun: time.Now()}); err == nil {
			t.Errorf("%q is taken for a list", body)
		}
	}
}

// Messages of a batch have no key in the list. One that may be meant keeps its
// absence from being taken for a proof, with which it would be sent again.
func TestReconcileAfterABatch(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, aliyunsms.Options{})
	s.Fail(lost(t))
	begun := time.Now()
	b := sms.Batch{Message: order(""), Recipients: []sms.Recipient{{To: hangzhou, Key: "k-1"}, {To: hangzhou[:12] + "77", Key: "k-2"}}}
	b.Message.To = ""
	res := a.SendBatch(t.Context(), b)
	if asError(t, res[0].Err).Delivery != waybill.Ambiguous {
		t.Fatal(res[0].Err)
	}
	s.Heal()
	r := sms.ReconcileRequest{Message: order("k-1"), Begun: begun, Ended: time.Now(), AbsentAfter: time.Nanosecond}
	if o, err := a.Reconcile(t.Context(), r); err != nil || o.Delivery != waybill.Ambiguous {
		t.Errorf("a message that was sent is taken for absent: %+v %v", o, err)
	}
	for item, want := range map[string]waybill.Delivery{
		`{"SendDate":"2024-01-02 08:00:00"}`: waybill.NotSent, // long before
		`{"SendDate":"yesterday"}`:           waybill.Ambiguous,
		`{}`:                                 waybill.Ambiguous,
		`null`:                               waybill.Ambiguous,
	} {
		s := replying(t, 200, `{"Code":"OK","TotalCount":1,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[`+item+`]}}`)
		if o, err := adapter(t, s, aliyunsms.Options{}).Reconcile(t.Context(), r); err != nil || o.Delivery != want {
			t.Errorf("%s: %+v %v", item, o, err)
		}
	}
}

// A list that is shorter than it counts, or does not count, proves no absence.
func TestShortListsProveNothing(t *testing.T) {
	for body, want := range map[string]waybill.Delivery{
		`{"Code":"OK","TotalCount":0,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}`:                    waybill.NotSent,
		`{"Code":"OK","TotalCount":"0"}`:                                                              waybill.NotSent,
		`{"Code":"OK","TotalCount":1,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"OutId":"another"}]}}`: waybill.NotSent,
		`{"Code":"OK","TotalCount":1,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}`:                    waybill.Ambiguous,
		`{"Code":"OK","TotalCount":"50","SmsSendDetailDTOs":null}`:                                    waybill.Ambiguous,
		`{"Code":"OK"}`: waybill.Ambiguous,
		`{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}`:                                      waybill.Ambiguous,
		`{"Code":"OK","TotalCount":null,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"OutId":"another"}]}}`: waybill.Ambiguous,
	} {
		old := sms.ReconcileRequest{Message: order("k-1"), Begun: time.Now().Add(-3 * time.Hour), AbsentAfter: time.Hour}
		o, err := adapter(t, replying(t, 200, body), aliyunsms.Options{}).Reconcile(t.Context(), old)
		if err != nil || o.Delivery != want {
			t.Errorf("%s: %v %v", body, o.Delivery, err)
		}
	}
}

// A client reconciles through the gateway that was ambiguous.
func TestClientReconciles(t *testing.T) {
	first, second := fake(t, nil), fake(t, nil)
	c, err := sms.New(
		sms.With(adapter(t, first, aliyunsms.Options{}), sms.As("first"), sms.In("CN")),
		sms.With(adapter(t, second, aliyunsms.Options{}), sms.As("second"), sms.In("CN")),
		sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: smstest.AliyunSign}),
		sms.WithTemplate("code", sms.Template{Gateways: []sms.GatewayTemplate{{Gateway: "aliyunsms", ID: smstest.AliyunCode,
			Params: []sms.TemplateParam{{Name: "code", Param: "code"}}}}}))
	if err != nil {
		t.Fatal(err)
	}
	first.Fail(lost(t))
	m := sms.Message{To: hangzhou, Template: "code", Params: map[string]string{"code": "482913"}, Key: "k-1"}
	_, err = c.Send(t.Context(), m)
	r, ok := sms.ReconcileOf(m, err)
	if !ok || r.Gateway != "first" {
		t.Fatalf("%v %v %v", r.Gateway, ok, err)
	}
	first.Heal()
	o, err := c.Reconcile(t.Context(), r)
	if err != nil || o.Delivery != waybill.Sent || o.Instance != "first" || second.Count("") != 0 {
		t.Errorf("%+v %v", o, err)
	}
	r.Gateway = "third"
	if _, err := c.Reconcile(t.Context(), r); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Error(err)
	}
	if _, ok := sms.ReconcileOf(m, nil); ok {
		t.Error("a success is to be reconciled")
	}
}
