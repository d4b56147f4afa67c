package aliyunsms

import (
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// class is what a code means.
type class struct {
	code     waybill.Code
	scope    waybill.Scope
	delivery waybill.Delivery
	wait     time.Duration
	text     string
}

// throttleWait is the wait after a limit per second.
const throttleWait = time.Second

// classOf is the table of the codes, from
// https://help.aliyun.com/zh/sms/developer-reference/api-error-codes. By the
// service's own rule isv. is the caller's side and isp. the provider's. known is
// false for a code that neither the table nor that rule covers.
func classOf(code string) (c class, known bool) {
	const (
		request, sender, account, provider = waybill.ScopeRequest, waybill.ScopeSender, waybill.ScopeAccount, waybill.ScopeProvider
		not                                = waybill.NotSent
	)
	switch code {
	case "isv.BUSINESS_LIMIT_CONTROL": // per number; another gateway would dodge it
		return class{waybill.RecipientLimited, waybill.ScopeRecipient, not, 0, "too many messages to this number"}, true
	case "isv.DAY_LIMIT_CONTROL":
		return class{waybill.QuotaExhausted, account, not, untilMidnight(), "the account's day limit is reached"}, true
	case "isv.MONTH_LIMIT_CONTROL":
		return class{waybill.QuotaExhausted, account, not, untilMidnight(), "the account's month limit is reached"}, true
	case "isv.AMOUNT_NOT_ENOUGH":
		return class{waybill.QuotaExhausted, account, not, 0, "out of credit"}, true
	case "isv.OUT_OF_SERVICE":
		return class{waybill.QuotaExhausted, account, not, 0, "the service is suspended"}, true
	case "isv.MOBILE_NUMBER_ILLEGAL":
		return class{waybill.InvalidArgument, request, not, 0, "the number is not valid"}, true
	case "isv.MOBILE_COUNT_OVER_LIMIT":
		return class{waybill.Unsupported, request, not, 0, "too many numbers"}, true
	case "isv.DOMESTIC_NUMBER_NOT_SUPPORTED":
		return class{waybill.Unsupported, sender, not, 0, "the template is not for mainland numbers"}, true
	case "template_parameter_count_illegal":
		return class{waybill.Unsupported, sender, not, 0, "a template of codes has one parameter"}, true
	case "isv.TEMPLATE_MISSING_PARAMETERS": // the mapping's fault, whatever the values
		return class{waybill.Unsupported, sender, not, 0, "a parameter of the template is missing"}, true
	case "isv.INVALID_PARAMETERS":
		return class{waybill.Unsupported, request, not, 0, "a parameter is not valid"}, true
	case "isv.INVALID_JSON_PARAM":
		return class{waybill.Unsupported, request, not, 0, "the template's parameters are no JSON of strings"}, true
	case "isv.PARAM_LENGTH_LIMIT":
		return class{waybill.Unsupported, request, not, 0, "a parameter of the template is too long"}, true
	case "isv.PARAM_NOT_SUPPORT_URL":
		return class{waybill.Unsupported, request, not, 0, "a parameter of the template holds a URL"}, true
	case "isv.TEMPLATE_PARAMS_ILLEGAL":
		return class{waybill.Unsupported, request, not, 0, "a parameter does not fit the template"}, true
	case "isv.BLACK_KEY_CONTROL_LIMIT":
		// The page has said both: a forbidden word in a parameter, and a number of
		// somebody who has opted out or complained. So nobody is written down as
		// opted out, and no other gateway is asked.
		return class{waybill.InvalidArgument, request, not, 0, "a parameter holds a forbidden word, or the number is on a block list"}, true
	case "isv.SMS_CONTENT_ILLEGAL":
		return class{waybill.Unsupported, request, not, 0, "the content is forbidden"}, true
	case "isv.UNSUPPORTED_CONTENT":
		return class{waybill.Unsupported, request, not, 0, "the content has characters that the service does not send"}, true
	case "isv.CUSTOMER_REFUSED": // another gateway must not get around it
		return class{waybill.OptedOut, waybill.ScopeRecipient, not, 0, "the recipient has opted out"}, true
	case "isv.SMS_TEST_NUMBER_LIMIT": // of this one number; the account may send to others
		return class{waybill.Unsupported, request, not, 0, "the number is not bound to the test sign"}, true
	case "isv.SMS_TEST_TEMPLATE_PARAMS_ILLEGAL":
		return class{waybill.Unsupported, request, not, 0, "a parameter does not fit the test template"}, true
	case "isv.EXTEND_CODE_ERROR", "isv.ONE_CODE_MULTIPLE_SIGN", "isv.CODE_EXCEED_LIMIT", "isv.CODE_ERROR":
		return class{waybill.PermissionDenied, sender, not, 0, "the extension code is not allowed"}, true
	case "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE":
		return class{waybill.PermissionDenied, sender, not, 0, "the template is not for this kind of message"}, true
	case "isv.SMS_TEST_SIGN_TEMPLATE_LIMIT":
		return class{waybill.PermissionDenied, sender, not, 0, "a test sign goes with a test template alone"}, true
	case "isv.SMS_TEMPLATE_ILLEGAL":
		return class{waybill.PermissionDenied, sender, not, 0, "the template does not exist or is not approved"}, true
	case "isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_STATE_ILLEGAL",
		"isv.SIGN_NAME_ILLEGAL", "isv.SIGNATURE_BLACKLIST", "SIGNATURE_BLACKLIST", "isv.SIGN_OVER_LIMIT", "isv.SMS_SIGN_EMOJI_ILLEGAL":
		return class{waybill.PermissionDenied, sender, not, 0, "the sign name does not exist or is not approved"}, true
	case "isv.SMS_SIGNATURE_SCENE_ILLEGAL":
		return class{waybill.PermissionDenied, sender, not, 0, "the sign name is not for this kind of message"}, true
	case "isp.RAM_PERMISSION_DENY":
		return class{waybill.PermissionDenied, account, not, 0, "the key may not do this"}, true
	case "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE":
		return class{waybill.PermissionDenied, account, not, 0, "the service is not activated"}, true
	case "isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL", "isv.SECURITY_FROZEN_ACCOUNT":
		return class{waybill.PermissionDenied, account, not, 0, "the account does not exist or is not in order"}, true
	case "isv.DENY_IP_RANGE":
		return class{waybill.PermissionDenied, account, not, 0, "this host's address is not on the account's list"}, true
	case "SignatureNonceUsed": // some copy of this very request has been there
		return class{waybill.Internal, provider, waybill.Ambiguous, 0, "the request was seen before"}, true
	case "isp.SYSTEM_ERROR", "InternalError":
		return class{waybill.Internal, provider, waybill.Ambiguous, 0, "system error"}, true
	case "isp.GATEWAY_ERROR":
		return class{waybill.Unavailable, provider, waybill.Ambiguous, 0, "the service's gateway failed"}, true
	case "ServiceUnavailable":
		return class{waybill.Unavailable, provider, waybill.Ambiguous, 0, "service unavailable"}, true
	}
	for _, f := range families {
		if code == f.prefix || strings.HasPrefix(code, f.prefix+".") {
			return f.class, true
		}
	}
	if c, ok := abroadCodes[code]; ok {
		return c, true
	}
	switch {
	case strings.HasPrefix(code, "isv."):
		return class{waybill.Unsupported, request, not, 0, "refused by the service"}, true
	case strings.HasPrefix(code, "isp."):
		return class{waybill.Internal, provider, waybill.Ambiguous, 0, "fault of the service"}, true
	}
	return class{waybill.Unknown, provider, waybill.Ambiguous, 0, "undocumented code"}, false
}

// families are codes of the gateway before the service, with what follows a
// point left aside.
var families = []struct {
	prefix string
	class
}{
	{"InvalidAccessKeyId", class{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, 0, "the key is unknown or not active"}},
	{"SignatureDoesNotMatch", class{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, 0, "the signature is wrong"}},
	{"IncompleteSignature", class{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, 0, "the signature is wrong"}},
	{"MissingAccessKeyId", class{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, 0, "the key is missing"}},
	{"InvalidTimeStamp", class{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, 0, "this host's clock is wrong"}},
	{"InvalidSecurityToken", class{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, 0, "the security token is wrong or expired"}},
	{"Forbidden", class{waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, "the key may not do this"}},
	{"NoPermission", class{waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, "the key may not do this"}},
	{"InvalidAction", class{waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, "there is no such action"}},
	{"InvalidVersion", class{waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, "there is no such version"}},
	{"Throttling", class{waybill.RateLimited, waybill.ScopeService, waybill.NotSent, throttleWait, "too many requests"}},
}

// abroadCodes are those of messages abroad, which have no prefix, from
// https://help.aliyun.com/zh/sms/error-code-intl.
var abroadCodes = map[string]class{
	"INVALID_SENDERID":           {waybill.PermissionDenied, waybill.ScopeSender, waybill.NotSent, 0, "the sender id is not valid or not approved"},
	"SMS_CONTENT_CODE_ILLEGAL":   {waybill.PermissionDenied, waybill.ScopeSender, waybill.NotSent, 0, "the template does not exist or is not approved"},
	"SMS_SIGN_NAME_ILLEGAL":      {waybill.PermissionDenied, waybill.ScopeSender, waybill.NotSent, 0, "the sign name does not exist or is not approved"},
	"SMS_SECURITY_INTERCEPTED":   {waybill.PermissionDenied, waybill.ScopeSender, waybill.NotSent, 0, "stopped as a risk"},
	"NOT_SUPPORTED_COUNTRY":      {waybill.Unsupported, waybill.ScopeSender, waybill.NotSent, 0, "the region is not served"},
	"CONTENT_MISSING_PARAMETERS": {waybill.Unsupported, waybill.ScopeSender, waybill.NotSent, 0, "a parameter of the template is missing"},
	"MOBILE_NUMBER_ILLEGAL":      {waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, 0, "the number is not valid"},
	"MOBILE_COUNT_OVER_LIMIT":    {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, 0, "too many numbers"},
	"INVALID_PARAMETERS":         {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, 0, "a parameter is not valid"},
	"INVALID_JSON_PARAM":         {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, 0, "the template's parameters are no JSON of strings"},
	"PARAM_LENGTH_LIMIT":         {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, 0, "a parameter of the template is too long"},
	"BLACK_KEY_CONTROL_LIMIT":    {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, 0, "a parameter holds a forbidden word"},
	"SMS_CONTENT_ILLEGAL":        {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, 0, "the content is forbidden"},
	"OUT_OF_SERVICE":             {waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent, 0, "the service is suspended"},
	"AMOUNT_NOT_ENOUGH":          {waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent, 0, "out of credit"},
	"ACCOUNT_NOT_EXISTS":         {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, "the account does not exist or is not in order"},
	"ACCOUNT_ILLEGAL":            {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, "the account does not exist or is not in order"},
	"PRODUCT_NOT_SUBSCRIBED":     {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, "the service is not activated"},
	"RAM_PERMISSION_DENY":        {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, "the key may not do this"},
	"FORBIDDEN_ACTION":           {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, "the key may not do this"},
	"QPS_LIMIT_CONTROL":          {waybill.RateLimited, waybill.ScopeService, waybill.NotSent, throttleWait, "too many requests"},
	"SYSTEM_ERROR":               {waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, 0, "system error"},
	"ONLINE_BILLING_FAILED":      {waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, 0, "the billing failed"},
}

// untilMidnight is how long a day quota still lasts.
func untilMidnight() time.Duration {
	now := time.Now()
	return waybill.Midnight(now, shanghai).Sub(now)
}
