package vivopush_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/push/vivopush"
)

func ExampleNew() {
	vivo := pushtest.NewVivo() // stands for api-push.vivo.com.cn
	defer vivo.Close()
	order, offer := vivopush.Class{System: true, Category: "ORDER"}, vivopush.Class{Category: "MARKETING"}
	adapter, err := vivopush.New(pushtest.VivoID, pushtest.VivoKey, pushtest.VivoSecret, &vivopush.Options{
		BaseURL: vivo.URL(), HTTPClient: vivo.Client(),
		Classes: map[push.Kind]vivopush.Class{push.KindOrder: order, push.KindStatus: order, push.KindCoupon: offer, push.KindMarketing: offer},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	n := &push.Notification{Kind: push.KindOrder, Title: "Order 17", Body: "Your parcel is on its way.", Key: "order-17"}
	r := adapter.Send(context.Background(), n, []push.Token{{Vendor: push.Vivo, Value: pushtest.VivoToken(1)}})
	fmt.Println(r[0].ID, r[0].Err)
	// Output: 1 <nil>
}

func ExampleNewReceiptHandler() {
	handler, err := vivopush.NewReceiptHandler("driver", []string{"a secret of the callback"}, func(_ context.Context, events []push.Event) error {
		return nil
	}, nil)
	http.NewServeMux().Handle("/vivo", handler)
	fmt.Println(err)
	// Output: <nil>
}
