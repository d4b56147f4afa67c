package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/waybill-go/waybill/mail"
)

// list is a flag that may be given several times.
type list []string

func (l *list) String() string { return strings.Join(*l, ", ") }

// Set implements flag.Value.
func (l *list) Set(s string) error {
	*l = append(*l, s)
	return nil
}

// config is the command line.
type config struct {
	from, replyTo               string
	to, cc, bcc                 list
	subject, text, html         string
	attach, inline, relays      list
	bucket, key, lang           string
	limit                       int64
	expires                     time.Duration
	allOrNone, send, asJSON     bool
	dkimDomain, dkimKey, dkimAs string
}

func parse(args []string, out io.Writer) (*config, error) {
	c := new(config)
	f := flag.NewFlagSet("mail", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&c.from, "from", "", "the sender's `address`, such as \"Dispatch <dispatch@acme.example>\"")
	f.Var(&c.to, "to", "a recipient's `address`; may be repeated, as may -cc, -bcc, -attach, -inline and -relay")
	f.Var(&c.cc, "cc", "an `address` that gets a copy")
	f.Var(&c.bcc, "bcc", "an `address` that gets a copy unseen by the others")
	f.StringVar(&c.replyTo, "reply-to", "", "the `address` that gets the answers")
	f.StringVar(&c.subject, "subject", "", "the `subject`")
	f.StringVar(&c.text, "text", "", "the `text`, or @file")
	f.StringVar(&c.html, "html", "", "the page as a second form of the text, or @`file`")
	f.Var(&c.attach, "attach", "a `file` to go with the mail")
	f.Var(&c.inline, "inline", "an image `file` that the page shows as cid:NAME")
	f.Var(&c.relays, "relay", "smtp://USER@HOST:587 (STARTTLS), smtps://USER@HOST:465 (TLS) or plain://localhost:25; MAIL_RELAYS has them separated by spaces.\nPasswords: MAIL_PASSWORD, for the second relay MAIL_PASSWORD_2 …")
	f.StringVar(&c.bucket, "bucket", "", "the `URL` of the bucket for what is too large: s3://BUCKET?region=R&endpoint=URL&path-style=true\n(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN) or oss://BUCKET?region=R&endpoint=URL\n(OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS_SESSION_TOKEN)")
	f.Int64Var(&c.limit, "limit", mail.DefaultLimit, "the largest mail in `bytes`, everything encoded")
	f.DurationVar(&c.expires, "expires", 7*24*time.Hour, "how `long` links live, 7 days at most")
	f.StringVar(&c.key, "key", "", "the mail's own `key`: a repetition with the same key has the same Message-ID")
	f.StringVar(&c.lang, "lang", "en", "the `language` of the words around links")
	f.BoolVar(&c.allOrNone, "all-or-none", false, "send to nobody when one recipient is refused")
	f.StringVar(&c.dkimDomain, "dkim-domain", "", "sign for this `domain`")
	f.StringVar(&c.dkimAs, "dkim-selector", "", "the signature's `selector`")
	f.StringVar(&c.dkimKey, "dkim-key", "", "a `file` with the private key in PEM")
	f.BoolVar(&c.send, "send", false, "send; without it the program says what it would do")
	f.BoolVar(&c.asJSON, "json", false, "one JSON object on the standard output")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case f.NArg() > 0:
		return nil, errors.New("there are arguments that are no flags")
	case c.from == "" || len(c.to)+len(c.cc)+len(c.bcc) == 0:
		return nil, errors.New("-from and -to are missing")
	case c.text == "" && c.html == "":
		return nil, errors.New("-text or -html is missing")
	case (c.dkimDomain == "") != (c.dkimKey == "") || (c.dkimDomain == "") != (c.dkimAs == ""):
		return nil, errors.New("-dkim-domain, -dkim-selector and -dkim-key belong together")
	}
	return c, nil
}

// message makes the mail of the command line. Files are opened when they are
// sent; progress shows how far each is read.
func (c *config) message(progress io.Writer) (*mail.Message, error) {
	m := &mail.Message{Subject: c.subject, Key: c.key, Language: c.lang, AllOrNone: c.allOrNone}
	var err error
	if m.From, err = mail.ParseAddress(c.from); err != nil {
		return nil, errors.New("-from is no mail address")
	}
	if c.replyTo != "" {
		if m.ReplyTo, err = mail.ParseAddress(c.replyTo); err != nil {
			return nil, errors.New("-reply-to is no mail address")
		}
	}
	for _, of := range []struct {
		flag string
		from list
		to   *[]mail.Address
	}{{"-to", c.to, &m.To}, {"-cc", c.cc, &m.Cc}, {"-bcc", c.bcc, &m.Bcc}} {
		for _, s := range of.from {
			a, err := mail.ParseAddress(s)
			if err != nil {
				return nil, fmt.Errorf("%s is no mail address", of.flag)
			}
			*of.to = append(*of.to, a)
		}
	}
	if m.Text, err = textOf(c.text); err != nil {
		return nil, err
	}
	if m.HTML, err = textOf(c.html); err != nil {
		return nil, err
	}
	for _, name := range c.attach {
		a, err := attachment(name, progress)
		if err != nil {
			return nil, err
		}
		m.Attachments = append(m.Attachments, a)
	}
	for _, name := range c.inline {
		a, err := attachment(name, progress)
		if err != nil {
			return nil, err
		}
		a.Inline = a.Name
		m.Attachments = append(m.Attachments, a)
	}
	return m, m.Validate()
}

// textOf returns a text, or that of the file behind @.
func textOf(s string) (string, error) {
	name, ok := strings.CutPrefix(s, "@")
	if !ok {
		return s, nil
	}
	b, err := os.ReadFile(name)
	return string(b), err
}

// attachment is a file that is opened anew for each reading.
func attachment(path string, progress io.Writer) (mail.Attachment, error) {
	info, err := os.Stat(path)
	if err != nil {
		return mail.Attachment{}, err
	}
	if !info.Mode().IsRegular() {
		return mail.Attachment{}, fmt.Errorf("%s is no file", path)
	}
	a := mail.Attachment{Name: filepath.Base(path), Type: mime.TypeByExtension(filepath.Ext(path)), Size: info.Size()}
	a.Open = func() (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		return &meter{ReadCloser: f, name: a.Name, total: a.Size, out: progress, last: -1}, nil
	}
	return a, nil
}

// meter shows how far a file is read.
type meter struct {
	io.ReadCloser
	name        string
	done, total int64
	out         io.Writer
	last        int64 // tenths shown
}

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	m.done += int64(n)
	tenths := int64(10)
	if m.total > 0 {
		tenths = min(10, m.done*10/m.total)
	}
	if tenths != m.last {
		m.last = tenths
		_, _ = fmt.Fprintf(m.out, "\r  [%s%s] %3d %% %s", strings.Repeat("#", int(tenths)), strings.Repeat(".", int(10-tenths)), tenths*10, m.name)
	}
	return n, err
}
