package aliyunsms

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// batchLimit is how many numbers SendBatchSms takes.
const batchLimit = 100

// BatchLimit returns 100.
func (a *Adapter) BatchLimit() int { return batchLimit }

// SendBatch sends one template to up to 100 numbers with SendBatchSms; see
// [sms.BatchSender]. All numbers share one BizId, and their keys do not reach the
// service. A refusal of the whole batch for one number's or one parameter's sake
// does not say whose: then nothing was sent, and each number is sent to by itself.
func (a *Adapter) SendBatch(ctx context.Context, b sms.Batch) []sms.BatchResult {
	out := make([]sms.BatchResult, len(b.Recipients))
	calls := make([]*call, 0, len(b.Recipients))
	var places []int
	seen := make(map[string]bool)
	for i := range b.Recipients {
		c := &call{m: b.Of(i)}
		if err := a.prepare(c); err != nil {
			out[i].Err = err
			continue
		}
		switch {
		case len(b.Recipients) > batchLimit:
			out[i].Err = unsupported(&c.m, waybill.ScopeRequest, "a batch has at most 100 numbers")
			continue
		case seen[c.number]:
			out[i].Err = unsupported(&c.m, waybill.ScopeRequest, "the number is in the batch twice")
			continue
		}
		seen[c.number] = true
		calls, places = append(calls, c), append(places, i)
	}
	if len(calls) == 0 {
		return out
	}
	id, err := "", error(nil)
	if len(calls) > 1 {
		id, err = a.sendTogether(ctx, calls)
	}
	each := len(calls) == 1 || oneOfThem(err)
	for k, c := range calls {
		o := &out[places[k]]
		switch {
		case each:
			o.Receipt, o.Err = a.Send(ctx, c.m)
		case err != nil:
			own := *waybill.AsError(err)
			own.Ref = c.m.Key
			o.Err = &own
		default:
			o.Receipt = receipt(id)
		}
	}
	return out
}

// oneOfThem reports whether a batch was refused, with proof, for what may be one
// number's fault.
func oneOfThem(err error) bool {
	e := waybill.AsError(err)
	return e != nil && e.Delivery == waybill.NotSent && strings.HasPrefix(e.VendorCode, "isv.") &&
		(e.Scope == waybill.ScopeRequest || e.Scope == waybill.ScopeRecipient)
}

// sendTogether makes the one exchange of a batch.
func (a *Adapter) sendTogether(ctx context.Context, calls []*call) (string, error) {
	var numbers, signs []string
	var params []json.RawMessage
	var private []string
	for _, c := range calls {
		numbers, signs = append(numbers, c.number), append(signs, c.sign)
		if c.params != "" {
			params = append(params, json.RawMessage(c.params))
		}
		private = append(private, c.private()...)
	}
	form := url.Values{"PhoneNumberJson": {array(numbers)}, "SignNameJson": {array(signs)}}
	if len(params) == len(calls) {
		form.Set("TemplateParamJson", array(params))
	}
	if a.opts.ExtendCode != "" {
		codes := make([]string, len(calls))
		for i := range codes {
			codes[i] = a.opts.ExtendCode
		}
		form.Set("SmsUpExtendCodeJson", array(codes))
	}
	reply, err := a.exchange(ctx, wire.Request{Op: string(sms.Send), Send: true, Private: private}, "SendBatchSms",
		url.Values{"TemplateCode": {calls[0].m.Gateway.TemplateID}}, form)
	if err != nil {
		return "", err
	}
	id, bad := accepted(reply)
	if bad != nil {
		return "", bad
	}
	return id, nil
}

// array writes a JSON list.
func array[T any](list []T) string {
	b, _ := json.Marshal(list) // of strings, or of JSON
	return string(b)
}
