package smstest

import (
	"strings"
	"time"

	"github.com/waybill-go/waybill/sms"
)

// Seen is a message as a gateway understood it, in the library's own terms.
type Seen struct {
	// To is the recipient in E.164, with the plus. From is the sender.
	To   sms.Number
	From string
	// Text is what the recipient would read. It is not compared for a message
	// of one of the gateway's own templates.
	Text string
	// Sign is the signature where the gateway takes it apart from the text.
	Sign string
	// TemplateID is the gateway's template.
	TemplateID string
	// Ref is the caller's reference, [sms.Message.Key].
	Ref string
	// TTL is how long the message is worth delivering, 0 when the request said
	// nothing.
	TTL time.Duration
}

// Understanding is implemented by a server that tells what it read from the
// messages it took on. ok is false when it cannot. [HandlerServer] can when
// [ServerOptions.Read] is given, and [Nexmo] always.
type Understanding interface {
	Seen() (seen []Seen, ok bool)
}

// understood finds the message with a key among those that the server took on.
// ok is false when the server cannot tell.
func understood(s Server, key string) (seen Seen, found, ok bool) {
	u, is := s.(Understanding)
	if !is {
		return Seen{}, false, false
	}
	all, ok := u.Seen()
	if len(all) == 1 {
		return all[0], true, ok
	}
	for _, x := range all {
		if x.Ref == key || strings.Contains(x.Text, key) {
			return x, true, ok
		}
	}
	return Seen{}, false, ok
}

// checkSeen compares what the gateway read with what was asked.
func (s *suite) checkSeen(t tester, b bench, m sms.Message) {
	t.Helper()
	got, found, ok := understood(b.s, m.Key)
	switch {
	case !ok:
		return
	case !found:
		t.Error("the gateway read no message with this text or reference")
		return
	}
	if got.To != m.To {
		t.Error("the gateway read another recipient than the message's")
	}
	if got.From != m.From && !s.NoSenders && m.From != "" {
		t.Error("the gateway read another sender than the message's From")
	}
	if got.TemplateID != m.Gateway.TemplateID {
		t.Error("the gateway read another template than the message's Gateway.TemplateID")
	}
	if got.Ref != m.Key && !s.NoRefs {
		t.Error("the gateway did not get the message's Key as its reference (see Harness.NoRefs)")
	}
	if want := m.Gateway.Sign; got.Sign != "" && got.Sign != want {
		t.Error("the gateway read another signature than the message's Gateway.Sign")
	}
	if m.Gateway.TemplateID == "" {
		want := m.Text
		if got.Sign == "" {
			want = sms.SignText(m.Gateway.Sign, m.Text)
		}
		switch {
		case got.Text == want:
		case got.Text == m.Text:
			t.Error("the gateway got the text without the message's Gateway.Sign: see sms.SignText")
		default:
			t.Error("the gateway read another text than the message's")
		}
	}
	if m.TTL > 0 && (got.TTL <= 0 || got.TTL > m.TTL) {
		t.Errorf("the gateway read a time to live of %v, asked for %v", got.TTL, m.TTL)
	}
}

// canSee notes it when the server cannot tell what it read.
func (s *suite) canSee(t tester) {
	b := s.bench(t)
	if _, _, ok := understood(b.s, ""); !ok {
		t.Skip("the server does not tell what it read, so that recipient, sender, text, reference and time to live are not compared: give ServerOptions.Read")
	}
}
