package push_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

func TestNotificationValidate(t *testing.T) {
	good := func() push.Notification { return push.Notification{Kind: push.KindOrder, Title: "T"} }
	badge, negative := 0, -1
	for name, c := range map[string]struct {
		change func(*push.Notification)
		bad    string // part of the message, empty when it is good
	}{
		"plain":               {func(*push.Notification) {}, ""},
		"body only":           {func(n *push.Notification) { n.Title, n.Body = "", "B" }, ""},
		"data only":           {func(n *push.Notification) { n.Display, n.Title, n.Data = push.DataOnly, "", map[string]string{"a": ""} }, ""},
		"badge cleared":       {func(n *push.Notification) { n.Badge = &badge }, ""},
		"longest":             {func(n *push.Notification) { n.TTL, n.Collapse = push.MaxTTL, strings.Repeat("c", 64) }, ""},
		"shortest":            {func(n *push.Notification) { n.TTL = time.Second }, ""},
		"region":              {func(n *push.Notification) { n.Region = "HK" }, ""},
		"no kind":             {func(n *push.Notification) { n.Kind = 0 }, "kind"},
		"unknown kind":        {func(n *push.Notification) { n.Kind = 5 }, "kind"},
		"unknown display":     {func(n *push.Notification) { n.Display = 2 }, "display"},
		"unknown priority":    {func(n *push.Notification) { n.Priority = 3 }, "priority"},
		"nothing to show":     {func(n *push.Notification) { n.Title = "" }, "title"},
		"nothing to hand":     {func(n *push.Notification) { n.Display = push.DataOnly }, "data"},
		"broken title":        {func(n *push.Notification) { n.Title = "\xff" }, "UTF-8"},
		"broken body":         {func(n *push.Notification) { n.Body = "\xff" }, "UTF-8"},
		"negative ttl":        {func(n *push.Notification) { n.TTL = -1 }, "ttl"},
		"long ttl":            {func(n *push.Notification) { n.TTL = push.MaxTTL + 1 }, "ttl"},
		"tiny ttl":            {func(n *push.Notification) { n.TTL = time.Second - 1 }, "ttl"},
		"long collapse":       {func(n *push.Notification) { n.Collapse = strings.Repeat("c", 65) }, "collapse"},
		"line in collapse":    {func(n *push.Notification) { n.Collapse = "a\r\nb" }, "collapse"},
		"broken key":          {func(n *push.Notification) { n.Key = "\xff" }, "key"},
		"line in key":         {func(n *push.Notification) { n.Key = "a\r\nb" }, "key"},
		"line in click":       {func(n *push.Notification) { n.Click = "a\nb" }, "click"},
		"broken sound":        {func(n *push.Notification) { n.Sound = "\xff" }, "sound"},
		"plain http image":    {func(n *push.Notification) { n.Image = "http://x/y" }, "image"},
		"negative badge":      {func(n *push.Notification) { n.Badge = &negative }, "badge"},
		"small region":        {func(n *push.Notification) { n.Region = "hk" }, "region"},
		"empty key":           {func(n *push.Notification) { n.Data = map[string]string{"": ""} }, "data key"},
		"broken value":        {func(n *push.Notification) { n.Data = map[string]string{"a": "\xff"} }, "data key"},
		"reserved key":        {func(n *push.Notification) { n.Data = map[string]string{push.Expiry: "1"} }, "reserved"},
		"key reserved by us":  {func(n *push.Notification) { n.Data = map[string]string{push.Reserved + "x": "1"} }, "reserved"},
		"personal data shows": {func(n *push.Notification) { n.Title = ""; n.Key = "k" }, "title"},
	} {
		t.Run(name, func(t *testing.T) {
			n := good()
			c.change(&n)
			err := n.Validate()
			if c.bad == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := waybill.AsError(err)
			if e == nil || e.Code != waybill.InvalidArgument || e.Scope != waybill.ScopeRequest || e.Delivery != waybill.NotSent || e.Ref != n.Key || !strings.Contains(e.Message, c.bad) {
				t.Errorf("got %v", err)
			}
		})
	}
	var none *push.Notification
	if err := none.Validate(); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("nil: %v", err)
	}
}

func TestNotificationDefaults(t *testing.T) {
	n := &push.Notification{Kind: push.KindOrder}
	if n.Life() != 24*time.Hour || !n.Urgent() || n.Replaces() {
		t.Errorf("%v %t %t", n.Life(), n.Urgent(), n.Replaces())
	}
	n = &push.Notification{Kind: push.KindOrder, Priority: push.Normal, TTL: time.Minute, Collapse: "x"}
	if n.Life() != time.Minute || n.Urgent() || !n.Replaces() {
		t.Errorf("%v %t %t", n.Life(), n.Urgent(), n.Replaces())
	}
	if n = (&push.Notification{Kind: push.KindMarketing}); n.Urgent() {
		t.Error("marketing is urgent")
	}
	if n.Priority = push.High; !n.Urgent() {
		t.Error("high is not urgent")
	}
}

func TestTokenValidate(t *testing.T) {
	for name, c := range map[string]struct {
		token push.Token
		good  bool
	}{
		"good":         {push.Token{Vendor: push.FCM, Value: "a:b_c-d"}, true},
		"production":   {push.Token{Vendor: push.APNs, Env: push.Production, Value: "a"}, true},
		"sandbox":      {push.Token{Vendor: push.APNs, Env: push.Sandbox, Value: "a"}, true},
		"another's":    {push.Token{Vendor: "acme", App: "x", Value: "a"}, true},
		"no vendor":    {push.Token{Value: "a"}, false},
		"empty":        {push.Token{Vendor: push.FCM}, false},
		"too long":     {push.Token{Vendor: push.FCM, Value: strings.Repeat("a", 4097)}, false},
		"blank":        {push.Token{Vendor: push.FCM, Value: "a b"}, false},
		"line break":   {push.Token{Vendor: push.FCM, Value: "a\nb"}, false},
		"no ASCII":     {push.Token{Vendor: push.FCM, Value: "é"}, false},
		"other env":    {push.Token{Vendor: push.FCM, Env: "test", Value: "a"}, false},
		"not even UTF": {push.Token{Vendor: push.FCM, Value: "\xff"}, false},
	} {
		err := c.token.Validate()
		if (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (waybill.CodeOf(err) != waybill.InvalidArgument || waybill.ScopeOf(err) != waybill.ScopeRecipient || waybill.DeliveryOf(err) != waybill.NotSent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTokensAreMasked(t *testing.T) {
	secret := "dGhpcyBpcyBhIHRva2Vu:APA91bHsecret"
	token := push.Token{Vendor: push.FCM, App: "a", Value: secret}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{token, push.Result{Token: token}, []push.Token{token}} {
			if s := fmt.Sprintf(format, v); strings.Contains(s, "APA91") || strings.Contains(s, "dGhpcyBp") {
				t.Errorf("%s shows %s", format, s)
			}
		}
	}
	if s := (push.Token{Vendor: push.FCM, Value: "short"}).String(); s != "fcm:…" {
		t.Errorf("got %s", s)
	}
}

func TestKindNames(t *testing.T) {
	for k, want := range map[push.Kind]string{push.KindUnset: "unset", push.KindOrder: "order", push.KindStatus: "status", push.KindCoupon: "coupon", push.KindMarketing: "marketing", 9: "unknown"} {
		if k.String() != want {
			t.Errorf("%d: %s", k, k)
		}
	}
}
