package body

import (
	"encoding/hex"
	"hash"
	"io"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
)

// Span is the part of an object of size bytes that offset and length mean: all
// of it with both 0, to the end with length 0, the last bytes with a negative
// offset. What reaches beyond the end is cut. ok is false when nothing of the
// object lies there.
func Span(offset, length, size int64) (start, n int64, ok bool) {
	switch {
	case offset == 0 && length == 0:
		return 0, size, true
	case offset < 0:
		start = max(0, size+offset)
		return start, size - start, size > 0
	case offset >= size:
		return 0, 0, false
	}
	n = size - offset
	if length > 0 {
		n = min(n, length)
	}
	return offset, n, true
}

// RangeHeader is the same range as an HTTP Range header, "" for all of it.
func RangeHeader(offset, length int64) string {
	switch {
	case offset < 0:
		return "bytes=" + strconv.FormatInt(offset, 10)
	case length > 0:
		return "bytes=" + strconv.FormatInt(offset, 10) + "-" + strconv.FormatInt(offset+length-1, 10)
	case offset > 0:
		return "bytes=" + strconv.FormatInt(offset, 10) + "-"
	}
	return ""
}

// ContentRange reads a Content-Range, "bytes a-b/total", of length bytes.
func ContentRange(v string, length int64) (from, total int64, ok bool) {
	v, ok = strings.CutPrefix(v, "bytes ")
	span, size, ok2 := strings.Cut(v, "/")
	first, last, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, false
	}
	from, err := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	total, err3 := strconv.ParseInt(size, 10, 64)
	return from, total, err == nil && err2 == nil && err3 == nil && from >= 0 && to-from+1 == length && total > to
}

// OutOfRange is the error for a range that lies outside the object.
func OutOfRange(provider, op string) *waybill.Error {
	return waybill.Invalid(op, "the range lies outside the object").With(provider, "", "")
}

// Verify returns a reader of exactly size bytes of r. What is shorter, longer
// or, with a hash, has another sum (in hexadecimal) is DataLoss. The last bytes
// are handed out only after they were verified.
func Verify(provider, op string, r io.Reader, size int64, h hash.Hash, sum string) io.Reader {
	return &verifier{provider: provider, op: op, r: r, left: size, h: h, sum: sum}
}

type verifier struct {
	provider, op string
	r            io.Reader
	left         int64
	h            hash.Hash
	sum          string
	err          error
}

func (v *verifier) Read(p []byte) (int, error) {
	if v.err != nil || len(p) == 0 {
		return 0, v.err
	}
	n := 0
	if v.left > 0 {
		var err error
		n, err = v.r.Read(p[:min(int64(len(p)), v.left)])
		v.left -= int64(n)
		if v.h != nil {
			v.h.Write(p[:n])
		}
		switch {
		case err != nil && err != io.EOF:
			v.err = err
			return n, err
		case err == io.EOF && v.left > 0:
			return 0, v.fail("the object is shorter than its size")
		}
	}
	if v.left > 0 {
		return n, nil
	}
	if err := v.end(); err != nil {
		return 0, err
	}
	if v.h != nil && hex.EncodeToString(v.h.Sum(nil)) != v.sum {
		return 0, v.fail("the object does not have its checksum")
	}
	v.err = io.EOF
	return n, io.EOF
}

// end looks for the end behind the last byte. A reader that verifies by itself
// says only there what it found.
func (v *verifier) end() error {
	var one [1]byte
	for range 100 {
		switch extra, err := v.r.Read(one[:]); {
		case extra > 0:
			return v.fail("the object is longer than its size")
		case err == io.EOF:
			return nil
		case err != nil:
			v.err = err
			return err
		}
	}
	v.err = io.ErrNoProgress
	return v.err
}

func (v *verifier) fail(message string) error {
	v.err = &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: v.provider, Op: v.op, Message: message}
	return v.err
}
