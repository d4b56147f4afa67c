package twiliosms

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

const (
	pageSize = 100
	maxPages = 20
	// skew is how much the clocks may differ.
	skew = time.Minute
)

// page is one page of the list, the newest messages first.
type page struct {
	Messages []json.RawMessage `json:"messages"`
	Next     wire.Scalar       `json:"next_page_uri"`
}

// Reconcile looks through what was sent to the number for a message with the same
// text and sender, created while the attempt went on, a minute more at either
// end; see [sms.Reconciler]. Exactly one means Sent.
//
// What it cannot tell: Twilio has no reference of the caller's, so that another
// message with the same text to the same number in these minutes is taken for the
// one meant, and two make the answer Ambiguous. Twilio may also have changed the
// text (smart encoding, short links) or hidden it, so that another text of the
// sender's in these minutes keeps absence from being a proof. It reads the 2000 newest messages
// to the number at most. A content template's text is not known here, so without
// the request's ID that is Unsupported.
func (a *Adapter) Reconcile(ctx context.Context, r sms.ReconcileRequest) (sms.Outcome, error) {
	key := r.Message.Key
	if err := r.Validate(); err != nil {
		return sms.Outcome{}, waybill.AsError(err).With(name, string(sms.Reconcile), key)
	}
	if r.Message.Text == "" && r.ID == "" {
		return sms.Outcome{}, waybill.NotSupported(string(sms.Reconcile), "Twilio finds a message by its text, and a template's is not known").With(name, "", key)
	}
	if r.Ended.IsZero() {
		r.Ended = r.Begun
	}
	m := &match{request: &r, from: r.Message.From, text: r.Message.Text}
	if m.from == "" {
		m.from = a.opts.From
	}
	if region := r.Message.Region; region == "CN" || region == "" && r.Message.To.Region() == "CN" {
		m.text = sms.SignText(r.Message.Gateway.Sign, m.text)
	}
	whole, err := a.search(ctx, m)
	if err != nil {
		return sms.Outcome{}, err
	}
	out := sms.Outcome{Served: waybill.Served{Provider: name}}
	ended := r.Ended
	switch {
	case m.count == 1:
		return m.found.outcome(), nil
	case m.count > 1:
		out.Why = "several messages have this text and time"
	case m.mute:
		out.Why = "a message of that time has another text, which Twilio may have changed"
	case whole && r.AbsentAfter > 0 && time.Since(ended) >= r.AbsentAfter:
		out.Delivery, out.Why = waybill.NotSent, "the message is not in the list although it is old enough to be"
	default:
		out.Why = "the message is not in the list, which is no proof"
	}
	return out, nil
}

// match collects the messages that may be meant.
type match struct {
	request    *sms.ReconcileRequest
	from, text string
	count      int
	found      resource
	mute       bool // one may be the message, but does not say so
}

// search goes through the list until it is older than the attempt; whole is false
// if it is longer than we read.
func (a *Adapter) search(ctx context.Context, m *match) (whole bool, err error) {
	to := m.request.Message.To
	where := a.messages() + "?" + url.Values{"To": {string(to)}, "PageSize": {strconv.Itoa(pageSize)}}.Encode()
	private := []string{string(to), to.Digits(), m.text, m.from, m.request.Message.Text}
	for range maxPages {
		reply, err := a.exchange(ctx, wire.Request{Op: string(sms.Reconcile), Ref: m.request.Message.Key, Private: private}, where)
		if err != nil {
			return false, err
		}
		if !reply.OK() {
			return false, refused(reply)
		}
		var p page
		if bad := reply.JSON(&p); bad != nil {
			return false, bad
		}
		if p.Messages == nil {
			return false, nil // no list, be it an empty one
		}
		for _, raw := range p.Messages {
			var v resource
			if json.Unmarshal(raw, &v) != nil || string(raw) == "null" {
				m.mute = true
				continue
			}
			if m.take(&v) {
				return true, nil
			}
		}
		next := string(p.Next)
		if next == "" {
			return true, nil
		}
		if !strings.HasPrefix(next, "/2010-04-01/Accounts/"+a.sid+"/Messages.json?") {
			return false, nil // nowhere that our credentials should go
		}
		where = a.opts.BaseURL + next
	}
	return false, nil
}

// take looks at one message, and reports whether to stop.
func (m *match) take(v *resource) bool {
	r := m.request
	if r.ID != "" && string(v.SID) == r.ID {
		m.found, m.count = *v, 1
		return true
	}
	if strings.HasPrefix(string(v.Direction), "inbound") {
		return false
	}
	created, err := time.Parse(time.RFC1123Z, string(v.Created))
	if err != nil || string(v.To) != string(r.Message.To) {
		m.mute = true
		return false
	}
	if created.Before(r.Begun.Add(-skew).Truncate(time.Second)) {
		return r.ID == ""
	}
	sender := m.from == "" || string(v.From) == m.from || string(v.Service) == m.from || strings.HasPrefix(m.from, "MG") && v.Service == ""
	switch {
	case !sender || !created.Before(r.Ended.Add(skew)) || m.text == "":
	case v.SID == "" || v.Body == nil || *v.Body != m.text:
		m.mute = true
	default:
		if m.count == 0 {
			m.found = *v
		}
		m.count++
	}
	return false
}

func (v *resource) outcome() sms.Outcome {
	out := sms.Outcome{Served: waybill.Served{Provider: name}, Delivery: waybill.Sent, ID: string(v.SID),
		Status: statusOf(string(v.Status), string(v.ErrorCode)), Why: "the message is in the list"}
	if n, ok := v.Segments.Int(); ok && n > 0 && n <= sms.MaxParts {
		out.Parts = int(n)
	}
	out.Price, out.Currency = v.price()
	switch out.Status {
	case sms.StatusFailed, sms.StatusExpired, sms.StatusRejected:
		c := reportClass(string(v.ErrorCode))
		out.Code, out.Scope, out.VendorCode = c.code, c.scope, safeCode(string(v.ErrorCode))
	}
	return out
}
