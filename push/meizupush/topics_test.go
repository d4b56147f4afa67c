package meizupush

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

var depot = push.Topic{Audience: push.Audience{Vendor: push.Meizu}, Name: "depot 17"}

func TestSubscribe(t *testing.T) {
	f, a := fake(t)
	tokens := []push.Token{token(1), token(2), token(3), token(4), token(1)}
	tokens[1].Vendor, tokens[2].Value = push.Huawei, "a b"
	f.Kill(tokens[3].Value)
	for i, r := range a.Subscribe(t.Context(), depot, tokens) {
		want := map[int]waybill.Code{1: waybill.Unsupported, 2: waybill.InvalidArgument, 3: waybill.Unregistered}[i]
		if want == 0 {
			if r.Err != nil || r.ID != "" || !f.Subscribed(depot.Name, tokens[i].Value) {
				t.Errorf("token %d: %v, id %q", i, r.Err, r.ID)
			}
			continue
		}
		if r.Err == nil || r.Err.Code != want || r.Err.Op != "subscribe" || r.Err.Provider != name || r.Dead != (i == 3) || r.Token != tokens[i] {
			t.Errorf("token %d: %v, dead %t", i, r.Err, r.Dead)
		}
	}
	if n := f.Sends(); n != 2 {
		t.Errorf("%d exchanges, want 2", n)
	}
	if r := a.Unsubscribe(t.Context(), depot, tokens[:1])[0]; r.Err != nil || f.Subscribed(depot.Name, tokens[0].Value) {
		t.Errorf("unsubscribe: %v", r.Err)
	}
	f.Fail(reply(http.StatusOK, `<html>`))
	if r := a.Subscribe(t.Context(), depot, tokens[:1])[0]; r.Err == nil || r.Err.Code != waybill.DataLoss {
		t.Errorf("a page: %v", r.Err)
	}
}

func TestTopicRefusals(t *testing.T) {
	f, a := fake(t)
	with := func(vendor push.Vendor, name string) push.Topic {
		return push.Topic{Audience: push.Audience{Vendor: vendor}, Name: name}
	}
	for topic, want := range map[push.Topic]waybill.Code{
		with(push.FCM, "a"): waybill.Unsupported, with(push.Meizu, "a,b"): waybill.Unsupported, with(push.Meizu, strings.Repeat("汉", 21)): waybill.Unsupported,
		with(push.Meizu, ""): waybill.InvalidArgument, with("", "a"): waybill.InvalidArgument,
	} {
		for _, r := range []push.Result{a.Subscribe(t.Context(), topic, []push.Token{token(1)})[0], a.SendTopic(t.Context(), order(), topic)} {
			if r.Err == nil || r.Err.Code != want || r.Err.Delivery != waybill.NotSent {
				t.Errorf("%+v: %v", topic, r.Err)
			}
		}
	}
	if f.Sends() != 0 {
		t.Error("the vendor saw something")
	}
}

func TestSendTopicAndBroadcast(t *testing.T) {
	f, a := fake(t)
	n := order()
	n.Texts = map[string]push.Text{"de": {Title: "D"}}
	if r := a.SendTopic(t.Context(), n, depot); r.Err != nil || r.ID == "" || r.Provider != name || r.Token.Value != "" {
		t.Errorf("topic: %+v", r)
	}
	if m, ok := f.Message(depot.Name); !ok || m.Bar.Title != n.Title || m.Extra != nil || m.Time.TimeType == nil {
		t.Errorf("the vendor read %+v", m)
	}
	if r := a.Broadcast(t.Context(), n, depot.Audience); r.Err != nil || r.ID == "" || f.Accepted(pushtest.MeizuAppID) != 1 {
		t.Errorf("broadcast: %+v", r)
	}
	f.FailCode("110002")
	if r := a.Broadcast(t.Context(), n, depot.Audience); r.Err == nil || r.Err.Op != "broadcast" || r.Dead {
		t.Errorf("refused: %+v", r)
	}
	n.Kind = 9
	if r := a.SendTopic(t.Context(), n, depot); r.Err == nil || r.Err.Code != waybill.InvalidArgument || r.Err.Op != "send_topic" || r.Err.Ref != n.Key {
		t.Errorf("invalid: %v", r.Err)
	}
}
