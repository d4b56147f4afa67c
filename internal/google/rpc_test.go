package google

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

// Every reason once more, written down independently of the table. The reason
// goes before the status, whatever that is.
func TestReasons(t *testing.T) {
	const (
		account = waybill.ScopeAccount
		service = waybill.ScopeService
	)
	want := map[string]struct {
		code  waybill.Code
		scope waybill.Scope
	}{
		"API_KEY_INVALID":                 {waybill.Unauthenticated, account},
		"CREDENTIALS_MISSING":             {waybill.Unauthenticated, account},
		"ACCESS_TOKEN_EXPIRED":            {waybill.Unauthenticated, account},
		"ACCESS_TOKEN_TYPE_UNSUPPORTED":   {waybill.Unauthenticated, account},
		"UNAUTHENTICATED_REQUEST_BLOCKED": {waybill.Unauthenticated, account},
		"SERVICE_DISABLED":                {waybill.PermissionDenied, service},
		"API_KEY_SERVICE_BLOCKED":         {waybill.PermissionDenied, service},
		"SERVICE_NOT_VISIBLE":             {waybill.PermissionDenied, service},
		"API_KEY_IP_ADDRESS_BLOCKED":      {waybill.PermissionDenied, account},
		"API_KEY_HTTP_REFERRER_BLOCKED":   {waybill.PermissionDenied, account},
		"API_KEY_ANDROID_APP_BLOCKED":     {waybill.PermissionDenied, account},
		"API_KEY_IOS_APP_BLOCKED":         {waybill.PermissionDenied, account},
		"BILLING_DISABLED":                {waybill.PermissionDenied, account},
		"CONSUMER_SUSPENDED":              {waybill.PermissionDenied, account},
		"CONSUMER_INVALID":                {waybill.PermissionDenied, account},
		"ACCOUNT_STATE_INVALID":           {waybill.PermissionDenied, account},
		"USER_PROJECT_DENIED":             {waybill.PermissionDenied, account},
		"LOCATION_POLICY_VIOLATED":        {waybill.PermissionDenied, account},
		"SECURITY_POLICY_VIOLATED":        {waybill.PermissionDenied, account},
		"ORG_RESTRICTION_VIOLATION":       {waybill.PermissionDenied, account},
		"ORG_RESTRICTION_HEADER_INVALID":  {waybill.PermissionDenied, account},
		"GCP_SUSPENDED":                   {waybill.PermissionDenied, account},
		"RATE_LIMIT_EXCEEDED":             {waybill.RateLimited, service},
		"RESOURCE_QUOTA_EXCEEDED":         {waybill.RateLimited, service},

		"OVERLOADED_CREDENTIALS":              {waybill.Unauthenticated, account},
		"SESSION_COOKIE_INVALID":              {waybill.Unauthenticated, account},
		"ACCESS_TOKEN_SCOPE_INSUFFICIENT":     {waybill.PermissionDenied, account},
		"MISSING_ORIGIN":                      {waybill.PermissionDenied, account},
		"USER_BLOCKED_BY_ADMIN":               {waybill.PermissionDenied, account},
		"RESOURCE_USAGE_RESTRICTION_VIOLATED": {waybill.PermissionDenied, account},
		"LOCATION_TAX_POLICY_VIOLATED":        {waybill.PermissionDenied, account},
		"RESOURCE_PROJECT_INVALID":            {waybill.PermissionDenied, account},
		"SYSTEM_PARAMETER_UNSUPPORTED":        {waybill.PermissionDenied, account},
	}
	if len(want) != len(reasons) {
		t.Errorf("%d reasons, the table has %d", len(want), len(reasons))
	}
	for reason, w := range want {
		body := `{"error":{"code":400,"message":"words","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.Help"},
			{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"` + reason + `","domain":"googleapis.com","metadata":{"service":"x","n":5}}]}}`
		e := ReplyError(reply(t, 400, nil, body))
		if e == nil || e.Code != w.code || e.Scope != w.scope || e.Delivery != waybill.NotSent || e.VendorCode != reason || e.RetryAfter != 0 {
			t.Errorf("%s: %+v", reason, e)
		}
		// The same as the only element of a stream, with 200.
		if e := ReplyError(reply(t, 200, nil, "["+body+"]")); e == nil || e.Code != w.code {
			t.Errorf("%s in a stream: %v", reason, e)
		}
	}
}

// A quota is one of the day by the name of its limit or by its unit; both waits
// of Google, the header and the RetryInfo, are heeded for the others.
func TestQuotas(t *testing.T) {
	for metadata, daily := range map[string]bool{
		`{"quota_limit":"RequestsPerDayPerProject"}`:                                          true,
		`{"quota_limit":"ComputeRoutesPerDayPerProjectPerUser","quota_unit":"1/d/{project}"}`: true,
		`{"quota_limit":"x","quota_unit":"1/d/{project}"}`:                                    true,
		`{"quota_limit":"RequestsPerMinutePerProject","quota_unit":"1/min/{project}"}`:        false,
		`{"quota_limit":"x","quota_unit":"1/min/{project}/{day}"}`:                            false,
		`{"quota_limit":7,"quota_unit":[]}`:                                                   false,
		`{}`:                                                                                  false,
		`null`:                                                                                false,
	} {
		body := `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[
			{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED","metadata":` + metadata + `},
			{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12.5s"}]}}`
		e := ReplyError(reply(t, 429, nil, body))
		switch {
		case e == nil:
			t.Errorf("%s: no error", metadata)
		case daily && (e.Code != waybill.QuotaExhausted || e.RetryAfter <= 0 || e.RetryAfter > 25*time.Hour):
			t.Errorf("%s: %v, wait %v", metadata, e, e.RetryAfter)
		case !daily && (e.Code != waybill.RateLimited || e.RetryAfter != 12500*time.Millisecond):
			t.Errorf("%s: %v, wait %v", metadata, e, e.RetryAfter)
		}
		e = ReplyError(reply(t, 429, http.Header{"Retry-After": {"3"}}, body))
		if e == nil || !daily && e.RetryAfter != 3*time.Second {
			t.Errorf("%s with a header: %v", metadata, e)
		}
	}
}

// Without an ErrorInfo the quota of a day is known by the QuotaFailure, or by the
// words of the message alone.
func TestQuotasWithoutErrorInfo(t *testing.T) {
	for body, daily := range map[string]bool{
		`"details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"MatrixElementsPerMinutePerProject"},{"quotaId":"RoutesPerDayPerProject","quotaValue":"90"}]}]`: true,
		`"details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"subject":"project:7","description":"Daily limit exceeded"}]}]`:                                           true,
		`"details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"RoutesPerMinutePerProject"}]}]`:                                                                false,
		`"details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":{}}]`:                                                                                                       false,
		`"message":"Quota exceeded for quota metric 'Routes' and limit 'Routes per day' of service 'routes.googleapis.com' for consumer 'project_number:7'."`:                                       true,
		`"message":"Quota exceeded for quota metric 'Routes' and limit 'Routes per minute' of service 'routes.googleapis.com' for consumer 'project_number:7'."`:                                    false,
		`"message":"Resource has been exhausted (e.g. check quota)."`:                                                                                                                               false,
	} {
		want := waybill.RateLimited
		if daily {
			want = waybill.QuotaExhausted
		}
		e := ReplyError(reply(t, 429, nil, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED",`+body+`}}`))
		if e == nil || e.Code != want || (e.RetryAfter > 0) != daily {
			t.Errorf("%s: %v, want %v", body, e, want)
		}
	}
	// The words count for quotas only.
	if e := ReplyError(reply(t, 403, nil, `{"error":{"code":403,"status":"PERMISSION_DENIED","message":"per day"}}`)); e == nil || e.Code != waybill.PermissionDenied {
		t.Errorf("%v", e)
	}
}

// Details of any type, in any number, neither help nor harm.
func TestOddDetails(t *testing.T) {
	for _, details := range []string{`null`, `[]`, `[null]`, `[[]]`, `["x"]`, `[{"@type":null}]`, `[{"@type":"google.rpc.ErrorInfo","reason":7}]`,
		`[{"@type":"google.rpc.ErrorInfo","metadata":"x"}]`, `[{"@type":"google.rpc.RetryInfo","retryDelay":9}]`, `[{"@type":"google.rpc.RetryInfo","retryDelay":"-9s"}]`,
		`[` + strings.Repeat(`{"@type":"google.rpc.Help"},`, 999) + `{}]`} {
		e := ReplyError(reply(t, 503, nil, `{"error":{"code":503,"status":"UNAVAILABLE","details":`+details+`}}`))
		if e == nil || e.Code != waybill.Unavailable || e.Delivery != waybill.Ambiguous || e.RetryAfter != 0 {
			t.Errorf("%.60s: %v", details, e)
		}
	}
	// Details that are no list hide the status: the HTTP status decides.
	for _, details := range []string{`{}`, `"x"`, `5`} {
		if e := ReplyError(reply(t, 503, nil, `{"error":{"code":503,"details":`+details+`}}`)); e == nil || e.Code != waybill.Unavailable {
			t.Errorf("%s: %v", details, e)
		}
	}
}

// Nothing that a vendor writes becomes a vendor code unless it looks like one.
func TestVendorCodes(t *testing.T) {
	for _, s := range []string{"key=AIza", "lower", "A B", "A\n", strings.Repeat("A", 65), "Ä"} {
		if got := vendorCode(s); got != "" {
			t.Errorf("%q passed", s)
		}
	}
	for _, s := range []string{"", "OVER_QUERY_LIMIT", "A1", strings.Repeat("A", 64)} {
		if vendorCode(s) != s {
			t.Errorf("%q did not pass", s)
		}
	}
}
