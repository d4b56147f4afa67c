package tencentsms

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

// pushed is a delivery report or an inbound message.
type pushed struct {
	Mobile wire.Scalar `json:"mobile"`
	Nation wire.Scalar `json:"nationcode"`
	AppID  wire.Scalar `json:"sdkappid"`
	// a report
	Received wire.Scalar `json:"user_receive_time"`
	Status   wire.Scalar `json:"report_status"`
	ErrMsg   wire.Scalar `json:"errmsg"`
	SID      wire.Scalar `json:"sid"`
	Session  wire.Scalar `json:"session_context"`
	// an inbound message
	Text   *string     `json:"text"`
	Sign   wire.Scalar `json:"sign"`
	Time   wire.Scalar `json:"time"`
	Extend wire.Scalar `json:"extend"`
	Port   wire.Scalar `json:"port"`
}

// ReadWebhook reads a list of delivery reports
// (https://cloud.tencent.com/document/product/382/52077) or an inbound message
// (.../382/5809); see [sms.Webhook]. Nothing is signed, so Events.Signed is never
// set; a call that names another SdkAppId, in its URL or in its members, is
// Unauthenticated. Times of reports are in UTC+8.
func (a *Adapter) ReadWebhook(_ context.Context, call *sms.WebhookCall) (sms.Events, error) {
	if call.URL != nil {
		for key, values := range call.URL.Query() {
			if strings.EqualFold(key, "sdkappid") && !a.isOurs(values[0]) {
				return sms.Events{}, foreign()
			}
		}
	}
	list, err := call.List()
	if err != nil {
		return sms.Events{}, waybill.AsError(err).With(name, "webhook", "")
	}
	events := sms.Events{Answer: sms.WebhookAnswer{ContentType: "application/json", Body: `{"result":0,"errmsg":"OK"}`}}
	for _, raw := range list {
		var p pushed
		switch {
		case json.Unmarshal(raw, &p) != nil, p.Mobile == "":
			events.Unread++
		case p.AppID != "" && !a.isOurs(string(p.AppID)):
			return sms.Events{}, foreign()
		case p.Text != nil && p.SID == "":
			events.Inbound = append(events.Inbound, p.inbound())
		case p.SID != "":
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

func (a *Adapter) isOurs(appID string) bool {
	return subtle.ConstantTimeCompare([]byte(appID), []byte(a.appID)) == 1
}

func badCall(why string) error { return waybill.Invalid("webhook", why).With(name, "", "") }

func foreign() error {
	return (&waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Message: "the call is for another SdkAppId"}).With(name, "webhook", "")
}

// report reads a delivery report. errmsg is the operator's code.
func (p *pushed) report() sms.DeliveryReport {
	r := sms.DeliveryReport{Gateway: name, ID: string(p.SID), To: p.number(), VendorCode: p.ErrMsg.Code(), At: localTime(p.Received)}
	r.Recipient = r.To.Masked()
	if sms.ValidKey(string(p.Session)) {
		r.Key = string(p.Session)
	}
	switch strings.ToUpper(string(p.Status)) {
	case "SUCCESS":
		r.Status = sms.StatusDelivered
	case "FAIL":
		r.Status, r.Code, r.Scope = failed(string(p.ErrMsg))
	default:
		r.Status, _ = sms.StatusOfSMPP(string(p.ErrMsg))
	}
	return r
}

// inbound reads an inbound message, which has no id.
func (p *pushed) inbound() sms.Inbound {
	m := sms.Inbound{Gateway: name, From: p.number(), Sender: string(p.Mobile), To: string(p.Extend), Text: *p.Text, Sign: string(p.Sign)}
	if m.To == "" {
		m.To = string(p.Port)
	}
	if n, ok := p.Time.Int(); ok && n > 0 && n < 1<<40 {
		m.At = time.Unix(n, 0).UTC()
	} else {
		m.At = localTime(p.Time) // as reports write theirs
	}
	return m
}

// number puts calling code and number together; without a code it is of the
// mainland.
func (p *pushed) number() sms.Number {
	nation := strings.TrimPrefix(string(p.Nation), "+")
	mobile := string(p.Mobile)
	if strings.HasPrefix(mobile, "+") {
		nation, mobile = "", mobile[1:]
	} else if nation == "" {
		nation = "86"
	}
	n, err := sms.ParseNumber("+" + nation + mobile)
	if err != nil {
		return ""
	}
	return n
}

// localTime reads the service's time, the zero one if it cannot.
func localTime(s wire.Scalar) time.Time {
	t, err := time.ParseInLocation(time.DateTime, string(s), shanghai)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
