package tencentsms

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

const (
	pullLimit = 100
	// pulledFor is how far back the service looks.
	pulledFor = 7 * 24 * time.Hour
	// skew is how much the clocks may differ.
	skew = 10 * time.Minute
)

type pullRequest struct {
	BeginTime   int64
	EndTime     int64
	Offset      int
	Limit       int
	PhoneNumber string
	SmsSdkAppID string `json:"SmsSdkAppId"`
}

// pulled is the operator's report on one message.
type pulled struct {
	SerialNo       wire.Scalar
	ReportStatus   wire.Scalar
	Description    wire.Scalar
	SessionContext wire.Scalar
}

// Reconcile pulls the reports on the number's messages
// (PullSmsSendStatusByPhoneNumber) and looks for the message's Key, which went out
// as SessionContext, or for its id; see [sms.Reconciler]. A report appears when
// the operator has sent one, and repeats the SessionContext only where Tencent has
// enabled that, so that the answer is often Ambiguous, and absence is never a
// proof unless the request says so. Without Key and id, and after 7 days, it is
// Unsupported.
func (a *Adapter) Reconcile(ctx context.Context, r sms.ReconcileRequest) (sms.Outcome, error) {
	key := r.Message.Key
	if err := r.Validate(); err != nil {
		return sms.Outcome{}, waybill.AsError(err).With(name, string(sms.Reconcile), key)
	}
	ended := r.Ended
	if ended.IsZero() {
		ended = r.Begun
	}
	switch {
	case key == "" && r.ID == "":
		return sms.Outcome{}, waybill.NotSupported(string(sms.Reconcile), "Tencent finds a message by its key, and it has none").With(name, "", key)
	case time.Since(r.Begun) > pulledFor-skew:
		return sms.Outcome{}, waybill.NotSupported(string(sms.Reconcile), "Tencent keeps reports for 7 days").With(name, "", key)
	}
	to := r.Message.To
	reply, err := a.exchange(ctx, wire.Request{Op: string(sms.Reconcile), Ref: key, Private: []string{string(to), to.Digits(), to.National()}},
		"PullSmsSendStatusByPhoneNumber", &pullRequest{BeginTime: r.Begun.Add(-skew).Unix(), EndTime: time.Now().Unix(), Limit: pullLimit,
			PhoneNumber: string(to), SmsSdkAppID: a.appID})
	if err != nil {
		return sms.Outcome{}, err
	}
	var v struct {
		Set []*pulled `json:"PullSmsSendStatusSet"`
	}
	if bad := response(reply, &v); bad != nil {
		return sms.Outcome{}, bad
	}
	out := sms.Outcome{Served: waybill.Served{Provider: name}, Why: "no report has the key, which is no proof"}
	mute := v.Set == nil // or some report does not say whose it is
	for _, p := range v.Set {
		if p == nil {
			mute = true
			continue
		}
		if key != "" && string(p.SessionContext) == key || r.ID != "" && string(p.SerialNo) == r.ID {
			return p.outcome(), nil
		}
		mute = mute || p.SessionContext == ""
	}
	if r.AbsentAfter > 0 && time.Since(ended) >= r.AbsentAfter && !mute && len(v.Set) < pullLimit {
		out.Delivery, out.Why = waybill.NotSent, "no report has the key although it is old enough to have one"
	}
	return out, nil
}

func (p *pulled) outcome() sms.Outcome {
	out := sms.Outcome{Served: waybill.Served{Provider: name}, Delivery: waybill.Sent, ID: string(p.SerialNo),
		VendorCode: p.Description.Code(), Why: "there is a report on the message"}
	switch strings.ToUpper(string(p.ReportStatus)) {
	case "SUCCESS":
		out.Status = sms.StatusDelivered
	case "FAIL":
		out.Status, out.Code, out.Scope = failed(string(p.Description))
	}
	return out
}

// failed reads the code of a message that did not arrive: a word of SMPP's, or
// one of the operators' many, of which there is no table.
func failed(code string) (sms.Status, waybill.Code, waybill.Scope) {
	switch s, _ := sms.StatusOfSMPP(code); s {
	case sms.StatusExpired:
		return s, waybill.Unavailable, waybill.ScopeRecipient
	case sms.StatusRejected:
		return s, waybill.Unknown, waybill.ScopeUnknown
	}
	return sms.StatusFailed, waybill.Unknown, waybill.ScopeUnknown
}

type templateRequest struct {
	International int
	TemplateIDSet []uint64 `json:"TemplateIdSet"`
	Limit         int
	Offset        int
}

type templateEntry struct {
	ID      wire.Scalar `json:"TemplateId"`
	Name    wire.Scalar `json:"TemplateName"`
	Content wire.Scalar `json:"TemplateContent"`
	Status  wire.Scalar `json:"StatusCode"`
	Reason  wire.Scalar `json:"ReviewReply"`
}

// TemplateStatuses asks whether templates are approved (DescribeSmsTemplateList),
// among those for the mainland and then among those for abroad; see
// [sms.TemplateChecker]. Ids of Tencent's are numbers: any other is Missing.
func (a *Adapter) TemplateStatuses(ctx context.Context, ids []string) ([]sms.TemplateStatus, error) {
	found := make(map[string]*templateEntry)
	for international := range 2 {
		var open []uint64
		for _, id := range ids {
			if n, err := strconv.ParseUint(id, 10, 63); err == nil && found[id] == nil {
				open = append(open, n)
			}
		}
		for len(open) > 0 {
			n := min(len(open), pullLimit)
			if err := a.describe(ctx, international, open[:n], found); err != nil {
				return nil, err
			}
			open = open[n:]
		}
	}
	out := make([]sms.TemplateStatus, len(ids))
	for i, id := range ids {
		s := &out[i]
		s.ID, s.Approval = id, sms.Missing
		t := found[id]
		if t == nil {
			continue
		}
		s.Name, s.Content, s.Reason = string(t.Name), string(t.Content), string(t.Reason)
		s.Approval = map[wire.Scalar]sms.Approval{"0": sms.Approved, "1": sms.Pending, "2": sms.Pending, "-1": sms.Refused}[t.Status]
	}
	return out, nil
}

func (a *Adapter) describe(ctx context.Context, international int, ids []uint64, found map[string]*templateEntry) error {
	reply, err := a.exchange(ctx, wire.Request{Op: string(sms.CheckTemplates)}, "DescribeSmsTemplateList",
		&templateRequest{International: international, TemplateIDSet: ids, Limit: pullLimit})
	if err != nil {
		return err
	}
	var v struct {
		Set []*templateEntry `json:"DescribeTemplateStatusSet"`
	}
	if bad := response(reply, &v); bad != nil {
		if bad.VendorCode == "FailedOperation.MissingTemplateList" { // none of them
			return nil
		}
		return bad
	}
	for _, t := range v.Set {
		if t != nil && t.ID != "" {
			found[string(t.ID)] = t
		}
	}
	return nil
}
