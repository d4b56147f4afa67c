package readme

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/wire"
)

// acme is a gateway that takes {"to","text","ref"} and answers {"id"}.
type acme struct {
	wire      *wire.Client
	url, auth string
}

func newAcme(token, baseURL string, hc *http.Client) (*acme, error) {
	base, err := wire.BaseURL("acmesms", baseURL, "https://api.acme.example")
	if err != nil {
		return nil, err
	}
	c, err := wire.New(wire.Config{Provider: "acmesms", HTTPClient: hc, Secrets: func() []string { return []string{token} }})
	return &acme{wire: c, url: base + "/send", auth: "Bearer " + token}, err
}

func (a *acme) Name() string { return "acmesms" }

// Format hides the token, however the adapter is printed.
func (a *acme) Format(s fmt.State, _ rune) { fmt.Fprint(s, a.Name()) }

func (a *acme) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	var r sms.Receipt
	if err := m.Validate(); err != nil {
		return r, err
	}
	if m.Text == "" {
		return r, waybill.NotSupported(string(sms.Send), "templates are not supported").With(a.Name(), "", m.Key)
	}
	body, err := json.Marshal(map[string]string{"to": string(m.To), "text": m.Text, "ref": m.Key})
	if err != nil {
		return r, err
	}
	reply, err := a.wire.Do(ctx, &wire.Request{
		Op: string(sms.Send), Ref: m.Key, Send: true, Method: http.MethodPost, URL: a.url, Body: body,
		Header:  http.Header{"Authorization": {a.auth}, "Content-Type": {"application/json"}},
		Private: []string{string(m.To), m.To.Digits(), m.Text},
	})
	if err != nil {
		return r, err
	}
	if e := reply.StatusError(); e != nil {
		return r, e
	}
	var ok struct {
		ID string `json:"id"`
	}
	if e := reply.JSON(&ok); e != nil {
		return r, e
	}
	if ok.ID == "" {
		return r, reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, "", "the reply names no message")
	}
	r.Provider, r.ID, r.Parts = a.Name(), ok.ID, []sms.Part{{ID: ok.ID}}
	return r, nil
}

var _ sms.Sender = (*acme)(nil)

// acmeFake speaks Acme's protocol and refuses what Acme would refuse.
func acmeFake() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct{ To, Text, Ref string }
		switch {
		case r.Header.Get("Authorization") != "Bearer acme-token":
			w.WriteHeader(http.StatusUnauthorized)
		case json.NewDecoder(r.Body).Decode(&m) != nil || m.To == "" || m.Text == "":
			w.WriteHeader(http.StatusBadRequest)
		default:
			_ = json.NewEncoder(w).Encode(map[string]string{"id": "acme-1"})
		}
	})
}

func TestAcme(t *testing.T) {
	smstest.Run(t, smstest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return newAcme("acme-token", baseURL, hc)
		},
		Handler: acmeFake, // your vendor's protocol in a few lines; the suite adds the faults and counts
		Secrets: []string{"acme-token"},
	})
}
