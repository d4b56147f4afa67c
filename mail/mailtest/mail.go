package mailtest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// Mail is a mail that the server accepted.
type Mail struct {
	// From and To are the envelope's; User who was logged in; TLS whether it
	// came over TLS.
	From string
	To   []string
	User string
	TLS  bool
	// MessageID is without brackets. Header is as it was sent, Subject decoded.
	MessageID string
	Header    mail.Header
	Subject   string
	// Text and HTML are the bodies, decoded; Files what goes with them, in
	// order.
	Text, HTML string
	Files      []File
	// Structure is the tree of media types, such as
	// "multipart/mixed(text/plain,application/pdf)".
	Structure string
	// Size is in bytes; Raw the mail as it was sent, cut when the server
	// discards.
	Size int64
	Raw  []byte
}

// File is a file within a mail.
type File struct {
	// Name is the file's name, Type its media type.
	Name, Type string
	// ContentID is set for inline files, without brackets.
	ContentID string
	Inline    bool
	Data      []byte
}

// Parse reads a mail as strictly as the server does: lines end with CRLF, the
// header is ASCII. It is for fakes of other kinds of relays. The error says what
// is wrong.
func Parse(raw []byte) (Mail, error) {
	m := Mail{Raw: raw, Size: int64(len(raw))}
	if bad := m.parse(false, false); bad != "" {
		return m, errors.New("mailtest: " + bad)
	}
	return m, nil
}

// once are the fields that a mail has exactly once.
var once = []string{"Date", "From", "Message-Id", "Mime-Version", "Content-Type", "Subject", "To"}

// parse fills in what the mail says, and returns what is wrong with it.
func (m *Mail) parse(utf8, discard bool) (bad string) {
	head, _, found := bytes.Cut(m.Raw, []byte("\r\n\r\n"))
	if !found {
		return "the mail has no end of its header"
	}
	if !utf8 && !ascii(head) {
		return "a header that is not ASCII"
	}
	p, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return "the header cannot be read"
	}
	m.Header = p.Header
	for _, name := range once {
		if n := len(p.Header[name]); n != 1 {
			return "the field " + name + " is missing or repeated"
		}
	}
	if len(p.Header["Bcc"]) > 0 {
		return "a Bcc field"
	}
	if _, err := p.Header.Date(); err != nil {
		return "a bad Date"
	}
	for _, name := range []string{"From", "To", "Cc", "Reply-To"} {
		v := p.Header.Get(name)
		if v == "" || v == "undisclosed-recipients:;" {
			continue
		}
		// net/mail does not know IPv6 as mails write it.
		if _, err := mail.ParseAddressList(strings.ReplaceAll(v, "@[IPv6:", "@[")); err != nil {
			return "bad addresses in " + name
		}
	}
	id := p.Header.Get("Message-Id")
	if !strings.HasPrefix(id, "<") || !strings.HasSuffix(id, ">") || strings.Count(id, "@") != 1 {
		return "a bad Message-ID"
	}
	m.MessageID = id[1 : len(id)-1]
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(p.Header.Get("Subject")); err != nil {
		return "a bad Subject"
	}
	if discard {
		return ""
	}
	m.Structure, bad = m.part(p.Header, p.Body, 0)
	return bad
}

type header interface{ Get(string) string }

// part reads one node of the tree.
func (m *Mail) part(h header, body io.Reader, depth int) (structure, bad string) {
	typ, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || depth > 5 {
		return "", "a bad Content-Type"
	}
	if !strings.HasPrefix(typ, "multipart/") {
		return typ, m.leaf(h, typ, params, body)
	}
	var kids []string
	for r := multipart.NewReader(body, params["boundary"]); ; {
		sub, err := r.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", "a bad multipart"
		}
		k, bad := m.part(sub.Header, sub, depth+1)
		if bad != "" {
			return "", bad
		}
		kids = append(kids, k)
	}
	if len(kids) == 0 {
		return "", "an empty multipart"
	}
	return typ + "(" + strings.Join(kids, ",") + ")", ""
}

func (m *Mail) leaf(h header, typ string, params map[string]string, body io.Reader) (bad string) {
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "", "7bit", "8bit":
	default:
		return "an unknown Content-Transfer-Encoding"
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return "a body that cannot be decoded"
	}
	disposition := h.Get("Content-Disposition")
	if disposition == "" && strings.HasPrefix(typ, "text/") {
		switch {
		case !strings.EqualFold(params["charset"], "utf-8"):
			return "a text without its charset"
		case typ == "text/html":
			m.HTML = string(data)
		default:
			m.Text = string(data)
		}
		return ""
	}
	kind, names, err := mime.ParseMediaType(disposition)
	if err != nil || names["filename"] == "" {
		return "a file without a name"
	}
	m.Files = append(m.Files, File{Name: names["filename"], Type: typ, Inline: kind == "inline",
		ContentID: strings.Trim(h.Get("Content-Id"), "<>"), Data: data})
	return ""
}
