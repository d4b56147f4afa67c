package aliyunsms

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// pushed is a member of what is pushed: a delivery report (SmsReport) or an
// inbound message (SmsUp).
type pushed struct {
	Phone wire.Scalar `json:"phone_number"`
	Sent  wire.Scalar `json:"send_time"`
	// SmsReport
	Reported wire.Scalar `json:"report_time"`
	Success  wire.Scalar `json:"success"`
	ErrCode  wire.Scalar `json:"err_code"`
	Size     wire.Scalar `json:"sms_size"`
	BizID    wire.Scalar `json:"biz_id"`
	OutID    wire.Scalar `json:"out_id"`
	// SmsUp
	Content  *string     `json:"content"`
	Sign     wire.Scalar `json:"sign_name"`
	Dest     wire.Scalar `json:"dest_code"`
	Sequence wire.Scalar `json:"sequence_id"`
	abroad
}

// abroad is a member of the other list of delivery reports, which the service
// pushes for messages outside the mainland.
type abroad struct {
	To          wire.Scalar `json:"To"`
	Status      wire.Scalar `json:"Status"`
	MessageID   wire.Scalar `json:"MessageId"`
	SmsSize     wire.Scalar `json:"SmsSize"`
	SendDate    wire.Scalar `json:"SendDate"`
	ReceiveDate wire.Scalar `json:"ReceiveDate"`
	ErrorCode   wire.Scalar `json:"ErrorCode"`
}

// ReadWebhook reads a pushed list of delivery reports or inbound messages; see
// [sms.Webhook]. It follows https://help.aliyun.com/zh/sms/developer-reference/smsreport-2
// and smsup-2, and https://help.aliyun.com/zh/sms/smsreport-http-intl, whose
// reports repeat no key. Nothing is signed, so Events.Signed is never set. Numbers
// may be hidden in part; then To and From are empty. Times are in UTC+8.
func (a *Adapter) ReadWebhook(_ context.Context, call *sms.WebhookCall) (sms.Events, error) {
	list, err := call.List()
	if err != nil {
		return sms.Events{}, waybill.AsError(err).With(name, "webhook", "")
	}
	events := sms.Events{Answer: sms.WebhookAnswer{ContentType: "application/json", Body: `{"code":0,"msg":"接收成功"}`}}
	for _, raw := range list {
		var p pushed
		switch {
		case json.Unmarshal(raw, &p) != nil:
			events.Unread++
		case p.Phone == "" && p.To != "" && p.MessageID != "":
			events.Reports = append(events.Reports, p.abroad.report())
		case p.Phone == "":
			events.Unread++
		case p.Content != nil && p.BizID == "":
			events.Inbound = append(events.Inbound, p.inbound())
		case p.BizID != "" || keyOf(string(p.OutID)) != "":
			events.Reports = append(events.Reports, p.report())
		default:
			events.Unread++
		}
	}
	if events.Unread > 0 && len(events.Inbound)+len(events.Reports) == 0 {
		return sms.Events{}, badCall("no member of the list can be read")
	}
	return events, nil
}

func badCall(why string) error { return waybill.Invalid("webhook", why).With(name, "", "") }

// report reads a delivery report.
func (p *pushed) report() sms.DeliveryReport {
	r := sms.DeliveryReport{
		Gateway: name, ID: string(p.BizID), Key: keyOf(string(p.OutID)), VendorCode: p.ErrCode.Code(), Sent: localTime(p.Sent), At: localTime(p.Reported),
	}
	r.To, r.Recipient = numberOf(string(p.Phone))
	r.Parts = partsOf(p.Size)
	switch strings.ToLower(string(p.Success)) {
	case "true", "1":
		r.Status = sms.StatusDelivered
	case "false", "0":
		why := failed(string(p.ErrCode))
		r.Status, r.Code, r.Scope, r.Message = why.status, why.code, why.scope, why.text
	default:
		r.Status, _ = sms.StatusOfSMPP(string(p.ErrCode))
	}
	return r
}

// report reads a delivery report from abroad, where no number is a mainland one.
func (p *abroad) report() sms.DeliveryReport {
	r := sms.DeliveryReport{Gateway: name, ID: string(p.MessageID), VendorCode: p.ErrorCode.Code(), Parts: partsOf(p.SmsSize),
		Sent: dateOf(p.SendDate), At: dateOf(p.ReceiveDate)}
	if n, err := sms.ParseNumber("+" + strings.TrimPrefix(string(p.To), "+")); err == nil {
		r.To, r.Recipient = n, n.Masked()
	} else if _, shown := numberOf(string(p.To)); strings.Contains(shown, "*") {
		r.Recipient = shown
	}
	switch p.Status {
	case "1":
		r.Status = sms.StatusDelivered
	case "2":
		why := failed(string(p.ErrorCode))
		r.Status, r.Code, r.Scope, r.Message = why.status, why.code, why.scope, why.text
	case "6":
		r.Status, r.Code, r.Scope = sms.StatusExpired, waybill.Unavailable, waybill.ScopeRecipient
	}
	return r
}

func partsOf(size wire.Scalar) int {
	if n, ok := size.Int(); ok && n > 0 && n <= sms.MaxParts {
		return int(n)
	}
	return 0
}

// dateOf reads a time with its zone, the zero one if it cannot.
func dateOf(s wire.Scalar) time.Time {
	t, err := time.Parse(time.RFC1123Z, string(s))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// inbound reads an inbound message.
func (p *pushed) inbound() sms.Inbound {
	m := sms.Inbound{Gateway: name, ID: string(p.Sequence), Text: *p.Content, To: string(p.Dest), Sign: string(p.Sign), At: localTime(p.Sent)}
	m.From, m.Sender = numberOf(string(p.Phone))
	return m
}

// keyOf returns an OutId that can be a message's key.
func keyOf(id string) string {
	if !sms.ValidKey(id) {
		return ""
	}
	return id
}

// numberOf reads a number as the service writes it: eleven digits of a mainland
// mobile, else with its calling code. What is hidden in part is no Number.
func numberOf(s string) (sms.Number, string) {
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "+"), "00")
	if len(digits) == 11 && digits[0] == '1' && digits[1] >= '3' {
		digits = mainlandCode[1:] + digits
	}
	if n, err := sms.ParseNumber("+" + digits); err == nil {
		return n, n.Masked()
	}
	if strings.Trim(s, "+0123456789*") == "" && strings.Contains(s, "*") && len(s) <= 20 {
		return "", s // hidden by the service
	}
	return "", ""
}

// localTime reads the service's time, the zero one if it cannot.
func localTime(s wire.Scalar) time.Time {
	t, err := time.ParseInLocation(time.DateTime, string(s), shanghai)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
