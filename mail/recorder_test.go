package mail_test

import (
	"context"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

// doubtful is a relay that refuses the first recipient and says nothing after the
// final dot for the others.
type doubtful struct{ relay }

func (d *doubtful) Send(_ context.Context, m *mail.Message) (mail.Receipt, error) {
	res := mail.Receipt{MessageID: m.MessageID}
	lost := &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.Ambiguous}
	for i, a := range m.Recipients() {
		e := lost
		if i == 0 {
			e = &waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, VendorCode: "550 5.1.1"}
		}
		res.Recipients = append(res.Recipients, mail.Recipient{Address: a, Err: e})
	}
	return res, lost
}

// TestDoubtsOfEachRecipient: in a mail whose outcome is not known, who was refused
// is known; and what a later relay says takes no doubt away.
func TestDoubtsOfEachRecipient(t *testing.T) {
	for name, later := range map[string]bool{"one relay": false, "a later one is down": true} {
		t.Run(name, func(t *testing.T) {
			rec := mail.NewMemoryRecorder(0)
			options := []mail.Option{mail.With(&doubtful{relay{name: "first"}}), mail.WithRecorder(rec)}
			m := note()
			m.Cc = []mail.Address{{Addr: "second@receiver.example"}}
			if m.AllowDuplicates = later; later {
				options = append(options, mail.With(&relay{name: "second", steps: []func(context.Context, *mail.Message) error{down}}))
			}
			res, err := client(t, options...).Send(t.Context(), m)
			want(t, err, waybill.Unavailable, waybill.Ambiguous)
			all := rec.Records()
			for i, d := range []waybill.Delivery{waybill.NotSent, waybill.Ambiguous} {
				if e := res.Recipients[i].Err; e == nil || e.Delivery != d || all[i].Delivery != d {
					t.Errorf("recipient %d: %v, recorded as %v", i, e, all[i].Delivery)
				}
			}
		})
	}
}
