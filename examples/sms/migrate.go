package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/phone"
)

// migrate copies a CSV file and adds a column "e164". What cannot be read has
// none there, and every row that is doubtful is listed with its line, so that
// somebody can look at it; the numbers themselves are listed masked.
func migrate(in io.Reader, column, region string, out, doubtful io.Writer) (fine bool, err error) {
	r, w := csv.NewReader(in), csv.NewWriter(out)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return false, errors.New("the file has no header")
	}
	at := -1
	for i, name := range header {
		if strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")), column) {
			at = i
		}
	}
	if at < 0 {
		return false, fmt.Errorf("the header has no column %q", column)
	}
	if err := w.Write(append(header, "e164")); err != nil {
		return false, err
	}
	rows, bad := 0, 0
	seen := map[sms.Number]int{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, errors.New("a row is no CSV")
		}
		rows++
		number, _ := r.FieldPos(0)
		raw := ""
		if at < len(row) {
			raw = strings.TrimSpace(row[at])
		}
		n, why := convert(raw, region)
		if why == "" && seen[n] > 0 {
			why = fmt.Sprintf("the number is that of line %d too", seen[n])
		}
		if n != "" && seen[n] == 0 {
			seen[n] = number
		}
		if why != "" {
			bad++
			fmt.Fprintf(doubtful, "line %d: %s %s\n", number, n.Masked(), why)
		}
		for len(row) < len(header) {
			row = append(row, "")
		}
		if err := w.Write(append(row, string(n))); err != nil {
			return false, err
		}
	}
	w.Flush()
	fmt.Fprintf(doubtful, "%d rows, %d doubtful\n", rows, bad)
	return bad == 0, w.Error()
}

// convert reads one number, and says why somebody should look at it.
func convert(raw, region string) (n sms.Number, doubt string) {
	n, err := phone.Parse(raw, region)
	var reason phone.Reason
	switch {
	case raw == "":
		return "", "there is no number"
	case errors.As(err, &reason):
		return "", reason.Error()
	case err != nil:
		return "", "the number cannot be read"
	}
	v := phone.Check(n)
	switch {
	case !v.Possible:
		return "", v.Reason.Error()
	case v.Warning() != "":
		return n, v.Warning()
	case v.Kind == phone.FixedLine:
		return n, "the number is a fixed line"
	case v.Region != region:
		return n, "the number is of " + v.Region
	case region == "CN" && len(raw) != 11:
		return n, "the column holds more than the eleven digits"
	}
	return n, ""
}
