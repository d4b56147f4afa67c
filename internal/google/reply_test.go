package google

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// reply has a server give one reply and returns it as the guarded client read
// it.
func reply(t *testing.T, status int, header http.Header, body string) *wire.Reply {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, v := range header {
			w.Header()[name] = v
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	defer s.Close()
	c, err := wire.New(wire.Config{Provider: "googletest", HTTPClient: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Do(t.Context(), &wire.Request{Op: "verb", Ref: "ref", URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type want struct {
	code     waybill.Code
	scope    waybill.Scope
	delivery waybill.Delivery
	vendor   string
	wait     bool
}

func checkClass(t *testing.T, what string, e *waybill.Error, w want) {
	t.Helper()
	if e == nil {
		t.Errorf("%s: no error", what)
		return
	}
	if got := (want{e.Code, e.Scope, e.Delivery, e.VendorCode, e.RetryAfter > 0}); got != w {
		t.Errorf("%s: got %+v, want %+v", what, got, w)
	}
	if e.Provider != "googletest" || e.Op != "verb" || e.Ref != "ref" || e.Message == "" {
		t.Errorf("%s: incomplete: %v", what, e)
	}
}

// Every status of the older services and every message that tells two of its
// kinds apart.
func TestStatusTable(t *testing.T) {
	const (
		notSent = waybill.NotSent
		account = waybill.ScopeAccount
		service = waybill.ScopeService
		request = waybill.ScopeRequest
	)
	for _, c := range []struct {
		status, message string
		want            want
	}{
		{"NOT_FOUND", "", want{waybill.NotFound, request, notSent, "NOT_FOUND", false}},
		{"INVALID_REQUEST", "Invalid request. Missing the 'address', 'components', 'latlng' or 'place_id' parameter.", want{waybill.InvalidArgument, request, notSent, "INVALID_REQUEST", false}},
		{"MAX_WAYPOINTS_EXCEEDED", "", want{waybill.Unsupported, request, notSent, "MAX_WAYPOINTS_EXCEEDED", false}},
		{"MAX_ROUTE_LENGTH_EXCEEDED", "", want{waybill.Unsupported, request, notSent, "MAX_ROUTE_LENGTH_EXCEEDED", false}},
		{"MAX_ELEMENTS_EXCEEDED", "", want{waybill.Unsupported, request, notSent, "MAX_ELEMENTS_EXCEEDED", false}},
		{"MAX_DIMENSIONS_EXCEEDED", "", want{waybill.Unsupported, request, notSent, "MAX_DIMENSIONS_EXCEEDED", false}},
		{"OVER_QUERY_LIMIT", "", want{waybill.RateLimited, service, notSent, "OVER_QUERY_LIMIT", false}},
		{"OVER_QUERY_LIMIT", "You have exceeded your rate-limit for this API.", want{waybill.RateLimited, service, notSent, "OVER_QUERY_LIMIT", false}},
		{"OVER_QUERY_LIMIT", "You have exceeded your daily request quota for this API.", want{waybill.QuotaExhausted, service, notSent, "OVER_QUERY_LIMIT", true}},
		{"OVER_QUERY_LIMIT", "The limit of 40 requests per day is reached.", want{waybill.QuotaExhausted, service, notSent, "OVER_QUERY_LIMIT", true}},
		{"OVER_DAILY_LIMIT", "", want{waybill.QuotaExhausted, service, notSent, "OVER_DAILY_LIMIT", true}},
		{"OVER_DAILY_LIMIT", "The provided API key is invalid.", want{waybill.Unauthenticated, account, notSent, "OVER_DAILY_LIMIT", false}},
		{"OVER_DAILY_LIMIT", "You must enable Billing on the Google Cloud Project", want{waybill.PermissionDenied, account, notSent, "OVER_DAILY_LIMIT", false}},
		{"REQUEST_DENIED", "", want{waybill.PermissionDenied, account, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "The provided API key is invalid.", want{waybill.Unauthenticated, account, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "You must use an API key to authenticate each request", want{waybill.Unauthenticated, account, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "This API project is not authorized to use this API.", want{waybill.PermissionDenied, service, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "You’re calling a legacy API, which is not enabled for your project.", want{waybill.PermissionDenied, service, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "This IP, site or mobile application is not authorized to use this API key.", want{waybill.PermissionDenied, account, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "API keys with referer restrictions cannot be used with this API.", want{waybill.PermissionDenied, account, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "The provided API key is expired.", want{waybill.Unauthenticated, account, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "This service requires an API key.", want{waybill.Unauthenticated, account, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "This API key is not authorized to use this service or API.", want{waybill.PermissionDenied, service, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "You must enable Billing", want{waybill.PermissionDenied, account, notSent, "REQUEST_DENIED", false}},
		{"REQUEST_DENIED", "Unable to verify signature.", want{waybill.Unauthenticated, account, notSent, "REQUEST_DENIED", false}},
		{"UNKNOWN_ERROR", "", want{waybill.Unavailable, waybill.ScopeProvider, notSent, "UNKNOWN_ERROR", false}},
		{"A_NEW_ONE", "", want{waybill.Unknown, waybill.ScopeUnknown, waybill.Ambiguous, "A_NEW_ONE", false}},
	} {
		e := ReplyError(reply(t, 200, nil, `{"status":"`+c.status+`","error_message":"`+c.message+`","results":[]}`))
		checkClass(t, c.status+" "+c.message, e, c.want)
		if e != nil && c.message != "" && strings.Contains(e.Error(), c.message) {
			t.Errorf("%s: Google's own text is passed on", c.status)
		}
	}
}

func TestSuccessIsNoError(t *testing.T) {
	for _, body := range []string{`{"status":"OK","results":[]}`, `{"status":"ZERO_RESULTS"}`, `{}`, `{"routes":[]}`, ``, `[]`} {
		if e := ReplyError(reply(t, 200, nil, body)); e != nil {
			t.Errorf("%s: %v", body, e)
		}
	}
	e := NotFound(reply(t, 200, nil, `{"status":"ZERO_RESULTS"}`))
	checkClass(t, "zero results", e, want{waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "ZERO_RESULTS", false})
	e = NotFound(reply(t, 200, nil, `{}`))
	checkClass(t, "an empty object", e, want{waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "", false})
	e = Odd(reply(t, 200, nil, `{}`), "odd")
	checkClass(t, "odd", e, want{waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, false})
}

// The reply's HTTP status is believed before its words.
func TestHTTPStatusFirst(t *testing.T) {
	if e := ReplyError(reply(t, 500, nil, `{"status":"OK","results":[]}`)); e == nil || e.Code != waybill.Internal || e.Delivery != waybill.Ambiguous {
		t.Errorf("got %v", e)
	}
	e := ReplyError(reply(t, 403, nil, "Unable to authenticate the request. Provided 'signature' is not valid"))
	checkClass(t, "signature", e, want{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "403", false})
	e = ReplyError(reply(t, 503, http.Header{"Retry-After": {"9"}}, "{}"))
	if e == nil || e.Code != waybill.Unavailable || e.RetryAfter != 9*time.Second {
		t.Errorf("got %v", e)
	}
	e = ReplyError(reply(t, 200, http.Header{"Retry-After": {"5"}}, `{"status":"OVER_DAILY_LIMIT"}`))
	if e == nil || e.RetryAfter != 5*time.Second {
		t.Errorf("the vendor's own wait is not heeded: %v", e)
	}
}

func TestRPCTable(t *testing.T) {
	rpc := func(status, reason, extra string) string {
		details := ""
		if reason != "" {
			details = `{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"` + reason + `","domain":"googleapis.com"` + extra + `}`
		}
		return `{"error":{"code":499,"message":"secret words","status":"` + status + `","details":[` + details + `]}}`
	}
	day := `,"metadata":{"quota_limit":"RequestsPerDayPerProject"}`
	minute := `,"metadata":{"quota_limit":"RequestsPerMinutePerProject"}`
	const (
		notSent   = waybill.NotSent
		ambiguous = waybill.Ambiguous
		provider  = waybill.ScopeProvider
	)
	for _, c := range []struct {
		http int
		body string
		want want
	}{
		{400, rpc("INVALID_ARGUMENT", "", ""), want{waybill.InvalidArgument, waybill.ScopeRequest, notSent, "INVALID_ARGUMENT", false}},
		{400, rpc("INVALID_ARGUMENT", "API_KEY_INVALID", ""), want{waybill.Unauthenticated, waybill.ScopeAccount, notSent, "API_KEY_INVALID", false}},
		{400, rpc("INVALID_ARGUMENT", "SOME_NEW_REASON", ""), want{waybill.InvalidArgument, waybill.ScopeRequest, notSent, "SOME_NEW_REASON", false}},
		{400, rpc("OUT_OF_RANGE", "", ""), want{waybill.InvalidArgument, waybill.ScopeRequest, notSent, "OUT_OF_RANGE", false}},
		{401, rpc("UNAUTHENTICATED", "", ""), want{waybill.Unauthenticated, waybill.ScopeAccount, notSent, "UNAUTHENTICATED", false}},
		{403, rpc("PERMISSION_DENIED", "SERVICE_DISABLED", ""), want{waybill.PermissionDenied, waybill.ScopeService, notSent, "SERVICE_DISABLED", false}},
		{403, rpc("PERMISSION_DENIED", "BILLING_DISABLED", ""), want{waybill.PermissionDenied, waybill.ScopeAccount, notSent, "BILLING_DISABLED", false}},
		{404, rpc("NOT_FOUND", "", ""), want{waybill.NotFound, waybill.ScopeRequest, notSent, "NOT_FOUND", false}},
		{409, rpc("ABORTED", "", ""), want{waybill.Internal, provider, ambiguous, "ABORTED", false}},
		{429, rpc("RESOURCE_EXHAUSTED", "", ""), want{waybill.RateLimited, waybill.ScopeService, notSent, "RESOURCE_EXHAUSTED", false}},
		{429, rpc("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", minute), want{waybill.RateLimited, waybill.ScopeService, notSent, "RATE_LIMIT_EXCEEDED", false}},
		{429, rpc("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", day), want{waybill.QuotaExhausted, waybill.ScopeService, notSent, "RATE_LIMIT_EXCEEDED", true}},
		{500, rpc("INTERNAL", "", ""), want{waybill.Internal, provider, ambiguous, "INTERNAL", false}},
		{501, rpc("UNIMPLEMENTED", "", ""), want{waybill.Unsupported, waybill.ScopeRequest, notSent, "UNIMPLEMENTED", false}},
		{503, rpc("UNAVAILABLE", "", ""), want{waybill.Unavailable, provider, ambiguous, "UNAVAILABLE", false}},
		{504, rpc("DEADLINE_EXCEEDED", "", ""), want{waybill.Unavailable, provider, ambiguous, "DEADLINE_EXCEEDED", false}},
		{403, `{"error":{"code":403,"message":"Method doesn't allow unregistered callers (callers without established identity).","status":"PERMISSION_DENIED"}}`,
			want{waybill.Unauthenticated, waybill.ScopeAccount, notSent, "PERMISSION_DENIED", false}},
		{403, `{"error":{"code":403}}`, want{waybill.PermissionDenied, waybill.ScopeAccount, notSent, "", false}},
		{200, `[{"error":{"code":429,"status":7,"details":[1,{"@type":3}]}}]`, want{waybill.RateLimited, waybill.ScopeService, notSent, "", false}},
		{418, `{"error":{"code":418}}`, want{waybill.Unknown, waybill.ScopeUnknown, ambiguous, "", false}},
	} {
		e := ReplyError(reply(t, c.http, nil, c.body))
		checkClass(t, c.body, e, c.want)
		if e != nil && strings.Contains(e.Error(), "secret") {
			t.Errorf("%s: Google's own text is passed on", c.body)
		}
	}
}

// What looks like a google.rpc.Status and is none falls back to the HTTP
// status.
func TestNoRPC(t *testing.T) {
	for _, body := range []string{`{"error":"text"}`, `{"error":null}`, `{"error":[]}`, `{"error":{}}`, `{"error":{"details":5}}`, `[]`, `[1]`, `[[]]`, `{`} {
		if e := ReplyError(reply(t, 502, nil, body)); e == nil || e.Code != waybill.Unavailable || e.VendorCode != "502" {
			t.Errorf("%s: %v", body, e)
		}
	}
}

func TestUntilReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Date(2026, 1, 15, 7, 0, 0, 0, time.UTC) // 23:00 in California
		if got := untilReset(now); got != time.Hour {
			t.Errorf("in winter %v, want 1h", got)
		}
		now = time.Date(2026, 7, 15, 6, 0, 0, 0, time.UTC) // 23:00 in summer
		if got := untilReset(now); got != time.Hour && got != 2*time.Hour {
			t.Errorf("in summer %v, want 1h, or 2h without time zones", got)
		}
	})
}

func TestParseSeconds(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"165s": 165 * time.Second, "3.5s": 3500 * time.Millisecond, "0s": 0, "0.000000001s": 1, ".5s": 500 * time.Millisecond,
	} {
		if got, ok := ParseSeconds(in); !ok || got != want {
			t.Errorf("%q: %v %t, want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "s", "165", "-1s", "1e3s", "1m", "NaNs", "Infs", "1.2.3s", "99999999999s", " 1s", "1 s", "+1s", "0x1s", "1_0s"} {
		if got, ok := ParseSeconds(in); ok {
			t.Errorf("%q: %v, want none", in, got)
		}
	}
}

func FuzzParseSeconds(f *testing.F) {
	for _, s := range []string{"165s", "3.5s", "-1s", "9999999999999s", "."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := ParseSeconds(s); ok && d < 0 {
			t.Errorf("%q gave %v", s, d)
		}
	})
}

// FuzzReplyError: any body of any status is a class or nothing, quickly.
func FuzzReplyError(f *testing.F) {
	f.Add(200, []byte(`{"status":"OK"}`))
	f.Add(429, []byte(`{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"google.rpc.RetryInfo","retryDelay":"3s"}]}}`))
	f.Add(403, []byte("Unable to authenticate the request."))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		status = 200 + (status%400+400)%400
		e := ReplyError(&wire.Reply{Status: status, Body: body})
		if e == nil && status > 299 {
			t.Error("a failure without an error")
		}
		if e != nil && e.RetryAfter < -1 {
			t.Errorf("a wait of %v", e.RetryAfter)
		}
	})
}
