package twiliosms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/twiliosms"
)

func TestNewRefuses(t *testing.T) {
	ok := smstest.TwilioAccount
	for name, f := range map[string]func() error{
		"no account":  func() error { _, err := twiliosms.New("", "token", nil); return err },
		"odd account": func() error { _, err := twiliosms.New("AC/../x", "token", nil); return err },
		"no token":    func() error { _, err := twiliosms.New(ok, "", nil); return err },
		"half a key":  func() error { _, err := twiliosms.New(ok, "token", &twiliosms.Options{KeySID: "SK1"}); return err },
		"bad URL":     func() error { _, err := twiliosms.New(ok, "token", &twiliosms.Options{BaseURL: "ftp://x"}); return err },
		"odd sender":  func() error { _, err := twiliosms.New(ok, "token", &twiliosms.Options{From: "运单"}); return err },
		"odd callback": func() error {
			_, err := twiliosms.New(ok, "token", &twiliosms.Options{StatusCallback: "/x"})
			return err
		},
		"user callback": func() error {
			_, err := twiliosms.New(ok, "token", &twiliosms.Options{StatusCallback: "https://u:p@x/"})
			return err
		},
	} {
		if err := f(); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, err := twiliosms.New(ok, "", &twiliosms.Options{KeySID: "SK1", KeySecret: "s"})
	if err != nil || a.Account() == nil || a.Name() != "twiliosms" || strings.Contains(fmt.Sprintf("%v %+v %#v", a, a, a), ok) {
		t.Error(err)
	}
}

// What Twilio gets is what was asked, in its own form.
func TestSend(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, twiliosms.Options{From: smstest.TwilioService, StatusCallback: "https://example.com/hooks?x=1", Mainland: true})
	m := message()
	m.From, m.TTL = "", 90*time.Second+500*time.Millisecond
	r, err := a.Send(t.Context(), m)
	if err != nil || !strings.HasPrefix(r.ID, "SM") || len(r.Parts) != 1 || r.Encoding != sms.GSM7 || r.Estimate != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	got := s.Messages()[0]
	if got.Service != smstest.TwilioService || got.From != "" || got.Validity != 90 || got.Callback != "https://example.com/hooks?x=1&waybill_key=k-1" {
		t.Errorf("%+v", got)
	}
	m = message()
	m.To, m.TTL, m.Gateway.Sign = "+8613800138000", 1000*time.Hour, "运单"
	if _, err = a.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got = s.Messages()[1]; got.Body != "【运单】Order A-17 has arrived." || got.Validity != 36000 || got.From != "+15017122661" {
		t.Errorf("%+v", got)
	}
}

func TestCredentials(t *testing.T) {
	s := fake(t, &smstest.TwilioOptions{User: "SKnew", Password: "new"})
	give := func(user, password string, err error) *twiliosms.Adapter {
		return adapter(t, s, twiliosms.Options{Credentials: func(context.Context) (string, string, error) { return user, password, err }})
	}
	if _, err := give("SKnew", "new", nil).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	_, err := give("", "", errors.New("vault: token hvs.secret")).Send(t.Context(), message())
	if e := asError(t, err); e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent || strings.Contains(fmt.Sprintf("%+v", e), "hvs") {
		t.Errorf("%v", e)
	}
	_, err = give("SKnew", "old", nil).Send(t.Context(), message())
	if e := asError(t, err); e.Code != waybill.Unauthenticated || e.VendorCode != "20003" {
		t.Errorf("%v", e)
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
		{"no SID", `{"status":"queued"}`, 201, waybill.DataLoss, waybill.Ambiguous},
		{"null SID", `{"sid":null}`, 201, waybill.DataLoss, waybill.Ambiguous},
		{"list", `[]`, 201, waybill.DataLoss, waybill.Ambiguous},
		{"a known code under 500", `{"code":21610}`, 500, waybill.Internal, waybill.Ambiguous},
		{"a known code under 503", `{"code":21610}`, 503, waybill.Unavailable, waybill.Ambiguous},
		{"code as text", `{"code":"21610","message":"x"}`, 400, waybill.OptedOut, waybill.NotSent},
		{"unknown code", `{"code":29999}`, 400, waybill.Unsupported, waybill.NotSent},
		{"no code", `{}`, 400, waybill.Unsupported, waybill.NotSent},
		{"odd code", `{"code":"a\nb"}`, 403, waybill.PermissionDenied, waybill.NotSent},
		{"bare 429", ``, 429, waybill.RateLimited, waybill.NotSent},
		{"redirect with a code", `{"code":21610}`, 302, waybill.Unavailable, waybill.Ambiguous},
		{"failed at once", `{"sid":"SM1","status":"failed","error_code":30007}`, 201, waybill.PermissionDenied, waybill.Sent},
	} {
		r, err := adapter(t, replying(t, c.status, c.body), twiliosms.Options{}).Send(t.Context(), message())
		if e := asError(t, err); e.Code != c.want || e.Delivery != c.delivery || e.Ref != "k-1" || c.status == 429 && e.RetryAfter <= 0 {
			t.Errorf("%s: %v %v", c.name, e, e.Delivery)
		}
		if (r.ID != "") != (c.delivery == waybill.Sent) {
			t.Errorf("%s: receipt %+v", c.name, r)
		}
	}
	for body, want := range map[string]sms.Receipt{
		`{"sid":"SM1","num_segments":3,"price":"-0.0225","price_unit":"usd"}`: {ID: "SM1", Price: "0.0225", Currency: "USD", Parts: make([]sms.Part, 3)},
		`{"sid":"SM1","num_segments":"0","price":null,"price_unit":"USD"}`:    {ID: "SM1", Parts: make([]sms.Part, 1)},
		`{"sid":"SM1","num_segments":"x","price":"x","price_unit":"USD"}`:     {ID: "SM1", Parts: make([]sms.Part, 1)},
		`{"sid":"SM1","num_segments":99999,"price":-1,"price_unit":7}`:        {ID: "SM1", Parts: make([]sms.Part, 255)},
	} {
		r, err := adapter(t, replying(t, 201, body), twiliosms.Options{}).Send(t.Context(), message())
		if err != nil || r.ID != want.ID || r.Price != want.Price || r.Currency != want.Currency || len(r.Parts) != len(want.Parts) {
			t.Errorf("%s: %+v %v", body, r, err)
		}
	}
}

// A region that is not enabled, or a sender that may not be used, harms no other
// traffic.
func TestARefusedSenderHarmsNoOther(t *testing.T) {
	s := fake(t, nil)
	c, err := sms.New(sms.With(adapter(t, s, twiliosms.Options{})), sms.WithSender(sms.SenderRule{From: "Quillwort"}))
	if err != nil {
		t.Fatal(err)
	}
	s.FailCode("21408")
	if _, err := c.Send(t.Context(), sms.Message{To: london, Text: "Hello"}); waybill.CodeOf(err) != waybill.PermissionDenied {
		t.Fatal(err)
	}
	s.Heal()
	if _, err := c.Send(t.Context(), sms.Message{To: "+6581234567", Text: "Hello"}); err != nil {
		t.Errorf("another region suffers: %v", err)
	}
	if _, err := c.Send(t.Context(), sms.Message{To: london, Text: "Hello", From: "+15017122661"}); err != nil {
		t.Errorf("another sender suffers: %v", err)
	}
	before := s.Count("")
	if _, err := c.Send(t.Context(), sms.Message{To: london, Text: "Hello"}); waybill.CodeOf(err) != waybill.PermissionDenied || s.Count("") != before {
		t.Errorf("the refused one is asked again: %v", err)
	}
}
