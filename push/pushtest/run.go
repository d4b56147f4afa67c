package pushtest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
)

// Run tries the adapter against everything that the contracts of package push
// promise, in subtests named group/case.
func Run(t *testing.T, h Harness) {
	t.Helper()
	run(suitetest.Of(t), h)
}

// tester is what the suite runs on.
type tester = suitetest.T

// bench is one adapter on one server.
type bench struct {
	h *Harness
	s Server
	p waybill.Provider
	a push.Sender
}

func (h *Harness) bench(t tester) bench {
	t.Helper()
	return h.benchWith(t, func(hc *http.Client) *http.Client { return hc })
}

// benchWith makes a bench whose adapter gets another HTTP client.
func (h *Harness) benchWith(t tester, client func(*http.Client) *http.Client) bench {
	t.Helper()
	h.halt.Skip(t)
	s := h.Server(t)
	t.Cleanup(s.Close)
	p, err := h.New(s.URL(), client(s.Client()))
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	a, ok := p.(push.Sender)
	if !ok {
		t.Fatalf("%s is no push.Sender", p.Name())
	}
	return bench{h, s, p, a}
}

// tokens returns the first n tokens.
func (h *Harness) tokens(n int) []push.Token {
	out := make([]push.Token, n)
	for i := range out {
		out[i] = h.Token(i)
	}
	return out
}

func run(t tester, h Harness) {
	t.Helper()
	if h.New == nil || h.Server == nil || h.Token == nil {
		t.Fatal("pushtest: the harness needs New, Server and Token")
	}
	if h.Many == 0 {
		h.Many = 12
	}
	h.halt = new(suitetest.Halt)
	skips := suitetest.Skips(h.Skip)
	group := func(name string, f func(sub suitetest.Sub)) {
		skips.Group(t, name, func(t tester, sub suitetest.Sub) {
			h.halt.Skip(t)
			f(sub)
		})
	}
	group("provider", func(sub suitetest.Sub) { sub("itself", h.provider) })
	group("context", func(sub suitetest.Sub) {
		sub("canceled_before", h.canceledBefore)
		sub("canceled_during", h.canceledDuring)
		sub("deadline", h.deadline)
		sub("attempt_timeout", h.attemptTimeout)
	})
	skips.Group(t, "answers", func(t tester, sub suitetest.Sub) {
		h.halt.Skip(t)
		plain := func(t tester) { h.bench(t).good(t, order(), h.tokens(1)) }
		if skips.Why("answers/plain") == "" && !t.Group("plain", plain) {
			h.halt.Stop("a plain notification was not sent as it should be")
			return
		}
		h.answers(sub)
	})
	group("invalid", func(sub suitetest.Sub) {
		for name, n := range badNotifications() {
			sub(name, func(t tester) { h.unseen(t, n, waybill.InvalidArgument) })
		}
		for name, token := range h.badTokens() {
			sub(name, func(t tester) { h.badToken(t, token) })
		}
	})
	group("unsupported", func(sub suitetest.Sub) {
		for _, c := range h.Unsupported {
			sub(c.Name, func(t tester) { h.unseen(t, &c.Notification, waybill.Unsupported) })
		}
		sub("foreign_tokens", h.foreign)
	})
	group("codes", func(sub suitetest.Sub) {
		for _, c := range h.Codes {
			sub(c.Code, func(t tester) { h.code(t, c) })
		}
	})
	group("contract", h.contract)
	if h.Receipts != nil {
		group("receipts", h.receipts)
	}
	group("privacy", func(sub suitetest.Sub) {
		for part, name := range suitetest.EchoParts {
			sub("echoed_"+name, func(t tester) { h.refusedWithEcho(t, part) })
		}
		for _, c := range h.Codes {
			sub("code_"+c.Code, func(t tester) { h.codeWithEcho(t, c) })
		}
	})
	group("replay", func(sub suitetest.Sub) { sub("by_the_transport", h.replay) })
	for _, many := range []bool{false, true} {
		name, n := "faults", 1
		if many {
			name, n = "faults_at_many", h.Many
		}
		group(name, func(sub suitetest.Sub) {
			for _, f := range Faults() {
				sub(f.String(), func(t tester) { h.fault(t, f, expectation(f), n) })
			}
		})
	}
	group("odd", func(sub suitetest.Sub) {
		for _, f := range fakehttp.OddBodies("application/json") {
			sub(f.String(), func(t tester) { h.fault(t, f, suitetest.OddReply(), 1) })
		}
	})
}

// suiteRef is the key of the suite's notifications.
const suiteRef = "conformance-ref"

// order is an ordinary notification with texts that must show in no error.
func order() *push.Notification {
	return &push.Notification{
		Kind: push.KindOrder, Title: "Zebrafish heading", Body: "Quokka paragraph", Key: suiteRef,
		Data: map[string]string{"order": "Wombat-content-7"}, TTL: time.Hour,
	}
}

var privateWords = []string{"Zebrafish", "Quokka", "Wombat"}

// goodNotifications are notifications that every vendor takes.
func goodNotifications() map[string]*push.Notification {
	badge := 3
	out := map[string]*push.Notification{
		"collapse": {Collapse: "order 17"},
		"badge":    {Badge: &badge, Sound: "horn"},
		"click":    {Click: "https://example.test/orders/17"},
		"image":    {Image: "https://example.test/17.png"},
		"default":  {TTL: 0},
		"shortest": {TTL: time.Second, AllowLongerTTL: true},
		"longest":  {TTL: push.MaxTTL},
		"texts":    {Texts: map[string]push.Text{"de": {Title: "Zebrafish auf Deutsch"}}},
		"normal":   {Priority: push.Normal},
		"high":     {Priority: push.High},
		"language": {Language: "zh-Hant"},
	}
	for k := push.KindOrder; k <= push.KindMarketing; k++ {
		out["kind "+k.String()] = &push.Notification{Kind: k}
	}
	for name, n := range out {
		if n.Title == "" {
			o := order()
			n.Title, n.Body, n.Key, n.Data = o.Title, o.Body, o.Key, o.Data
		}
		if n.Kind == push.KindUnset {
			n.Kind = push.KindStatus
		}
		out[name] = n
	}
	out["data only"] = &push.Notification{Kind: push.KindStatus, Display: push.DataOnly, Data: map[string]string{"a": "1", "b": "汉字"}, Key: suiteRef}
	return out
}

// badNotifications are notifications that no vendor could take.
func badNotifications() map[string]*push.Notification {
	with := func(change func(*push.Notification)) *push.Notification {
		n := order()
		change(n)
		return n
	}
	negative := -1
	return map[string]*push.Notification{
		"nil":              nil,
		"no kind":          with(func(n *push.Notification) { n.Kind = push.KindUnset }),
		"unknown kind":     with(func(n *push.Notification) { n.Kind = 99 }),
		"unknown display":  with(func(n *push.Notification) { n.Display = 9 }),
		"unknown priority": with(func(n *push.Notification) { n.Priority = 9 }),
		"no text":          with(func(n *push.Notification) { n.Title, n.Body = "", "" }),
		"empty text":       with(func(n *push.Notification) { n.Texts = map[string]push.Text{"de": {}} }),
		"no such language": with(func(n *push.Notification) { n.Texts = map[string]push.Text{"d": {Title: "T"}} }),
		"language twice":   with(func(n *push.Notification) { n.Texts = map[string]push.Text{"de": {Title: "T"}, "DE": {Title: "T"}} }),
		"no default text": with(func(n *push.Notification) {
			n.Title, n.Body, n.Texts = "", "", map[string]push.Text{"de": {Title: "T"}, "fr": {Title: "T"}}
		}),
		"arguments only":    with(func(n *push.Notification) { n.BodyArgs = []string{"a"} }),
		"nil override":      with(func(n *push.Notification) { n.Overrides = []push.Override{nil} }),
		"override twice":    with(func(n *push.Notification) { n.Overrides = []push.Override{foreign("acme"), foreign("acme")} }),
		"no data":           with(func(n *push.Notification) { n.Display, n.Data = push.DataOnly, nil }),
		"broken text":       with(func(n *push.Notification) { n.Body = "\xff\xfe" }),
		"broken data":       with(func(n *push.Notification) { n.Data = map[string]string{"a": "\xff"} }),
		"empty key":         with(func(n *push.Notification) { n.Data = map[string]string{"": "x"} }),
		"reserved key":      with(func(n *push.Notification) { n.Data = map[string]string{push.Expiry: "x"} }),
		"negative ttl":      with(func(n *push.Notification) { n.TTL = -time.Second }),
		"long ttl":          with(func(n *push.Notification) { n.TTL = push.MaxTTL + time.Second }),
		"tiny ttl":          with(func(n *push.Notification) { n.TTL = time.Millisecond }),
		"long collapse":     with(func(n *push.Notification) { n.Collapse = strings.Repeat("a", 65) }),
		"line break":        with(func(n *push.Notification) { n.Collapse = "a\nb" }),
		"image of no https": with(func(n *push.Notification) { n.Image = "http://example.test/a.png" }),
		"negative badge":    with(func(n *push.Notification) { n.Badge = &negative }),
		"small region":      with(func(n *push.Notification) { n.Region = "cn" }),
	}
}

// badTokens are tokens that no vendor issued.
func (h *Harness) badTokens() map[string]push.Token {
	with := func(value string) push.Token {
		t := h.Token(0)
		t.Value = value
		return t
	}
	noVendor, env := h.Token(0), h.Token(0)
	noVendor.Vendor, env.Env = "", "staging"
	return map[string]push.Token{
		"empty token": with(""), "long token": with(strings.Repeat("a", 5000)), "blank in token": with("abc def"),
		"line break in token": with("abc\r\nX: y"), "foreign letters in token": with("汉字"), "no vendor": noVendor, "unknown environment": env,
	}
}

// send calls the adapter and checks what holds for any answer.
func (b bench) send(t tester, ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	t.Helper()
	before := slices.Clone(tokens)
	got, _ := suitetest.Within(t, b.h.halt, b.h.patience, "Send", func() ([]push.Result, error) { return b.a.Send(ctx, n, tokens), nil })
	if len(got) != len(tokens) {
		t.Errorf("%d results for %d tokens", len(got), len(tokens))
		return unknown(tokens)
	}
	if !slices.Equal(before, tokens) {
		t.Error("the tokens were changed")
	}
	for i := range got {
		if got[i].Token != tokens[i] {
			t.Errorf("result %d is not that of token %d", i, i)
		}
		b.checkResult(t, fmt.Sprintf("result %d", i), &got[i], n)
	}
	return got
}

// unknown stands for an answer that cannot be told apart by token.
func unknown(tokens []push.Token) []push.Result {
	out := make([]push.Result, len(tokens))
	for i := range out {
		out[i].Token, out[i].Err = tokens[i], &waybill.Error{Code: waybill.Unknown}
	}
	return out
}
