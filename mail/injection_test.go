package mail_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/mail"
)

// fields are all places of a mail that come into a header or the envelope.
var fields = map[string]func(m *mail.Message, s string){
	"from name":      func(m *mail.Message, s string) { m.From.Name += s },
	"from":           func(m *mail.Message, s string) { m.From.Addr = "a" + s + "@b.example" },
	"from domain":    func(m *mail.Message, s string) { m.From.Addr = "a@b" + s + ".example" },
	"to name":        func(m *mail.Message, s string) { m.To[0].Name += s },
	"to":             func(m *mail.Message, s string) { m.To[0].Addr = "a" + s + "@b.example" },
	"to domain":      func(m *mail.Message, s string) { m.To[0].Addr = "a@b.example" + s },
	"cc":             func(m *mail.Message, s string) { m.Cc = []mail.Address{{Name: "x" + s, Addr: "a@b.example"}} },
	"bcc":            func(m *mail.Message, s string) { m.Bcc = []mail.Address{{Addr: "a" + s + "@b.example"}} },
	"bcc name":       func(m *mail.Message, s string) { m.Bcc = []mail.Address{{Name: s, Addr: "a@b.example"}} },
	"reply-to":       func(m *mail.Message, s string) { m.ReplyTo = mail.Address{Name: s, Addr: "a@b.example"} },
	"subject":        func(m *mail.Message, s string) { m.Subject += s },
	"subject begins": func(m *mail.Message, s string) { m.Subject = s + m.Subject },
	"header":         func(m *mail.Message, s string) { m.Headers = map[string]string{"X-A": "b" + s} },
	"header's name":  func(m *mail.Message, s string) { m.Headers = map[string]string{"X-A" + s: "b"} },
	"links": func(m *mail.Message, s string) {
		m.Headers = map[string]string{"List-Unsubscribe": "<https://b.example/" + s + ">"}
	},
	"key":          func(m *mail.Message, s string) { m.Key += s },
	"id":           func(m *mail.Message, s string) { m.MessageID = "a" + s + "@b.example" },
	"file name":    func(m *mail.Message, s string) { m.Attachments[0].Name += s },
	"file type":    func(m *mail.Message, s string) { m.Attachments[0].Type = "text/plain; x=" + s },
	"file subtype": func(m *mail.Message, s string) { m.Attachments[0].Type = "text/pl" + s },
	"file charset": func(m *mail.Message, s string) { m.Attachments[0].Type = `text/plain; charset="` + s + `"` },
	"content id":   func(m *mail.Message, s string) { m.Attachments[0].Inline = "a" + s },
}

// TestInjection: whatever stands in whichever field, the mail is refused or has
// the fields and parts that it has without it.
func TestInjection(t *testing.T) {
	names := func(m *mail.Message) (string, []byte, bool) {
		if m.Validate() != nil {
			return "", nil, false
		}
		var b bytes.Buffer
		if _, err := mail.Compose(t.Context(), &b, m); err != nil {
			t.Fatal(err)
		}
		var all []string
		for part := range strings.SplitSeq(b.String(), "\r\n--=_") { // header of the mail, then of its parts
			head, _, _ := strings.Cut(part, "\r\n\r\n")
			for line := range strings.SplitSeq(head, "\r\n") {
				if name, _, ok := strings.Cut(line, ":"); ok && line[0] != ' ' {
					all = append(all, name)
				}
			}
		}
		return strings.Join(all, " "), b.Bytes(), true
	}
	base := func() *mail.Message {
		m := note()
		m.Attachments = []mail.Attachment{file("a.pdf", 3)}
		m.Calendar, _ = pickup().Request()
		return m
	}
	for field, put := range fields {
		for _, end := range []string{"\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u0085", "\u2028", "\u2029", "\r\n ", "\r\n\r\n", "\u560d\u560a", "%0d%0a", `\r\n`, "=?utf-8?Q?=0D=0A?=", `"`, ">", ";", ","} {
			plain, bad := base(), base()
			put(plain, "x")
			put(bad, end+"Bcc: victim@b.example"+end+end+"x")
			want, _, ok := names(plain)
			if !ok {
				t.Fatalf("%s: the plain mail is not valid", field)
			}
			got, raw, ok := names(bad)
			if !ok {
				continue
			}
			if head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n")); got != want || bytes.ContainsAny(head, "\x00\x0b\x0c\x1c") || bytes.Contains(head, []byte("\nBcc")) {
				t.Errorf("%s with %q: fields %s, want %s", field, end, got, want)
			}
			if strings.ContainsAny(end, "\r\n\x00") {
				t.Errorf("%s with %q is valid", field, end)
			}
		}
	}
}
