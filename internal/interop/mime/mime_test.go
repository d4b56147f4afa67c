package mime

import (
	"bytes"
	"errors"
	"io"
	"net/textproto"
	"strings"
	"testing"
	"time"
	"unicode"

	gomail "github.com/emersion/go-message/mail"
	"github.com/jhillyerd/enmime/v2"

	"github.com/waybill-go/waybill/mail"
)

// read is a mail as a parser saw it.
type read struct {
	Subject, MessageID, Date, Text, HTML, Calendar string
	From, To, Cc, ReplyTo                          [][2]string
	Files                                          []file
	Defects, Headers                               []string
	X                                              map[string]string
}

type file struct {
	Name, Type, ID, Disposition string
	// Old is the name as Python's older interface has it.
	Old  string
	Data []byte
}

var date = time.Date(2026, 2, 3, 4, 5, 6, 0, time.FixedZone("", 8*3600))

func attach(name, typ, inline string, data []byte) mail.Attachment {
	return mail.Attachment{Name: name, Type: typ, Inline: inline, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

// names are file names, subjects and people that are easily spoiled.
var names = []string{
	"invoice.pdf", "two words.pdf", "报告.pdf", "运单 A-17 的最终版本（修订）与所有附件清单以及说明文件.pdf", "Grüße aus Köln.txt", "a\"quoted\".txt", "semi;colon.txt", "percent%20.txt",
	"single'quote.txt", "comma, name.txt", "=?utf-8?B?bm8=?=.txt", "emoji📦.bin", "(comment).txt", "tab-less.tar.gz", "क्षेत्र.pdf", "ファイル名がとても長いのでヘッダーの行を折り返さなければならない.docx",
	strings.Repeat("long-", 40) + ".txt", "عربي.pdf", " space at both ends ", "equals=sign.txt", "star*.txt", "é́combining.txt", strings.Repeat("字", 80) + ".txt",
}

func messages() map[string]*mail.Message {
	all := map[string]*mail.Message{
		"plain":    {Text: "Hello.\n"},
		"html":     {HTML: "<p>Grüße</p>"},
		"both":     {Text: "Hello.\nGrüße\n", HTML: "<p>" + strings.Repeat("x", 5000) + "</p>"},
		"calendar": {Text: "Come.\n", HTML: "<p>Come.</p>", Calendar: mail.Calendar{Method: "REQUEST", Data: "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:会议\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"}},
		"inline": {Text: "Look.\n", HTML: `<img src="cid:logo">`, Attachments: []mail.Attachment{attach("logo.png", "image/png", "logo", []byte("\x89PNG")),
			attach("a.eml", "message/rfc822", "", []byte("Subject: x\r\n\r\nbody\r\n")), attach("empty", "", "", nil), attach("page.html", "text/html; charset=utf-8", "", []byte("<p>"))}},
		"headers": {Text: "x\n", Headers: map[string]string{"List-Unsubscribe": "<https://acme.example/u?t=" + strings.Repeat("k", 700) + ">, <mailto:u@acme.example>",
			"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "X-Note": "Grüße, 运单"}},
		"many": {Text: "x\n"},
		"bcc":  {Text: "x\n", Bcc: []mail.Address{{Addr: "hidden@receiver.example"}}},
	}
	for i := range 60 {
		all["many"].To = append(all["many"].To, mail.Address{Name: names[i%len(names)], Addr: "r" + strings.Repeat("x", i) + "@receiver.example"})
		all["many"].Cc = append(all["many"].Cc, mail.Address{Addr: "c@receiver.example"})
	}
	for i, n := range names {
		all["name "+string(rune('A'+i))] = &mail.Message{Text: "x\n", Subject: n, From: mail.Address{Name: n, Addr: "dispatch@acme.example"},
			ReplyTo: mail.Address{Name: n, Addr: "reply@acme.example"}, Attachments: []mail.Attachment{attach(n, "application/pdf", "", []byte("data"))}}
	}
	for key, m := range all {
		m.Date, m.Key = date, strings.ReplaceAll(key, " ", "-")
		if m.From.Addr == "" {
			m.From = mail.Address{Name: "Dispatch, Acme \"Ltd\"", Addr: "dispatch@acme.example"}
		}
		if m.To == nil && m.Bcc == nil {
			m.To = []mail.Address{{Name: "李雷", Addr: "a@receiver.example"}, {Addr: "b.c+d@receiver.example"}}
		}
	}
	return all
}

// TestParsers has each mail read by each parser, with the same result.
func TestParsers(t *testing.T) {
	raw := map[string][]byte{}
	for name, m := range messages() {
		if err := m.Validate(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var b bytes.Buffer
		if _, err := mail.Compose(t.Context(), &b, m); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		raw[name] = b.Bytes()
		for line := range strings.SplitSeq(b.String(), "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
				t.Errorf("%s: a line of %d octets", name, len(line))
			}
		}
	}
	each := func(parse func(*testing.T, []byte) read) func(*testing.T, map[string][]byte) map[string]read {
		return func(t *testing.T, raw map[string][]byte) map[string]read {
			all := map[string]read{}
			for name, b := range raw {
				all[name] = parse(t, b)
			}
			return all
		}
	}
	for parser, parse := range map[string]func(*testing.T, map[string][]byte) map[string]read{"python": python, "go-message": each(goMessage), "enmime": each(envelope)} {
		t.Run(parser, func(t *testing.T) {
			got := parse(t, raw)
			for name, m := range messages() {
				t.Run(name, func(t *testing.T) { check(t, m, got[name], parser == "python") })
			}
		})
	}
}

// check compares; exact says that the parser decodes what looks encoded once.
func check(t *testing.T, m *mail.Message, got read, exact bool) {
	t.Helper()
	same := func(got, want string) bool {
		if exact && strings.ContainsFunc(want, func(c rune) bool { return c > unicode.MaxLatin1 }) {
			return got == want || got == strings.ReplaceAll(want, " ", "")
		}
		if exact {
			want = strings.TrimSpace(want) // it cuts them off file names
		}
		return got == want || exact && strings.TrimSpace(got) == want || !exact && strings.Contains(want, "=?")
	}
	want := map[string][2]string{"subject": {got.Subject, m.Subject}, "id": {got.MessageID, m.Stamp().MessageID}, "text": {lines(got.Text), lines(m.Text)},
		"html": {lines(got.HTML), lines(m.HTML)}, "calendar": {lines(got.Calendar), lines(m.Calendar.Data)}}
	for what, pair := range want {
		if pair[0] != pair[1] {
			t.Errorf("%s: %.300q, want %.300q", what, pair[0], pair[1])
		}
	}
	if at, err := time.Parse(time.RFC3339, got.Date); err != nil || !at.Equal(m.Date) {
		t.Errorf("date %q", got.Date)
	}
	people := func(what string, got [][2]string, want ...mail.Address) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("%s: %d people, want %d", what, len(got), len(want))
			return
		}
		for i, a := range want {
			if !same(got[i][0], a.Name) || got[i][1] != a.Addr {
				t.Errorf("%s %d: %q, want %q", what, i, got[i], [2]string{a.Name, a.Addr})
			}
		}
	}
	people("from", got.From, m.From)
	people("to", got.To, m.To...)
	people("cc", got.Cc, m.Cc...)
	if m.ReplyTo.Addr != "" {
		people("reply-to", got.ReplyTo, m.ReplyTo)
	}
	for _, d := range got.Defects {
		t.Error("defect: ", d)
	}
	for _, h := range got.Headers {
		if strings.EqualFold(h, "bcc") {
			t.Error("the mail tells of its Bcc")
		}
	}
	for k, v := range m.Headers {
		if have := got.X[k]; have != v {
			t.Errorf("%s: %.300q, want %.300q", k, have, v)
		}
	}
	if len(got.Files) != len(m.Attachments) {
		t.Fatalf("%d files, want %d", len(got.Files), len(m.Attachments))
	}
	for i, a := range m.Attachments {
		f := got.Files[i]
		r, err := a.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !same(f.Name, a.Name) || exact && f.Old != strings.TrimSpace(a.Name) || f.ID != a.Inline || !bytes.Equal(f.Data, data) || (f.Disposition == "inline") != (a.Inline != "") {
			t.Errorf("file %d: %q, %q, %q, %s, %d bytes, want %q, %q", i, f.Name, f.Old, f.ID, f.Disposition, len(f.Data), a.Name, a.Inline)
		}
	}
}

func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func goMessage(t *testing.T, raw []byte) read {
	t.Helper()
	r, err := gomail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	h := &r.Header
	people := func(key string) (all [][2]string) {
		list, err := h.AddressList(key)
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
		for _, a := range list {
			all = append(all, [2]string{a.Name, a.Address})
		}
		return all
	}
	got := read{From: people("From"), Cc: people("Cc"), ReplyTo: people("Reply-To"), X: map[string]string{}}
	if !strings.Contains(h.Get("To"), "undisclosed-recipients") {
		got.To = people("To")
	}
	got.Subject, _ = h.Subject()
	got.MessageID, _ = h.MessageID()
	at, _ := h.Date()
	got.Date = at.Format(time.RFC3339)
	for f := h.Fields(); f.Next(); {
		got.Headers = append(got.Headers, f.Key())
		if text, err := f.Text(); err == nil && (strings.HasPrefix(f.Key(), "X-") || strings.HasPrefix(f.Key(), "List-")) {
			got.X[f.Key()] = text
		}
	}
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(p.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch h := p.Header.(type) {
		case *gomail.AttachmentHeader:
			name, err := h.Filename()
			if err != nil {
				t.Error(err)
			}
			typ, _, _ := h.ContentType()
			got.Files = append(got.Files, file{Name: name, Type: typ, Disposition: "attachment", Data: data})
		case *gomail.InlineHeader:
			kind, params, _ := h.ContentDisposition()
			typ, _, _ := h.ContentType()
			switch {
			case kind == "inline":
				got.Files = append(got.Files, file{Name: params["filename"], Type: typ, ID: strings.Trim(h.Get("Content-Id"), "<>"), Disposition: "inline", Data: data})
			case typ == "text/plain":
				got.Text = string(data)
			case typ == "text/html":
				got.HTML = string(data)
			case typ == "text/calendar":
				got.Calendar = string(data)
			}
		}
	}
}

func envelope(t *testing.T, raw []byte) read {
	t.Helper()
	e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	people := func(key string) (all [][2]string) {
		if h := e.GetHeader(key); h == "" || strings.Contains(h, "undisclosed") {
			return nil
		}
		list, err := e.AddressList(key)
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
		for _, a := range list {
			all = append(all, [2]string{a.Name, a.Address})
		}
		return all
	}
	got := read{Subject: e.GetHeader("Subject"), MessageID: strings.Trim(e.GetHeader("Message-ID"), "<>"), From: people("From"), To: people("To"),
		Cc: people("Cc"), ReplyTo: people("Reply-To"), X: map[string]string{}}
	if at, err := time.Parse("Mon, 02 Jan 2006 15:04:05 -0700", e.GetHeader("Date")); err == nil {
		got.Date = at.Format(time.RFC3339)
	}
	for _, k := range e.GetHeaderKeys() {
		got.Headers = append(got.Headers, k)
		if strings.HasPrefix(k, "X-") || strings.HasPrefix(k, "List-") {
			got.X[textproto.CanonicalMIMEHeaderKey(k)] = e.GetHeader(k)
		}
	}
	for _, x := range e.Errors {
		if x.Name == enmime.ErrorPlainTextFromHTML {
			continue // it misses a text
		}
		got.Defects = append(got.Defects, x.Error())
	}
	_ = e.Root.DepthMatchAll(func(p *enmime.Part) bool {
		switch {
		case p.Disposition != "":
			got.Files = append(got.Files, file{Name: p.FileName, Type: p.ContentType, ID: p.ContentID, Disposition: p.Disposition, Data: p.Content})
		case p.ContentType == "text/plain":
			got.Text = string(p.Content)
		case p.ContentType == "text/html":
			got.HTML = string(p.Content)
		case p.ContentType == "text/calendar":
			got.Calendar = string(p.Content)
		}
		return false
	})
	return got
}
