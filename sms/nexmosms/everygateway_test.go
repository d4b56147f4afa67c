package nexmosms_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/tencentsms"
	"github.com/waybill-go/waybill/sms/twiliosms"
)

// This file drives the fakes of all gateways at once. It stands here because this
// package is the only one of them that is allowed other people's libraries.

// allPairs is the environment variable that asks for every pair.
const allPairs = "WAYBILL_ALL_PAIRS"

// gateway is one of the gateways on its fake.
type gateway struct {
	name     string
	fake     func(*smstest.Ledger) smstest.Server
	adapter  func(base string, hc *http.Client) (waybill.Provider, error)
	message  sms.Message // with {key} where its key goes
	template sms.Template
	codes    []string
}

func (g *gateway) keyed(key string) sms.Message {
	m := g.message
	m.Key = key
	if m.Text != "" {
		m.Text += key
	} else {
		m.Params = map[string]string{"order": key, "state": "x"}
	}
	return m
}

func gateways() []gateway {
	const london, hangzhou sms.Number = "+447700900123", "+8613800138000"
	entry := func(g, id string, named bool) sms.Template {
		t := sms.GatewayTemplate{Gateway: g, ID: id, Params: []sms.TemplateParam{{Param: "order"}, {Param: "state"}}}
		if named {
			t.Params[0].Name, t.Params[1].Name = "order", "state"
		}
		return sms.Template{Gateways: []sms.GatewayTemplate{t}}
	}
	return []gateway{
		{name: "nexmosms", message: sms.Message{To: london, Text: "Order "},
			fake: func(l *smstest.Ledger) smstest.Server { return smstest.NewNexmo(&smstest.NexmoOptions{Ledger: l}) },
			adapter: func(base string, hc *http.Client) (waybill.Provider, error) {
				return nexmosms.New(smstest.NexmoKey, smstest.NexmoSecret, &nexmosms.Options{BaseURL: base, HTTPClient: hc, MaxReply: maxReply})
			},
			codes: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "22", "23", "29", "32", "33", "99", "101"}},
		{name: "aliyunsms", message: sms.Message{To: hangzhou, Template: "order"}, template: entry("aliyunsms", smstest.AliyunTemplate, true),
			fake: func(l *smstest.Ledger) smstest.Server { return smstest.NewAliyun(&smstest.AliyunOptions{Ledger: l}) },
			adapter: func(base string, hc *http.Client) (waybill.Provider, error) {
				return aliyunsms.New(smstest.AliyunKeyID, smstest.AliyunSecret, &aliyunsms.Options{BaseURL: base, HTTPClient: hc, MaxReply: maxReply})
			},
			codes: []string{"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE",
				"isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.DOMESTIC_NUMBER_NOT_SUPPORTED", "isv.TEMPLATE_MISSING_PARAMETERS",
				"isv.INVALID_PARAMETERS", "isv.INVALID_JSON_PARAM", "isv.PARAM_LENGTH_LIMIT", "isv.PARAM_NOT_SUPPORT_URL", "isv.TEMPLATE_PARAMS_ILLEGAL",
				"isv.BLACK_KEY_CONTROL_LIMIT", "isv.SMS_CONTENT_ILLEGAL", "isv.EXTEND_CODE_ERROR", "isv.SMS_TEMPLATE_ILLEGAL", "isv.SMS_SIGNATURE_ILLEGAL",
				"isv.SMS_SIGN_ILLEGAL", "isv.SIGN_STATE_ILLEGAL", "isv.SMS_SIGNATURE_SCENE_ILLEGAL", "isp.RAM_PERMISSION_DENY", "isv.PRODUCT_UN_SUBSCRIPT",
				"isv.PRODUCT_UNSUBSCRIBE", "isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL", "isv.DENY_IP_RANGE", "isp.SYSTEM_ERROR", "InvalidAccessKeyId.NotFound",
				"InvalidAccessKeyId.Inactive", "SignatureDoesNotMatch", "InvalidTimeStamp.Expired", "InvalidSecurityToken.Expired", "SignatureNonceUsed", "Forbidden",
				"Forbidden.RAM", "Throttling", "Throttling.User", "ServiceUnavailable", "InternalError", "isv.CUSTOMER_REFUSED", "isv.UNSUPPORTED_CONTENT",
				"isv.SMS_TEST_NUMBER_LIMIT", "isv.ONE_CODE_MULTIPLE_SIGN", "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE", "isv.SIGN_NAME_ILLEGAL",
				"isv.SIGNATURE_BLACKLIST", "isv.SECURITY_FROZEN_ACCOUNT", "isp.GATEWAY_ERROR", "MissingAccessKeyId", "NoPermission", "InvalidAction.NotFound",
				"InvalidVersion", "isv.NEW", "isp.NEW"}},
		{name: "twiliosms", message: sms.Message{To: london, Text: "Order "},
			fake: func(l *smstest.Ledger) smstest.Server { return smstest.NewTwilio(&smstest.TwilioOptions{Ledger: l}) },
			adapter: func(base string, hc *http.Client) (waybill.Provider, error) {
				return twiliosms.New(smstest.TwilioAccount, smstest.TwilioToken, &twiliosms.Options{BaseURL: base, HTTPClient: hc, MaxReply: maxReply})
			},
			codes: []string{"20003", "20404", "20429", "20500", "21211", "21614", "21408", "21606", "21212", "21659", "21660", "21661", "21608", "21610", "21611", "21612", "21617", "21699",
				"10001", "10002", "20005", "20403", "21265", "21266", "21268", "21602", "21609", "21618", "21635", "21655", "21656", "21657", "21703", "21730"}},
		{name: "tencentsms", message: sms.Message{To: hangzhou, Template: "order"}, template: entry("tencentsms", smstest.TencentTemplate, false),
			fake: func(l *smstest.Ledger) smstest.Server { return smstest.NewTencent(&smstest.TencentOptions{Ledger: l}) },
			adapter: func(base string, hc *http.Client) (waybill.Provider, error) {
				return tencentsms.New(smstest.TencentSecretID, smstest.TencentSecretKey, smstest.TencentAppID, &tencentsms.Options{BaseURL: base, HTTPClient: hc, MaxReply: maxReply})
			},
			codes: []string{"InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberParseFail", "FailedOperation.PhoneNumberInBlacklist",
				"LimitExceeded.PhoneNumberThirtySecondLimit", "LimitExceeded.PhoneNumberOneHourLimit", "LimitExceeded.PhoneNumberDailyLimit",
				"LimitExceeded.PhoneNumberSameContentDailyLimit", "LimitExceeded.DeliveryFrequencyLimit", "FailedOperation.MarketingSendTimeConstraint",
				"LimitExceeded.AppDailyLimit", "LimitExceeded.DailyLimit", "LimitExceeded.AppGlobalDailyLimit", "LimitExceeded.AppMainlandChinaDailyLimit",
				"LimitExceeded.AppCountryOrRegionDailyLimit", "LimitExceeded.AppCountryOrRegionInBlacklist", "LimitExceeded.GlobalSmsSendingRateLimit",
				"LimitExceeded.PhoneNumberCountLimit", "FailedOperation.InsufficientBalanceInSmsPackage", "UnauthorizedOperation.ServiceSuspendDueToArrears",
				"UnauthorizedOperation.SerivceSuspendDueToArrears", "FailedOperation.SignatureIncorrectOrUnapproved", "FailedOperation.MissingSignature",
				"FailedOperation.TemplateIncorrectOrUnapproved", "FailedOperation.TemplateUnapprovedOrNotExist", "UnauthorizedOperation.RequestIpNotInWhitelist",
				"UnauthorizedOperation.RequestPermissionDeny", "UnauthorizedOperation.SdkAppIdIsDisabled", "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
				"InvalidParameterValue.SdkAppIdNotExist", "UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny",
				"FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "FailedOperation.ContainSensitiveWord", "FailedOperation.FailResolvePacket",
				"FailedOperation.JsonParseFail", "InvalidParameterValue.ContentLengthLimit", "InvalidParameterValue.TemplateParameterFormatError",
				"InvalidParameterValue.TemplateParameterLengthLimit", "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
				"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone", "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
				"UnsupportedOperation.UnsupportedRegion", "AuthFailure.SignatureFailure", "AuthFailure.UnauthorizedOperation", "InternalError.SigVerificationFail",
				"InternalError.RestApiInterfaceNotExist", "RequestLimitExceeded", "InternalError.Timeout", "InternalError.SendAndRecvFail", "InternalError",
				"FailedOperation.OtherError", "FailedOperation.ParametersOtherError", "ServiceUnavailable", "ResourceUnavailable",
				"ResourceInsufficient", "IpNotInWhitelist", "ActionOffline", "InvalidRequest", "FailedOperation.SignIdNotExist", "InvalidParameter.AppidAndBizId", "New.Code"}},
	}
}

// drive is a client of three instances of one gateway. The second and the third
// are on fakes that all drives of a gateway share: one with a fault, one that is
// well.
func (g *gateway) drive(t *testing.T, order []smstest.Server) *sms.Client {
	t.Helper()
	options := []sms.Option{
		sms.WithPolicy(waybill.Policy{AttemptTimeout: 200 * time.Millisecond, Backoff: time.Millisecond, ConsecutiveFailures: -1, LocalFailures: -1, FailureShare: -1}),
		sms.WithSender(sms.SenderRule{From: "Waybill"}), sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, From: "Waybill", Sign: smstest.AliyunSign}),
	}
	if g.message.Template != "" {
		options = append(options, sms.WithTemplate(g.message.Template, g.template))
	}
	for i, s := range order {
		p, err := g.adapter(s.URL(), s.Client())
		if err != nil {
			t.Fatal(err)
		}
		options = append(options, sms.With(p, sms.As(fmt.Sprint("instance-", i))))
	}
	c, err := sms.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// misreported compares a report with what all fakes together counted.
func misreported(res sms.Receipt, err error, n int, allowed bool) string {
	d := waybill.DeliveryOf(err)
	switch {
	case !allowed && n > 1:
		return "the message was accepted twice"
	case err == nil && n == 0:
		return "a success is reported, and nobody accepted the message"
	case err == nil && n > 1 && !res.PossibleDuplicate:
		return "the message was accepted twice, and the receipt does not say so"
	case err != nil && d == waybill.NotSent && n > 0:
		return "not_sent is reported, and the message was accepted: it is lost to its caller"
	case err != nil && d == waybill.Sent && n == 0:
		return "sent is reported, and nobody accepted the message"
	case !allowed && res.PossibleDuplicate:
		return "a duplicate that nobody allowed"
	}
	return ""
}

// TestEveryGatewayEveryFaultEveryCode drives every gateway through every fault of
// the transport and every code of its own: the gateway asked first refuses with
// the code and the one asked next has the fault, or the other way round, and a
// third one is well. The fakes count together: no message twice, none lost, none
// misreported. Every third message allows duplicates, and then the receipt must
// say what happened. A sixth of the pairs is driven, in which every fault and
// every code is; with the environment variable allPairs set it is all of them.
func TestEveryGatewayEveryFaultEveryCode(t *testing.T) {
	for _, g := range gateways() {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			ledger := new(smstest.Ledger)
			well := g.fake(ledger)
			t.Cleanup(well.Close)
			refusing := make([]smstest.Server, len(g.codes))
			for i, code := range g.codes {
				refusing[i] = g.fake(ledger)
				t.Cleanup(refusing[i].Close)
				refusing[i].FailCode(code)
			}
			tally := make(map[string]int)
			var mu sync.Mutex
			var wg sync.WaitGroup
			room := make(chan struct{}, 24)
			for f, fault := range smstest.Faults() {
				broken := g.fake(ledger)
				t.Cleanup(broken.Close)
				broken.Fail(fault)
				for i, code := range g.codes {
					if (f+i)%6 != 0 && os.Getenv(allPairs) == "" {
						continue
					}
					room <- struct{}{}
					wg.Go(func() {
						defer func() { <-room }()
						order := []smstest.Server{refusing[i], broken, well}
						if i%2 == 1 {
							order[0], order[1] = order[1], order[0]
						}
						m := g.keyed(fmt.Sprintf("smstest%04d%04d", f, i))
						m.AllowDuplicates = (f/2+i)%3 == 0
						c := g.drive(t, order)
						res, err := c.Send(t.Context(), m)
						_ = c.Close(context.WithoutCancel(t.Context()))
						n := ledger.Count(m.Key)
						if why := misreported(res, err, n, m.AllowDuplicates); why != "" {
							t.Errorf("%s and %s: %s (%d times, %v)", code, fault, why, n, err)
						}
						mu.Lock()
						tally[fmt.Sprintf("%v/%d", waybill.DeliveryOf(err), min(n, 2))]++
						mu.Unlock()
					})
				}
			}
			wg.Wait()
			t.Logf("outcome/acceptances: %v", tally)
		})
	}
}
