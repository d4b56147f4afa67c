package push_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/waybill-go/waybill/push"
)

// Apps report their tokens; the service sends to users.
func ExampleNewUsers() {
	registry := push.NewMemoryRegistry() // or redispush.New, sqlpush.New
	at := time.Now()
	for _, r := range []push.Registration{
		{User: "mei", Device: "phone", Token: push.Token{Vendor: push.Huawei, Value: "huawei-token"}, At: at},
		{User: "mei", Device: "phone", Token: push.Token{Vendor: push.FCM, Value: "fcm-token"}, At: at},
	} {
		if err := registry.Report(context.Background(), r); err != nil {
			fmt.Println(err)
			return
		}
	}
	huawei := &stub{name: "huaweipush", vendor: push.Huawei, answer: failing(dead, "huawei-token")}
	client, err := push.New(push.With(huawei), push.With(&stub{name: "fcmpush", vendor: push.FCM}))
	if err != nil {
		fmt.Println(err)
		return
	}
	users, err := push.NewUsers(client, registry, &push.UsersOptions{
		Fallback: func(ctx context.Context, user string, n *push.Notification) (string, error) {
			return "sms-1", nil // send an SMS
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	n := &push.Notification{Kind: push.KindOrder, Title: "New order", Key: "order-17"}
	for _, r := range users.Send(context.Background(), []string{"mei", "lin"}, n) {
		fmt.Println(r.User, r.Token.Vendor, r.Outcome)
	}
	// Output:
	// mei huawei failed
	// mei fcm accepted
	// lin  no_token
	// lin  fell_back
}

func ExampleNewReportHandler() {
	registry := push.NewMemoryRegistry()
	handler, err := push.NewReportHandler(registry, func(r *http.Request) (push.Reporter, error) {
		if r.Header.Get("Authorization") != "Bearer session-of-mei" {
			return push.Reporter{}, errors.New("no session")
		}
		return push.Reporter{User: "mei", Device: "phone", App: "driver"}, nil
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest(http.MethodPost, "/push/token", strings.NewReader(`{"os":1,"cidType":13,"pushCid":"a-token-of-fcm"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer session-of-mei")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Code)
	lists, err := registry.Tokens(context.Background(), []string{"mei"})
	fmt.Println(lists[0][0].Token, err) // printed masked
	// Output:
	// 204
	// fcm:a-to… <nil>
}

func ExampleNewReceiptHandler() {
	handler, err := push.NewReceiptHandler(acme{}, func(ctx context.Context, events []push.Event) error {
		for _, e := range events {
			fmt.Println(e.ID, e.Status)
		}
		return nil // only then the vendor is told that they were taken
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/?waybill_secret="+acmeSecret, strings.NewReader(`["m-1","m-2"]`)))
	fmt.Println(w.Code)
	// Output:
	// m-1 delivered
	// m-2 delivered
	// 200
}

func ExampleClient_Broadcast() {
	client, err := push.New(push.With(&town{stub: stub{name: "xiaomipush", vendor: push.Xiaomi}}), push.WithBroadcasts())
	if err != nil {
		fmt.Println(err)
		return
	}
	n := &push.Notification{Kind: push.KindStatus, Title: "Closed on Friday"}
	r := client.Broadcast(context.Background(), n, push.Audience{Vendor: push.Xiaomi, App: "driver"})
	fmt.Println(r.Provider, r.Err)
	// Output: xiaomipush <nil>
}

func ExampleNotification_TextFor() {
	n := &push.Notification{Title: "New order", Texts: map[string]push.Text{"zh": {Title: "新订单"}, "zh-Hant": {Title: "新訂單"}}}
	for _, language := range []string{"zh-CN", "zh-Hant-TW", "fr"} {
		fmt.Println(language, n.TextFor(language).Title)
	}
	// Output:
	// zh-CN 新订单
	// zh-Hant-TW 新訂單
	// fr New order
}

func ExampleNotification_FitTTL() {
	hours := push.TTLRange{Unit: time.Hour, Min: time.Hour, Max: 72 * time.Hour}
	_, units, adjusted, err := (&push.Notification{TTL: 90 * time.Minute}).FitTTL(hours)
	fmt.Println(units, adjusted, err)
	_, _, _, err = (&push.Notification{TTL: 5 * time.Minute}).FitTTL(hours)
	fmt.Println(err)
	// Output:
	// 1 [ttl 1h30m0s to 1h0m0s] <nil>
	// waybill: send: unsupported (the vendor's shortest time to live is more than twice the one asked for)
}

func ExampleDeriveID() {
	n := &push.Notification{Key: "order-17"}
	id, ok := push.DeriveID("oppo.app_message_id", n, push.Token{Vendor: push.OPPO, App: "driver", Value: "CN_abc"})
	fmt.Println(id.UUID(), id.Hex(16), id.Decimal(1<<31), ok)
	// Output: 57305386-4785-8df6-822b-6203e3a8378c 573053864785fdf6 1199963639 true
}

func ExampleCheckClasses() {
	_, err := push.CheckClasses("acmepush", map[push.Kind]string{push.KindOrder: "EXPRESS", push.KindStatus: "EXPRESS"}, nil)
	fmt.Println(err)
	// Output: acmepush: new: invalid argument (Classes: there is no row for kind coupon)
}

func ExampleTypeTable_Vendor() {
	vendor, err := push.TypeTable{}.Vendor(13, push.IOS)
	fmt.Println(vendor, err)
	_, err = push.TypeTable{}.Vendor(3, push.Android)
	fmt.Println(err)
	// Output:
	// fcm <nil>
	// push: report: invalid argument (a token of Apple's is reported by another system than iOS)
}

func ExampleCallbackURL() {
	url, err := push.CallbackURL("https://push.example.com/receipts/oppo", "a secret of at least 16 bytes")
	fmt.Println(url, err)
	// Output: https://push.example.com/receipts/oppo?waybill_secret=a+secret+of+at+least+16+bytes <nil>
}
