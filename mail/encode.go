package mail

import (
	"encoding/base64"
	"errors"
	"io"
	"mime/quotedprintable"
)

// Base64 stands in lines of 76 characters, which are 57 bytes each.
const (
	lineBytes  = 57
	lineChars  = 76
	blockLines = 256
)

// base64Size is what n bytes take in base64 with its line ends: 1.368 times as
// much.
func base64Size(n int64) int64 {
	chars := (n + 2) / 3 * 4
	return chars + 2*((chars+lineChars-1)/lineChars)
}

// sourceError is a failure of what is read, not of where it is written.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return "mail: the source failed" }
func (e *sourceError) Unwrap() error { return e.err }

// errShort is the cause when a source has another length than it said.
var errShort = errors.New("mail: the source has another size than was given")

// copyBase64 writes r in base64, every line ended, and returns how many bytes it
// read. Its memory is two blocks, whatever the length.
func copyBase64(w io.Writer, r io.Reader) (int64, error) {
	in := make([]byte, lineBytes*blockLines)
	out := make([]byte, 0, (lineChars+2)*blockLines)
	var read int64
	for {
		n, err := io.ReadFull(r, in)
		read += int64(n)
		out = appendLines(out[:0], in[:n])
		if len(out) > 0 {
			if _, werr := w.Write(out); werr != nil {
				return read, werr
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF) && n == 0, errors.Is(err, io.ErrUnexpectedEOF) && n > 0 && n < len(in):
			return read, endOf(r, err)
		default:
			return read, &sourceError{err}
		}
	}
}

// endOf tells a source's own end from a source that itself failed with
// io.ErrUnexpectedEOF, as cut bodies do: only the former says io.EOF again.
func endOf(r io.Reader, err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	for range 3 {
		n, err := r.Read(make([]byte, 1))
		switch {
		case n > 0:
			return &sourceError{io.ErrUnexpectedEOF}
		case err == io.EOF:
			return nil
		case err != nil:
			return &sourceError{err}
		}
	}
	return &sourceError{io.ErrNoProgress}
}

func appendLines(out, in []byte) []byte {
	for len(in) > 0 {
		n := min(lineBytes, len(in))
		out = base64.StdEncoding.AppendEncode(out, in[:n])
		out = append(out, '\r', '\n')
		in = in[n:]
	}
	return out
}

// atMost is a size in bytes that no mail exceeds once it is encoded, quickly
// found: quoted-printable is three times its text and a line's end for each 72
// characters of it, names and addresses in a header can grow as much.
func atMost(m *Message) int64 {
	const perPart = 4096 // header and boundary, a long file name in three encodings
	n := int64(len(m.Text)+len(m.HTML)+len(m.Calendar.Data)+len(m.Subject)) + 4*perPart
	for _, list := range [...][]Address{m.To, m.Cc, {m.From, m.ReplyTo}} {
		for _, a := range list {
			n += int64(len(a.Name) + len(a.Addr) + 64)
		}
	}
	for k, v := range m.Headers {
		n += int64(len(k) + len(v) + 64)
	}
	n *= 4
	for i := range m.Attachments {
		n += perPart + base64Size(max(m.Attachments[i].Size, 0))
	}
	return n
}

// textEncoding returns the shorter of quoted-printable and base64.
func textEncoding(s string) string {
	wide := 0
	for i := range len(s) {
		if c := s[i]; c > '~' || c == '=' || c < ' ' && c != '\n' && c != '\r' {
			wide++
		}
	}
	if wide*6 > len(s) {
		return "base64"
	}
	return "quoted-printable"
}

// writeText writes a body of text; line ends become CRLF in either encoding.
func writeText(w io.Writer, encoding, s string) error {
	if encoding == "base64" {
		b := make([]byte, 0, len(s)+len(s)/32)
		for i := range len(s) {
			switch {
			case s[i] == '\n' && (i == 0 || s[i-1] != '\r'):
				b = append(b, '\r', '\n')
			case s[i] == '\r' && (i+1 == len(s) || s[i+1] != '\n'):
				b = append(b, '\r', '\n')
			default:
				b = append(b, s[i])
			}
		}
		out := appendLines(make([]byte, 0, base64Size(int64(len(b)))), b)
		_, err := w.Write(out)
		return err
	}
	q := quotedprintable.NewWriter(w)
	if _, err := io.WriteString(q, s); err != nil {
		return err
	}
	return q.Close()
}
