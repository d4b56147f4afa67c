package fcmpush_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func ExampleNew() {
	fcm := pushtest.NewFCM(nil) // stands for fcm.googleapis.com
	defer fcm.Close()
	key := fcm.Key() // the service account's JSON key

	adapter, err := fcmpush.New(key, &fcmpush.Options{BaseURL: fcm.URL(), HTTPClient: fcm.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(adapter.Name())
	// Output: fcmpush
}

func ExampleAdapter_Send() {
	fcm := pushtest.NewFCM(nil)
	defer fcm.Close()
	adapter, err := fcmpush.New(fcm.Key(), &fcmpush.Options{BaseURL: fcm.URL(), HTTPClient: fcm.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	fcm.Kill(pushtest.FCMToken(2)) // uninstalled

	n := &push.Notification{Kind: push.KindOrder, Title: "Order 17", Body: "Your parcel is on its way.", Collapse: "order-17", TTL: time.Hour}
	for _, r := range adapter.Send(context.Background(), n, []push.Token{
		{Vendor: push.FCM, Value: pushtest.FCMToken(1)},
		{Vendor: push.FCM, Value: pushtest.FCMToken(2)},
		{Vendor: push.APNs, Value: "of-an-iphone"},
	}) {
		fmt.Println(r.ID != "", r.Dead, r.Err)
	}
	// Output:
	// true false <nil>
	// false true fcmpush: send: unregistered (UNREGISTERED the token is not registered any more)
	// false false fcmpush: send: unsupported (the token is of another vendor, app or environment)
}

func ExampleAdapter_Accepts() {
	fcm := pushtest.NewFCM(nil)
	defer fcm.Close()
	adapter, err := fcmpush.New(fcm.Key(), &fcmpush.Options{App: "driver"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range []push.Token{{Vendor: push.FCM}, {Vendor: push.FCM, App: "driver"}, {Vendor: push.FCM, App: "customer"}, {Vendor: push.Huawei}} {
		fmt.Println(t.Vendor, t.App, adapter.Accepts(t))
	}
	// Output:
	// fcm  true
	// fcm driver true
	// fcm customer false
	// huawei  false
}

// A token source takes the place of a service account's key, as with workload
// identity.
func ExampleNew_tokenSource() {
	adapter, err := fcmpush.New(nil, &fcmpush.Options{
		ProjectID: "waybill-demo",
		TokenSource: func(ctx context.Context) (string, time.Time, error) {
			return "an access token", time.Now().Add(time.Hour), nil
		},
	})
	fmt.Println(adapter, err)
	// Output: fcmpush <nil>
}

// Many tokens are streamed through a client.
func Example_sendAll() {
	fcm := pushtest.NewFCM(nil)
	defer fcm.Close()
	adapter, err := fcmpush.New(fcm.Key(), &fcmpush.Options{BaseURL: fcm.URL(), HTTPClient: fcm.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := push.New(push.With(adapter), push.WithMaxBatch(100))
	if err != nil {
		fmt.Println(err)
		return
	}
	var tokens []push.Token
	for i := range 1000 {
		tokens = append(tokens, push.Token{Vendor: push.FCM, Value: pushtest.FCMToken(i)})
	}
	sent := 0
	for _, r := range client.SendAll(context.Background(), &push.Notification{Kind: push.KindStatus, Title: "Depot closed today"}, slices.Values(tokens)) {
		if r.Err == nil {
			sent++
		}
	}
	fmt.Println(sent)
	// Output: 1000
}
