package mail_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/storage"
)

// TestObjects: what is in a bucket already is streamed or linked where it is.
func TestObjects(t *testing.T) {
	b, srv := bucket(t, nil)
	if _, err := b.Put(t.Context(), "reports/7", bytes.NewReader(data(50_000)), storage.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	object := func(b storage.Bucket) *mail.Message {
		m := note()
		m.Attachments = []mail.Attachment{{Name: "report.pdf", Type: "application/pdf", Object: "reports/7", Bucket: b}}
		return m
	}
	one := &relay{name: "one"}
	if _, err := client(t, mail.With(one)).Send(t.Context(), object(b)); err != nil || !bytes.Equal(one.mails[0].Files[0].Data, data(50_000)) {
		t.Fatalf("%v", err)
	}
	t.Run("linked", func(t *testing.T) {
		small := &relay{name: "small", max: 10_000}
		res, err := client(t, mail.With(small)).Send(t.Context(), object(b))
		if err != nil || len(res.Links) != 1 || res.Links[0].Key != "reports/7" || res.Links[0].Size != 50_000 {
			t.Fatalf("%v %+v", err, res.Links)
		}
		if reply, err := srv.Client().Get(res.Links[0].URL); err != nil || reply.StatusCode != 200 || !strings.Contains(reply.Header.Get("Content-Disposition"), "report.pdf") {
			t.Errorf("%v %v", err, reply)
		}
	})
	t.Run("not removed after a failure", func(t *testing.T) {
		small := &relay{name: "small", max: 10_000, steps: []func(context.Context, *mail.Message) error{down}}
		_, err := client(t, mail.With(small)).Send(t.Context(), object(b))
		want(t, err, waybill.Unavailable, waybill.NotSent)
		if len(objects(t, b)) != 1 {
			t.Error("the caller's object is gone")
		}
	})
	t.Run("copied where its bucket cannot sign", func(t *testing.T) {
		plain := unsigned(t)
		if _, err := plain.Put(t.Context(), "reports/7", bytes.NewReader(data(50_000)), storage.PutOptions{}); err != nil {
			t.Fatal(err)
		}
		res, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 10_000, Prefix: "tmp/"})).Send(t.Context(), object(plain))
		if err != nil || len(res.Links) != 1 || !strings.HasPrefix(res.Links[0].Key, "tmp/") {
			t.Errorf("%v %+v", err, res.Links)
		}
	})
	t.Run("as long as they are there", func(t *testing.T) {
		day := time.Now().Add(24 * time.Hour)
		temporary := mail.TemporaryKey("mail/", day)
		for key, o := range map[string]storage.PutOptions{temporary: {}, "reports/expires": {Expires: day}, mail.TemporaryKey("mail/", day.Add(time.Hour)): {Expires: day}} {
			if _, err := b.Put(t.Context(), key, bytes.NewReader(data(50_000)), o); err != nil {
				t.Fatal(err)
			}
			m := object(b)
			m.Attachments[0].Object = key
			res, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 10_000})).Send(t.Context(), m)
			if err != nil || len(res.Links) != 1 || res.Links[0].Expires.After(day) || res.Links[0].Expires.Before(day.Add(-time.Minute)) {
				t.Errorf("%s: %v %v", key, err, res.Links)
			}
			_, err = client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 10_000, MinLife: 48 * time.Hour})).Send(t.Context(), m)
			want(t, err, waybill.FailedPrecondition, waybill.NotSent)
		}
	})
	t.Run("of another size", func(t *testing.T) {
		m, before := object(b), len(one.mails)
		m.Attachments[0].Size = 60_000
		_, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 10_000})).Send(t.Context(), m)
		want(t, err, waybill.FailedPrecondition, waybill.NotSent)
		if len(one.mails) != before {
			t.Error("it was sent")
		}
	})
	t.Run("missing, though its size is told", func(t *testing.T) {
		m, before := object(b), len(one.mails)
		m.Attachments[0].Object, m.Attachments[0].Size = "no/such", 50_000
		_, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 10_000})).Send(t.Context(), m)
		want(t, err, waybill.NotFound, waybill.NotSent)
		if len(one.mails) != before {
			t.Error("a link to nothing was sent")
		}
	})
	t.Run("missing", func(t *testing.T) {
		m := object(b)
		m.Attachments[0].Object = "no/such"
		_, err := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 10_000})).Send(t.Context(), m)
		want(t, err, waybill.NotFound, waybill.NotSent)
	})
}
