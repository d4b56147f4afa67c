package mail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
)

func compose(t testing.TB, m *mail.Message) (mailtest.Mail, []byte) {
	t.Helper()
	var b bytes.Buffer
	n, err := mail.Compose(t.Context(), &b, m)
	if err != nil {
		t.Fatal(err)
	}
	if n != int64(b.Len()) {
		t.Errorf("%d bytes, told %d", b.Len(), n)
	}
	got, err := mailtest.Parse(b.Bytes())
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, b.Bytes())
	}
	return got, b.Bytes()
}

func TestStructure(t *testing.T) {
	inline := file("logo.png", 10)
	inline.Inline, inline.Type = "logo@sender", "image/png"
	calendar := file("route.ics", 10)
	calendar.Type = "text/calendar; method=REQUEST; charset=utf-8"
	letter := file("letter.eml", 10)
	letter.Type = "message/rfc822"
	for want, m := range map[string]mail.Message{
		"text/plain": {Text: "t"},
		"text/html":  {HTML: "h"},
		"multipart/alternative(text/plain,text/html)":                                                         {Text: "t", HTML: "h"},
		"multipart/mixed(text/plain,application/pdf)":                                                         {Text: "t", Attachments: []mail.Attachment{file("a.pdf", 1)}},
		"multipart/related(text/html,image/png)":                                                              {HTML: "h", Attachments: []mail.Attachment{inline}},
		"multipart/related(multipart/alternative(text/plain,text/html),image/png)":                            {Text: "t", HTML: "h", Attachments: []mail.Attachment{inline}},
		"multipart/mixed(multipart/related(text/html,image/png),application/pdf)":                             {HTML: "h", Attachments: []mail.Attachment{file("a.pdf", 1), inline}},
		"multipart/mixed(text/plain,image/png)":                                                               {Text: "t", Attachments: []mail.Attachment{inline}},
		"multipart/mixed(multipart/alternative(text/plain,text/html),text/calendar,application/octet-stream)": {Text: "t", HTML: "h", Attachments: []mail.Attachment{calendar, letter}},
	} {
		m.From, m.To = mail.Address{Addr: "a@b.example"}, []mail.Address{{Addr: "c@d.example"}}
		if got, _ := compose(t, &m); got.Structure != want {
			t.Errorf("got  %s\nwant %s", got.Structure, want)
		}
	}
}

func TestHeader(t *testing.T) {
	m := note()
	m.Date = time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 8*3600))
	m.To, m.Bcc = nil, []mail.Address{{Name: "Hidden", Addr: "hidden@receiver.example"}}
	m.Headers = map[string]string{"X-B": "2", "X-A": "1", "Auto-Submitted": "auto-generated"}
	_, raw := compose(t, m)
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	want := []string{
		"Date: Wed, 04 Mar 2026 05:06:07 +0800",
		"From: Dispatch <dispatch@sender.example>",
		"To: undisclosed-recipients:;",
		"Message-ID: <" + m.Stamp().MessageID + ">",
		"Subject: Note",
		"Auto-Submitted: auto-generated",
		"X-A: 1",
		"X-B: 2",
		"MIME-Version: 1.0",
	}
	for i, w := range want {
		if lines[i] != w {
			t.Errorf("line %d is %q, want %q", i, lines[i], w)
		}
	}
	if strings.Contains(strings.ToLower(string(raw)), "hidden") {
		t.Error("the mail tells of its Bcc")
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"Plain Name", "J. Smith", `Quote "it" \ now`, "張三", "Ünal", "=?utf-8?Q?no?=", " spaces ", "a,b;c:d<e>@f", strings.Repeat("很长的名字", 30), "two  blanks"} {
		m := note()
		m.From.Name = name
		got, _ := compose(t, m)
		list, err := got.Header.AddressList("From")
		if err != nil || list[0].Name != name || list[0].Address != m.From.Addr {
			t.Errorf("%q arrived as %v, %v", name, list, err)
		}
	}
	if s := (mail.Address{Addr: "two words@b.example"}).Spec(); s != `"two words"@b.example` {
		t.Errorf("%q", s)
	}
	if a, err := mail.ParseAddress("Ann <ann@b.example>"); err != nil || a.Name != "Ann" || a.Addr != "ann@b.example" || a.String() != "a…@b.example" {
		t.Errorf("%v %v", a, err)
	}
	if s := (mail.Address{Addr: "用户@例子.example"}).String(); s != "用…@例子.example" {
		t.Errorf("%q", s)
	}
	_, err := mail.ParseAddress("nobody")
	want(t, err, waybill.InvalidArgument, waybill.NotSent)
	if s := (mail.Address{Addr: "nobody"}).String(); s != "…" {
		t.Errorf("%q", s)
	}
}

func TestFileNames(t *testing.T) {
	for _, name := range []string{"a.pdf", "two words.pdf", "two  blanks.pdf", `say "hi".txt`, "semi;colon=x.txt", "100%.txt", "三十个字的文件名三十个字的文件名三十个字的文件名三十个字的文.pdf",
		strings.Repeat("长", 80) + ".pdf", "naïve'.txt", "trailing ", strings.Repeat("a", 255), "=?utf-8?B?eA==?="} {
		m := note()
		m.Attachments = []mail.Attachment{{Name: name, Open: file("", 3).Open}}
		got, raw := compose(t, m)
		if f := got.Files[0]; f.Name != name || f.Type != "application/octet-stream" {
			t.Errorf("%q arrived as %q, %s", name, f.Name, f.Type)
		}
		for _, line := range strings.Split(string(raw), "\r\n") {
			if len(line) > 998 {
				t.Errorf("%q makes a line of %d octets", name, len(line))
			}
		}
	}
}

// TestLines: lines with encoded words have at most 76 octets (RFC 2047, section
// 2), whatever their field's name, and no file's name is folded within its quotes.
func TestLines(t *testing.T) {
	m := note()
	text, name := strings.Repeat("订单已送达，", 20), strings.Repeat("a very long name ", 14)+".txt"
	m.Subject, m.From.Name, m.To[0].Name, m.ReplyTo = text, text, text, mail.Address{Name: text, Addr: "care@sender.example"}
	m.Cc = []mail.Address{{Addr: "a@receiver.example"}, {Name: text, Addr: "b@receiver.example"}}
	m.Headers = map[string]string{"X-A-Rather-Long-Name-Of-A-Header-Of-Fifty-Characters-Or-So": text}
	m.Attachments = []mail.Attachment{{Name: name, Open: file("", 3).Open}, {Name: text[:120] + ".pdf", Open: file("", 3).Open}}
	got, raw := compose(t, m)
	for _, line := range strings.Split(string(raw), "\r\n") {
		if strings.Contains(line, "=?utf-8?B?") && len(line) > 76 {
			t.Errorf("%d octets: %s", len(line), line)
		}
	}
	if n := strings.Count(string(raw), `name="`+name+`"`); n != 2 || got.Files[0].Name != name {
		t.Errorf("the long name stands %d times in one piece", n)
	}
}

// TestHeadersOfLinks: what a program must find in a header is never encoded.
func TestHeadersOfLinks(t *testing.T) {
	m := note()
	link := "<mailto:leave@sender.example?subject=u>,  <https://sender.example/u/" + strings.Repeat("x", 400) + ">"
	m.Headers = map[string]string{"List-Unsubscribe": link, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "References": "<a@b.example>  <c@d.example>", "In-Reply-To": " <c@d.example> "}
	got, _ := compose(t, m)
	for name, want := range map[string]string{"List-Unsubscribe": strings.ReplaceAll(link, ",  ", ", "), "References": "<a@b.example> <c@d.example>", "In-Reply-To": "<c@d.example>"} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("%s is %q", name, v)
		}
	}
	for _, bad := range []string{"<https://sender.example/ü>", "<https://sender.example/" + strings.Repeat("x", 1000) + ">", "=?utf-8?B?eA==?="} {
		m.Headers = map[string]string{"list-unsubscribe": bad}
		if err := m.Validate(); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
}

func TestMessageID(t *testing.T) {
	a, b := note(), note()
	b.Subject, b.Date = "Another", time.Now()
	if x, y := a.Stamp().MessageID, b.Stamp().MessageID; x != y || !strings.HasSuffix(x, "@sender.example") || strings.Contains(x, "order") {
		t.Errorf("%q %q", x, y)
	}
	seen := map[string]bool{a.Stamp().MessageID: true}
	for _, change := range []func(*mail.Message){func(m *mail.Message) { m.Key = "order-18" }, func(m *mail.Message) { m.Tenant = "t" },
		func(m *mail.Message) { m.From.Addr = "x@sender.example" }, func(m *mail.Message) { m.Key = "" }, func(m *mail.Message) { m.Key = "" }} {
		m := note()
		change(m)
		if id := m.Stamp().MessageID; seen[id] {
			t.Errorf("%q twice", id)
		} else {
			seen[id] = true
		}
	}
	// Domains of other scripts, from the tables of RFC 3492 and the IANA.
	for domain, want := range map[string]string{"bücher.example": "xn--bcher-kva.example", "例子.公司": "xn--fsqu00a.xn--55qx5d", "faß.de": "xn--fa-hia.de",
		"ليهمابتكلموشعربي؟.x": "xn--egbpdaj6bu4bxfgehfvwxn.x", "他们为什么不说中文.cn": "xn--ihqwcrb4cv8a8dqg056pqjye.cn",
		"правда.рф": "xn--80aafi6cg.xn--p1ai", "[192.0.2.1]": "192.0.2.1"} {
		m := note()
		m.From.Addr = "a@" + domain
		if _, got, _ := strings.Cut(m.Stamp().MessageID, "@"); got != want {
			t.Errorf("%s: %s, want %s", domain, got, want)
		}
	}
	m := note()
	m.MessageID, m.Date = "given@sender.example", time.Now()
	if m.Stamp() != m {
		t.Error("a stamped message was copied")
	}
}

func TestEncodedSize(t *testing.T) {
	for _, n := range []int{1, 2, 3, 56, 57, 58, 1000, 14592, 14593, 100_000} {
		m := note()
		m.Text = strings.Repeat("运单 Ü .\n", n%50+1)
		m.Attachments = []mail.Attachment{file("报告.pdf", n), file("b.pdf", 2*n)}
		size, ok := mail.EncodedSize(m)
		_, raw := compose(t, m)
		if !ok || size != int64(len(raw)) {
			t.Errorf("%d bytes: told %d, %v, wrote %d", n, size, ok, len(raw))
		}
	}
	// 100 MiB, as measured elsewhere: 1.368 times as much and a header.
	m := note()
	m.Attachments = []mail.Attachment{{Name: "a", Size: 100 << 20, Open: file("", 1).Open}}
	if size, ok := mail.EncodedSize(m); !ok || size < 143_488_000 || size > 143_491_000 {
		t.Errorf("100 MiB become %d", size)
	}
	m.Attachments[0].Size = -1
	if _, ok := mail.EncodedSize(m); ok {
		t.Error("a size that nobody knows is known")
	}
}

func TestComposeFails(t *testing.T) {
	broken := errors.New("the pipe broke")
	m := note()
	m.Attachments = []mail.Attachment{file("a.pdf", 100_000)}
	for _, room := range []int{0, 100, 1000, 50_000} {
		if _, err := mail.Compose(t.Context(), &limited{room, broken}, m); !errors.Is(err, broken) {
			t.Errorf("room for %d: %v", room, err)
		}
	}
	own := errors.New("the disk broke")
	m.Attachments[0].Open = func() (io.ReadCloser, error) { return nil, own }
	_, err := mail.Compose(t.Context(), io.Discard, m)
	if e := want(t, err, waybill.FailedPrecondition, waybill.NotSent); e.Err == nil || !errors.Is(e.Err, own) || !strings.Contains(e.Message, "attachment 1") {
		t.Errorf("%+v", e)
	}
	// A source without end is left where it should have ended.
	m.Attachments[0].Open = func() (io.ReadCloser, error) { return io.NopCloser(zeros{}), nil }
	n, err := mail.Compose(t.Context(), io.Discard, m)
	if want(t, err, waybill.FailedPrecondition, waybill.NotSent); n > 200_000 {
		t.Errorf("%d bytes were written for 100,000", n)
	}
	m.Attachments[0].Open = func() (io.ReadCloser, error) { return nil, nil }
	_, err = mail.Compose(t.Context(), io.Discard, m)
	want(t, err, waybill.FailedPrecondition, waybill.NotSent)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = mail.Compose(ctx, io.Discard, m)
	want(t, err, waybill.Canceled, waybill.NotSent)
}

// TestABlockedSourceEnds: the end of the context closes a source whose Read
// blocks.
func TestABlockedSourceEnds(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	m := note()
	m.Attachments = []mail.Attachment{{Name: "a", Open: func() (io.ReadCloser, error) { return r, nil }}}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { _, _ = w.Write([]byte("x")); cancel() }()
	_, err := mail.Compose(ctx, io.Discard, m)
	want(t, err, waybill.Canceled, waybill.NotSent)
}

type limited struct {
	room int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	if l.room -= len(p); l.room < 0 {
		return 0, l.err
	}
	return len(p), nil
}

func FuzzHeader(f *testing.F) {
	for _, s := range []string{"", "Note", "运单A-17", "=?utf-8?B?eA==?=", "a\r\nBcc: x@y", strings.Repeat("x", 2000), " x ", "\x00", "\xff", "a  b", `"<>,;:\`} {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, subject, name, fileName string) {
		m := note()
		m.Subject, m.From.Name = subject, name
		m.Headers = map[string]string{"X-Fuzz": subject}
		m.Attachments = []mail.Attachment{{Name: fileName, Open: file("", 3).Open}}
		if m.Validate() != nil {
			return
		}
		if !utf8.ValidString(subject + name + fileName) {
			t.Fatal("broken text is valid")
		}
		got, raw := compose(t, m)
		if got.Subject != subject || got.Files[0].Name != fileName {
			t.Fatalf("subject %q arrived as %q, file %q as %q", subject, got.Subject, fileName, got.Files[0].Name)
		}
		list, err := got.Header.AddressList("From")
		if err != nil || len(list) != 1 || list[0].Name != name && strings.TrimSpace(name) != "" {
			t.Fatalf("name %q arrived as %v, %v", name, list, err)
		}
		if v, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("X-Fuzz")); err != nil || v != subject {
			t.Fatalf("header %q arrived as %q", subject, v)
		}
		for _, line := range bytes.Split(raw, []byte("\r\n")) {
			if bytes.Contains(line, []byte("=?utf-8?B?")) && len(line) > 76 {
				t.Fatalf("an encoded word in a line of %d octets", len(line))
			}
			if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
				t.Fatalf("a line of %d octets, or with a line's end", len(line))
			}
		}
		if size, _ := mail.EncodedSize(m); size+6 != int64(len(raw)) { // 3 bytes of unknown size
			t.Fatalf("told %d, wrote %d", size, len(raw))
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"Hello.", ".\n..\r\n", "a\rb\n", strings.Repeat("字", 500), strings.Repeat("=", 300), " \t\n \n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := note()
		m.Text = text
		if m.Validate() != nil {
			return
		}
		got, _ := compose(t, m)
		if text == "" {
			return
		}
		norm := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n") }
		if norm(got.Text) != norm(text) {
			t.Fatalf("%q arrived as %q", text, got.Text)
		}
	})
}

func BenchmarkCompose(b *testing.B) {
	m := note()
	m.Attachments = []mail.Attachment{file("a.pdf", 20<<20)}
	m.Attachments[0].Open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(zeros{}, 20<<20)), nil
	}
	b.SetBytes(20 << 20)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mail.Compose(b.Context(), io.Discard, m); err != nil {
			b.Fatal(err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
