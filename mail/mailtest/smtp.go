package mailtest

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"sync"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// Ledger counts what a server accepted, by Message-ID. Several servers may share
// one. It has:
//
//   - Accept: counts one acceptance of a key
//   - Count: how often a key was accepted
//   - Accepted: every acceptance, in order
//   - Reset: forgets everything
//
// The zero value is ready. It is safe for concurrent use.
type Ledger = fakehttp.Ledger

// Tally is what came of a number of intentions; see [TallyOf]. It has:
//
//   - Intended, Accepted: how many keys were meant, how many acceptances came
//   - Duplicates, Lost, Strangers: acceptances too many, intentions never
//     accepted, acceptances that nobody intended
//   - DuplicateKeys, LostKeys, StrangerKeys: which, sorted
type Tally = fakehttp.Tally

// TallyOf compares the Message-IDs that were to be accepted once each with what
// the ledgers counted: duplicates and losses.
func TallyOf(intended []string, ledgers ...*Ledger) Tally {
	return fakehttp.TallyOf(intended, ledgers...)
}

// SMTPOptions of [NewSMTP]. Nil means STARTTLS offered, no login, 35 MB.
type SMTPOptions struct {
	// ImplicitTLS speaks TLS from the first byte; Plain offers no TLS at all.
	ImplicitTLS, Plain bool
	// Users are names with their passwords; with any, a login is demanded.
	// Mechanisms are those offered; nil means PLAIN and LOGIN. With XOAUTH2 the
	// password is the token.
	Users      map[string]string
	Mechanisms []string
	// Size is the largest mail in bytes; 0 means 35 MB, negative no bound.
	// HideSize enforces it without offering SIZE.
	Size     int64
	HideSize bool
	// Refuse maps recipients to the reply that RCPT gets.
	Refuse map[string]string
	// MaxRecipients bounds a transaction: further ones get 452 4.5.3. 0 means
	// 100.
	MaxRecipients int
	// NoPipelining, NoUTF8 and NoEnhanced leave the extensions out.
	NoPipelining, NoUTF8, NoEnhanced bool
	// MailsPerConn closes a connection with 421 at the next MAIL after so many
	// mails; 0 means never.
	MailsPerConn int
	// Discard keeps nothing of a mail but its header and size, for mails that
	// would not fit in memory.
	Discard bool
	// Ledger counts in the place of the server's own.
	Ledger *Ledger
}

// SMTP is a scripted SMTP server; start one with [NewSMTP]. Safe for concurrent
// use.
type SMTP struct {
	o      SMTPOptions
	addr   string
	cert   tls.Certificate
	pool   *x509.CertPool
	ledger *Ledger
	wait   sync.WaitGroup

	mu         sync.Mutex
	listener   net.Listener
	conns      map[net.Conn]bool
	faults     []*Fault
	mails      []Mail
	log        []string
	violations []string
	dialed     int
	closed     bool
}

// NewSMTP starts a server on a free port of the loopback interface. It panics
// when it cannot listen.
func NewSMTP(o *SMTPOptions) *SMTP {
	if o == nil {
		o = new(SMTPOptions)
	}
	s := &SMTP{o: *o, ledger: o.Ledger, conns: make(map[net.Conn]bool)}
	if s.ledger == nil {
		s.ledger = new(Ledger)
	}
	switch {
	case s.o.Size == 0:
		s.o.Size = 35_000_000
	case s.o.Size < 0:
		s.o.Size = 0
	}
	if s.o.MaxRecipients == 0 {
		s.o.MaxRecipients = 100
	}
	if s.o.Mechanisms == nil {
		s.o.Mechanisms = []string{"PLAIN", "LOGIN"}
	}
	s.cert, s.pool = fakehttp.Certificate()
	s.addr = "127.0.0.1:0"
	if err := s.Up(); err != nil {
		panic("mailtest: listen: " + err.Error())
	}
	return s
}

// Addr returns "host:port". TLSConfig returns a client's configuration that
// trusts the server.
func (s *SMTP) Addr() string { return s.addr }

// TLSConfig returns a client's configuration that trusts the server.
func (s *SMTP) TLSConfig() *tls.Config { return &tls.Config{RootCAs: s.pool} }

// Ledger returns what counts the accepted mails.
func (s *SMTP) Ledger() *Ledger { return s.ledger }

// Accepted returns how often a mail of this Message-ID (without brackets) was
// accepted.
func (s *SMTP) Accepted(messageID string) int { return s.ledger.Count(messageID) }

// Mails returns what was accepted so far, in order.
func (s *SMTP) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Log returns the commands and replies so far, passwords masked.
func (s *SMTP) Log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Violations returns what clients did that the standards forbid.
func (s *SMTP) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// Connections returns how many connections were accepted so far.
func (s *SMTP) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dialed
}

// Down refuses connections and cuts those that are open, until Up.
func (s *SMTP) Down() {
	s.mu.Lock()
	l := s.listener
	s.listener = nil
	conns := s.conns
	s.conns = make(map[net.Conn]bool)
	s.mu.Unlock()
	if l != nil {
		_ = l.Close()
	}
	for c := range conns {
		_ = c.Close()
	}
}

// Up listens again, at the same address.
func (s *SMTP) Up() error {
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil || s.closed {
		_ = l.Close()
		return nil
	}
	s.listener, s.addr = l, l.Addr().String()
	s.wait.Add(1)
	go s.serve(l)
	return nil
}

// Close stops the server and waits until its goroutines have ended.
func (s *SMTP) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.Down()
	s.wait.Wait()
}

func (s *SMTP) serve(l net.Listener) {
	defer s.wait.Done()
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed || s.listener != l {
			s.mu.Unlock()
			_ = c.Close()
			continue
		}
		s.conns[c] = true
		s.dialed++
		s.wait.Add(1)
		s.mu.Unlock()
		go func() {
			defer s.wait.Done()
			newConn(s, c).serve()
			_ = c.Close()
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		}()
	}
}

func (s *SMTP) note(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.log) < 10_000 {
		s.log = append(s.log, line)
	}
}

func (s *SMTP) violation(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violations = append(s.violations, what)
}

// accept counts a mail.
func (s *SMTP) accept(m Mail) {
	s.ledger.Accept(m.MessageID)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
}
