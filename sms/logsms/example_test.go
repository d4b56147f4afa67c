package logsms_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/logsms"
)

func ExampleNew() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	gateway, err := logsms.New(log, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := sms.New(sms.With(gateway))
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := client.Send(context.Background(), sms.Message{To: "+447700900123", Text: "Order A-17 has arrived.", Key: "order-17"})
	fmt.Println(receipt.ID, err)
	// Output:
	// level=INFO msg=sms id=log-1 to=+44****0123 region=GB kind=notification key=order-17 encoding=gsm7 parts=1 characters=23
	// log-1 <nil>
}

func ExampleAdapter_Send() {
	gateway, err := logsms.New(slog.New(slog.DiscardHandler), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := gateway.Send(context.Background(), sms.Message{To: "+447700900123", Text: "Hello"})
	fmt.Println(receipt.Provider, receipt.ID, len(receipt.Parts), err)
	// Output: logsms log-1 1 <nil>
}
