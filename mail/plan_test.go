package mail_test

import (
	"slices"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

// TestPlan: what is planned is what happens, and planning touches nothing.
func TestPlan(t *testing.T) {
	b, _ := bucket(t, nil)
	one := &relay{name: "one"}
	for _, c := range []struct {
		name  string
		c     *mail.Client
		files []mail.Attachment
		links []bool
		known bool
	}{
		{"no bucket", client(t, mail.With(one)), []mail.Attachment{file("a.pdf", 500_000)}, []bool{false}, true},
		{"the largest", client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 100_000})),
			[]mail.Attachment{file("a.pdf", 20_000), file("b.pdf", 200_000), file("c.pdf", 30_000)}, []bool{false, true, false}, true},
		{"all", client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 10_000})),
			[]mail.Attachment{file("a.pdf", 20_000), file("b.pdf", 200_000)}, []bool{true, true}, true},
		{"unknown", client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: b, Limit: 100_000})),
			[]mail.Attachment{once("a.pdf", 100, -1)}, []bool{false}, false},
		{"none", client(t, mail.With(one)), nil, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := note()
			m.Attachments = c.files
			before := len(objects(t, b))
			p, err := c.c.Plan(m)
			if err != nil || !slices.Equal(p.Links, c.links) || p.Known != c.known || p.Size <= 0 || len(objects(t, b)) != before {
				t.Fatalf("%v: %+v", err, p)
			}
			res, err := c.c.Send(t.Context(), m)
			if err != nil || res.MessageID != p.MessageID {
				t.Fatalf("%v: %q, %q", err, res.MessageID, p.MessageID)
			}
			n := 0
			for _, l := range p.Links {
				if l {
					n++
				}
			}
			if len(res.Links) != n {
				t.Errorf("%d links, want %d", len(res.Links), n)
			}
		})
	}
	if _, err := client(t, mail.With(one)).Plan(&mail.Message{}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("%v", err)
	}
}
