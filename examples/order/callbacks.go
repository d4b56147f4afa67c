package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// The fakes take messages on and do not call back by themselves. This file is
// what the gateways would do then: each in its own format and with its own proof.

// gateway is a fake gateway that calls back.
type gateway interface {
	// calls are the calls about a message that was taken on; the URL is the path.
	calls(key string) []hookCall
	signs() bool
}

type nexmoGateway struct {
	name string
	fake *smstest.Nexmo
}

func (g nexmoGateway) signs() bool { return true }

// calls reports each part, signed with HMAC-SHA-256. Vonage's fields are
// reversed: msisdn is the recipient.
func (g nexmoGateway) calls(key string) []hookCall {
	var out []hookCall
	for _, m := range g.fake.Messages() {
		if m.Ref != key {
			continue
		}
		for _, id := range m.IDs {
			now := time.Now().UTC()
			form := url.Values{
				"msisdn": {m.To}, "to": {m.From}, "network-code": {"00101"}, "messageId": {id}, "price": {"0.03330000"},
				"status": {"delivered"}, "scts": {now.Format("0601021504")}, "err-code": {"0"}, "api-key": {smstest.NexmoKey}, "client-ref": {m.Ref},
				"message-timestamp": {now.Format(time.DateTime)}, "timestamp": {strconv.FormatInt(now.Unix(), 10)}, "nonce": {rand.Text()},
			}
			form.Set("sig", vonageSignature(form, fakeWebhookSecret))
			out = append(out, hookCall{URL: "/sms/" + g.name, ContentType: "application/x-www-form-urlencoded", Body: form.Encode()})
		}
	}
	return out
}

// vonageSignature is &key=value for each parameter in order, keyed and hashed.
func vonageSignature(form url.Values, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, key := range slices.Sorted(maps.Keys(form)) {
		mac.Write([]byte("&" + key + "=" + strings.NewReplacer("&", "_", "=", "_").Replace(form.Get(key))))
	}
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

type aliyunGateway struct{ fake *smstest.Aliyun }

func (aliyunGateway) signs() bool { return false }

func (g aliyunGateway) calls(key string) []hookCall {
	var out []hookCall
	for _, m := range g.fake.Messages() {
		if m.OutID == key {
			out = append(out, jsonCall("/sms/aliyun", map[string]any{"phone_number": m.Number, "send_time": shanghai(m.Sent), "report_time": shanghai(m.Sent),
				"success": true, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1", "biz_id": m.BizID, "out_id": m.OutID}))
		}
	}
	return out
}

type tencentGateway struct{ fake *smstest.Tencent }

func (tencentGateway) signs() bool { return false }

func (g tencentGateway) calls(key string) []hookCall {
	var out []hookCall
	for _, m := range g.fake.Messages() {
		if m.Session == key { // which Tencent does not repeat unless asked to: the id has to do
			n := sms.Number(m.Number)
			out = append(out, jsonCall("/sms/tencent", map[string]any{"user_receive_time": shanghai(m.Sent), "nationcode": n.CallingCode(), "mobile": n.National(),
				"report_status": "SUCCESS", "errmsg": "DELIVRD", "description": "用户短信送达成功", "sid": m.SerialNo}))
		}
	}
	return out
}

// jsonCall is a list of one report.
func jsonCall(path string, report map[string]any) hookCall {
	body, _ := json.Marshal([]any{report}) // of texts alone
	return hookCall{URL: path, ContentType: "application/json", Body: string(body)}
}

// shanghai writes a time as both gateways do, in UTC+8.
func shanghai(t time.Time) string { return t.In(time.FixedZone("", 8*3600)).Format(time.DateTime) }
