package aliyunsms_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// maxReply bounds replies in tests that let a server send without end: reading
// all that the default allows takes most of their time.
const maxReply = 1 << 16

const (
	hangzhou  sms.Number = "+8613800138000"
	hongkong  sms.Number = "+85291234567"
	singapore sms.Number = "+6581234567"
)

func fake(t *testing.T, o *smstest.AliyunOptions) *smstest.Aliyun {
	t.Helper()
	s := smstest.NewAliyun(o)
	t.Cleanup(s.Close)
	return s
}

func adapter(t *testing.T, s smstest.Server, o aliyunsms.Options) *aliyunsms.Adapter {
	t.Helper()
	o.BaseURL, o.HTTPClient = s.URL(), s.Client()
	a, err := aliyunsms.New(smstest.AliyunKeyID, smstest.AliyunSecret, &o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// replying starts a server that answers everything so.
func replying(t *testing.T, status int, body string) *smstest.HandlerServer {
	t.Helper()
	s := smstest.NewServer("aliyun", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}), nil)
	t.Cleanup(s.Close)
	return s
}

// order is a message of the template that the fake has approved.
func order(key string) sms.Message {
	return sms.Message{To: hangzhou, Key: key, Gateway: sms.GatewayMessage{TemplateID: smstest.AliyunTemplate, Sign: smstest.AliyunSign,
		Params: []sms.Param{{Name: "order", Value: "A-17"}, {Name: "state", Value: "已送达"}}}}
}

func asError(t *testing.T, err error) *waybill.Error {
	t.Helper()
	e, ok := err.(*waybill.Error)
	if !ok || e == nil {
		t.Fatalf("got %T %v", err, err)
	}
	if e.Provider != "aliyunsms" {
		t.Errorf("error of %q", e.Provider)
	}
	return e
}
