package border

import (
	"encoding/binary"
	"errors"
)

// The table's format: the magic, the number of regions and their codes, the number of lines, and for each line how many
// regions it belongs to and which, how many vertices it has, and those, each as the difference from the one before, all
// as variable-length integers. The first vertex of a line counts from the last of the line before.
const magic = "WBB1"

var errFormat = errors.New("not a table of borders, or cut short")

// Encode writes codes and lines in the form that [Decode] reads.
func Encode(codes []string, lines []Line) []byte {
	b := []byte(magic)
	b = binary.AppendUvarint(b, uint64(len(codes)))
	for _, c := range codes {
		b = append(b, c...)
	}
	b = binary.AppendUvarint(b, uint64(len(lines)))
	var at Vertex
	for _, l := range lines {
		b = binary.AppendUvarint(b, uint64(len(l.Regions)))
		for _, r := range l.Regions {
			b = binary.AppendUvarint(b, uint64(r))
		}
		b = binary.AppendUvarint(b, uint64(len(l.Vertices)))
		for _, v := range l.Vertices {
			b = binary.AppendVarint(b, int64(v.X-at.X))
			b = binary.AppendVarint(b, int64(v.Y-at.Y))
			at = v
		}
	}
	return b
}

// Decode reads a table and builds its index. Whatever the bytes are, it returns a table or an error.
func Decode(data []byte) (*Table, error) {
	codes, lines, err := read(data)
	if err != nil {
		return nil, err
	}
	return New(codes, lines)
}

func read(data []byte) ([]string, []Line, error) {
	if len(data) < len(magic) || string(data[:len(magic)]) != magic {
		return nil, nil, errFormat
	}
	d := decoder{rest: data[len(magic):]}
	codes := make([]string, d.count(2))
	for i := range codes {
		codes[i] = string(d.rest[:2])
		d.rest = d.rest[2:]
	}
	lines := make([]Line, d.count(2))
	var at Vertex
	for i := range lines {
		l := &lines[i]
		l.Regions = make([]int, d.count(1))
		for j := range l.Regions {
			l.Regions[j] = int(d.uvarint())
		}
		l.Vertices = make([]Vertex, d.count(2))
		for j := range l.Vertices {
			at = Vertex{X: at.X + int32(d.varint()), Y: at.Y + int32(d.varint())}
			l.Vertices[j] = at
		}
		if d.failed {
			return nil, nil, errFormat
		}
	}
	if d.failed || len(d.rest) > 0 {
		return nil, nil, errFormat
	}
	return codes, lines, nil
}

// decoder reads numbers off a slice; once one is missing it has failed and gives zeros.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	return take(d, v, n)
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	return take(d, v, n)
}

func take[T uint64 | int64](d *decoder, v T, n int) T {
	if n <= 0 || d.failed {
		d.failed, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// count reads how many items follow, each at least size bytes long, and fails when so many cannot follow.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.rest)/size) {
		d.failed, d.rest = true, nil
		return 0
	}
	return int(n)
}
