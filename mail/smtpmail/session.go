package smtpmail

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// session is one connection to the relay, logged in. One goroutine uses it at a
// time; only cut may come from another.
type session struct {
	r    *Relay
	raw  net.Conn // what Close cuts without ceremony
	conn net.Conn // raw, or TLS over it
	in   *bufio.Reader

	ext       map[string]string
	pipelines bool
	size      int64 // SIZE as offered, 0 when there is no bound

	block []byte // of the body that is under way
	mails int    // carried so far
	dirty bool   // a transaction was begun and not ended: RSET before the next
	lost  bool   // not to be used again
	body  bool   // the body of a mail was begun
	isCut atomic.Bool
	timer *time.Timer // while it waits in the pool
}

// cut ends the connection at once: no QUIT, no end of TLS. A relay that is in the
// middle of a mail drops it then, while any command would end the mail first.
func (s *session) cut() {
	s.isCut.Store(true)
	_ = s.raw.Close()
}

// guard cuts the connection when ctx ends. The function that it returns lifts the
// guard; the session is lost if it had struck.
func (s *session) guard(ctx context.Context) func() {
	stop := context.AfterFunc(ctx, s.cut)
	return func() {
		if !stop() || s.isCut.Load() {
			s.lost = true
		}
	}
}

// write sends command lines.
func (s *session) write(lines string) error {
	_ = s.conn.SetDeadline(time.Now().Add(s.r.o.CommandTimeout))
	if _, err := s.conn.Write([]byte(lines)); err != nil {
		s.lost = true
		return err
	}
	return nil
}

// read reads the reply to a command, or to the final dot.
func (s *session) read(timeout time.Duration) (reply, error) {
	_ = s.conn.SetDeadline(time.Now().Add(timeout))
	p, err := readReply(s.in)
	if err != nil || p.code == 421 {
		s.lost = true
	}
	return p, err
}

// command sends one command and reads its reply.
func (s *session) command(line string) (reply, error) {
	if err := s.write(line + "\r\n"); err != nil {
		return reply{}, err
	}
	return s.read(s.r.o.CommandTimeout)
}

// secure puts TLS over the connection. What the relay sent before is void.
func (s *session) secure(ctx context.Context) error {
	c := tls.Client(s.raw, s.r.tls)
	_ = s.raw.SetDeadline(time.Now().Add(s.r.o.CommandTimeout))
	if err := c.HandshakeContext(ctx); err != nil {
		return err
	}
	s.conn, s.in, s.ext = c, bufio.NewReaderSize(c, maxLine), nil
	return nil
}

// learn takes over what an EHLO reply offers.
func (s *session) learn(p reply) {
	s.ext = p.extensions()
	_, s.pipelines = s.ext["PIPELINING"]
	s.size = 0
	if v, ok := s.ext["SIZE"]; ok {
		if n, err := strconv.ParseInt(v, 10, 64); err == nil && n > 0 {
			s.size = n
		}
	}
}

// mechanism returns the login to use, or "".
func (s *session) mechanism(token bool) string {
	offered := strings.Fields(strings.ToUpper(s.ext["AUTH"]))
	wanted := []string{"PLAIN", "LOGIN"}
	if token {
		wanted = []string{"XOAUTH2"}
	}
	for _, want := range wanted {
		for _, o := range offered {
			if o == want {
				return want
			}
		}
	}
	return ""
}

// quit says goodbye without waiting for an answer. It is only for a connection
// that waits between mails.
func (s *session) quit() {
	_ = s.conn.SetDeadline(time.Now().Add(time.Second))
	_, _ = s.conn.Write([]byte("QUIT\r\n"))
	s.cut()
}
