package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/examples/internal/console"
	"github.com/waybill-go/waybill/sms"
)

// sendMany sends to every row of a CSV file, or counts what it would.
func (a *app) sendMany(ctx context.Context, file io.ReadSeeker, out, problems io.Writer) (fine bool, err error) {
	total := rowsOf(file)
	if _, err := file.Seek(0, io.SeekStart); err != nil && a.send {
		return false, errors.New("the file cannot be read twice")
	}
	rows := sms.CSV(file, &sms.CSVOptions{Message: a.message(), Number: a.number})
	if !a.send {
		return a.countMany(rows, out, problems)
	}
	prefix := a.key
	if prefix == "" {
		prefix = "row-"
	}
	drawn, moving := -1, console.Bar(out)
	counts, err := sms.Bulk(ctx, a.client, rows, &sms.BulkOptions{
		Concurrency: a.concurrency, Rate: a.rate, KeyPrefix: prefix,
		Result: func(r sms.BulkResult) {
			if r.Err != nil && r.Outcome != sms.BulkExisting {
				fmt.Fprintf(problems, "row %d: %v\n", r.Place, r.Err)
			}
		},
		Progress: func(c sms.BulkCounts) {
			if now := filled(c, total); now != drawn {
				drawn = now
				fmt.Fprint(moving, bar(c, total), "\r")
			}
		},
	})
	fmt.Fprintln(out, bar(counts, total))
	fmt.Fprintf(out, "%d sent, %d certainly not, %d perhaps, %d sent by an earlier run, %d unreadable\n",
		counts.Sent, counts.NotSent, counts.Ambiguous, counts.Existing, counts.Unread)
	statistics(a.journal, out)
	return counts.NotSent+counts.Ambiguous+counts.Unread == 0, err
}

// rowsOf counts the rows below the header without keeping them, as far as the file
// is CSV.
func rowsOf(file io.Reader) int {
	r := csv.NewReader(file)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	n := -1
	for {
		if _, err := r.Read(); err != nil {
			return max(n, 0)
		}
		n++
	}
}

// width is that of the bar in characters.
const width = 40

// filled is how much of the bar is drawn; all of it where the rows were not
// counted.
func filled(c sms.BulkCounts, total int) int {
	return width * min(c.Done, total) / max(total, 1)
}

// bar draws how much is done, and how much of that went well.
func bar(c sms.BulkCounts, total int) string {
	done := filled(c, total)
	good := 0
	if c.Done > 0 {
		good = done * (c.Sent + c.Existing) / c.Done
	}
	return fmt.Sprintf("[%s%s%s] %d of %d", strings.Repeat("#", good), strings.Repeat("!", done-good), strings.Repeat(".", width-done), c.Done, total)
}

// countMany says where the rows would go, by the gateway that is asked first.
func (a *app) countMany(rows func(func(sms.Message, error) bool), out, problems io.Writer) (fine bool, err error) {
	first := map[string]int{}
	n, parts, bad := 0, 0, 0
	for m, err := range rows {
		n++
		if err == nil {
			var candidates []waybill.Candidate
			if candidates, err = a.client.Explain(m); err == nil {
				err = nobody(candidates)
			}
			if err == nil {
				first[candidates[0].Instance]++
			}
		}
		if err != nil {
			bad++
			fmt.Fprintf(problems, "row %d: %v\n", n, err)
			continue
		}
		if p, err := sms.CountFor(m.To.Region(), fill(a.text, m.Params)); err == nil {
			parts += p.Count
		}
	}
	fmt.Fprintf(out, "%d rows, %d can be sent in %d part(s)\n", n, n-bad, parts)
	for _, g := range a.gateways {
		fmt.Fprintf(out, "gateway   %s is asked first for %d\n", g.name, first[g.name])
	}
	fmt.Fprintln(out, "dry run   nothing was sent; -send sends")
	return bad == 0, nil
}

// nobody returns why nobody would be asked, nil if somebody would.
func nobody(candidates []waybill.Candidate) error {
	for _, k := range candidates {
		if k.Order > 0 {
			return nil
		}
	}
	for _, k := range candidates {
		if k.Err != nil {
			return k.Err
		}
	}
	return errors.New("nobody would be asked")
}

// fill puts parameters into a text, for an estimate.
func fill(text string, params map[string]string) string {
	for name, value := range params {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}
