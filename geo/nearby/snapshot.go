package nearby

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// The form of a snapshot: the magic, a letter for the kind of id, a record of each
// driver (the length of the id plus one and its bytes, or 1 and the number; latitude
// and longitude; Unix milliseconds; attributes), a zero, and the CRC-32 of all that.
// Numbers are varints, coordinates 8 bytes each, little-endian.
const magic = "WBNEAR2"

// kindOf returns the letter of a kind of id: numbers of one kind may be of any size.
func kindOf[I ID]() string {
	var id I
	switch v := reflect.ValueOf(id); {
	case v.Kind() == reflect.String:
		return "s"
	case v.CanUint():
		return "u"
	}
	return "i"
}

// shortID is the length in bytes up to which room for an id is made before it is read.
const shortID = 1 << 16

// Snapshot writes the latest position of every driver, for Restore. Updates may
// come in between: who is known all the time is in it. Errors are w's.
func (x *Index[I]) Snapshot(w io.Writer) error {
	buf := bufio.NewWriterSize(w, 64<<10)
	sum := crc32.NewIEEE()
	out := io.MultiWriter(buf, sum)
	if _, err := io.WriteString(out, magic+kindOf[I]()); err != nil {
		return err
	}
	var b []byte
	for p := range x.All() {
		b = appendID(b[:0], p.ID)
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p.Point.Lat))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p.Point.Lng))
		b = binary.AppendVarint(b, p.At.UnixMilli())
		b = binary.AppendUvarint(b, uint64(p.Attr))
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	if _, err := out.Write([]byte{0}); err != nil {
		return err
	}
	if err := binary.Write(buf, binary.LittleEndian, sum.Sum32()); err != nil {
		return err
	}
	return buf.Flush()
}

// appendID appends an id: a string with its length, a number as a varint.
func appendID[I ID](b []byte, id I) []byte {
	v := reflect.ValueOf(id)
	switch {
	case v.Kind() == reflect.String:
		b = binary.AppendUvarint(b, uint64(v.Len())+1)
		return append(b, v.String()...)
	case v.CanUint():
		return binary.AppendUvarint(append(b, 1), v.Uint())
	}
	return binary.AppendVarint(append(b, 1), v.Int())
}

// Restore takes over a snapshot. What is newer in the index stays. A snapshot that
// is cut, changed or of another kind of id is DataLoss, and then nothing is taken
// over.
func (x *Index[I]) Restore(r io.Reader) error {
	var all []Position[I]
	in := &summed{r: bufio.NewReaderSize(r, 64<<10), sum: crc32.NewIEEE()}
	head := make([]byte, len(magic)+1)
	if _, err := io.ReadFull(in, head); err != nil || string(head[:len(magic)]) != magic {
		return lost("this is no snapshot")
	}
	if string(head[len(magic):]) != kindOf[I]() {
		return lost("the snapshot is of another kind of id")
	}
	for {
		p, more, err := readPosition[I](in)
		if err != nil {
			return lost("the snapshot is cut, or its ids are too large")
		}
		if !more {
			break
		}
		all = append(all, p)
	}
	want := in.sum.Sum32()
	var got uint32
	if err := binary.Read(in.r, binary.LittleEndian, &got); err != nil || got != want {
		return lost("the snapshot is not as it was written")
	}
	_, err := x.update(all, math.MaxInt64)
	return err
}

func lost(message string) error {
	return &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: "nearby", Op: "restore", Message: message}
}

// summed adds up what is read.
type summed struct {
	r   *bufio.Reader
	sum hash.Hash32
	one [1]byte
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	_, _ = s.sum.Write(p[:n])
	return n, err
}

func (s *summed) ReadByte() (byte, error) {
	b, err := s.r.ReadByte()
	if err == nil {
		s.one[0] = b
		_, _ = s.sum.Write(s.one[:])
	}
	return b, err
}

var errForm = errors.New("not of this form")

// readPosition reads one record; more is false at the end.
func readPosition[I ID](in *summed) (p Position[I], more bool, err error) {
	n, err := binary.ReadUvarint(in)
	if err != nil || n == 0 {
		return p, false, err
	}
	if p.ID, err = readID[I](in, n-1); err != nil {
		return p, false, err
	}
	var at [16]byte
	if _, err := io.ReadFull(in, at[:]); err != nil {
		return p, false, err
	}
	p.Point = geo.Point{Lat: math.Float64frombits(binary.LittleEndian.Uint64(at[:])), Lng: math.Float64frombits(binary.LittleEndian.Uint64(at[8:]))}
	ms, err := binary.ReadVarint(in)
	if err != nil {
		return p, false, err
	}
	p.At = time.UnixMilli(ms)
	attr, err := binary.ReadUvarint(in)
	if err != nil || attr > math.MaxUint32 || p.Point.Validate() != nil || p.At.IsZero() {
		return p, false, errors.Join(err, errForm)
	}
	p.Attr = Attr(attr)
	return p, true, nil
}

func readID[I ID](in *summed, n uint64) (id I, err error) {
	v := reflect.ValueOf(&id).Elem()
	switch {
	case v.Kind() == reflect.String && n > shortID:
		var b strings.Builder
		_, err = io.CopyN(&b, in, int64(min(n, math.MaxInt64)))
		v.SetString(b.String())
	case v.Kind() == reflect.String:
		b := make([]byte, n)
		_, err = io.ReadFull(in, b)
		v.SetString(string(b))
	case n != 0:
		return id, errForm
	case v.CanUint():
		var u uint64
		if u, err = binary.ReadUvarint(in); err == nil && v.OverflowUint(u) {
			return id, errForm
		}
		v.SetUint(u)
	default:
		var i int64
		if i, err = binary.ReadVarint(in); err == nil && v.OverflowInt(i) {
			return id, errForm
		}
		v.SetInt(i)
	}
	return id, err
}
