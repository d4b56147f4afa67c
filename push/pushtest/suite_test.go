package pushtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// acme is a stranger's adapter, right unless a flaw is set.
type acme struct {
	wire    *wire.Client
	base    string
	key     string
	account *waybill.Account
	flaw    string
}

func newAcme(base string, hc *http.Client, flaw string) (waybill.Provider, error) {
	if !strings.HasPrefix(base, "http") || strings.ContainsAny(base, "@?") {
		return nil, waybill.Invalid("new", "bad base URL")
	}
	c, err := wire.New(wire.Config{Provider: "acmepush", HTTPClient: hc, MaxReply: 1 << 16, Secrets: func() []string { return []string{"acme-secret-key"} }})
	if err != nil {
		return nil, err
	}
	return &acme{wire: c, base: base, key: "acme-secret-key", account: waybill.NewAccount("acme", waybill.Limits{}), flaw: flaw}, nil
}

func (a *acme) Name() string              { return "acmepush" }
func (a *acme) Account() *waybill.Account { return a.account }
func (a *acme) String() string            { return "acmepush" }
func (a *acme) GoString() string          { return "acmepush" }

func (a *acme) Accepts(t push.Token) bool { return t.Vendor == "acme" }

func (a *acme) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	out := make([]push.Result, len(tokens))
	for i, t := range tokens {
		r := &out[i]
		r.Provider, r.Token = a.Name(), t
		if err := n.Validate(); err != nil && a.flaw != "careless" {
			r.Err = waybill.AsError(err)
			continue
		}
		if err := t.Validate(); err != nil {
			r.Err = waybill.AsError(err).With(a.Name(), "send", n.Key)
			continue
		}
		if !a.Accepts(t) && a.flaw != "greedy" {
			r.Err = &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: a.Name(), Op: "send", Ref: n.Key}
			continue
		}
		a.one(ctx, n, r)
		if a.flaw == "repeats" && r.Err != nil && r.Err.Delivery == waybill.Ambiguous {
			a.one(ctx, n, r)
		}
	}
	switch {
	case a.flaw == "short" && len(out) > 1:
		return out[1:]
	case a.flaw == "unordered" && len(out) > 1:
		out[0], out[1] = out[1], out[0]
	}
	return out
}

func (a *acme) one(ctx context.Context, n *push.Notification, r *push.Result) {
	body, err := json.Marshal(map[string]string{"to": r.Token.Value})
	if err != nil {
		panic(err)
	}
	ref := ""
	if n != nil {
		ref = n.Key
	}
	if a.flaw == "deaf" {
		ctx = context.WithoutCancel(ctx)
	}
	reply, err := a.wire.Do(ctx, &wire.Request{Op: "send", Ref: ref, URL: a.base + "/push", Body: body, Send: a.flaw != "again",
		Header: http.Header{"X-Key": {a.key}}, Private: []string{r.Token.Value}})
	var v struct{ ID, Code string }
	switch {
	case err != nil:
		r.Err = waybill.AsError(err)
	case reply.OK():
		if r.Err = reply.JSON(&v); r.Err == nil && v.ID == "" {
			r.Err = reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, "no_id", "")
		}
		if r.ID = v.ID; a.flaw == "nameless" {
			r.ID = ""
		}
	default:
		_ = json.Unmarshal(reply.Body, &v)
		if r.Err = reply.StatusError(); v.Code == "gone" {
			r.Err, r.Dead = reply.Error(waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, "gone", ""), true
		}
	}
	if a.flaw == "talkative" && err == nil && r.Err != nil {
		r.Err.Message = string(reply.Body)
	}
	a.spoil(r)
}

// spoil makes the flaws that are of a result.
func (a *acme) spoil(r *push.Result) {
	if r.Err == nil {
		return
	}
	e := *r.Err
	switch a.flaw {
	case "certain":
		e.Delivery = waybill.NotSent
	case "optimist":
		r.Err, r.ID = nil, "guessed"
		return
	case "killer":
		e.Code, r.Dead = waybill.Unregistered, true
	case "leaky":
		e.Message = "token " + r.Token.Value
	case "secretive":
		e.Message = "key " + a.key
	case "anonymous":
		e.Provider = ""
	}
	r.Err = &e
}

func newFakeAcme() *HandlerServer {
	var s *HandlerServer
	ready := make(chan struct{})
	s = NewServer(ServerOptions{Name: "acme", PlainText: true, SecretMembers: []string{"to"},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-ready
			var v struct{ To string }
			if json.NewDecoder(r.Body).Decode(&v) != nil || v.To == "" || r.Header.Get("X-Key") != "acme-secret-key" {
				http.Error(w, `{"code":"bad"}`, http.StatusBadRequest)
				return
			}
			if s.Dead(v.To) {
				refuseAcme(w, r, "gone")
				return
			}
			s.Accept(v.To)
			writeJSON(w, http.StatusOK, map[string]string{"id": fmt.Sprint("acme-", s.Accepted(v.To))})
		}),
		Refuse: refuseAcme,
	})
	close(ready)
	return s
}

func refuseAcme(w http.ResponseWriter, _ *http.Request, code string) {
	status := map[string]int{"gone": 410, "busy": 429, "key": 401}[code]
	if code == "busy" {
		w.Header().Set("Retry-After", "3")
	}
	writeJSON(w, status, map[string]string{"code": code})
}

func acmeHarness(flaw string) Harness {
	return Harness{
		New:    func(base string, hc *http.Client) (waybill.Provider, error) { return newAcme(base, hc, flaw) },
		Server: func(testing.TB) Server { return newFakeAcme() },
		Token:  func(n int) push.Token { return push.Token{Vendor: "acme", Value: fmt.Sprintf("device-%032d", n)} },
		Codes: []CodeCase{
			{Code: "gone", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
			{Code: "busy", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: true},
			{Code: "key", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		},
		Many:    4,
		Secrets: []string{"acme-secret-key"},
	}
}

func TestAStrangersAdapterPasses(t *testing.T) { Run(t, acmeHarness("")) }

// complaints runs the suite on an adapter with a flaw.
func complaints(t *testing.T, h Harness) []string {
	var out []string
	for _, c := range suitetest.Try(t, "", func(t tester) { run(t, h) }) {
		out = append(out, c.String())
	}
	return out
}

// The suite must find each flaw, where it shows.
func TestFlawsAreFound(t *testing.T) {
	for flaw, where := range map[string]string{
		"short":     "answers/many: 19 results for 20 tokens",
		"unordered": "answers/many: result 0 is not that of token 0",
		"greedy":    "unsupported/foreign_tokens: ",
		"repeats":   "reset_before_reply_processed: token 0 was pushed 2 times",
		"certain":   "cut_body_processed: token 0 is reported as not sent",
		"optimist":  "faults/reset_before_reply: token 0 is reported as accepted and was lost",
		"killer":    "was declared dead by a fault",
		"leaky":     "holds the token",
		"again":     "replay/by_the_transport: net/http may send",
		"talkative": "privacy/echoed_words: the vendor had refused",
		"secretive": "holds a secret",
		"anonymous": "the error's provider is",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			found := complaints(t, acmeHarness(flaw))
			for _, f := range found {
				if strings.Contains(f, where) {
					return
				}
			}
			t.Errorf("%d complaints, none of them %q", len(found), where)
			for _, f := range found[:min(len(found), 5)] {
				t.Log(f)
			}
		})
	}
	if found := complaints(t, acmeHarness("")); len(found) != 0 {
		t.Errorf("the right one: %q", found)
	}
}

func TestAVendorWithoutIDs(t *testing.T) {
	h := acmeHarness("nameless")
	if found := complaints(t, h); len(found) == 0 || !strings.Contains(found[0], "accepted without an id") {
		t.Errorf("%q", found)
	}
	h.NoIDs = true
	if found := complaints(t, h); len(found) != 0 {
		t.Errorf("%q", found)
	}
}

// A call that hangs is one finding, and ends the run.
func TestAHangingCallStopsTheRun(t *testing.T) {
	h := acmeHarness("deaf")
	h.patience = 500 * time.Millisecond
	found := complaints(t, h)
	hung := false
	for _, f := range found {
		hung = hung || strings.Contains(f, "has not returned")
		if !strings.HasPrefix(f, "context/") {
			t.Errorf("after the hang: %s", f)
		}
	}
	if !hung {
		t.Errorf("%q", found)
	}
}

func TestAHarnessWithoutTheLeast(t *testing.T) {
	if found := complaints(t, Harness{}); len(found) != 1 || !strings.Contains(found[0], "needs") {
		t.Errorf("%q", found)
	}
}

func TestSkipsAreKept(t *testing.T) {
	h := acmeHarness("optimist")
	h.Skip = map[string]string{"faults": "a reason", "faults at many": "a reason", "odd": "a reason", "codes/gone": "a reason", "codes/busy": "a reason", "codes/key": "a reason",
		"context": "a reason", "privacy": "a reason", "answers/dead among good": "a reason", "answers/all_dead": "a reason"}
	if found := complaints(t, h); len(found) != 0 {
		t.Errorf("%q", found)
	}
}
