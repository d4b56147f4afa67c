package huaweipush_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/huaweipush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func ExampleNew() {
	fake := pushtest.NewHuawei()
	defer fake.Close()
	a, err := huaweipush.New(pushtest.HuaweiAppID, pushtest.HuaweiSecret, &huaweipush.Options{
		BaseURL: fake.URL(), AuthURL: fake.URL(), HTTPClient: fake.Client(),
		Classes: map[push.Kind]huaweipush.Class{
			push.KindOrder: {Category: "EXPRESS"}, push.KindStatus: {Category: "EXPRESS"},
			push.KindCoupon: {Category: "MARKETING", Importance: "LOW"}, push.KindMarketing: {Category: "MARKETING", Importance: "LOW"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	gone := pushtest.HuaweiToken(2)
	fake.Kill(gone)
	n := &push.Notification{Kind: push.KindOrder, Title: "New order", Body: "Pick up in 10 minutes"}
	for _, r := range a.Send(context.Background(), n, []push.Token{{Vendor: push.Huawei, Value: pushtest.HuaweiToken(1)}, {Vendor: push.Huawei, Value: gone}}) {
		fmt.Println(r.Err == nil, r.Dead)
	}
	// Output:
	// true false
	// false true
}

func ExampleNewReceiptHandler() {
	h, err := huaweipush.NewReceiptHandler("demo-user", "demo-key", "driver", func(_ context.Context, events []push.Event) error {
		for _, e := range events {
			fmt.Println(e.Status, e.Key)
		}
		return nil
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	h.ServeHTTP(httptest.NewRecorder(), receipt(`{"statuses":[{"token":"t1","biTag":"order-17","status":0,"requestId":"9"}]}`))
	// Output: delivered order-17
}
