package pushtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// metro is a stranger's adapter with everything that the contract knows, for the
// vendor "acme". Its shortest time to live is a minute.
type metro struct{ *acme }

type metroOverride struct{ Lane string }

func (metroOverride) PushVendor() push.Vendor { return "acme" }

// metroMessage is what metro sends.
type metroMessage struct {
	To       string            `json:"to"`
	Title    string            `json:"title"`
	Body     string            `json:"body"`
	TitleKey string            `json:"title_key"`
	BodyKey  string            `json:"body_key"`
	TTL      int64             `json:"ttl"`
	Data     map[string]string `json:"data"`
}

func (m *metro) message(n *push.Notification) (msg metroMessage, adjusted []push.Adjustment, e *waybill.Error) {
	if _, e := push.OverrideOf[metroOverride](n); e != nil && m.flaw != "any override" {
		return msg, nil, e
	}
	own := *n
	own.AllowLongerTTL = own.AllowLongerTTL || m.flaw == "raises"
	_, seconds, adjusted, e := own.FitTTL(push.TTLRange{Unit: time.Second, Min: time.Minute})
	if e != nil {
		return msg, nil, e
	}
	if m.flaw == "silent" {
		adjusted = nil
	}
	text := n.TextFor("")
	msg = metroMessage{Title: text.Title, Body: text.Body, TitleKey: n.TitleKey, BodyKey: n.BodyKey, TTL: seconds, Data: map[string]string{}}
	for k, v := range n.Data {
		msg.Data[k] = v
	}
	expires := n.Expires(time.Now())
	switch m.flaw {
	case "longer":
		msg.TTL = 7 * 24 * 3600
	case "late":
		expires = expires.Add(time.Hour)
	case "dumb":
		msg.Data = map[string]string{}
	case "keyless":
		msg.TitleKey, msg.BodyKey = "", ""
	}
	msg.Data[push.Expiry] = strconv.FormatInt(expires.Unix(), 10)
	return msg, adjusted, nil
}

func (m *metro) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	out := make([]push.Result, len(tokens))
	for i, t := range tokens {
		r := &out[i]
		r.Provider, r.Token = m.Name(), t
		err := n.Validate()
		if err == nil {
			err = t.Validate()
		}
		if err == nil && !m.Accepts(t) {
			err = waybill.NotSupported("send", "foreign")
		}
		if err != nil {
			e := waybill.AsError(err)
			if n != nil {
				e.Ref = n.Key
			}
			e.Op = "send"
			r.Err = e
			continue
		}
		language := t.Language
		if m.flaw == "monoglot" {
			language = ""
		}
		text := n.TextFor(language)
		own := *n
		own.Title, own.Body, own.Texts = text.Title, text.Body, nil
		msg, adjusted, e := m.message(&own)
		if e != nil {
			r.Err = e.With(m.Name(), "send", n.Key)
			continue
		}
		msg.To, r.Adjusted = t.Value, adjusted
		m.post(ctx, n, msg, r)
	}
	return out
}

func (m *metro) post(ctx context.Context, n *push.Notification, msg metroMessage, r *push.Result) {
	body, err := json.Marshal(msg)
	if err != nil {
		panic(err)
	}
	reply, err := m.wire.Do(ctx, &wire.Request{Op: "send", Ref: n.Key, URL: m.base + "/push", Body: body, Send: true,
		Header: http.Header{"X-Key": {m.key}}, Private: append(n.Private(), msg.To)})
	if err != nil {
		r.Err = waybill.AsError(err)
		return
	}
	var v struct{ ID string }
	if !reply.OK() {
		r.Err = reply.StatusError()
	} else if r.Err = reply.JSON(&v); r.Err == nil {
		r.ID = v.ID
	}
}

func (m *metro) SendTopic(ctx context.Context, n *push.Notification, t push.Topic) push.Result {
	return m.many(ctx, n, t.Audience, t.Validate(), "topic")
}

func (m *metro) Broadcast(ctx context.Context, n *push.Notification, a push.Audience) push.Result {
	return m.many(ctx, n, a, a.Validate(), "all")
}

func (m *metro) many(ctx context.Context, n *push.Notification, a push.Audience, invalid error, to string) push.Result {
	r := push.Result{Token: push.Token{Vendor: a.Vendor, App: a.App}}
	r.Provider = m.Name()
	err := n.Validate()
	if err == nil {
		err = invalid
	}
	if err == nil && a.Vendor != "acme" && m.flaw != "town crier" {
		err = waybill.NotSupported("", "foreign")
	}
	if err != nil {
		r.Err = waybill.AsError(err)
		return r
	}
	msg, _, e := m.message(n)
	if e != nil {
		r.Err = e
		return r
	}
	msg.To = to
	m.post(ctx, n, msg, &r)
	return r
}

// metroServer keeps the last message of each token.
type metroServer struct {
	*HandlerServer
	mu   sync.Mutex
	last map[string]metroMessage
}

func newMetroServer() *metroServer {
	s := &metroServer{last: map[string]metroMessage{}}
	ready := make(chan struct{})
	s.HandlerServer = NewServer(ServerOptions{Name: "metro", PlainText: true, SecretMembers: []string{"to"}, Refuse: refuseAcme,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-ready
			var v metroMessage
			if json.NewDecoder(r.Body).Decode(&v) != nil || v.To == "" || r.Header.Get("X-Key") != "acme-secret-key" {
				http.Error(w, `{"code":"bad"}`, http.StatusBadRequest)
				return
			}
			s.mu.Lock()
			s.last[v.To] = v
			s.mu.Unlock()
			s.Accept(v.To)
			writeJSON(w, http.StatusOK, map[string]string{"id": "metro-1"})
		})})
	close(ready)
	return s
}

// metroReceipts are metro's receipts: a JSON array of ids at a secret URL.
type metroReceipts struct{ flaw string }

func (m metroReceipts) VerifyReceipt(r *http.Request, _ []byte) (push.Signature, error) {
	if !push.CheckCallback(r, "metro-secret-words") && m.flaw != "trusting" {
		return push.Signature{}, fmt.Errorf("forged")
	}
	return push.Signature{}, nil
}

func (m metroReceipts) DecodeReceipts(_ *http.Request, body []byte) ([]push.Event, error) {
	var ids []string
	if err := json.Unmarshal(body, &ids); err != nil {
		return nil, err
	}
	var out []push.Event
	for _, id := range ids {
		e := push.Event{Provider: "acmepush", ID: id, Token: push.Token{Vendor: "acme", Value: "v"}, Status: push.EventDelivered, Code: "1"}
		if m.flaw == "wrong status" {
			e.Status = push.EventDead
		}
		if m.flaw == "nameless" {
			e.Provider = ""
		}
		out = append(out, e)
	}
	return out, nil
}

func (metroReceipts) AcknowledgeReceipts(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) }

func metroHarness(flaw string) Harness {
	h := acmeHarness("")
	h.New = func(base string, hc *http.Client) (waybill.Provider, error) {
		p, err := newAcme(base, hc, flaw)
		if err != nil {
			return nil, err
		}
		return &metro{p.(*acme)}, nil
	}
	h.Server = func(testing.TB) Server { return newMetroServer() }
	h.Read = func(s Server, token string) (Read, bool) {
		m := s.(*metroServer)
		m.mu.Lock()
		defer m.mu.Unlock()
		v, ok := m.last[token]
		return Read{Title: v.Title, Body: v.Body, TitleKey: v.TitleKey, BodyKey: v.BodyKey, TTL: time.Duration(v.TTL) * time.Second, Data: v.Data}, ok
	}
	h.MinTTL = time.Minute
	h.Override = metroOverride{"fast"}
	h.WithClasses = func(kinds []push.Kind) error {
		classes := map[push.Kind]string{}
		for _, k := range kinds {
			classes[k] = "c"
		}
		if flaw == "marketing" {
			for _, k := range push.Kinds() {
				classes[k] += "m"
			}
		}
		_, err := push.CheckClasses("acmepush", classes, nil)
		return err
	}
	h.Topic = &push.Topic{Audience: push.Audience{Vendor: "acme"}, Name: "topic"}
	h.Audience = &h.Topic.Audience
	h.Receipts = &ReceiptsCase{
		Handler: func(take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
			if flaw == "hasty" {
				return push.NewReceiptHandler(metroReceipts{}, func(ctx context.Context, e []push.Event) error { _ = take(ctx, e); return nil }, o)
			}
			return push.NewReceiptHandler(metroReceipts{flaw}, take, o)
		},
		Request: func() *http.Request {
			return httptest.NewRequest(http.MethodPost, "/r?waybill_secret=metro-secret-words", strings.NewReader(`["a","b"]`))
		},
		Spoil: func(r *http.Request) { r.URL.RawQuery = "waybill_secret=guess" },
		Want: []push.Event{
			{ID: "a", Token: push.Token{Vendor: "acme", Value: "v"}, Status: push.EventDelivered, Code: "1"},
			{ID: "b", Token: push.Token{Vendor: "acme", Value: "v"}, Status: push.EventDelivered, Code: "1"},
		},
	}
	// Everything else is tried on the plain one.
	h.Codes = nil
	h.Skip = map[string]string{}
	for _, group := range []string{"provider", "context", "invalid", "unsupported", "privacy", "replay", "faults", "faults_at_many", "odd", "answers"} {
		h.Skip[group] = "tried on another adapter"
	}
	return h
}

func TestTheContractPasses(t *testing.T) {
	h := metroHarness("")
	Run(t, h)
}

func TestFlawsInTheContractAreFound(t *testing.T) {
	for flaw, where := range map[string]string{
		"any override": "contract/override_of_another_type: ",
		"raises":       "contract/longer_ttl_refused: ",
		"silent":       "contract/longer_ttl_allowed: ",
		"longer":       "contract/absolute_expiry: the time to live was raised",
		"late":         "contract/absolute_expiry: waybill_expires is",
		"dumb":         "contract/absolute_expiry: data ",
		"keyless":      "contract/keys_only: the server read the keys",
		"monoglot":     "contract/texts_by_language: a token of language",
		"marketing":    "contract/classes: ",
		"town crier":   "contract/topic: another vendor's audience",
		"trusting":     "receipts/forged: ",
		"wrong status": "receipts/taken: no event",
		"nameless":     "receipts/taken: no event",
		"hasty":        "receipts/not_acknowledged: ",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			found := complaints(t, metroHarness(flaw))
			for _, f := range found {
				if strings.Contains(f, where) {
					return
				}
			}
			t.Errorf("%d complaints, none of them %q: %q", len(found), where, found[:min(len(found), 5)])
		})
	}
}

func TestTextlessVendorsRefuseKeys(t *testing.T) {
	h := metroHarness("")
	h.Textless = true
	found := complaints(t, h)
	if len(found) == 0 || !strings.Contains(found[0], "contract/keys_only") {
		t.Errorf("keys that were sent to a vendor without keys: %q", found)
	}
}
