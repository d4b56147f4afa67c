package mailtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/mail"
)

// Run tries the adapter against everything that the contracts of package mail
// promise, in subtests named group/case.
func Run(t *testing.T, h Harness) {
	t.Helper()
	run(suitetest.Of(t), h)
}

// group is a group of subtests.
type group struct {
	name string
	run  func(suitetest.Sub)
}

func run(t suitetest.T, h Harness) {
	t.Helper()
	if h.New == nil && h.HTTP == nil {
		t.Fatal("mailtest: the harness needs New or HTTP")
	}
	h.halt = new(suitetest.Halt)
	groups := []group{
		{"provider", h.provider}, {"cancel", h.cancel}, {"good", h.good}, {"recipients", h.recipients}, {"replies", h.replies}, {"faults", h.faults},
		{"sources", h.badSources}, {"invalid", h.invalid}, {"concurrent", h.concurrent},
	}
	if h.HTTP != nil {
		groups = h.httpGroups()
	}
	for _, g := range groups {
		suitetest.Skips(h.Skip).Group(t, g.name, func(t suitetest.T, sub suitetest.Sub) {
			h.halt.Skip(t)
			g.run(sub)
		})
	}
}

func (h *Harness) provider(sub suitetest.Sub) {
	sub("name and account", func(t suitetest.T) {
		bounded, s := h.relay(t)
		r := bounded.(patient).Relay
		suitetest.Provider(t, r, h.leaks())
		if _, ok := r.(waybill.Accounted); ok {
			suitetest.Account(t, r, h.leaks())
		}
		if n := s.Connections(); n != 0 {
			t.Errorf("New made %d connections", n)
		}
	})
}

// send sends a mail that must arrive, and returns it.
func (h *Harness) send(t suitetest.T, m *mail.Message) (mail.Receipt, Mail) {
	t.Helper()
	r, s := h.relay(t)
	res, err := r.Send(t.Context(), m)
	if err != nil {
		t.Fatalf("Send: %s\n%s", suitetest.Why(err), strings.Join(s.Log(), "\n"))
	}
	if res.Provider != r.Name() {
		t.Errorf("the receipt's provider is %q, want %q", res.Provider, r.Name())
	}
	mails := s.Mails()
	if len(mails) != 1 {
		t.Fatalf("the server accepted %d mails", len(mails))
	}
	accepted(t, s, res.MessageID, 1)
	if res.MessageID != mails[0].MessageID {
		t.Errorf("the receipt's id is %q, the mail's %q", res.MessageID, mails[0].MessageID)
	}
	return res, mails[0]
}

// bodies are texts that are easily spoiled on the way.
var bodies = map[string]string{
	"plain":             "Hello.\n",
	"no end of line":    "Hello",
	"dots":              ".\n..\n.leading\n...\n.",
	"long line":         strings.Repeat("0123456789", 500),
	"wide long line":    strings.Repeat("运单号码", 400),
	"mostly ascii":      strings.Repeat("Grüße aus Köln. ", 40),
	"from line":         "From the beginning\nFrom again",
	"trailing blanks":   "a \nb\t\n c = d",
	"carriage returns":  "one\r\ntwo\rthree\nfour",
	"emoji and control": "📦\u0001 box \u007f",
}

func (h *Harness) good(sub suitetest.Sub) {
	for name, body := range bodies {
		sub("text/"+name, func(t suitetest.T) {
			m := message("good-text")
			m.Text = body
			_, got := h.send(t, m)
			// A mail without parts ends with a line's end, whatever its text does.
			want := strings.TrimSuffix(lineEnds(body), "\n")
			if have := strings.TrimSuffix(lineEnds(got.Text), "\n"); have != want {
				t.Errorf("the text arrived as %.200q, want %.200q", have, want)
			}
		})
	}
	for _, subject := range []string{"", "Order A-17", "订单A-17已送达，感谢您的惠顾，欢迎再次光临我们的网站查看详情", strings.Repeat("x", 1500),
		strings.Repeat("word ", 300) + "end", "=?utf-8?B?bm8=?=", " spaced  out ", "Grüße"} {
		sub("subject/"+short(subject), func(t suitetest.T) {
			m := message("good-subject")
			m.Subject = subject
			if _, got := h.send(t, m); got.Subject != subject {
				t.Errorf("the subject arrived as %q", got.Subject)
			}
		})
	}
	sub("everything", h.everything)
	sub("one key, one id", func(t suitetest.T) {
		r, s := h.relay(t)
		a, err := r.Send(t.Context(), message("same-key"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := r.Send(t.Context(), message("same-key"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := r.Send(t.Context(), message(""))
		if err != nil {
			t.Fatal(err)
		}
		if a.MessageID != b.MessageID || a.MessageID == c.MessageID || s.Accepted(a.MessageID) != 2 {
			t.Errorf("ids %q, %q, %q", a.MessageID, b.MessageID, c.MessageID)
		}
		if !strings.HasSuffix(a.MessageID, "@sender.example") || strings.Contains(a.MessageID, "same-key") {
			t.Errorf("the id %q is not at the sender's domain, or tells the key", a.MessageID)
		}
	})
}

func short(s string) string {
	if len(s) > 24 {
		s = strings.ToValidUTF8(s[:24], "")
	}
	return s
}

// lineEnds makes all line ends alike; a single carriage return is one.
func lineEnds(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// everything is a mail with all there is.
func (h *Harness) everything(t suitetest.T) {
	photo, report := bytes.Repeat([]byte{0xff, 0xd8, 0, '\n', '.'}, 5000), bytes.Repeat([]byte("line\r\n.\r\n"), 999)
	names := []string{"路线图.png", "三十个字的文件名三十个字的文件名三十个字的文件名三十个字的文.pdf", `odd "name"; x=y.txt`}
	m := message("everything")
	m.To = append(m.To, mail.Address{Name: `Alder, "Bert"`, Addr: moreRecipient})
	m.Cc = []mail.Address{{Addr: busyRecipient + ".example"}}
	m.Bcc = []mail.Address{{Name: "Hidden", Addr: bccRecipient}}
	m.ReplyTo = mail.Address{Name: "客服", Addr: "care@sender.example"}
	m.HTML = `<p>Route: <img src="cid:route"></p>`
	m.Headers = map[string]string{"List-Unsubscribe": "<https://sender.example/u?x=" + strings.Repeat("y", 120) + ">", "X-Note": "préavis"}
	m.Attachments = []mail.Attachment{
		{Name: names[0], Type: "image/png", Size: int64(len(photo)), Inline: "route", Open: content(photo)},
		{Name: names[1], Type: "application/pdf", Size: int64(len(report)), Open: content(report)},
		{Name: names[2], Size: -1, Open: content(nil)},
	}
	res, got := h.send(t, m)
	if want := []string{goodRecipient, moreRecipient, busyRecipient + ".example", bccRecipient}; !slices.Equal(got.To, want) || len(res.Recipients) != 4 {
		t.Errorf("the envelope goes to %v", got.To)
	}
	if bytes.Contains(bytes.ToLower(got.Raw), []byte("cornelia")) || bytes.Contains(got.Raw, []byte("Hidden")) {
		t.Error("the mail tells of its Bcc")
	}
	if want := "multipart/mixed(multipart/related(multipart/alternative(text/plain,text/html),image/png),application/pdf,application/octet-stream)"; got.Raw != nil && got.Structure != want {
		t.Errorf("the structure is %s", got.Structure)
	}
	if len(got.Files) != len(names) {
		t.Fatalf("%d files arrived, want %d", len(got.Files), len(names))
	}
	for i, want := range [][]byte{photo, report, nil} {
		if f := got.Files[i]; !bytes.Equal(f.Data, want) || f.Name != names[i] {
			t.Errorf("file %d arrived as %q with %d bytes", i, f.Name, len(f.Data))
		}
	}
	if f := got.Files[0]; !f.Inline || f.ContentID != "route" {
		t.Errorf("the inline file is %v %q", f.Inline, f.ContentID)
	}
	if lineEnds(got.Text) != m.Text || lineEnds(got.HTML) != m.HTML {
		t.Errorf("the bodies arrived as %q and %q", got.Text, got.HTML)
	}
	if got.Raw == nil {
		return // the service writes the mail itself
	}
	to, err := got.Header.AddressList("To")
	if err != nil || len(to) != 2 || to[0].Name != privateName || to[1].Name != m.To[1].Name {
		t.Errorf("To is %v", to)
	}
	if !strings.Contains(got.Header.Get("List-Unsubscribe"), strings.Repeat("y", 120)) {
		t.Errorf("a header arrived as %q", got.Header.Get("List-Unsubscribe"))
	}
	if res.Size != got.Size {
		t.Errorf("the receipt says %d bytes, the server %d", res.Size, got.Size)
	}
}

func content(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

func (h *Harness) concurrent(sub suitetest.Sub) {
	sub("sends", func(t suitetest.T) {
		r, s := h.relay(t)
		ids := make([]string, 40)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				m := message("")
				m.Attachments = []mail.Attachment{{Name: "n.bin", Size: 1, Open: content([]byte{byte(i)})}}
				res, err := r.Send(t.Context(), m)
				if err != nil {
					t.Errorf("send %d: %v", i, err)
				}
				ids[i] = res.MessageID
			})
		}
		wg.Wait()
		if tally := TallyOf(ids, s.Ledger()); tally.Lost != 0 || tally.Duplicates != 0 {
			t.Errorf("lost %d, duplicates %d", tally.Lost, tally.Duplicates)
		}
		slices.Sort(ids)
		if n := len(slices.Compact(ids)); n != 40 {
			t.Errorf("40 mails without a key have %d ids", n)
		}
		if v := s.Violations(); len(v) > 0 {
			t.Errorf("the client broke the protocol: %v", v)
		}
	})
}

func (h *Harness) invalid(sub suitetest.Sub) {
	crlf := "x\r\nBcc: " + bccRecipient
	one := func(a mail.Attachment) func(*mail.Message) {
		return func(m *mail.Message) {
			if a.Open == nil {
				a.Open = content([]byte("x"))
			}
			m.Attachments = []mail.Attachment{a}
		}
	}
	for name, spoil := range map[string]func(*mail.Message){
		"no sender":         func(m *mail.Message) { m.From = mail.Address{} },
		"no recipient":      func(m *mail.Message) { m.To = nil },
		"no body":           func(m *mail.Message) { m.Text = "" },
		"subject":           func(m *mail.Message) { m.Subject = crlf },
		"sender's name":     func(m *mail.Message) { m.From.Name = crlf },
		"sender's address":  func(m *mail.Message) { m.From.Addr = "a@b.example\r\nX: y" },
		"recipient's name":  func(m *mail.Message) { m.To[0].Name = crlf },
		"recipient":         func(m *mail.Message) { m.To[0].Addr = "a@b.example>\r\nDATA" },
		"reply to":          func(m *mail.Message) { m.ReplyTo = mail.Address{Addr: crlf} },
		"header's name":     func(m *mail.Message) { m.Headers = map[string]string{"X\r\nBcc": "y"} },
		"header's value":    func(m *mail.Message) { m.Headers = map[string]string{"X-Y": crlf} },
		"own header":        func(m *mail.Message) { m.Headers = map[string]string{"bCC": bccRecipient} },
		"zero byte":         func(m *mail.Message) { m.Subject = "a\x00b" },
		"broken text":       func(m *mail.Message) { m.Text = "\xff" },
		"key":               func(m *mail.Message) { m.Key = "x\r\nX: y" },
		"message id":        func(m *mail.Message) { m.MessageID = "a@b>\r\nX: y" },
		"file name":         one(mail.Attachment{Name: crlf}),
		"file path":         one(mail.Attachment{Name: "../x"}),
		"file type":         one(mail.Attachment{Name: "x", Type: "text/plain\r\nX: y"}),
		"no type":           one(mail.Attachment{Name: "x", Type: "text"}),
		"content id":        one(mail.Attachment{Name: "x", Inline: "a>\r\nX: y"}),
		"no source":         func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "x"}} },
		"long local part":   func(m *mail.Message) { m.To[0].Addr = strings.Repeat("a", 65) + "@b.example" },
		"region":            func(m *mail.Message) { m.Region = "cn" },
		"too many":          func(m *mail.Message) { m.Bcc = make([]mail.Address, 1001) },
		"size out of range": one(mail.Attachment{Name: "x", Size: -2}),
	} {
		sub(name, func(t suitetest.T) {
			r, s := h.relay(t)
			m := message("invalid")
			spoil(m)
			_, err := r.Send(t.Context(), m)
			e := h.expect(t, err, waybill.InvalidArgument, waybill.NotSent)
			if e.Scope != waybill.ScopeRequest || s.Connections() != 0 {
				t.Errorf("scope %v, %d connections", e.Scope, s.Connections())
			}
		})
	}
	sub("context that has ended", func(t suitetest.T) {
		r, s := h.relay(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := r.Send(ctx, message("ended"))
		h.expect(t, err, waybill.Canceled, waybill.NotSent)
		if !errors.Is(err, context.Canceled) || s.Connections() != 0 {
			t.Errorf("%v, %d connections", err, s.Connections())
		}
	})
}
