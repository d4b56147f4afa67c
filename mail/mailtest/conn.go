package mailtest

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
)

// conn is one dialogue.
type conn struct {
	s    *SMTP
	raw  net.Conn
	net  net.Conn
	r    *bufio.Reader
	tls  bool
	user string
	ehlo bool

	from    string
	inMail  bool
	to      []string
	asked   int // RCPT commands of the transaction
	utf8    bool
	eight   bool
	carried int
}

func newConn(s *SMTP, c net.Conn) *conn {
	return &conn{s: s, raw: c, net: c, r: bufio.NewReaderSize(c, 16384)}
}

// errEnd ends a dialogue.
var errEnd = errors.New("mailtest: end")

func (c *conn) serve() {
	if c.s.o.ImplicitTLS {
		c.secure()
	}
	struck, over := c.act(AtConnect, 0)
	if over || !struck && c.reply("220 relay.example ESMTP ready") != nil {
		return
	}
	for {
		line, err := c.line()
		if err != nil {
			return
		}
		if c.command(line) != nil {
			return
		}
	}
}

func (c *conn) secure() {
	t := tls.Server(c.raw, &tls.Config{Certificates: []tls.Certificate{c.s.cert}})
	c.net, c.r, c.tls = t, bufio.NewReaderSize(t, 16384), true
}

// reply sends a reply. Enhanced codes go when they were not to be offered.
func (c *conn) reply(lines ...string) error {
	var b strings.Builder
	for _, l := range lines {
		if c.s.o.NoEnhanced {
			if w := strings.SplitN(l, " ", 3); len(w) == 3 && strings.Count(w[1], ".") == 2 {
				l = w[0] + " " + w[2]
			}
		}
		c.s.note("S: " + l)
		b.WriteString(l + "\r\n")
	}
	if _, err := io.WriteString(c.net, b.String()); err != nil {
		return err
	}
	if strings.HasPrefix(lines[len(lines)-1], "421") {
		return errEnd
	}
	return nil
}

// line reads a command.
func (c *conn) line() (string, error) {
	b, err := c.r.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			c.s.violation("a command line is too long")
		}
		return "", err
	}
	line := string(b)
	if !strings.HasSuffix(line, "\r\n") || strings.ContainsAny(line[:len(line)-2], "\r\x00") {
		c.s.violation("a command line does not end with CRLF")
		_ = c.reply("500 5.5.2 line ends are CRLF")
		return "", errEnd
	}
	// Lines of a login may be longer (RFC 4954, section 4).
	if len(line) > 12288 || len(line) > 2048 && !strings.HasPrefix(strings.ToUpper(line), "AUTH ") {
		c.s.violation("a command line is too long")
		_ = c.reply("500 5.5.2 line too long")
		return "", errEnd
	}
	return line[:len(line)-2], nil
}

// act does what a fault wants, if there is one for the step. struck says that it
// took the place of the server's reply, over that the dialogue has ended.
func (c *conn) act(at Stage, rcpt int) (struck, over bool) {
	f, ok := c.s.strike(at, rcpt)
	if !ok {
		return false, false
	}
	c.s.note("-- fault " + f.String())
	if f.Hit != nil {
		select {
		case f.Hit <- struct{}{}:
		default:
		}
	}
	switch f.Do {
	case Reply:
		return true, c.reply(f.Reply) != nil
	case Reset:
		if t, ok := c.raw.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
		_ = c.raw.Close()
	case Hang:
		_, _ = io.Copy(io.Discard, c.net)
	case Garbage:
		_, _ = io.WriteString(c.net, "\x00\x01HTTP/1.1 200 OK\r\nno reply at all\r\n")
	case Endless:
		for {
			if _, err := io.WriteString(c.net, "250-"+strings.Repeat("x", 400)+"\r\n"); err != nil {
				break
			}
		}
	case HalfReply:
		_, _ = io.WriteString(c.net, "25")
	}
	_ = c.raw.Close()
	return true, true
}

func (c *conn) command(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	shown := line
	if verb == "AUTH" {
		shown = "AUTH " + strings.SplitN(rest, " ", 2)[0] + " ***"
	}
	c.s.note("C: " + shown)
	stages := map[string]Stage{"EHLO": AtEHLO, "STARTTLS": AtSTARTTLS, "AUTH": AtAUTH, "MAIL": AtMAIL, "DATA": AtDATA, "RSET": AtRSET}
	if at, ok := stages[verb]; ok {
		struck, over := c.act(at, 0)
		if over {
			return errEnd
		}
		if struck {
			return nil
		}
	}
	switch verb {
	case "EHLO":
		return c.hello(rest)
	case "STARTTLS":
		return c.startTLS(rest)
	case "AUTH":
		return c.auth(rest)
	case "MAIL":
		return c.mail(rest)
	case "RCPT":
		return c.rcpt(rest)
	case "DATA":
		return c.data(rest)
	case "RSET":
		c.reset()
		return c.reply("250 2.0.0 flushed")
	case "NOOP":
		return c.reply("250 2.0.0 ok")
	case "QUIT":
		_ = c.reply("221 2.0.0 bye")
		return errEnd
	}
	c.s.violation("unknown command")
	return c.reply("502 5.5.2 unknown command")
}

func (c *conn) reset() {
	c.inMail, c.from, c.to, c.asked, c.utf8, c.eight = false, "", nil, 0, false, false
}

func (c *conn) hello(name string) error {
	if name == "" || strings.ContainsAny(name, " \t") {
		c.s.violation("EHLO without a name")
		return c.reply("501 5.5.4 a name is needed")
	}
	c.reset()
	c.ehlo = true
	o := &c.s.o
	ext := []string{"relay.example greets you", "8BITMIME"}
	if !o.NoPipelining {
		ext = append(ext, "PIPELINING")
	}
	if !o.HideSize && o.Size > 0 {
		ext = append(ext, "SIZE "+strconv.FormatInt(o.Size, 10))
	}
	if !o.NoUTF8 {
		ext = append(ext, "SMTPUTF8")
	}
	if !o.NoEnhanced {
		ext = append(ext, "ENHANCEDSTATUSCODES")
	}
	if !o.Plain && !c.tls {
		ext = append(ext, "STARTTLS")
	}
	if len(o.Users) > 0 && (c.tls || o.Plain) {
		ext = append(ext, "AUTH "+strings.Join(o.Mechanisms, " "))
	}
	for i := range ext {
		sep := "-"
		if i == len(ext)-1 {
			sep = " "
		}
		ext[i] = "250" + sep + ext[i]
	}
	return c.reply(ext...)
}

func (c *conn) startTLS(rest string) error {
	switch {
	case c.tls || c.s.o.Plain:
		return c.reply("503 5.5.1 not now")
	case rest != "":
		return c.reply("501 5.5.4 no parameters")
	}
	if c.r.Buffered() > 0 {
		c.s.violation("commands behind STARTTLS in plain text")
		_ = c.reply("501 5.5.4 nothing may follow")
		return errEnd
	}
	if err := c.reply("220 2.0.0 go ahead"); err != nil {
		return err
	}
	c.secure()
	c.reset()
	c.ehlo, c.user = false, ""
	return nil
}

func (c *conn) auth(rest string) error {
	mechanism, initial, given := strings.Cut(rest, " ")
	mechanism = strings.ToUpper(mechanism)
	offered := false
	for _, m := range c.s.o.Mechanisms {
		offered = offered || m == mechanism
	}
	switch {
	case !c.ehlo || c.inMail || c.user != "":
		c.s.violation("AUTH out of order")
		return c.reply("503 5.5.1 not now")
	case len(c.s.o.Users) == 0:
		return c.reply("502 5.5.1 no login here")
	case !c.tls && !c.s.o.Plain:
		c.s.violation("a password in plain text")
		return c.reply("538 5.7.11 encryption required")
	case !offered:
		return c.reply("504 5.5.4 mechanism unknown")
	}
	ask := func(prompt string) (string, error) {
		if err := c.reply("334 " + prompt); err != nil {
			return "", err
		}
		return c.line()
	}
	var user, password string
	var err error
	switch mechanism {
	case "XOAUTH2":
		if !given {
			if initial, err = ask(""); err != nil {
				return err
			}
		}
		said := decode64(initial)
		rest, ok := strings.CutPrefix(said, "user=")
		name, rest, ok2 := strings.Cut(rest, "\x01auth=Bearer ")
		token, end := strings.CutSuffix(rest, "\x01\x01")
		if !ok || !ok2 || !end || strings.Contains(token, "\x01") {
			c.s.violation("AUTH XOAUTH2 without user and bearer")
			return c.reply("501 5.5.2 cannot read the answer")
		}
		if want, known := c.s.o.Users[name]; !known || want != token {
			empty, err := ask(base64.StdEncoding.EncodeToString([]byte(`{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}`)))
			if err != nil {
				return err
			}
			if empty != "" {
				c.s.violation("the refusal of a token was not answered with an empty line")
			}
			return c.reply("535 5.7.8 token of " + name + " not accepted")
		}
		user, password = name, token
	case "PLAIN":
		if !given {
			if initial, err = ask(""); err != nil {
				return err
			}
		}
		parts := strings.Split(decode64(initial), "\x00")
		if len(parts) == 3 {
			user, password = parts[1], parts[2]
		}
	default:
		if user, err = ask("VXNlcm5hbWU6"); err != nil {
			return err
		}
		if password, err = ask("UGFzc3dvcmQ6"); err != nil {
			return err
		}
		user, password = decode64(user), decode64(password)
	}
	if want, ok := c.s.o.Users[user]; !ok || want != password {
		return c.reply("535 5.7.8 authentication failed for " + user)
	}
	c.user = user
	return c.reply("235 2.7.0 welcome")
}

func decode64(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return ""
	}
	return string(b)
}
