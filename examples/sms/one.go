package main

import (
	"context"
	"fmt"
	"io"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/phone"
)

// sendOne says what would be done with one message, and does it if asked to. fine
// is false when nobody would be asked.
func (a *app) sendOne(ctx context.Context, out io.Writer) (fine bool, err error) {
	to, err := a.number(a.to)
	if err != nil {
		return false, err
	}
	m := a.message()
	m.To, m.Key = to, a.key
	v := phone.Check(to)
	fmt.Fprintf(out, "number    %s, %s, %s\n", phone.Format(to, phone.International), v.Region, v.Kind)
	if w := v.Warning(); w != "" {
		fmt.Fprintln(out, "          doubtful:", w)
	}
	parts, err := sms.CountFor(to.Region(), a.text)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(out, "text      %s, %d units in %d part(s) of %d\n", parts.Encoding, parts.Units, parts.Count, parts.Limit)
	candidates, err := a.client.Explain(m)
	if err != nil {
		return false, err
	}
	for _, k := range candidates {
		fmt.Fprintf(out, "gateway   %s %s\n", k.Instance, reason(k))
		fine = fine || k.Order > 0
	}
	switch {
	case a.send:
	case fine:
		fmt.Fprintln(out, "dry run   nothing was sent; -send sends")
		return true, nil
	default:
		fmt.Fprintln(out, "dry run   nothing was sent, and nobody would be asked")
		return false, nil
	}
	receipt, err := a.client.Send(ctx, m)
	if waybill.DeliveryOf(err) == waybill.Sent {
		fmt.Fprintf(out, "sent      through %s in %d part(s), id %s", receipt.Instance, len(receipt.Parts), receipt.ID)
		if receipt.Price != "" {
			fmt.Fprintf(out, ", %s %s", receipt.Price, receipt.Currency)
		}
		fmt.Fprintln(out)
	} else {
		fmt.Fprintf(out, "%-9s %v\n", waybill.DeliveryOf(err), waybill.CodeOf(err))
	}
	return err == nil, err
}
