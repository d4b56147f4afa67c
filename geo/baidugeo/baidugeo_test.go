package baidugeo

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

func TestNew(t *testing.T) {
	for name, o := range map[string]*Options{
		"no key": nil, "base": {BaseURL: "baidu"}, "secret": {SK: "a b"},
	} {
		ak := testKey
		if name == "no key" {
			ak = ""
		}
		a, err := New(ak, o)
		wantError(t, err, waybill.InvalidArgument, waybill.NotSent)
		if a != nil {
			t.Errorf("%s: an adapter came with the error", name)
		}
	}
	a, err := New("", &Options{Credentials: func(context.Context) (string, string, error) { return testKey, "", nil }})
	if err != nil {
		t.Fatal(err)
	}
	if a.Name() != "baidugeo" || a.Account().Name() != "baidugeo" || a.Account().Limits().QPS != 0 {
		t.Errorf("got %q with account %q", a.Name(), a.Account().Name())
	}
	account := waybill.NewAccount("baidu-main", waybill.Limits{QPS: 50})
	if a, err = New(testKey, &Options{Account: account}); err != nil || a.Account() != account {
		t.Errorf("got %v, %v", a.Account(), err)
	}
}

func TestCredentialsError(t *testing.T) {
	a, c := adapter(t, "", func(o *Options) {
		o.Credentials = func(context.Context) (string, string, error) {
			return "", "", fmt.Errorf("the vault said %s", testKey)
		}
	})
	_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "深圳"})
	e := wantError(t, err, waybill.Unauthenticated, waybill.NotSent)
	if c.calls != 0 || strings.Contains(fmt.Sprintf("%#v", e), testKey) {
		t.Errorf("%d requests, error %v", c.calls, e)
	}
}

func BenchmarkGeocode(b *testing.B) {
	a, _ := adapter(b, fixture(b, "geocode_door.json"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Geocode(b.Context(), geo.GeocodeRequest{Query: "深圳市南山区深南大道10000号"}); err != nil {
			b.Fatal(err)
		}
	}
}
