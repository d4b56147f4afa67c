package nexmosms

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// receiptStatuses are the statuses of delivery receipts, from
// https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts.
var receiptStatuses = map[string]sms.Status{
	"accepted":  sms.StatusAccepted,
	"buffered":  sms.StatusBuffered,
	"delivered": sms.StatusDelivered,
	"expired":   sms.StatusExpired,
	"failed":    sms.StatusFailed,
	"rejected":  sms.StatusRejected,
	"unknown":   sms.StatusUnknown,
}

// receiptReason is what an err-code means.
type receiptReason struct {
	code  waybill.Code
	scope waybill.Scope
	text  string
}

// receiptClass is the table of the err-codes, but for 0. Others occur.
func receiptClass(errCode string) receiptReason {
	const recipient, sender = waybill.ScopeRecipient, waybill.ScopeSender
	switch errCode {
	case "1":
		return receiptReason{waybill.Unknown, waybill.ScopeUnknown, "unknown reason"}
	case "2":
		return receiptReason{waybill.Unavailable, recipient, "absent subscriber, for now"}
	case "3":
		return receiptReason{waybill.Unregistered, recipient, "absent subscriber, for good"}
	case "4":
		return receiptReason{waybill.OptedOut, recipient, "barred by the user"}
	case "5":
		return receiptReason{waybill.Unregistered, recipient, "portability error"}
	case "6":
		return receiptReason{waybill.PermissionDenied, sender, "rejected as spam"}
	case "7":
		return receiptReason{waybill.Unavailable, recipient, "handset busy"}
	case "8":
		return receiptReason{waybill.Unavailable, waybill.ScopeProvider, "network error"}
	case "9":
		return receiptReason{waybill.OptedOut, recipient, "illegal number: the user has opted out"}
	case "10":
		return receiptReason{waybill.InvalidArgument, waybill.ScopeRequest, "illegal message"}
	case "11": // here; another gateway may have a route
		return receiptReason{waybill.Unavailable, waybill.ScopeProvider, "unroutable"}
	case "12":
		return receiptReason{waybill.Unregistered, recipient, "destination unreachable"}
	case "13":
		return receiptReason{waybill.PermissionDenied, recipient, "age restriction"}
	case "14": // such as a plan without messages: not the recipient's wish
		return receiptReason{waybill.Unregistered, recipient, "blocked by the carrier"}
	case "15":
		return receiptReason{waybill.Unavailable, recipient, "prepaid, without funds"}
	case "16":
		return receiptReason{waybill.QuotaExhausted, waybill.ScopeService, "the gateway's quota is used up"}
	case "39": // from Vonage's support; the page does not list it
		return receiptReason{waybill.PermissionDenied, sender, "illegal sender for the United States"}
	case "50":
		return receiptReason{waybill.PermissionDenied, sender, "India: the entity id is wrong or missing"}
	case "51":
		return receiptReason{waybill.PermissionDenied, sender, "India: the header is wrong or missing"}
	case "52":
		return receiptReason{waybill.PermissionDenied, sender, "India: the content id is wrong or missing"}
	case "53":
		return receiptReason{waybill.PermissionDenied, sender, "India: consent is not authorised"}
	case "54":
		return receiptReason{waybill.Unknown, waybill.ScopeUnknown, "unexpected regulation error"}
	case "99":
		return receiptReason{waybill.Unavailable, waybill.ScopeProvider, "general route error"}
	}
	return receiptReason{waybill.Unknown, waybill.ScopeUnknown, "undocumented reason"}
}
