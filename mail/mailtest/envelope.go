package mailtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strconv"
	"strings"
)

// path reads "FROM:<a@b> PARAM…" behind MAIL and RCPT.
func path(rest, keyword string) (addr string, params []string, ok bool) {
	if len(rest) < len(keyword) || !strings.EqualFold(rest[:len(keyword)], keyword) {
		return "", nil, false
	}
	rest = rest[len(keyword):]
	end := strings.LastIndexByte(rest, '>')
	if !strings.HasPrefix(rest, "<") || end < 0 {
		return "", nil, false
	}
	addr = rest[1:end]
	if tail := rest[end+1:]; tail != "" {
		if tail[0] != ' ' {
			return "", nil, false
		}
		params = strings.Fields(tail)
	}
	if addr != "" {
		if strings.HasSuffix(addr, "]") { // net/mail does not know IPv6 as mails write it
			literal := addr[strings.LastIndexByte(addr, '[')+1:]
			if strings.Contains(literal, ":") != strings.HasPrefix(literal, "IPv6:") {
				return "", nil, false
			}
			return addr, params, true
		}
		a, err := mail.ParseAddress("<" + addr + ">")
		if err != nil {
			return "", nil, false
		}
		addr = a.Address
	}
	return addr, params, true
}

func ascii[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] > '~' {
			return false
		}
	}
	return true
}

func (c *conn) mail(rest string) error {
	o := &c.s.o
	switch {
	case !c.ehlo:
		c.s.violation("MAIL before EHLO")
		return c.reply("503 5.5.1 EHLO first")
	case c.inMail:
		c.s.violation("MAIL within a transaction")
		return c.reply("503 5.5.1 nested MAIL")
	case !c.tls && !o.Plain:
		c.s.violation("MAIL in plain text")
		return c.reply("530 5.7.0 STARTTLS first")
	case len(o.Users) > 0 && c.user == "":
		return c.reply("530 5.7.0 authentication required")
	case o.MailsPerConn > 0 && c.carried >= o.MailsPerConn:
		return c.reply("421 4.7.0 too many mails on one connection")
	}
	from, params, ok := path(rest, "FROM:")
	if !ok || from == "" {
		c.s.violation("MAIL without an address")
		return c.reply("501 5.1.7 bad sender")
	}
	for _, p := range params {
		name, value, _ := strings.Cut(strings.ToUpper(p), "=")
		switch {
		case name == "SIZE" && !o.HideSize && o.Size > 0:
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return c.reply("501 5.5.4 bad SIZE")
			}
			if n > o.Size {
				return c.reply("552 5.3.4 message too big")
			}
		case name == "BODY" && (value == "8BITMIME" || value == "7BIT"):
			c.eight = value == "8BITMIME"
		case name == "SMTPUTF8" && value == "" && !o.NoUTF8:
			c.utf8 = true
		default:
			c.s.violation("a parameter that was not offered: " + name)
			return c.reply("555 5.5.4 unknown parameter")
		}
	}
	if !ascii(from) && !c.utf8 {
		c.s.violation("an address that is not ASCII without SMTPUTF8")
		return c.reply("553 5.6.7 SMTPUTF8 needed")
	}
	c.inMail, c.from = true, from
	return c.reply("250 2.1.0 sender ok")
}

func (c *conn) rcpt(rest string) error {
	if !c.inMail {
		return c.reply("503 5.5.1 MAIL first")
	}
	c.asked++
	if struck, over := c.act(AtRCPT, c.asked); over {
		return errEnd
	} else if struck {
		return nil
	}
	to, params, ok := path(rest, "TO:")
	switch {
	case !ok || to == "" || len(params) > 0:
		c.s.violation("RCPT without an address, or with parameters")
		return c.reply("501 5.1.3 bad recipient")
	case !ascii(to) && !c.utf8:
		c.s.violation("an address that is not ASCII without SMTPUTF8")
		return c.reply("553 5.6.7 SMTPUTF8 needed")
	case c.s.o.Refuse[to] != "":
		return c.reply(c.s.o.Refuse[to])
	case len(c.to) >= c.s.o.MaxRecipients:
		return c.reply("452 4.5.3 too many recipients")
	}
	c.to = append(c.to, to)
	return c.reply("250 2.1.5 recipient ok")
}

func (c *conn) data(rest string) error {
	switch {
	case rest != "":
		return c.reply("501 5.5.4 no parameters")
	case !c.inMail:
		return c.reply("503 5.5.1 MAIL first")
	case len(c.to) == 0:
		return c.reply("554 5.5.1 no valid recipients")
	case c.r.Buffered() > 0:
		c.s.violation("the mail was sent before the reply to DATA")
	}
	if err := c.reply("354 end with a dot"); err != nil {
		return err
	}
	raw, size, bad, err := c.body()
	if err != nil {
		c.s.note(fmt.Sprintf("-- the mail was cut after %d bytes", size))
		return err
	}
	if struck, over := c.act(AtDot, 0); over {
		return errEnd
	} else if struck {
		c.reset()
		return nil
	}
	m := Mail{From: c.from, To: c.to, User: c.user, TLS: c.tls, Size: size, Raw: raw}
	utf8 := c.utf8
	c.reset()
	if c.s.o.Size > 0 && size > c.s.o.Size {
		return c.reply("552 5.3.4 message too big")
	}
	if bad == "" {
		bad = m.parse(utf8, c.s.o.Discard)
	}
	if bad != "" {
		c.s.violation(bad)
		return c.reply("554 5.6.0 " + bad)
	}
	c.carried++
	c.s.accept(m)
	if struck, over := c.act(AfterDot, 0); over {
		return errEnd
	} else if struck {
		return nil
	}
	return c.reply(fmt.Sprintf("250 2.0.0 Ok: queued as W%06d", c.s.ledger.Count(m.MessageID)+1000*c.carried))
}

var finalDot = []byte(".\r\n")

// body reads to the final dot. bad says what is wrong with the lines; raw is
// the mail without doubled dots, or only its beginning.
func (c *conn) body() (raw []byte, size int64, bad string, err error) {
	var b bytes.Buffer
	long := false
	for first := true; ; first = false {
		line, err := c.r.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(line) > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil && len(line) < 4096 {
			return nil, size, "", err
		}
		switch {
		case err != nil, len(line) > 1000:
			bad, long = "a line is longer than 998 octets", err != nil
		case !bytes.HasSuffix(line, finalDot[1:]) || bytes.IndexByte(line[:len(line)-2], '\r') >= 0:
			bad = "a line does not end with CRLF"
		case bytes.IndexByte(line, 0) >= 0:
			bad = "a zero byte"
		case !c.eight && !ascii(line):
			bad = "bytes of 8 bits that were not announced"
		}
		if !long && bytes.Equal(line, finalDot) {
			return b.Bytes(), size, bad, nil
		}
		if !long && line[0] == '.' {
			line = line[1:]
		}
		if err == nil {
			long = false
		}
		size += int64(len(line))
		if !c.s.o.Discard || b.Len() < 64<<10 {
			b.Write(line)
		}
		if first {
			if _, over := c.act(InBody, 0); over {
				return nil, size, "", errEnd
			}
		}
	}
}
