package main

import (
	"fmt"
	"os"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/huaweipush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// addPush builds Huawei's push service, for phones in the mainland, and two
// accesses to FCM: tokens belong to one project, so the second is another service
// account of the same project, on connections of its own.
func (p *providers) addPush() {
	fcm, huawei := p.getenv("FCM_SERVICE_ACCOUNT"), p.getenv("HUAWEI_PUSH_APP_ID")
	if fcm+huawei == "" {
		p.addFakePush()
		return
	}
	if huawei != "" {
		p.realSender("push", "huawei", "https://push-api.cloud.huawei.com")
		p.addHuawei(huawei, p.getenv("HUAWEI_PUSH_SECRET"), huaweipush.Options{})
	}
	for _, n := range []struct{ name, variable string }{{"fcm", "FCM_SERVICE_ACCOUNT"}, {"fcm-b", "FCM_B_SERVICE_ACCOUNT"}} {
		file := p.getenv(n.variable)
		if file == "" {
			continue
		}
		key, err := os.ReadFile(file)
		if err != nil {
			must(p, key, fmt.Errorf("%s: the file cannot be read", n.variable))
			return
		}
		p.realSender("push", n.name, "https://fcm.googleapis.com")
		p.addFCM(n.name, key, fcmpush.Options{})
	}
}

func (p *providers) addFakePush() {
	h := pushtest.NewHuawei()
	f := p.start("push", "huawei", speaksHuawei, h, isDigits)
	p.addHuawei(pushtest.HuaweiAppID, pushtest.HuaweiSecret, huaweipush.Options{BaseURL: f.URL(), AuthURL: f.URL(), HTTPClient: f.Client()})
	for _, name := range []string{"fcm", "fcm-b"} {
		fcm := pushtest.NewFCM(nil)
		f := p.start("push", name, speaksFCM, fcm, isFCM)
		p.addFCM(name, fcm.Key(), fcmpush.Options{BaseURL: f.URL(), HTTPClient: f.Client()})
	}
}

func (p *providers) addHuawei(id, secret string, o huaweipush.Options) {
	o.Account = waybill.NewAccount("huawei", waybill.Limits{})
	o.Classes = map[push.Kind]huaweipush.Class{ // what each kind is in Huawei's words
		push.KindOrder: {Category: "EXPRESS"}, push.KindStatus: {Category: "EXPRESS"},
		push.KindCoupon: {Category: "MARKETING", Importance: "LOW"}, push.KindMarketing: {Category: "MARKETING", Importance: "LOW"},
	}
	a, err := huaweipush.New(id, secret, &o)
	p.push = append(p.push, instance{"huawei", must(p, a, err)})
}

func (p *providers) addFCM(name string, key []byte, o fcmpush.Options) {
	o.Account = waybill.NewAccount(name, waybill.Limits{})
	a, err := fcmpush.New(key, &o)
	p.push = append(p.push, instance{name, must(p, a, err)})
}
