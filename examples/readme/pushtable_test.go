package readme

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/apnspush"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/honorpush"
	"github.com/waybill-go/waybill/push/huaweipush"
	"github.com/waybill-go/waybill/push/meizupush"
	"github.com/waybill-go/waybill/push/oppopush"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/push/vivopush"
	"github.com/waybill-go/waybill/push/xiaomipush"
)

// everyKind gives all kinds one class.
func everyKind[C any](c C) map[push.Kind]C {
	return map[push.Kind]C{push.KindOrder: c, push.KindStatus: c, push.KindCoupon: c, push.KindMarketing: c}
}

// TestPushTable tries each adapter on the fake of its vendor.
func TestPushTable(t *testing.T) {
	fcm, apns, huawei, honor := pushtest.NewFCM(nil), pushtest.NewAPNs(nil), pushtest.NewHuawei(), pushtest.NewHonor()
	oppo, vivo, xiaomi, meizu := pushtest.NewOPPO(), pushtest.NewVivo(), pushtest.NewXiaomi(), pushtest.NewMeizu()
	for _, f := range []interface{ Close() }{fcm, apns, huawei, honor, oppo, vivo, xiaomi, meizu} {
		defer f.Close()
	}
	key := must(apnspush.NewKey(apns.Key().P8(), apns.Key().KeyID, apns.Key().TeamID))
	want := map[string]map[string]string{}
	for _, c := range []struct {
		provider waybill.Provider
		vendor   push.Vendor
		token    string
		receipts any // the constructor of its handler, where the vendor tells what became of a push
	}{
		{must(fcmpush.New(fcm.Key(), &fcmpush.Options{BaseURL: fcm.URL(), HTTPClient: fcm.Client()})), push.FCM, pushtest.FCMToken(1), nil},
		{must(apnspush.New(key, pushtest.APNsTopic, &apnspush.Options{BaseURL: apns.URL(), HTTPClient: apns.Client()})), push.APNs, pushtest.APNsToken(1), nil},
		{must(huaweipush.New(pushtest.HuaweiAppID, pushtest.HuaweiSecret, &huaweipush.Options{BaseURL: huawei.URL(), AuthURL: huawei.URL(),
			HTTPClient: huawei.Client(), Classes: everyKind(huaweipush.Class{Category: "EXPRESS"})})), push.Huawei, pushtest.HuaweiToken(1), huaweipush.NewReceiptHandler},
		{must(honorpush.New(pushtest.HonorAppID, pushtest.HonorClientID, pushtest.HonorSecret, &honorpush.Options{BaseURL: honor.URL(), AuthURL: honor.URL(),
			HTTPClient: honor.Client(), Classes: everyKind(honorpush.Class{Importance: "NORMAL"})})), push.Honor, pushtest.HonorToken(1), honorpush.NewReceiptHandler},
		{must(oppopush.New(pushtest.OPPOKey, pushtest.OPPOSecret, &oppopush.Options{BaseURL: oppo.URL(), HTTPClient: oppo.Client(),
			Classes: everyKind(oppopush.Class{Category: "ORDER", NotifyLevel: 16})})), push.OPPO, pushtest.OPPOToken(1), oppopush.NewReceiptHandler},
		{must(vivopush.New(pushtest.VivoID, pushtest.VivoKey, pushtest.VivoSecret, &vivopush.Options{BaseURL: vivo.URL(), HTTPClient: vivo.Client(),
			Classes: everyKind(vivopush.Class{System: true, Category: "ORDER"})})), push.Vivo, pushtest.VivoToken(1), vivopush.NewReceiptHandler},
		{must(xiaomipush.New(pushtest.XiaomiSecret, pushtest.XiaomiPackage, &xiaomipush.Options{BaseURL: xiaomi.URL(), HTTPClient: xiaomi.Client(),
			Classes: everyKind(xiaomipush.Class{NoChannel: true})})), push.Xiaomi, pushtest.XiaomiToken(1), xiaomipush.NewReceiptHandler},
		{must(meizupush.New(pushtest.MeizuAppID, pushtest.MeizuSecret, &meizupush.Options{BaseURL: meizu.URL(), SubscribeURL: meizu.URL(), HTTPClient: meizu.Client(),
			Classes: everyKind(meizupush.Class{Private: true})})), push.Meizu, pushtest.MeizuToken(1), meizupush.NewReceiptHandler},
	} {
		p := c.provider.(push.Sender)
		send := func(n push.Notification) push.Result {
			n.Kind, n.TTL = push.KindStatus, 12*time.Hour
			return p.Send(t.Context(), &n, []push.Token{{Vendor: c.vendor, Value: c.token}})[0]
		}
		does := func(r push.Result) bool {
			if r.Err != nil && !errors.Is(r.Err, waybill.ErrUnsupported) {
				t.Errorf("%s: %v", c.provider.Name(), r.Err)
			}
			return r.Err == nil
		}
		collapsed := send(push.Notification{Title: "Order 17", Body: "on its way", Collapse: "order-17"})
		keeps := !slices.ContainsFunc(collapsed.Adjusted, func(a push.Adjustment) bool { return a.Field == "collapse" })
		_, topics := p.(push.TopicSender)
		_, subscribe := p.(push.Subscriber)
		_, broadcast := p.(push.Broadcaster)
		want[c.provider.Name()] = map[string]string{
			"notification": mark(does(send(push.Notification{Title: "Order 17", Body: "on its way"})), false),
			"data":         mark(does(send(push.Notification{Display: push.DataOnly, Data: map[string]string{"order": "17"}})), false),
			"collapse":     mark(does(collapsed) && keeps, false),
			"topics":       mark(topics, false), "subscribe": mark(subscribe, false), "broadcast": mark(broadcast, false),
			"receipts": mark(c.receipts != nil, false),
		}
	}
	compare(t, "push", want)
}
