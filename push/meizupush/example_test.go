package meizupush_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/meizupush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// adapter is one on a fake of Meizu's push.
func adapter(meizu *pushtest.Meizu) (*meizupush.Adapter, error) {
	private, public := meizupush.Class{Private: true}, meizupush.Class{}
	return meizupush.New(pushtest.MeizuAppID, pushtest.MeizuSecret, &meizupush.Options{
		BaseURL: meizu.URL(), SubscribeURL: meizu.URL(), HTTPClient: meizu.Client(),
		Classes: map[push.Kind]meizupush.Class{
			push.KindOrder: private, push.KindStatus: private, push.KindCoupon: public, push.KindMarketing: public,
		},
	})
}

// client is a client with that adapter.
func client(meizu *pushtest.Meizu, o push.Option) (*push.Client, error) {
	a, err := adapter(meizu)
	if err != nil {
		return nil, err
	}
	return push.New(push.With(a), o)
}

func ExampleNew() {
	meizu := pushtest.NewMeizu() // stands for server-api-push.meizu.com
	defer meizu.Close()
	meizu.Kill(pushtest.MeizuToken(2)) // uninstalled

	a, err := adapter(meizu)
	if err != nil {
		fmt.Println(err)
		return
	}
	n := &push.Notification{Kind: push.KindOrder, Title: "Order 17", Body: "Your parcel is on its way.", Key: "order-17"}
	tokens := []push.Token{{Vendor: push.Meizu, Value: pushtest.MeizuToken(1)}, {Vendor: push.Meizu, Value: pushtest.MeizuToken(2)}}
	for _, r := range a.Send(context.Background(), n, tokens) {
		fmt.Println(r.ID != "", r.Dead, r.Err)
	}
	// Output:
	// true false <nil>
	// false true meizupush: send: unregistered (110002 the token is not registered)
}

func ExampleAdapter_SendTopic() {
	meizu := pushtest.NewMeizu()
	defer meizu.Close()
	c, err := client(meizu, push.WithTopics())
	if err != nil {
		fmt.Println(err)
		return
	}
	depot := push.Topic{Audience: push.Audience{Vendor: push.Meizu}, Name: "depot-17"}
	for _, r := range c.Subscribe(context.Background(), depot, []push.Token{{Vendor: push.Meizu, Value: pushtest.MeizuToken(1)}}) {
		fmt.Println("subscribed:", r.Err == nil)
	}
	r := c.SendTopic(context.Background(), &push.Notification{Kind: push.KindMarketing, Title: "Closed today"}, depot)
	fmt.Println("sent:", r.Err == nil)
	// Output:
	// subscribed: true
	// sent: true
}

func ExampleAdapter_Unsubscribe() {
	meizu := pushtest.NewMeizu()
	defer meizu.Close()
	a, err := adapter(meizu)
	if err != nil {
		fmt.Println(err)
		return
	}
	depot := push.Topic{Audience: push.Audience{Vendor: push.Meizu}, Name: "depot-17"}
	tokens := []push.Token{{Vendor: push.Meizu, Value: pushtest.MeizuToken(1)}}
	in := a.Subscribe(context.Background(), depot, tokens)[0]
	fmt.Println(in.Err, meizu.Subscribed("depot-17", tokens[0].Value))
	out := a.Unsubscribe(context.Background(), depot, tokens)[0]
	fmt.Println(out.Err, meizu.Subscribed("depot-17", tokens[0].Value))
	// Output:
	// <nil> true
	// <nil> false
}

func ExampleAdapter_Broadcast() {
	meizu := pushtest.NewMeizu()
	defer meizu.Close()
	c, err := client(meizu, push.WithBroadcasts())
	if err != nil {
		fmt.Println(err)
		return
	}
	r := c.Broadcast(context.Background(), &push.Notification{Kind: push.KindMarketing, Title: "Closed today"}, push.Audience{Vendor: push.Meizu})
	fmt.Println(r.Err == nil)
	// Output: true
}

func ExampleNewReceiptHandler() {
	secret := "a secret of the callback"
	handler, err := meizupush.NewReceiptHandler("driver", []string{secret}, func(_ context.Context, events []push.Event) error {
		for _, e := range events {
			fmt.Println(e.Status, e.Key)
		}
		return nil
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	callback, err := push.CallbackURL("https://example.test/meizu", secret) // for Options.CallbackURL
	if err != nil {
		fmt.Println(err)
		return
	}
	form := url.Values{"cb": {`{"m1-1":{"param":"order-17","type":1,"targets":["t1"]}}`}}
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", callback, strings.NewReader(form.Encode())))
	// Output: delivered order-17
}
