package mailtest_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/mail/mailtest"
)

// talk is a client that says what a test wants.
type talk struct {
	t *testing.T
	c net.Conn
	r *bufio.Reader
}

func dial(t *testing.T, s *mailtest.SMTP) *talk {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &talk{t, c, bufio.NewReader(c)}
}

// say sends text as it is and returns the reply's last line.
func (k *talk) say(text string) string {
	k.t.Helper()
	if _, err := k.c.Write([]byte(text)); err != nil {
		return "write: " + err.Error()
	}
	return k.hear()
}

func (k *talk) hear() string {
	for {
		l, err := k.r.ReadString('\n')
		if err != nil {
			return "read: " + err.Error()
		}
		if len(l) < 4 || l[3] != '-' {
			return strings.TrimRight(l, "\r\n")
		}
	}
}

func (k *talk) want(text, reply string) {
	k.t.Helper()
	if got := k.say(text); !strings.HasPrefix(got, reply) {
		k.t.Errorf("%.60q: got %q, want %s", text, got, reply)
	}
}

func start(t *testing.T, o *mailtest.SMTPOptions) *mailtest.SMTP {
	t.Helper()
	s := mailtest.NewSMTP(o)
	t.Cleanup(s.Close)
	return s
}

const head = "Date: Wed, 04 Mar 2026 05:06:07 +0800\r\nFrom: <a@b.example>\r\nTo: <c@d.example>\r\nSubject: x\r\nMessage-ID: <1@b.example>\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n"

// TestStrictMails holds that the server refuses what a strict relay refuses,
// and says so in its list.
func TestStrictMails(t *testing.T) {
	for name, c := range map[string]struct{ params, mail, reply string }{
		"good":              {"", head + "\r\nHello.\r\n..\r\n", "250"},
		"bare line feed":    {"", head + "\r\nHello.\n", "554"},
		"bare return":       {"", head + "\r\nHel\rlo.\r\n", "554"},
		"long line":         {"", head + "\r\n" + strings.Repeat("x", 999) + "\r\n", "554"},
		"longest line":      {"", head + "\r\n" + strings.Repeat("x", 998) + "\r\n", "250"},
		"endless line":      {"", head + "\r\n" + strings.Repeat("x", 20_000) + "\r\n", "554"},
		"zero byte":         {"", head + "\r\n\x00\r\n", "554"},
		"8 bits":            {"", head + "\r\nÜ\r\n", "554"},
		"8 bits, announced": {" BODY=8BITMIME", head + "\r\nÜ\r\n", "250"},
		"8 bits in header":  {" BODY=8BITMIME", head + "X-Y: Ü\r\n\r\n\r\n", "554"},
		"no date":           {"", strings.Replace(head, "Date", "X-Date", 1) + "\r\n\r\n", "554"},
		"no id":             {"", strings.Replace(head, "Message-ID", "X-ID", 1) + "\r\n\r\n", "554"},
		"bad id":            {"", strings.Replace(head, "1@b.example", "1", 1) + "\r\n\r\n", "554"},
		"two subjects":      {"", head + "Subject: y\r\n\r\n\r\n", "554"},
		"bcc":               {"", head + "Bcc: <e@f.example>\r\n\r\n\r\n", "554"},
		"bad addresses":     {"", head + "Cc: nobody at all\r\n\r\n\r\n", "554"},
		"no charset":        {"", strings.Replace(head, "; charset=utf-8", "", 1) + "\r\n\r\n", "554"},
		"bad multipart":     {"", strings.Replace(head, "text/plain", "multipart/mixed; boundary=b", 1) + "\r\nnothing\r\n", "554"},
		"no header":         {"", "Hello.\r\n", "554"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, &mailtest.SMTPOptions{Plain: true})
			k := dial(t, s)
			k.hear()
			k.want("EHLO x\r\n", "250")
			k.want("MAIL FROM:<a@b.example>"+c.params+"\r\n", "250")
			k.want("RCPT TO:<c@d.example>\r\n", "250")
			k.want("DATA\r\n", "354")
			k.want(c.mail+".\r\n", c.reply)
			good := c.reply == "250"
			if (s.Accepted("1@b.example") == 1) != good || (len(s.Violations()) == 0) != good {
				t.Errorf("accepted %d times, violations %q", s.Accepted("1@b.example"), s.Violations())
			}
			k.want("QUIT\r\n", "221")
		})
	}
}

// TestStrictCommands holds the order of commands and what was offered.
func TestStrictCommands(t *testing.T) {
	type step struct{ say, reply string }
	for name, c := range map[string]struct {
		o     mailtest.SMTPOptions
		steps []step
	}{
		"no EHLO":                {mailtest.SMTPOptions{Plain: true}, []step{{"MAIL FROM:<a@b.example>\r\n", "503"}}},
		"no name":                {mailtest.SMTPOptions{Plain: true}, []step{{"EHLO \r\n", "501"}}},
		"plain text":             {mailtest.SMTPOptions{}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<a@b.example>\r\n", "530"}}},
		"no login":               {mailtest.SMTPOptions{Plain: true, Users: map[string]string{"u": "p"}}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<a@b.example>\r\n", "530"}}},
		"login in plain text":    {mailtest.SMTPOptions{Users: map[string]string{"u": "p"}}, []step{{"EHLO x\r\n", "250"}, {"AUTH PLAIN AHUAcA==\r\n", "538"}}},
		"no RCPT":                {mailtest.SMTPOptions{Plain: true}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<a@b.example>\r\n", "250"}, {"DATA\r\n", "554"}}},
		"nested":                 {mailtest.SMTPOptions{Plain: true}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<a@b.example>\r\n", "250"}, {"MAIL FROM:<a@b.example>\r\n", "503"}, {"RSET\r\n", "250"}, {"MAIL FROM:<a@b.example>\r\n", "250"}}},
		"RCPT first":             {mailtest.SMTPOptions{Plain: true}, []step{{"EHLO x\r\n", "250"}, {"RCPT TO:<a@b.example>\r\n", "503"}, {"DATA\r\n", "503"}, {"DATA x\r\n", "501"}}},
		"bad sender":             {mailtest.SMTPOptions{Plain: true}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:a@b.example\r\n", "501"}, {"MAIL TO:<a@b.example>\r\n", "501"}, {"MAIL FROM:<a b>\r\n", "501"}}},
		"bad recipient":          {mailtest.SMTPOptions{Plain: true}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<a@b.example>\r\n", "250"}, {"RCPT TO:<>\r\n", "501"}}},
		"unknown parameter":      {mailtest.SMTPOptions{Plain: true}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<a@b.example> RET=FULL\r\n", "555"}}},
		"SIZE not offered":       {mailtest.SMTPOptions{Plain: true, HideSize: true}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<a@b.example> SIZE=1\r\n", "555"}}},
		"SIZE":                   {mailtest.SMTPOptions{Plain: true, Size: 100}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<a@b.example> SIZE=101\r\n", "552 5.3.4"}, {"MAIL FROM:<a@b.example> SIZE=x\r\n", "501"}, {"MAIL FROM:<a@b.example> SIZE=100\r\n", "250"}}},
		"no SMTPUTF8":            {mailtest.SMTPOptions{Plain: true}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<ü@b.example>\r\n", "553"}, {"MAIL FROM:<a@b.example>\r\n", "250"}, {"RCPT TO:<ü@b.example>\r\n", "553"}}},
		"SMTPUTF8":               {mailtest.SMTPOptions{Plain: true}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<ü@b.example> SMTPUTF8\r\n", "250"}, {"RCPT TO:<ü@b.example>\r\n", "250"}}},
		"too many recipients":    {mailtest.SMTPOptions{Plain: true, MaxRecipients: 1}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<a@b.example>\r\n", "250"}, {"RCPT TO:<a@b.example>\r\n", "250"}, {"RCPT TO:<c@b.example>\r\n", "452 4.5.3"}}},
		"refused recipient":      {mailtest.SMTPOptions{Plain: true, Refuse: map[string]string{"a@b.example": "550 5.1.1 no"}}, []step{{"EHLO x\r\n", "250"}, {"MAIL FROM:<a@b.example>\r\n", "250"}, {"RCPT TO:<a@b.example>\r\n", "550 5.1.1"}}},
		"without enhanced codes": {mailtest.SMTPOptions{Plain: true, NoEnhanced: true}, []step{{"EHLO x\r\n", "250"}, {"NOOP\r\n", "250 ok"}}},
		"unknown command":        {mailtest.SMTPOptions{Plain: true}, []step{{"HELP\r\n", "502"}}},
		"bare line feed":         {mailtest.SMTPOptions{Plain: true}, []step{{"NOOP\n", "500"}, {"NOOP\r\n", "read"}}},
		"STARTTLS twice":         {mailtest.SMTPOptions{Plain: true}, []step{{"EHLO x\r\n", "250"}, {"STARTTLS\r\n", "503"}}},
		"STARTTLS and more":      {mailtest.SMTPOptions{}, []step{{"EHLO x\r\n", "250"}, {"STARTTLS x\r\n", "501"}, {"STARTTLS\r\nNOOP\r\n", "501"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, &c.o)
			k := dial(t, s)
			k.hear()
			for _, x := range c.steps {
				got := k.say(x.say)
				if !strings.HasPrefix(got, x.reply) && !(x.reply == "read" && strings.HasPrefix(got, "write")) {
					t.Errorf("%q: got %q, want %s", x.say, got, x.reply)
				}
			}
			if len(s.Mails()) != 0 {
				t.Error("a mail was accepted")
			}
		})
	}
}

func TestLogin(t *testing.T) {
	s := start(t, &mailtest.SMTPOptions{Users: map[string]string{"user": "secret-word"}})
	for _, c := range []struct {
		steps []string
		want  string
	}{
		{[]string{"AUTH PLAIN " + b64("\x00user\x00secret-word")}, "235"},
		{[]string{"AUTH PLAIN", b64("\x00user\x00secret-word")}, "235"},
		{[]string{"AUTH LOGIN", b64("user"), b64("secret-word")}, "235"},
		{[]string{"AUTH PLAIN " + b64("\x00user\x00wrong")}, "535"},
		{[]string{"AUTH PLAIN ???"}, "535"},
		{[]string{"AUTH CRAM-MD5"}, "504"},
	} {
		k := dial(t, s)
		k.hear()
		k.want("EHLO x\r\n", "250")
		k.want("STARTTLS\r\n", "220")
		config := s.TLSConfig()
		config.ServerName = "localhost"
		c2 := tls.Client(k.c, config)
		k.c, k.r = c2, bufio.NewReader(c2)
		k.want("EHLO x\r\n", "250")
		got := ""
		for _, line := range c.steps {
			got = k.say(line + "\r\n")
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got %q, want %s", c.steps[0], got, c.want)
		}
	}
	for _, l := range s.Log() {
		if strings.Contains(l, "secret-word") || strings.Contains(l, b64("\x00user\x00secret-word")) {
			t.Errorf("the log tells the password: %s", l)
		}
	}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestFaults(t *testing.T) {
	s := start(t, &mailtest.SMTPOptions{Plain: true})
	hit := make(chan struct{}, 1)
	f := mailtest.Fault{Stage: mailtest.AtEHLO, Do: mailtest.Reply, Reply: "450 later", Skip: 1, Times: 2, Hit: hit}
	if f.String() != "ehlo/450 later" || (mailtest.Fault{Stage: mailtest.AtDot, Do: mailtest.Hang}).String() != "dot/hang" {
		t.Errorf("%s", f)
	}
	s.Fail(f)
	k := dial(t, s)
	k.hear()
	for _, want := range []string{"250", "450", "450", "250"} {
		k.want("EHLO x\r\n", want)
	}
	<-hit
	s.Fail(mailtest.Fault{Stage: mailtest.AtRCPT, Do: mailtest.Reply, Reply: "550 no", Rcpt: 2})
	k.want("MAIL FROM:<a@b.example>\r\n", "250")
	for _, want := range []string{"250", "550", "250"} {
		k.want("RCPT TO:<a@b.example>\r\n", want)
	}
	s.Heal()
	s.Fail(mailtest.Fault{Stage: mailtest.AfterDot, Do: mailtest.CloseConn})
	k.want("DATA\r\n", "354")
	k.want(head+"\r\n.\r\n", "read")
	if s.Accepted("1@b.example") != 1 {
		t.Error("the mail was not counted before the reply was lost")
	}
	tally := mailtest.TallyOf([]string{"1@b.example", "2@b.example"}, s.Ledger())
	if tally.Lost != 1 || tally.Duplicates != 0 {
		t.Errorf("%+v", tally)
	}
	s.Down()
	if _, err := net.Dial("tcp", s.Addr()); err == nil {
		t.Error("a server that is down takes connections")
	}
	if err := s.Up(); err != nil {
		t.Skip("the port is taken: ", err)
	}
	s.Fail(mailtest.Fault{Stage: mailtest.AtConnect, Do: mailtest.Reply, Reply: "421 busy"})
	if got := dial(t, s).hear(); got != "421 busy" {
		t.Errorf("%q", got)
	}
}

func ExampleNewSMTP() {
	s := mailtest.NewSMTP(&mailtest.SMTPOptions{Refuse: map[string]string{"gone@shop.example": "550 5.1.1 no such user"}})
	defer s.Close()
	s.Fail(mailtest.Fault{Stage: mailtest.AtMAIL, Do: mailtest.Reply, Reply: "451 4.3.0 not now", Times: 1})
	// … let the program under test send through s.Addr() with s.TLSConfig() …
	fmt.Println(len(s.Mails()), s.Connections(), s.Violations())
	// Output: 0 0 []
}

func ExampleParse() {
	m, err := mailtest.Parse([]byte("Date: Wed, 04 Mar 2026 05:06:07 +0800\r\nFrom: <a@acme.example>\r\nTo: <b@shop.example>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n" +
		"Message-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n"))
	fmt.Printf("%q %q %v\n", m.Subject, m.Text, err)
	// Output: "Grüße" "Hello.\r\n" <nil>
}
