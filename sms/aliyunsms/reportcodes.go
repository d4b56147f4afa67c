package aliyunsms

import (
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// reason is why a message did not arrive.
type reason struct {
	status sms.Status
	code   waybill.Code
	scope  waybill.Scope
	text   string
}

// reasons is the table of the codes of delivery reports, from
// https://help.aliyun.com/document_detail/101347.html. MOBILE_NOT_ON_SERVICE means
// a number out of service as well as a phone that is switched off, so that nobody
// is taken for dead by it.
var reasons = map[string]reason{
	"MOBILE_NOT_ON_SERVICE":   {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient, "out of service, switched off or out of reach"},
	"MOBILE_ACCOUNT_ABNORMAL": {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient, "the recipient's account is not in order"},
	"MOBLLE_TERMINAL_ERROR":   {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient, "the phone did not take it"}, // as the page spells it
	"MOBILE_TERMINAL_ERROR":   {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient, "the phone did not take it"},
	"SP_NOT_BY_INTER_SMS":     {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient, "the recipient takes no messages from abroad"},
	"INVALID_NUMBER":          {sms.StatusFailed, waybill.Unregistered, waybill.ScopeRecipient, "the number is not in order"},
	"MOBILE_SEND_LIMIT":       {sms.StatusRejected, waybill.RecipientLimited, waybill.ScopeRecipient, "too many messages to this number"},
	"MOBILE_IN_BLACK":         {sms.StatusRejected, waybill.OptedOut, waybill.ScopeRecipient, "the number is on a block list"},
	"USER_REJECT":             {sms.StatusRejected, waybill.OptedOut, waybill.ScopeRecipient, "the recipient has opted out"},
	"CONTENT_KEYWORD":         {sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender, "the content holds a forbidden word"},
	"CONTENT_ERROR":           {sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender, "marketing does not say how to opt out"},
	"PORT_NOT_REGISTERED":     {sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender, "the sign is not registered with the operator"},
	"PARAMS_ILLEGAL":          {sms.StatusRejected, waybill.Unsupported, waybill.ScopeRequest, "sign, template or number is not valid"},
	"NO_ROUTE":                {sms.StatusFailed, waybill.Unavailable, waybill.ScopeProvider, "there is no route"},
	"IS_CLOSE":                {sms.StatusFailed, waybill.Unavailable, waybill.ScopeProvider, "the route is closed"},
	"REQUEST_SUCCESS":         {sms.StatusUnknown, waybill.Unknown, waybill.ScopeUnknown, "the operator has not answered"},
	"SP_UNKNOWN_ERROR":        {sms.StatusFailed, waybill.Unknown, waybill.ScopeUnknown, "unknown error of the operator"},
}

// failed reads the code of a message that did not arrive: one of the table's, a
// word of SMPP's, a code of the service's, or one of the operators' many, of
// which there is no table.
func failed(code string) reason {
	upper := strings.ToUpper(strings.TrimSpace(code))
	if r, ok := reasons[upper]; ok {
		return r
	}
	s, ok := sms.StatusOfSMPP(upper)
	switch {
	case ok && s == sms.StatusExpired:
		return reason{s, waybill.Unavailable, waybill.ScopeRecipient, ""}
	case ok && s == sms.StatusRejected:
		return reason{s, waybill.Unknown, waybill.ScopeUnknown, ""}
	}
	_, abroad := abroadCodes[upper]
	if c, known := classOf(code); known && (abroad || strings.HasPrefix(code, "isv.")) {
		return reason{sms.StatusRejected, c.code, c.scope, c.text}
	}
	return reason{sms.StatusFailed, waybill.Unknown, waybill.ScopeUnknown, ""}
}
