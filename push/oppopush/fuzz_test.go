package oppopush

import (
	"testing"

	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/wire"
)

func FuzzReply(f *testing.F) {
	to := func(r *wire.Reply, values []string) []pushbatch.Outcome {
		var sent []message
		for _, v := range values {
			sent = append(sent, message{TargetValue: v})
		}
		return judge(r, sent)
	}
	makertest.Replies{Provider: name, Judge: to, Exact: true}.Fuzz(f,
		`{"code":0,"data":{"messageId":"m"}}`, `{"code":0,"data":[{"registrationId":"a","errorCode":10000}]}`, `{"code":"11"}`,
		`{"code":0,"data":{"message_id":"b","10000":["a"]}}`, `{"code":0,"data":{"auth_token":"t"}}`)
}

func FuzzTokenReply(f *testing.F) {
	f.Add(200, `{"code":0,"data":{"auth_token":"t","create_time":1501484120000}}`)
	f.Add(200, `{"code":14,"message":"Invalid App Key"}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if token, e := readToken(makertest.Reply(t, name, status, nil, body)); (e == nil) != (token != "") {
			t.Errorf("%d bytes of token and %v", len(token), e)
		}
	})
}

func FuzzReceipts(f *testing.F) {
	makertest.FuzzReceipts(f, decodeReceipts, `[{"messageId":"m","registrationIds":"a,b","eventType":"push_arrive","eventTime":1}]`)
}

// The example of the vendor's signature.
func TestSign(t *testing.T) {
	if got := sign("demo-app-key", "1501484120000", "demo-master-secret"); got != "b3ae3c0b35356851ebbe7d783a88d1f6456f5549f0425e254dd6856373774f5e" {
		t.Errorf("got %s", got)
	}
}
