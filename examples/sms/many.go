package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// sendMany sends to every row of a CSV file, or counts what it would.
func (a *app) sendMany(ctx context.Context, file io.Reader, out, problems io.Writer) (fine bool, err error) {
	rows := sms.CSV(file, &sms.CSVOptions{Message: a.message(), Number: a.number})
	if !a.send {
		return a.countMany(rows, out, problems)
	}
	prefix := a.key
	if prefix == "" {
		prefix = "row-"
	}
	counts, err := sms.Bulk(ctx, a.client, rows, &sms.BulkOptions{
		Concurrency: a.concurrency, Rate: a.rate, KeyPrefix: prefix,
		Result: func(r sms.BulkResult) {
			if r.Err != nil && r.Outcome != sms.BulkExisting {
				fmt.Fprintf(problems, "row %d: %v\n", r.Place, r.Err)
			}
		},
		Progress: func(c sms.BulkCounts) {
			if c.Done%100 == 0 {
				fmt.Fprint(out, bar(c), "\r")
			}
		},
	})
	fmt.Fprintln(out, bar(counts))
	fmt.Fprintf(out, "%d sent, %d certainly not, %d perhaps, %d sent by an earlier run, %d unreadable\n",
		counts.Sent, counts.NotSent, counts.Ambiguous, counts.Existing, counts.Unread)
	statistics(a.journal, out)
	return counts.NotSent+counts.Ambiguous+counts.Unread == 0, err
}

// bar draws the shares of what is done; the length of a stream is not known.
func bar(c sms.BulkCounts) string {
	const width = 40
	if c.Done == 0 {
		return "[" + strings.Repeat(" ", width) + "] 0"
	}
	good := width * (c.Sent + c.Existing) / c.Done
	return fmt.Sprintf("[%s%s] %d", strings.Repeat("#", good), strings.Repeat("-", width-good), c.Done)
}

// countMany says where the rows would go, by the gateway that is asked first.
func (a *app) countMany(rows func(func(sms.Message, error) bool), out, problems io.Writer) (fine bool, err error) {
	first := map[string]int{}
	n, parts, bad := 0, 0, 0
	for m, err := range rows {
		n++
		if err == nil {
			var candidates []waybill.Candidate
			if candidates, err = a.client.Explain(m); err == nil && (len(candidates) == 0 || candidates[0].Order == 0) {
				err = candidates[0].Err
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

// fill puts parameters into a text, for an estimate.
func fill(text string, params map[string]string) string {
	for name, value := range params {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}
