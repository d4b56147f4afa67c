package mail_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/storage/memstorage"
)

// printer is a relay that prints what it is given.
type printer struct{ name string }

func (p printer) Name() string { return p.name }

func (p printer) Send(ctx context.Context, m *mail.Message) (mail.Receipt, error) {
	n, err := mail.Compose(ctx, io.Discard, m)
	if err != nil {
		return mail.Receipt{}, err
	}
	fmt.Printf("%s: %q to %d, %d files\n", p.name, m.Subject, len(m.Recipients()), len(m.Attachments))
	return mail.Receipt{Served: waybill.Served{Provider: p.name}, MessageID: m.MessageID, Size: n}, nil
}

// broken is a relay that cannot be reached.
type broken struct{}

func (broken) Name() string { return "broken" }

func (broken) Send(context.Context, *mail.Message) (mail.Receipt, error) {
	return mail.Receipt{}, &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent, Provider: "broken", Op: "send"}
}

func invoice() *mail.Message {
	content := bytes.Repeat([]byte("%PDF"), 100_000)
	return &mail.Message{
		From: mail.Address{Name: "Dispatch", Addr: "dispatch@acme.example"}, To: []mail.Address{{Addr: "customer@shop.example"}},
		Subject: "Your invoice", Text: "Please find your invoice enclosed.", Key: "order-17-invoice",
		Attachments: []mail.Attachment{{Name: "invoice.pdf", Type: "application/pdf", Size: int64(len(content)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}},
	}
}

func ExampleNew() {
	client, err := mail.New(mail.With(broken{}), mail.With(printer{"spare"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := client.Send(context.Background(), invoice())
	fmt.Println(receipt.Provider, receipt.MessageID, err)
	// Output:
	// spare: "Your invoice" to 1, 1 files
	// spare 329995030ec4c4604c208a6114e3be38@acme.example <nil>
}

func ExampleWithOffload() {
	bucket, err := memstorage.New("attachments", &memstorage.Options{
		BaseURL: "https://files.acme.example/a", Secret: []byte("at least sixteen bytes"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := mail.New(mail.With(printer{"relay"}), mail.WithOffload(mail.Offload{Bucket: bucket, Limit: 100_000}))
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := client.Send(context.Background(), invoice())
	for _, l := range receipt.Links {
		fmt.Println(l.Name, l.Size, strings.HasPrefix(l.URL, "https://files.acme.example/a"), err)
	}
	// Output:
	// relay: "Your invoice" to 1, 0 files
	// invoice.pdf 400000 true <nil>
}

func ExampleClient_Explain() {
	client, err := mail.New(mail.With(printer{"home"}, mail.In("CN")), mail.With(printer{"abroad"}, mail.Outside("CN")))
	if err != nil {
		fmt.Println(err)
		return
	}
	m := invoice()
	m.Region = "HK"
	who, err := client.Explain(m)
	for _, c := range who {
		fmt.Printf("%s %d %q\n", c.Provider, c.Order, c.Reason)
	}
	fmt.Println(err)
	// Output:
	// abroad 1 ""
	// home 0 "does not serve this region"
	// <nil>
}

func ExampleClient_Send() {
	client, err := mail.New(mail.With(broken{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Send(context.Background(), invoice())
	fmt.Println(waybill.DeliveryOf(err), waybill.Retryable(err), len(waybill.Attempts(err)))
	// Output:
	// not_sent true 2
}

func ExampleNewMemoryRecorder() {
	recorder := mail.NewMemoryRecorder(100)
	client, err := mail.New(mail.With(printer{"relay"}), mail.WithRecorder(recorder))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = client.Send(context.Background(), invoice())
	for _, r := range recorder.Records() {
		fmt.Println(r.Domain, r.Key, r.Recipient, r.Delivery, r.Provider)
	}
	// Output:
	// relay: "Your invoice" to 1, 1 files
	// mail order-17-invoice c…@shop.example sent relay
}

func ExampleCompose() {
	m := &mail.Message{From: mail.Address{Addr: "a@acme.example"}, To: []mail.Address{{Name: "客户", Addr: "b@shop.example"}}, Subject: "Hello", Text: "Good day."}
	m = m.Stamp()
	var raw bytes.Buffer
	if _, err := mail.Compose(context.Background(), &raw, m); err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(raw.String(), "\r\n", "\n"), "\n") {
		if !strings.HasPrefix(line, "Date") && !strings.HasPrefix(line, "Message-ID") {
			fmt.Fprintln(os.Stdout, line)
		}
	}
	// Output:
	// From: <a@acme.example>
	// To: =?utf-8?B?5a6i5oi3?= <b@shop.example>
	// Subject: Hello
	// MIME-Version: 1.0
	// Content-Type: text/plain; charset=utf-8
	// Content-Transfer-Encoding: quoted-printable
	//
	// Good day.
}

func ExampleEncodedSize() {
	size, known := mail.EncodedSize(invoice())
	fmt.Println(size > 400_000*1368/1000 && size < 400_000*1380/1000, known)
	// Output: true true
}

func ExampleParseAddress() {
	a, err := mail.ParseAddress("Dispatch <dispatch@acme.example>")
	fmt.Println(a.Name, a, err)
	// Output: Dispatch d…@acme.example <nil>
}

// A relay of one's own signs by DKIM; the public half of the key is in the DNS.
func ExampleNewSigner() {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := mail.NewSigner("acme.example", "s1", key, nil) // for smtpmail's option DKIM
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(signer.Signs(mail.Address{Addr: "orders@mail.acme.example"}), signer.Signs(mail.Address{Addr: "orders@other.example"}))
	m := &mail.Message{From: mail.Address{Addr: "orders@acme.example"}, To: []mail.Address{{Addr: "mei@example.com"}}, Subject: "Your order", Text: "Thank you."}
	signed, err := mail.Sign(context.Background(), m, signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	var b strings.Builder
	_, err = signed.Compose(context.Background(), &b)
	fmt.Println(strings.HasPrefix(b.String(), "DKIM-Signature: "), err)
	// Output:
	// true false
	// true <nil>
}
