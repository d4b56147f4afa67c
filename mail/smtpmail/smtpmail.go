package smtpmail

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

const name = "smtpmail"

// TLSMode says how the connection is protected.
type TLSMode uint8

// The modes.
const (
	// STARTTLS begins in plain text and demands TLS before anything else; a
	// relay that does not offer it is refused. Usual on port 587.
	STARTTLS TLSMode = 0
	// ImplicitTLS begins with TLS. Usual on port 465.
	ImplicitTLS TLSMode = 1
	// NoTLS sends in plain text, without a password. It is for relays on the
	// same machine; others need Options.AllowPlaintext.
	NoTLS TLSMode = 2
)

// Options of [New]. Nil means the defaults: STARTTLS, no password.
type Options struct {
	// Username and Password log in by AUTH PLAIN or LOGIN, over TLS only.
	Username, Password string
	// Credentials, when set, is asked for each new connection instead.
	Credentials func(ctx context.Context) (username, password string, err error)
	// Token, when set, logs Username in by AUTH XOAUTH2 (Google, Microsoft)
	// instead of a password. It is asked for an access token for each new
	// connection: stale is empty, or the token that the relay has just refused,
	// in whose place another is wanted. That is asked for once.
	Token func(ctx context.Context, stale string) (token string, err error)
	// TLS is the mode; TLSConfig is cloned, gets the host as ServerName where it
	// has none and at least TLS 1.2.
	TLS       TLSMode
	TLSConfig *tls.Config
	// AllowPlaintext permits NoTLS to another machine: mails can then be read
	// and changed on the way.
	AllowPlaintext bool
	// LocalName is said in EHLO: a host name or an address in brackets. Empty
	// means "[127.0.0.1]", which gives no internal name away.
	LocalName string
	// Account is shared with other adapters; nil means one of its own.
	Account *waybill.Account
	// Dial makes the connections; nil means TCP with the standard dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// CommandTimeout bounds the connection, the handshake and each command (0:
	// 30 s), DataTimeout each block of the mail's body while it leaves (0: 3
	// min), FinalTimeout the reply to the final dot (0: 10 min, which RFC 5321
	// wants; less makes duplicates).
	CommandTimeout, DataTimeout, FinalTimeout time.Duration
	// DKIM signs the mails whose From is of a signer's domain, by each signer
	// for it (see [mail.Sign]): attachments are read twice then. It is for
	// relays of one's own; providers sign by themselves.
	DKIM []*mail.Signer
	// MaxSize is the largest mail in bytes, everything encoded, that the relay
	// takes, where that is known; 0 leaves it to the relay's own SIZE, of which
	// the smaller holds.
	MaxSize int64
	// MaxRecipients bounds the recipients of one transaction (0: 100); a mail
	// with more goes in several.
	MaxRecipients int
	// MaxConns bounds the connections (0: 4), MaxPerConn the mails over one of
	// them (0: 100), IdleTimeout the time that one waits for its next mail (0:
	// 30 s, negative: connections are not kept).
	MaxConns, MaxPerConn int
	IdleTimeout          time.Duration
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "smtpmail.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("smtpmail.Options") }

// Relay sends through one SMTP relay. It is safe for concurrent use; make one
// with [New] and close it at the end.
type Relay struct {
	addr, host string
	o          Options
	account    *waybill.Account
	tls        *tls.Config
	pool       pool
	size       atomic.Int64 // the relay's SIZE, as last heard
}

// New returns a relay at addr, "host:port". It does not connect. It fails with
// InvalidArgument when addr has no host or port, a user name comes without a
// password or without TLS, LocalName is no name, or NoTLS is asked for with
// another machine.
func New(addr string, o *Options) (*Relay, error) {
	if o == nil {
		o = new(Options)
	}
	host, port, err := net.SplitHostPort(addr)
	r := &Relay{addr: addr, host: host, o: *o, account: o.Account}
	invalid := func(why string) error { return waybill.Invalid("new", why).With(name, "", "") }
	login := o.Credentials != nil || o.Token != nil || o.Username != "" || o.Password != ""
	switch {
	case err != nil || host == "" || port == "" || strings.ContainsFunc(addr, func(c rune) bool { return c <= ' ' || c == '@' || c == '/' }):
		return nil, invalid("addr is not host:port")
	case o.Token != nil && (o.Username == "" || o.Password != "" || o.Credentials != nil):
		return nil, invalid("a token goes with a user name and nothing else")
	case o.Token == nil && o.Credentials == nil && (o.Username == "") != (o.Password == ""):
		return nil, invalid("user name and password belong together")
	case strings.ContainsRune(o.Username+o.Password, 0) || o.Token != nil && strings.ContainsFunc(o.Username, unicode.IsControl):
		return nil, invalid("user name or password has a zero byte")
	case o.TLS > NoTLS:
		return nil, invalid("the TLS mode is unknown")
	case login && o.TLS == NoTLS:
		return nil, invalid("a password is not sent without TLS")
	case o.TLS == NoTLS && !o.AllowPlaintext && !loopback(host):
		return nil, invalid("plain text to another machine needs AllowPlaintext")
	case slices.Contains(o.DKIM, nil):
		return nil, invalid("a signer is nil")
	case !validLocalName(o.LocalName):
		return nil, invalid("the local name is no host name")
	case o.MaxSize < 0 || o.MaxRecipients < 0 || o.MaxConns < 0 || o.MaxPerConn < 0 || o.CommandTimeout < 0 || o.DataTimeout < 0 || o.FinalTimeout < 0:
		return nil, invalid("a bound is negative")
	}
	r.o.DKIM = slices.Clone(o.DKIM)
	r.defaults()
	return r, nil
}

func (r *Relay) defaults() {
	o := &r.o
	if r.account == nil {
		r.account = waybill.NewAccount(name, waybill.Limits{})
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.LocalName == "" {
		o.LocalName = "[127.0.0.1]"
	}
	r.tls = new(tls.Config)
	if o.TLSConfig != nil {
		r.tls = o.TLSConfig.Clone()
	}
	if r.tls.ServerName == "" {
		r.tls.ServerName = r.host
	}
	r.tls.MinVersion = max(r.tls.MinVersion, tls.VersionTLS12)
	or(&o.CommandTimeout, 30*time.Second)
	or(&o.DataTimeout, 3*time.Minute)
	or(&o.FinalTimeout, 10*time.Minute)
	or(&o.IdleTimeout, 30*time.Second)
	or(&o.MaxRecipients, 100)
	or(&o.MaxConns, 4)
	or(&o.MaxPerConn, 100)
	r.pool.places = make(chan struct{}, o.MaxConns)
}

func or[T comparable](p *T, def T) {
	var zero T
	if *p == zero {
		*p = def
	}
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func validLocalName(s string) bool {
	return len(s) <= 255 && !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c >= 0x7f })
}

// Name returns "smtpmail".
func (r *Relay) Name() string { return name }

// Format prints the relay's name and address for every verb, so that no
// password can leak by %+v.
func (r *Relay) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, name+"("+r.addr+")") }

// Account returns the account given in the options, or the relay's own.
func (r *Relay) Account() *waybill.Account { return r.account }

// MaxSize returns the largest mail in bytes that the relay is known to take: the
// lesser of the option and of what the relay said when last connected to, 0 when
// neither is known.
func (r *Relay) MaxSize() int64 {
	said := r.size.Load()
	if r.o.MaxSize > 0 && (said <= 0 || r.o.MaxSize < said) {
		return r.o.MaxSize
	}
	return said
}

// Close closes the connections that wait for a mail; those under way are closed
// at their end. A mail sent afterwards is Unavailable, NotSent. The error is
// always nil.
func (r *Relay) Close() error {
	r.pool.close()
	return nil
}

var (
	_ mail.Sender       = (*Relay)(nil)
	_ mail.Limited      = (*Relay)(nil)
	_ mail.Checker      = (*Relay)(nil)
	_ waybill.Provider  = (*Relay)(nil)
	_ waybill.Accounted = (*Relay)(nil)
)
