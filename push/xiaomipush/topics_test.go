package xiaomipush

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

var depot = push.Topic{Audience: push.Audience{Vendor: push.Xiaomi}, Name: "depot 17"}

func TestSubscribe(t *testing.T) {
	f, a := fake(t)
	tokens := make([]push.Token, 2100)
	for i := range tokens {
		tokens[i] = token(i)
	}
	tokens[5].Vendor, tokens[6].Value = push.Huawei, "a b"
	tokens[8] = tokens[0]
	f.Kill(tokens[7].Value)
	for i, r := range a.Subscribe(t.Context(), depot, tokens) {
		want := map[int]waybill.Code{5: waybill.Unsupported, 6: waybill.InvalidArgument, 7: waybill.Unregistered}[i]
		if want == 0 {
			if r.Err != nil || r.ID != "" || !f.Subscribed(depot.Name, tokens[i].Value) {
				t.Fatalf("token %d: %v, id %q", i, r.Err, r.ID)
			}
			continue
		}
		if r.Err == nil || r.Err.Code != want || r.Err.Op != "subscribe" || r.Err.Provider != name || r.Dead != (i == 7) || r.Token != tokens[i] {
			t.Errorf("token %d: %v, dead %t", i, r.Err, r.Dead)
		}
	}
	if n := f.Sends(); n != 3 {
		t.Errorf("%d exchanges for 2100 tokens, want 3", n)
	}
	if r := a.Unsubscribe(t.Context(), depot, tokens[:1])[0]; r.Err != nil || f.Subscribed(depot.Name, tokens[0].Value) {
		t.Errorf("unsubscribe: %v", r.Err)
	}
	f.FailCode("21301")
	before := f.Sends()
	if r := a.Unsubscribe(t.Context(), depot, tokens); r[0].Err == nil || r[2099].Err.Code != waybill.Unauthenticated || f.Sends() != before+1 {
		t.Errorf("a refused credential: %v, %d sends", r[0].Err, f.Sends()-before)
	}
}

func TestSubscribeRefusals(t *testing.T) {
	f, a := fake(t)
	other, nameless := depot, depot
	other.Vendor, nameless.Name = push.FCM, ""
	for topic, want := range map[push.Topic]waybill.Code{other: waybill.Unsupported, nameless: waybill.InvalidArgument} {
		if r := a.Subscribe(t.Context(), topic, []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != want || r.Err.Delivery != waybill.NotSent {
			t.Errorf("%+v: %v", topic, r.Err)
		}
	}
	if f.Sends() != 0 {
		t.Error("the vendor saw something")
	}
	f.Fail(reply(http.StatusOK, `<html>`))
	if r := a.Subscribe(t.Context(), depot, []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.DataLoss || r.Err.Op != "subscribe" {
		t.Errorf("a page: %v", r.Err)
	}
}

func TestSendTopicAndBroadcast(t *testing.T) {
	f, a := fake(t)
	n := order()
	n.Texts = map[string]push.Text{"de": {Title: "D"}}
	if r := a.SendTopic(t.Context(), n, depot); r.Err != nil || r.ID == "" || r.Provider != name || r.Token.Value != "" {
		t.Errorf("topic: %+v", r)
	}
	if form, ok := f.Form(depot.Name); !ok || form.Get("topic") != depot.Name || form.Get("title") != n.Title || form.Has("registration_id") {
		t.Errorf("the vendor read %v", form)
	}
	if r := a.Broadcast(t.Context(), n, depot.Audience); r.Err != nil || r.ID == "" || f.Accepted(pushtest.XiaomiPackage) != 1 {
		t.Errorf("broadcast: %+v", r)
	}
	f.FailCode("20301")
	if r := a.Broadcast(t.Context(), n, depot.Audience); r.Err == nil || r.Err.Op != "broadcast" || r.Dead {
		t.Errorf("refused: %+v", r)
	}
	n.Kind = 9
	if r := a.SendTopic(t.Context(), n, depot); r.Err == nil || r.Err.Code != waybill.InvalidArgument || r.Err.Op != "send_topic" || r.Err.Ref != n.Key {
		t.Errorf("invalid: %v", r.Err)
	}
}

// TestOptIn wants a client to offer what reaches many only when it was switched
// on.
func TestOptIn(t *testing.T) {
	f, a := fake(t)
	shy, err := push.New(push.With(a))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range append(shy.Subscribe(t.Context(), depot, []push.Token{token(1)}), shy.SendTopic(t.Context(), order(), depot), shy.Broadcast(t.Context(), order(), depot.Audience)) {
		if r.Err == nil || r.Err.Code != waybill.Unsupported {
			t.Errorf("without an option: %v", r.Err)
		}
	}
	if f.Sends() != 0 {
		t.Error("the vendor saw something")
	}
	bold, err := push.New(push.With(a), push.WithTopics(), push.WithBroadcasts())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range append(bold.Subscribe(t.Context(), depot, []push.Token{token(1)}), bold.SendTopic(t.Context(), order(), depot), bold.Broadcast(t.Context(), order(), depot.Audience)) {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
}
