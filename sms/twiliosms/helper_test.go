package twiliosms_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/twiliosms"
)

// maxReply bounds replies in tests that let a server send without end: reading
// all that the default allows takes most of their time.
const maxReply = 1 << 16

const london sms.Number = "+447700900123"

func fake(t *testing.T, o *smstest.TwilioOptions) *smstest.Twilio {
	t.Helper()
	s := smstest.NewTwilio(o)
	t.Cleanup(s.Close)
	return s
}

func adapter(t *testing.T, s smstest.Server, o twiliosms.Options) *twiliosms.Adapter {
	t.Helper()
	o.BaseURL, o.HTTPClient = s.URL(), s.Client()
	a, err := twiliosms.New(smstest.TwilioAccount, smstest.TwilioToken, &o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// replying starts a server that answers everything so.
func replying(t *testing.T, status int, body string) *smstest.HandlerServer {
	t.Helper()
	s := smstest.NewServer("twilio", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}), nil)
	t.Cleanup(s.Close)
	return s
}

func message() sms.Message {
	return sms.Message{To: london, From: "+15017122661", Text: "Order A-17 has arrived.", Key: "k-1"}
}

func asError(t *testing.T, err error) *waybill.Error {
	t.Helper()
	e, ok := err.(*waybill.Error)
	if !ok || e == nil {
		t.Fatalf("got %T %v", err, err)
	}
	if e.Provider != "twiliosms" {
		t.Errorf("error of %q", e.Provider)
	}
	return e
}
