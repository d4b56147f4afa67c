package push_test

import (
	"context"
	"errors"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// ledger is a recorder that begins each identity once.
type ledger struct {
	*push.MemoryRecorder
	held  map[string]bool
	short bool
}

func newLedger() *ledger { return &ledger{push.NewMemoryRecorder(0), map[string]bool{}, false} }

func (l *ledger) BeginEach(ctx context.Context, records []waybill.Record) []error {
	if l.short {
		return nil
	}
	errs := make([]error, len(records))
	for i, r := range records {
		if r.Identity != "" && !r.AllowDuplicates && l.held[r.Identity] {
			errs[i] = &waybill.Error{Code: waybill.AlreadyExists, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent}
			continue
		}
		l.held[r.Identity] = true
		if err := l.Begin(ctx, []waybill.Record{r}); err != nil {
			errs[i] = err
		}
	}
	return errs
}

// One key covers many tokens: those that it has reached are refused, the others of
// the same batch go on.
func TestARetryGoesToTheOthers(t *testing.T) {
	l, f := newLedger(), &stub{name: "f", vendor: push.FCM}
	c := newClient(t, push.With(f), push.WithRecorder(l))
	send := func(n *push.Notification, values ...string) string {
		s := ""
		for _, r := range c.Send(t.Context(), n, fcm(values...)) {
			switch {
			case r.Err == nil && r.ID == "f/"+r.Token.Value:
				s += "+"
			case errors.Is(r.Err, waybill.ErrAlreadyExists) && r.Err.Delivery == waybill.NotSent && r.Err.Ref == "order-1" && r.Err.Provider != "" && r.ID == "":
				s += "-"
			default:
				s += "?"
			}
		}
		return s
	}
	other := note()
	other.Key = "order-2"
	again := note()
	again.AllowDuplicates = true
	for _, step := range []struct {
		n      *push.Notification
		values []string
		want   string
	}{
		{note(), []string{"a", "b"}, "++"},
		{note(), []string{"c", "a", "d", "b", "c"}, "+-+-+"},
		{note(), []string{"a", "b", "c", "d"}, "----"},
		{other, []string{"a"}, "+"},
		{again, []string{"a"}, "+"},
	} {
		if got := send(step.n, step.values...); got != step.want {
			t.Errorf("%v: %s, want %s", step.values, got, step.want)
		}
	}
	for value, want := range map[string]int{"a": 3, "b": 1, "c": 1, "d": 1} {
		if got := f.count(value); got != want {
			t.Errorf("%s was sent %d times, want %d", value, got, want)
		}
	}
	for _, r := range l.Records() {
		if r.Ended.IsZero() || r.Delivery != waybill.Sent || r.VendorID == "" || r.Vendor != "fcm" {
			t.Errorf("%+v", r)
		}
	}
	if n := len(l.Records()); n != 6 {
		t.Errorf("%d records, want 6", n)
	}
	l.short = true
	for _, r := range c.Send(t.Context(), other, fcm("x", "y")) {
		if r.Err == nil || r.Err.Code != waybill.Unavailable || r.Err.Delivery != waybill.NotSent {
			t.Errorf("a recorder that does not answer: %v", r.Err)
		}
	}
}

// What a retry is recognised by: verb, key, and token or topic, and nothing else.
func TestIdentities(t *testing.T) {
	rec := push.NewMemoryRecorder(0)
	f := &town{stub: stub{name: "f", vendor: push.FCM}}
	c := newClient(t, push.With(f), push.WithRecorder(rec), push.WithTopics(), push.WithBroadcasts())
	one := func(do func()) string {
		t.Helper()
		before := len(rec.Records())
		do()
		got := rec.Records()
		if len(got) != before+1 {
			t.Fatal("no record")
		}
		return got[before].Identity
	}
	token := func(key string, to push.Token) string {
		return one(func() {
			n := note()
			n.Key = key
			c.Send(t.Context(), n, []push.Token{to})
		})
	}
	topic := func(key string, to push.Topic) string {
		return one(func() {
			n := note()
			n.Key = key
			c.SendTopic(t.Context(), n, to)
		})
	}
	a := push.Token{Vendor: push.FCM, Value: "a"}
	german := a
	german.Env, german.OS, german.Language = push.Production, push.Android, "de"
	if x := token("k", a); x == "" || x != token("k", german) || x != token("k", a) {
		t.Error("not the same for the same")
	}
	if token("", a) != "" {
		t.Error("an identity without a key")
	}
	seen := map[string]string{}
	all := push.Audience{Vendor: push.FCM}
	for name, id := range map[string]string{
		"k to a": token("k", a), "l to a": token("l", a), "k to b": token("k", push.Token{Vendor: push.FCM, Value: "b"}),
		"k to a in an app": token("k", push.Token{Vendor: push.FCM, App: "x", Value: "a"}),
		"topic":            topic("k", push.Topic{Audience: all, Name: "a"}), "another": topic("k", push.Topic{Audience: all, Name: "b"}),
		"condition": topic("k", push.Topic{Audience: all, Condition: "'a' in topics"}),
		"all": one(func() {
			n := note()
			n.Key = "k"
			c.Broadcast(t.Context(), n, all)
		}),
	} {
		if seen[id] != "" || len(id) != 64 {
			t.Errorf("%s is as %s", name, seen[id])
		}
		seen[id] = name
	}
}

// Who was reached by one token of a device is not reached by the next, nor by SMS.
func TestUsersDoNotGoAroundARecorder(t *testing.T) {
	l := newLedger()
	h, f := &stub{name: "h", vendor: push.Huawei}, &stub{name: "f", vendor: push.FCM}
	c := newClient(t, push.With(h), push.With(f), push.WithRecorder(l))
	u := users(t, c, registered(t, "u phone huawei h1", "u phone fcm f1"), &push.UsersOptions{Fallback: func(context.Context, string, *push.Notification) (string, error) {
		t.Error("fell back")
		return "", nil
	}})
	if got := told(u.Send(t.Context(), []string{"u"}, note())); got != "u/phone/h1 accepted; u/phone/f1 skipped" {
		t.Error(got)
	}
	again := u.Send(t.Context(), []string{"u"}, note())
	if got := told(again); got != "u/phone/h1 failed; u/phone/f1 skipped" || !errors.Is(again[0].Err, waybill.ErrAlreadyExists) {
		t.Error(got)
	}
	if h.batches() != 1 || f.batches() != 0 {
		t.Errorf("%d and %d batches", h.batches(), f.batches())
	}
}
