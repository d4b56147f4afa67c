package push_test

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

var day = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// registered is a registry with "user device vendor value" lines, a minute apart.
func registered(t *testing.T, lines ...string) *push.MemoryRegistry {
	t.Helper()
	r := push.NewMemoryRegistry()
	for i, line := range lines {
		f := strings.Fields(line)
		x := push.Registration{User: f[0], Device: f[1], Token: push.Token{Vendor: push.Vendor(f[2]), Value: f[3]}, At: day.Add(time.Duration(i) * time.Minute)}
		if err := r.Report(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// told prints results as "user/device/value outcome".
func told(list []push.UserResult) string {
	var out []string
	for _, r := range list {
		out = append(out, fmt.Sprintf("%s/%s/%s %s", r.User, r.Device, r.Token.Value, r.Outcome))
	}
	return strings.Join(out, "; ")
}

func users(t *testing.T, client push.Sender, r push.Registry, o *push.UsersOptions) *push.Users {
	t.Helper()
	u, err := push.NewUsers(client, r, o)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

var twoPhones = []string{"u phone huawei h1", "u phone fcm f1", "u tablet fcm f2", "v phone fcm f3"}

func TestUsersSend(t *testing.T) {
	for name, c := range map[string]struct {
		huawei waybill.Error // of h1; zero: it is accepted
		change func(*push.Notification)
		o      push.UsersOptions
		want   string
	}{
		"each device once":         {want: "u/tablet/f2 accepted; u/phone/h1 accepted; u/phone/f1 skipped; v/phone/f3 accepted; w// no_token"},
		"every token":              {o: push.UsersOptions{EveryToken: true}, want: "u/tablet/f2 accepted; u/phone/h1 accepted; u/phone/f1 accepted; v/phone/f3 accepted; w// no_token"},
		"dead goes on":             {huawei: dead, want: "u/tablet/f2 accepted; u/phone/h1 failed; u/phone/f1 accepted; v/phone/f3 accepted; w// no_token"},
		"a limit goes on":          {huawei: limited, want: "u/tablet/f2 accepted; u/phone/h1 failed; u/phone/f1 accepted; v/phone/f3 accepted; w// no_token"},
		"unsupported goes on":      {huawei: unsupported, want: "u/tablet/f2 accepted; u/phone/h1 failed; u/phone/f1 accepted; v/phone/f3 accepted; w// no_token"},
		"ambiguous stops":          {huawei: ambiguous, want: "u/tablet/f2 accepted; u/phone/h1 failed; u/phone/f1 skipped; v/phone/f3 accepted; w// no_token"},
		"ambiguous and collapse":   {huawei: ambiguous, change: func(n *push.Notification) { n.Collapse = "c" }, want: "u/tablet/f2 accepted; u/phone/h1 failed; u/phone/f1 skipped; v/phone/f3 accepted; w// no_token"},
		"ambiguous and duplicates": {huawei: ambiguous, change: func(n *push.Notification) { n.AllowDuplicates = true }, want: "u/tablet/f2 accepted; u/phone/h1 failed; u/phone/f1 accepted; v/phone/f3 accepted; w// no_token"},
		"opted out stops":          {huawei: waybill.Error{Code: waybill.OptedOut, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent}, want: "u/tablet/f2 accepted; u/phone/h1 failed; u/phone/f1 skipped; v/phone/f3 accepted; w// no_token"},
		"a device's limit stops":   {huawei: waybill.Error{Code: waybill.RecipientLimited, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent}, want: "u/tablet/f2 accepted; u/phone/h1 failed; u/phone/f1 skipped; v/phone/f3 accepted; w// no_token"},
	} {
		t.Run(name, func(t *testing.T) {
			h, f := &stub{name: "h", vendor: push.Huawei}, &stub{name: "f", vendor: push.FCM}
			if c.huawei.Code != 0 {
				h.answer = failing(c.huawei, "h1")
			}
			n := note()
			if c.change != nil {
				c.change(n)
			}
			u := users(t, newClient(t, push.With(h), push.With(f)), registered(t, twoPhones...), &c.o)
			got := u.Send(t.Context(), []string{"u", "v", "w", "u"}, n)
			if told(got) != c.want {
				t.Errorf("got  %s\nwant %s", told(got), c.want)
			}
			for _, r := range got {
				if (r.Err != nil) != (r.Outcome == push.UserFailed) {
					t.Errorf("%s: %v", r.Outcome, r.Err)
				}
			}
		})
	}
}

func TestUsersForgetTheDead(t *testing.T) {
	since := day.Add(30 * time.Second)
	f := &stub{name: "f", vendor: push.FCM, answer: func(_ context.Context, _ *push.Notification, t push.Token) push.Result {
		switch t.Value {
		case "gone":
			return push.Result{Err: copyOf(dead), Dead: true}
		case "back": // reported again after it had died
			return push.Result{Err: copyOf(dead), Dead: true, Since: since}
		}
		return push.Result{ID: "id"}
	}}
	r := registered(t, "u a fcm gone", "u b fcm back", "u c fcm good")
	u := users(t, newClient(t, push.With(f)), r, nil)
	got := u.Send(t.Context(), []string{"u"}, note())
	if want := "u/c/good accepted; u/b/back failed; u/a/gone failed"; told(got) != want {
		t.Fatalf("got %s", told(got))
	}
	lists, _ := r.Tokens(t.Context(), []string{"u"})
	var left []string
	for _, x := range lists[0] {
		left = append(left, x.Token.Value)
	}
	if !slices.Equal(left, []string{"good", "back"}) {
		t.Errorf("left: %q", left)
	}
}

// When everything is dead nothing is removed: the key may be wrong.
func TestUsersKeepWhatIsNotProven(t *testing.T) {
	r := registered(t, "u a fcm x", "v a fcm y")
	u := users(t, newClient(t, push.With(&stub{name: "f", vendor: push.FCM, answer: all(dead)})), r, nil)
	u.Send(t.Context(), []string{"u", "v"}, note())
	lists, _ := r.Tokens(t.Context(), []string{"u", "v"})
	if len(lists[0]) != 1 || len(lists[1]) != 1 {
		t.Errorf("left: %v", lists)
	}
}

func copyOf(e waybill.Error) *waybill.Error { return &e }

func TestUsersFallBack(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM, answer: func(_ context.Context, _ *push.Notification, t push.Token) push.Result {
		switch t.Value[0] {
		case 'd':
			return push.Result{Err: copyOf(dead)}
		case 'a':
			return push.Result{Err: copyOf(ambiguous)}
		}
		return push.Result{ID: "id"}
	}}
	lines := []string{"dead p fcm d1", "half p fcm d2", "half q fcm ok", "maybe p fcm a1", "fine p fcm ok2"}
	ids := []string{"dead", "half", "maybe", "fine", "none"}
	for duplicates, want := range map[bool]string{false: "dead none", true: "dead maybe none"} {
		var asked []string
		u := users(t, newClient(t, push.With(f), push.WithPolicy(waybill.Policy{TriesPerProvider: -1})), registered(t, lines...), &push.UsersOptions{
			Fallback: func(_ context.Context, user string, n *push.Notification) (string, error) {
				asked = append(asked, user)
				if user == "none" {
					return "", errors.New("no number")
				}
				return "sms-" + user, nil
			},
		})
		n := note()
		n.AllowDuplicates = duplicates
		got := u.Send(t.Context(), ids, n)
		if strings.Join(asked, " ") != want {
			t.Errorf("duplicates %t: asked for %q, want %q", duplicates, asked, want)
		}
		for _, r := range got {
			if r.Outcome == push.UserFellBack && r.ID != "sms-"+r.User {
				t.Errorf("id %q", r.ID)
			}
			if r.User == "none" && r.Outcome == push.UserFailed && (r.Err == nil || r.Err.Op != "fallback") {
				t.Errorf("the failed SMS: %v", r.Err)
			}
		}
	}
}

func TestUsersStream(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM}
	var lines []string
	for i := range 25 {
		lines = append(lines, fmt.Sprintf("u%d d fcm t%d", i, i))
	}
	u := users(t, newClient(t, push.With(f)), registered(t, lines...), &push.UsersOptions{Batch: 10})
	taken, got := 0, 0
	ids := func(yield func(string) bool) {
		for i := range 25 {
			taken++
			if !yield(fmt.Sprint("u", i)) {
				return
			}
		}
	}
	for r := range u.SendAll(t.Context(), ids, note()) {
		if r.User != fmt.Sprint("u", got) || r.Outcome != push.UserAccepted {
			t.Errorf("result %d: %s %s", got, r.User, r.Outcome)
		}
		if got++; got == 15 {
			break
		}
	}
	if taken != 20 || f.batches() != 2 {
		t.Errorf("%d users taken, %d batches", taken, f.batches())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range u.Send(ctx, []string{"u1"}, note()) {
		if r.Outcome != push.UserFailed || r.Err.Code != waybill.Canceled {
			t.Errorf("cancelled: %s %v", r.Outcome, r.Err)
		}
	}
}

func TestUsersFailures(t *testing.T) {
	client := newClient(t, push.With(&stub{name: "f", vendor: push.FCM}))
	u := users(t, client, failingRegistry{}, nil)
	for _, r := range u.Send(t.Context(), []string{"u", "v"}, note()) {
		if r.Outcome != push.UserFailed || r.Err.Code != waybill.Unavailable || r.Err.Delivery != waybill.NotSent || r.Err.Ref != "order-1" || !errors.Is(r.Err.Err, errDown) && r.Err.Err != nil {
			t.Errorf("%s: %v", r.Outcome, r.Err)
		}
	}
	u = users(t, client, registered(t, twoPhones...), nil)
	for _, n := range []*push.Notification{nil, {}} {
		for _, r := range u.Send(t.Context(), []string{"u"}, n) {
			if r.Outcome != push.UserFailed || r.Err.Code != waybill.InvalidArgument {
				t.Errorf("%s: %v", r.Outcome, r.Err)
			}
		}
	}
	u = users(t, miscounting(1), registered(t, twoPhones...), nil)
	for _, r := range u.Send(t.Context(), []string{"v"}, note()) {
		if r.Outcome != push.UserFailed || r.Err.Code != waybill.Internal || r.Err.Delivery != waybill.Ambiguous {
			t.Errorf("%s: %v", r.Outcome, r.Err)
		}
	}
	_, err1 := push.NewUsers(nil, push.NewMemoryRegistry(), nil)
	_, err2 := push.NewUsers(client, nil, nil)
	_, err3 := push.NewUsers(client, push.NewMemoryRegistry(), &push.UsersOptions{Batch: -1})
	for _, err := range []error{err1, err2, err3} {
		if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Error(err)
		}
	}
	var failed error
	u = users(t, &stub{name: "f", vendor: push.FCM, answer: all(dead)}, &keepsAll{registered(t, twoPhones...)}, &push.UsersOptions{OnError: func(err error) { failed = err }})
	if u.Send(t.Context(), []string{"v"}, note()); failed == nil {
		t.Error("a failed removal was not told")
	}
}

// keepsAll cannot remove.
type keepsAll struct{ push.Registry }

func (*keepsAll) Remove(context.Context, push.Token, time.Time) (bool, error) { return false, errDown }

func TestFeedback(t *testing.T) {
	r := registered(t, "u a fcm t0", "u b fcm t1", "u c fcm t2", "u d fcm t3")
	u := users(t, newClient(t, push.With(&stub{name: "f", vendor: push.FCM})), r, nil)
	event := func(value string, s push.EventStatus, at time.Time) push.Event {
		return push.Event{Token: push.Token{Vendor: push.FCM, Value: value}, Status: s, Time: at}
	}
	if err := u.Feedback(t.Context(), []push.Event{
		event("t0", push.EventDead, day.Add(time.Hour)),
		event("t1", push.EventDead, day), // reported again a minute later
		event("t2", push.EventDead, time.Time{}),
		event("t3", push.EventFailed, day.Add(time.Hour)),
		event("", push.EventDead, day),
	}); err != nil {
		t.Fatal(err)
	}
	lists, _ := r.Tokens(t.Context(), []string{"u"})
	if len(lists[0]) != 3 || lists[0][2].Token.Value != "t1" {
		t.Errorf("left: %v", lists[0])
	}
	u = users(t, newClient(t, push.With(&stub{name: "f", vendor: push.FCM})), failingRegistry{}, nil)
	if err := u.Feedback(t.Context(), []push.Event{event("x", push.EventDead, day)}); !errors.Is(err, errDown) {
		t.Errorf("got %v", err)
	}
}
