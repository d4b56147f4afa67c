package push_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// deaths sends and returns which of the tokens were declared dead.
func deaths(t *testing.T, c *push.Client, tokens []push.Token) (n int) {
	t.Helper()
	for _, r := range c.Send(t.Context(), note(), tokens) {
		if r.Dead {
			n++
			if !errors.Is(r.Err, waybill.ErrUnregistered) {
				t.Errorf("dead by %v", r.Err)
			}
		}
	}
	return n
}

func TestNothingDiesWhenEverythingFailed(t *testing.T) {
	c := newClient(t, push.With(&stub{name: "f", vendor: push.FCM, answer: all(dead)}))
	for range 3 {
		if n := deaths(t, c, fcm("a", "b", "c")); n != 0 {
			t.Errorf("%d declared dead", n)
		}
	}
	if n := deaths(t, c, fcm("a")); n != 0 {
		t.Error("a lone token was declared dead")
	}
}

func TestOneSuccessProvesTheRest(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM, answer: failing(dead, "a", "b")}
	c := newClient(t, push.With(f))
	if n := deaths(t, c, fcm("a", "b")); n != 0 {
		t.Errorf("before: %d", n)
	}
	// In the same call, whatever the order.
	if n := deaths(t, c, fcm("a", "b", "good")); n != 2 {
		t.Errorf("with a success: %d", n)
	}
	if n := deaths(t, c, fcm("a")); n != 1 {
		t.Errorf("afterwards: %d", n)
	}
}

func TestAProofIsForOneAppAndProvider(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM, answer: failing(dead, "a")}
	c := newClient(t, push.With(f), push.With(&stub{name: "h", vendor: push.Huawei, answer: failing(dead, "a")}))
	other := []push.Token{{Vendor: push.FCM, App: "other", Value: "a"}, {Vendor: push.FCM, Env: push.Sandbox, Value: "a"}, {Vendor: push.Huawei, Value: "a"}}
	if n := deaths(t, c, append(fcm("good", "a"), other...)); n != 1 {
		t.Errorf("%d declared dead, want the one of the proven app", n)
	}
	// The same environment, spelled out.
	if n := deaths(t, c, []push.Token{{Vendor: push.FCM, Env: push.Production, Value: "a"}}); n != 1 {
		t.Errorf("%d", n)
	}
}

func TestAnotherProvidersSuccessIsNoProof(t *testing.T) {
	// The first has the key of a wrong project and calls dead whatever it can
	// reach; the second, which is asked when the first is busy, is right.
	wrong := &stub{name: "wrong", vendor: push.FCM}
	wrong.answer = func(_ context.Context, _ *push.Notification, t push.Token) push.Result {
		e := dead
		if t.Value == "busy" {
			e = unsupported
		}
		return push.Result{Err: &e, Dead: e.Code == waybill.Unregistered}
	}
	c := newClient(t, push.With(wrong), push.With(&stub{name: "right", vendor: push.FCM}))
	if n := deaths(t, c, fcm("busy", "a", "b")); n != 0 {
		t.Errorf("%d declared dead by a provider that accepted nothing", n)
	}
}

func TestAProofGrowsOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &stub{name: "f", vendor: push.FCM, answer: failing(dead, "a")}
		c := newClient(t, push.With(f))
		deaths(t, c, fcm("good"))
		time.Sleep(push.DeadProof - time.Second)
		if n := deaths(t, c, fcm("a")); n != 1 {
			t.Error("within the hour")
		}
		time.Sleep(2 * time.Second)
		if n := deaths(t, c, fcm("a")); n != 0 {
			t.Error("after an hour without a success")
		}
	})
}

func TestSinceAndErrorsAreKept(t *testing.T) {
	at := time.Unix(1_600_000_000, 0)
	f := &stub{name: "f", vendor: push.FCM, answer: func(_ context.Context, _ *push.Notification, t push.Token) push.Result {
		if t.Value == "a" {
			return push.Result{Err: &dead, Dead: true, Since: at}
		}
		return push.Result{ID: "x"}
	}}
	r := newClient(t, push.With(f)).Send(t.Context(), note(), fcm("a", "b"))[0]
	if !r.Dead || !r.Since.Equal(at) || r.Err.Provider != "f" || len(waybill.Attempts(r.Err)) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestAcceptedInPartIsKept(t *testing.T) {
	f := &stub{name: "f", vendor: push.FCM, answer: func(context.Context, *push.Notification, push.Token) push.Result {
		return push.Result{ID: "x", Err: &waybill.Error{Code: waybill.Internal, Delivery: waybill.Sent}}
	}}
	second := &stub{name: "g", vendor: push.FCM}
	r := newClient(t, push.With(f), push.With(second)).Send(t.Context(), note(), fcm("a"))[0]
	if r.ID != "x" || r.Provider != "f" || r.Err == nil || r.Err.Delivery != waybill.Sent || second.batches() != 0 {
		t.Errorf("%+v, %v", r, r.Err)
	}
}
