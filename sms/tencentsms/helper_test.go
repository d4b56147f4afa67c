package tencentsms_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/tencentsms"
)

// maxReply bounds replies in tests that let a server send without end: reading
// all that the default allows takes most of their time.
const maxReply = 1 << 16

const (
	shenzhen  sms.Number = "+8613800138000"
	hongkong  sms.Number = "+85291234567"
	singapore sms.Number = "+6581234567"
)

func fake(t *testing.T, o *smstest.TencentOptions) *smstest.Tencent {
	t.Helper()
	s := smstest.NewTencent(o)
	t.Cleanup(s.Close)
	return s
}

func adapter(t *testing.T, s smstest.Server, o tencentsms.Options) *tencentsms.Adapter {
	t.Helper()
	o.BaseURL, o.HTTPClient = s.URL(), s.Client()
	a, err := tencentsms.New(smstest.TencentSecretID, smstest.TencentSecretKey, smstest.TencentAppID, &o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// replying starts a server that answers everything so.
func replying(t *testing.T, status int, body string) *smstest.HandlerServer {
	t.Helper()
	s := smstest.NewServer("tencent", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}), nil)
	t.Cleanup(s.Close)
	return s
}

// order is a message of the template that the fake has approved.
func order(key string) sms.Message {
	return sms.Message{To: shenzhen, Key: key, Gateway: sms.GatewayMessage{TemplateID: smstest.TencentTemplate, Sign: smstest.TencentSign,
		Params: []sms.Param{{Value: "A-17"}, {Value: "已送达"}}}}
}

func asError(t *testing.T, err error) *waybill.Error {
	t.Helper()
	e, ok := err.(*waybill.Error)
	if !ok || e == nil {
		t.Fatalf("got %T %v", err, err)
	}
	if e.Provider != "tencentsms" {
		t.Errorf("error of %q", e.Provider)
	}
	return e
}
