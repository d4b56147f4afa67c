package mail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
)

// relay is a scripted relay without a network: each Send takes the next step,
// the last one for ever.
type relay struct {
	name  string
	max   int64 // MaxSize
	steps []func(ctx context.Context, m *mail.Message) error

	mu    sync.Mutex
	calls int
	mails []mailtest.Mail
}

func (r *relay) Name() string   { return r.name }
func (r *relay) MaxSize() int64 { return r.max }

func (r *relay) Send(ctx context.Context, m *mail.Message) (mail.Receipt, error) {
	res := mail.Receipt{Served: waybill.Served{Provider: r.name}, MessageID: m.MessageID, ID: "q1"}
	for _, a := range m.Recipients() {
		res.Recipients = append(res.Recipients, mail.Recipient{Address: a})
	}
	if err := m.Validate(); err != nil {
		return res, err
	}
	r.mu.Lock()
	i := r.calls
	r.calls++
	r.mu.Unlock()
	if len(r.steps) > 0 {
		if step := r.steps[min(i, len(r.steps)-1)]; step != nil {
			if err := step(ctx, m); err != nil {
				for k := range res.Recipients {
					res.Recipients[k].Err = waybill.AsError(err)
				}
				return res, err
			}
		}
	}
	return res, r.take(ctx, m)
}

// take composes the mail as a real relay would.
func (r *relay) take(ctx context.Context, m *mail.Message) error {
	var b bytes.Buffer
	if _, err := mail.Compose(ctx, &b, m); err != nil {
		return err
	}
	got, err := mailtest.Parse(b.Bytes())
	if err != nil {
		return err
	}
	for _, a := range m.Recipients() {
		got.To = append(got.To, a.Addr)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mails = append(r.mails, got)
	return nil
}

func fails(code waybill.Code, scope waybill.Scope, d waybill.Delivery) func(context.Context, *mail.Message) error {
	return func(context.Context, *mail.Message) error {
		return &waybill.Error{Code: code, Scope: scope, Delivery: d, VendorCode: "451 4.3.0"}
	}
}

// reads makes a relay read the whole mail before it fails.
func (r *relay) reads(code waybill.Code, scope waybill.Scope, d waybill.Delivery) func(context.Context, *mail.Message) error {
	return func(ctx context.Context, m *mail.Message) error {
		if _, err := mail.Compose(ctx, io.Discard, m); err != nil {
			return err
		}
		return &waybill.Error{Code: code, Scope: scope, Delivery: d}
	}
}

var (
	down      = fails(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)
	ambiguous = fails(waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous)
	tooLarge  = fails(waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent)
)

func client(t testing.TB, options ...mail.Option) *mail.Client {
	t.Helper()
	c, err := mail.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func note() *mail.Message {
	return &mail.Message{From: mail.Address{Name: "Dispatch", Addr: "dispatch@sender.example"}, To: []mail.Address{{Addr: "customer@receiver.example"}},
		Subject: "Note", Text: "Hello.", HTML: "<html><body><p>Hello.</p></body></html>", Key: "order-17"}
}

// file is an attachment of n bytes.
func file(name string, n int) mail.Attachment {
	return mail.Attachment{Name: name, Type: "application/pdf", Size: int64(n), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data(n))), nil
	}}
}

// once is an attachment that can be read only once.
func once(name string, n int, size int64) mail.Attachment {
	used := false
	return mail.Attachment{Name: name, Size: size, Open: func() (io.ReadCloser, error) {
		if used {
			return nil, errors.New("it was read before")
		}
		used = true
		return io.NopCloser(bytes.NewReader(data(n))), nil
	}}
}

func data(n int) []byte { return bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n] }

// bucket is a bucket whose links can be fetched.
func bucket(t testing.TB, now func() time.Time) (*memstorage.Bucket, *httptest.Server) {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	b, err := memstorage.New("files", &memstorage.Options{BaseURL: "http://" + srv.Listener.Addr().String() + "/files",
		Secret: []byte("0123456789abcdef0123"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = b.Handler()
	srv.Start()
	t.Cleanup(srv.Close)
	return b, srv
}

// objects returns the keys in a bucket.
func objects(t testing.TB, b storage.Bucket) []string {
	t.Helper()
	var keys []string
	for o, err := range b.List(context.Background(), storage.ListOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, o.Key)
	}
	return keys
}

func want(t testing.TB, err error, code waybill.Code, d waybill.Delivery) *waybill.Error {
	t.Helper()
	e := waybill.AsError(err)
	if e == nil {
		t.Fatalf("got no error, want %v", code)
	}
	if e.Code != code || e.Delivery != d {
		t.Fatalf("got %v %v (%v), want %v %v", e.Code, e.Delivery, e, code, d)
	}
	return e
}
