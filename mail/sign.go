package mail

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"slices"

	"github.com/waybill-go/waybill"
)

// spoolMost is how much of a mail's attachments is kept in memory between the two
// readings that a signature needs.
const spoolMost = 4 << 20

// Signed is a mail with its DKIM signatures, made by [Sign].
type Signed struct {
	m        *Message
	boundary string
	head     []byte // the signatures' fields
	size     int64
	sum      []byte
}

// Sign signs a mail for a relay, by each of the signers that is for its From. A
// signature stands before the mail and tells the hash of its body, so the
// attachments are read twice: here, and when the mail is sent. Those that are not
// longer than 4 MiB together are kept in memory meanwhile; a longer one is opened
// again, and one that cannot be opened again fails the mail when it is sent. A
// source that has changed meanwhile fails it too.
//
// The mail must be valid. A source that fails is FailedPrecondition, a key that
// does not sign Internal; both are NotSent.
func Sign(ctx context.Context, m *Message, signers ...*Signer) (*Signed, error) {
	c := *m.Stamp()
	s := &Signed{m: &c, boundary: "=_" + rand.Text()[1:]}
	c.Attachments = slices.Clone(m.Attachments)
	spool := &spool{}
	for i := range c.Attachments {
		if a := &c.Attachments[i]; a.Open != nil && a.Size <= spoolMost {
			a.Open = spool.keep(a.Open)
		}
	}
	pass := &signPass{body: newBodyHash()}
	n, err := s.compose(ctx, pass)
	if err != nil {
		return nil, err
	}
	s.sum = pass.body.sum()
	fields := fieldsOf(pass.head)
	for _, by := range signers {
		if !by.Signs(c.From) {
			continue
		}
		line, err := by.sign(fields, s.sum, c.Date)
		if err != nil {
			// The key's own error is not kept: nobody knows what is in it.
			return nil, (&waybill.Error{Code: waybill.Internal, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent,
				Message: "the key did not sign"}).With("mail", string(Send), c.Key)
		}
		s.head = append(s.head, line...)
	}
	s.size = n + int64(len(s.head))
	return s, nil
}

// Size returns how many bytes Compose will write.
func (s *Signed) Size() int64 { return s.size }

// Compose writes the mail as the function [Compose] does, behind its signatures.
// It may be called several times, by one goroutine at a time.
func (s *Signed) Compose(ctx context.Context, w io.Writer) (int64, error) {
	n, err := w.Write(s.head)
	if err != nil {
		return int64(n), err
	}
	pass := &signPass{body: newBodyHash(), to: w}
	more, err := s.compose(ctx, pass)
	if err == nil && !bytes.Equal(pass.body.sum(), s.sum) {
		c := composer{ctx: ctx, m: s.m}
		e := c.sourceFailed(errChanged)
		e.Message = "an attachment has changed since it was signed"
		err = e
	}
	return int64(n) + more, err
}

var errChanged = errors.New("mail: the source has changed since it was signed")

// compose writes the mail without signatures, each time the same.
func (s *Signed) compose(ctx context.Context, w io.Writer) (int64, error) {
	part := byte('A')
	return compose(&composer{ctx: ctx, w: w, m: s.m, boundary: func() string {
		part++
		return s.boundary + string(part)
	}})
}

// signPass parts a mail into its header, which it keeps, and its body, which it
// hashes.
type signPass struct {
	head   []byte
	inBody bool
	body   *bodyHash
	to     io.Writer // where all goes on to, or nil
}

var headEnd = []byte("\r\n\r\n")

// Write implements io.Writer.
func (s *signPass) Write(p []byte) (int, error) {
	body := p
	if !s.inBody {
		s.head = append(s.head, p...)
		body = nil
		if i := bytes.Index(s.head, headEnd); i >= 0 {
			s.inBody = true
			body = s.head[i+len(headEnd):]
			s.head = s.head[: i+2 : i+2]
		}
	}
	s.body.write(body)
	if s.to == nil {
		return len(p), nil
	}
	return s.to.Write(p)
}

// bodyHash hashes a body as "relaxed" wants it: white space within lines made one
// space, none at their end, no empty lines at the end. Lines end with CRLF.
type bodyHash struct {
	h     hash.Hash
	buf   []byte
	ends  int  // ends of lines that wait for what follows them
	space bool // a space that does
	any   bool
}

func newBodyHash() *bodyHash {
	return &bodyHash{h: sha256.New(), buf: make([]byte, 0, 8<<10)}
}

func (b *bodyHash) write(p []byte) {
	for len(p) > 0 {
		line, rest, ended := bytes.Cut(p, newline)
		b.text(bytes.TrimSuffix(line, carriage))
		if ended {
			b.ends++
			b.space = false
		}
		p = rest
	}
}

var newline, carriage = []byte("\n"), []byte("\r")

func (b *bodyHash) text(line []byte) {
	for len(line) > 0 {
		n := bytes.IndexByte(line, ' ')
		if t := bytes.IndexByte(line, '\t'); t >= 0 && (n < 0 || t < n) {
			n = t
		}
		if n < 0 {
			b.put(line)
			return
		}
		b.put(line[:n])
		b.space = true
		line = line[n+1:]
	}
}

func (b *bodyHash) put(s []byte) {
	if len(s) == 0 {
		return
	}
	for ; b.ends > 0; b.ends-- {
		b.buf = append(b.buf, '\r', '\n')
	}
	if b.space {
		b.buf = append(b.buf, ' ')
	}
	b.space, b.any = false, true
	b.buf = append(b.buf, s...)
	if len(b.buf) > 7<<10 {
		b.h.Write(b.buf)
		b.buf = b.buf[:0]
	}
}

func (b *bodyHash) sum() []byte {
	if b.any {
		b.buf = append(b.buf, '\r', '\n')
	}
	b.h.Write(b.buf)
	b.buf = b.buf[:0]
	return b.h.Sum(nil)
}

// spool keeps what sources gave, while there is room.
type spool struct{ used int64 }

// keep returns an opener that gives the second time what the source gave the
// first time, if that was read to its end and there was room for it.
func (s *spool) keep(open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	var kept *bytes.Buffer
	whole := false
	return func() (io.ReadCloser, error) {
		if whole {
			return io.NopCloser(bytes.NewReader(kept.Bytes())), nil
		}
		r, err := open()
		if err != nil || r == nil || kept != nil {
			return r, err
		}
		kept = new(bytes.Buffer)
		return &spooled{ReadCloser: r, s: s, kept: kept, whole: &whole}, nil
	}
}

// spooled is a source that is being kept.
type spooled struct {
	io.ReadCloser
	s     *spool
	kept  *bytes.Buffer
	whole *bool
	full  bool
}

// Read implements io.Reader.
func (r *spooled) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if !r.full && r.s.used+int64(n) > spoolMost {
		r.s.used -= int64(r.kept.Len())
		*r.kept, r.full = bytes.Buffer{}, true
	}
	if !r.full {
		r.s.used += int64(n)
		r.kept.Write(p[:n])
		*r.whole = *r.whole || err == io.EOF
	}
	return n, err
}
