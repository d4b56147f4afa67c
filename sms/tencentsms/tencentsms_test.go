package tencentsms_test

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
	"github.com/waybill-go/waybill/sms/tencentsms"
)

func TestNewRefuses(t *testing.T) {
	for name, f := range map[string]func() error{
		"no id":     func() error { _, err := tencentsms.New("", "key", "1", nil); return err },
		"no key":    func() error { _, err := tencentsms.New("id", "", "1", nil); return err },
		"no app id": func() error { _, err := tencentsms.New("id", "key", "", nil); return err },
		"bad URL": func() error {
			_, err := tencentsms.New("id", "key", "1", &tencentsms.Options{BaseURL: "ftp://x"})
			return err
		},
	} {
		if err := f(); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, err := tencentsms.New("id", "secretkey", "1", nil)
	if err != nil || a.Account() == nil || a.Name() != "tencentsms" {
		t.Fatal(err)
	}
	for _, v := range []any{a, tencentsms.Credentials{SecretID: "id", SecretKey: "secretkey"}} {
		if s := fmt.Sprintf("%v %+v %#v", v, v, v); strings.Contains(s, "secretkey") {
			t.Error(s)
		}
	}
}

// What the service gets is what was asked, in its own form.
func TestSend(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, tencentsms.Options{ExtendCode: "88", Sign: smstest.TencentSign})
	m := order("k-1")
	m.From, m.Gateway.Sign = "Ignored", ""
	r, err := a.Send(t.Context(), m)
	if err != nil || !strings.HasPrefix(r.ID, "5000:") || len(r.Parts) != 1 || r.Provider != "tencentsms" {
		t.Fatalf("%+v %v", r, err)
	}
	got := s.Messages()[0]
	if got.Number != "+8613800138000" || got.Sign != smstest.TencentSign || got.Text != "您的订单A-17已送达。" || got.Session != "k-1" || got.ExtendCode != "88" || got.SenderID != "" {
		t.Errorf("%+v", got)
	}
	m = order("k-2")
	m.To, m.From, m.Gateway.TemplateID = hongkong, "Waybill", smstest.TencentAbroad
	if _, err := a.Send(t.Context(), m); err != nil || s.Messages()[1].SenderID != "Waybill" {
		t.Errorf("%+v %v", s.Messages()[1], err)
	}
}

func TestCredentials(t *testing.T) {
	s := fake(t, &smstest.TencentOptions{SecretID: "AKIDtemp", SecretKey: "temp-key", Token: "temp-token"})
	give := func(c tencentsms.Credentials, err error) *tencentsms.Adapter {
		return adapter(t, s, tencentsms.Options{Credentials: func(context.Context) (tencentsms.Credentials, error) { return c, err }})
	}
	if _, err := give(tencentsms.Credentials{SecretID: "AKIDtemp", SecretKey: "temp-key", Token: "temp-token"}, nil).Send(t.Context(), order("k-1")); err != nil {
		t.Fatal(err)
	}
	_, err := give(tencentsms.Credentials{SecretID: "AKIDtemp", SecretKey: "temp-key", Token: "old"}, nil).Send(t.Context(), order("k-2"))
	if e := asError(t, err); e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent {
		t.Errorf("%v", e)
	}
	_, err = give(tencentsms.Credentials{}, errors.New("vault: token hvs.secret")).Send(t.Context(), order("k-3"))
	if e := asError(t, err); e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent || strings.Contains(fmt.Sprintf("%+v", e), "hvs") {
		t.Errorf("%v", e)
	}
}

// Replies that leave open what happened, and others.
func TestReplies(t *testing.T) {
	entry := func(fields string) string { return `{"Response":{"SendStatusSet":[{` + fields + `}],"RequestId":"x"}}` }
	for _, c := range []struct {
		name, body string
		status     int
		want       waybill.Code
		delivery   waybill.Delivery
	}{
		{"no response", `{}`, 200, waybill.DataLoss, waybill.Ambiguous},
		{"null response", `{"Response":null}`, 200, waybill.DataLoss, waybill.Ambiguous},
		{"no entries", `{"Response":{"SendStatusSet":[]}}`, 200, waybill.DataLoss, waybill.Ambiguous},
		{"odd entries", `{"Response":{"SendStatusSet":[7,null,{}]}}`, 200, waybill.DataLoss, waybill.Ambiguous},
		{"odd set", `{"Response":{"SendStatusSet":{}}}`, 200, waybill.DataLoss, waybill.Ambiguous},
		{"refused with a serial number", entry(`"SerialNo":"5000:1","Code":"FailedOperation.ContainSensitiveWord"`), 200, waybill.Unsupported, waybill.Ambiguous},
		{"refused with a fee", entry(`"Fee":1,"Code":"FailedOperation.ContainSensitiveWord"`), 200, waybill.Unsupported, waybill.Ambiguous},
		{"unknown error", `{"Response":{"Error":{"Code":"Strange","Message":"x"}}}`, 200, waybill.Unknown, waybill.Ambiguous},
		{"error without a code", `{"Response":{"Error":{}}}`, 200, waybill.Unknown, waybill.Ambiguous},
		{"accepted under 500", entry(`"SerialNo":"5000:1","Code":"Ok"`), 500, waybill.Internal, waybill.Ambiguous},
		{"refused under 500", `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure"}}}`, 500, waybill.Unauthenticated, waybill.Ambiguous},
		{"limited under 503", `{"Response":{"Error":{"Code":"RequestLimitExceeded"}}}`, 503, waybill.RateLimited, waybill.NotSent},
		{"HTML", `<html>`, 200, waybill.DataLoss, waybill.Ambiguous},
	} {
		_, err := adapter(t, replying(t, c.status, c.body), tencentsms.Options{}).Send(t.Context(), order("k-1"))
		if e := asError(t, err); e.Code != c.want || e.Delivery != c.delivery || e.Ref != "k-1" {
			t.Errorf("%s: %v %v", c.name, e, e.Delivery)
		}
	}
	for body, parts := range map[string]int{
		entry(`"SerialNo":"5000:1","Code":"Ok","Fee":"3"`):            3,
		entry(`"SerialNo":5000,"Code":"ok","Fee":null`):               1,
		entry(`"Code":"OK","PhoneNumber":"13800138000","Fee":-9`):     1,
		entry(`"Code":"Ok","PhoneNumber":"+8613900000000","Fee":"x"`): 1,
	} {
		r, err := adapter(t, replying(t, 200, body), tencentsms.Options{}).Send(t.Context(), order("k-1"))
		if err != nil || len(r.Parts) != parts {
			t.Errorf("%s: %+v %v", body, r, err)
		}
	}
}

// A template that is not approved makes itself ineligible and nothing else.
func TestAnUnapprovedTemplateHarmsNoOther(t *testing.T) {
	s := fake(t, nil)
	entry := func(id string, params ...string) sms.Template {
		g := sms.GatewayTemplate{Gateway: "tencentsms", ID: id}
		for _, p := range params {
			g.Params = append(g.Params, sms.TemplateParam{Param: p})
		}
		return sms.Template{Gateways: []sms.GatewayTemplate{g}}
	}
	c, err := sms.New(sms.With(adapter(t, s, tencentsms.Options{})), sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: smstest.TencentSign}),
		sms.WithTemplate("code", entry(smstest.TencentCode, "code", "minutes")), sms.WithTemplate("offer", entry(smstest.TencentPending, "name")))
	if err != nil {
		t.Fatal(err)
	}
	offer := sms.Message{To: shenzhen, Template: "offer", Params: map[string]string{"name": "李"}, Kind: sms.Marketing}
	code := sms.Message{To: shenzhen, Template: "code", Params: map[string]string{"code": "482913", "minutes": "5"}, Kind: sms.Verification}
	for range 10 {
		if _, err := c.Send(t.Context(), offer); waybill.CodeOf(err) != waybill.PermissionDenied {
			t.Fatal(err)
		}
		if _, err := c.Send(t.Context(), code); err != nil {
			t.Fatalf("another template suffers: %v", err)
		}
	}
	if n := s.Count(""); n != 11 {
		t.Errorf("%d requests", n)
	}
	checks, err := c.Check(t.Context())
	if waybill.CodeOf(err) != waybill.PermissionDenied || len(checks) != 2 || checks[0].Approval != sms.Approved || checks[1].Approval != sms.Pending {
		t.Errorf("%+v %v", checks, err)
	}
	if _, err := c.Send(t.Context(), offer); waybill.CodeOf(err) != waybill.Unsupported {
		t.Error(err)
	}
}

func batch(n int) sms.Batch {
	b := sms.Batch{Message: order("")}
	b.Message.To = ""
	for i := range n {
		b.Recipients = append(b.Recipients, sms.Recipient{To: sms.Number(fmt.Sprintf("+861380013%04d", i)), Key: fmt.Sprintf("k-%d", i)})
	}
	return b
}

// Each number has its own result, whatever becomes of the others.
func TestSendBatch(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, tencentsms.Options{})
	b := batch(200)
	b.Recipients[3].To = "+861080013800" // the service alone knows
	b.Recipients[4].To = b.Recipients[5].To
	b.Recipients[6].To = "+86"
	b.Recipients[7].Gateway.Params = []sms.Param{{Value: "B-18"}, {Value: "延误"}}
	s.RefuseNumber(string(b.Recipients[8].To), "FailedOperation.PhoneNumberInBlacklist")
	s.RefuseNumber(string(b.Recipients[9].To), "InternalError.Timeout")
	got := a.SendBatch(t.Context(), b)
	want := map[int]waybill.Code{3: waybill.InvalidArgument, 5: waybill.Unsupported, 6: waybill.InvalidArgument, 8: waybill.OptedOut, 9: waybill.Unavailable}
	for i, r := range got {
		n := s.Accepted(string(b.Recipients[i].To)) + s.Accepted(b.Recipients[i].Key)
		code, bad := want[i]
		switch e := waybill.AsError(r.Err); {
		case !bad && (e != nil || r.Receipt.ID == "" || n != 1):
			t.Errorf("%d: %v, accepted %d times", i, e, n)
		case bad && (e == nil || e.Code != code || e.Ref != b.Recipients[i].Key || e.Delivery == waybill.Sent):
			t.Errorf("%d: %v", i, r.Err)
		}
	}
	if s.Count("") != 2 || a.BatchLimit() != 200 {
		t.Errorf("%d requests", s.Count(""))
	}
	ids := map[string]bool{}
	for _, r := range got {
		if r.Err == nil && ids[r.Receipt.ID] {
			t.Fatal("two numbers have one id")
		}
		ids[r.Receipt.ID] = true
	}
	for _, r := range a.SendBatch(t.Context(), batch(201)) {
		if waybill.CodeOf(r.Err) != waybill.Unsupported {
			t.Fatal(r.Err)
		}
	}
}

// Nobody gets the parameters of somebody else, however odd they are.
func TestBatchKeepsParametersApart(t *testing.T) {
	s := fake(t, nil)
	b := batch(2)
	b.Recipients[0].Gateway.Params = []sms.Param{{Value: "A-1\x00"}, {Value: "due"}}
	b.Recipients[1].Gateway.Params = []sms.Param{{Value: "A-1"}, {Value: "\x00due"}}
	adapter(t, s, tencentsms.Options{}).SendBatch(t.Context(), b)
	if n := s.Count(""); n != 2 {
		t.Errorf("%d exchanges for two different messages", n)
	}
}

func TestBatchReplies(t *testing.T) {
	one := `{"Response":{"SendStatusSet":[{"PhoneNumber":"+8613800130001","SerialNo":"5000:1","Code":"Ok","Fee":1}]}}`
	got := adapter(t, replying(t, 200, one), tencentsms.Options{}).SendBatch(t.Context(), batch(3))
	for i, r := range got {
		if (i == 1) != (r.Err == nil) || i != 1 && (waybill.DeliveryOf(r.Err) != waybill.Ambiguous || waybill.AsError(r.Err).Ref != fmt.Sprintf("k-%d", i)) {
			t.Errorf("%d: %v", i, r.Err)
		}
	}
	twice := `{"Response":{"SendStatusSet":[{"PhoneNumber":"13800130000","Code":"InternalError.Timeout"},{"PhoneNumber":"8613800130000","SerialNo":"5000:1","Code":"Ok"},
		{"PhoneNumber":"+8613800130001","Code":"Ok"},{"PhoneNumber":"008613800130002","Code":"Ok"}]}}`
	for i, r := range adapter(t, replying(t, 200, twice), tencentsms.Options{}).SendBatch(t.Context(), batch(3)) {
		if r.Err != nil {
			t.Errorf("%d: a success is lost: %v", i, r.Err)
		}
	}
}

func TestBatchFaults(t *testing.T) {
	for _, f := range smstest.Faults() {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			s := fake(t, nil)
			a := adapter(t, s, tencentsms.Options{MaxReply: maxReply})
			s.Fail(f)
			ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, waybill.ErrAttemptTimeout)
			defer cancel()
			b := batch(3)
			for i, r := range a.SendBatch(ctx, b) {
				n := s.Accepted(string(b.Recipients[i].To))
				if r.Err == nil && n != 1 || waybill.DeliveryOf(r.Err) == waybill.NotSent && n != 0 || n > 1 {
					t.Errorf("%d: accepted %d times, reported %v", i, n, r.Err)
				}
			}
		})
	}
}
