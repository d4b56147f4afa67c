package main

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push/apnspush"
	"github.com/waybill-go/waybill/push/honorpush"
	"github.com/waybill-go/waybill/push/huaweipush"
	"github.com/waybill-go/waybill/push/meizupush"
	"github.com/waybill-go/waybill/push/oppopush"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/push/vivopush"
	"github.com/waybill-go/waybill/push/xiaomipush"
)

// The adapters on fakes of their vendors, with the fakes' ends.

func newFakeAPNs() (waybill.Provider, func(), error) {
	f := pushtest.NewAPNs(nil)
	f.Kill(pushtest.APNsToken(goneToken))
	key := f.Key()
	k, err := apnspush.NewKey(key.P8(), key.KeyID, key.TeamID)
	if err != nil {
		return nil, f.Close, err
	}
	a, err := apnspush.New(k, pushtest.APNsTopic, &apnspush.Options{BaseURL: f.URL(), HTTPClient: f.Client()})
	return a, f.Close, err
}

func newFakeHuawei(quick huaweipush.QuickApp) (waybill.Provider, func(), error) {
	f := pushtest.NewHuawei()
	f.Kill(pushtest.HuaweiToken(goneToken))
	o := huaweiOptions(quick)
	o.BaseURL, o.AuthURL, o.HTTPClient = f.URL(), f.URL(), f.Client()
	a, err := huaweipush.New(pushtest.HuaweiAppID, pushtest.HuaweiSecret, o)
	return a, f.Close, err
}

func newFakeHonor() (waybill.Provider, func(), error) {
	f := pushtest.NewHonor()
	f.Kill(pushtest.HonorToken(goneToken))
	a, err := honorpush.New(pushtest.HonorAppID, pushtest.HonorClientID, pushtest.HonorSecret,
		&honorpush.Options{BaseURL: f.URL(), AuthURL: f.URL(), HTTPClient: f.Client(), Classes: honorClasses()})
	return a, f.Close, err
}

func newFakeOPPO() (waybill.Provider, func(), error) {
	f := pushtest.NewOPPO()
	f.Kill(pushtest.OPPOToken(goneToken))
	a, err := oppopush.New(pushtest.OPPOKey, pushtest.OPPOSecret, &oppopush.Options{BaseURL: f.URL(), HTTPClient: f.Client(), Classes: oppoClasses()})
	return a, f.Close, err
}

func newFakeVivo() (waybill.Provider, func(), error) {
	f := pushtest.NewVivo()
	f.Kill(pushtest.VivoToken(goneToken))
	a, err := vivopush.New(pushtest.VivoID, pushtest.VivoKey, pushtest.VivoSecret, &vivopush.Options{BaseURL: f.URL(), HTTPClient: f.Client(), Classes: vivoClasses()})
	return a, f.Close, err
}

func newFakeXiaomi() (waybill.Provider, func(), error) {
	f := pushtest.NewXiaomi()
	f.Kill(pushtest.XiaomiToken(goneToken))
	a, err := xiaomipush.New(pushtest.XiaomiSecret, pushtest.XiaomiPackage, &xiaomipush.Options{BaseURL: f.URL(), HTTPClient: f.Client(), Classes: xiaomiClasses("")})
	return a, f.Close, err
}

func newFakeMeizu() (waybill.Provider, func(), error) {
	f := pushtest.NewMeizu()
	f.Kill(pushtest.MeizuToken(goneToken))
	a, err := meizupush.New(pushtest.MeizuAppID, pushtest.MeizuSecret, &meizupush.Options{BaseURL: f.URL(), SubscribeURL: f.URL(), HTTPClient: f.Client(), Classes: meizuClasses()})
	return a, f.Close, err
}
