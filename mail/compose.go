package mail

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// Compose writes the mail as RFC 5322 and MIME want it, while it is being sent:
// no attachment is ever in memory as a whole. Lines end with CRLF and are far
// shorter than 998 octets; everything is ASCII unless an address is not (relays
// write domains in punycode before). Bcc is not written. It returns how many bytes
// were written.
//
// The mail must be valid and should be stamped (see [Message.Stamp]). A failure
// of w is returned as it is. A source that fails, or that has another size than
// it said, is a *waybill.Error of code FailedPrecondition: what was written is
// then no mail and must not be ended as one.
//
// It is for relays; applications have no need of it.
func Compose(ctx context.Context, w io.Writer, m *Message) (int64, error) {
	return compose(&composer{ctx: ctx, w: w, m: m.Stamp(), boundary: func() string { return "=_" + rand.Text() }})
}

func compose(c *composer) (int64, error) {
	err := c.mail()
	var bad *sourceError
	if errors.As(err, &bad) {
		return c.n, c.sourceFailed(bad.err)
	}
	return c.n, err
}

// EncodedSize returns how many bytes Compose will write, attachments in base64
// included, without opening any; ok is false when an attachment's size is not
// known, which then counts as nothing.
func EncodedSize(m *Message) (size int64, ok bool) {
	c := &composer{ctx: context.Background(), w: io.Discard, m: m.Stamp(), dry: true,
		boundary: func() string { return "=_00000000000000000000000000" }}
	_ = c.mail() // it can fail neither to read nor to write
	return c.n, !c.unknown
}

// composer writes one mail.
type composer struct {
	ctx      context.Context
	w        io.Writer
	m        *Message
	n        int64
	dry      bool // only counts
	unknown  bool // an attachment's size is not known
	boundary func() string
	failed   int    // the attachment that failed, from 1
	last     byte   // written
	line     []byte // where a boundary is written
}

// Write counts.
func (c *composer) Write(p []byte) (int, error) {
	if len(p) > 0 {
		c.last = p[len(p)-1]
	}
	if c.dry {
		c.n += int64(len(p))
		return len(p), nil
	}
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func (c *composer) sourceFailed(err error) *waybill.Error {
	e := &waybill.Error{Code: waybill.FailedPrecondition, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: "mail", Op: string(Send), Ref: c.m.Key, Message: "attachment " + strconv.Itoa(c.failed) + " could not be read", Err: err}
	if errors.Is(err, errShort) {
		e.Message = "attachment " + strconv.Itoa(c.failed) + " has another size than was given"
	}
	if ended := waybill.FromContext(c.ctx); ended != nil {
		ended.Delivery = waybill.NotSent
		return ended.With("mail", string(Send), c.m.Key)
	}
	return e
}

// part is a node of the mail's tree: one body, or several parts.
type part struct {
	header header
	body   func() error
	kind   string // of a multipart, such as "mixed"
	parts  []part
}

func (c *composer) mail() error {
	m := c.m
	h := header{b: make([]byte, 0, 4*headerRoom)}
	h.add("Date", m.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	h.add("From", m.From.header())
	for _, f := range [...]struct {
		name string
		list []Address
	}{{"To", m.To}, {"Cc", m.Cc}} {
		if len(f.list) > 0 {
			h.add(f.name, addressList(f.list))
		}
	}
	if len(m.To)+len(m.Cc) == 0 {
		h.add("To", "undisclosed-recipients:;")
	}
	if m.ReplyTo != (Address{}) {
		h.add("Reply-To", m.ReplyTo.header())
	}
	h.add("Message-ID", "<"+m.MessageID+">")
	h.add("Subject", encodeText("Subject", m.Subject))
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		h.add(name, encodeHeader(name, m.Headers[name]))
	}
	h.add("MIME-Version", "1.0")
	if _, err := c.Write(h.b); err != nil {
		return err
	}
	if err := c.write(c.tree()); err != nil {
		return err
	}
	if c.last == '\n' {
		return nil
	}
	_, err := c.Write([]byte("\r\n"))
	return err
}

// tree is mixed(related(alternative(text, html, calendar), inline…), attachments…), each
// level only where it has more than one part.
func (c *composer) tree() part {
	m := c.m
	var bodies []part
	if m.Text != "" {
		bodies = append(bodies, c.text("text/plain", m.Text))
	}
	if m.HTML != "" {
		bodies = append(bodies, c.text("text/html", m.HTML))
	}
	// Last, as the richest: programs that know calendars show its buttons.
	if m.Calendar != (Calendar{}) {
		bodies = append(bodies, c.text("text/calendar; method="+m.Calendar.Method, m.Calendar.Data))
	}
	root := several("alternative", bodies)
	related, mixed := []part{root}, []part(nil)
	for i := range m.Attachments {
		a := &m.Attachments[i]
		if a.Inline != "" && m.HTML != "" {
			related = append(related, c.file(i, a))
		} else {
			mixed = append(mixed, c.file(i, a))
		}
	}
	return several("mixed", append([]part{several("related", related)}, mixed...))
}

func several(kind string, parts []part) part {
	if len(parts) == 1 {
		return parts[0]
	}
	return part{kind: kind, parts: parts}
}

func (c *composer) text(typ, s string) part {
	p := part{}
	encoding := textEncoding(s)
	p.header.add("Content-Type", typ+"; charset=utf-8")
	p.header.add("Content-Transfer-Encoding", encoding)
	p.body = func() error { return writeText(c, encoding, s) }
	return p
}

func (c *composer) file(i int, a *Attachment) part {
	p := part{}
	kind := "attachment"
	if a.Inline != "" {
		kind = "inline"
		p.header.add("Content-ID", "<"+a.Inline+">")
	}
	p.header.add("Content-Type", contentType(a.Type, a.Name))
	p.header.add("Content-Disposition", partDisposition(kind, a.Name))
	p.header.add("Content-Transfer-Encoding", "base64")
	p.body = func() error {
		err := c.content(a)
		if err != nil {
			c.failed = i + 1
		}
		return err
	}
	return p
}

func (c *composer) write(p part) error {
	if p.kind == "" {
		if _, err := c.Write(append(p.header.b, '\r', '\n')); err != nil {
			return err
		}
		return p.body()
	}
	b := c.boundary()
	extra := ""
	if p.kind == "related" {
		extra = `; type="text/html"`
		if p.parts[0].kind != "" {
			extra = `; type="multipart/` + p.parts[0].kind + `"`
		}
	}
	p.header.add("Content-Type", "multipart/"+p.kind+`; boundary="`+b+`"`+extra)
	if _, err := c.Write(append(p.header.b, '\r', '\n')); err != nil {
		return err
	}
	for i, sub := range p.parts {
		c.line = append(append(append(c.line[:0], "\r\n--"...), b...), "\r\n"...)
		line := c.line
		if i == 0 {
			line = line[2:]
		}
		if _, err := c.Write(line); err != nil {
			return err
		}
		if err := c.write(sub); err != nil {
			return err
		}
	}
	c.line = append(append(append(c.line[:0], "\r\n--"...), b...), "--\r\n"...)
	_, err := c.Write(c.line)
	return err
}

// content writes an attachment's bytes.
func (c *composer) content(a *Attachment) error {
	if c.dry {
		c.unknown = c.unknown || a.Size <= 0
		c.n += base64Size(max(a.Size, 0))
		return nil
	}
	r, size, err := a.open(c.ctx)
	if err != nil {
		return &sourceError{err}
	}
	defer r.Close()
	var from io.Reader = r
	if size > 0 { // one that never ends is not read for ever
		from = io.LimitReader(r, size+1)
	}
	n, err := copyBase64(c, from)
	if err == nil && size > 0 && n != size {
		return &sourceError{errShort}
	}
	return err
}

// open opens the content and says its size, 0 when it is not known. The content
// is closed when ctx ends, so that a Read that blocks ends too.
func (a *Attachment) open(ctx context.Context) (io.ReadCloser, int64, error) {
	if a.Object != "" {
		r, err := a.Bucket.Get(ctx, a.Object, storage.GetOptions{})
		if err != nil {
			return nil, 0, err
		}
		if a.Size > 0 && a.Size != r.Object.Size {
			_ = r.Close()
			return nil, 0, errShort
		}
		return r, r.Object.Size, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	r, err := a.Open()
	if err != nil {
		return nil, 0, err
	}
	if r == nil {
		return nil, 0, errors.New("mail: Open returned nothing")
	}
	o := &onceCloser{ReadCloser: r}
	o.stop = context.AfterFunc(ctx, o.closeNow)
	return o, max(a.Size, 0), nil
}

// onceCloser closes once, by its reader or by the end of a context.
type onceCloser struct {
	io.ReadCloser
	once sync.Once
	stop func() bool
}

func (o *onceCloser) closeNow() { o.once.Do(func() { _ = o.ReadCloser.Close() }) }

// Close implements io.Closer.
func (o *onceCloser) Close() error {
	o.stop()
	o.closeNow()
	return nil
}

// Stamp returns m with MessageID and Date set: m itself when they are, else a
// copy.
func (m *Message) Stamp() *Message {
	if m.MessageID != "" && !m.Date.IsZero() {
		return m
	}
	c := *m
	if c.MessageID == "" {
		c.MessageID = newMessageID(m)
	}
	if c.Date.IsZero() {
		c.Date = time.Now()
	}
	return &c
}
