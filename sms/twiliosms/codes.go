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
// https://www.twilio.com/docs/api/errors. All of them say that nothing was sent;
// those that it leaves out say by their HTTP status what they mean.
// A region that the account may not send to has the scope of a sender, which for a
// client is kind, region and template, so that the rest goes on.
func classOf(code string) (c class, known bool) {
	switch code {
	case "20003":
		return class{waybill.Unauthenticated, waybill.ScopeAccount, 0, "the credentials were refused"}, true
	case "20005", "20010", "10001":
		return class{waybill.PermissionDenied, waybill.ScopeAccount, 0, "the account is not active"}, true
	case "20006", "20008", "20403":
		return class{waybill.PermissionDenied, waybill.ScopeAccount, 0, "the credentials may not do this"}, true
	case "10002", "21267", "21607": // a trial account
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the trial account may not do this"}, true
	case "20404":
		return class{waybill.PermissionDenied, waybill.ScopeAccount, 0, "there is no such account"}, true
	case "20429":
		return class{waybill.RateLimited, waybill.ScopeService, time.Second, "too many requests"}, true
	case "21211", "21217":
		return class{waybill.InvalidArgument, waybill.ScopeRequest, 0, "the number is not valid"}, true
	case "21265", "21268": // here; it may be one of its own country's gateways
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the number is a short code or a service number"}, true
	case "21266":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the number is the sender's own"}, true
	case "21614", "21635":
		return class{waybill.Unregistered, waybill.ScopeRecipient, 0, "the number is no mobile number"}, true
	case "21408":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the account may not send to the region"}, true
	case "21212", "21401", "21601", "21603", "21606", "21616", "21657", "21659", "21660", "21661", "21708", "21709", "21910":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the sender cannot be used"}, true
	case "21701", "21702", "21703", "21704", "21705", "21711", "21712":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the messaging service cannot be used"}, true
	case "21654", "21655":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "there is no such content template"}, true
	case "21656":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the variables do not fit the content template"}, true
	case "21609", "21626": // a setting of ours, wrong here alone
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the callback URL is not valid"}, true
	case "21624":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the time to live is not valid"}, true
	case "21602", "21604", "21619": // a fault of this package, or a template without a text
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "a parameter is missing"}, true
	case "21618":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the carrier does not take such a text"}, true
	case "21608": // of this one number; the account may send to others
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the trial account has not verified the number"}, true
	case "21610": // another gateway must not get around it
		return class{waybill.OptedOut, waybill.ScopeRecipient, 0, "the recipient has opted out"}, true
	case "21611":
		return class{waybill.RateLimited, waybill.ScopeSender, queueWait, "the sender's queue is full"}, true
	case "21612":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the sender cannot reach the number"}, true
	case "21730":
		return class{waybill.Unavailable, waybill.ScopeProvider, 0, "maintenance"}, true
	case "21605", "21617", "21658":
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
	case "30007", "30038":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "filtered by the carrier"}
	case "30010":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "dearer than allowed"}
	case "30012", "30013":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "the time to live is not valid"}
	case "30014":
		return class{waybill.InvalidArgument, waybill.ScopeRequest, 0, "the number is not valid"}
	case "30015", "30016":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the sender cannot be used for the number"}
	case "30017":
		return class{waybill.Unavailable, waybill.ScopeProvider, 0, "the carrier's network is congested"}
	case "30018", "30024", "30032", "30034", "30035", "30040":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the sender is not registered"}
	case "30019":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "too long for the carrier"}
	case "30022", "30023", "30027":
		return class{waybill.RateLimited, waybill.ScopeSender, 0, "the carrier's limit for the sender is reached"}
	case "30033":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the sender's campaign is suspended"}
	case "30036":
		return class{waybill.Unavailable, waybill.ScopeProvider, 0, "validity period expired"}
	case "30037":
		return class{waybill.PermissionDenied, waybill.ScopeAccount, 0, "sending is disabled for the account"}
	case "30042":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "the sender is blocked"}
	case "30044":
		return class{waybill.Unsupported, waybill.ScopeRequest, 0, "too long for a trial account"}
	case "30110", "30111":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "a link or its domain is blocked"}
	case "30410":
		return class{waybill.Unavailable, waybill.ScopeProvider, 0, "the carrier did not answer in time"}
	case "30450":
		return class{waybill.PermissionDenied, waybill.ScopeSender, 0, "blocked as fraud"}
	case "30020", "30021", "30500":
		return class{waybill.Internal, waybill.ScopeProvider, 0, "internal error"}
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
		if code == "30036" {
			return sms.StatusExpired
		}
		switch reportClass(code).code {
		case waybill.PermissionDenied, waybill.OptedOut:
			return sms.StatusRejected
		}
		return sms.StatusFailed
	}
	return sms.StatusUnknown
}
