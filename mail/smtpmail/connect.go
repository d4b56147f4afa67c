package smtpmail

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"os"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

// connect makes a new session: connection, greeting, EHLO, TLS, login.
// A token that the relay refuses is replaced once, on a connection of its own,
// since relays close the one on which a login failed.
func (t *transfer) connect() (*session, *waybill.Error) {
	user, password, e := t.credentials("")
	if e != nil {
		return nil, e
	}
	s, e := t.connectAs(user, password)
	if e == nil || t.r.o.Token == nil || e.Code != waybill.Unauthenticated {
		return s, e
	}
	user, fresh, e2 := t.credentials(password)
	if e2 != nil {
		return nil, e2
	}
	if fresh == password {
		return nil, e
	}
	return t.connectAs(user, fresh)
}

func (t *transfer) connectAs(user, password string) (*session, *waybill.Error) {
	ctx, cancel := context.WithTimeout(t.ctx, t.r.o.CommandTimeout)
	raw, err := t.r.o.Dial(ctx, "tcp", t.r.addr)
	cancel()
	if err != nil {
		return nil, t.dialFailed(err)
	}
	s := &session{r: t.r, raw: raw, conn: raw, in: bufio.NewReaderSize(raw, maxLine)}
	lift, ready := s.guard(t.ctx), false
	defer func() {
		if !ready { // a callback of the TLS configuration may panic, too
			s.cut()
		}
	}()
	e := t.open(s, user, password)
	lift()
	if e == nil && s.lost {
		e = t.broken(atEHLO, net.ErrClosed, waybill.NotSent)
	}
	if e != nil {
		return nil, e
	}
	ready = true
	t.r.size.Store(s.size)
	return s, nil
}

func (t *transfer) open(s *session, user, password string) *waybill.Error {
	o := &t.r.o
	if o.TLS == ImplicitTLS {
		if err := s.secure(t.ctx); err != nil {
			return t.tlsFailed(err)
		}
	}
	p, err := s.read(o.CommandTimeout)
	if e := t.want(220, atConnect, p, err); e != nil {
		return e
	}
	if e := t.hello(s); e != nil {
		return e
	}
	if o.TLS == STARTTLS {
		if e := t.startTLS(s); e != nil {
			return e
		}
	}
	if user == "" {
		return nil
	}
	return t.login(s, user, password)
}

// want turns everything but the wanted code into an error.
func (t *transfer) want(code int, at stage, p reply, err error) *waybill.Error {
	switch {
	case err != nil:
		return t.broken(at, err, waybill.NotSent)
	case p.code != code:
		return t.refusal(at, p)
	}
	return nil
}

func (t *transfer) hello(s *session) *waybill.Error {
	p, err := s.command("EHLO " + t.r.o.LocalName)
	if err == nil && (p.code == 500 || p.code == 502) && t.needsNothing(s) {
		p, err = s.command("HELO " + t.r.o.LocalName) // a relay from before extensions
		p.lines = nil
	}
	if e := t.want(250, atEHLO, p, err); e != nil {
		return e
	}
	s.learn(p)
	return nil
}

// needsNothing reports whether the dialogue can do without extensions.
func (t *transfer) needsNothing(s *session) bool {
	o := &t.r.o
	return (o.TLS == NoTLS || s.conn != s.raw) && o.Username == "" && o.Credentials == nil
}

// startTLS demands TLS. A relay that does not offer it may be one whose offer
// somebody on the way took out, so nothing goes on in plain text. Nor does
// anything that was said before TLS count: bytes behind the reply are somebody
// else's, and the extensions are asked for anew.
func (t *transfer) startTLS(s *session) *waybill.Error {
	if _, ok := s.ext["STARTTLS"]; !ok {
		e := t.error(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, "the relay offers no STARTTLS")
		e.VendorCode = waybill.CodeTLS
		return e
	}
	p, err := s.command("STARTTLS")
	if e := t.want(220, atSTARTTLS, p, err); e != nil {
		return e
	}
	if s.in.Buffered() > 0 {
		e := t.error(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, "there is plain text behind the reply to STARTTLS")
		e.VendorCode = waybill.CodeTLS
		return e
	}
	if err := s.secure(t.ctx); err != nil {
		return t.tlsFailed(err)
	}
	return t.hello(s)
}

// login sends user name and password, over TLS only: New refuses them without.
func (t *transfer) login(s *session, user, password string) *waybill.Error {
	b64 := base64.StdEncoding.EncodeToString
	var answers []string
	line := ""
	mechanism := s.mechanism(t.r.o.Token != nil)
	switch mechanism {
	case "XOAUTH2":
		secret := b64([]byte("user=" + user + "\x01auth=Bearer " + password + "\x01\x01"))
		if line = "AUTH XOAUTH2 " + secret; len(line) > maxTokenLine {
			line = "AUTH XOAUTH2"
			answers = append(answers, secret)
		}
		// A refusal comes as 334 with JSON, and as 535 after an empty line.
		answers = append(answers, "")
	case "PLAIN":
		secret := b64([]byte("\x00" + user + "\x00" + password))
		// A long secret does not fit a command line (RFC 4954, section 4).
		if line = "AUTH PLAIN " + secret; len(line) > 510 {
			line = "AUTH PLAIN"
		}
		answers = []string{secret}
	case "LOGIN":
		line, answers = "AUTH LOGIN", []string{b64([]byte(user)), b64([]byte(password))}
	default:
		if t.r.o.Token != nil {
			return t.error(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "the relay does not offer AUTH XOAUTH2")
		}
		return t.error(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "the relay offers neither AUTH PLAIN nor AUTH LOGIN")
	}
	p, err := s.command(line)
	for err == nil && p.code == 334 {
		if len(answers) == 0 {
			return t.broken(atAUTH, errMalformed, waybill.NotSent)
		}
		line, answers = answers[0], answers[1:]
		p, err = s.command(line)
	}
	return t.want(235, atAUTH, p, err)
}

// maxTokenLine is the longest line for a login with a token. Tokens make it
// longer than other commands; Google and Microsoft document it as one line.
const maxTokenLine = 12288

// credentials returns the login of a new connection; stale is a token that was
// refused.
func (t *transfer) credentials(stale string) (user, password string, e *waybill.Error) {
	o := &t.r.o
	var err error
	switch {
	case o.Token != nil:
		user = o.Username
		password, err = o.Token(t.ctx, stale)
		if strings.ContainsFunc(password, func(c rune) bool { return c <= ' ' || c > '~' }) {
			password = ""
		}
	case o.Credentials == nil:
		return o.Username, o.Password, nil
	default:
		user, password, err = o.Credentials(t.ctx)
	}
	if err == nil && user != "" && password != "" && !strings.ContainsRune(user+password, 0) {
		t.user, t.password = user, password
		return user, password, nil
	}
	if e = waybill.FromContext(t.ctx); e == nil {
		// The source's own error is not kept: nobody knows what is in it.
		return "", "", t.error(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "the source of credentials gave none")
	}
	e.Delivery = waybill.NotSent
	return "", "", t.complete(e)
}

func (t *transfer) complete(e *waybill.Error) *waybill.Error {
	return e.With(name, string(mail.Send), t.m.Key)
}

// dialFailed is the error of a connection that was not made.
func (t *transfer) dialFailed(err error) *waybill.Error {
	if e := waybill.FromContext(t.ctx); e != nil {
		e.Delivery = waybill.NotSent
		return t.complete(e)
	}
	e := t.error(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, "no connection could be made")
	e.VendorCode = waybill.CodeDial
	var dns *net.DNSError
	if errors.As(err, &dns) {
		e.VendorCode, e.Message = waybill.CodeDNS, "the relay's name could not be resolved"
	}
	return e
}

// tlsFailed is the error of a handshake that failed: a wrong certificate, a cut
// connection, no TLS at all.
func (t *transfer) tlsFailed(err error) *waybill.Error {
	if e := waybill.FromContext(t.ctx); e != nil {
		e.Delivery = waybill.NotSent
		return t.complete(e)
	}
	e := t.error(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, "the TLS handshake failed")
	if errors.Is(err, os.ErrDeadlineExceeded) {
		e.Code = waybill.DeadlineExceeded
	}
	e.VendorCode = waybill.CodeTLS
	return e
}

// broken is the error of a dialogue that broke: by the caller's end, by silence,
// by something that is no reply, by the connection.
func (t *transfer) broken(at stage, err error, d waybill.Delivery) *waybill.Error {
	if e := waybill.FromContext(t.ctx); e != nil {
		e.Delivery = d
		return t.complete(e)
	}
	e := t.error(waybill.Unavailable, waybill.ScopeProvider, d, "the connection broke at "+stageNames[at])
	e.VendorCode = CodeLost
	switch {
	case errors.Is(err, errMalformed):
		e.Code, e.VendorCode, e.Message = waybill.DataLoss, CodeReply, "the relay's answer at "+stageNames[at]+" is no reply to it"
	case errors.Is(err, os.ErrDeadlineExceeded):
		e.Code, e.VendorCode, e.Message = waybill.DeadlineExceeded, CodeTimeout, "the relay was silent at "+stageNames[at]
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Message = "the connection broke within a reply at " + stageNames[at]
	}
	return e
}
