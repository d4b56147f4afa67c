package xiaomipush_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/push/xiaomipush"
)

// adapter is one on a fake Mi Push, with private messages about orders.
func adapter(xiaomi *pushtest.Xiaomi) (*xiaomipush.Adapter, error) {
	private := xiaomipush.Class{
		Channel: pushtest.XiaomiChannel, Private: true, Template: pushtest.XiaomiTemplate,
		Params: map[string]xiaomipush.Source{"event": xiaomipush.Title, "detail": xiaomipush.Body},
	}
	offers := xiaomipush.Class{Channel: "120001"}
	return xiaomipush.New(pushtest.XiaomiSecret, pushtest.XiaomiPackage, &xiaomipush.Options{
		BaseURL: xiaomi.URL(), HTTPClient: xiaomi.Client(),
		Classes: map[push.Kind]xiaomipush.Class{
			push.KindOrder: private, push.KindStatus: private, push.KindCoupon: offers, push.KindMarketing: offers,
		},
	})
}

// client is a client with that adapter.
func client(xiaomi *pushtest.Xiaomi, o push.Option) (*push.Client, error) {
	a, err := adapter(xiaomi)
	if err != nil {
		return nil, err
	}
	return push.New(push.With(a), o)
}

func ExampleNew() {
	xiaomi := pushtest.NewXiaomi() // stands for api.xmpush.xiaomi.com
	defer xiaomi.Close()
	xiaomi.Kill(pushtest.XiaomiToken(2)) // uninstalled

	a, err := adapter(xiaomi)
	if err != nil {
		fmt.Println(err)
		return
	}
	n := &push.Notification{Kind: push.KindOrder, Title: "Order 17", Body: "Your parcel is on its way.", Key: "order-17"}
	tokens := []push.Token{{Vendor: push.Xiaomi, Value: pushtest.XiaomiToken(1)}, {Vendor: push.Xiaomi, Value: pushtest.XiaomiToken(2)}}
	for _, r := range a.Send(context.Background(), n, tokens) {
		fmt.Println(r.ID != "", r.Dead, r.Err)
	}
	// Output:
	// true false <nil>
	// false true xiaomipush: send: unregistered (bad_regids the token is not registered)
}

func ExampleAdapter_SendTopic() {
	xiaomi := pushtest.NewXiaomi()
	defer xiaomi.Close()
	c, err := client(xiaomi, push.WithTopics())
	if err != nil {
		fmt.Println(err)
		return
	}
	depot := push.Topic{Audience: push.Audience{Vendor: push.Xiaomi}, Name: "depot-17"}
	for _, r := range c.Subscribe(context.Background(), depot, []push.Token{{Vendor: push.Xiaomi, Value: pushtest.XiaomiToken(1)}}) {
		fmt.Println("subscribed:", r.Err == nil)
	}
	r := c.SendTopic(context.Background(), &push.Notification{Kind: push.KindMarketing, Title: "Closed today"}, depot)
	fmt.Println("sent:", r.Err == nil)
	// Output:
	// subscribed: true
	// sent: true
}

func ExampleAdapter_Unsubscribe() {
	xiaomi := pushtest.NewXiaomi()
	defer xiaomi.Close()
	a, err := adapter(xiaomi)
	if err != nil {
		fmt.Println(err)
		return
	}
	depot := push.Topic{Audience: push.Audience{Vendor: push.Xiaomi}, Name: "depot-17"}
	tokens := []push.Token{{Vendor: push.Xiaomi, Value: pushtest.XiaomiToken(1)}}
	in := a.Subscribe(context.Background(), depot, tokens)[0]
	fmt.Println(in.Err, xiaomi.Subscribed("depot-17", tokens[0].Value))
	out := a.Unsubscribe(context.Background(), depot, tokens)[0]
	fmt.Println(out.Err, xiaomi.Subscribed("depot-17", tokens[0].Value))
	// Output:
	// <nil> true
	// <nil> false
}

func ExampleAdapter_Broadcast() {
	xiaomi := pushtest.NewXiaomi()
	defer xiaomi.Close()
	c, err := client(xiaomi, push.WithBroadcasts())
	if err != nil {
		fmt.Println(err)
		return
	}
	r := c.Broadcast(context.Background(), &push.Notification{Kind: push.KindMarketing, Title: "Closed today"}, push.Audience{Vendor: push.Xiaomi})
	fmt.Println(r.Err == nil)
	// Output: true
}

func ExampleNewReceiptHandler() {
	secret := "a secret of the callback"
	handler, err := xiaomipush.NewReceiptHandler("driver", []string{secret}, func(_ context.Context, events []push.Event) error {
		for _, e := range events {
			fmt.Println(e.Status, e.Key)
		}
		return nil
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	callback, err := push.CallbackURL("https://example.test/xiaomi", secret) // for Options.CallbackURL
	if err != nil {
		fmt.Println(err)
		return
	}
	form := url.Values{"data": {`{"scm1":{"param":"order-17","type":1,"targets":"t1","timestamp":1700000000123}}`}}
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", callback, strings.NewReader(form.Encode())))
	// Output: delivered order-17
}
