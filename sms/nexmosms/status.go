package nexmosms

import (
	"strconv"
	"time"

	"github.com/waybill-go/waybill"
)

// The statuses of a part, from Vonage's table at
// https://developer.vonage.com/en/messaging/sms/guides/troubleshooting-sms.
const (
	statusAccepted       = 0
	statusThrottled      = 1
	statusMissing        = 2
	statusInvalid        = 3
	statusCredentials    = 4
	statusInternal       = 5
	statusInvalidMessage = 6
	statusBarred         = 7
	statusAccountBarred  = 8
	statusNoCredit       = 9
	statusConnections    = 10
	statusNoHTTP         = 11
	statusTooLong        = 12
	statusSignature      = 14
	statusSender         = 15
	statusNetwork        = 22
	statusCallback       = 23
	statusTrial          = 29
	statusTwoSecrets     = 32
	statusDeactivated    = 33
	statusCampaign       = 101 // seen only in a fixture of the vendor's PHP library
)

// throttleWait is the least wait after a limit per second.
const throttleWait = time.Second

// class is what a status means.
type class struct {
	code     waybill.Code
	scope    waybill.Scope
	delivery waybill.Delivery
	wait     time.Duration
	text     string
}

// classOf is the table of the statuses, but for 0.
func classOf(status int) class {
	const notSent = waybill.NotSent
	switch status {
	case statusThrottled:
		return class{waybill.RateLimited, waybill.ScopeService, notSent, throttleWait, "throttled"}
	case statusMissing:
		return class{waybill.InvalidArgument, waybill.ScopeRequest, notSent, 0, "missing parameter"}
	case statusInvalid:
		return class{waybill.InvalidArgument, waybill.ScopeRequest, notSent, 0, "invalid parameter"}
	case statusCredentials:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, notSent, 0, "invalid credentials"}
	case statusInternal: // nothing says that the message was not queued
		return class{waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, 0, "internal error while processing"}
	case statusInvalidMessage: // another gateway may have a route to the prefix
		return class{waybill.Unsupported, waybill.ScopeRequest, notSent, 0, "message not processed, such as an unknown prefix"}
	case statusBarred: // may be an opt-out, which no other gateway must get around
		return class{waybill.OptedOut, waybill.ScopeRecipient, notSent, 0, "number barred"}
	case statusAccountBarred:
		return class{waybill.PermissionDenied, waybill.ScopeAccount, notSent, 0, "account barred"}
	case statusNoCredit:
		return class{waybill.QuotaExhausted, waybill.ScopeAccount, notSent, 0, "out of credit"}
	case statusConnections:
		return class{waybill.RateLimited, waybill.ScopeService, notSent, throttleWait, "too many simultaneous connections"}
	case statusNoHTTP:
		return class{waybill.PermissionDenied, waybill.ScopeService, notSent, 0, "account not enabled for HTTP"}
	case statusTooLong:
		return class{waybill.TooLarge, waybill.ScopeRequest, notSent, 0, "message too long"}
	case statusSignature:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, notSent, 0, "invalid signature"}
	case statusSender:
		return class{waybill.PermissionDenied, waybill.ScopeSender, notSent, 0, "invalid sender address"}
	case statusNetwork:
		return class{waybill.InvalidArgument, waybill.ScopeRequest, notSent, 0, "invalid network code"}
	case statusCallback: // a setting of ours, wrong here alone
		return class{waybill.Unsupported, waybill.ScopeRequest, notSent, 0, "invalid callback URL"}
	case statusTrial: // of this one number; the account may send to others
		return class{waybill.Unsupported, waybill.ScopeRequest, notSent, 0, "number not on the trial account's list"}
	case statusTwoSecrets: // would be a fault of this package
		return class{waybill.Unauthenticated, waybill.ScopeRequest, notSent, 0, "signature and secret both present"}
	case statusDeactivated:
		return class{waybill.Unregistered, waybill.ScopeRecipient, notSent, 0, "number de-activated"}
	case statusCampaign:
		return class{waybill.PermissionDenied, waybill.ScopeSender, notSent, 0, "invalid account for the campaign"}
	}
	// An unknown refusal of a well-formed reply without a message id.
	return class{waybill.Unknown, waybill.ScopeRequest, notSent, 0, "undocumented status"}
}

// hint reads Vonage's "please wait [ 702 ] and retry", in milliseconds; 0 when
// the text does not say it.
func hint(text string) time.Duration {
	m := waitText.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	ms, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || ms > longestWait.Milliseconds() {
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}
