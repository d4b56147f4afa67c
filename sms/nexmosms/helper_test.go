package nexmosms_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// maxReply bounds replies in tests that let a server send without end: reading
// all that the default allows takes most of their time.
const maxReply = 1 << 16

const london sms.Number = "+447700900123"

// replying starts a server that answers every send so.
func replying(t *testing.T, status int, contentType, body string) *smstest.HandlerServer {
	t.Helper()
	s := smstest.NewServer("nexmo", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		} else {
			w.Header()["Content-Type"] = nil
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}), nil)
	t.Cleanup(s.Close)
	return s
}

func newAdapter(t *testing.T, s smstest.Server, o nexmosms.Options) *nexmosms.Adapter {
	t.Helper()
	o.BaseURL, o.HTTPClient = s.URL(), s.Client()
	a, err := nexmosms.New(smstest.NexmoKey, smstest.NexmoSecret, &o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// sendTo sends one message to an adapter on s.
func sendTo(t *testing.T, s smstest.Server) (sms.Receipt, *waybill.Error) {
	t.Helper()
	res, err := newAdapter(t, s, nexmosms.Options{}).Send(t.Context(), message())
	if err == nil {
		return res, nil
	}
	e, ok := err.(*waybill.Error)
	if !ok || e == nil {
		t.Fatalf("the error is a %T", err)
	}
	if e.Provider != "nexmosms" || e.Op != "send" || e.Ref != "k-1" {
		t.Errorf("error of %q %q %q", e.Provider, e.Op, e.Ref)
	}
	return res, e
}

func message() sms.Message {
	return sms.Message{To: london, From: "Waybill", Text: "Order A-17 has arrived.", Key: "k-1"}
}

func nexmo(t *testing.T, o *smstest.NexmoOptions) *smstest.Nexmo {
	t.Helper()
	s := smstest.NewNexmo(o)
	t.Cleanup(s.Close)
	return s
}

func drain(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer func() { _ = r.Body.Close() }()
	return io.ReadAll(r.Body)
}

func reader(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }
