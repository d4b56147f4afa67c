// Package hooksms is an adapter for the company's SMS relay, POST /v1/messages.
package hooksms

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

const (
	name = "hooksms"
	op   = string(sms.Send)
)

// Adapter implements sms.Sender on the relay. It is safe for concurrent use.
type Adapter struct {
	base, key, from string
	account         *waybill.Account
	credentials     func(context.Context) (string, error)
	wire            *wire.Client
}

var (
	_ sms.Sender        = (*Adapter)(nil)
	_ sms.Checker       = (*Adapter)(nil)
	_ waybill.Provider  = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
)

// Options are the settings that have defaults. BaseURL has none.
type Options struct {
	BaseURL     string
	HTTPClient  *http.Client
	Account     *waybill.Account
	Credentials func(ctx context.Context) (key string, err error)
	UserAgent   string
	// From is the sender of messages that have none.
	From string
}

// New returns an adapter for a relay key.
func New(key string, o *Options) (*Adapter, error) {
	if o == nil {
		o = &Options{}
	}
	if o.BaseURL == "" {
		return nil, waybill.Invalid("new", "BaseURL is missing").With(name, "", "")
	}
	base, err := wire.BaseURL(name, o.BaseURL, "")
	if err != nil {
		return nil, err
	}
	if key == "" && o.Credentials == nil {
		return nil, waybill.Invalid("new", "the key is missing").With(name, "", "")
	}
	a := &Adapter{base: base, key: key, from: o.From, account: o.Account, credentials: o.Credentials}
	if a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	a.wire, err = wire.New(wire.Config{
		Provider: name, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent,
		Secrets: func() []string { return []string{key} },
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Name returns "hooksms".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.account }

// Format prints the name only.
func (a *Adapter) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, name) }

// Check says without the network what Send would refuse.
func (a *Adapter) Check(m sms.Message) error {
	if err := m.Validate(); err != nil {
		return waybill.AsError(err).With(name, op, m.Key)
	}
	switch {
	case m.Gateway.TemplateID != "":
		return unsupported(m, "the relay has no templates")
	case m.Text == "":
		return unsupported(m, "the relay sends texts only")
	case a.sender(m) == "":
		return unsupported(m, "the relay wants a sender")
	case m.TTL != 0 && m.TTL < time.Second:
		return unsupported(m, "TTL below a second")
	}
	return nil
}

func unsupported(m sms.Message, why string) error {
	return waybill.NotSupported(op, why).With(name, op, m.Key)
}

func (a *Adapter) sender(m sms.Message) string {
	if m.From != "" {
		return m.From
	}
	return a.from
}

type request struct {
	To     string `json:"to"`
	Text   string `json:"text"`
	Sender string `json:"sender"`
	Ref    string `json:"ref,omitempty"`
	TTL    int64  `json:"ttl_seconds,omitempty"`
}

type accepted struct {
	ID       string `json:"id"`
	Parts    int    `json:"parts"`
	Price    string `json:"price"`
	Currency string `json:"currency"`
}

type refused struct {
	Error struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
	} `json:"error"`
}

// Send sends a text; see sms.Sender for the three outcomes.
func (a *Adapter) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	if err := a.Check(m); err != nil {
		return sms.Receipt{}, err
	}
	key := a.key
	if a.credentials != nil {
		k, err := a.credentials(ctx)
		if err != nil {
			return sms.Receipt{}, &waybill.Error{
				Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent,
				Provider: name, Op: op, Ref: m.Key, Message: "no credentials",
			}
		}
		key = k
	}
	text := sms.SignText(m.Gateway.Sign, m.Text)
	body, err := json.Marshal(request{
		To: string(m.To), Text: text, Sender: a.sender(m), Ref: m.Key, TTL: int64(m.TTL / time.Second),
	})
	if err != nil {
		return sms.Receipt{}, unsupported(m, "the message cannot be encoded")
	}
	reply, err := a.wire.Do(ctx, &wire.Request{
		Op: op, Ref: m.Key, Method: http.MethodPost, URL: a.base + "/v1/messages", Body: body, Send: true,
		Header:  http.Header{"X-Relay-Key": {key}, "Content-Type": {"application/json"}},
		Private: []string{string(m.To), text, a.sender(m), key},
	})
	if err != nil {
		return sms.Receipt{}, err
	}
	if !reply.OK() {
		return sms.Receipt{}, refusal(reply)
	}
	var v accepted
	if e := reply.JSON(&v); e != nil {
		return sms.Receipt{}, e
	}
	if v.ID == "" || v.Parts < 1 || v.Parts > sms.MaxParts {
		return sms.Receipt{}, reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "no id or no parts")
	}
	r := sms.Receipt{Served: waybill.Served{Provider: name}, ID: v.ID, Price: v.Price, Currency: v.Currency}
	for range v.Parts {
		r.Parts = append(r.Parts, sms.Part{ID: v.ID})
	}
	return r, nil
}

// codes are the relay's.
var codes = map[string]struct {
	status   int
	code     waybill.Code
	scope    waybill.Scope
	delivery waybill.Delivery
}{
	"bad_number":     {400, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent},
	"blocked":        {403, waybill.OptedOut, waybill.ScopeRecipient, waybill.NotSent},
	"unknown_sender": {403, waybill.PermissionDenied, waybill.ScopeSender, waybill.NotSent},
	"no_credit":      {402, waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent},
	"slow_down":      {429, waybill.RateLimited, waybill.ScopeAccount, waybill.NotSent},
	"auth":           {401, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent},
	"busy":           {503, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent},
	"crash":          {500, waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous},
}

// refusal maps a reply that is not 2xx.
func refusal(reply *wire.Reply) error {
	var v refused
	if e := reply.JSON(&v); e != nil {
		return e // StatusError
	}
	if c, ok := codes[v.Error.Code]; ok && c.status == reply.Status {
		return reply.Error(c.code, c.scope, c.delivery, v.Error.Code, v.Error.Detail)
	}
	return reply.StatusError()
}
