package xiaomipush

import (
	"net/http"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

func fake(t testing.TB, change ...func(*Options)) (*pushtest.Xiaomi, *Adapter) {
	t.Helper()
	f := pushtest.NewXiaomi()
	t.Cleanup(f.Close)
	callback, err := push.CallbackURL("https://example.test/xiaomi", secret)
	if err != nil {
		t.Fatal(err)
	}
	o := &Options{BaseURL: f.URL(), HTTPClient: f.Client(), Classes: classes(), CallbackURL: callback}
	for _, c := range change {
		c(o)
	}
	a, err := New(pushtest.XiaomiSecret, pushtest.XiaomiPackage, o)
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

var order = makertest.Order

func named(values ...string) []push.Token { return makertest.Named(push.Xiaomi, values...) }

type outcome = makertest.Outcome

func reply(status int, body string) pushtest.Fault {
	return fakehttp.Status(status, http.Header{"Content-Type": {"application/json;charset=UTF-8"}}, body)
}

// TestRecordedReplies reads shapes of the vendor's documentation and of public tables
// of its codes.
func TestRecordedReplies(t *testing.T) {
	for file, want := range map[string]outcome{
		"success": makertest.Taken("scm45b21571297367921nJ"), "day_quota": {Code: waybill.QuotaExhausted}, "busy": {Code: waybill.Unavailable},
	} {
		t.Run(file, func(t *testing.T) {
			f, a := fake(t)
			f.Fail(reply(http.StatusOK, makertest.Recorded(t, "xiaomi_"+file+".json")))
			got := a.Send(t.Context(), order(), named("r1"))
			makertest.Check(t, file, got, want)
			if e := got[0].Err; e != nil && !waybill.Retryable(e) {
				t.Errorf("%v is not retryable", e)
			}
		})
	}
}

func TestReplies(t *testing.T) {
	gone, lost, ok := makertest.Gone(), makertest.Failed(waybill.DataLoss), makertest.Taken
	f, a := fake(t)
	for body, want := range map[string][]outcome{
		`{"result":"ok","code":0,"data":{"id":"m","bad_regids":"b"}}`:                        {ok("m"), gone},
		`{"result":"ok","code":"0","data":{"id":"m","bad_regids":" b , a "}}`:                {gone, gone},
		`{"result":"ok","code":0,"data":{"id":"m","bad_regids":["a","x"]}}`:                  {gone, ok("m")},
		`{"code":0,"data":{"id":"m","bad_regIds":"a"}}`:                                      {gone, ok("m")},
		`{"result":"ok","code":0,"data":"{\"id\":\"m\",\"bad_regids\":\"a\"}"}`:              {gone, ok("m")},
		`{"result":"ok","code":0,"data":{"id":7,"bad_regids":null,"day_quota":"9"}}`:         {ok("7"), ok("7")},
		`{"result":"ok","code":0,"data":{"id":"m","bad_regids":""}}`:                         {ok("m"), ok("m")},
		`{"result":"ok","code":0,"data":null}`:                                               {ok(""), ok("")},
		`{"result":"ok","code":0,"data":[]}`:                                                 {ok(""), ok("")},
		`{"code":0,"data":{}}`:                                                               {lost, lost},
		`{"code":0}`:                                                                         {lost, lost},
		`{"result":"error","code":0,"data":{"id":"m"}}`:                                      {lost, lost},
		`{"result":"ok","code":null,"data":{"id":"m"}}`:                                      {lost, lost},
		`{"result":"ok","data":{"id":"m"}}`:                                                  {lost, lost},
		`{"result":"error","code":20301,"data":{"bad_regids":"a"}}`:                          {gone, {Code: waybill.Unregistered}},
		`{"result":"error","code":"20301","reason":"发送失败"}`:                                  {{Code: waybill.Unregistered}, {Code: waybill.Unregistered}},
		`{"result":"error","code":4711,"description":"new"}`:                                 {{Code: waybill.Unknown}, {Code: waybill.Unknown}},
		`{"result":"error","code":21301,"data":{"bad_regids":"a"},"description":"认证失败"}`:     {{Code: waybill.Unauthenticated}, {Code: waybill.Unauthenticated}},
		`[{"result":"ok","code":0}]`:                                                         {lost, lost},
		`{"result":["ok"],"code":{"a":1},"data":7}`:                                          {lost, lost},
		`{"result":"ok","code":0,"data":{"id":"a b","bad_regids":{"a":"b"},"trace":[[[]]]}}`: {ok(""), ok("")},
	} {
		f.Fail(reply(http.StatusOK, body))
		makertest.Check(t, body, a.Send(t.Context(), order(), named("a", "b")), want...)
	}
	f.Fail(reply(http.StatusInternalServerError, `{"result":"ok","code":0,"data":{"id":"m"}}`))
	makertest.Check(t, "a success under 500", a.Send(t.Context(), order(), named("a")), makertest.Failed(waybill.Internal))
	f.Fail(reply(http.StatusUnauthorized, `{"result":"error","code":21301}`))
	makertest.Check(t, "a code under 401", a.Send(t.Context(), order(), named("a")), makertest.Failed(waybill.Unauthenticated))
}

// TestCodes compares the vendor's codes with the table, each as a reply.
func TestCodes(t *testing.T) {
	f, a := fake(t)
	for _, c := range codes() {
		f.FailCode(c.Code)
		for i, r := range a.Send(t.Context(), order(), []push.Token{token(1), token(2)}) {
			e := r.Err
			if e == nil || e.Code != c.Want || e.Scope != c.Scope || e.Delivery != c.Delivery || (e.RetryAfter > 0) != c.RetryAfter || r.Dead || c.Want != waybill.Unknown && e.VendorCode != c.Code {
				t.Errorf("code %s, token %d: %+v, dead %t", c.Code, i, e, r.Dead)
			}
		}
	}
	if listed := len(codes()) - 1 + 10 + 4; len(table) != listed { // two spans are tried at their ends, dead tokens elsewhere
		t.Errorf("the table has %d codes, the test %d", len(table), listed)
	}
}

func TestDeadTokens(t *testing.T) {
	f, a := fake(t)
	for _, code := range []string{"10029", "20301", "66007"} {
		f.FailCode(code)
		makertest.Check(t, code+" of one", a.Send(t.Context(), order(), named("a")), makertest.Gone())
		alive := makertest.Failed(waybill.Unregistered)
		makertest.Check(t, code+" of many", a.Send(t.Context(), order(), named("a", "b", "c", "d", "e")), alive, alive, alive, alive, alive)
	}
}

func TestDayQuotaWaitsForMidnightInBeijing(t *testing.T) {
	f, a := fake(t)
	f.FailCode("200001")
	e := a.Send(t.Context(), order(), []push.Token{token(1)})[0].Err
	want := time.Until(waybill.Midnight(time.Now(), time.FixedZone("CST", 8*3600)))
	if e == nil || (e.RetryAfter-want).Abs() > time.Minute {
		t.Errorf("wait %v, want %v", waybill.RetryAfterOf(e), want)
	}
	// A client asks no more until then.
	c, err := push.New(push.With(a))
	if err != nil {
		t.Fatal(err)
	}
	c.Send(t.Context(), order(), []push.Token{token(1)})
	before := f.Sends()
	f.Heal()
	if r := c.Send(t.Context(), order(), []push.Token{token(2)}); r[0].Err == nil || r[0].Err.Code != waybill.QuotaExhausted || f.Sends() != before {
		t.Errorf("after the quota: %v, %d sends", r[0].Err, f.Sends()-before)
	}
}
