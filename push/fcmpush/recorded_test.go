package fcmpush_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// fixture reads a recorded reply. Recorded from the service, as public clients published
// them: 200_validate_only, 404_unregistered, 500, 502_html.
// The standard reply of Google's APIs: 401. In the shape of the documentation:
// 429_quota_fcm, 503_http_date, oauth_200, oauth_400_invalid_grant. Made for a
// corner: 200_empty_object, 404_no_details.
func fixture(t testing.TB, name string) string { return makertest.Recorded(t, "fcm_"+name) }

// fake is a fake FCM and an adapter on it.
func fake(t testing.TB, o fcmpush.Options) (*pushtest.FCM, *fcmpush.Adapter) {
	t.Helper()
	f := pushtest.NewFCM(nil)
	t.Cleanup(f.Close)
	o.BaseURL, o.HTTPClient = f.URL(), f.Client()
	a, err := fcmpush.New(f.Key(), &o)
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

var order = makertest.Order

func sendOne(t testing.TB, a *fcmpush.Adapter) push.Result {
	t.Helper()
	return a.Send(t.Context(), order(), []push.Token{token(1)})[0]
}

func TestRecordedReplies(t *testing.T) {
	jsonType := http.Header{"Content-Type": {"application/json; charset=UTF-8"}}
	with := func(pairs ...string) http.Header {
		h := jsonType.Clone()
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	for _, c := range []struct {
		file     string
		status   int
		header   http.Header
		id       string
		code     waybill.Code
		scope    waybill.Scope
		delivery waybill.Delivery
		vendor   string
		dead     bool
		wait     time.Duration
	}{
		{"200_validate_only.json", 200, jsonType, "projects/foo/messages/fake_message_id", 0, 0, 0, "", false, 0},
		{"200_empty_object.json", 200, jsonType, "", waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, "wire_reply", false, 0},
		{"401.json", 401, jsonType, "", waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "UNAUTHENTICATED", false, 0},
		{"404_unregistered.json", 404, jsonType, "", waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, "UNREGISTERED", true, 0},
		{"404_no_details.json", 404, jsonType, "", waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, "NOT_FOUND", false, 0},
		{"429_quota_fcm.json", 429, with("Retry-After", "30"), "", waybill.RateLimited, waybill.ScopeService, waybill.NotSent, "QUOTA_EXCEEDED", false, 30 * time.Second},
		{"500.json", 500, jsonType, "", waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, "INTERNAL", false, 10 * time.Second},
		{"502_html.html", 502, with("Content-Type", "text/html; charset=UTF-8"), "", waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous, "502", false, 10 * time.Second},
		{"503_http_date.json", 503, with("Date", "Fri, 20 Nov 2026 10:00:00 GMT", "Retry-After", "Fri, 20 Nov 2026 10:02:00 GMT"), "",
			waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, "UNAVAILABLE", false, 2 * time.Minute},
	} {
		t.Run(c.file, func(t *testing.T) {
			f, a := fake(t, fcmpush.Options{})
			f.Fail(fakehttp.Status(c.status, c.header, fixture(t, c.file)))
			r := sendOne(t, a)
			if r.ID != c.id || r.Dead != c.dead {
				t.Errorf("id %q, dead %t", r.ID, r.Dead)
			}
			if c.id != "" {
				if r.Err != nil {
					t.Error(r.Err)
				}
				return
			}
			e := r.Err
			if e == nil {
				t.Fatal("no error")
			}
			if e.Code != c.code || e.Scope != c.scope || e.Delivery != c.delivery || e.VendorCode != c.vendor || e.RetryAfter != c.wait {
				t.Errorf("got %v %v %v %q %v", e.Code, e.Scope, e.Delivery, e.VendorCode, e.RetryAfter)
			}
		})
	}
}

func TestRecordedTokenReplies(t *testing.T) {
	f, a := fake(t, fcmpush.Options{})
	h := http.Header{"Content-Type": {"application/json; charset=UTF-8"}}
	f.FailAuth(fakehttp.Status(400, h, fixture(t, "oauth_400_invalid_grant.json")))
	e := sendOne(t, a).Err
	if e == nil || e.Code != waybill.Unauthenticated || e.Scope != waybill.ScopeAccount || e.Delivery != waybill.NotSent || e.VendorCode != "invalid_grant" ||
		!strings.Contains(e.Error(), "Invalid JWT Signature") {
		t.Errorf("got %v", e)
	}
	if f.Sends() != 0 {
		t.Error("a push left without a token")
	}
	f.Heal()
	f.FailAuth(fakehttp.Status(200, h, fixture(t, "oauth_200.json")))
	// The fake did not issue this token and refuses it; it was read and used.
	if e := sendOne(t, a).Err; e == nil || e.Code != waybill.Unauthenticated || e.VendorCode != "UNAUTHENTICATED" {
		t.Errorf("got %v", e)
	}
	if n := f.Sends(); n != 2 {
		t.Errorf("%d sends, want one and one with a fresh token", n)
	}
}

// A decoder must take whatever a front end answers.
func TestOddErrorBodies(t *testing.T) {
	unregistered := `{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNREGISTERED"}`
	for name, c := range map[string]struct {
		status int
		body   string
		code   waybill.Code
		dead   bool
	}{
		"code behind other details":       {404, `{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.Help","links":[1]},7,null,` + unregistered + `]}}`, waybill.Unregistered, true},
		"code beside wrong types":         {404, `{"error":{"code":"x","message":7,"status":[],"details":[` + unregistered + `]}}`, waybill.Unregistered, true},
		"only Apple says that it is gone": {404, `{"error":{"status":"NOT_FOUND","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.ApnsError","statusCode":410,"reason":"Unregistered"}]}}`, waybill.Unregistered, true},
		"another environment":             {400, `{"error":{"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.ApnsError","statusCode":400,"reason":"BadDeviceToken"}]}}`, waybill.PermissionDenied, false},
		"another reason of Apple's":       {400, `{"error":{"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.ApnsError","statusCode":400,"reason":"BadCollapseId"}]}}`, waybill.Unsupported, false},
		"a reason of the wrong type":      {400, `{"error":{"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.ApnsError","reason":7}]}}`, waybill.Unsupported, false},
		"details of the wrong type":       {404, `{"error":{"status":"NOT_FOUND","details":{"a":1}}}`, waybill.PermissionDenied, false},
		"error is a text":                 {404, `{"error":"UNREGISTERED"}`, waybill.PermissionDenied, false},
		"error is null":                   {400, `{"error":null}`, waybill.Unsupported, false},
		"an unknown code":                 {400, `{"error":{"status":"INVALID_ARGUMENT","details":[{"@type":"x/FcmError","errorCode":"UNSPECIFIED_ERROR"}]}}`, waybill.Unsupported, false},
		"an unknown status":               {409, `{"error":{"status":"ABORTED"}}`, waybill.FailedPrecondition, false},
		"bad token by field only":         {400, `{"error":{"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.token"}]}]}}`, waybill.Unregistered, true},
		"another field is no bad token":   {400, `{"error":{"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.android.ttl"}]}]}}`, waybill.Unsupported, false},
		"bad token by text only":          {400, `{"error":{"status":"INVALID_ARGUMENT","message":"The registration token is not a valid FCM registration token"}}`, waybill.Unregistered, true},
		"a contradiction":                 {200 + 303, `{"error":{"status":"NOT_FOUND"}}`, waybill.Unavailable, false},
		"html instead of not registered":  {404, "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", waybill.PermissionDenied, false},
		"nothing":                         {401, "", waybill.Unauthenticated, false},
		"see other":                       {303, `{"name":"projects/p/messages/1"}`, waybill.Unavailable, false},
		"no content":                      {204, "", waybill.DataLoss, false},
		"created":                         {201, `{"name":"projects/p/messages/1"}`, waybill.DataLoss, false},
		"an id of the wrong type":         {200, `{"name":7}`, waybill.DataLoss, false},
		"an empty id":                     {200, `{"name":""}`, waybill.DataLoss, false},
	} {
		t.Run(name, func(t *testing.T) {
			f, a := fake(t, fcmpush.Options{})
			f.Fail(fakehttp.Status(c.status, http.Header{"Content-Type": {"application/json"}}, c.body))
			r := sendOne(t, a)
			if r.Err == nil || r.Err.Code != c.code || r.Dead != c.dead {
				t.Errorf("got %v, dead %t; want %v, %t", r.Err, r.Dead, c.code, c.dead)
			}
		})
	}
}

func TestWaits(t *testing.T) {
	for _, c := range []struct {
		code, header string
		want         time.Duration
	}{
		{"QUOTA_EXCEEDED", "", time.Minute},
		{"RESOURCE_EXHAUSTED", "", time.Minute},
		{"RESOURCE_EXHAUSTED", "90", 90 * time.Second},
		{"QUOTA_EXCEEDED", "5", 5 * time.Second},
		{"UNAVAILABLE", "", 10 * time.Second},
		{"UNAVAILABLE", "300", 5 * time.Minute}, // beyond which the SDK gives up silently
		{"INTERNAL", "", 10 * time.Second},
		{"UNREGISTERED", "", 0},
		{"QUOTA_EXCEEDED", "-3", -1},
		{"QUOTA_EXCEEDED", "soon", -1},
	} {
		t.Run(c.code+c.header, func(t *testing.T) {
			f, a := fake(t, fcmpush.Options{})
			f.Fail(pushtest.FCMReply(c.code, c.header))
			if e := sendOne(t, a).Err; e == nil || e.RetryAfter != c.want {
				t.Errorf("got %v, wait %v", e, waybill.RetryAfterOf(e))
			}
		})
	}
}
