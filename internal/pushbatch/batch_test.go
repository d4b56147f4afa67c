package pushbatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// house is a vendor that takes tokens and remembers its exchanges.
type house struct {
	Vendor[string]
	exchanges [][]string
	texts     []string
	answer    func(values []string) []Outcome
}

func newHouse(most int) *house {
	h := &house{}
	h.Vendor = Vendor[string]{
		Name: "housepush", Max: most,
		Accepts: func(t push.Token) bool { return t.Vendor == push.OPPO },
		Compose: func(n *push.Notification, _ time.Time) (string, []push.Adjustment, *waybill.Error) {
			if n.Image != "" {
				return "", nil, Unsupported("no pictures")
			}
			return n.Title, []push.Adjustment{{Field: "ttl"}}, nil
		},
		Exchange: func(_ context.Context, j *Job[string]) []Outcome {
			h.exchanges, h.texts = append(h.exchanges, j.Values()), append(h.texts, j.Message)
			if h.answer != nil {
				return h.answer(j.Values())
			}
			return j.All(Outcome{ID: "id-" + j.Tokens[0].Value})
		},
	}
	return h
}

func tokens(values ...string) []push.Token {
	out := make([]push.Token, len(values))
	for i, v := range values {
		out[i] = push.Token{Vendor: push.OPPO, Value: v}
	}
	return out
}

func order() *push.Notification {
	return &push.Notification{Kind: push.KindOrder, Title: "On its way", Body: "Ten minutes", Key: "order-17"}
}

func TestSendKeepsTheOrder(t *testing.T) {
	h := newHouse(2)
	list := tokens("a", "b", "", "a", "c", "d", "e")
	list = append(list, push.Token{Vendor: push.Vivo, Value: "v"})
	got := h.Send(t.Context(), order(), list)
	if want := [][]string{{"a", "b"}, {"c", "d"}, {"e"}}; !slices.EqualFunc(h.exchanges, want, slices.Equal) {
		t.Errorf("exchanges %v", h.exchanges)
	}
	for i, want := range []string{"id-a", "id-a", "", "id-a", "id-c", "id-c", "id-e", ""} {
		r := got[i]
		if r.ID != want || r.Token != list[i] || r.Provider != "housepush" || (r.Err == nil) != (want != "") {
			t.Errorf("token %d: %+v", i, r)
		}
	}
	if got[2].Err.Code != waybill.InvalidArgument || got[7].Err.Code != waybill.Unsupported || got[7].Err.Provider != "housepush" || got[7].Err.Ref != "order-17" {
		t.Errorf("got %v, %v", got[2].Err, got[7].Err)
	}
	if len(got[0].Adjusted) != 1 || got[2].Adjusted != nil {
		t.Error("what was adjusted is with the wrong tokens")
	}
}

func TestSendLimits(t *testing.T) {
	h := newHouse(100)
	h.Limit = func(m string) int { return len(m) }
	n := order()
	n.Title = "abc"
	h.Send(t.Context(), n, tokens("a", "b", "c", "d"))
	if len(h.exchanges) != 2 || len(h.exchanges[0]) != 3 {
		t.Errorf("exchanges %v", h.exchanges)
	}
}

func TestSendBrakes(t *testing.T) {
	for name, c := range map[string]struct {
		e    *waybill.Error
		want int
	}{
		"an account":     {&waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent}, 1},
		"a service":      {&waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent}, 1},
		"a recipient":    {&waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent}, 3},
		"an unknown end": {&waybill.Error{Code: waybill.Internal, Scope: waybill.ScopeAccount, Delivery: waybill.Ambiguous}, 3},
	} {
		h := newHouse(1)
		h.answer = func([]string) []Outcome { return []Outcome{{Err: c.e}} }
		for i, r := range h.Send(t.Context(), order(), tokens("a", "b", "c")) {
			if r.Err == nil || r.Err.Code != c.e.Code {
				t.Errorf("%s: token %d: %v", name, i, r.Err)
			}
		}
		if len(h.exchanges) != c.want {
			t.Errorf("%s: %d exchanges, want %d", name, len(h.exchanges), c.want)
		}
	}
}

func TestSendRefusesBeforeTheNetwork(t *testing.T) {
	h := newHouse(10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	picture := order()
	picture.Image = "https://example.test/i.png"
	for name, c := range map[string]struct {
		ctx  context.Context
		n    *push.Notification
		want waybill.Code
	}{
		"nil": {t.Context(), nil, waybill.InvalidArgument}, "empty": {t.Context(), &push.Notification{}, waybill.InvalidArgument},
		"composed": {t.Context(), picture, waybill.Unsupported}, "ended": {ctx, order(), waybill.Canceled},
	} {
		for _, r := range h.Send(c.ctx, c.n, tokens("a", "a")) {
			if r.Err == nil || r.Err.Code != c.want || r.Err.Delivery != waybill.NotSent || r.Err.Op != "send" {
				t.Errorf("%s: %v", name, r.Err)
			}
		}
	}
	if len(h.exchanges) != 0 || len(h.Send(t.Context(), order(), nil)) != 0 {
		t.Errorf("exchanges %v", h.exchanges)
	}
}

func TestSendTextsByLanguage(t *testing.T) {
	h := newHouse(10)
	n := order()
	n.Texts = map[string]push.Text{"de": {Title: "Unterwegs", Body: "Zehn Minuten"}}
	list := tokens("a", "b", "c")
	list[1].Language = "de"
	for _, r := range h.Send(t.Context(), n, list) {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	if slices.Sort(h.texts); !slices.Equal(h.texts, []string{"On its way", "Unterwegs"}) {
		t.Errorf("texts %v", h.texts)
	}
}

func TestSendMany(t *testing.T) {
	h := newHouse(10)
	everybody := push.Audience{Vendor: push.OPPO}
	var seen *Job[string]
	do := func(_ context.Context, j *Job[string]) Outcome { seen = j; return Outcome{ID: "task", Dead: true} }
	r := h.SendMany(t.Context(), order(), everybody, push.Broadcast, nil, []string{"depot"}, do)
	if r.Err != nil || r.ID != "task" || r.Dead || r.Provider != "housepush" || r.Token.Vendor != push.OPPO || seen.Ref != "order-17" || !slices.Contains(seen.Private, "depot") || len(r.Adjusted) != 1 {
		t.Errorf("got %+v", r)
	}
	seen = nil
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	picture := order()
	picture.Image = "https://example.test/i.png"
	for name, r := range map[string]push.Result{
		"invalid":  h.SendMany(t.Context(), &push.Notification{}, everybody, push.Broadcast, nil, nil, do),
		"nil":      h.SendMany(t.Context(), nil, everybody, push.Broadcast, nil, nil, do),
		"a fault":  h.SendMany(t.Context(), order(), everybody, push.Broadcast, errors.New("no"), nil, do),
		"foreign":  h.SendMany(t.Context(), order(), push.Audience{Vendor: push.Vivo}, push.Broadcast, nil, nil, do),
		"ended":    h.SendMany(ctx, order(), everybody, push.Broadcast, nil, nil, do),
		"composed": h.SendMany(t.Context(), picture, everybody, push.Broadcast, nil, nil, do),
	} {
		if r.Err == nil || r.Err.Op != "broadcast" || seen != nil {
			t.Errorf("%s: %v", name, r.Err)
		}
	}
}

func TestEnrol(t *testing.T) {
	depot := push.Topic{Audience: push.Audience{Vendor: push.OPPO}, Name: "depot"}
	accepts := func(t push.Token) bool { return t.Vendor == push.OPPO }
	var exchanges [][]string
	do := func(_ context.Context, values []string) []Outcome {
		exchanges = append(exchanges, values)
		out := make([]Outcome, len(values))
		for i, v := range values {
			out[i].ID = "not for enrolling"
			if v == "gone" {
				out[i].Err = &waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent}
			}
		}
		return out
	}
	list := append(tokens("a", "gone", "a", "b"), push.Token{Vendor: push.Vivo, Value: "v"})
	got := Enrol(t.Context(), "housepush", accepts, depot, list, push.Subscribe, nil, 2, do)
	if want := [][]string{{"a", "gone"}, {"b"}}; !slices.EqualFunc(exchanges, want, slices.Equal) {
		t.Errorf("exchanges %v", exchanges)
	}
	for i, ok := range []bool{true, false, true, true, false} {
		if (got[i].Err == nil) != ok || got[i].ID != "" || got[i].Token != list[i] || !ok && got[i].Err.Op != "subscribe" {
			t.Errorf("token %d: %+v", i, got[i])
		}
	}
	exchanges = nil
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	other := depot
	other.Vendor = push.Vivo
	for name, got := range map[string][]push.Result{
		"a fault": Enrol(t.Context(), "housepush", accepts, depot, list, push.Subscribe, errors.New("no"), 2, do),
		"foreign": Enrol(t.Context(), "housepush", accepts, other, list, push.Subscribe, nil, 2, do),
		"ended":   Enrol(ctx, "housepush", accepts, depot, list, push.Subscribe, nil, 2, do),
	} {
		if len(got) != len(list) || got[0].Err == nil || exchanges != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	refuse := func(_ context.Context, values []string) []Outcome {
		exchanges = append(exchanges, values)
		j := Job[string]{Tokens: tokens(values...)}
		return j.All(Outcome{Err: &waybill.Error{Code: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent}})
	}
	if Enrol(t.Context(), "housepush", accepts, depot, tokens("a", "b", "c"), push.Subscribe, nil, 1, refuse); len(exchanges) != 1 {
		t.Errorf("%d exchanges after a refused account", len(exchanges))
	}
}

func TestBase(t *testing.T) {
	good := Settings{Name: "housepush", Vendor: push.OPPO, App: "driver", Default: "https://example.test", CallbackURL: "https://example.test/cb", CallbackMaxLength: 40}
	b, err := NewBase(good)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.Name() != "housepush" || b.App() != "driver" || b.Account() == nil || b.URL != "https://example.test" || fmt.Sprintf("%v %+v %#v", b, b, b) != "housepush housepush housepush" {
		t.Errorf("got %v", b)
	}
	for token, want := range map[push.Token]bool{
		{Vendor: push.OPPO}: true, {Vendor: push.OPPO, App: "driver"}: true, {Vendor: push.OPPO, App: "x"}: false,
		{Vendor: push.OPPO, Env: push.Sandbox}: false, {Vendor: push.Vivo}: false,
	} {
		if b.Mine(token) != want {
			t.Errorf("%+v: %t", token, !want)
		}
	}
	for name, change := range map[string]func(*Settings){
		"a URL": func(s *Settings) { s.BaseURL = "ftp://x" }, "a callback": func(s *Settings) { s.CallbackURL = "/cb" },
		"a long callback": func(s *Settings) { s.CallbackURL += strings.Repeat("x", 40) },
	} {
		s := good
		change(&s)
		if _, err := NewBase(s); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}
