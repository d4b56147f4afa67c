package aliyunsms_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// codes is the table of the codes.
func codes() []smstest.CodeCase {
	const (
		request, recipient, sender = waybill.ScopeRequest, waybill.ScopeRecipient, waybill.ScopeSender
		service, account, provider = waybill.ScopeService, waybill.ScopeAccount, waybill.ScopeProvider
		not, maybe                 = waybill.NotSent, waybill.Ambiguous
	)
	return []smstest.CodeCase{
		{Code: "isv.BUSINESS_LIMIT_CONTROL", Want: waybill.RecipientLimited, Scope: recipient, Delivery: not, RetryAfter: true},
		{Code: "isv.DAY_LIMIT_CONTROL", Want: waybill.QuotaExhausted, Scope: account, Delivery: not, RetryAfter: true},
		{Code: "isv.MONTH_LIMIT_CONTROL", Want: waybill.QuotaExhausted, Scope: account, Delivery: not, RetryAfter: true},
		{Code: "isv.AMOUNT_NOT_ENOUGH", Want: waybill.QuotaExhausted, Scope: account, Delivery: not},
		{Code: "isv.OUT_OF_SERVICE", Want: waybill.QuotaExhausted, Scope: account, Delivery: not},
		{Code: "isv.MOBILE_NUMBER_ILLEGAL", Want: waybill.InvalidArgument, Scope: request, Delivery: not},
		{Code: "isv.MOBILE_COUNT_OVER_LIMIT", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isv.DOMESTIC_NUMBER_NOT_SUPPORTED", Want: waybill.Unsupported, Scope: sender, Delivery: not},
		{Code: "isv.TEMPLATE_MISSING_PARAMETERS", Want: waybill.Unsupported, Scope: sender, Delivery: not},
		{Code: "isv.INVALID_PARAMETERS", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isv.INVALID_JSON_PARAM", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isv.PARAM_LENGTH_LIMIT", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isv.PARAM_NOT_SUPPORT_URL", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isv.TEMPLATE_PARAMS_ILLEGAL", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isv.BLACK_KEY_CONTROL_LIMIT", Want: waybill.InvalidArgument, Scope: request, Delivery: not},
		{Code: "isv.SMS_CONTENT_ILLEGAL", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isv.UNSUPPORTED_CONTENT", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isv.CUSTOMER_REFUSED", Want: waybill.OptedOut, Scope: recipient, Delivery: not},
		{Code: "isv.SMS_TEST_NUMBER_LIMIT", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isv.SMS_TEST_TEMPLATE_PARAMS_ILLEGAL", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isv.ONE_CODE_MULTIPLE_SIGN", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.CODE_EXCEED_LIMIT", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.CODE_ERROR", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SMS_TEST_SIGN_TEMPLATE_LIMIT", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SIGN_NAME_ILLEGAL", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "SIGNATURE_BLACKLIST", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "template_parameter_count_illegal", Want: waybill.Unsupported, Scope: sender, Delivery: not},
		{Code: "INVALID_SENDERID", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "SMS_CONTENT_CODE_ILLEGAL", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "SMS_SIGN_NAME_ILLEGAL", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "SMS_SECURITY_INTERCEPTED", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "NOT_SUPPORTED_COUNTRY", Want: waybill.Unsupported, Scope: sender, Delivery: not},
		{Code: "CONTENT_MISSING_PARAMETERS", Want: waybill.Unsupported, Scope: sender, Delivery: not},
		{Code: "MOBILE_NUMBER_ILLEGAL", Want: waybill.InvalidArgument, Scope: request, Delivery: not},
		{Code: "MOBILE_COUNT_OVER_LIMIT", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "INVALID_PARAMETERS", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "INVALID_JSON_PARAM", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "PARAM_LENGTH_LIMIT", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "BLACK_KEY_CONTROL_LIMIT", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "SMS_CONTENT_ILLEGAL", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "OUT_OF_SERVICE", Want: waybill.QuotaExhausted, Scope: account, Delivery: not},
		{Code: "AMOUNT_NOT_ENOUGH", Want: waybill.QuotaExhausted, Scope: account, Delivery: not},
		{Code: "ACCOUNT_NOT_EXISTS", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "ACCOUNT_ILLEGAL", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "PRODUCT_NOT_SUBSCRIBED", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "RAM_PERMISSION_DENY", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "FORBIDDEN_ACTION", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "QPS_LIMIT_CONTROL", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: not, RetryAfter: true},
		{Code: "SYSTEM_ERROR", Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
		{Code: "ONLINE_BILLING_FAILED", Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
		{Code: "isv.SIGNATURE_BLACKLIST", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SIGN_OVER_LIMIT", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SMS_SIGN_EMOJI_ILLEGAL", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SECURITY_FROZEN_ACCOUNT", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "isp.GATEWAY_ERROR", Want: waybill.Unavailable, Scope: provider, Delivery: maybe},
		{Code: "MissingAccessKeyId", Want: waybill.Unauthenticated, Scope: account, Delivery: not},
		{Code: "NoPermission", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "InvalidAction.NotFound", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "InvalidVersion", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "isv.EXTEND_CODE_ERROR", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SMS_TEMPLATE_ILLEGAL", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SMS_SIGNATURE_ILLEGAL", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SMS_SIGN_ILLEGAL", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SIGN_STATE_ILLEGAL", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isv.SMS_SIGNATURE_SCENE_ILLEGAL", Want: waybill.PermissionDenied, Scope: sender, Delivery: not},
		{Code: "isp.RAM_PERMISSION_DENY", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "isv.PRODUCT_UN_SUBSCRIPT", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "isv.PRODUCT_UNSUBSCRIBE", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "isv.ACCOUNT_NOT_EXISTS", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "isv.ACCOUNT_ABNORMAL", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "isv.DENY_IP_RANGE", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "isv.SOMETHING_NEW", Want: waybill.Unsupported, Scope: request, Delivery: not},
		{Code: "isp.SOMETHING_NEW", Want: waybill.Internal, Scope: provider, Delivery: maybe},
		{Code: "isp.SYSTEM_ERROR", Want: waybill.Internal, Scope: provider, Delivery: maybe},
		{Code: "InvalidAccessKeyId.NotFound", Want: waybill.Unauthenticated, Scope: account, Delivery: not},
		{Code: "InvalidAccessKeyId.Inactive", Want: waybill.Unauthenticated, Scope: account, Delivery: not},
		{Code: "SignatureDoesNotMatch", Want: waybill.Unauthenticated, Scope: account, Delivery: not},
		{Code: "InvalidTimeStamp.Expired", Want: waybill.Unauthenticated, Scope: account, Delivery: not},
		{Code: "InvalidSecurityToken.Expired", Want: waybill.Unauthenticated, Scope: account, Delivery: not},
		{Code: "SignatureNonceUsed", Want: waybill.Internal, Scope: provider, Delivery: maybe},
		{Code: "Forbidden", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "Forbidden.RAM", Want: waybill.PermissionDenied, Scope: account, Delivery: not},
		{Code: "Throttling", Want: waybill.RateLimited, Scope: service, Delivery: not, RetryAfter: true},
		{Code: "Throttling.User", Want: waybill.RateLimited, Scope: service, Delivery: not, RetryAfter: true},
		{Code: "ServiceUnavailable", Want: waybill.Unavailable, Scope: provider, Delivery: maybe},
		{Code: "InternalError", Want: waybill.Internal, Scope: provider, Delivery: maybe},
		{Code: "MissingPhoneNumbers", Want: waybill.Unsupported, Scope: request, Delivery: not},
	}
}

func messages() []smstest.MessageCase {
	g := func(template string, params ...string) sms.GatewayMessage {
		m := sms.GatewayMessage{TemplateID: template, Sign: smstest.AliyunSign}
		for i := 0; i < len(params); i += 2 {
			m.Params = append(m.Params, sms.Param{Name: params[i], Value: params[i+1]})
		}
		return m
	}
	return []smstest.MessageCase{
		{Name: "plain", Message: sms.Message{To: hangzhou, Gateway: g(smstest.AliyunTemplate, "order", "{key}", "state", "Marmaladeberry")}, Parts: 1},
		{Name: "escapes", Message: sms.Message{To: hangzhou, Gateway: g(smstest.AliyunTemplate, "order", "{key}", "state", `100% & "more" <b> + * ~ 'x' \ /？`)}},
		{Name: "code", Message: sms.Message{To: hangzhou, Kind: sms.Verification, Gateway: g(smstest.AliyunCode, "code", "482913")}},
		{Name: "Hong Kong", Message: sms.Message{To: hongkong, Gateway: g(smstest.AliyunAbroad, "order", "{key}", "state", "has arrived")}},
		{Name: "Singapore", Message: sms.Message{To: singapore, Gateway: g(smstest.AliyunAbroad, "order", "{key}", "state", "has arrived")}},
	}
}

func unsupported() []smstest.MessageCase {
	change := func(name string, f func(*sms.Message)) smstest.MessageCase {
		m := order("")
		f(&m)
		return smstest.MessageCase{Name: name, Message: m}
	}
	return []smstest.MessageCase{
		{Name: "text", Message: sms.Message{To: hangzhou, Text: "Hello {key}", Gateway: sms.GatewayMessage{Sign: smstest.AliyunSign}}},
		{Name: "text abroad", Message: sms.Message{To: hongkong, Text: "Hello {key}"}},
		change("template without id", func(m *sms.Message) { m.Template, m.Gateway.TemplateID = "order", "" }),
		change("no sign", func(m *sms.Message) { m.Gateway.Sign = "" }),
		change("sign in brackets", func(m *sms.Message) { m.Gateway.Sign = "【运单】" }),
		change("time to live", func(m *sms.Message) { m.TTL = 3600e9 }),
		change("parameter without a name", func(m *sms.Message) { m.Gateway.Params[1].Name = "" }),
		change("parameter twice", func(m *sms.Message) { m.Gateway.Params[1].Name = "order" }),
		change("broken parameter", func(m *sms.Message) { m.Gateway.Params[1].Value = "\xff" }),
		change("North America", func(m *sms.Message) { m.To = "+16135550123" }),
	}
}

func TestConformance(t *testing.T) {
	smstest.Run(t, smstest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return aliyunsms.New(smstest.AliyunKeyID, smstest.AliyunSecret, &aliyunsms.Options{BaseURL: baseURL, HTTPClient: hc, MaxReply: maxReply})
		},
		Server:      func(testing.TB) smstest.Server { return smstest.NewAliyun(nil) },
		Messages:    messages(),
		Codes:       codes(),
		Unsupported: unsupported(),
		Secrets:     []string{smstest.AliyunKeyID, smstest.AliyunSecret},
		NoSenders:   true,
	})
}
