package pushtest

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
)

// foreign is an override of a vendor by name, of a type that no adapter knows.
type foreign push.Vendor

// PushVendor implements [push.Override].
func (f foreign) PushVendor() push.Vendor { return push.Vendor(f) }

// contract tries what the notification promises of texts, times, classes,
// overrides and ids. Cases whose part of the harness is missing are left out.
func (h *Harness) contract(sub suitetest.Sub) {
	if v := h.Token(0).Vendor; v == push.FCM || v == push.APNs {
		sub("apple_order_data_only", h.appleOrder)
	}
	sub("override_of_another_vendor", h.otherOverride)
	sub("longer_ttl_refused", h.longerTTL)
	sub("longer_ttl_allowed", h.allowedTTL)
	sub("keys_only", h.keysOnly)
	if h.Override != nil {
		sub("override_of_another_type", h.strangeOverride)
		sub("override", func(t tester) {
			n := order()
			n.Overrides = []push.Override{h.Override}
			h.bench(t).good(t, n, h.tokens(2))
		})
	}
	if h.Read != nil {
		sub("texts_by_language", h.texts)
		sub("absolute_expiry", h.expiry)
	}
	if h.WithClasses != nil {
		sub("classes", h.classes)
	}
	if h.Topic != nil {
		sub("topic", h.topic)
	}
	if h.Audience != nil {
		sub("broadcast", h.broadcast)
	}
}

// appleOrder wants data alone refused for an order to an Apple device, and for
// nobody else.
func (h *Harness) appleOrder(t tester) {
	b := h.bench(t)
	n := &push.Notification{Kind: push.KindOrder, Display: push.DataOnly, Data: map[string]string{"order": "Wombat-content-7"}, Key: suiteRef}
	tokens := h.tokens(2)
	tokens[0].OS = push.IOS
	results := b.send(t, t.Context(), n, tokens)
	want(t, "data only for an order on an iPhone", results[0].Err, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent)
	if tokens[1].Apple() {
		want(t, "data only for an order to APNs", results[1].Err, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent)
	}
	b.ledger(t, results)
	if b.s.Accepted(tokens[0].Value) > 0 {
		t.Error("the server accepted it")
	}
}

// otherOverride wants the override of another vendor to make no difference.
func (h *Harness) otherOverride(t tester) {
	n := order()
	n.Overrides = []push.Override{foreign("acme-of-nobody")}
	h.bench(t).good(t, n, h.tokens(1))
}

// strangeOverride wants an override for this vendor that is not of the adapter's
// type refused, not passed over.
func (h *Harness) strangeOverride(t tester) {
	n := order()
	n.Overrides = []push.Override{foreign(h.Token(0).Vendor)}
	h.unseen(t, n, waybill.Unsupported)
}

// minTTL is the vendor's shortest life.
func (h *Harness) minTTL() time.Duration { return max(h.MinTTL, time.Second) }

func (h *Harness) longerTTL(t tester) {
	ttl := h.minTTL()/2 - time.Second
	if ttl < time.Second {
		t.Skip("the vendor's shortest time to live is too short to be above twice another")
	}
	n := order()
	n.TTL = ttl
	h.unseen(t, n, waybill.Unsupported)
}

func (h *Harness) allowedTTL(t tester) {
	b := h.bench(t)
	n := order()
	n.TTL, n.AllowLongerTTL = time.Second, true
	results := b.good(t, n, h.tokens(1))
	raised := slices.ContainsFunc(results[0].Adjusted, func(a push.Adjustment) bool { return a.Field == "ttl" })
	if longer := h.minTTL() > time.Second; raised != longer {
		t.Errorf("the time to live was raised: %t, and reported as adjusted: %t", longer, raised)
	}
}

// keysOnly wants texts by key sent by vendors that have them and refused by the
// others.
func (h *Harness) keysOnly(t tester) {
	n := order()
	n.Title, n.Body = "", ""
	n.TitleKey, n.BodyKey, n.BodyArgs = "order_title", "order_body", []string{"17"}
	if h.Textless {
		h.unseen(t, n, waybill.Unsupported)
		return
	}
	b := h.bench(t)
	b.good(t, n, h.tokens(1))
	if h.Read == nil {
		return
	}
	if r, ok := h.Read(b.s, h.Token(0).Value); !ok || r.TitleKey != n.TitleKey || r.BodyKey != n.BodyKey {
		t.Errorf("the server read the keys %q and %q", r.TitleKey, r.BodyKey)
	}
}

// texts wants every token to get the text of its language.
func (h *Harness) texts(t tester) {
	b := h.bench(t)
	n := order()
	n.Texts = map[string]push.Text{"zh": {Title: "Zebrafish zh", Body: "Quokka zh"}, "zh-Hant": {Title: "Zebrafish Hant", Body: "Quokka Hant"}, "pt-br": {Title: "Zebrafish pt"}}
	tokens := h.tokens(7)
	wanted := []string{n.Title, "Zebrafish zh", "Zebrafish Hant", "Zebrafish zh", "Zebrafish pt", n.Title, n.Title}
	for i, language := range []string{"", "zh", "zh-Hant-TW", "ZH-cn", "pt-BR", "fr", "pt"} {
		tokens[i].Language = language
	}
	b.good(t, n, tokens)
	for i := range tokens {
		if r, ok := h.Read(b.s, tokens[i].Value); !ok || r.Title != wanted[i] {
			t.Errorf("a token of language %q got the title %q, want %q", tokens[i].Language, r.Title, wanted[i])
		}
	}
}

// expiry wants the absolute end in the data and a time to live that is not longer
// than asked.
func (h *Harness) expiry(t tester) {
	b := h.bench(t)
	n := order()
	n.TTL = max(n.TTL, h.minTTL())
	before := time.Now()
	b.good(t, n, h.tokens(1))
	r, ok := h.Read(b.s, h.Token(0).Value)
	if !ok {
		t.Fatal("the server read nothing")
	}
	if r.TTL > n.TTL {
		t.Errorf("the time to live was raised from %v to %v", n.TTL, r.TTL)
	}
	at, err := strconv.ParseInt(r.Data[push.Expiry], 10, 64)
	if err != nil || at < before.Add(n.TTL).Unix() || at > time.Now().Add(n.TTL).Unix()+1 {
		t.Errorf("%s is %q in the data, want the end in Unix seconds", push.Expiry, r.Data[push.Expiry])
	}
	for k, v := range n.Data {
		if r.Data[k] != v {
			t.Errorf("data %q arrived otherwise than it was given", k)
		}
	}
}

// classes wants New to fail when the table lacks any kind.
func (h *Harness) classes(t tester) {
	all := push.Kinds()
	if err := h.WithClasses(all); err != nil {
		t.Errorf("with a row for every kind: %v", err)
	}
	for i, k := range all {
		some := slices.Delete(slices.Clone(all), i, i+1)
		if err := h.WithClasses(some); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("without a row for kind %s: %v, want invalid argument", k, err)
		}
	}
}

func (h *Harness) topic(t tester) {
	b := h.bench(t)
	s, ok := b.p.(push.TopicSender)
	if !ok {
		t.Fatal("the adapter is no push.TopicSender")
	}
	other := *h.Topic
	other.Vendor = "another-than-" + other.Vendor
	b.audience(t, h.Topic.Audience, func(ctx context.Context, n *push.Notification) push.Result { return s.SendTopic(ctx, n, *h.Topic) },
		func(ctx context.Context, n *push.Notification) push.Result { return s.SendTopic(ctx, n, other) },
		func(ctx context.Context, n *push.Notification) push.Result {
			return s.SendTopic(ctx, n, push.Topic{Audience: h.Topic.Audience})
		})
}

func (h *Harness) broadcast(t tester) {
	b := h.bench(t)
	s, ok := b.p.(push.Broadcaster)
	if !ok {
		t.Fatal("the adapter is no push.Broadcaster")
	}
	other := *h.Audience
	other.Vendor = "another-than-" + other.Vendor
	b.audience(t, *h.Audience, func(ctx context.Context, n *push.Notification) push.Result { return s.Broadcast(ctx, n, *h.Audience) },
		func(ctx context.Context, n *push.Notification) push.Result { return s.Broadcast(ctx, n, other) },
		func(ctx context.Context, n *push.Notification) push.Result {
			return s.Broadcast(ctx, n, push.Audience{})
		})
}

// audience tries a send to many at once: the good, the foreign and the invalid
// way.
func (b bench) audience(t tester, a push.Audience, good, other, invalid func(context.Context, *push.Notification) push.Result) {
	t.Helper()
	n := order()
	if r := other(t.Context(), n); r.Err == nil || r.Err.Code != waybill.Unsupported || r.Err.Delivery != waybill.NotSent {
		t.Errorf("another vendor's audience: %v", r.Err)
	}
	if r := invalid(t.Context(), n); r.Err == nil || r.Err.Code != waybill.InvalidArgument || r.Err.Delivery != waybill.NotSent {
		t.Errorf("an invalid audience: %v", r.Err)
	}
	if r := good(t.Context(), &push.Notification{}); r.Err == nil || r.Err.Code != waybill.InvalidArgument {
		t.Errorf("an invalid notification: %v", r.Err)
	}
	if b.s.Sends() != 0 {
		t.Errorf("the server saw %d requests of what cannot be sent", b.s.Sends())
	}
	r := good(t.Context(), n)
	if r.Err != nil || r.ID == "" || r.Provider != b.p.Name() || r.Token.Vendor != a.Vendor || r.Dead {
		t.Errorf("got %+v, %v", r, r.Err)
	}
	b.s.Fail(Faults()[len(Faults())-1])
	if r := good(t.Context(), n); r.Err == nil {
		t.Error("the vendor failed and the adapter reported success")
	}
}
