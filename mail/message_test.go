package mail_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

func TestValidate(t *testing.T) {
	open := func() (io.ReadCloser, error) { return nil, nil }
	one := func(a mail.Attachment) func(*mail.Message) {
		return func(m *mail.Message) { m.Attachments = []mail.Attachment{a} }
	}
	crlf := "x\r\nBcc: who@receiver.example"
	for name, c := range map[string]struct {
		change func(*mail.Message)
		says   string
	}{
		"nothing":             {func(m *mail.Message) { *m = mail.Message{} }, "from"},
		"sender":              {func(m *mail.Message) { m.From.Addr = "nobody" }, "from"},
		"sender's name":       {func(m *mail.Message) { m.From.Name = crlf }, "from"},
		"sender in brackets":  {func(m *mail.Message) { m.From.Addr = "<a@b.example>" }, "from"},
		"two in one":          {func(m *mail.Message) { m.From.Addr = "a@b.example, c@d.example" }, "from"},
		"nobody":              {func(m *mail.Message) { m.To = nil }, "no recipient"},
		"too many":            {func(m *mail.Message) { m.Cc = make([]mail.Address, 1001) }, "1000"},
		"recipient":           {func(m *mail.Message) { m.Bcc = []mail.Address{{Addr: "a@"}} }, "recipient"},
		"long local part":     {func(m *mail.Message) { m.To[0].Addr = strings.Repeat("a", 65) + "@b.example" }, "recipient"},
		"long domain":         {func(m *mail.Message) { m.To[0].Addr = "a@" + strings.Repeat("b.", 128) + "example" }, "recipient"},
		"zero byte":           {func(m *mail.Message) { m.To[0].Addr = "a\x00@b.example" }, "recipient"},
		"reply to":            {func(m *mail.Message) { m.ReplyTo.Name = "Care" }, "reply-to"},
		"subject":             {func(m *mail.Message) { m.Subject = crlf }, "subject"},
		"subject, C1":         {func(m *mail.Message) { m.Subject = "x\u0085Bcc: y" }, "subject"},
		"subject, separator":  {func(m *mail.Message) { m.Subject = "x\u2028y" }, "subject"},
		"subject's encoding":  {func(m *mail.Message) { m.Subject = "\xff" }, "subject"},
		"bodies":              {func(m *mail.Message) { m.Text, m.HTML = "", "" }, "neither"},
		"text's encoding":     {func(m *mail.Message) { m.Text = "\xff" }, "UTF-8"},
		"page's encoding":     {func(m *mail.Message) { m.HTML = "\xff" }, "UTF-8"},
		"long key":            {func(m *mail.Message) { m.Key = strings.Repeat("k", 65) }, "key"},
		"key with a blank":    {func(m *mail.Message) { m.Key = "a b" }, "key"},
		"region":              {func(m *mail.Message) { m.Region = "china" }, "region"},
		"message id":          {func(m *mail.Message) { m.MessageID = "no-right-side" }, "message id"},
		"message id, bracket": {func(m *mail.Message) { m.MessageID = "a@b>" }, "message id"},
		"header's name":       {func(m *mail.Message) { m.Headers = map[string]string{"X Y": "z"} }, "header"},
		"header's colon":      {func(m *mail.Message) { m.Headers = map[string]string{"X:": "z"} }, "header"},
		"header's value":      {func(m *mail.Message) { m.Headers = map[string]string{"X": crlf} }, "header"},
		"our header":          {func(m *mail.Message) { m.Headers = map[string]string{"Message-ID": "z"} }, "header"},
		"empty name":          {one(mail.Attachment{Open: open}), "name"},
		"path":                {one(mail.Attachment{Name: `..\x`, Open: open}), "name"},
		"name's lines":        {one(mail.Attachment{Name: crlf, Open: open}), "name"},
		"long name":           {one(mail.Attachment{Name: strings.Repeat("n", 256), Open: open}), "255"},
		"type":                {one(mail.Attachment{Name: "n", Type: "pdf", Open: open}), "type"},
		"type's parameters":   {one(mail.Attachment{Name: "n", Type: `text/plain; x="`, Open: open}), "type"},
		"size":                {one(mail.Attachment{Name: "n", Size: -2, Open: open}), "size"},
		"no source":           {one(mail.Attachment{Name: "n"}), "source"},
		"two sources":         {one(mail.Attachment{Name: "n", Open: open, Object: "o"}), "source"},
		"no bucket":           {one(mail.Attachment{Name: "n", Object: "o"}), "bucket"},
		"content id":          {one(mail.Attachment{Name: "n", Inline: "a>b", Open: open}), "content id"},
		"content id, script":  {one(mail.Attachment{Name: "n", Inline: "图", Open: open}), "content id"},
	} {
		t.Run(name, func(t *testing.T) {
			m := note()
			c.change(m)
			e := want(t, m.Validate(), waybill.InvalidArgument, waybill.NotSent)
			if !strings.Contains(e.Message, c.says) || e.Scope != waybill.ScopeRequest || e.Provider != "mail" || e.Op != "send" {
				t.Errorf("%v", e)
			}
			if text := fmt.Sprintf("%+v %#v", e, e); strings.Contains(text, "who@") || strings.Contains(text, "customer") {
				t.Errorf("the error tells an address: %s", text)
			}
			r := &relay{name: "one"}
			if _, err := client(t, mail.With(r)).Send(t.Context(), m); err == nil || r.calls != 0 {
				t.Errorf("%v, %d calls", err, r.calls)
			}
		})
	}
	want(t, (*mail.Message)(nil).Validate(), waybill.InvalidArgument, waybill.NotSent)
	_, err := client(t, mail.With(&relay{name: "one"})).Send(t.Context(), nil)
	want(t, err, waybill.InvalidArgument, waybill.NotSent)
}

func TestValid(t *testing.T) {
	for _, addr := range []string{"a@b.example", "a.b+c@d.example", "two words@b.example", "用户@例子.公司", "a@[192.0.2.1]", strings.Repeat("a", 64) + "@b.example"} {
		m := note()
		m.To[0].Addr = addr
		if err := m.Validate(); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestLinkHidesItsURL(t *testing.T) {
	l := mail.Link{Name: "a.pdf", Size: 5, URL: "https://files.example/secret", Expires: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	if got := fmt.Sprintf("%v %s", l, l); strings.Contains(got, "secret") || !strings.Contains(got, "2026-03-04T05:06:07Z") {
		t.Errorf("%s", got)
	}
}
