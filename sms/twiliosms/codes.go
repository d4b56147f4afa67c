package twiliosms

import (
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// class is what a code means.
type class struct {
	code  waybill.Code
	scope waybill.Scope
	wait  time.Duration
	text  string
}

// queueWait is the wait for a sender whose queue is full: it holds ten hours, and
// empties at the pace of the sender.
const queueWait = 10 * time.Minute

// classOf is the table of the codes of refused requests, from
// https://www.twilio.com/docs/api/errors. All of them say that nothing was sent.
// A region that the account may not send to has the scope of a sender, which for a
// client is kind, region and template, so that the rest goes on.
func classOf(code string) (c class, known bool) {
	switch code {
	case "20003":
		return class{waybill.Unauthenticated, waybill.ScopeAccount, 0, "the credentials were refused"}, true
	case "20404":
		return class{waybill.PermissionDenied, waybill.ScopeAccount, 0, "there is no such account"}, true
	case "20429":
		return class{waybill.RateLimited, waybill.ScopeService, time.Second, "too many requests"}, true
	case "21211":
		return class{waybill.InvalidArgument, waybill.ScopeRequest, 0, "the number is not valid"}, true
	case "21614":
		return class{waybill.Unregistered, waybill.ScopeRecipient, 0, "the number is no mobile number"}, true
	case "21408":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the account may not send to the region"}, true
	case "21212", "21606", "21659", "21660", "21661":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the sender cannot be used"}, true
	case "21608": // of this one number; the account may send to others
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the trial account has not verified the number"}, true
	case "21610": // another gateway must not get around it
		return class{waybill.OptedOut, waybill.ScopeRecipient, 0, "the recipient has opted out"}, true
	case "21611":
		return class{waybill.RateLimited, waybill.ScopeSender, queueWait, "the sender's queue is full"}, true
	case "21612":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the sender cannot reach the number"}, true
	case "21617":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the text is too long"}, true
	}
	return class{}, false
}

// reportClass is the table of the codes of messages that did not arrive.
func reportClass(code string) class {
	switch code {
	case "30001":
		return class{waybill.RateLimited, waybill.ScopeSender, 0, "queue overflow"}
	case "30002":
		return class{waybill.PermissionDenied, waybill.ScopeAccount, 0, "account suspended"}
	case "30003":
		return class{waybill.Unavailable, waybill.ScopeRecipient, 0, "unreachable handset"}
	case "30004":
		return class{waybill.OptedOut, waybill.ScopeRecipient, 0, "blocked"}
	case "30005":
		return class{waybill.Unregistered, waybill.ScopeRecipient, 0, "unknown handset"}
	case "30006":
		return class{waybill.Unregistered, waybill.ScopeRecipient, 0, "landline or unreachable carrier"}
	case "30007":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "filtered by the carrier"}
	case "30034":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the sender is not registered"}
	case "30036":
		return class{waybill.Unavailable, waybill.ScopeProvider, 0, "validity period expired"}
	}
	if c, known := classOf(code); known {
		return c
	}
	return class{waybill.Unknown, waybill.ScopeUnknown, 0, "unknown reason"}
}

// statusOf reads a message's status and, where it did not arrive, its code.
func statusOf(status, code string) sms.Status {
	switch status {
	case "accepted", "scheduled", "queued", "sending", "sent":
		return sms.StatusAccepted
	case "delivered", "read":
		return sms.StatusDelivered
	case "canceled":
		return sms.StatusFailed
	case "undelivered", "failed":
		switch code {
		case "30036":
			return sms.StatusExpired
		case "30002", "30004", "30007", "30034", "21610":
			return sms.StatusRejected
		}
		return sms.StatusFailed
	}
	return sms.StatusUnknown
}
