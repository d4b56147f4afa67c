package sms

import (
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"maps"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
)

// CSVOptions say how [CSV] reads a file; nil means the defaults.
type CSVOptions struct {
	// Message is what all messages have in common.
	Message Message
	// Number reads the column of numbers. Default ParseNumber; phone.Parse of
	// package sms/phone takes what people write.
	Number func(raw string) (Number, error)
	// Comma separates the columns. Default ",".
	Comma rune
}

// maxRow bounds a row of a CSV file in bytes: with a quote that never ends the
// whole file would be one.
const maxRow = 256 << 10

// CSV reads messages from a file with a header, row by row. Columns are named by
// the header, in any order and case: "to" is needed; "key", "text", "language"
// and "tenant" set these fields, and every other column is a parameter of the
// template, by its own name. An empty cell leaves what Message has.
//
// A row that cannot be read yields an InvalidArgument error, which names the line
// and none of its values, and the next row is read; the file's end, or its own
// error, ends the sequence. It can be iterated over once.
func CSV(r io.Reader, o *CSVOptions) iter.Seq2[Message, error] {
	if o == nil {
		o = new(CSVOptions)
	}
	read := o.Number
	if read == nil {
		read = ParseNumber
	}
	return func(yield func(Message, error) bool) {
		bounded := &rowReader{r: withoutMark(r), left: maxRow}
		f := csv.NewReader(bounded)
		f.ReuseRecord, f.TrimLeadingSpace = true, true
		if o.Comma != 0 {
			f.Comma = o.Comma
		}
		header, err := f.Read()
		if err != nil {
			yield(Message{}, rowError(1, "the header cannot be read"))
			return
		}
		columns := make([]string, len(header))
		to := false
		for i, name := range header {
			name = strings.TrimSpace(name)
			switch lower := strings.ToLower(name); lower {
			case "to", "key", "text", "language", "tenant":
				name = lower
			}
			columns[i] = name
			to = to || name == "to"
		}
		if !to {
			yield(Message{}, rowError(1, `the header has no column "to"`))
			return
		}
		for {
			bounded.left = maxRow
			row, err := f.Read()
			var bad *csv.ParseError
			switch {
			case err == io.EOF:
				return
			case errors.Is(err, errLongRow):
				yield(Message{}, rowError(0, "a row is longer than 256 KiB"))
				return
			case errors.As(err, &bad):
				if !yield(Message{}, rowError(bad.StartLine, "the row is no CSV, or has another number of columns than the header")) {
					return
				}
				continue
			case err != nil:
				yield(Message{}, rowError(0, "the file cannot be read further"))
				return
			}
			line, _ := f.FieldPos(0)
			m, why := o.message(columns, row, read)
			if why != "" {
				err = rowError(line, why)
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

// message makes a row's message, or says why it cannot.
func (o *CSVOptions) message(columns, row []string, read func(string) (Number, error)) (m Message, why string) {
	m = o.Message
	m.Params = maps.Clone(m.Params)
	for i, cell := range row {
		if cell == "" {
			continue
		}
		cell = strings.Clone(cell) // the row is used again
		switch name := columns[i]; name {
		case "to":
			n, err := read(cell)
			if err != nil {
				why = "the number cannot be read"
			}
			m.To = n
		case "key":
			m.Key = cell
		case "text":
			m.Text = cell
		case "language":
			m.Language = cell
		case "tenant":
			m.Tenant = cell
		case "":
		default:
			if m.Params == nil {
				m.Params = make(map[string]string)
			}
			m.Params[name] = cell
		}
	}
	if m.To == "" && why == "" {
		why = "the row has no number"
	}
	return m, why
}

// withoutMark leaves out the byte order mark that some programs begin a file with;
// before a quote it would be no CSV.
func withoutMark(r io.Reader) io.Reader {
	const mark = "\ufeff"
	start := make([]byte, len(mark))
	n, err := io.ReadFull(r, start)
	switch {
	case string(start[:n]) == mark:
		return r
	case err != nil && err != io.EOF && err != io.ErrUnexpectedEOF:
		return r // it fails again
	}
	return io.MultiReader(strings.NewReader(string(start[:n])), r)
}

func rowError(line int, why string) error {
	if line > 0 {
		why = "line " + strconv.Itoa(line) + ": " + why
	}
	return waybill.Invalid("csv", why).With("sms", "", "")
}

var errLongRow = errors.New("sms: a row is too long")

// rowReader bounds what is read for one row, beside what a buffer holds already.
type rowReader struct {
	r    io.Reader
	left int
}

// Read implements io.Reader.
func (r *rowReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errLongRow
	}
	n, err := r.r.Read(p)
	r.left -= n
	return n, err
}
