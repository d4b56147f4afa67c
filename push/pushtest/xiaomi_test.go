package pushtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/push/pushtest"
)

// formReply posts a form to a fake and returns the reply's object.
func formReply(t *testing.T, s pushtest.Server, path, authorization string, form url.Values) map[string]any {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return v
}

// xiaomiForm is a message that the fake takes, with changes; an empty value takes
// the parameter away.
func xiaomiForm(changes ...string) url.Values {
	form := url.Values{
		"registration_id": {pushtest.XiaomiToken(1)}, "restricted_package_name": {pushtest.XiaomiPackage}, "pass_through": {"0"}, "title": {"T"}, "description": {"D"},
		"notify_type": {"-1"}, "notify_id": {"17"}, "time_to_live": {"1000"}, "payload": {"{}"}, "extra.channel_id": {"1"},
	}
	for i := 0; i < len(changes); i += 2 {
		if form.Set(changes[i], changes[i+1]); changes[i+1] == "" {
			form.Del(changes[i])
		}
	}
	return form
}

func TestXiaomiIsStrict(t *testing.T) {
	f := pushtest.NewXiaomi()
	defer f.Close()
	const key = "key=" + pushtest.XiaomiSecret
	good := [][]string{
		{}, {"extra.jobkey", "a-B_9"}, {"time_to_live", "86400000"}, {"title", strings.Repeat("汉", 49)}, {"pass_through", "1", "title", "", "description", ""},
		{"extra.notify_effect", "2", "extra.intent_uri", "a:b"}, {"extra.callback", "http://x", "extra.callback.type", "243"},
		{"extra.channel_id", pushtest.XiaomiChannel, "extra.template_id", pushtest.XiaomiTemplate, "extra.template_param", `{"event":"a","detail":"b"}`, "time_to_live", "864000000"},
	}
	for _, changes := range good {
		if v := formReply(t, f, "/v3/message/regid", key, xiaomiForm(changes...)); v["code"] != 0.0 {
			t.Errorf("%q: %v", changes, v)
		}
	}
	private := []string{"extra.channel_id", pushtest.XiaomiChannel}
	template := append(private, "extra.template_id", pushtest.XiaomiTemplate, "extra.template_param")
	for code, all := range map[float64][][]string{
		10016: {{"registration_id", ""}, {"restricted_package_name", ""}},
		10017: {
			{"unknown", "1"}, {"title", ""}, {"title", " "}, {"title", strings.Repeat("汉", 50)}, {"description", strings.Repeat("汉", 128)}, {"payload", strings.Repeat("a", 4097)},
			{"pass_through", "2"}, {"pass_through", "1", "payload", ""}, {"notify_type", "8"}, {"notify_type", "0"}, {"notify_id", "-1"}, {"notify_id", "x"}, {"time_to_live", "86400001"},
			{"time_to_live", "0"}, {"extra.notify_effect", "4"}, {"extra.notify_effect", "2"}, {"extra.web_uri", "https://x"}, {"extra.jobkey", "_a"},
			{"extra.jobkey", strings.Repeat("a", 21)}, {"extra.flow_control", "100001"}, {"extra.callback", strings.Repeat("a", 129)}, {"extra.callback.param", "a"},
			{"extra.callback", "http://x", "extra.callback.type", "244"}, {"registration_id", "a,,b"}, {"registration_id", "a,a"},
			{"registration_id", strings.Repeat("a,", 1000) + "b"}, private, append(template, `{"event":"a"}`), append(template, `{"event":"a","detail":"☀"}`),
			append(template, `{"event":"a","detail":" "}`), append(template, `x`), {"extra.template_param", "{}"},
			{"extra.template_id", pushtest.XiaomiTemplate, "extra.template_param", `{"event":"a","detail":"b"}`},
		},
		20301: {{"registration_id", "short"}},
		22022: {{"restricted_package_name", "com.example.other"}},
	} {
		for _, changes := range all {
			if v := formReply(t, f, "/v3/message/regid", key, xiaomiForm(changes...)); v["code"] != code || v["result"] != "error" {
				t.Errorf("%q: %v, want code %v", changes, v, code)
			}
		}
	}
	for _, header := range []string{"", "Key=" + pushtest.XiaomiSecret, "key=other"} {
		if v := formReply(t, f, "/v3/message/regid", header, xiaomiForm()); v["code"] != 21301.0 {
			t.Errorf("authorization %q: %v", header, v)
		}
	}
	for _, path := range []string{"/v3/message/topic", "/v2/topic/subscribe", "/v3/message/all"} {
		if v := formReply(t, f, path, key, xiaomiForm("registration_id", "")); (v["code"] == 0.0) != (path == "/v3/message/all") {
			t.Errorf("%s: %v", path, v)
		}
	}
	if n := f.Accepted(pushtest.XiaomiToken(1)); n != len(good) {
		t.Errorf("%d messages were accepted, want %d", n, len(good))
	}
}
