package oppopush_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/oppopush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func fake(t testing.TB) (*pushtest.OPPO, *oppopush.Adapter) {
	t.Helper()
	f := pushtest.NewOPPO()
	t.Cleanup(f.Close)
	a, err := oppopush.New(pushtest.OPPOKey, pushtest.OPPOSecret, &oppopush.Options{
		BaseURL: f.URL(), HTTPClient: f.Client(), Classes: classes(), CallbackURL: "https://example.test/oppo"})
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

var order = makertest.Order

func named(values ...string) []push.Token { return makertest.Named(push.OPPO, values...) }

type outcome = makertest.Outcome

func reply(body string) pushtest.Fault {
	return fakehttp.Status(http.StatusOK, http.Header{"Content-Type": {"application/json;charset=UTF-8"}}, body)
}

// TestRecordedReplies reads samples of the vendor's documentation, and a broadcast in
// the shape of a public client.
func TestRecordedReplies(t *testing.T) {
	for file, c := range map[string]struct {
		tokens []string
		want   []outcome
	}{
		"unicast":     {[]string{"CN_1"}, []outcome{makertest.Taken("ZngnvJIM7wQusNtbqYnpH6XX-1-1-622ff7cfae27668d2ed3afec")}},
		"unicast_bad": {[]string{"CN_1"}, []outcome{makertest.Gone()}},
		"batch":       {[]string{"CN_1", "CN_2", "CN_3"}, []outcome{makertest.Taken("m1"), makertest.Taken("m2"), makertest.Gone()}},
		"broadcast":   {[]string{"CN_8", "CN_9"}, []outcome{makertest.Taken("bm1"), makertest.Gone()}},
		"bad_auth":    {[]string{"CN_1"}, []outcome{{Code: waybill.Unauthenticated}}},
	} {
		t.Run(file, func(t *testing.T) {
			f, a := fake(t)
			f.Fail(reply(makertest.Recorded(t, "oppo_"+file+".json")))
			makertest.Check(t, file, a.Send(t.Context(), order(), named(c.tokens...)), c.want...)
		})
	}
	t.Run("auth", func(t *testing.T) {
		f, a := fake(t)
		f.FailAuth(reply(makertest.Recorded(t, "oppo_auth.json")))
		// The fake did not issue this token and refuses it; it was read and used.
		makertest.Check(t, "auth", a.Send(t.Context(), order(), named("CN_1")), makertest.Failed(waybill.Unauthenticated))
		if f.Sends() != 2 {
			t.Errorf("%d sends, want one and one with a fresh token", f.Sends())
		}
	})
}

func TestOddReplies(t *testing.T) {
	lost := makertest.Failed(waybill.DataLoss)
	for body, want := range map[string][]outcome{
		`{"code":"0","data":[{"messageId":"m1","registrationId":"CN_1"},{"registrationId":"CN_2","errorCode":"10000"}]}`: {makertest.Taken("m1"), makertest.Gone()},
		`{"code":0,"data":[{"messageId":"m2","registrationId":"CN_2"}]}`:                                                 {lost, makertest.Taken("m2")},
		`{"code":0,"data":[]}`:   {lost, lost},
		`{"code":0,"data":null}`: {lost, lost},
		`{"code":0,"data":""}`:   {lost, lost},
		`{"code":0,"data":"[{\"messageId\":\"m1\",\"registrationId\":\"CN_1\"}]"}`: {makertest.Taken("m1"), lost},
		`{"code":0,"data":[null,7,{"registrationId":7}]}`:                          {lost, lost},
		`{"code":null}`:                 {lost, lost},
		`{"message":"success"}`:         {lost, lost},
		`{"code":10000,"message":"x"}`:  {{Code: waybill.Unregistered}, {Code: waybill.Unregistered}},
		`{"code":4711,"message":"new"}`: {{Code: waybill.Unknown}, {Code: waybill.Unknown}},
		`{"code":0,"data":[{"messageId":"m1","registrationId":"CN_1","errorCode":0},{"messageId":"m2","registrationId":"CN_2","errorCode":null}]}`: {makertest.Taken("m1"), makertest.Taken("m2")},
	} {
		f, a := fake(t)
		f.Fail(reply(body))
		got := a.Send(t.Context(), order(), named("CN_1", "CN_2"))
		makertest.Check(t, body, got, want...)
		if e := got[0].Err; strings.Contains(body, "4711") && (e == nil || e.Delivery != waybill.Ambiguous) {
			t.Errorf("an unknown code: %v", e)
		}
	}
}

func TestAuthTokenIsSharedAndRefreshedOnce(t *testing.T) {
	f, a := fake(t)
	for range 3 {
		if r := a.Send(t.Context(), &push.Notification{Kind: push.KindOrder, Title: "A", Body: "B"}, []push.Token{token(1)})[0]; r.Err != nil {
			t.Error(r.Err)
		}
	}
	if f.Issued() != 1 {
		t.Errorf("%d auth tokens for three sends", f.Issued())
	}
	f.Revoke()
	if r := a.Send(t.Context(), order(), []push.Token{token(1), token(2)}); r[0].Err != nil || r[1].Err != nil || f.Issued() != 2 {
		t.Errorf("after the token was revoked: %v, %v, %d issued", r[0].Err, r[1].Err, f.Issued())
	}
}

func TestRepeatIsPushedOnce(t *testing.T) {
	f, a := fake(t)
	tokens := []push.Token{token(1), token(2), token(1)}
	for range 2 {
		for i, r := range a.Send(t.Context(), order(), tokens) {
			if r.Err != nil || r.ID == "" {
				t.Errorf("token %d: %v", i, r.Err)
			}
		}
	}
	if n := f.Accepted(tokens[0].Value); n != 1 || f.Accepted(tokens[1].Value) != 1 {
		t.Errorf("pushed %d times", n)
	}
	if !a.Replaces(order()) || a.Replaces(&push.Notification{}) {
		t.Error("Replaces is not decided by the key")
	}
}

func TestMapping(t *testing.T) {
	f, a := fake(t)
	n := order()
	n.Body, n.Collapse, n.Click, n.TTL = strings.Repeat("汉", 128), "order 17", "driver://orders/17", 20*24*time.Hour
	r := a.Send(t.Context(), n, []push.Token{token(1)})[0]
	m, _ := f.Notification(token(1).Value)
	if r.Err != nil || m.Style != 2 || m.OffLineTTL != 864000 || m.ClickType != 5 || m.NotifyID == 0 || m.ChannelID != "order" || m.NotifyLevel != 16 ||
		m.CallBackParam != "order-17" || m.CallBackURL == "" || len(m.AppMessageID) != 32 {
		t.Errorf("%v: %+v", r.Err, m)
	}
	if len(r.Adjusted) != 1 || r.Adjusted[0].Field != "ttl" {
		t.Errorf("adjusted: %v", r.Adjusted)
	}
}

func TestDayQuotaWaitsForMidnightInBeijing(t *testing.T) {
	f, a := fake(t)
	f.FailCode("33")
	e := a.Send(t.Context(), order(), []push.Token{token(1)})[0].Err
	want := time.Until(waybill.Midnight(time.Now(), time.FixedZone("CST", 8*3600)))
	if e == nil || (e.RetryAfter-want).Abs() > time.Minute {
		t.Errorf("wait %v, want %v", waybill.RetryAfterOf(e), want)
	}
}

// A day's quota that is used up is not asked for again until the vendor's midnight.
func TestDayQuotaLatches(t *testing.T) {
	f, a := fake(t)
	c, err := push.New(push.With(a))
	if err != nil {
		t.Fatal(err)
	}
	f.FailCode("33")
	for i := range 3 {
		r := c.Send(t.Context(), order(), []push.Token{token(i)})[0]
		if r.Err == nil || r.Err.Code != waybill.QuotaExhausted || r.Err.RetryAfter <= 0 || r.Err.Delivery != waybill.NotSent {
			t.Errorf("send %d: %v", i, r.Err)
		}
	}
	if f.Sends() != 1 {
		t.Errorf("%d exchanges without quota", f.Sends())
	}
}

func TestSides(t *testing.T) {
	for value, china := range map[string]bool{"abc": true, "CN_abc": true, "OPPO_CN_abc": true, "IN_abc": false, "OPPO_IN_abc": false, "realme_EUEX_abc": false} {
		for _, overseas := range []bool{false, true} {
			a, err := oppopush.New("key", "secret", &oppopush.Options{Classes: classes(), Overseas: overseas})
			if err != nil {
				t.Fatal(err)
			}
			if got := a.Accepts(named(value)[0]); got != (china != overseas) {
				t.Errorf("%s, overseas %t: %t", value, overseas, got)
			}
		}
	}
}

func TestBadSettings(t *testing.T) {
	bad := func(change func(map[push.Kind]oppopush.Class)) *oppopush.Options {
		c := classes()
		change(c)
		return &oppopush.Options{Classes: c}
	}
	for name, o := range map[string]*oppopush.Options{
		"no table":  nil,
		"empty row": bad(func(c map[push.Kind]oppopush.Class) { c[push.KindOrder] = oppopush.Class{} }),
		"level": bad(func(c map[push.Kind]oppopush.Class) {
			c[push.KindOrder] = oppopush.Class{Category: "ORDER", NotifyLevel: 3}
		}),
		"lone level": bad(func(c map[push.Kind]oppopush.Class) { c[push.KindOrder] = oppopush.Class{Channel: "c", NotifyLevel: 2} }),
		"callback":   {Classes: classes(), CallbackURL: "example.test"},
		"long":       {Classes: classes(), CallbackURL: "https://example.test/" + strings.Repeat("a", 200)},
	} {
		if _, err := oppopush.New("key", "secret", o); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := oppopush.New("", "", &oppopush.Options{Classes: classes()}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("no keys: %v", err)
	}
	for _, secrets := range [][]string{nil, {"short"}} {
		if _, err := oppopush.NewReceiptHandler("", secrets, nil, nil); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("secrets of receipts: %v", err)
		}
	}
}
