package tencentsms

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
	wait     func() time.Duration
	text     string
}

const (
	request   = waybill.ScopeRequest
	recipient = waybill.ScopeRecipient
	sender    = waybill.ScopeSender
	account   = waybill.ScopeAccount
	provider  = waybill.ScopeProvider
	not       = waybill.NotSent
	maybe     = waybill.Ambiguous
)

// classes is the table of the codes, from
// https://cloud.tencent.com/document/product/382/59177. A limit of one part of
// the world has the scope of a sender, which for a client is kind, region and
// template, so that the rest goes on.
var classes = map[string]class{
	"InvalidParameterValue.IncorrectPhoneNumber": {waybill.InvalidArgument, request, not, nil, "the number is not valid"},
	"FailedOperation.PhoneNumberParseFail":       {waybill.InvalidArgument, request, not, nil, "the number is not valid"},
	"FailedOperation.PhoneNumberInBlacklist":     {waybill.OptedOut, recipient, not, nil, "the number is on a block list"},

	"LimitExceeded.PhoneNumberThirtySecondLimit":     {waybill.RecipientLimited, recipient, not, after(30 * time.Second), "too many messages to this number in 30 seconds"},
	"LimitExceeded.PhoneNumberOneHourLimit":          {waybill.RecipientLimited, recipient, not, after(time.Hour), "too many messages to this number in an hour"},
	"LimitExceeded.PhoneNumberDailyLimit":            {waybill.RecipientLimited, recipient, not, untilMidnight, "too many messages to this number in a day"},
	"LimitExceeded.PhoneNumberSameContentDailyLimit": {waybill.RecipientLimited, recipient, not, untilMidnight, "too many equal messages to this number in a day"},
	"LimitExceeded.DeliveryFrequencyLimit":           {waybill.RecipientLimited, recipient, not, nil, "too many messages to this number"},
	"FailedOperation.MarketingSendTimeConstraint":    {waybill.RecipientLimited, recipient, not, untilMorning, "marketing is sent from 8 to 22 o'clock only"},

	"LimitExceeded.AppDailyLimit":                 {waybill.QuotaExhausted, waybill.ScopeService, not, untilMidnight, "the application's day limit is reached"},
	"LimitExceeded.DailyLimit":                    {waybill.QuotaExhausted, sender, not, untilMidnight, "the day limit for abroad is reached"},
	"LimitExceeded.AppGlobalDailyLimit":           {waybill.QuotaExhausted, sender, not, untilMidnight, "the day limit for abroad is reached"},
	"LimitExceeded.AppMainlandChinaDailyLimit":    {waybill.QuotaExhausted, sender, not, untilMidnight, "the day limit for the mainland is reached"},
	"LimitExceeded.AppCountryOrRegionDailyLimit":  {waybill.QuotaExhausted, sender, not, untilMidnight, "the day limit for the region is reached"},
	"LimitExceeded.AppCountryOrRegionInBlacklist": {waybill.PermissionDenied, sender, not, nil, "the region is on the application's block list"},
	"LimitExceeded.GlobalSmsSendingRateLimit":     {waybill.RateLimited, waybill.ScopeService, not, after(time.Second), "too many messages abroad"},
	"LimitExceeded.PhoneNumberCountLimit":         {waybill.Unsupported, request, not, nil, "too many numbers"},

	"FailedOperation.InsufficientBalanceInSmsPackage":                {waybill.QuotaExhausted, account, not, nil, "the package is used up"},
	"UnauthorizedOperation.ServiceSuspendDueToArrears":               {waybill.QuotaExhausted, account, not, nil, "suspended for arrears"},
	"UnauthorizedOperation.SerivceSuspendDueToArrears":               {waybill.QuotaExhausted, account, not, nil, "suspended for arrears"}, // as Tencent spells it
	"FailedOperation.SignatureIncorrectOrUnapproved":                 {waybill.PermissionDenied, sender, not, nil, "the signature does not exist or is not approved"},
	"FailedOperation.MissingSignature":                               {waybill.PermissionDenied, sender, not, nil, "there is no approved signature"},
	"FailedOperation.TemplateIncorrectOrUnapproved":                  {waybill.PermissionDenied, sender, not, nil, "the template does not fit or is not approved"},
	"FailedOperation.TemplateUnapprovedOrNotExist":                   {waybill.PermissionDenied, sender, not, nil, "the template does not exist or is not approved"},
	"UnauthorizedOperation.RequestIpNotInWhitelist":                  {waybill.PermissionDenied, account, not, nil, "this host's address is not on the account's list"},
	"UnauthorizedOperation.RequestPermissionDeny":                    {waybill.PermissionDenied, account, not, nil, "the key may not do this"},
	"UnauthorizedOperation.SdkAppIdIsDisabled":                       {waybill.PermissionDenied, account, not, nil, "the SdkAppId is disabled"},
	"UnauthorizedOperation.SmsSdkAppIdVerifyFail":                    {waybill.PermissionDenied, account, not, nil, "the SdkAppId is not the key's"},
	"InvalidParameterValue.SdkAppIdNotExist":                         {waybill.PermissionDenied, account, not, nil, "the SdkAppId does not exist"},
	"UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny": {waybill.PermissionDenied, sender, not, nil, "a personal account may not send marketing"},

	"FailedOperation.SignIdNotExist":             {waybill.PermissionDenied, sender, not, nil, "the signature does not exist"},
	"FailedOperation.TemplateIdNotExist":         {waybill.PermissionDenied, sender, not, nil, "the template does not exist"},
	"FailedOperation.ProhibitSubAccountUse":      {waybill.PermissionDenied, account, not, nil, "only the main account may do this"},
	"FailedOperation.NotEnterpriseCertification": {waybill.PermissionDenied, account, not, nil, "only a company's account may do this"},
	"InvalidParameter.AppidAndBizId":             {waybill.PermissionDenied, account, not, nil, "the SdkAppId is not the account's"},

	"FailedOperation.TemplateParamSetNotMatchApprovedTemplate":        {waybill.Unsupported, request, not, nil, "the parameters do not fit the template"},
	"FailedOperation.ContainSensitiveWord":                            {waybill.Unsupported, request, not, nil, "a parameter holds a forbidden word"},
	"FailedOperation.FailResolvePacket":                               {waybill.Unsupported, request, not, nil, "the request cannot be read"},
	"FailedOperation.JsonParseFail":                                   {waybill.Unsupported, request, not, nil, "the request cannot be read"},
	"InvalidParameterValue.ContentLengthLimit":                        {waybill.Unsupported, request, not, nil, "the message is too long"},
	"InvalidParameterValue.TemplateParameterFormatError":              {waybill.Unsupported, request, not, nil, "a code has at most six digits"},
	"InvalidParameterValue.TemplateParameterLengthLimit":              {waybill.Unsupported, request, not, nil, "a parameter of the template is too long"},
	"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter":       {waybill.Unsupported, request, not, nil, "a parameter of the template holds a URL"},
	"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone":       {waybill.Unsupported, sender, not, nil, "the template is for the mainland only"},
	"UnsupportedOperation.GlobalTemplateToChineseMainlandPhone":       {waybill.Unsupported, sender, not, nil, "the template is for abroad only"},
	"UnsupportedOperation.UnsupportedRegion":                          {waybill.Unsupported, sender, not, nil, "the region is not served"},
	"UnsupportedOperation.UnsuportedRegion":                           {waybill.Unsupported, sender, not, nil, "the region is not served"}, // as Tencent spells it
	"UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber": {waybill.Unsupported, request, not, nil, "numbers of the mainland and of abroad in one request"},

	"AuthFailure.UnauthorizedOperation":      {waybill.PermissionDenied, account, not, nil, "the key may not do this"},
	"InternalError.SigVerificationFail":      {waybill.Unauthenticated, account, not, nil, "the signature is wrong"},
	"InternalError.SigFieldMissing":          {waybill.Unauthenticated, account, not, nil, "the signature is missing"},
	"InternalError.RequestTimeException":     {waybill.Unauthenticated, account, not, nil, "this host's clock is wrong"},
	"InternalError.RestApiInterfaceNotExist": {waybill.PermissionDenied, account, not, nil, "there is no such action"},
	"InvalidAction":                          {waybill.PermissionDenied, account, not, nil, "there is no such action"},
	"NoSuchVersion":                          {waybill.PermissionDenied, account, not, nil, "there is no such version"},
	"UnsupportedRegion":                      {waybill.PermissionDenied, account, not, nil, "the data centre does not offer the service"},
	"NoSuchProduct":                          {waybill.PermissionDenied, account, not, nil, "there is no such product"},
	"ResourceNotFound":                       {waybill.PermissionDenied, account, not, nil, "there is no such thing in the account"},
	"ActionOffline":                          {waybill.PermissionDenied, account, not, nil, "the action is no longer there"},
	"IpInBlacklist":                          {waybill.PermissionDenied, account, not, nil, "this host's address is on a block list"},
	"IpNotInWhitelist":                       {waybill.PermissionDenied, account, not, nil, "this host's address is not on the account's list"},
	"InvalidRequest":                         {waybill.Unsupported, request, not, nil, "the request cannot be read"},
	"UnsupportedProtocol":                    {waybill.Unsupported, request, not, nil, "the protocol is not supported"},
	"RequestSizeLimitExceeded":               {waybill.Unsupported, request, not, nil, "the request is too large"},
	"ResourceInsufficient":                   {waybill.QuotaExhausted, account, not, nil, "the package is used up"},
	"RequestLimitExceeded":                   {waybill.RateLimited, waybill.ScopeService, not, after(time.Second), "too many requests"},

	// Handed over to the back end, and no answer in time.
	"InternalError.Timeout":                {waybill.Unavailable, provider, maybe, nil, "timed out at the service"},
	"InternalError.SendAndRecvFail":        {waybill.Unavailable, provider, maybe, nil, "timed out at the service"},
	"ServiceUnavailable":                   {waybill.Unavailable, provider, maybe, nil, "service unavailable"},
	"ResourceUnavailable":                  {waybill.Unavailable, provider, maybe, nil, "service unavailable"},
	"FailedOperation.OtherError":           {waybill.Internal, provider, maybe, nil, "another error of the service"},
	"FailedOperation.ParametersOtherError": {waybill.Internal, provider, maybe, nil, "another error of the service"},
}

func after(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// families are what the first word of a code says where the table does not have
// it.
var families = map[string]class{
	"AuthFailure":           {waybill.Unauthenticated, account, not, nil, "the credentials were refused"},
	"UnauthorizedOperation": {waybill.PermissionDenied, account, not, nil, "not allowed"},
	"RequestLimitExceeded":  {waybill.RateLimited, waybill.ScopeService, not, after(time.Second), "too many requests"},
	"LimitExceeded":         {waybill.RateLimited, waybill.ScopeService, not, after(time.Second), "a limit is reached"},
	"InvalidParameter":      {waybill.Unsupported, request, not, nil, "a parameter is not valid"},
	"InvalidParameterValue": {waybill.Unsupported, request, not, nil, "a parameter is not valid"},
	"MissingParameter":      {waybill.Unsupported, request, not, nil, "a parameter is missing"},
	"UnknownParameter":      {waybill.Unsupported, request, not, nil, "a parameter is not known"},
	"UnsupportedOperation":  {waybill.Unsupported, request, not, nil, "not supported"},
	"FailedOperation":       {waybill.Unsupported, request, not, nil, "refused by the service"},
	"InternalError":         {waybill.Internal, provider, maybe, nil, "fault of the service"},
}

// least is how much of a code must be there for a cut one to be taken for it.
const least = 24

// classOf looks a code up. Some replies cut long codes short; where the table has
// one code alone that begins so, that is meant. known is false for a code whose
// first word nobody knows.
func classOf(code string) (class, bool) {
	if c, ok := classes[code]; ok {
		return c, true
	}
	if len(code) >= least && strings.Contains(code, ".") {
		var found class
		n := 0
		for full, c := range classes {
			if strings.HasPrefix(full, code) {
				found = c
				n++
			}
		}
		if n == 1 {
			return found, true
		}
	}
	family, _, _ := strings.Cut(code, ".")
	if c, ok := families[family]; ok {
		return c, true
	}
	return class{waybill.Unknown, provider, maybe, nil, "undocumented code"}, false
}

// shanghai is the zone of the service's days and times.
var shanghai = time.FixedZone("UTC+8", 8*60*60)

func untilMidnight() time.Duration {
	now := time.Now()
	return waybill.Midnight(now, shanghai).Sub(now)
}

// untilMorning is how long it is until 8 o'clock.
func untilMorning() time.Duration {
	now := time.Now().In(shanghai)
	y, m, d := now.Date()
	open := time.Date(y, m, d, 8, 0, 0, 0, shanghai)
	if !open.After(now) {
		open = open.AddDate(0, 0, 1)
	}
	return open.Sub(now)
}
