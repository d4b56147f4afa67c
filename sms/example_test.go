package sms_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// printer stands for a gateway's adapter.
type printer struct {
	name string
	down bool
}

func (p printer) Name() string { return p.name }

func (p printer) Send(_ context.Context, m sms.Message) (sms.Receipt, error) {
	if p.down {
		return sms.Receipt{}, &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent, Provider: p.name, Op: "send"}
	}
	fmt.Printf("%s to %s from %q: %s\n", p.name, m.To.Masked(), m.From, m.Text)
	return sms.Receipt{Served: waybill.Served{Provider: p.name}, ID: "1"}, nil
}

func ExampleNew() {
	client, err := sms.New(
		sms.With(printer{name: "first", down: true}),
		sms.With(printer{name: "second"}),
		sms.WithSender(sms.SenderRule{From: "Waybill"}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := client.Send(context.Background(), sms.Message{To: "+447700900123", Text: "Order A-17 has arrived.", Key: "order-17"})
	fmt.Println(receipt.Provider, err)
	// Output:
	// second to +44****0123 from "Waybill": Order A-17 has arrived.
	// second <nil>
}

func ExampleWithTemplate() {
	client, err := sms.New(
		sms.With(printer{name: "gateway"}),
		sms.WithTemplate("arrived", sms.Template{
			Texts:    map[string]string{"en": "Order {order} has arrived.", "zh": "订单{order}已送达。"},
			Language: "en",
		}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, language := range []string{"en-GB", "zh-Hant", ""} {
		_, err := client.Send(context.Background(), sms.Message{
			To: "+447700900123", Template: "arrived", Language: language, Params: map[string]string{"order": "A-17"},
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// gateway to +44****0123 from "": Order A-17 has arrived.
	// gateway to +44****0123 from "": 订单A-17已送达。
	// gateway to +44****0123 from "": Order A-17 has arrived.
}

func ExampleClient_Explain() {
	client, err := sms.New(
		sms.With(printer{name: "home"}, sms.In("CN", "IN")),
		sms.With(printer{name: "abroad"}, sms.Outside("CN")),
		sms.WithSender(sms.SenderRule{Gateway: "home", Regions: []string{"CN"}, Sign: "运单"}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, to := range []sms.Number{"+8613800138000", "+919812345678"} {
		candidates, err := client.Explain(sms.Message{To: to, Text: "Hello"})
		if err != nil {
			fmt.Println(err)
		}
		for _, c := range candidates {
			fmt.Printf("%s: %d %s (%s)\n", to.Region(), c.Order, c.Instance, c.Reason)
		}
	}
	// Output:
	// CN: 1 home ()
	// CN: 0 abroad (does not serve this region)
	// IN: 0 home (IN wants senders registered: no sender rule for IN or template gives a header (From), an entity id, a content id)
	// IN: 0 abroad (IN wants senders registered: no sender rule for IN or template gives a header (From), an entity id, a content id)
}

func ExampleClient_Send() {
	lost := failing{waybill.Error{Code: waybill.Unavailable, Delivery: waybill.Ambiguous, Provider: "first", Op: "send"}}
	client, err := sms.New(sms.With(lost), sms.With(printer{name: "second"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	m := sms.Message{To: "+447700900123", Text: "Order A-17 has arrived."}
	_, err = client.Send(context.Background(), m)
	fmt.Println(waybill.DeliveryOf(err), err)

	m.AllowDuplicates = true
	receipt, err := client.Send(context.Background(), m)
	fmt.Println(receipt.Provider, receipt.PossibleDuplicate, err)
	// Output:
	// ambiguous first: send: unavailable
	// second to +44****0123 from "": Order A-17 has arrived.
	// second true <nil>
}

type failing struct{ err waybill.Error }

func (failing) Name() string { return "first" }

func (f failing) Send(context.Context, sms.Message) (sms.Receipt, error) {
	e := f.err
	return sms.Receipt{}, &e
}

func ExampleSignText() {
	fmt.Println(sms.SignText("运单", "您的订单已送达。"))
	// Output: 【运单】您的订单已送达。
}

func ExampleMessage_Validate() {
	fmt.Println(sms.Message{To: "+447700900123"}.Validate())
	// Output: sms: send: invalid argument (neither text nor template is set)
}

func ExampleNewMemoryRecorder() {
	records := sms.NewMemoryRecorder(100)
	client, err := sms.New(sms.With(printer{name: "gateway"}), sms.WithRecorder(records))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Send(context.Background(), sms.Message{To: "+447700900123", Text: "Hello", Key: "k-1"}); err != nil {
		fmt.Println(err)
	}
	for _, r := range records.Records() {
		fmt.Println(r.Key, r.Recipient, r.Region, r.Provider, r.Delivery)
	}
	// Output:
	// gateway to +44****0123 from "": Hello
	// k-1 +44****0123 GB gateway sent
}

// Rules hold what no gateway knows: here one code a minute for a number, and
// nothing for who said STOP.
func ExampleNewRules() {
	rules, err := sms.NewRules(sms.NewMemoryRules(), sms.RuleSet{Limits: sms.VerificationLimits()})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := sms.New(sms.With(printer{name: "gateway"}), sms.WithRules(rules))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	m := sms.Message{To: "+447700900123", Text: "Your code is 123456", Kind: sms.Verification}
	for range 2 {
		_, err = client.Send(ctx, m)
		fmt.Println(err)
	}
	_, _ = rules.Hear(ctx, sms.Inbound{Gateway: "gateway", From: "+447700900123", Text: "Stop"})
	_, err = client.Send(ctx, m)
	fmt.Println(err)
	// Output:
	// gateway to +44****0123 from "": Your code is 123456
	// <nil>
	// sms: send: recipient limited (a frequency limit is reached)
	// sms: send: opted out (the recipient has opted out)
}

// A number that hard-bounces or complains is blocked for everything; who said
// STOP gets no marketing until START.
func ExampleRules_Block() {
	rules, err := sms.NewRules(sms.NewMemoryRules(), sms.RuleSet{})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := sms.New(sms.With(printer{name: "gateway"}), sms.WithRules(rules))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	m := sms.Message{To: "+447700900123", Text: "Hello", Kind: sms.Notification}
	_ = rules.Block(ctx, m.To)
	_, err = client.Send(ctx, m)
	fmt.Println(err)
	_ = rules.Unblock(ctx, m.To)
	_, err = client.Send(ctx, m)
	fmt.Println(err)
	// Output:
	// sms: send: opted out (the number is on the block list)
	// gateway to +44****0123 from "": Hello
	// <nil>
}
