package smtpmail

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		at    stage
		reply string
		want  verdict
	}{
		{atConnect, "421 4.3.2 closing", unavailable},
		{atConnect, "450 busy", unavailable},
		{atConnect, "554 no", hostRefused},
		{atConnect, "521 no mail here", hostRefused},
		{atEHLO, "502 what", notOffered},
		{atEHLO, "550 no", hostRefused},
		{atEHLO, "421 closing", unavailable},
		{atSTARTTLS, "454 no TLS now", unavailable},
		{atSTARTTLS, "502 no TLS", unavailable},
		{atAUTH, "454 4.7.0 later", verdict{waybill.Unavailable, waybill.ScopeAccount}},
		{atAUTH, "535 5.7.8 wrong", badLogin},
		{atAUTH, "534 5.7.9 mechanism too weak", badLogin},
		{atAUTH, "504 5.5.4 unknown mechanism", badLogin},
		{atMAIL, "530 5.7.0 STARTTLS first", badLogin},
		{atMAIL, "538 5.7.11 encryption", badLogin},
		{atMAIL, "421 4.7.0 rate limit", limited},
		{atMAIL, "421 4.7.28 slow down", limited},
		{atMAIL, "450 4.7.0 please wait", unavailable},
		{atMAIL, "436 not your address", badSender},
		{atMAIL, "452 4.3.1 no space", unavailable},
		{atMAIL, "455 no parameters", notOffered},
		{atMAIL, "501 5.1.7 bad sender", badSender},
		{atMAIL, "550 5.1.8 no domain", badSender},
		{atMAIL, "550 no", badSender},
		{atMAIL, "552 5.3.4 too big", largeMail},
		{atMAIL, "552 too big", largeMail},
		{atMAIL, "557 too big", largeMail},
		{atMAIL, "555 unknown parameter", notOffered},
		{atMAIL, "503 5.5.1 order", outOfProtocol},
		{atMAIL, "550 5.7.1 policy", policy},
		{atMAIL, "599 what", unknown},
		{atRCPT, "550 5.1.1 no", unregistered},
		{atRCPT, "550 5.1.10 null MX", unregistered},
		{atRCPT, "556 5.1.10 null MX", unregistered},
		{atRCPT, "550 5.4.1 access denied", unregistered},
		{atRCPT, "550 5.2.1 disabled", unregistered},
		{atRCPT, "551 elsewhere", unregistered},
		{atRCPT, "553 no", unregistered},
		{atRCPT, "559 invalid list", unregistered},
		{atRCPT, "563 invalid list", unregistered},
		{atRCPT, "552 5.2.2 full", mailboxFull},
		{atRCPT, "552 full", mailboxFull},
		{atRCPT, "450 4.2.1 rate", mailboxFull},
		{atRCPT, "450 4.2.1 disabled for now", mailboxBusy},
		{atRCPT, "452 4.2.2 full", mailboxBusy},
		{atRCPT, "450 busy", mailboxBusy},
		{atRCPT, "451 4.3.0 local", unavailable},
		{atRCPT, "451 4.7.1 greylisted", unavailable},
		{atRCPT, "501 syntax", badRecipient},
		{atRCPT, "554 5.7.1 relay access denied", policy},
		{atRCPT, "554 no", policy},
		{atRCPT, "553 5.6.7 SMTPUTF8", notOffered},
		{atRCPT, "556 too many", notOffered},
		{atRCPT, "550 5.2.3 too long for the mailbox", largeMail},
		{atDATA, "554 5.5.1 no recipients", policy},
		{atDATA, "451 4.3.0 local", unavailable},
		{atDot, "421 closing", unavailable},
		{atDot, "550 5.7.26 DMARC", policy},
		{atDot, "554 spam", policy},
		{atDot, "554 5.6.0 content", policy},
		{atDot, "552 5.3.4 too big", largeMail},
		{atDot, "552 too big", largeMail},
		{atDot, "504 header", invalidMail},
		{atDot, "550 5.1.8 sender", badSender},
	} {
		p, err := readReply(bufio.NewReader(strings.NewReader(c.reply + "\r\n")))
		if err != nil {
			t.Fatalf("%q: %v", c.reply, err)
		}
		if got := classify(c.at, p); got != c.want {
			t.Errorf("%s: %q: got %v, want %v", stageNames[c.at], c.reply, got, c.want)
		}
		if classify(c.at, p).message(c.at) == "" {
			t.Errorf("%q has no words", c.reply)
		}
	}
}

func TestReadReply(t *testing.T) {
	for in, want := range map[string]struct {
		code     int
		enhanced string
		text     string
		bad      bool
	}{
		"250 ok\r\n":                  {250, "", "ok", false},
		"250\r\n":                     {250, "", "", false},
		"250 \r\n":                    {250, "", "", false},
		"250 ok\n":                    {250, "", "ok", false},
		"250-a\r\n250-b\r\n250 c\r\n": {250, "", "a b c", false},
		"550 5.1.1 no\r\n":            {550, "5.1.1", "no", false},
		"550-5.1.1 no\r\n550 5.1.1 such user\r\n": {550, "5.1.1", "no such user", false},
		"550 5.1.1: no\r\n":                       {550, "5.1.1", "no", false},
		"550 4.1.1 wrong class\r\n":               {550, "", "4.1.1 wrong class", false},
		"250 2.0.0 Ok: queued as 4F1A\r\n":        {250, "2.0.0", "Ok: queued as 4F1A", false},
		"250 1.2.3.4 is no code\r\n":              {250, "", "1.2.3.4 is no code", false},
		"250-a\r\n550 b\r\n":                      {bad: true},
		"hello\r\n":                               {bad: true},
		"25\r\n":                                  {bad: true},
		"250x\r\n":                                {bad: true},
		"150 early\r\n":                           {bad: true},
		"999 late\r\n":                            {bad: true},
		"250-a\r\n":                               {bad: true},
		"250 cut":                                 {bad: true},
		"":                                        {bad: true},
		"250 " + strings.Repeat("x", 5000) + "\r\n":                                 {bad: true},
		strings.Repeat("250-"+strings.Repeat("x", 1000)+"\r\n", 70) + "250 end\r\n": {bad: true},
	} {
		p, err := readReply(bufio.NewReaderSize(strings.NewReader(in), maxLine))
		if (err != nil) != want.bad {
			t.Errorf("%.40q: %v", in, err)
			continue
		}
		if !want.bad && (p.code != want.code || p.enhanced != want.enhanced || p.text() != want.text) {
			t.Errorf("%.40q: %d %q %q", in, p.code, p.enhanced, p.text())
		}
	}
}

func TestQueueID(t *testing.T) {
	for in, want := range map[string]string{
		"250 2.0.0 Ok: queued as 4XyZ1234\r\n":                                 "4XyZ1234",
		"250 OK id=1tABcd-00000001abc-2Xyz\r\n":                                "1tABcd-00000001abc-2Xyz",
		"250 Ok 010001936abcdef0-1234-5678-9abc-def012345678-000000\r\n":       "010001936abcdef0-1234-5678-9abc-def012345678-000000",
		"250 2.0.0 OK  1732200000 d2e1a72fcca58-7247de - gsmtp\r\n":            "d2e1a72fcca58-7247de",
		"250 2.6.0 <a@b> Queued mail for delivery\r\n":                         "",
		"250 2.0.0 Ok: queued on mail-1.relay.example as 1700000000-6ltgN\r\n": "1700000000-6ltgN",
		"250 OK: queued as.\r\n":                                               "",
		"250 Mail OK queued as gzga-smtp-mta-g1-1,_____wAAA 1700000000\r\n":    "gzga-smtp-mta-g1-1,_____wAAA",
		"250 ok\r\n":                        "",
		"250 queued as\r\n":                 "",
		"250 queued as <who@b.example>\r\n": "",
	} {
		p, err := readReply(bufio.NewReader(strings.NewReader(in)))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.queueID(); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzReadReply(f *testing.F) {
	for _, s := range []string{"250 ok\r\n", "250-a\r\n250 b\r\n", "550 5.1.1 <a@b>: no\r\n", "250-SIZE 100\r\n250 AUTH=PLAIN LOGIN\r\n", "\x00\xff\r\n", "250-"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := readReply(bufio.NewReaderSize(bytes.NewReader(b), maxLine))
		if err != nil {
			return
		}
		if p.code < 200 || p.code > 599 || len(p.text()) > maxReply {
			t.Fatalf("%d, %d bytes", p.code, len(p.text()))
		}
		_, _, _ = p.extensions(), p.queueID(), waitOf(p.words())
		for at := atConnect; at <= atDot; at++ {
			if p.code >= 400 {
				if v := classify(at, p); v.message(at) == "" {
					t.Fatal("no words")
				}
			}
		}
	})
}

// sink is a connection that keeps what is written, in pieces of at most most
// bytes, and fails after room bytes.
type sink struct {
	net.Conn
	buf  bytes.Buffer
	room int
}

func (s *sink) Write(p []byte) (int, error) {
	if s.room >= 0 && s.buf.Len()+len(p) > s.room {
		n := s.room - s.buf.Len()
		s.buf.Write(p[:n])
		return n, errors.New("full")
	}
	return s.buf.Write(p)
}
func (s *sink) SetDeadline(time.Time) error { return nil }

func newSink(room int) (*sink, *session) {
	c := &sink{room: room}
	return c, &session{r: &Relay{}, raw: c, conn: c}
}

// FuzzDots compares with the standard library's reader of dot-encoded texts.
func FuzzDots(f *testing.F) {
	f.Add([]byte("a\n.\n..b\n\n.c"), 3)
	f.Add([]byte(".\n"), 1)
	f.Add(bytes.Repeat([]byte("\n."), 2000), 300)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		if bytes.IndexByte(b, '\r') >= 0 {
			return
		}
		in := bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
		c, s := newSink(-1)
		w := newDotWriter(s)
		cut = min(max(cut, 1), 1<<16)
		for rest := in; len(rest) > 0; {
			n := min(cut, len(rest))
			if _, err := w.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if left, err := w.end(t.Context()); !left || err != nil {
			t.Fatal(left, err)
		}
		r := textproto.NewReader(bufio.NewReader(&c.buf))
		got, err := io.ReadAll(r.DotReader())
		if err != nil || c.buf.Len() != 0 && len(b) < 4000 {
			t.Fatalf("%v, %d bytes behind the end", err, c.buf.Len())
		}
		want := b
		if len(b) > 0 && b[len(b)-1] != '\n' {
			want = append(bytes.Clone(b), '\n')
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}

// TestDotLeft: whether the final dot left is known to the byte.
func TestDotLeft(t *testing.T) {
	body := "Subject: x\r\n\r\nHello"
	whole := len(body) + len("\r\n.\r\n")
	for room := range whole + 1 {
		_, s := newSink(room)
		w := newDotWriter(s)
		_, _ = io.WriteString(w, body)
		left, err := w.end(t.Context())
		if want := room > len(body)+2; left != want || (err == nil) != (room == whole) || s.lost == (err == nil) {
			t.Errorf("room for %d of %d bytes: left %v, %v", room, whole, left, err)
		}
	}
}

func TestExtensions(t *testing.T) {
	p, err := readReply(bufio.NewReader(strings.NewReader("250-relay\r\n250-size 1000\r\n250-AUTH=LOGIN\r\n250-AUTH PLAIN XOAUTH2\r\n250 Pipelining\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	s := &session{}
	s.learn(p)
	if s.size != 1000 || !s.pipelines || s.mechanism(false) != "PLAIN" {
		t.Errorf("%d %v %q", s.size, s.pipelines, s.mechanism(false))
	}
	for _, size := range []string{"SIZE", "SIZE 0", "SIZE -5", "SIZE x", "SIZE 99999999999999999999"} {
		s.learn(reply{lines: []string{"relay", size}})
		if s.size != 0 {
			t.Errorf("%q: %d", size, s.size)
		}
	}
}
