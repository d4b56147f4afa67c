package apnspush_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/apnspush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func ExampleNew() {
	apns := pushtest.NewAPNs(nil) // stands for api.push.apple.com
	defer apns.Close()
	p8, keyID, teamID := apns.Key().P8(), apns.Key().KeyID, apns.Key().TeamID // from the developer account

	key, err := apnspush.NewKey(p8, keyID, teamID)
	if err != nil {
		fmt.Println(err)
		return
	}
	adapter, err := apnspush.New(key, "com.example.waybill", &apnspush.Options{BaseURL: apns.URL(), HTTPClient: apns.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer adapter.Close()
	fmt.Println(adapter.Name(), adapter.Topic())
	// Output: apnspush com.example.waybill
}

func ExampleNewKey() {
	_, err := apnspush.NewKey([]byte("not a key"), "ABC123DEFG", "DEF123GHIJ")
	fmt.Println(err)
	// Output: apnspush: new: invalid argument (the signing key is not PEM)
}

func ExampleParseCertificate() {
	_, err := apnspush.ParseCertificate([]byte("not a certificate"), nil)
	fmt.Println(err)
	// Output: apnspush: new: invalid argument (the certificate or its key is not PEM, or they do not belong together)
}

// start starts a fake and an adapter on it.
func start() (*pushtest.APNs, *apnspush.Adapter) {
	apns := pushtest.NewAPNs(nil)
	key, err := apnspush.NewKey(apns.Key().P8(), apns.Key().KeyID, apns.Key().TeamID)
	if err != nil {
		panic(err)
	}
	adapter, err := apnspush.New(key, pushtest.APNsTopic, &apnspush.Options{BaseURL: apns.URL(), HTTPClient: apns.Client()})
	if err != nil {
		panic(err)
	}
	return apns, adapter
}

func ExampleAdapter_Send() {
	apns, adapter := start()
	defer apns.Close()
	apns.Kill(pushtest.APNsToken(2)) // uninstalled

	n := &push.Notification{Kind: push.KindOrder, Title: "Order 17", Body: "Your parcel is on its way.", Collapse: "order-17", TTL: time.Hour}
	for _, r := range adapter.Send(context.Background(), n, []push.Token{
		{Vendor: push.APNs, Value: pushtest.APNsToken(1)},
		{Vendor: push.APNs, Value: pushtest.APNsToken(2)},
		{Vendor: push.FCM, Value: "of-an-android-phone"},
	}) {
		fmt.Println(r.ID != "", r.Dead, r.Err)
	}
	// Output:
	// true false <nil>
	// false true apnspush: send: unregistered (Unregistered the token is not registered any more)
	// false false apnspush: send: unsupported (the token is of another vendor, app or environment)
}

func ExampleAdapter_Accepts() {
	apns, adapter := start()
	defer apns.Close()
	for _, t := range []push.Token{
		{Vendor: push.APNs}, {Vendor: push.APNs, App: pushtest.APNsTopic}, {Vendor: push.APNs, App: "com.example.other"}, {Vendor: push.APNs, Env: push.Sandbox},
	} {
		fmt.Println(adapter.Accepts(t))
	}
	// Output:
	// true
	// true
	// false
	// false
}

// A Live Activity follows a parcel on the lock screen. Its token is its own.
func ExampleOverride() {
	apns, adapter := start()
	defer apns.Close()
	state, err := json.Marshal(map[string]int{"minutes": 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	n := &push.Notification{
		Kind: push.KindStatus, Title: "Ten minutes", // lights up the screen
		Overrides: []push.Override{apnspush.Override{
			Type: apnspush.TypeLiveActivity, LiveActivity: &apnspush.LiveActivity{Event: apnspush.Update, State: state},
		}},
	}
	r := adapter.Send(context.Background(), n, []push.Token{{Vendor: push.APNs, Value: pushtest.APNsToken(1)}})[0]
	got, _ := apns.Notification(pushtest.APNsToken(1))
	fmt.Println(r.Err, got.Header.Get("apns-topic"), string(got.Aps["content-state"]))
	// Output: <nil> com.example.waybill.push-type.liveactivity {"minutes":10}
}
