package aliyunsms

import (
	"context"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

type templateReply struct {
	envelope
	Name    wire.Scalar `json:"TemplateName"`
	Content wire.Scalar `json:"TemplateContent"`
	Status  wire.Scalar `json:"TemplateStatus"`
	Type    wire.Scalar `json:"TemplateType"`
	Reason  wire.Scalar
	Audit   struct {
		Reason wire.Scalar `json:"RejectInfo"`
	} `json:"AuditInfo"`
}

// TemplateStatuses asks for each template whether it is approved
// (GetSmsTemplate, and where a region does not have that yet QuerySmsTemplate);
// see [sms.TemplateChecker].
func (a *Adapter) TemplateStatuses(ctx context.Context, ids []string) ([]sms.TemplateStatus, error) {
	out := make([]sms.TemplateStatus, len(ids))
	action := "GetSmsTemplate"
	for i, id := range ids {
		v, bad := a.template(ctx, action, id)
		if bad != nil && strings.HasPrefix(bad.VendorCode, "InvalidAction") && action == "GetSmsTemplate" {
			action = "QuerySmsTemplate"
			v, bad = a.template(ctx, action, id)
		}
		s := &out[i]
		s.ID = id
		switch {
		case bad != nil && (strings.Contains(bad.VendorCode, "TEMPLATE") && strings.HasPrefix(bad.VendorCode, "isv.")):
			s.Approval, s.Reason = sms.Missing, bad.VendorCode
			continue
		case bad != nil:
			return nil, bad
		}
		s.Name, s.Content, s.Reason = string(v.Name), string(v.Content), string(v.Audit.Reason)
		if s.Reason == "" {
			s.Reason = string(v.Reason)
		}
		s.Approval = approvals[strings.ToUpper(string(v.Status))]
		s.Kind, s.KindKnown = kindOf(string(v.Type))
	}
	return out, nil
}

// approvals are the service's numbers, and the words that its lists have.
var approvals = map[string]sms.Approval{
	"0": sms.Pending, "1": sms.Approved, "2": sms.Refused, "10": sms.Refused, // withdrawn
	"AUDIT_STATE_INIT": sms.Pending, "AUDIT_STATE_PASS": sms.Approved, "AUDIT_STATE_NOT_PASS": sms.Refused,
	"AUDIT_STATE_CANCEL": sms.Refused, "AUDIT_SATE_CANCEL": sms.Refused,
}

func kindOf(typ string) (kind sms.Kind, known bool) {
	switch typ {
	case "0":
		return sms.Verification, true
	case "1":
		return sms.Notification, true
	case "2":
		return sms.Marketing, true
	}
	return 0, false // 3 is for abroad, of any kind
}

func (a *Adapter) template(ctx context.Context, action, id string) (*templateReply, *waybill.Error) {
	reply, err := a.exchange(ctx, wire.Request{Op: string(sms.CheckTemplates)}, action, url.Values{"TemplateCode": {id}}, nil)
	if err != nil {
		return nil, waybill.AsError(err)
	}
	v := new(templateReply)
	if bad := check(reply, v, &v.envelope); bad != nil {
		return nil, bad
	}
	return v, nil
}
