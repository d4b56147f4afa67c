package meizupush

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

func fake(t testing.TB, change ...func(*Options)) (*pushtest.Meizu, *Adapter) {
	t.Helper()
	f := pushtest.NewMeizu()
	t.Cleanup(f.Close)
	callback, err := push.CallbackURL("https://example.test/meizu", secret)
	if err != nil {
		t.Fatal(err)
	}
	o := &Options{BaseURL: f.URL(), SubscribeURL: f.URL(), HTTPClient: f.Client(), Classes: classes(push.Kinds()...), CallbackURL: callback}
	for _, c := range change {
		c(o)
	}
	a, err := New(pushtest.MeizuAppID, pushtest.MeizuSecret, o)
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

var order = makertest.Order

func named(values ...string) []push.Token { return makertest.Named(push.Meizu, values...) }

type outcome = makertest.Outcome

func reply(status int, body string) pushtest.Fault {
	return fakehttp.Status(status, http.Header{"Content-Type": {"application/json; charset=UTF-8"}}, body)
}

var gone, lost, taken = makertest.Gone(), makertest.Failed(waybill.DataLoss), makertest.Taken("")

// TestRecordedReplies reads samples of the vendor's page, and a shape that a public
// client knows.
func TestRecordedReplies(t *testing.T) {
	for file, c := range map[string]struct {
		tokens []string
		want   []outcome
		retry  bool
	}{
		"inverted_value": {[]string{"m1", "m2"}, []outcome{gone, taken}, false},
		"folded":         {[]string{"m1", "m2"}, []outcome{{Code: waybill.RecipientLimited}, {Code: waybill.Unavailable}}, true},
		"rate":           {[]string{"m1"}, []outcome{{Code: waybill.RateLimited}}, true},
		"sign":           {[]string{"m1"}, []outcome{{Code: waybill.Unauthenticated}}, false},
	} {
		t.Run(file, func(t *testing.T) {
			f, a := fake(t)
			f.Fail(reply(http.StatusOK, makertest.Recorded(t, "meizu_"+file+".json")))
			got := a.Send(t.Context(), order(), named(c.tokens...))
			makertest.Check(t, file, got, c.want...)
			for i, r := range got {
				if r.Err != nil && waybill.Retryable(r.Err) != c.retry {
					t.Errorf("token %d: %v retryable: %t", i, r.Err, !c.retry)
				}
			}
		})
	}
}

func TestReplies(t *testing.T) {
	f, a := fake(t)
	id := makertest.Taken("x1")
	unknown := makertest.Failed(waybill.Unknown)
	for body, want := range map[string][]outcome{
		`{"code":"200","message":"","value":{"110002":["b"]},"msgId":"x1"}`:              {id, gone},
		`{"code":200,"value":{"110003":["b","a"]},"msgId":"x1"}`:                         {gone, gone},
		`{"code":"200","value":{"110005":"a"},"msgId":"x1"}`:                             {gone, id},
		`{"code":"200","value":{"110002":["a"],"110010":["b"]},"msgId":"x1"}`:            {gone, {Code: waybill.OptedOut}},
		`{"code":"200","value":"{\"201\":[\"a\"]}","msgId":"x1"}`:                        {{Code: waybill.PermissionDenied}, id},
		`{"code":"200","value":{"a":110002,"b":"200"},"msgId":"x1"}`:                     {gone, id},
		`{"code":"200","value":{"a":null},"msgId":"x1"}`:                                 {unknown, id},
		`{"code":"200","value":{"4711":["a"]},"msgId":"x1"}`:                             {unknown, id},
		`{"code":"200","value":{"200":["a"]},"msgId":"x1"}`:                              {id, id},
		`{"code":"200","value":{},"msgId":"x1"}`:                                         {id, id},
		`{"code":"200","value":"","msgId":"x1"}`:                                         {id, id},
		`{"code":"200","value":null,"msgId":7}`:                                          {makertest.Taken("7"), makertest.Taken("7")},
		`{"code":"200","value":[],"msgId":null}`:                                         {taken, taken},
		`{"code":"200"}`:                                                                 {taken, taken},
		`{"code":"200","value":{"\"":["a"],"110002":{"a":1},"110003":[null,["a"]]}}`:     {taken, taken},
		`{"code":"300","message":"","value":"","redirect":"http://elsewhere.test/push"}`: {{Code: waybill.PermissionDenied}, {Code: waybill.PermissionDenied}},
		`{"code":"4711","message":"new"}`:                                                {unknown, unknown},
		`{"code":"110010","value":{"110002":["a"]}}`:                                     {{Code: waybill.RateLimited}, {Code: waybill.RateLimited}},
		`{"code":"ok","value":{}}`:                                                       {lost, lost},
		`{"code":null,"msgId":"x1"}`:                                                     {lost, lost},
		`{"value":{}}`:                                                                   {lost, lost},
		`[{"code":"200"}]`:                                                               {lost, lost},
	} {
		f.Fail(reply(http.StatusOK, body))
		got := a.Send(t.Context(), order(), named("a", "b"))
		makertest.Check(t, body, got, want...)
	}
	f.Fail(reply(http.StatusBadGateway, `{"code":"200","value":{},"msgId":"x1"}`))
	makertest.Check(t, "a success under 502", a.Send(t.Context(), order(), named("a")), makertest.Failed(waybill.Unavailable))
}

// TestDeadTokens tells a code of one token from that of many.
func TestDeadTokens(t *testing.T) {
	f, a := fake(t)
	for _, code := range []string{"110002", "110003", "110005"} {
		f.FailCode(code)
		makertest.Check(t, code+" of one", a.Send(t.Context(), order(), named("a")), gone)
		makertest.Check(t, code+" of two", a.Send(t.Context(), order(), named("a", "b")), makertest.Failed(waybill.Unregistered), makertest.Failed(waybill.Unregistered))
	}
	if n := len(table) + len(users); n != len(codes())-2+3 {
		t.Errorf("the tables have %d codes, the tests %d", n, len(codes())-2+3)
	}
}

func TestWaits(t *testing.T) {
	f, a := fake(t)
	midnight := time.Until(waybill.Midnight(time.Now(), time.FixedZone("CST", 8*3600)))
	for code, want := range map[string]time.Duration{"110019": midnight, "token/110011": midnight, "110010": time.Minute, "token/520": time.Minute, "1003": 10 * time.Second} {
		f.FailCode(code)
		e := a.Send(t.Context(), order(), []push.Token{token(1)})[0].Err
		if e == nil || (e.RetryAfter-want).Abs() > time.Minute/2 {
			t.Errorf("%s: wait %v, want %v", code, waybill.RetryAfterOf(e), want)
		}
	}
	// After the day's quota a client asks no more.
	c, err := push.New(push.With(a))
	if err != nil {
		t.Fatal(err)
	}
	f.FailCode("110019")
	c.Send(t.Context(), order(), []push.Token{token(1)})
	before := f.Sends()
	f.Heal()
	if r := c.Send(t.Context(), order(), []push.Token{token(2)}); r[0].Err == nil || r[0].Err.Code != waybill.QuotaExhausted || f.Sends() != before {
		t.Errorf("after the quota: %v, %d sends", r[0].Err, f.Sends()-before)
	}
}

// The example of the vendor's page.
func TestSign(t *testing.T) {
	form := url.Values{
		"appId": {"10000"}, "pushIds": {"RA50c6348036344485d01776773577c64740465480a6b"},
		"messageJson": {`{"title":"title","content":"content","pushTimeInfo":{"offLine":1,"validTime":24}}`},
	}
	if got := sign(form, "<APP_SECRET>"); got != "ac076ff25d9900015a681cb5172aa53b" {
		t.Errorf("got %s", got)
	}
}

// TestReceiptToken verifies by the token that the vendor sends, without a secret
// in the URL.
func TestReceiptToken(t *testing.T) {
	events := 0
	h, err := NewReceiptHandler("", []string{secret, "the-token-of-the-vendor"}, func(_ context.Context, e []push.Event) error { events += len(e); return nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	for access, want := range map[string]int{"the-token-of-the-vendor": http.StatusOK, "another-token-of-nobody": http.StatusUnauthorized, "": http.StatusUnauthorized} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, receiptRequest("https://example.test/meizu", receiptBody(`{"m1-1":{"param":"k","type":1,"targets":["a"]}}`, access)))
		if w.Code != want {
			t.Errorf("access token %q: status %d, want %d", access, w.Code, want)
		}
	}
	if events != 1 {
		t.Errorf("%d events", events)
	}
}
