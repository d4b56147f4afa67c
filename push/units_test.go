package push_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

func TestFitTTL(t *testing.T) {
	hours := push.TTLRange{Unit: time.Hour, Min: time.Hour, Max: 72 * time.Hour}
	minute := push.TTLRange{Unit: time.Second, Min: time.Minute, Max: 24 * time.Hour}
	for _, c := range []struct {
		name   string
		ttl    time.Duration
		longer bool
		r      push.TTLRange
		units  int64 // 0: refused
		report string
	}{
		{"as asked", 2 * time.Hour, false, hours, 2, ""},
		{"rounded down", 90 * time.Minute, false, hours, 1, "ttl 1h30m0s to 1h0m0s"},
		{"default", 0, false, hours, 24, ""},
		{"lowered", 100 * time.Hour, false, hours, 72, "ttl 100h0m0s to 72h0m0s"},
		{"raised to twice", 30 * time.Minute, false, hours, 1, "ttl 30m0s to 1h0m0s"},
		{"above twice", 29 * time.Minute, false, hours, 0, ""},
		{"above twice, allowed", time.Minute, true, hours, 1, "ttl 1m0s to 1h0m0s"},
		{"seconds", 90 * time.Second, false, minute, 90, ""},
		{"a second", time.Second, false, minute, 0, ""},
		{"fraction", 90*time.Second + 900*time.Millisecond, false, minute, 90, "ttl 1m30.9s to 1m30s"},
		{"milliseconds", 1500 * time.Millisecond, false, push.TTLRange{Unit: time.Millisecond, Max: 24 * time.Hour}, 1500, ""},
		{"minutes", time.Hour, false, push.TTLRange{Unit: time.Minute}, 60, ""},
		{"no range", time.Hour, false, push.TTLRange{}, int64(time.Hour), ""},
	} {
		n := &push.Notification{TTL: c.ttl, AllowLongerTTL: c.longer, Key: "k"}
		life, units, adjusted, err := n.FitTTL(c.r)
		if c.units == 0 {
			if err == nil || err.Code != waybill.Unsupported || err.Delivery != waybill.NotSent {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		report := ""
		if len(adjusted) == 1 {
			report = adjusted[0].String()
		}
		if err != nil || units != c.units || life != time.Duration(units)*max(c.r.Unit, 1) || report != c.report {
			t.Errorf("%s: %v, %d, %q, %v", c.name, life, units, report, err)
		}
	}
	if got := (push.Adjustment{Field: "badge", Asked: "3"}).String(); got != "badge 3 left out" {
		t.Errorf("got %q", got)
	}
	now := time.Unix(1000, 900_000_000)
	if got := (&push.Notification{TTL: 90*time.Second + 900*time.Millisecond}).Expires(now); got.Unix() != 1090 {
		t.Errorf("expires at %v", got)
	}
}

func TestCheckClasses(t *testing.T) {
	full := map[push.Kind]string{push.KindOrder: "o", push.KindStatus: "s", push.KindCoupon: "c", push.KindMarketing: "m"}
	got, err := push.CheckClasses("acmepush", full, nil)
	if err != nil || len(got) != 4 {
		t.Fatalf("%v, %v", got, err)
	}
	full[push.KindOrder] = ""
	if got[push.KindOrder] != "o" {
		t.Error("the table is not a copy")
	}
	empty := func(_ push.Kind, c string) string {
		if c == "" {
			return "it is empty"
		}
		return ""
	}
	if _, err := push.CheckClasses("acmepush", full, empty); waybill.CodeOf(err) != waybill.InvalidArgument || !strings.Contains(err.Error(), "kind order: it is empty") {
		t.Errorf("a bad row: %v", err)
	}
	delete(full, push.KindCoupon)
	if _, err := push.CheckClasses("acmepush", full, nil); waybill.CodeOf(err) != waybill.InvalidArgument || !strings.Contains(err.Error(), "coupon") {
		t.Errorf("a missing row: %v", err)
	}
	full[push.KindCoupon], full[99] = "c", "x"
	if _, err := push.CheckClasses("acmepush", full, nil); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("an unknown kind: %v", err)
	}
	if _, err := push.CheckClasses[string]("acmepush", nil, nil); err == nil {
		t.Error("no table at all")
	}
}

// The derivation is frozen: a repeat after an upgrade must say the same.
func TestDeriveIDIsFrozen(t *testing.T) {
	token := push.Token{Vendor: push.OPPO, App: "driver", Value: "CN_abc"}
	n := &push.Notification{Key: "order-17"}
	id, ok := push.DeriveID("oppo.app_message_id", n, token)
	if !ok {
		t.Fatal("no id")
	}
	for what, got := range map[string]string{
		"hex": id.Hex(16), "uuid": id.UUID(), "decimal": id.Decimal(1 << 31),
	} {
		if want := map[string]string{"hex": wantHex, "uuid": wantUUID, "decimal": wantDecimal}[what]; got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	same := token
	same.Env, same.OS, same.Language = push.Production, push.Android, "de"
	if again, _ := push.DeriveID("oppo.app_message_id", n, same); again != id {
		t.Error("spelling, system or language changed it")
	}
	for what, change := range map[string]func(){
		"value": func() { same.Value += "x" }, "app": func() { same.App = "x" }, "vendor": func() { same.Vendor = push.Vivo }, "env": func() { same.Env = push.Sandbox },
	} {
		same = token
		change()
		if again, _ := push.DeriveID("oppo.app_message_id", n, same); again == id {
			t.Errorf("another %s has the same id", what)
		}
	}
	if again, _ := push.DeriveID("oppo.x", n, token); again == id {
		t.Error("another use has the same id")
	}
	if _, ok := push.DeriveID("x", &push.Notification{}, token); ok {
		t.Error("an id from no key")
	}
	if push.Derive("u", "a", "bc") == push.Derive("u", "ab", "c") {
		t.Error("the parts run together")
	}
}

func TestDerivedForms(t *testing.T) {
	for i := range 2000 {
		id := push.Derive("test", fmt.Sprint(i))
		if n := id.Int(100); n < 1 || n > 100 {
			t.Fatalf("Int gave %d", n)
		}
		u := id.UUID()
		if len(u) != 36 || u[14] != '8' || !strings.ContainsRune("89ab", rune(u[19])) || u != strings.ToLower(u) {
			t.Fatalf("UUID gave %q", u)
		}
	}
	id := push.Derive("test")
	if len(id.Hex(0)) != 1 || len(id.Hex(99)) != 64 || id.Int(0) != 1 || id.Decimal(1) != "1" {
		t.Error("limits")
	}
	if id := (push.Token{Vendor: push.FCM, Value: "secret"}).ID(); len(id) != 64 || strings.Contains(id, "secret") {
		t.Errorf("token id %q", id)
	}
}

func TestTypeTable(t *testing.T) {
	table := push.TypeTable{Honor: 14}
	if err := table.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		number int
		os     push.OS
		want   push.Vendor // empty: refused
	}{
		{3, push.IOS, push.APNs}, {3, push.Android, ""}, {13, push.IOS, push.FCM}, {13, push.Android, push.FCM},
		{4, push.Android, push.Xiaomi}, {5, push.Android, push.Huawei}, {6, push.Android, push.Meizu}, {7, push.Android, push.OPPO},
		{8, push.Android, push.Vivo}, {10, push.Android, push.HuaweiQuick}, {14, push.Android, push.Honor}, {5, push.IOS, ""}, {14, push.IOS, ""},
		{0, push.Android, ""}, {1, push.Android, ""}, {2, push.Android, ""}, {9, push.Android, ""}, {11, push.Android, ""}, {12, push.Android, ""},
		{-3, push.IOS, ""}, {13, push.OSUnknown, ""}, {13, 3, ""},
	} {
		got, err := table.Vendor(c.number, c.os)
		if got != c.want || (c.want == "") != (waybill.CodeOf(err) == waybill.InvalidArgument) {
			t.Errorf("%d on %v: %q, %v", c.number, c.os, got, err)
		}
		if c.want != "" {
			if n, ok := table.Number(got); n != c.number || !ok {
				t.Errorf("%s has number %d, %t", got, n, ok)
			}
		}
	}
	var none push.TypeTable
	if n, ok := none.Number(push.Honor); ok || n != 0 {
		t.Errorf("Honor has number %d", n)
	}
	if _, ok := none.Number("acme"); ok {
		t.Error("a stranger has a number")
	}
	if v, err := none.Vendor(0, push.Android); err == nil {
		t.Errorf("0 is %q", v)
	}
	for _, n := range []int{5, 13, -1} {
		if err := (push.TypeTable{Honor: n}).Validate(); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("Honor as %d: %v", n, err)
		}
	}
}

func TestNames(t *testing.T) {
	for v, want := range map[fmt.Stringer]string{
		push.OSUnknown: "unknown", push.Android: "android", push.IOS: "ios", push.OS(9): "invalid",
		push.EventUnknown: "unknown", push.EventDead: "dead", push.EventStatus(9): "invalid",
		push.UserAccepted: "accepted", push.UserNoToken: "no_token", push.Outcome(99): "invalid", push.Outcome(0): "none",
	} {
		if v.String() != want {
			t.Errorf("%T: %q, want %q", v, v, want)
		}
	}
}

// Computed apart from this package.
const (
	wantHex     = "573053864785fdf6"
	wantUUID    = "57305386-4785-8df6-822b-6203e3a8378c"
	wantDecimal = "1199963639"
)
