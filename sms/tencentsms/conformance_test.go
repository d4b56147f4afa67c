package tencentsms_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/tencentsms"
)

// codes is the table of the codes.
func codes() []smstest.CodeCase {
	const (
		request, recipient, sender = waybill.ScopeRequest, waybill.ScopeRecipient, waybill.ScopeSender
		service, account, provider = waybill.ScopeService, waybill.ScopeAccount, waybill.ScopeProvider
	)
	var out []smstest.CodeCase
	add := func(want waybill.Code, scope waybill.Scope, delivery waybill.Delivery, wait bool, codes ...string) {
		for _, c := range codes {
			out = append(out, smstest.CodeCase{Code: c, Want: want, Scope: scope, Delivery: delivery, RetryAfter: wait})
		}
	}
	const not, maybe = waybill.NotSent, waybill.Ambiguous
	add(waybill.InvalidArgument, request, not, false, "InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberParseFail")
	add(waybill.OptedOut, recipient, not, false, "FailedOperation.PhoneNumberInBlacklist")
	add(waybill.RecipientLimited, recipient, not, true, "LimitExceeded.PhoneNumberThirtySecondLimit", "LimitExceeded.PhoneNumberOneHourLimit",
		"LimitExceeded.PhoneNumberDailyLimit", "LimitExceeded.PhoneNumberSameContentDailyLimit", "FailedOperation.MarketingSendTimeConstraint")
	add(waybill.RecipientLimited, recipient, not, false, "LimitExceeded.DeliveryFrequencyLimit")
	add(waybill.QuotaExhausted, service, not, true, "LimitExceeded.AppDailyLimit")
	add(waybill.QuotaExhausted, sender, not, true, "LimitExceeded.DailyLimit", "LimitExceeded.AppGlobalDailyLimit",
		"LimitExceeded.AppMainlandChinaDailyLimit", "LimitExceeded.AppCountryOrRegionDailyLimit")
	add(waybill.PermissionDenied, sender, not, false, "LimitExceeded.AppCountryOrRegionInBlacklist")
	add(waybill.RateLimited, service, not, true, "LimitExceeded.GlobalSmsSendingRateLimit", "RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded",
		"LimitExceeded.SomethingNew")
	add(waybill.Unsupported, request, not, false, "LimitExceeded.PhoneNumberCountLimit")
	add(waybill.Unsupported, request, not, false, "InvalidRequest", "UnsupportedProtocol", "RequestSizeLimitExceeded", "InvalidParameter.DirtyWordFound",
		"InvalidParameterValue.TemplateWithDirtyWords", "UnknownParameter")
	add(waybill.QuotaExhausted, account, not, false, "ResourceInsufficient", "FailedOperation.InsufficientBalanceInSmsPackage",
		"UnauthorizedOperation.ServiceSuspendDueToArrears", "UnauthorizedOperation.SerivceSuspendDueToArrears")
	add(waybill.PermissionDenied, sender, not, false, "FailedOperation.SignatureIncorrectOrUnapproved", "FailedOperation.TemplateIncorrectOrUnapproved",
		"FailedOperation.TemplateUnapprovedOrNotExist", "FailedOperation.SignIdNotExist", "FailedOperation.TemplateIdNotExist", "FailedOperation.MissingSignature", "UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny")
	add(waybill.PermissionDenied, account, not, false, "UnauthorizedOperation.RequestIpNotInWhitelist", "UnauthorizedOperation.RequestPermissionDeny",
		"UnauthorizedOperation.SdkAppIdIsDisabled", "UnauthorizedOperation.SmsSdkAppIdVerifyFail", "InvalidParameterValue.SdkAppIdNotExist",
		"FailedOperation.ProhibitSubAccountUse", "FailedOperation.NotEnterpriseCertification", "InvalidParameter.AppidAndBizId", "NoSuchProduct",
		"ActionOffline", "ResourceNotFound", "IpInBlacklist", "IpNotInWhitelist", "InvalidAction", "NoSuchVersion", "UnsupportedRegion",
		"UnauthorizedOperation.SomethingNew", "AuthFailure.UnauthorizedOperation", "InternalError.RestApiInterfaceNotExist")
	add(waybill.Unsupported, request, not, false, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "FailedOperation.TemplateParamSetNotMatchApprovedTemplat",
		"FailedOperation.ContainSensitiveWord", "FailedOperation.FailResolvePacket", "FailedOperation.JsonParseFail",
		"InvalidParameterValue.ContentLengthLimit", "InvalidParameterValue.TemplateParameterFormatError", "InvalidParameterValue.TemplateParameterLengthLimit",
		"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "MissingParameter", "MissingParameter.EmptyPhoneNumberSet", "InvalidParameter",
		"InvalidParameter.SomethingNew", "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber", "UnsupportedOperation.", "FailedOperation.SomethingNew")
	add(waybill.Unsupported, sender, not, false, "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
		"UnsupportedOperation.GlobalTemplateToChineseMainlandPhone", "UnsupportedOperation.UnsupportedRegion", "UnsupportedOperation.UnsuportedRegion")
	add(waybill.Unauthenticated, account, not, false, "AuthFailure.SignatureFailure", "AuthFailure.SignatureExpire", "AuthFailure.SecretIdNotFound",
		"InternalError.SigVerificationFail", "InternalError.SigFieldMissing", "InternalError.RequestTimeException")
	add(waybill.Unavailable, provider, maybe, false, "InternalError.Timeout", "InternalError.SendAndRecvFail", "ServiceUnavailable", "ResourceUnavailable")
	add(waybill.Internal, provider, maybe, false, "InternalError", "InternalError.OtherError", "InternalError.UnknownError", "InternalError.JsonParseFail",
		"InternalError.ParseBackendResponseFail", "FailedOperation.OtherError", "FailedOperation.ParametersOtherError")
	add(waybill.Unknown, request, not, false, "SomethingNew.OfANumber")
	return out
}

func messages() []smstest.MessageCase {
	g := func(template string, values ...string) sms.GatewayMessage {
		m := sms.GatewayMessage{TemplateID: template, Sign: smstest.TencentSign}
		for _, v := range values {
			m.Params = append(m.Params, sms.Param{Value: v})
		}
		return m
	}
	long := "司机已经更近了，请保持电话畅通，您的包裹即将送达。司机已经更近了，请保持电话畅通，您的包裹即将送达。司机已经更近了，请保持电话畅通，您的包裹即将送达。"
	cases := []smstest.MessageCase{
		{Name: "plain", Message: sms.Message{To: shenzhen, Gateway: g(smstest.TencentTemplate, "{key}", "Marmaladeberry")}, Parts: 1},
		{Name: "escapes", Message: sms.Message{To: shenzhen, Gateway: g(smstest.TencentTemplate, "{key}", `100% & "more" <b> + * ~ 'x' \ /？`)}, Parts: 1},
		{Name: "several parts", Message: sms.Message{To: shenzhen, Gateway: g(smstest.TencentTemplate, "{key}", long)}, Parts: 2},
		{Name: "code", Message: sms.Message{To: shenzhen, Kind: sms.Verification, Gateway: g(smstest.TencentCode, "482913", "5")}, Parts: 1},
		{Name: "Hong Kong", Message: sms.Message{To: hongkong, From: "Quillwort", Gateway: g(smstest.TencentAbroad, "{key}", "has arrived")}, Parts: 1},
		{Name: "Singapore without a sign", Message: sms.Message{To: singapore, Gateway: g(smstest.TencentAbroad, "{key}", "has arrived")}, Parts: 1},
	}
	cases[5].Message.Gateway.Sign = ""
	return cases
}

func unsupported() []smstest.MessageCase {
	change := func(name string, f func(*sms.Message)) smstest.MessageCase {
		m := order("")
		f(&m)
		return smstest.MessageCase{Name: name, Message: m}
	}
	return []smstest.MessageCase{
		{Name: "text", Message: sms.Message{To: shenzhen, Text: "Hello {key}", Gateway: sms.GatewayMessage{Sign: smstest.TencentSign}}},
		{Name: "text abroad", Message: sms.Message{To: hongkong, Text: "Hello {key}"}},
		change("template without id", func(m *sms.Message) { m.Template, m.Gateway.TemplateID = "order", "" }),
		change("no sign", func(m *sms.Message) { m.Gateway.Sign = "" }),
		change("sign in brackets", func(m *sms.Message) { m.Gateway.Sign = "【运单】" }),
		change("time to live", func(m *sms.Message) { m.TTL = 3600e9 }),
		change("broken parameter", func(m *sms.Message) { m.Gateway.Params[1].Value = "\xff" }),
	}
}

func TestConformance(t *testing.T) {
	smstest.Run(t, smstest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return tencentsms.New(smstest.TencentSecretID, smstest.TencentSecretKey, smstest.TencentAppID,
				&tencentsms.Options{BaseURL: baseURL, HTTPClient: hc, MaxReply: maxReply})
		},
		Server:      func(testing.TB) smstest.Server { return smstest.NewTencent(nil) },
		Messages:    messages(),
		Codes:       codes(),
		Unsupported: unsupported(),
		Secrets:     []string{smstest.TencentSecretID, smstest.TencentSecretKey},
	})
}
