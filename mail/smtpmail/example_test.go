package smtpmail_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

func ExampleNew() {
	// A server for this example; a service names its own relay.
	server := mailtest.NewSMTP(&mailtest.SMTPOptions{Users: map[string]string{"dispatch@acme.example": "secret"}})
	defer server.Close()

	relay, err := smtpmail.New(server.Addr(), &smtpmail.Options{
		Username: "dispatch@acme.example", Password: "secret",
		TLSConfig: server.TLSConfig(), // only since nobody else trusts the example's server
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer relay.Close()
	client, err := mail.New(mail.With(relay))
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := client.Send(context.Background(), &mail.Message{
		From: mail.Address{Name: "Dispatch", Addr: "dispatch@acme.example"}, To: []mail.Address{{Addr: "customer@shop.example"}},
		Subject: "Your parcel", Text: "It is on its way.", Key: "order-17-sent",
	})
	fmt.Println(receipt.Provider, server.Accepted(receipt.MessageID), err)
	// Output: smtpmail 1 <nil>
}

func ExampleRelay_Send() {
	server := mailtest.NewSMTP(&mailtest.SMTPOptions{Refuse: map[string]string{"gone@shop.example": "550 5.1.1 no such user"}})
	defer server.Close()
	relay, err := smtpmail.New(server.Addr(), &smtpmail.Options{TLSConfig: server.TLSConfig()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer relay.Close()
	receipt, err := relay.Send(context.Background(), &mail.Message{
		From: mail.Address{Addr: "dispatch@acme.example"}, Subject: "Your parcel", Text: "It is on its way.",
		To: []mail.Address{{Addr: "customer@shop.example"}, {Addr: "gone@shop.example"}},
	})
	fmt.Println(waybill.DeliveryOf(err), err)
	for _, r := range receipt.Recipients {
		fmt.Println(r.Address, r.Err == nil)
	}
	// Output:
	// sent smtpmail: send: unregistered (550 5.1.1 not all recipients were accepted: there is no such recipient: no such user); it was sent
	// c…@shop.example true
	// g…@shop.example false
}
