package dbtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/sqlmail"
	"github.com/waybill-go/waybill/sms/sqlsms"
)

// postbox is a relay that answers each mail by the recipients it refuses and an
// error for the whole.
type postbox struct {
	refuse map[string]bool
	err    error
	sent   int
}

func (*postbox) Name() string { return "postbox" }

func (p *postbox) Send(_ context.Context, m *mail.Message) (mail.Receipt, error) {
	res := mail.Receipt{MessageID: m.MessageID, ID: "q-1"}
	bad := 0
	for _, a := range m.Recipients() {
		r := mail.Recipient{Address: a}
		switch {
		case p.err != nil:
			r.Err = waybill.AsError(p.err)
		case p.refuse[a.Addr]:
			bad++
			r.Err = &waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, VendorCode: "550 5.1.1"}
		}
		res.Recipients = append(res.Recipients, r)
	}
	switch {
	case p.err != nil:
		return res, p.err
	case bad == len(res.Recipients):
		return res, res.Recipients[0].Err
	case bad > 0:
		p.sent++
		return res, &waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.Sent}
	}
	p.sent++
	return res, nil
}

func mailRecorder(t *testing.T, db *sql.DB, d sqlmail.Dialect) *sqlmail.Recorder {
	t.Helper()
	r, err := sqlmail.New(db, d, &sqlmail.Options{Application: "orders", ProductLine: "line", OnError: func(_ context.Context, r []waybill.Record, err error) {
		t.Errorf("%d records: %v", len(r), err)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func letter(key string, to ...string) *mail.Message {
	m := &mail.Message{From: mail.Address{Addr: "dispatch@acme.example"}, Text: "x", Key: key, Tenant: "acme"}
	for _, a := range to {
		m.To = append(m.To, mail.Address{Addr: a})
	}
	return m
}

// TestSQLMail: a mail's key is held while any recipient may have got it.
func TestSQLMail(t *testing.T) {
	const a, b = "a@receiver.example", "b@receiver.example"
	down := &waybill.Error{Code: waybill.PermissionDenied, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, VendorCode: "554 5.7.1"}
	vanished := &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.Ambiguous}
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := mailRecorder(t, db, d)
		for name, c := range map[string]struct {
			box  postbox
			want [2]waybill.Delivery
			held bool
		}{
			"sent":           {postbox{}, [2]waybill.Delivery{waybill.Sent, waybill.Sent}, true},
			"first refused":  {postbox{refuse: map[string]bool{a: true}}, [2]waybill.Delivery{waybill.NotSent, waybill.Sent}, true},
			"second refused": {postbox{refuse: map[string]bool{b: true}}, [2]waybill.Delivery{waybill.Sent, waybill.NotSent}, true},
			"both refused":   {postbox{refuse: map[string]bool{a: true, b: true}}, [2]waybill.Delivery{waybill.NotSent, waybill.NotSent}, false},
			"refused":        {postbox{err: down}, [2]waybill.Delivery{waybill.NotSent, waybill.NotSent}, false},
			"vanished":       {postbox{err: vanished}, [2]waybill.Delivery{waybill.Ambiguous, waybill.Ambiguous}, true},
		} {
			t.Run(name, func(t *testing.T) {
				client, err := mail.New(mail.With(&c.box, mail.As("box-1")), mail.WithRecorder(r))
				if err != nil {
					t.Fatal(err)
				}
				key := strings.ReplaceAll(name, " ", "-")
				_, _ = client.Send(t.Context(), letter(key, a, b))
				got, err := r.Find(t.Context(), "acme", key)
				if err != nil || len(got) != 2 {
					t.Fatalf("%d records, %v", len(got), err)
				}
				for _, one := range got {
					if one.Domain != "mail" || one.Application != "orders" || one.Instance != "box-1" || one.Ended.IsZero() || len(one.Recipient) > 25 {
						t.Errorf("%+v", one)
					}
					want := c.want[0]
					if one.Recipient == "b…@receiver.example" {
						want = c.want[1]
					}
					if one.Delivery != want {
						t.Errorf("%s is %v, want %v", one.Recipient, one.Delivery, want)
					}
				}
				again, err := mail.New(mail.With(&postbox{}), mail.WithRecorder(r))
				if err != nil {
					t.Fatal(err)
				}
				// To whom it goes this time does not matter: it is the same mail.
				_, err = again.Send(t.Context(), letter(key, b))
				var old *sqlmail.Existing
				if held := errors.Is(err, waybill.ErrAlreadyExists) && errors.As(err, &old); held != c.held || !held && err != nil {
					t.Errorf("again: %v", err)
				}
				m := letter(key, a)
				m.AllowDuplicates = true
				if _, err := again.Send(t.Context(), m); err != nil {
					t.Errorf("with duplicates allowed: %v", err)
				}
			})
		}
	})
}

// TestSQLMailResolve: the key comes back when it is found that nobody got it, and
// not before.
func TestSQLMailResolve(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := mailRecorder(t, db, d)
		to := make([]string, 300) // more than one INSERT
		for i := range to {
			to[i] = fmt.Sprintf("r%d@receiver.example", i)
		}
		lost, err := mail.New(mail.With(&postbox{err: &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.Ambiguous}}), mail.WithRecorder(r))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = lost.Send(t.Context(), letter("k", to...))
		open, err := r.Open(t.Context(), time.Now().Add(time.Hour), 1000)
		if err != nil || len(open) != len(to) {
			t.Fatalf("%d open, %v", len(open), err)
		}
		again, err := mail.New(mail.With(&postbox{}), mail.WithRecorder(r))
		if err != nil {
			t.Fatal(err)
		}
		for i, one := range open {
			if _, err := again.Send(t.Context(), letter("k", to[0])); i%40 == 0 && !errors.Is(err, waybill.ErrAlreadyExists) {
				t.Fatalf("with %d open: %v", len(open)-i, err)
			}
			if ok, err := r.Resolve(t.Context(), one.ID, waybill.NotSent, ""); !ok || err != nil {
				t.Fatalf("%v %v", ok, err)
			}
		}
		if _, err := again.Send(t.Context(), letter("k", to[0])); err != nil {
			t.Errorf("nobody got it: %v", err)
		}
		counts, err := r.Counts(t.Context(), "orders", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		var n int64
		for _, c := range counts {
			n += c.Records
		}
		if err != nil || n != int64(len(to))+1 {
			t.Errorf("%d counted, %v", n, err)
		}
		if n, err := r.Purge(t.Context(), time.Now().Add(time.Hour)); err != nil || n != int64(len(to))+1 {
			t.Errorf("%d went, %v", n, err)
		}
	})
}
