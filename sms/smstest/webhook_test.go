package smstest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/wire"
)

// This file is what somebody writes who adds a gateway of their own: the
// adapter, a fake of the gateway, and the test. It uses exported names only.

// webhookSMS sends by posting JSON to a URL with a bearer token.
type webhookSMS struct {
	base, token string
	wire        *wire.Client
}

func newWebhook(base, token string, hc *http.Client) (*webhookSMS, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, waybill.Invalid("new", "the base URL is not an absolute http or https URL").With("webhooksms", "", "")
	}
	client, err := wire.New(wire.Config{Provider: "webhooksms", HTTPClient: hc, Secrets: func() []string { return []string{token} }})
	if err != nil {
		return nil, err
	}
	return &webhookSMS{base: base, token: token, wire: client}, nil
}

func (w *webhookSMS) Name() string     { return "webhooksms" }
func (w *webhookSMS) String() string   { return "webhooksms" }
func (w *webhookSMS) GoString() string { return "webhooksms" }

func (w *webhookSMS) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	if err := m.Validate(); err != nil {
		return sms.Receipt{}, err
	}
	if m.Text == "" {
		return sms.Receipt{}, &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeSender, Delivery: waybill.NotSent,
			Provider: w.Name(), Op: string(sms.Send), Ref: m.Key, Message: "texts only"}
	}
	body, err := json.Marshal(map[string]string{"to": string(m.To), "text": m.Text, "from": m.From})
	if err != nil {
		return sms.Receipt{}, waybill.Invalid(string(sms.Send), "the text cannot be written as JSON").With(w.Name(), "", m.Key)
	}
	reply, err := w.wire.Do(ctx, &wire.Request{
		Op: string(sms.Send), Ref: m.Key, Send: true, URL: w.base + "/messages", Body: body,
		Header:  http.Header{"Authorization": {"Bearer " + w.token}, "Content-Type": {"application/json"}},
		Private: []string{string(m.To), m.To.Digits(), m.Text},
	})
	if err != nil {
		return sms.Receipt{}, err
	}
	var answer struct{ ID, Error string }
	if e := reply.JSON(&answer); e != nil { // also of every other status
		return sms.Receipt{}, e
	}
	if reply.Status == http.StatusUnprocessableEntity && answer.Error == "opted_out" {
		return sms.Receipt{}, reply.Error(waybill.OptedOut, waybill.ScopeRecipient, waybill.NotSent, answer.Error, "")
	}
	if e := reply.StatusError(); e != nil {
		return sms.Receipt{}, e
	}
	if answer.ID == "" {
		return sms.Receipt{}, reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "no id")
	}
	return sms.Receipt{Served: waybill.Served{Provider: w.Name()}, ID: answer.ID}, nil
}

// fakeWebhook is the gateway as its documentation has it.
type fakeWebhook struct{ token string }

func (f fakeWebhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m struct{ To, Text, From string }
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/messages":
		http.NotFound(w, r)
	case r.Header.Get("Authorization") != "Bearer "+f.token:
		http.Error(w, `{"error":"token"}`, http.StatusUnauthorized)
	case json.NewDecoder(r.Body).Decode(&m) != nil || m.To == "" || m.Text == "":
		http.Error(w, `{"error":"parameters"}`, http.StatusBadRequest)
	default:
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte(`{"id":"m-1"}`))
	}
}

func TestWebhookGateway(t *testing.T) {
	smstest.Run(t, smstest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return newWebhook(baseURL, "secret-token", hc)
		},
		Handler: func() http.Handler { return fakeWebhook{"secret-token"} },
		Secrets: []string{"secret-token"},
		Options: &smstest.ServerOptions{Refuse: func(w http.ResponseWriter, _ *http.Request, code string) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": code})
		}},
		Codes: []smstest.CodeCase{
			{Code: "opted_out", Want: waybill.OptedOut, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent},
			{Code: "other", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		},
	})
}
