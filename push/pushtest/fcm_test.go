package pushtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/push/pushtest"
)

// rpc is what FCM answers.
type rpc struct {
	Name  string
	Error struct {
		Code    int
		Message string
		Status  string
		Details []struct {
			Type       string `json:"@type"`
			ErrorCode  string
			Violations []struct{ Field string } `json:"fieldViolations"`
		}
	}
}

// post sends a body as it is.
func post(t *testing.T, f *pushtest.FCM, token, path, body string) (int, rpc) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := f.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var v rpc
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
	}
	return res.StatusCode, v
}

// login gets an access token with an assertion of the fake's own account.
func login(t *testing.T, f *pushtest.FCM) string {
	t.Helper()
	token, code := exchange(t, f, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {sign(t, f.Account(), claimsOf(f))}})
	if token == "" {
		t.Fatal(code)
	}
	return token
}

func exchange(t *testing.T, f *pushtest.FCM, form url.Values) (token, code string) {
	t.Helper()
	res, err := f.Client().PostForm(f.URL()+"/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var v struct {
		AccessToken string `json:"access_token"`
		Error       string
	}
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v.AccessToken, v.Error
}

const sendPath = "/v1/projects/waybill-demo/messages:send"

func TestFCMIsStrict(t *testing.T) {
	f := pushtest.NewFCM(nil)
	t.Cleanup(f.Close)
	access := login(t, f)
	to := `"token":"` + pushtest.FCMToken(1) + `"`
	for name, c := range map[string]struct {
		message string // the message's members, or the whole body if it begins with a brace
		field   string // the field that is refused, "-" for none named, empty if all is well
	}{
		"least":                    {to, ""},
		"everything":               {to + `,"data":{"a":"1"},"notification":{"title":"T","body":"B","image":"https://x.example/i"},"android":{"collapse_key":"c","priority":"HIGH","ttl":"3.5s","direct_boot_ok":true,"notification":{"color":"#aabbcc","visibility":"PRIVATE","notification_priority":"PRIORITY_HIGH","notification_count":0}},"apns":{"headers":{"apns-priority":"5","apns-expiration":"0","apns-collapse-id":"c"},"payload":{"aps":{"badge":1},"own":1}},"webpush":{"headers":{"TTL":"5","Urgency":"high","Topic":"t","X-Own":"y"},"fcm_options":{"link":"https://x.example"}},"fcm_options":{"analytics_label":"l"}`, ""},
		"topic":                    {`"topic":"news"`, ""},
		"condition":                {`"condition":"'a' in topics"`, ""},
		"longest ttl":              {to + `,"android":{"ttl":"2419200s"}`, ""},
		"no message":               {`{}`, "message"},
		"not an object":            {`{"message":7}`, "message"},
		"broken":                   {`{"message":`, "-"},
		"two values":               {`{"message":{` + to + `}}{}`, "-"},
		"no target":                {`"data":{}`, "message"},
		"two targets":              {to + `,"topic":"a"`, "message"},
		"unknown member":           {to + `,"priority":"high"`, "message.priority"},
		"unknown in android":       {to + `,"android":{"time_to_live":5}`, "message.android.time_to_live"},
		"camel case":               {to + `,"android":{"collapseKey":"x"}`, "message.android.collapseKey"},
		"repeated member":          {to + `,` + to, "message.token"},
		"number in data":           {to + `,"data":{"a":7}`, "message.data[0].value"},
		"object in data":           {to + `,"data":{"a":{}}`, "message.data[0].value"},
		"null in data":             {to + `,"data":{"a":null}`, "message.data[0].value"},
		"key from":                 {to + `,"data":{"from":"x"}`, "message.data"},
		"key gcm":                  {to + `,"data":{"gcm":"x"}`, "message.data"},
		"key gcm.x":                {to + `,"data":{"gcm.x":"x"}`, "message.data"},
		"key google":               {to + `,"data":{"googlex":"x"}`, "message.data"},
		"old topic":                {`"topic":"/topics/news"`, "message.topic"},
		"output field":             {to + `,"name":"x"`, "message.name"},
		"ttl as a number":          {to + `,"android":{"ttl":5}`, "message.android.ttl"},
		"ttl without unit":         {to + `,"android":{"ttl":"5"}`, "message.android.ttl"},
		"negative ttl":             {to + `,"android":{"ttl":"-5s"}`, "message.android.ttl"},
		"long ttl":                 {to + `,"android":{"ttl":"2419201s"}`, "message.android.ttl"},
		"priority":                 {to + `,"android":{"priority":"urgent"}`, "message.android.priority"},
		"color":                    {to + `,"android":{"notification":{"color":"red"}}`, "message.android.notification.color"},
		"visibility":               {to + `,"android":{"notification":{"visibility":"ALL"}}`, "message.android.notification.visibility"},
		"notification priority":    {to + `,"android":{"notification":{"notification_priority":"high"}}`, "message.android.notification.notification_priority"},
		"negative count":           {to + `,"android":{"notification":{"notification_count":-1}}`, "message.android.notification.notification_count"},
		"relative android image":   {to + `,"android":{"notification":{"image":"x.png"}}`, "message.android.notification.image"},
		"relative image":           {to + `,"notification":{"image":"x.png"}`, "message.notification.image"},
		"unknown APNs header":      {to + `,"apns":{"headers":{"apns-color":"5"}}`, "message.apns.headers"},
		"APNs priority":            {to + `,"apns":{"headers":{"apns-priority":"high"}}`, "message.apns.headers"},
		"APNs expiration":          {to + `,"apns":{"headers":{"apns-expiration":"tomorrow"}}`, "message.apns.headers"},
		"APNs collapse id":         {to + `,"apns":{"headers":{"apns-collapse-id":"` + strings.Repeat("c", 65) + `"}}`, "message.apns.headers"},
		"APNs push type":           {to + `,"apns":{"headers":{"apns-push-type":"loud"}}`, "message.apns.headers"},
		"APNs header not a string": {to + `,"apns":{"headers":{"apns-priority":5}}`, "-"},
		"no aps":                   {to + `,"apns":{"payload":{"a":1}}`, "message.apns.payload"},
		"web TTL":                  {to + `,"webpush":{"headers":{"TTL":"5s"}}`, "message.webpush.headers"},
		"web urgency":              {to + `,"webpush":{"headers":{"Urgency":"HIGH"}}`, "message.webpush.headers"},
		"web topic":                {to + `,"webpush":{"headers":{"Topic":"a b"}}`, "message.webpush.headers"},
		"web link":                 {to + `,"webpush":{"fcm_options":{"link":"http://x.example"}}`, "message.webpush.fcm_options.link"},
		"too large":                {to + `,"data":{"a":"` + strings.Repeat("x", 4096) + `"}`, "-"},
		"malformed token":          {`"token":"abc"`, "message.token"},
	} {
		t.Run(name, func(t *testing.T) {
			body := c.message
			if !strings.HasPrefix(body, "{") {
				body = `{"message":{` + body + `}}`
			}
			status, v := post(t, f, access, sendPath, body)
			if c.field == "" {
				if status != 200 || v.Name == "" {
					t.Errorf("refused with %d: %+v", status, v.Error)
				}
				return
			}
			if status != 400 || v.Error.Status != "INVALID_ARGUMENT" || v.Error.Code != 400 {
				t.Fatalf("got %d %+v", status, v.Error)
			}
			var fields []string
			for _, d := range v.Error.Details {
				for _, x := range d.Violations {
					fields = append(fields, x.Field)
				}
			}
			if c.field != "-" && !slices.Contains(fields, c.field) {
				t.Errorf("it names %q, want %q", fields, c.field)
			}
		})
	}
}

func TestFCMRecipientsAndAccess(t *testing.T) {
	f := pushtest.NewFCM(nil)
	t.Cleanup(f.Close)
	access := login(t, f)
	message := func(n int) string { return `{"message":{"token":"` + pushtest.FCMToken(n) + `"}}` }
	f.Kill(pushtest.FCMToken(2))
	f.Disown(pushtest.FCMToken(3))
	for _, c := range []struct {
		name, access, path, body string
		status                   int
		code                     string
	}{
		{"good", access, sendPath, message(1), 200, ""},
		{"dead", access, sendPath, message(2), 404, "UNREGISTERED"},
		{"of another project", access, sendPath, message(3), 403, "SENDER_ID_MISMATCH"},
		{"dry", access, sendPath, `{"validate_only":true,` + message(4)[1:], 200, ""},
		{"no access token", "", sendPath, message(5), 401, ""},
		{"unknown access token", "ya29.x", sendPath, message(5), 401, ""},
		{"other project", access, "/v1/projects/other/messages:send", message(5), 404, ""},
		{"other method", access, "/v1/projects/waybill-demo/messages:batch", message(5), 404, ""},
		{"query", access, sendPath + "?alt=json", message(5), 400, ""},
		{"other path", access, "/fcm/send", message(5), 404, ""},
	} {
		status, v := post(t, f, c.access, c.path, c.body)
		code := ""
		for _, d := range v.Error.Details {
			code += d.ErrorCode
		}
		if status != c.status || code != c.code {
			t.Errorf("%s: %d %q", c.name, status, code)
		}
	}
	if f.Accepted(pushtest.FCMToken(1)) != 1 || len(f.Ledger().Accepted()) != 1 || f.Count("validated") != 1 {
		t.Errorf("accepted %d", len(f.Ledger().Accepted()))
	}
	if m, ok := f.Message(pushtest.FCMToken(1)); !ok || m.Token != pushtest.FCMToken(1) {
		t.Error("the message is not there")
	}
	f.Revoke()
	if status, _ := post(t, f, access, sendPath, message(1)); status != 401 {
		t.Errorf("revoked: %d", status)
	}
	for _, x := range f.Log() {
		if s := x.String(); strings.Contains(s, access) || strings.Contains(s, "APA91") {
			t.Error("the log shows a token")
		}
	}
}

func TestFCMOnlyRegistered(t *testing.T) {
	f := pushtest.NewFCM(&pushtest.FCMOptions{OnlyRegistered: true})
	t.Cleanup(f.Close)
	access := login(t, f)
	f.Register(pushtest.FCMToken(1))
	for n, want := range map[int]int{1: 200, 2: 403} {
		if status, _ := post(t, f, access, sendPath, `{"message":{"token":"`+pushtest.FCMToken(n)+`"}}`); status != want {
			t.Errorf("token %d: %d", n, status)
		}
	}
}

func TestFCMFaultsStrikeSendsOnly(t *testing.T) {
	f := pushtest.NewFCM(nil)
	t.Cleanup(f.Close)
	body := `{"message":{"token":"` + pushtest.FCMToken(1) + `"}}`
	f.Fail(pushtest.FCMReply("UNAVAILABLE", "7"))
	access := login(t, f)
	if status, v := post(t, f, access, sendPath, body); status != 503 || v.Error.Status != "UNAVAILABLE" {
		t.Errorf("got %d", status)
	}
	f.Heal()
	f.FailSends(1, fakehttp.Overloaded(""))
	f.FailToken(pushtest.FCMToken(2), f.Refusal("INTERNAL"))
	for i, want := range []int{503, 200} {
		if status, _ := post(t, f, access, sendPath, body); status != want {
			t.Errorf("send %d: %d", i, status)
		}
	}
	if status, _ := post(t, f, access, sendPath, strings.Replace(body, pushtest.FCMToken(1), pushtest.FCMToken(2), 1)); status != 500 {
		t.Errorf("got %d", status)
	}
	if n := f.Sends(); n != 4 {
		t.Errorf("%d sends counted", n)
	}
	for _, code := range pushtest.FCMCodes() {
		f.FailCode(code)
		if status, _ := post(t, f, access, sendPath, body); status < 400 {
			t.Errorf("%s: %d", code, status)
		}
	}
	if f.Accepted(pushtest.FCMToken(1)) != 1 {
		t.Error("a refused message was counted")
	}
}
