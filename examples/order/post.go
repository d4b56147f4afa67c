package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/storage"
)

// This file is packages mail and storage at work: the customer's mail, whose large
// attachment lies where the order's country wants it.

// post is everything for the customer's mail: relays, and buckets for what is
// too large for a mail.
type post struct {
	client *mail.Client
	bucket *storage.Failover
	from   mail.Address
}

// linkLife is how long a link to what was too large works.
const linkLife = 72 * time.Hour

// newPost builds the clients for mail and storage. Files of orders from the
// mainland stay in its buckets, all others stay out of them, also when a bucket is
// down: the next one is one of the same side. A mail above the limit in bytes gets links.
func newPost(p *providers, limit int64) (*post, error) {
	var buckets []storage.Option
	for _, b := range p.buckets {
		use := []waybill.UseOption{storage.As(b.name)} // stands before its keys, as in "oss:itineraries/…"
		switch b.side {
		case mainland:
			use = append(use, storage.In("CN"))
		case abroad:
			use = append(use, storage.Outside("CN"))
		}
		buckets = append(buckets, storage.With(b.bucket, use...))
	}
	bucket, err := storage.NewFailover(buckets...)
	if err != nil {
		return nil, err
	}
	options := []mail.Option{
		mail.WithOffload(mail.Offload{Bucket: bucket, Limit: limit, Expires: linkLife, Prefix: "itineraries/"}),
	}
	for _, relay := range p.relays {
		options = append(options, mail.With(relay.provider, mail.As(relay.name)))
	}
	client, err := mail.New(options...)
	if err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(p.mailFrom)
	if err != nil {
		return nil, fmt.Errorf("SMTP_FROM: %w", err)
	}
	return &post{client, bucket, from}, nil
}

func (p *post) close(ctx context.Context) error {
	return errors.Join(p.client.Close(ctx), p.bucket.Close(ctx))
}

// mailed is what became of the customer's mail.
type mailed struct {
	receipt mail.Receipt
	fetched int64 // what the link really served, in bytes
	fault   error // of the fetching
}

// mail sends the customer the order, with the itinerary attached. It is several
// megabytes, so the library puts it into a bucket and the mail gets a link.
func (a *app) mail(ctx context.Context, r *result) {
	track := itineraryOf(r, a.cfg.points)
	m := &mail.Message{
		From: a.post.from, To: []mail.Address{r.mailbox}, Key: r.ID + "/mail", Subject: "Your order " + r.ID,
		Text: fmt.Sprintf("Your order %s is on its way.\n\nFrom: %s\nTo: %s\n%s km, about %s min\nFare: %s\n", r.ID,
			shown(r.pickup.Place, r.Pickup.written()), shown(r.dropoff.Place, r.Dropoff.written()), kilometres(r.path.Distance), minutes(r.path.Duration), r.fare),
		Attachments: []mail.Attachment{{Name: r.ID + ".gpx", Type: "application/gpx+xml", Size: track.size(), Open: track.open}},
		Region:      r.pickup.Address.Region,
	}
	m = m.Stamp() // the mail's id is made of its key; the relays count by it
	a.intend(stepMail, m.MessageID, m.MessageID)
	ok := r.step(ctx, stepMail, func() ([]waybill.Candidate, error) { return a.post.explain(m) }, func(ctx context.Context) (err error) {
		r.mailed.receipt, err = a.post.client.Send(ctx, m)
		return err
	})
	a.conclude(r, ok, m.MessageID)
	if ok && len(r.mailed.receipt.Links) > 0 {
		r.mailed.fetched, r.mailed.fault = fetch(ctx, r.mailed.receipt.Links[0].URL)
	}
}

// explain says who would be passed over, of the buckets and of the relays.
func (p *post) explain(m *mail.Message) ([]waybill.Candidate, error) {
	buckets, err := p.bucket.Explain("itineraries/x", storage.PutOptions{Region: m.Region})
	if err != nil {
		return nil, err
	}
	relays, err := p.client.Explain(m)
	return append(buckets, relays...), err
}

// fetch does what the customer's browser does with a link.
func fetch(ctx context.Context, link string) (int64, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return 0, errors.New("the link is no URL")
	}
	q.Close = true
	reply, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, errors.New("the link's server does not answer") // the error has the link, a secret
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the link answers %s", reply.Status)
	}
	return io.Copy(io.Discard, reply.Body)
}

// lines are what is printed of a mail.
func (m mailed) lines(r *result) []string {
	if m.receipt.Provider == "" {
		return nil
	}
	lines := []string{fmt.Sprintf("%s   by %s   %s", r.mailbox, m.receipt.Instance, bytesText(m.receipt.Size))}
	for _, l := range m.receipt.Links {
		served := "fetched: whole"
		switch {
		case m.fault != nil:
			served = "not fetched: " + m.fault.Error()
		case m.fetched != l.Size:
			served = fmt.Sprintf("fetched: %d of %d bytes", m.fetched, l.Size)
		}
		lines = append(lines, fmt.Sprintf("+ %s, %s, as a link until %s   in %s   %s", l.Name, bytesText(l.Size),
			l.Expires.UTC().Format("2006-01-02 15:04 MST"), bucketOf(l.Key), served))
	}
	return lines
}

// bucketOf is the bucket's name, which stands before a key of a storage.Failover.
func bucketOf(key string) string {
	for i := range len(key) {
		if key[i] == ':' {
			return key[:i]
		}
	}
	return "the bucket"
}

func bytesText(n int64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}
