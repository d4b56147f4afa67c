package pushtest_test

import (
	"crypto/md5"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/push/pushtest"
)

const meizuMessage = `{"noticeBarInfo":{"noticeMsgType":1,"noticeBarType":0,"title":"T","content":"C"},"clickTypeInfo":{"clickType":0,"parameters":{}},` +
	`"pushTimeInfo":{"offLine":1,"validTime":24},"advanceInfo":{"suspend":1,"clearNoticeBar":1,"notificationType":{"vibrate":1,"lights":1,"sound":1},"notifyKey":"k"}}`

// meizuForm is a form with a signature of the texts in the order of their names.
func meizuForm(pairs ...string) url.Values {
	form, text := url.Values{}, ""
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
		text += pairs[i] + "=" + pairs[i+1]
	}
	sum := md5.Sum([]byte(text + pushtest.MeizuSecret))
	form.Set("sign", hex.EncodeToString(sum[:]))
	return form
}

func TestMeizuIsStrict(t *testing.T) {
	f := pushtest.NewMeizu()
	defer f.Close()
	const path = "/garcia/api/server/push/varnished/pushByPushId"
	send := func(message, ids string) url.Values {
		return meizuForm("appId", pushtest.MeizuAppID, "messageJson", message, "pushIds", ids)
	}
	with := func(old, fresh string) string {
		if !strings.Contains(meizuMessage, old) {
			t.Fatalf("the message has no %s", old)
		}
		return strings.Replace(meizuMessage, old, fresh, 1)
	}
	one := pushtest.MeizuToken(1)
	good := []string{
		meizuMessage, with(`"T"`, `"`+strings.Repeat("汉", 32)+`"`), with(`"validTime":24`, `"validTime":72`), with(`"clickType":0`, `"clickType":2,"url":"a:b"`),
		with(`"advanceInfo"`, `"extra":{"callback":"http://x","callback.type":"3","callback.param":"p"},"advanceInfo"`),
	}
	for _, message := range good {
		if v := formReply(t, f, path, "", send(message, one)); v["code"] != "200" || v["msgId"] == "" {
			t.Errorf("%s: %v", message, v)
		}
	}
	for _, message := range []string{
		`x`, `{}`, with(`"T"`, `""`), with(`"T"`, `"`+strings.Repeat("汉", 33)+`"`), with(`"C"`, `"`+strings.Repeat("汉", 101)+`"`), with(`"noticeMsgType":1`, `"noticeMsgType":2`),
		with(`"noticeBarType":0`, `"noticeBarType":1`), with(`"noticeMsgType":1`, `"unknown":1`), with(`"validTime":24`, `"validTime":73`), with(`"validTime":24`, `"validTime":0`),
		with(`"offLine":1`, `"offLine":1,"pushTimeType":0`), with(`"clickType":0`, `"clickType":3`), with(`"clickType":0`, `"clickType":1`), with(`"clickType":0`, `"clickType":0,"url":"a:b"`),
		with(`"notifyKey":"k"`, `"notifyKey":"123456789"`), with(`"notifyKey":"k"`, `"notifyKey":"a b"`), with(`"suspend":1`, `"suspend":2`), with(`"parameters":{}`, `"parameters":{"a":1}`),
		with(`"advanceInfo"`, `"extra":{"callback.param":"p"},"advanceInfo"`), with(`"advanceInfo"`, `"extra":{"callback":"http://x","callback.type":"4"},"advanceInfo"`),
		with(`"advanceInfo"`, `"extra":{"callback":"`+strings.Repeat("a", 129)+`"},"advanceInfo"`), with(`"advanceInfo"`, `"noticeExpandInfo":{"noticeExpandType":1},"advanceInfo"`),
		with(`"advanceInfo"`, `"vipInfo":{"subtitle":"`+strings.Repeat("a", 17)+`"},"advanceInfo"`),
	} {
		if v := formReply(t, f, path, "", send(message, one)); v["code"] != "1005" || v["value"] != "" {
			t.Errorf("%s: %v", message, v)
		}
	}
	bad := send(meizuMessage, one)
	bad.Set("messageJson", with(`"T"`, `"other"`))
	for want, form := range map[string]url.Values{
		"1006": bad, "1005": meizuForm("a", "1", "appId", pushtest.MeizuAppID, "messageJson", meizuMessage, "pushIds", one),
		"110000": meizuForm("appId", "1", "messageJson", meizuMessage, "pushIds", one), "110004": meizuForm("appId", pushtest.MeizuAppID, "messageJson", meizuMessage),
	} {
		if v := formReply(t, f, path, "", form); v["code"] != want {
			t.Errorf("want %s: %v", want, v)
		}
	}
	for _, ids := range []string{"a,,b", one + "," + one, strings.Repeat(one+",", 100) + one} {
		if v := formReply(t, f, path, "", send(meizuMessage, ids)); v["code"] != "1005" {
			t.Errorf("%.60s: %v", ids, v)
		}
	}
	f.Kill(pushtest.MeizuToken(2))
	v := formReply(t, f, path, "", send(meizuMessage, pushtest.MeizuToken(2)+",short,"+one))
	if value, ok := v["value"].(map[string]any); !ok || len(value) != 2 || value["110002"] == nil || value["110003"] == nil || v["code"] != "200" {
		t.Errorf("dead tokens: %v", v)
	}
	if n := f.Accepted(one); n != len(good)+1 {
		t.Errorf("%d messages were accepted, want %d", n, len(good)+1)
	}
}
