package smstest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill/sms/smstest"
)

func hexHash(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }

func mac(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	_, _ = io.WriteString(h, text)
	return string(h.Sum(nil))
}

// exchange performs a request and returns status and body.
func exchange(t *testing.T, c *http.Client, r *http.Request) (int, string) {
	t.Helper()
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// aliyunRequest signs a request; change may spoil it beforehand, spoil afterwards.
func aliyunRequest(t *testing.T, s *smstest.Aliyun, action string, query, form url.Values, change, spoil func(*http.Request)) *http.Request {
	t.Helper()
	body := ""
	if form != nil {
		body = form.Encode()
	}
	raw := strings.ReplaceAll(query.Encode(), "+", "%20")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/?"+raw, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"x-acs-action": action, "x-acs-version": "2017-05-25", "x-acs-date": time.Now().UTC().Format("2006-01-02T15:04:05Z"),
		"x-acs-signature-nonce": fmt.Sprint(time.Now().UnixNano()), "x-acs-content-sha256": hexHash(body)} {
		r.Header.Set(k, v)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if change != nil {
		change(r)
	}
	names := []string{"host"}
	for k := range r.Header {
		if k = strings.ToLower(k); strings.HasPrefix(k, "x-acs-") || k == "content-type" {
			names = append(names, k)
		}
	}
	sort.Strings(names)
	text := "POST\n/\n" + raw + "\n"
	for _, n := range names {
		v := r.Header.Get(n)
		if n == "host" {
			v = r.URL.Host
		}
		text += n + ":" + v + "\n"
	}
	text += "\n" + strings.Join(names, ";") + "\n" + r.Header.Get("X-Acs-Content-Sha256")
	r.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+smstest.AliyunKeyID+",SignedHeaders="+strings.Join(names, ";")+",Signature="+
		hex.EncodeToString([]byte(mac(smstest.AliyunSecret, "ACS3-HMAC-SHA256\n"+hexHash(text)))))
	if spoil != nil {
		spoil(r)
	}
	return r
}

func TestAliyunIsStrict(t *testing.T) {
	s := smstest.NewAliyun(nil)
	t.Cleanup(s.Close)
	send := func(pairs ...string) url.Values {
		v := url.Values{"PhoneNumbers": {"13800138000"}, "SignName": {smstest.AliyunSign}, "TemplateCode": {smstest.AliyunCode}, "TemplateParam": {`{"code":"1234"}`}, "OutId": {"k"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
			if pairs[i+1] == "-" {
				v.Del(pairs[i])
			}
		}
		return v
	}
	set := func(k, v string) func(*http.Request) { return func(r *http.Request) { r.Header.Set(k, v) } }
	lists := func(numbers, signs, params string) url.Values {
		return url.Values{"PhoneNumberJson": {numbers}, "SignNameJson": {signs}, "TemplateParamJson": {params}}
	}
	for _, c := range []struct {
		want, action  string
		query, form   url.Values
		change, spoil func(*http.Request)
	}{
		{want: `"Code":"OK"`, action: "SendSms", query: send()},
		{want: "MissingPhoneNumbers", action: "SendSms", query: send("PhoneNumbers", "-")},
		{want: "MissingSignName", action: "SendSms", query: send("SignName", "")},
		{want: "InvalidParameter", action: "SendSms", query: send("Unknown", "1")},
		{want: "InvalidParameter", action: "SendSms", query: send(), form: url.Values{"x": {"y"}}},
		{want: "isv.MOBILE_NUMBER_ILLEGAL", action: "SendSms", query: send("PhoneNumbers", "12800138000x")},
		{want: "isv.SMS_SIGNATURE_ILLEGAL", action: "SendSms", query: send("SignName", "别人")},
		{want: "isv.SMS_TEMPLATE_ILLEGAL", action: "SendSms", query: send("TemplateCode", "SMS_1")},
		{want: "isv.SMS_TEMPLATE_ILLEGAL", action: "SendSms", query: send("TemplateCode", smstest.AliyunPending)},
		{want: "isv.DOMESTIC_NUMBER_NOT_SUPPORTED", action: "SendSms", query: send("TemplateCode", smstest.AliyunAbroad)},
		{want: "isv.TEMPLATE_MISSING_PARAMETERS", action: "SendSms", query: send("TemplateParam", "{}")},
		{want: "isv.INVALID_JSON_PARAM", action: "SendSms", query: send("TemplateParam", `{"code":1234}`)},
		{want: "isv.INVALID_JSON_PARAM", action: "SendSms", query: send("TemplateParam", `x`)},
		{want: "isv.TEMPLATE_PARAMS_ILLEGAL", action: "SendSms", query: send("TemplateParam", `{"code":"12345678"}`)},
		{want: "isv.PARAM_NOT_SUPPORT_URL", action: "SendSms", query: send("TemplateParam", `{"code":"http://x"}`)},
		{want: "isv.INVALID_PARAMETERS", action: "SendBatchSms", query: url.Values{"TemplateCode": {smstest.AliyunCode}}, form: lists(`["13800138000"]`, `[]`, `[]`)},
		{want: "isv.INVALID_PARAMETERS", action: "SendBatchSms", query: url.Values{"TemplateCode": {smstest.AliyunCode}}, form: lists(`x`, `[]`, `[]`)},
		{want: "MissingPhoneNumberJson", action: "SendBatchSms", query: url.Values{"TemplateCode": {smstest.AliyunCode}}},
		{want: "isv.INVALID_PARAMETERS", action: "QuerySendDetails", query: url.Values{"PhoneNumber": {"13800138000"}, "SendDate": {"2001"}, "PageSize": {"99"}, "CurrentPage": {"1"}}},
		{want: "InvalidAction.NotFound", action: "SendFax", query: send()},
		{want: "InvalidVersion", action: "SendSms", query: send(), change: set("X-Acs-Version", "2016-01-01")},
		{want: "InvalidTimeStamp.Expired", action: "SendSms", query: send(), change: set("X-Acs-Date", "2020-01-01T00:00:00Z")},
		{want: "InvalidSecurityToken", action: "SendSms", query: send(), change: set("X-Acs-Security-Token", "x")},
		{want: "SignatureDoesNotMatch", action: "SendSms", query: send(), change: set("X-Acs-Content-Sha256", hexHash("x"))},
		{want: "SignatureDoesNotMatch", action: "SendSms", query: send(), spoil: set("X-Acs-Action", "SendBatchSms")},
		{want: "SignatureDoesNotMatch", action: "SendSms", query: send(), spoil: func(r *http.Request) { r.URL.RawQuery += "&SmsUpExtendCode=1" }},
		{want: "SignatureDoesNotMatch", action: "SendSms", query: send(), spoil: set("X-Acs-Extra", "not signed")},
		{want: "IncompleteSignature", action: "SendSms", query: send(), spoil: set("Authorization", "Bearer x")},
		{want: "InvalidAccessKeyId.NotFound", action: "SendSms", query: send(), spoil: func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), smstest.AliyunKeyID, "another", 1))
		}},
	} {
		if _, body := exchange(t, s.Client(), aliyunRequest(t, s, c.action, c.query, c.form, c.change, c.spoil)); !strings.Contains(body, c.want) {
			t.Errorf("%s %v: %s", c.action, c.want, body)
		}
	}
	if s.Accepted("k") != 1 || len(s.Messages()) != 1 {
		t.Errorf("accepted %d times", s.Accepted("k"))
	}
	again := aliyunRequest(t, s, "SendSms", send(), nil, set("X-Acs-Signature-Nonce", "one"), nil)
	first := again.Clone(t.Context())
	_, _ = exchange(t, s.Client(), first)
	if _, body := exchange(t, s.Client(), again); !strings.Contains(body, "SignatureNonceUsed") {
		t.Error(body)
	}
}

// tencentRequest signs a request; spoil changes it afterwards.
func tencentRequest(t *testing.T, s *smstest.Tencent, action, body string, at time.Time, spoil func(*http.Request)) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	stamp, date := fmt.Sprint(at.Unix()), at.UTC().Format("2006-01-02")
	text := "POST\n/\n\ncontent-type:application/json\nhost:" + r.URL.Host + "\n\ncontent-type;host\n" + hexHash(body)
	key := mac(mac(mac("TC3"+smstest.TencentSecretKey, date), "sms"), "tc3_request")
	sig := hex.EncodeToString([]byte(mac(key, "TC3-HMAC-SHA256\n"+stamp+"\n"+date+"/sms/tc3_request\n"+hexHash(text))))
	for k, v := range map[string]string{"Content-Type": "application/json", "X-TC-Action": action, "X-TC-Version": "2021-01-11", "X-TC-Region": "ap-guangzhou", "X-TC-Timestamp": stamp,
		"Authorization": "TC3-HMAC-SHA256 Credential=" + smstest.TencentSecretID + "/" + date + "/sms/tc3_request, SignedHeaders=content-type;host, Signature=" + sig} {
		r.Header.Set(k, v)
	}
	if spoil != nil {
		spoil(r)
	}
	return r
}

func TestTencentIsStrict(t *testing.T) {
	s := smstest.NewTencent(nil)
	t.Cleanup(s.Close)
	send := func(numbers, template, params, more string) string {
		return `{"PhoneNumberSet":[` + numbers + `],"SmsSdkAppId":"1400006666","SignName":"运单测试","TemplateId":"` + template + `","TemplateParamSet":[` + params + `],"SessionContext":"k"` + more + `}`
	}
	const number = `"+8613800138000"`
	set := func(k, v string) func(*http.Request) { return func(r *http.Request) { r.Header.Set(k, v) } }
	now := time.Now()
	for _, c := range []struct {
		want, action, body string
		at                 time.Time
		spoil              func(*http.Request)
	}{
		{want: `"Code":"Ok"`, action: "SendSms", body: send(number, "1111", `"4370","5"`, "")},
		{want: "TemplateParamSetNotMatch", action: "SendSms", body: send(number, "1111", `"4370"`, "")},
		{want: "TemplateParameterFormatError", action: "SendSms", body: send(number, "1111", `"4370123","5"`, "")},
		{want: "ProhibitedUseUrl", action: "SendSms", body: send(number, "1110", `"http://x","5"`, "")},
		{want: "TemplateIncorrectOrUnapproved", action: "SendSms", body: send(number, "1112", `"x"`, "")},
		{want: "GlobalTemplateToChineseMainlandPhone", action: "SendSms", body: send(number, "1113", `"x","y"`, "")},
		{want: "ChineseMainlandTemplateToGlobalPhone", action: "SendSms", body: send(`"+85291234567"`, "1110", `"x","y"`, "")},
		{want: "SignatureIncorrectOrUnapproved", action: "SendSms", body: strings.Replace(send(number, "1110", `"x","y"`, ""), "运单测试", "别人", 1)},
		{want: "IncorrectPhoneNumber", action: "SendSms", body: send(`"13800138000"`, "1110", `"x","y"`, "")},
		{want: "ContainDomesticAndInternational", action: "SendSms", body: send(number+`,"+85291234567"`, "1110", `"x","y"`, "")},
		{want: "EmptyPhoneNumberSet", action: "SendSms", body: send("", "1110", `"x","y"`, "")},
		{want: "SmsSdkAppIdVerifyFail", action: "SendSms", body: strings.Replace(send(number, "1110", `"x","y"`, ""), "1400006666", "1400000000", 1)},
		{want: "UnknownParameter", action: "SendSms", body: send(number, "1110", `"x","y"`, `,"Extra":1`)},
		{want: "InvalidParameter", action: "SendSms", body: send(number, "1110", `1`, "")},
		{want: "InvalidParameter", action: "SendSms", body: send(number, "1110", `"x","y"`, "") + "{}"},
		{want: "SenderId is for numbers abroad", action: "SendSms", body: send(number, "1110", `"x","y"`, `,"SenderId":"Acme"`)},
		{want: "SessionContext is too long", action: "SendSms", body: strings.Replace(send(number, "1110", `"x","y"`, ""), `"k"`, `"`+strings.Repeat("k", 512)+`"`, 1)},
		{want: "LimitVerifyFail", action: "PullSmsSendStatusByPhoneNumber", body: fmt.Sprintf(`{"BeginTime":%d,"Offset":0,"Limit":101,"PhoneNumber":"+8613800138000","SmsSdkAppId":"1400006666"}`, now.Unix())},
		{want: "BeginTimeVerifyFail", action: "PullSmsSendStatusByPhoneNumber", body: `{"BeginTime":1,"Offset":0,"Limit":1,"PhoneNumber":"+8613800138000","SmsSdkAppId":"1400006666"}`},
		{want: "MissingParameter", action: "PullSmsSendStatusByPhoneNumber", body: `{}`},
		{want: "InvalidInternational", action: "DescribeSmsTemplateList", body: `{"TemplateIdSet":[1110]}`},
		{want: "InvalidAction", action: "SendFax", body: `{}`},
		{want: "NoSuchVersion", action: "SendSms", body: `{}`, spoil: set("X-TC-Version", "2019-07-11")},
		{want: "X-TC-Region", action: "SendSms", body: `{}`, spoil: set("X-TC-Region", "")},
		{want: "AuthFailure.SignatureExpire", action: "SendSms", body: `{}`, at: now.Add(-6 * time.Minute)},
		{want: "AuthFailure.SignatureFailure", action: "SendSms", body: `{}`, spoil: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`[]`)) }},
		{want: "AuthFailure.SecretIdNotFound", action: "SendSms", body: `{}`, spoil: func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), smstest.TencentSecretID, "another", 1))
		}},
		{want: "AuthFailure.InvalidAuthorization", action: "SendSms", body: `{}`, spoil: set("Authorization", "Bearer x")},
		{want: "AuthFailure.TokenFailure", action: "SendSms", body: `{}`, spoil: set("X-TC-Token", "x")},
		{want: "UnsupportedProtocol", action: "SendSms", body: `{}`, spoil: set("Content-Type", "text/plain")},
	} {
		at := c.at
		if at.IsZero() {
			at = now
		}
		if code, body := exchange(t, s.Client(), tencentRequest(t, s, c.action, c.body, at, c.spoil)); !strings.Contains(body, c.want) || code != 200 {
			t.Errorf("%s: %d %s", c.want, code, body)
		}
	}
	if s.Accepted("k") != 1 {
		t.Errorf("accepted %d times", s.Accepted("k"))
	}
}

func TestTwilioIsStrict(t *testing.T) {
	s := smstest.NewTwilio(nil)
	t.Cleanup(s.Close)
	path := "/2010-04-01/Accounts/" + smstest.TwilioAccount + "/Messages.json"
	send := func(pairs ...string) string {
		v := url.Values{"To": {"+447700900123"}, "From": {"+15017122661"}, "Body": {"Hello"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
			if pairs[i+1] == "-" {
				v.Del(pairs[i])
			}
		}
		return v.Encode()
	}
	for _, c := range []struct {
		method, path, body, user string
		status                   int
		want                     string
	}{
		{"POST", path, send(), smstest.TwilioAccount, 201, `"status":"queued"`},
		{"POST", path, send("From", "-", "MessagingServiceSid", smstest.TwilioService), smstest.TwilioAccount, 201, `"num_segments":"0"`},
		{"POST", path, send(), "another", 401, "20003"},
		{"POST", strings.Replace(path, smstest.TwilioAccount, "ACother", 1), send(), smstest.TwilioAccount, 404, "20404"},
		{"POST", path, send("To", "-"), smstest.TwilioAccount, 400, "21604"},
		{"POST", path, send("To", "07700"), smstest.TwilioAccount, 400, "21211"},
		{"POST", path, send("From", "-"), smstest.TwilioAccount, 400, "21603"},
		{"POST", path, send("From", "运单"), smstest.TwilioAccount, 400, "21212"},
		{"POST", path, send("MessagingServiceSid", smstest.TwilioService), smstest.TwilioAccount, 400, "21603"},
		{"POST", path, send("Body", "-"), smstest.TwilioAccount, 400, "21602"},
		{"POST", path, send("Body", ""), smstest.TwilioAccount, 400, "21602"},
		{"POST", path, send("Body", strings.Repeat("a", 1601)), smstest.TwilioAccount, 400, "21617"},
		{"POST", path, send("Body", "-", "ContentSid", "HX1"), smstest.TwilioAccount, 400, "21655"},
		{"POST", path, send("Body", "-", "ContentSid", smstest.TwilioContent, "ContentVariables", "x"), smstest.TwilioAccount, 400, "21656"},
		{"POST", path, send("ContentVariables", "{}"), smstest.TwilioAccount, 400, "21654"},
		{"POST", path, send("ValidityPeriod", "36001"), smstest.TwilioAccount, 400, "21624"},
		{"POST", path, send("StatusCallback", "x"), smstest.TwilioAccount, 400, "21609"},
		{"POST", path, send("MaxPrice", "1"), smstest.TwilioAccount, 400, "21600"},
		{"GET", path + "?To=%2B447700900123&PageSize=1", "", smstest.TwilioAccount, 200, `"next_page_uri":"/2010`},
		{"GET", path + "?PageSize=1001", "", smstest.TwilioAccount, 400, "20001"},
		{"GET", path + "?Unknown=1", "", smstest.TwilioAccount, 400, "20001"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, s.URL()+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(c.user, smstest.TwilioToken)
		if c.body != "" {
			r.Header.Set("Content-Type", form)
		}
		if code, body := exchange(t, s.Client(), r); code != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s", c.want, code, body)
		}
	}
	if len(s.Messages()) != 2 {
		t.Errorf("%d messages", len(s.Messages()))
	}
}
