package push_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// sender is a minimal adapter: it accepts everything of its vendor but the
// token "gone".
type sender struct{ vendor push.Vendor }

func (s sender) Name() string { return string(s.vendor) + "push" }

func (s sender) Accepts(t push.Token) bool { return t.Vendor == s.vendor }

func (s sender) Send(_ context.Context, _ *push.Notification, tokens []push.Token) []push.Result {
	out := make([]push.Result, len(tokens))
	for i, t := range tokens {
		out[i] = push.Result{Token: t, ID: "id-of-" + t.Value}
		out[i].Provider = s.Name()
		if t.Value == "gone" {
			out[i].ID, out[i].Dead = "", true
			out[i].Err = &waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Provider: s.Name(), Op: string(push.Send)}
		}
	}
	return out
}

func ExampleNew() {
	client, err := push.New(
		push.With(sender{push.FCM}, push.Outside("CN")),
		push.With(sender{push.Huawei}, push.In("CN")),
		push.WithDefaultRegion("SG"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.Name(), client.Accepts(push.Token{Vendor: push.FCM, Value: "a"}), client.Accepts(push.Token{Vendor: push.OPPO, Value: "a"}))
	// Output: push true false
}

func ExampleClient_Send() {
	client, err := push.New(push.With(sender{push.FCM}), push.With(sender{push.Huawei}))
	if err != nil {
		fmt.Println(err)
		return
	}
	n := &push.Notification{Kind: push.KindOrder, Title: "Order 17", Body: "On its way"}
	for _, r := range client.Send(context.Background(), n, []push.Token{
		{Vendor: push.FCM, Value: "phone-1"},
		{Vendor: push.Huawei, Value: "phone-2"},
		{Vendor: push.FCM, Value: "gone"},
		{Vendor: push.Vivo, Value: "phone-3"},
	}) {
		switch {
		case r.Err == nil:
			fmt.Println(r.Provider, r.ID)
		case r.Dead:
			fmt.Println("remove the token:", r.Err)
		default:
			fmt.Println(r.Err)
		}
	}
	// Output:
	// fcmpush id-of-phone-1
	// huaweipush id-of-phone-2
	// remove the token: fcmpush: send: unregistered
	// push: send: unsupported (no provider takes tokens of vivo for this app and environment)
}

func ExampleClient_SendAll() {
	client, err := push.New(push.With(sender{push.FCM}), push.WithMaxBatch(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	tokens := slices.Values([]push.Token{{Vendor: push.FCM, Value: "a"}, {Vendor: push.FCM, Value: "b"}, {Vendor: push.FCM, Value: "c"}})
	for _, r := range client.SendAll(context.Background(), &push.Notification{Kind: push.KindStatus, Title: "Depot closed"}, tokens) {
		fmt.Println(r.ID)
	}
	// Output:
	// id-of-a
	// id-of-b
	// id-of-c
}

func ExampleClient_Explain() {
	client, err := push.New(push.With(sender{push.FCM}), push.With(sender{push.Huawei}))
	if err != nil {
		fmt.Println(err)
		return
	}
	n := &push.Notification{Kind: push.KindOrder, Title: "Order 17"}
	candidates, err := client.Explain(n, push.Token{Vendor: push.Huawei, Value: "phone"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range candidates {
		fmt.Printf("%s %d %q\n", c.Provider, c.Order, c.Reason)
	}
	// Output:
	// huaweipush 1 ""
	// fcmpush 0 "does not take tokens of this vendor, app or environment"
}

func ExampleWithRecorder() {
	records := push.NewMemoryRecorder(100)
	client, err := push.New(push.With(sender{push.FCM}), push.WithRecorder(records))
	if err != nil {
		fmt.Println(err)
		return
	}
	client.Send(context.Background(), &push.Notification{Kind: push.KindOrder, Title: "Order 17", Key: "order-17"}, []push.Token{{Vendor: push.FCM, Value: "0123456789abcdef"}})
	for _, r := range records.Records() {
		fmt.Println(r.Key, r.Kind, r.Recipient, r.Provider, r.Delivery)
	}
	// Output: order-17 order fcm:0123… fcmpush sent
}

func ExampleNotification_Validate() {
	fmt.Println((&push.Notification{Title: "Sale!"}).Validate())
	fmt.Println((&push.Notification{Kind: push.KindMarketing, Title: "Sale!"}).Validate())
	// Output:
	// push: send: invalid argument (kind is not set)
	// <nil>
}

func ExampleToken_String() {
	fmt.Println(push.Token{Vendor: push.FCM, Value: "0123456789abcdef"})
	// Output: fcm:0123…
}
