package nexmosms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	const key, secret = "abcd1234", "s3cr3t-value"
	for name, o := range map[string]nexmosms.Options{
		"no scheme":          {BaseURL: "rest.nexmo.com"},
		"other scheme":       {BaseURL: "ftp://rest.nexmo.com"},
		"user":               {BaseURL: "https://u:p@rest.nexmo.com"},
		"query":              {BaseURL: "https://rest.nexmo.com?api_key=1"},
		"fragment":           {BaseURL: "https://rest.nexmo.com#x"},
		"relative callback":  {Callback: "/reports"},
		"callback with user": {Callback: "https://u:p@example.test/"},
		"unknown signing":    {Signing: 6},
		"impossible From":    {From: "a much too long name"},
		"negative bound":     {MaxReply: -1},
	} {
		a, err := nexmosms.New(key, secret, &o)
		if !errors.Is(err, waybill.ErrInvalidArgument) || a != nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := nexmosms.New(key, "", nil); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("no secret: %v", err)
	}
	a, err := nexmosms.New(key, secret, nil)
	if err != nil || a.Name() != "nexmosms" || a.Account() == nil || a.Account().Name() != "nexmosms" {
		t.Fatalf("%v", err)
	}
	for _, f := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(f, a); strings.Contains(text, secret) || strings.Contains(text, key) {
			t.Errorf("printed with %s the adapter shows its credentials", f)
		}
	}
	own := waybill.NewAccount("nexmo-main", waybill.Limits{})
	if a, err = nexmosms.New(key, secret, &nexmosms.Options{Account: own}); err != nil || a.Account() != own {
		t.Errorf("%v", err)
	}
}

func TestCredentialsRotate(t *testing.T) {
	s := nexmo(t, nil)
	key, secret, bad := smstest.NexmoKey, smstest.NexmoSecret, error(nil)
	a, err := nexmosms.New("", "", &nexmosms.Options{BaseURL: s.URL(), HTTPClient: s.Client(),
		Credentials: func(context.Context) (string, string, error) { return key, secret, bad }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Send(t.Context(), message()); err != nil {
		t.Error(err)
	}
	secret = "an-old-secret"
	_, err = a.Send(t.Context(), message())
	if !errors.Is(err, waybill.ErrUnauthenticated) || strings.Contains(fmt.Sprintf("%+v", err), secret) {
		t.Errorf("got %v", err)
	}
	for range 3 {
		switch {
		case bad == nil && key != "":
			bad = errors.New("vault: token hvs.12345 expired")
		case bad != nil:
			bad, key = nil, ""
		default:
			key, secret = smstest.NexmoKey, ""
		}
		_, err = a.Send(t.Context(), message())
		if !errors.Is(err, waybill.ErrUnauthenticated) || waybill.DeliveryOf(err) != waybill.NotSent || strings.Contains(err.Error(), "hvs") {
			t.Errorf("got %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = a.Send(ctx, message()); !errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("got %v", err)
	}
	if s.Accepted("k-1") != 1 || s.Count("") != 2 {
		t.Errorf("accepted %d of %d", s.Accepted("k-1"), s.Count(""))
	}
}

func TestSenderIDs(t *testing.T) {
	s := nexmo(t, nil)
	a := newAdapter(t, s, nexmosms.Options{From: "Default"})
	for i, x := range []struct{ from, want string }{
		{"", "Default"}, {"Waybill", "Waybill"}, {"Way Bill", "Way Bill"}, {"+447700900999", "447700900999"}, {"447700900999", "447700900999"}, {"12345", "12345"}, {"A1", "A1"},
	} {
		m := message()
		m.From = x.from
		if _, err := a.Send(t.Context(), m); err != nil {
			t.Fatalf("%q: %v", x.from, err)
		}
		if got := s.Messages()[i].From; got != x.want {
			t.Errorf("%q went as %q", x.from, got)
		}
	}
	for _, from := range []string{"12", "+Waybill", "Waybill!", "00441234567", "123456 789", "Waybill Ltd 99"} {
		m := message()
		m.From = from
		_, err := a.Send(t.Context(), m)
		if !errors.Is(err, waybill.ErrUnsupported) || waybill.ScopeOf(err) != waybill.ScopeSender {
			t.Errorf("%q: %v", from, err)
		}
	}
}

func TestMainland(t *testing.T) {
	s := nexmo(t, nil)
	m := message()
	m.To, m.Text, m.Gateway.Sign = "+8613800138000", "您的订单已送达。", "运单"
	if _, err := newAdapter(t, s, nexmosms.Options{}).Send(t.Context(), m); !errors.Is(err, waybill.ErrUnsupported) || !strings.Contains(err.Error(), "Mainland") {
		t.Errorf("got %v", err)
	}
	a := newAdapter(t, s, nexmosms.Options{Mainland: true})
	if _, err := a.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages()[0].Text; got != "【运单】您的订单已送达。" {
		t.Errorf("text %q", got)
	}
	// Hong Kong is not the mainland, and gets no sign.
	m.To = "+85261234567"
	if _, err := newAdapter(t, s, nexmosms.Options{}).Send(t.Context(), m); err != nil || s.Messages()[1].Text != "您的订单已送达。" {
		t.Errorf("%v", err)
	}
	// The sign counts.
	m.To, m.Text = "+8613800138000", strings.Repeat("中", 70)
	if res, err := a.Send(t.Context(), m); err != nil || res.Estimate != 2 || len(res.Parts) != 2 {
		t.Errorf("%+v, %v", res, err)
	}
}

// TestExplain holds that a client knows without the network what the adapter
// cannot do.
func TestExplain(t *testing.T) {
	s := nexmo(t, nil)
	c, err := sms.New(sms.With(newAdapter(t, s, nexmosms.Options{})),
		sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, From: "Waybill", Sign: "运单"}))
	if err != nil {
		t.Fatal(err)
	}
	for to, want := range map[sms.Number]string{"+8613800138000": "Options.Mainland", london: "needs a sender id", "+919812345678": "an entity id"} {
		cands, err := c.Explain(sms.Message{To: to, Text: "x"})
		if err != nil || len(cands) != 1 || cands[0].Order != 0 || !strings.Contains(cands[0].Reason, want) {
			t.Errorf("%s: %+v, %v", to.Masked(), cands, err)
		}
	}
	if s.Count("") != 0 {
		t.Error("Explain used the network")
	}
}

func TestSignedRequestsHaveNoSecret(t *testing.T) {
	s := nexmo(t, &smstest.NexmoOptions{Secret: signatureSecret, Signing: "sha256"})
	a, err := nexmosms.New(smstest.NexmoKey, signatureSecret, &nexmosms.Options{BaseURL: s.URL(), HTTPClient: s.Client(), Signing: nexmosms.SHA256})
	if err != nil {
		t.Fatal(err)
	}
	m := message()
	m.Text = "Fish & chips = tea"
	before := time.Now().Unix()
	if _, err := a.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages()[0].Text; got != m.Text {
		t.Errorf("text %q", got)
	}
	body := s.Log()[0].Body
	if strings.Contains(body, "api_secret") || !strings.Contains(body, "sig=***") || !strings.Contains(body, "timestamp=") {
		t.Errorf("body %q", body)
	}
	_, stamp, _ := strings.Cut(body, "timestamp=")
	stamp, _, _ = strings.Cut(stamp, "&")
	if stamp < fmt.Sprint(before) {
		t.Errorf("timestamp %s", stamp)
	}
	// The wrong method, or the secret itself, is refused.
	for _, o := range []nexmosms.Options{{Signing: nexmosms.MD5Hash}, {}} {
		o.BaseURL, o.HTTPClient = s.URL(), s.Client()
		b, err := nexmosms.New(smstest.NexmoKey, signatureSecret, &o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Send(t.Context(), m); !errors.Is(err, waybill.ErrUnauthenticated) {
			t.Errorf("%v: %v", o.Signing, err)
		}
	}
}
