package main

import (
	"strconv"

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

// makers are the vendors, one row each.
func makers() []maker {
	return []maker{
		{
			name: "fcm", sample: pushtest.FCMToken,
			needs: []variable{{"FCM_SERVICE_ACCOUNT", "a file with the JSON key of a service account"}},
			real: func(e *environment) (waybill.Provider, error) {
				return fcmpush.New(e.file("FCM_SERVICE_ACCOUNT"), nil)
			},
			fake: func() (waybill.Provider, func(), error) {
				f := pushtest.NewFCM(nil)
				f.Kill(pushtest.FCMToken(goneToken))
				a, err := fcmpush.New(f.Key(), &fcmpush.Options{BaseURL: f.URL(), HTTPClient: f.Client()})
				return a, f.Close, err
			},
		},
		{
			name: "apns", sample: pushtest.APNsToken,
			needs: []variable{{"APNS_KEY", "a file with a key (.p8)"}, {"APNS_KEY_ID", "its id"}, {"APNS_TEAM_ID", "its team's id"}, {"APNS_TOPIC", "the app's bundle id"}},
			real: func(e *environment) (waybill.Provider, error) {
				key, err := apnspush.NewKey(e.file("APNS_KEY"), e.text("APNS_KEY_ID"), e.text("APNS_TEAM_ID"))
				if err != nil {
					return nil, err
				}
				return apnspush.New(key, e.text("APNS_TOPIC"), nil)
			},
			fake: newFakeAPNs,
		},
		{
			name: "huawei", sample: pushtest.HuaweiToken,
			needs: []variable{{"HUAWEI_APP_ID", "the app's id"}, {"HUAWEI_APP_SECRET", "its secret; or"}, {"HUAWEI_SERVICE_ACCOUNT", "a file with the JSON key of a service account"},
				{"HUAWEI_VERSION", "3 for HarmonyOS from 5"}},
			real: func(e *environment) (waybill.Provider, error) {
				o := huaweiOptions(huaweipush.NoQuickApp)
				o.ServiceAccount = e.file("HUAWEI_SERVICE_ACCOUNT")
				o.Version, _ = strconv.Atoi(e.getenv("HUAWEI_VERSION"))
				return huaweipush.New(e.text("HUAWEI_APP_ID"), e.getenv("HUAWEI_APP_SECRET"), o)
			},
			fake: func() (waybill.Provider, func(), error) { return newFakeHuawei(huaweipush.NoQuickApp) },
		},
		{
			name: "huawei_quick", sample: pushtest.HuaweiToken,
			needs: []variable{{"HUAWEI_QUICK_APP_ID", "a quick app's id"}, {"HUAWEI_QUICK_APP_SECRET", "its secret"}},
			real: func(e *environment) (waybill.Provider, error) {
				return huaweipush.New(e.text("HUAWEI_QUICK_APP_ID"), e.text("HUAWEI_QUICK_APP_SECRET"), huaweiOptions(huaweipush.QuickAppProduction))
			},
			fake: func() (waybill.Provider, func(), error) { return newFakeHuawei(huaweipush.QuickAppProduction) },
		},
		{
			name: "honor", sample: pushtest.HonorToken,
			needs: []variable{{"HONOR_APP_ID", "the app's id"}, {"HONOR_CLIENT_ID", "its client's id"}, {"HONOR_CLIENT_SECRET", "and secret"}},
			real: func(e *environment) (waybill.Provider, error) {
				return honorpush.New(e.text("HONOR_APP_ID"), e.text("HONOR_CLIENT_ID"), e.text("HONOR_CLIENT_SECRET"), &honorpush.Options{Classes: honorClasses()})
			},
			fake: newFakeHonor,
		},
		{
			name: "oppo", sample: pushtest.OPPOToken,
			needs: []variable{{"OPPO_APP_KEY", "the app's key"}, {"OPPO_MASTER_SECRET", "its master secret"}},
			real: func(e *environment) (waybill.Provider, error) {
				return oppopush.New(e.text("OPPO_APP_KEY"), e.text("OPPO_MASTER_SECRET"), &oppopush.Options{Classes: oppoClasses()})
			},
			fake: newFakeOPPO,
		},
		{
			name: "vivo", sample: pushtest.VivoToken,
			needs: []variable{{"VIVO_APP_ID", "the app's id"}, {"VIVO_APP_KEY", "its key"}, {"VIVO_APP_SECRET", "and secret"}},
			real: func(e *environment) (waybill.Provider, error) {
				id, _ := strconv.ParseInt(e.text("VIVO_APP_ID"), 10, 64)
				return vivopush.New(id, e.text("VIVO_APP_KEY"), e.text("VIVO_APP_SECRET"), &vivopush.Options{Classes: vivoClasses()})
			},
			fake: newFakeVivo,
		},
		{
			name: "xiaomi", sample: pushtest.XiaomiToken,
			needs: []variable{{"XIAOMI_APP_SECRET", "the app's secret"}, {"XIAOMI_PACKAGE", "its package"}, {"XIAOMI_CHANNEL", "a public channel's id, or nothing"}},
			real: func(e *environment) (waybill.Provider, error) {
				return xiaomipush.New(e.text("XIAOMI_APP_SECRET"), e.text("XIAOMI_PACKAGE"), &xiaomipush.Options{Classes: xiaomiClasses(e.getenv("XIAOMI_CHANNEL"))})
			},
			fake: newFakeXiaomi,
		},
		{
			name: "meizu", sample: pushtest.MeizuToken,
			needs: []variable{{"MEIZU_APP_ID", "the app's id"}, {"MEIZU_APP_SECRET", "its secret"}},
			real: func(e *environment) (waybill.Provider, error) {
				return meizupush.New(e.text("MEIZU_APP_ID"), e.text("MEIZU_APP_SECRET"), &meizupush.Options{Classes: meizuClasses()})
			},
			fake: newFakeMeizu,
		},
	}
}

// classed makes a vendor's table of classes: orders and their statuses are service
// messages, the others marketing.
func classed[C any](service, marketing C) map[push.Kind]C {
	return map[push.Kind]C{push.KindOrder: service, push.KindStatus: service, push.KindCoupon: marketing, push.KindMarketing: marketing}
}

func huaweiOptions(quick huaweipush.QuickApp) *huaweipush.Options {
	return &huaweipush.Options{QuickApp: quick, Classes: classed(huaweipush.Class{Category: "EXPRESS"}, huaweipush.Class{Category: "MARKETING", Importance: "LOW"})}
}

func honorClasses() map[push.Kind]honorpush.Class {
	return classed(honorpush.Class{Importance: "NORMAL"}, honorpush.Class{Importance: "LOW"})
}

func oppoClasses() map[push.Kind]oppopush.Class {
	return classed(oppopush.Class{Category: "ORDER", NotifyLevel: 16}, oppopush.Class{Category: "MARKETING", NotifyLevel: 1})
}

func vivoClasses() map[push.Kind]vivopush.Class {
	return classed(vivopush.Class{System: true, Category: "ORDER"}, vivopush.Class{Category: "MARKETING"})
}

func xiaomiClasses(channel string) map[push.Kind]xiaomipush.Class {
	public := xiaomipush.Class{Channel: channel, NoChannel: channel == ""}
	return classed(public, public)
}

func meizuClasses() map[push.Kind]meizupush.Class {
	return classed(meizupush.Class{Private: true}, meizupush.Class{})
}
