package sms

import (
	"context"

	"github.com/waybill-go/waybill"
)

// CheckTemplates is the verb of [TemplateChecker].
const CheckTemplates waybill.Verb = "check_templates"

// Approval is where a gateway stands with a template. The numbers are frozen.
type Approval uint8

// The approvals.
const (
	// ApprovalUnknown is the zero value: the gateway did not say.
	ApprovalUnknown Approval = 0
	// Approved: it may be sent.
	Approved Approval = 1
	// Pending: it is being looked at and may not be sent yet.
	Pending Approval = 2
	// Refused: it may not be sent.
	Refused Approval = 3
	// Missing: the gateway has no such template.
	Missing Approval = 4
)

var approvalNames = [...]string{"unknown", "approved", "pending", "refused", "missing"}

// String returns the approval's frozen name.
func (a Approval) String() string {
	if int(a) < len(approvalNames) {
		return approvalNames[a]
	}
	return "unknown"
}

// MarshalText writes the approval's name.
func (a Approval) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// TemplateStatus is what a gateway says of one of its templates.
type TemplateStatus struct {
	// ID is the gateway's id, Name its name there.
	ID, Name string
	// Approval is whether it may be sent, Reason why not.
	Approval Approval
	Reason   string
	// Content is the text with the gateway's own placeholders.
	Content string
	// Kind is what it may be used for; KindKnown is false where not said.
	Kind      Kind
	KindKnown bool
}

// TemplateChecker is implemented by gateways that tell whether a template is
// approved. The answer has one status per id, in order; a template that does not
// exist is Missing and no error.
type TemplateChecker interface {
	TemplateStatuses(ctx context.Context, ids []string) ([]TemplateStatus, error)
}
