package push_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// town is a stub that reaches many at once.
type town struct {
	stub
	fail  *waybill.Error
	sent  int
	asked [][]push.Token
}

func (s *town) result(t push.Token) push.Result {
	s.sent++
	r := push.Result{Token: t, ID: "many", Err: s.fail}
	r.Provider = s.name
	return r
}

func (s *town) SendTopic(_ context.Context, _ *push.Notification, t push.Topic) push.Result {
	return s.result(push.Token{Vendor: t.Vendor, App: t.App})
}

func (s *town) Broadcast(_ context.Context, _ *push.Notification, a push.Audience) push.Result {
	return s.result(push.Token{Vendor: a.Vendor, App: a.App})
}

func (s *town) Subscribe(_ context.Context, _ push.Topic, tokens []push.Token) []push.Result {
	s.asked = append(s.asked, slices.Clone(tokens))
	out := make([]push.Result, len(tokens))
	for i, t := range tokens {
		out[i] = push.Result{Token: t}
		if t.Value == "dead" {
			out[i].Err = &waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent}
		}
	}
	return out
}

func (s *town) Unsubscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return s.Subscribe(ctx, t, tokens)
}

var (
	everybody = push.Audience{Vendor: push.Xiaomi, App: "driver"}
	depot     = push.Topic{Audience: everybody, Name: "depot"}
)

func TestManyAtOnceMustBeSwitchedOn(t *testing.T) {
	s := &town{stub: stub{name: "x", vendor: push.Xiaomi}}
	c := newClient(t, push.With(s))
	results := append(c.Subscribe(t.Context(), depot, of(push.Xiaomi, "a")), c.Unsubscribe(t.Context(), depot, of(push.Xiaomi, "a"))...)
	results = append(results, c.SendTopic(t.Context(), note(), depot), c.Broadcast(t.Context(), note(), everybody))
	for _, r := range results {
		if !errors.Is(r.Err, waybill.ErrUnsupported) || r.Err.Delivery != waybill.NotSent {
			t.Errorf("got %v", r.Err)
		}
	}
	if s.sent+len(s.asked) != 0 || len(c.Verbs()) != 1 {
		t.Errorf("%d sent, verbs %v", s.sent, c.Verbs())
	}
	for _, o := range []push.Option{push.WithTopics(), push.WithBroadcasts()} {
		if _, err := push.New(push.With(&stub{name: "f", vendor: push.FCM}), o); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("nobody can: %v", err)
		}
	}
}

func TestSendToMany(t *testing.T) {
	rec := push.NewMemoryRecorder(10)
	s := &town{stub: stub{name: "x", vendor: push.Xiaomi}}
	c := newClient(t, push.With(&stub{name: "f", vendor: push.FCM}), push.With(s), push.WithTopics(), push.WithBroadcasts(), push.WithRecorder(rec))
	if want := []waybill.Verb{push.Send, push.SendTopic, push.Broadcast, push.Subscribe, push.Unsubscribe}; !slices.Equal(c.Verbs(), want) {
		t.Errorf("verbs %v", c.Verbs())
	}
	for _, r := range []push.Result{c.SendTopic(t.Context(), note(), depot), c.Broadcast(t.Context(), note(), everybody)} {
		if r.Err != nil || r.ID != "many" || r.Provider != "x" || r.Token.Vendor != push.Xiaomi || r.Token.App != "driver" {
			t.Errorf("%+v, %v", r, r.Err)
		}
	}
	if got := rec.Records(); len(got) != 2 || got[0].Delivery != waybill.Sent || got[0].VendorID != "many" || got[0].Key != "order-1" {
		t.Errorf("%+v", got)
	}
	fcmTopic := push.Topic{Audience: push.Audience{Vendor: push.FCM}, Name: "depot"}
	for name, r := range map[string]push.Result{
		"nobody can":         c.SendTopic(t.Context(), note(), fcmTopic),
		"nobody's":           c.Broadcast(t.Context(), note(), push.Audience{Vendor: push.OPPO}),
		"no vendor":          c.Broadcast(t.Context(), note(), push.Audience{}),
		"environment":        c.Broadcast(t.Context(), note(), push.Audience{Vendor: push.APNs, Env: "x"}),
		"no name":            c.SendTopic(t.Context(), note(), push.Topic{Audience: everybody}),
		"line break":         c.SendTopic(t.Context(), note(), push.Topic{Audience: everybody, Name: "a\nb"}),
		"name and condition": c.SendTopic(t.Context(), note(), push.Topic{Audience: everybody, Name: "a", Condition: "'a' in topics"}),
		"nil":                c.SendTopic(t.Context(), nil, depot),
		"a bad one":          c.Broadcast(t.Context(), &push.Notification{}, everybody),
	} {
		if r.Err == nil || r.Err.Delivery != waybill.NotSent {
			t.Errorf("%s: %v", name, r.Err)
		}
	}
	if s.sent != 2 {
		t.Errorf("%d were sent", s.sent)
	}
}

// What may have reached thousands is never repeated by itself.
func TestManyAreNotSentTwice(t *testing.T) {
	for _, c := range []struct {
		fail waybill.Error
		want int
	}{{ambiguous, 1}, {unavailable, 2}} {
		s := &town{stub: stub{name: "x", vendor: push.Xiaomi}, fail: &c.fail}
		client := newClient(t, push.With(s), push.WithTopics())
		n := note()
		n.Collapse = "replaces"
		if r := client.SendTopic(t.Context(), n, depot); r.Err == nil || r.Err.Code != c.fail.Code || r.Dead || s.sent != c.want {
			t.Errorf("%v: %v, sent %d times", c.fail.Delivery, r.Err, s.sent)
		}
	}
}

func TestSubscribeInBatches(t *testing.T) {
	s := &town{stub: stub{name: "x", vendor: push.Xiaomi}}
	c := newClient(t, push.With(s), push.WithTopics(), push.WithMaxBatch(2))
	tokens := of(push.Xiaomi, "a", "dead", "c")
	got := c.Subscribe(t.Context(), depot, tokens)
	if len(s.asked) != 2 || len(got) != 3 || got[0].Err != nil || got[2].Err != nil || !errors.Is(got[1].Err, waybill.ErrUnregistered) || got[1].Dead {
		t.Errorf("%+v", got)
	}
	for i, r := range got {
		if r.Token != tokens[i] {
			t.Errorf("result %d is of another token", i)
		}
	}
	if got := c.Unsubscribe(t.Context(), push.Topic{}, tokens); !errors.Is(got[0].Err, waybill.ErrInvalidArgument) {
		t.Errorf("no topic: %v", got[0].Err)
	}
}

// keyed recognises a repeat by an id of its own, as OPPO does.
type keyed struct{ stub }

func (*keyed) Replaces(n *push.Notification) bool { return n.Key != "" }

func TestARepeatThatTheVendorRecognises(t *testing.T) {
	for key, want := range map[string]int{"order-1": 2, "": 1} {
		s := &keyed{stub{name: "o", vendor: push.OPPO, answer: all(ambiguous)}}
		c := newClient(t, push.With(s))
		n := note()
		n.Key = key
		if r := c.Send(t.Context(), n, of(push.OPPO, "a"))[0]; r.Err == nil || s.count("a") != want {
			t.Errorf("key %q: sent %d times, want %d", key, s.count("a"), want)
		}
		if c.Replaces(n) != (key != "") {
			t.Errorf("key %q: Replaces is %t", key, c.Replaces(n))
		}
	}
}

func TestConditions(t *testing.T) {
	at := func(c string) push.Topic { return push.Topic{Audience: everybody, Condition: c} }
	six := "'a' in topics" + strings.Repeat(" && 'a' in topics", 5)
	for condition, good := range map[string]bool{
		"'TopicA' in topics && ('TopicB' in topics || 'TopicC' in topics)": true, "!('a b' in topics)": true, "'a' in topics": true,
		"a in topics": false, "'a'": false, "'a' in topics &&": false, "'a' in topics 'b' in topics": false, "('a' in topics": false,
		"'' in topics": false, "'a'\nin topics": false, six: false, strings.Replace(six, " && 'a' in topics", "", 1): true,
		"'" + strings.Repeat("a", 5000) + "' in topics": false,
	} {
		if err := at(condition).Validate(); (err == nil) != good {
			t.Errorf("%.60s: %v", condition, err)
		}
		if err := at(condition).Named(); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%.60s as a name: %v", condition, err)
		}
	}
	s := &town{stub: stub{name: "t", vendor: push.Huawei}}
	c := newClient(t, push.With(s), push.WithTopics())
	if got := c.Subscribe(t.Context(), at("'a' in topics"), []push.Token{{Vendor: push.Huawei, Value: "a"}}); !errors.Is(got[0].Err, waybill.ErrInvalidArgument) {
		t.Errorf("subscribed to a condition: %v", got[0].Err)
	}
}
