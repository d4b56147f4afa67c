package twiliosms_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/twiliosms"
)

func TestReconcile(t *testing.T) {
	lost, ok := smstest.FaultNamed("reset_before_reply_processed")
	if !ok {
		t.Fatal("no such fault")
	}
	s := fake(t, nil)
	a := adapter(t, s, twiliosms.Options{})
	begun := time.Now()
	s.Fail(lost)
	if _, err := a.Send(t.Context(), message()); asError(t, err).Delivery != waybill.Ambiguous {
		t.Fatal(err)
	}
	s.Heal()
	for i := range 230 { // more than two pages before it
		m := message()
		m.Text = fmt.Sprint("Another text ", i)
		if _, err := a.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	r := sms.ReconcileRequest{Message: message(), Begun: begun, Ended: time.Now()}
	o, err := a.Reconcile(t.Context(), r)
	if err != nil || o.Delivery != waybill.Sent || o.ID != s.Messages()[0].SID || o.Status != sms.StatusDelivered || o.Parts != 1 || o.Price != "0.00750" || o.Currency != "USD" {
		t.Fatalf("%+v %v", o, err)
	}
	other := r
	other.Message.Text = "Never sent"
	if o, err = a.Reconcile(t.Context(), other); err != nil || o.Delivery != waybill.Ambiguous {
		t.Errorf("absence is taken for a proof: %+v %v", o, err)
	}
	other.Begun, other.Ended, other.AbsentAfter = begun.Add(-3*time.Hour), begun.Add(-2*time.Hour), time.Hour
	if o, err = a.Reconcile(t.Context(), other); err != nil || o.Delivery != waybill.NotSent {
		t.Errorf("%+v %v", o, err)
	}
	other = r
	other.Message.From = "+15017122662"
	if o, err = a.Reconcile(t.Context(), other); err != nil || o.Delivery != waybill.Ambiguous {
		t.Errorf("another sender: %+v %v", o, err)
	}
	if _, err := a.Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	if o, err = a.Reconcile(t.Context(), r); err != nil || o.Delivery != waybill.Ambiguous {
		t.Errorf("one of two: %+v %v", o, err)
	}
	r.ID = s.Messages()[0].SID
	if o, err = a.Reconcile(t.Context(), r); err != nil || o.Delivery != waybill.Sent || o.ID != r.ID {
		t.Errorf("by id: %+v %v", o, err)
	}
}

func TestReconcileWhatCannotBe(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, twiliosms.Options{})
	content := message()
	content.Text, content.Gateway.TemplateID = "", smstest.TwilioContent
	if _, err := a.Reconcile(t.Context(), sms.ReconcileRequest{Message: content, Begun: time.Now()}); waybill.CodeOf(err) != waybill.Unsupported {
		t.Error(err)
	}
	if _, err := a.Reconcile(t.Context(), sms.ReconcileRequest{Message: message()}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Error(err)
	}
	if s.Count("") != 0 {
		t.Error("Twilio was asked")
	}
	s.FailCode("20429")
	if _, err := a.Reconcile(t.Context(), sms.ReconcileRequest{Message: message(), Begun: time.Now()}); asError(t, err).Code != waybill.RateLimited {
		t.Error(err)
	}
}

func TestReconcileReplies(t *testing.T) {
	now := time.Now().UTC().Format(time.RFC1123Z)
	for body, want := range map[string]waybill.Delivery{
		`{"messages":[{"sid":"SM1","to":"+447700900123","from":"+15017122661","body":"Order A-17 has arrived.","date_created":"` + now + `","status":"queued"}]}`:     waybill.Sent,
		`{"messages":[{"sid":"SM1","to":"+447700900123","from":"+15017122661","body":"Order A-17 has arrived.","date_created":"` + now + `","direction":"inbound"}]}`: waybill.Ambiguous,
		`{"messages":[null,7,{"sid":"SM1","to":"+447700900123","body":null,"date_created":"x"}],"next_page_uri":"https://elsewhere.invalid/"}`:                        waybill.Ambiguous,
		`{"messages":[],"next_page_uri":"/2010-04-01/Accounts/ACother/Messages.json?Page=1"}`:                                                                         waybill.Ambiguous,
		`{}`: waybill.Ambiguous,
	} {
		s := replying(t, 200, body)
		o, err := adapter(t, s, twiliosms.Options{}).Reconcile(t.Context(), sms.ReconcileRequest{Message: message(), Begun: time.Now()})
		if err != nil || o.Delivery != want || s.Count("") != 1 {
			t.Errorf("%s: %+v %v, %d requests", body, o, err, s.Count(""))
		}
	}
}

// What may be the message, or is no list, keeps absence from being a proof, with
// which the message would be sent again.
func TestReconcileWithoutAProof(t *testing.T) {
	begun := time.Now().Add(-2 * time.Hour).UTC()
	at := begun.Format(time.RFC1123Z)
	item := func(from, body, created, more string) string {
		return `{"messages":[{"sid":"SM1","to":"+447700900123","from":"` + from + `","body":` + body + `,"date_created":"` + created + `"` + more + `}]}`
	}
	const ours = "+15017122661"
	for body, want := range map[string]waybill.Delivery{
		`{"messages":[]}`:          waybill.NotSent,
		`{}`:                       waybill.Ambiguous,
		`{"messages":null}`:        waybill.Ambiguous,
		`{"messages":[null]}`:      waybill.Ambiguous,
		`{"messages":["x"]}`:       waybill.Ambiguous,
		item(ours, `null`, at, ""): waybill.Ambiguous, // hidden
		item(ours, `""`, at, ""):   waybill.Ambiguous,
		item(ours, `"Order A-17 has come"`, at, ""):                       waybill.Ambiguous, // changed, perhaps
		item(ours, `"x"`, "yesterday", ""):                                waybill.Ambiguous,
		item("+15017122662", `"x"`, at, ""):                               waybill.NotSent,
		item(ours, `"x"`, begun.Add(time.Hour).Format(time.RFC1123Z), ""): waybill.NotSent,
		item(ours, `"x"`, at, `,"direction":"inbound"`):                   waybill.NotSent,
	} {
		r := sms.ReconcileRequest{Message: message(), Begun: begun, Ended: begun.Add(time.Second), AbsentAfter: time.Hour}
		r.Message.From = ours
		if o, err := adapter(t, replying(t, 200, body), twiliosms.Options{}).Reconcile(t.Context(), r); err != nil || o.Delivery != want {
			t.Errorf("%s: %v %v", body, o.Delivery, err)
		}
	}
}

func FuzzReplies(f *testing.F) {
	f.Add(`{"sid":"SM1","status":"queued","num_segments":"1","price":null}`, 201)
	f.Add(`{"code":21610,"message":"x","status":400}`, 400)
	f.Add(`{"messages":[{"sid":"SM1","date_created":"Thu, 24 Aug 2023 05:01:45 +0000"}],"next_page_uri":null}`, 200)
	f.Fuzz(func(t *testing.T, body string, status int) {
		if status < 200 || status > 599 {
			return
		}
		a := adapter(t, replying(t, status, body), twiliosms.Options{})
		r, err := a.Send(t.Context(), message())
		if err == nil && (len(r.Parts) < 1 || len(r.Parts) > sms.MaxParts) || err != nil && waybill.AsError(err).Provider != "twiliosms" {
			t.Errorf("%+v %v", r, err)
		}
	})
}
