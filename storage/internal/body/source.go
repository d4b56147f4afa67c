package body

import (
	"bytes"
	"context"
	"errors"
	"hash"
	"io"
	"sync/atomic"

	"github.com/waybill-go/waybill"
)

// Source is the body of one Put. It checks the context before each read, holds
// the body to the length that was promised, and remembers its error, which is
// always a *waybill.Error: the caller's end, or InvalidArgument for a reader
// that fails or does not have the length it should.
//
// Taken, Err and Barred may be called while a Read is under way elsewhere, as a
// transport's goroutine does after its call was given up.
//
// The last bytes of a body of known length are handed out only when it is
// certain that nothing follows, so that a longer one is never stored cut.
type Source struct {
	ctx     context.Context
	op, ref string
	r       io.Reader
	seeker  io.Seeker
	start   int64 // the seeker's position at the beginning
	size    int64
	read    atomic.Int64
	most    int64 // the most that was ever read
	err     atomic.Pointer[waybill.Error]
	over    bool // its end was found, as it should be
	keep    *keeper
	barred  atomic.Bool
	sum     hash.Hash // see Expect
	want    string
}

// New takes a body of the given length: 0 or -1 when that is not known, and it
// is then learnt from the body where it can tell. A nil body is empty.
func New(ctx context.Context, op, ref string, r io.Reader, size int64) *Source {
	if r == nil {
		r = bytes.NewReader(nil)
	}
	s := &Source{ctx: ctx, op: op, ref: ref, r: r, size: -1}
	if k, ok := r.(io.Seeker); ok {
		s.lookAround(k)
	} else if l, ok := r.(interface{ Len() int }); ok {
		s.size = int64(l.Len())
	}
	if size > 0 {
		s.size = size
	}
	return s
}

// lookAround learns position and length of a body that says it can seek, which
// a pipe does too.
func (s *Source) lookAround(k io.Seeker) {
	at, err := k.Seek(0, io.SeekCurrent)
	if err != nil {
		return
	}
	end, err := k.Seek(0, io.SeekEnd)
	if err != nil || end < at {
		_, _ = k.Seek(at, io.SeekStart)
		return
	}
	if _, err = k.Seek(at, io.SeekStart); err != nil {
		s.fail("the body could not be rewound", err)
		return
	}
	s.seeker, s.start, s.size = k, at, end-at
}

// Keep makes a body that cannot seek rewindable while no more than limit bytes
// of it were read.
func (s *Source) Keep(limit int) {
	if s.seeker == nil && limit > 0 {
		s.keep = &keeper{r: s.r, limit: limit}
		s.r = s.keep
	}
}

// Size returns the body's length in bytes, -1 if unknown.
func (s *Source) Size() int64 { return s.size }

// Start returns where a body that can seek began, as its seeker counts.
func (s *Source) Start() int64 { return s.start }

// Fail remembers that the body could not be read where somebody else read it. The
// caller's own end counts for more.
func (s *Source) Fail(err error) {
	if e := waybill.FromContext(s.ctx); e != nil {
		_ = s.ended(e)
		return
	}
	_ = s.fail("the body could not be read", err)
}

// Taken returns how many bytes were read since the last rewinding.
func (s *Source) Taken() int64 { return s.read.Load() }

// Seekable reports whether the body can be read again by seeking.
func (s *Source) Seekable() bool { return s.seeker != nil }

// Err returns the error that a Read returned, nil if none but io.EOF.
func (s *Source) Err() *waybill.Error { return s.err.Load() }

// Barred reports whether Rewind ever failed.
func (s *Source) Barred() bool { return s.barred.Load() }

// ErrOneShot is returned by Rewind for a body of which something was read that
// cannot be had again.
var ErrOneShot = errors.New("body: something was read, and it cannot be read again")

// Rewind makes the body ready to be read from its beginning once more.
func (s *Source) Rewind() error {
	switch {
	case s.seeker != nil:
		if _, err := s.seeker.Seek(s.start, io.SeekStart); err != nil {
			s.barred.Store(true)
			return err
		}
	case s.most == 0 && s.err.Load() == nil:
	case s.keep != nil && s.keep.rewind():
	default:
		s.barred.Store(true)
		return ErrOneShot
	}
	s.read.Store(0)
	s.err.Store(nil)
	s.over = false
	if s.sum != nil {
		s.sum.Reset()
	}
	return nil
}

// Read implements io.Reader.
func (s *Source) Read(p []byte) (int, error) {
	if e := s.err.Load(); e != nil {
		return 0, e
	}
	if s.over {
		// Whoever looks again must not find the context's end here: the whole
		// body was handed out.
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if e := waybill.FromContext(s.ctx); e != nil {
		return 0, s.ended(e)
	}
	n, err := s.r.Read(p)
	if n < 0 || n > len(p) {
		return 0, s.fail("the body's reader is broken", nil)
	}
	read := s.read.Add(int64(n))
	s.most = max(s.most, read)
	switch {
	case err != nil && err != io.EOF:
		if e := waybill.FromContext(s.ctx); e != nil {
			return 0, s.ended(e)
		}
		return 0, s.fail("the body could not be read", err)
	case s.size >= 0 && read > s.size:
		return 0, s.fail("the body is longer than its size", nil)
	case err == io.EOF && s.size >= 0 && read < s.size:
		return 0, s.fail("the body is shorter than its size", nil)
	case err == nil && n > 0 && read == s.size:
		if e := s.probe(); e != nil {
			return 0, e
		}
		err = io.EOF
	}
	if s.sum != nil {
		s.sum.Write(p[:n])
	}
	if s.over = err == io.EOF; s.over && !s.agrees() {
		s.over = false
		return 0, s.fail("the body does not have its checksum", nil)
	}
	return n, err
}

// Whole reads a body of known length into memory. It returns nil when that fails;
// Err says why.
func (s *Source) Whole() []byte {
	data := make([]byte, s.size+1)
	if _, err := io.ReadFull(s, data[:s.size]); err == nil {
		// The end is looked for, so that a longer body is found out.
		_, _ = s.Read(data[s.size:])
	}
	if s.Err() != nil {
		return nil
	}
	return data[:s.size]
}

// probe looks whether anything follows the promised end.
func (s *Source) probe() error {
	var one [1]byte
	for range 100 {
		n, err := s.r.Read(one[:])
		switch {
		case n > 0:
			s.most++
			return s.fail("the body is longer than its size", nil)
		case err == io.EOF:
			return nil
		case err != nil:
			return s.fail("the body could not be read", err)
		}
	}
	return s.fail("the body could not be read", io.ErrNoProgress)
}

func (s *Source) ended(e *waybill.Error) error {
	e.Delivery, e.Op, e.Ref = waybill.NotSent, s.op, s.ref
	s.err.Store(e)
	return e
}

func (s *Source) fail(message string, err error) error {
	e := waybill.Invalid(s.op, message).With("", "", s.ref)
	e.Err = err
	s.err.Store(e)
	return e
}

// Seek implements io.Seeker within the body, whose beginning is 0. It must be
// called only when the body is Seekable; see [Seeking].
func (s *Source) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.read.Load()
	case io.SeekEnd:
		offset += s.size
	}
	if s.seeker == nil || offset < 0 {
		return 0, errors.New("body: impossible seek")
	}
	if _, err := s.seeker.Seek(s.start+offset, io.SeekStart); err != nil {
		return 0, err
	}
	s.read.Store(offset)
	s.err.Store(nil)
	s.over = false
	return offset, nil
}

// keeper remembers what was read, up to its limit.
type keeper struct {
	r     io.Reader
	limit int
	buf   []byte
	over  bool
	again *bytes.Reader
	eof   bool
}

func (k *keeper) Read(p []byte) (int, error) {
	if k.again != nil {
		if k.again.Len() > 0 {
			return k.again.Read(p)
		}
		k.again = nil
	}
	if k.eof {
		return 0, io.EOF
	}
	n, err := k.r.Read(p)
	if n < 0 || n > len(p) {
		return n, err
	}
	k.eof = err == io.EOF
	switch {
	case k.over:
	case len(k.buf)+n > k.limit:
		k.over, k.buf = true, nil
	default:
		k.buf = append(k.buf, p[:n]...)
	}
	if err != nil && err != io.EOF {
		k.over, k.buf = true, nil
	}
	return n, err
}

func (k *keeper) rewind() bool {
	if k.over {
		return false
	}
	k.again = bytes.NewReader(k.buf)
	return true
}
