package smtpmail

import (
	"bytes"
	"context"
	"time"
)

const blockSize = 32 << 10

// dotWriter sends the body of a mail: dots at the beginning of lines are
// doubled, and the end is the writer's own. Each block that leaves has the time
// of DataTimeout.
type dotWriter struct {
	s       *session
	buf     []byte
	newline bool // at the beginning of a line
	err     error
}

// newDotWriter begins a body in the session's buffer.
func newDotWriter(s *session) *dotWriter {
	if s.block == nil {
		s.block = make([]byte, 0, blockSize+blockSize/2)
	}
	return &dotWriter{s: s, buf: s.block[:0], newline: true}
}

var lineDot = []byte("\n.")

// Write implements io.Writer. The lines of p end with CRLF.
func (d *dotWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		part := p[:min(len(p), blockSize)]
		p = p[len(part):]
		if d.newline && part[0] == '.' {
			d.buf = append(d.buf, '.')
		}
		d.newline = part[len(part)-1] == '\n'
		for {
			i := bytes.Index(part, lineDot)
			if i < 0 {
				break
			}
			d.buf = append(append(d.buf, part[:i+1]...), '.')
			part = part[i+1:]
			// The dot stays in part, and is not found again: it begins it.
			d.buf = append(d.buf, part[0])
			part = part[1:]
		}
		d.buf = append(d.buf, part...)
		if len(d.buf) >= blockSize {
			if err := d.flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (d *dotWriter) flush() error {
	if d.err != nil {
		return d.err
	}
	_ = d.s.conn.SetDeadline(time.Now().Add(d.s.r.o.DataTimeout))
	_, d.err = d.s.conn.Write(d.buf)
	d.buf = d.buf[:0]
	if d.err != nil {
		d.s.lost = true
	}
	return d.err
}

// end sends the rest and the final dot. left reports whether any of the last
// bytes may have left, by which the relay may take the mail as whole: what
// Write says of the number of bytes is certain, since an incomplete TLS record
// cannot be read and the kernel counts what it took.
func (d *dotWriter) end(ctx context.Context) (left bool, err error) {
	if err := ctx.Err(); err != nil || d.err != nil {
		d.s.lost = true
		if d.err != nil {
			err = d.err
		}
		return false, err
	}
	if !d.newline {
		d.buf = append(d.buf, '\r', '\n')
	}
	rest := len(d.buf)
	d.buf = append(d.buf, '.', '\r', '\n')
	_ = d.s.conn.SetDeadline(time.Now().Add(d.s.r.o.DataTimeout))
	n, err := d.s.conn.Write(d.buf)
	d.err = err
	if err != nil {
		d.s.lost = true
	}
	return err == nil || n > rest, err
}
