package mailtest

import (
	"context"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/mail"
)

// Relay is what the suite tries.
type Relay interface {
	waybill.Provider
	mail.Sender
}

// Harness says how to make the adapter under test. New or HTTP is needed.
type Harness struct {
	// New makes the adapter, which sends through s and logs in as [User] with
	// [Password] if s demands it. The suite calls it once for each subtest, and
	// closes what implements io.Closer.
	New func(s *SMTP) (Relay, error)
	// Server starts the server; nil means one that offers STARTTLS and demands
	// a login. The suite closes it.
	Server func(t testing.TB) *SMTP
	// HTTP is for a service with an API over HTTP, in the place of New and
	// Server.
	HTTP *HTTP
	// Secrets are further secrets of the adapter. They must appear nowhere.
	Secrets []string
	// Skip maps the path of a subtest, such as "faults/ehlo/endless", to the
	// reason why the adapter cannot pass it.
	Skip map[string]string

	halt *suitetest.Halt
	// patience bounds every call; 0 means twice the default, since mails are
	// long.
	patience time.Duration
}

// patient is a relay whose calls do not hang.
type patient struct {
	Relay
	h *Harness
	t testing.TB
}

// Send implements [mail.Sender].
func (p patient) Send(ctx context.Context, m *mail.Message) (mail.Receipt, error) {
	p.t.Helper()
	limit := p.h.patience
	if limit == 0 {
		limit = 2 * suitetest.Patience
	}
	return suitetest.Within(p.t, p.h.halt, limit, "Send", func() (mail.Receipt, error) { return p.Relay.Send(ctx, m) })
}

// The login that the suite's server wants.
const (
	User     = "suite-login"
	Password = "suite-pässword-9271"
)

func (h *Harness) server(t testing.TB) *SMTP {
	var s *SMTP
	if h.Server != nil {
		s = h.Server(t)
	} else {
		s = NewSMTP(&SMTPOptions{Users: map[string]string{User: Password},
			Refuse: map[string]string{goneRecipient: "550 5.1.1 <" + goneRecipient + ">: no such user", busyRecipient: "450 4.2.0 try later"}})
	}
	t.Cleanup(s.Close)
	return s
}

// endpoint is what the suite asks of a server of any kind.
type endpoint interface {
	// Accepted returns how often a mail of this Message-ID was taken on, Mails
	// what was, Ledger what counts it.
	Accepted(messageID string) int
	Mails() []Mail
	Ledger() *Ledger
	// Violations are what clients did that the protocol forbids, Connections how
	// many connections, or requests, there were, Log what was said.
	Violations() []string
	Connections() int
	Log() []string
}

// relay starts a server and makes an adapter of it.
func (h *Harness) relay(t testing.TB) (Relay, endpoint) {
	t.Helper()
	if h.HTTP != nil {
		return h.overHTTP(t, nil)
	}
	return h.overSMTP(t)
}

func (h *Harness) overSMTP(t testing.TB) (Relay, *SMTP) {
	t.Helper()
	h.halt.Skip(t)
	s := h.server(t)
	r, err := h.New(s)
	return h.bounded(t, r, err), s
}

// bounded returns what New made, which is closed at the end.
func (h *Harness) bounded(t testing.TB, r Relay, err error) Relay {
	t.Helper()
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if c, ok := r.(interface{ Close() error }); ok {
		t.Cleanup(func() { _ = c.Close() })
	}
	return patient{r, h, t}
}

// The suite's people. Their names must not show in any error.
const (
	senderAddress = "Dispatch.Quercus@sender.example"
	goodRecipient = "annabel.larch@receiver.example"
	moreRecipient = "bertram.alder@receiver.example"
	bccRecipient  = "cornelia.rowan@receiver.example"
	goneRecipient = "desmond.willow@receiver.example"
	busyRecipient = "eleanor.hazel@receiver.example"
	privateName   = "Annabel Larch-Ünal"
	privateText   = "The parcel lies behind the crooked fence."
	privateTitle  = "Your crooked parcel"
)

// private must appear in no error.
var private = []string{"Quercus", "annabel", "larch", "bertram", "alder", "cornelia", "rowan", "desmond", "willow", "eleanor", "hazel",
	"crooked", "secret-plan"}

func (h *Harness) leaks() suitetest.Leaks {
	return suitetest.Leaks{Secrets: append([]string{User, Password}, h.Secrets...), Private: private}
}

// message is a mail that no relay refuses.
func message(key string) *mail.Message {
	return &mail.Message{
		From: mail.Address{Name: "Dispatch", Addr: senderAddress}, To: []mail.Address{{Name: privateName, Addr: goodRecipient}},
		Subject: privateTitle, Text: privateText, Key: key,
	}
}
