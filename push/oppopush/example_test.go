package oppopush_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/oppopush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func ExampleNew() {
	oppo := pushtest.NewOPPO() // stands for api.push.oppomobile.com
	defer oppo.Close()
	oppo.Kill(pushtest.OPPOToken(2)) // uninstalled

	private := oppopush.Class{Channel: "order", Category: "ORDER", NotifyLevel: 16}
	offers := oppopush.Class{Channel: "offers", Category: "MARKETING"}
	adapter, err := oppopush.New(pushtest.OPPOKey, pushtest.OPPOSecret, &oppopush.Options{
		BaseURL: oppo.URL(), HTTPClient: oppo.Client(),
		Classes: map[push.Kind]oppopush.Class{
			push.KindOrder: private, push.KindStatus: private, push.KindCoupon: offers, push.KindMarketing: offers,
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	n := &push.Notification{Kind: push.KindOrder, Title: "Order 17", Body: "Your parcel is on its way.", Key: "order-17"}
	tokens := []push.Token{{Vendor: push.OPPO, Value: pushtest.OPPOToken(1)}, {Vendor: push.OPPO, Value: pushtest.OPPOToken(2)}}
	for _, r := range adapter.Send(context.Background(), n, tokens) {
		fmt.Println(r.ID != "", r.Dead, r.Err)
	}
	// Output:
	// true false <nil>
	// false true oppopush: send: unregistered (10000 the token is not registered)
}

func ExampleNewReceiptHandler() {
	handler, err := oppopush.NewReceiptHandler("driver", []string{"a secret of the callback"}, func(_ context.Context, events []push.Event) error {
		return nil
	}, nil)
	http.NewServeMux().Handle("/oppo", handler)
	fmt.Println(err)
	// Output: <nil>
}
