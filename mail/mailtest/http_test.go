package mailtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/wire"
)

const postKey = "key-of-a-mail-service"

// post is a relay as somebody else writes it, on what is public: a service that
// takes the envelope and the mail as MIME in one POST of JSON.
type post struct {
	base, flaw string
	wire       *wire.Client
}

// postal is what it sends; postReply what comes back.
type postal struct {
	From string   `json:"from"`
	To   []string `json:"to"`
	MIME []byte   `json:"mime"`
}

type postReply struct {
	ID    string `json:"id"`
	Code  string `json:"code"`
	Error string `json:"error"`
}

func newPost(base string, hc *http.Client) (*post, error) {
	base, err := wire.BaseURL("postmail", base, "https://mail.example.com")
	if err != nil {
		return nil, err
	}
	c, err := wire.New(wire.Config{Provider: "postmail", HTTPClient: hc, Secrets: func() []string { return []string{postKey} }})
	return &post{base: base, wire: c}, err
}

func (p *post) Name() string { return "postmail" }

func (p *post) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, p.Name())
	if p.flaw == "prints its key" {
		_, _ = io.WriteString(s, postKey)
	}
}

func (p *post) Send(ctx context.Context, m *mail.Message) (mail.Receipt, error) {
	res := mail.Receipt{Served: waybill.Served{Provider: p.Name()}}
	own := func(e *waybill.Error) (mail.Receipt, error) {
		if p.flaw == "calls everything not sent" {
			e = e.Unsent()
		}
		return res, e.With(p.Name(), string(mail.Send), m.Key)
	}
	if err := m.Validate(); err != nil {
		return own(waybill.AsError(err))
	}
	m = m.Stamp()
	res.MessageID = m.MessageID
	private := []string{m.Subject, m.Text, m.HTML}
	to := []string{}
	for _, a := range m.Recipients() {
		res.Recipients = append(res.Recipients, mail.Recipient{Address: a})
		to, private = append(to, a.Spec()), append(private, a.Spec(), a.Name)
	}
	private = append(private, m.From.Spec(), m.From.Name)
	if p.flaw == "loses the receipt" {
		res = mail.Receipt{}
	}
	var b bytes.Buffer
	size, err := mail.Compose(ctx, &b, m)
	if err != nil {
		return own(waybill.AsError(err).Unsent())
	}
	res.Size = size
	body, err := json.Marshal(postal{m.From.Spec(), to, b.Bytes()})
	if err != nil {
		return own(waybill.AsError(err).Unsent())
	}
	reply, err := p.wire.Do(ctx, &wire.Request{Op: string(mail.Send), Ref: m.Key, URL: p.base + "/mails", Body: body, Send: p.flaw != "can be repeated",
		Header: http.Header{"Authorization": {"Bearer " + postKey}, "Content-Type": {"application/json"}}, Private: private})
	if err != nil {
		return own(waybill.AsError(err))
	}
	var v postReply
	if !reply.OK() {
		if json.Unmarshal(reply.Body, &v) == nil && v.Code == "quota" {
			return own(reply.Error(waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent, v.Code, v.Error))
		}
		e := reply.StatusError()
		if p.flaw == "repeats the service" {
			e.Message = string(reply.Body)
		}
		return own(e)
	}
	if e := reply.JSON(&v); e != nil {
		return own(e)
	}
	if v.ID == "" && p.flaw != "believes any 200" {
		return own(reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "no id"))
	}
	res.ID = v.ID
	return res, nil
}

func postOffice(flaw string) mailtest.Harness {
	return mailtest.Harness{
		HTTP: &mailtest.HTTP{
			New: func(base string, hc *http.Client) (mailtest.Relay, error) {
				p, err := newPost(base, hc)
				if err == nil {
					p.flaw = flaw
				}
				return p, err
			},
			Handler: func() http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Authorization") != "Bearer "+postKey || r.Method != http.MethodPost || r.URL.Path != "/mails" {
						w.WriteHeader(http.StatusForbidden)
						return
					}
					_ = json.NewEncoder(w).Encode(postReply{ID: "1"})
				})
			},
			Read: func(_ *http.Request, body []byte) (mailtest.Mail, error) {
				var v postal
				if err := json.Unmarshal(body, &v); err != nil {
					return mailtest.Mail{}, err
				}
				m, err := mailtest.Parse(v.MIME)
				m.From, m.To = v.From, v.To
				if flaw == "forgets a recipient" {
					m.To = m.To[:1]
				}
				return m, err
			},
			Refuse: func(w http.ResponseWriter, _ *http.Request, code string) {
				w.WriteHeader(http.StatusPaymentRequired)
				_ = json.NewEncoder(w).Encode(postReply{Code: code, Error: "no"})
			},
			Codes: []mailtest.CodeCase{{Code: "quota", Want: waybill.QuotaExhausted, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent}},
		},
		Secrets: []string{postKey},
	}
}

func TestAServiceOverHTTP(t *testing.T) { mailtest.Run(t, postOffice("")) }

func TestFlawsOverHTTP(t *testing.T) {
	for flaw, where := range map[string]string{
		"prints its key":            "provider/",
		"calls everything not sent": "faults/reset_before_reply_processed: not_sent is reported",
		"loses the receipt":         "faults/",
		"repeats the service":       "privacy/echoed words",
		"can be repeated":           "replay/by the transport",
		"believes any 200":          "odd/",
		"forgets a recipient":       "good/everything",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			found := suitetest.Try(t, "", func(t suitetest.T) { mailtest.RunOn(t, postOffice(flaw)) })
			for _, c := range found {
				if strings.HasPrefix(c.String(), where) {
					return
				}
			}
			t.Errorf("%d complaints, none at %s: %v", len(found), where, found[:min(len(found), 5)])
		})
	}
}

func TestAHarnessForHTTPNeedsAll(t *testing.T) {
	h := postOffice("")
	h.HTTP.Read = nil
	found := suitetest.Try(t, "provider", func(t suitetest.T) { mailtest.RunOn(t, h) })
	if len(found) == 0 || !strings.Contains(found[0].Text, "needs New, Handler and Read") {
		t.Errorf("found %v", found)
	}
}
