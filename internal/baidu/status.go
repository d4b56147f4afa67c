package baidu

import (
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// The status numbers of Baidu's replies, from its table of service status codes
// and the pages of the single services. The first block comes from the services,
// the numbers of three digits from the gateway before them.
const (
	StatusOK             = 0
	StatusServer         = 1 // also "nothing found" in a geocode reply
	StatusParameter      = 2
	StatusPermission     = 3
	StatusQuotaCheck     = 4
	StatusKey            = 5
	StatusNoResult       = 7
	StatusParse          = 8
	StatusAdvanced       = 9
	StatusUpload         = 10
	StatusConvertFrom    = 21
	StatusConvertTo      = 22
	StatusConvertCoords  = 24
	StatusConvertMany    = 25
	StatusNoKey          = 101
	StatusNoMobileCode   = 102
	StatusUnknownApp     = 200
	StatusAppDisabled    = 201
	StatusAppDeleted     = 202
	StatusAppType        = 203
	StatusIP             = 210
	StatusSN             = 211
	StatusReferer        = 220
	StatusMobileCode     = 230
	StatusAppService     = 240
	StatusUserUnknown    = 250
	StatusUserDeleted    = 251
	StatusUserBanned     = 252
	StatusNoService      = 260
	StatusServiceOffline = 261
	StatusQuotaForever   = 301
	StatusQuotaDay       = 302
	StatusConcurrency    = 401
	StatusConcurrencyAll = 402  // the key's concurrency, and the service's as a whole
	StatusIPv6           = 1001 // in transit, which is not used here, "no plan"
	StatusNoRoute        = 2001
)

// NoMatch is the text by which a geocode reply of status 1 says that nothing was
// found.
const NoMatch = "无相关结果"

// wait says how long to leave a service alone.
type wait uint8

const (
	waitNone     wait = iota
	waitSecond        // until the next second of the concurrency limit
	waitMidnight      // until the day quota begins anew
)

type class struct {
	code    waybill.Code
	scope   waybill.Scope
	wait    wait
	message string
}

// classify is the one table of Baidu's status numbers. Quotas and concurrency
// belong to one service of a key; a key that is wrong is wrong for all of them.
// A status is a parsed refusal, so nothing happened.
func classify(status int) class {
	switch status {
	case StatusServer:
		return class{waybill.Unavailable, waybill.ScopeProvider, waitNone, "the service reports an internal error or time-out"}
	case StatusParameter:
		return class{waybill.InvalidArgument, waybill.ScopeRequest, waitNone, "a parameter is not valid"}
	case StatusParse:
		return class{waybill.InvalidArgument, waybill.ScopeRequest, waitNone, "the request could not be parsed"}
	case StatusUpload:
		return class{waybill.Unsupported, waybill.ScopeRequest, waitNone, "the upload is larger than 8 MB"}
	case StatusConvertFrom, StatusConvertTo, StatusConvertCoords:
		return class{waybill.InvalidArgument, waybill.ScopeRequest, waitNone, "a parameter of the conversion is not valid"}
	case StatusConvertMany:
		return class{waybill.Unsupported, waybill.ScopeRequest, waitNone, "too many points for one conversion"}
	case StatusNoResult:
		return class{waybill.NotFound, waybill.ScopeRequest, waitNone, "no result"}
	case StatusNoRoute:
		return class{waybill.NotFound, waybill.ScopeRequest, waitNone, "no way between the points"}

	case StatusKey, StatusNoKey:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, waitNone, "the key is missing or not valid"}
	case StatusUnknownApp:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, waitNone, "the key is unknown"}
	case StatusAppDisabled:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, waitNone, "the application was disabled by its owner"}
	case StatusAppType:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, waitNone, "the key is not of the server type"}
	case StatusSN:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, waitNone, "the signature is wrong"}
	case StatusReferer:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, waitNone, "the key is of the browser type"}
	case StatusNoMobileCode, StatusMobileCode:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, waitNone, "the key is of the mobile type"}
	case StatusUserUnknown, StatusUserDeleted:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, waitNone, "the key's owner does not exist"}

	case StatusAppDeleted:
		return class{waybill.PermissionDenied, waybill.ScopeAccount, waitNone, "the application was deleted by Baidu"}
	case StatusIP:
		return class{waybill.PermissionDenied, waybill.ScopeAccount, waitNone, "the caller's address is not in the key's whitelist"}
	case StatusUserBanned:
		return class{waybill.PermissionDenied, waybill.ScopeAccount, waitNone, "the key's owner was banned"}
	case StatusIPv6:
		return class{waybill.PermissionDenied, waybill.ScopeAccount, waitNone, "the key may not be used over IPv6"}
	case StatusPermission, StatusAdvanced:
		return class{waybill.PermissionDenied, waybill.ScopeService, waitNone, "the key has no permission for this"}
	case StatusAppService:
		return class{waybill.PermissionDenied, waybill.ScopeService, waitNone, "the service is not enabled for the key, or retired"}

	case StatusQuotaCheck, StatusQuotaDay:
		return class{waybill.QuotaExhausted, waybill.ScopeService, waitMidnight, "the day quota is used up"}
	case StatusQuotaForever:
		return class{waybill.QuotaExhausted, waybill.ScopeService, waitNone, "the permanent quota is used up"}
	case StatusConcurrency, StatusConcurrencyAll:
		return class{waybill.RateLimited, waybill.ScopeService, waitSecond, "too many requests at once"}

	case StatusServiceOffline:
		return class{waybill.Unavailable, waybill.ScopeService, waitNone, "the service is offline"}
	case StatusNoService:
		return class{waybill.Internal, waybill.ScopeService, waitNone, "there is no such service"}
	}
	// Numbers that are in no table: the hundreds say what they are about.
	switch {
	case status >= 200 && status <= 299:
		return class{waybill.Unauthenticated, waybill.ScopeAccount, waitNone, "the key was refused"}
	case status >= 300 && status <= 399:
		return class{waybill.QuotaExhausted, waybill.ScopeService, waitNone, "a quota is used up"}
	case status >= 400 && status <= 499:
		return class{waybill.RateLimited, waybill.ScopeService, waitNone, "a limit is exceeded"}
	}
	return class{waybill.Unknown, waybill.ScopeProvider, waitNone, "an unknown status"}
}

// zone is Beijing's, in which Baidu counts days; there is no summer time.
func zone() *time.Location { return time.FixedZone("UTC+8", 8*60*60) }

// Refusal is the error of a status other than 0. text is the reply's message,
// which decides between "server error" and "nothing found" for status 1 and goes
// nowhere else: the error's text is our own.
func Refusal(status int, text string) *waybill.Error {
	c := classify(status)
	if status == StatusServer && strings.Contains(text, NoMatch) {
		c = class{waybill.NotFound, waybill.ScopeRequest, waitNone, "no result"}
	}
	e := &waybill.Error{
		Code: c.code, Scope: c.scope, Delivery: waybill.NotSent,
		VendorCode: strconv.Itoa(status), Message: c.message,
	}
	switch c.wait {
	case waitSecond:
		e.RetryAfter = time.Second
	case waitMidnight:
		now := time.Now()
		e.RetryAfter = max(waybill.Midnight(now, zone()).Sub(now), time.Second)
	}
	return e
}
