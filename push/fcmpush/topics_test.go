package fcmpush_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func topicOf(name string) push.Topic {
	return push.Topic{Audience: push.Audience{Vendor: push.FCM}, Name: name}
}

// topical is an adapter whose topics are on the fake too.
func topical(t *testing.T) (*pushtest.FCM, *fcmpush.Adapter) {
	t.Helper()
	f := pushtest.NewFCM(nil)
	t.Cleanup(f.Close)
	a, err := fcmpush.New(f.Key(), &fcmpush.Options{BaseURL: f.URL(), TopicBaseURL: f.URL(), HTTPClient: f.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

func TestSubscribe(t *testing.T) {
	f, a := topical(t)
	tokens := make([]push.Token, 2100)
	for i := range tokens {
		tokens[i] = token(i)
	}
	tokens[5].Vendor, tokens[6].Value = push.Huawei, "a b"
	f.Kill(tokens[7].Value)
	f.Disown(tokens[1500].Value)
	for i, r := range a.Subscribe(t.Context(), topicOf("depot"), tokens) {
		want := waybill.Unknown
		switch i {
		case 5:
			want = waybill.Unsupported
		case 6:
			want = waybill.InvalidArgument
		case 7, 1500:
			want = waybill.Unregistered
		default:
			if r.Err != nil || !f.Subscribed("depot", tokens[i].Value) {
				t.Fatalf("token %d: %v", i, r.Err)
			}
			continue
		}
		if r.Err == nil || r.Err.Code != want || r.Err.Op != "subscribe" || r.Dead != (want == waybill.Unregistered) || r.Token != tokens[i] {
			t.Errorf("token %d: %v, dead %t", i, r.Err, r.Dead)
		}
	}
	if n := f.Sends(); n != 3 {
		t.Errorf("%d exchanges for 2100 tokens, want 3", n)
	}
	if r := a.Unsubscribe(t.Context(), topicOf("depot"), tokens[:1])[0]; r.Err != nil || f.Subscribed("depot", tokens[0].Value) {
		t.Errorf("unsubscribe: %v", r.Err)
	}
}

func TestSubscribeRefusals(t *testing.T) {
	f, a := topical(t)
	for _, name := range []string{"", "depot 17", "a/b", strings.Repeat("x", 901), "汉字"} {
		r := a.Subscribe(t.Context(), topicOf(name), []push.Token{token(1)})[0]
		if r.Err == nil || r.Err.Delivery != waybill.NotSent {
			t.Errorf("topic %q: %v", name, r.Err)
		}
	}
	if f.Sends() != 0 {
		t.Error("the server saw something")
	}
	f.Revoke()
	if r := a.Subscribe(t.Context(), topicOf("depot"), []push.Token{token(1)})[0]; r.Err != nil {
		t.Errorf("with a token to be fetched: %v", r.Err)
	}
	f.Revoke()
	if r := a.Subscribe(t.Context(), topicOf("depot"), []push.Token{token(1)})[0]; r.Err != nil || f.Issued() != 2 {
		t.Errorf("after a refused access token: %v, %d issued", r.Err, f.Issued())
	}
}

func TestSubscribeReplies(t *testing.T) {
	for body, want := range map[string]waybill.Code{
		`{"results":[{}]}`: waybill.Unknown, `{"results":[{"error":"NOT_FOUND"}]}`: waybill.Unregistered,
		`{"results":[{"error":"TOO_MANY_TOPICS"}]}`: waybill.RecipientLimited, `{"results":[{"error":"RESOURCE_EXHAUSTED"}]}`: waybill.RateLimited,
		`{"results":[{"error":7}]}`: waybill.Unknown, `{"results":[{"error":"secret"}]}`: waybill.Unknown, `{"results":[null]}`: waybill.Unknown,
		`{"results":[]}`: waybill.DataLoss, `{"results":[{},{}]}`: waybill.DataLoss, `{}`: waybill.DataLoss, `<html>`: waybill.DataLoss, `null`: waybill.DataLoss,
	} {
		f, a := topical(t)
		f.Fail(fakehttp.Status(http.StatusOK, http.Header{"Content-Type": {"application/json"}}, body))
		r := a.Subscribe(t.Context(), topicOf("depot"), []push.Token{token(1)})[0]
		ok := strings.Contains(body, "[{}]") || strings.Contains(body, "[null]")
		if ok != (r.Err == nil) || r.Err != nil && r.Err.Code != want || r.Err != nil && strings.Contains(r.Err.Error(), "secret") {
			t.Errorf("%s: %v", body, r.Err)
		}
	}
	f, a := topical(t)
	f.Fail(fakehttp.Status(http.StatusTooManyRequests, http.Header{"Retry-After": {"30"}}, `{"error":"quota"}`))
	if r := a.Subscribe(t.Context(), topicOf("depot"), []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.RateLimited {
		t.Errorf("429: %v", r.Err)
	}
}

func TestSendTopic(t *testing.T) {
	f, a := topical(t)
	n := &push.Notification{Kind: push.KindStatus, Title: "T", Texts: map[string]push.Text{"de": {Title: "D"}}}
	if r := a.SendTopic(t.Context(), n, topicOf("depot")); r.Err != nil || r.ID == "" {
		t.Fatal(r.Err)
	}
	m, ok := f.Message("depot")
	if !ok || m.Topic != "depot" || m.Token != "" || m.Notification.Title != "T" || m.Text(push.Expiry) == "" {
		t.Errorf("got %+v", m)
	}
	n.Body = strings.Repeat("b", 2049)
	if r := a.SendTopic(t.Context(), n, topicOf("depot")); r.Err == nil || r.Err.Code != waybill.Unsupported || r.Err.Op != "send_topic" {
		t.Errorf("too large: %v", r.Err)
	}
	if r := a.SendTopic(t.Context(), nil, topicOf("depot")); r.Err == nil || r.Err.Code != waybill.InvalidArgument {
		t.Errorf("nil: %v", r.Err)
	}
}

func TestSendCondition(t *testing.T) {
	f, a := topical(t)
	both := push.Topic{Audience: push.Audience{Vendor: push.FCM}, Condition: "'depot' in topics && !('night' in topics)"}
	n := &push.Notification{Kind: push.KindStatus, Title: "T"}
	if r := a.SendTopic(t.Context(), n, both); r.Err != nil || r.ID == "" {
		t.Fatal(r.Err)
	}
	if m, ok := f.Message(both.Condition); !ok || m.Condition != both.Condition || m.Topic != "" {
		t.Errorf("got %+v", m)
	}
	if r := a.Subscribe(t.Context(), both, []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.InvalidArgument {
		t.Errorf("subscribed to a condition: %v", r.Err)
	}
}

func ExampleAdapter_SendTopic() {
	fcm := pushtest.NewFCM(nil) // stands for fcm.googleapis.com and iid.googleapis.com
	defer fcm.Close()
	adapter, err := fcmpush.New(fcm.Key(), &fcmpush.Options{BaseURL: fcm.URL(), TopicBaseURL: fcm.URL(), HTTPClient: fcm.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := push.New(push.With(adapter), push.WithTopics())
	if err != nil {
		fmt.Println(err)
		return
	}
	depot := push.Topic{Audience: push.Audience{Vendor: push.FCM}, Name: "depot-17"}
	for _, r := range client.Subscribe(context.Background(), depot, []push.Token{{Vendor: push.FCM, Value: pushtest.FCMToken(1)}}) {
		fmt.Println("subscribed:", r.Err == nil)
	}
	r := client.SendTopic(context.Background(), &push.Notification{Kind: push.KindStatus, Title: "Closed today"}, depot)
	fmt.Println("sent:", r.Err == nil, fcm.Accepted("depot-17"))
	// Output:
	// subscribed: true
	// sent: true 1
}
