package amap

import (
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// codeOK is the infocode of a success.
const codeOK = "10000"

// wait says where an error's RetryAfter comes from.
type wait uint8

const (
	noWait   wait = iota
	second        // a limit per second
	minute        // a limit per minute
	midnight      // a day quota, anew at 0:00 in Beijing
)

// class is what one of Amap's codes means.
type class struct {
	info  string // Amap's own constant for the code
	code  waybill.Code
	scope waybill.Scope
	wait  wait
}

// table is the one table of Amap's codes. All are refusals that Amap sends with
// HTTP status 200 instead of an answer, so nothing happened.
//
// Scopes: a key may have some services and not others, and limits per second
// count for one service of an account; those have the scope service. What is
// refused because a point lies abroad concerns that request alone: it must
// neither idle the mainland's traffic nor cool the account, and another vendor
// may serve it.
var table = map[string]class{
	"10001": {"INVALID_USER_KEY", waybill.Unauthenticated, waybill.ScopeAccount, noWait},
	"10002": {"SERVICE_NOT_AVAILABLE", waybill.PermissionDenied, waybill.ScopeService, noWait},
	"10003": {"DAILY_QUERY_OVER_LIMIT", waybill.QuotaExhausted, waybill.ScopeService, midnight},
	"10004": {"ACCESS_TOO_FREQUENT", waybill.RateLimited, waybill.ScopeService, minute},
	"10005": {"INVALID_USER_IP", waybill.PermissionDenied, waybill.ScopeAccount, noWait},
	"10006": {"INVALID_USER_DOMAIN", waybill.PermissionDenied, waybill.ScopeAccount, noWait},
	"10007": {"INVALID_USER_SIGNATURE", waybill.Unauthenticated, waybill.ScopeAccount, noWait},
	"10008": {"INVALID_USER_SCODE", waybill.Unauthenticated, waybill.ScopeAccount, noWait},
	"10009": {"USERKEY_PLAT_NOMATCH", waybill.Unauthenticated, waybill.ScopeAccount, noWait},
	// A lasting block of the caller's address, which Amap lifts on request only.
	"10010": {"IP_QUERY_OVER_LIMIT", waybill.QuotaExhausted, waybill.ScopeAccount, noWait},
	"10011": {"NOT_SUPPORT_HTTPS", waybill.PermissionDenied, waybill.ScopeAccount, noWait},
	"10012": {"INSUFFICIENT_PRIVILEGES", waybill.PermissionDenied, waybill.ScopeService, noWait},
	"10013": {"USER_KEY_RECYCLED", waybill.Unauthenticated, waybill.ScopeAccount, noWait},
	"10014": {"QPS_HAS_EXCEEDED_THE_LIMIT", waybill.RateLimited, waybill.ScopeService, second},
	// Documented as a limit per second of one machine, despite its name.
	"10015": {"GATEWAY_TIMEOUT", waybill.RateLimited, waybill.ScopeService, second},
	"10016": {"SERVER_IS_BUSY", waybill.Unavailable, waybill.ScopeProvider, noWait},
	"10017": {"RESOURCE_UNAVAILABLE", waybill.Unavailable, waybill.ScopeProvider, noWait},
	"10019": {"CQPS_HAS_EXCEEDED_THE_LIMIT", waybill.RateLimited, waybill.ScopeService, second},
	"10020": {"CKQPS_HAS_EXCEEDED_THE_LIMIT", waybill.RateLimited, waybill.ScopeService, second},
	"10021": {"CUQPS_HAS_EXCEEDED_THE_LIMIT", waybill.RateLimited, waybill.ScopeService, second},
	// The next three belong to the track service, on another host.
	"10022": {"QPS_HAS_EXCEEDED_THE_LIMIT", waybill.RateLimited, waybill.ScopeService, second},
	"10023": {"QPS_HAS_EXCEEDED_THE_LIMIT", waybill.RateLimited, waybill.ScopeService, second},
	"10024": {"INSUFFICIENT_PERMISSIONS", waybill.PermissionDenied, waybill.ScopeService, noWait},
	"10026": {"INVALID_REQUEST", waybill.PermissionDenied, waybill.ScopeAccount, noWait},
	"10029": {"ABROAD_DAILY_QUERY_OVER_LIMIT", waybill.QuotaExhausted, waybill.ScopeRequest, midnight},
	"10041": {"NO_EFFECTIVE_INTERFACE", waybill.PermissionDenied, waybill.ScopeService, noWait},
	"10044": {"USER_DAILY_QUERY_OVER_LIMIT", waybill.QuotaExhausted, waybill.ScopeAccount, midnight},
	"10045": {"USER_ABROAD_DAILY_QUERY_OVER_LIMIT", waybill.QuotaExhausted, waybill.ScopeRequest, midnight},
	// What is wrong for everybody was refused before the network, so what Amap
	// finds wrong is a limit of Amap's.
	"20000": {"INVALID_PARAMS", waybill.Unsupported, waybill.ScopeRequest, noWait},
	"20001": {"MISSING_REQUIRED_PARAMS", waybill.Unsupported, waybill.ScopeRequest, noWait},
	"20002": {"ILLEGAL_REQUEST", waybill.PermissionDenied, waybill.ScopeAccount, noWait},
	"20003": {"UNKNOWN_ERROR", waybill.Internal, waybill.ScopeProvider, noWait},
	"20011": {"INSUFFICIENT_ABROAD_PRIVILEGES", waybill.Unsupported, waybill.ScopeRequest, noWait},
	"20012": {"ILLEGAL_CONTENT", waybill.Unsupported, waybill.ScopeRequest, noWait},
	"20800": {"OUT_OF_SERVICE", waybill.NotFound, waybill.ScopeRequest, noWait},
	"20801": {"NO_ROADS_NEARBY", waybill.NotFound, waybill.ScopeRequest, noWait},
	"20802": {"ROUTE_FAIL", waybill.NotFound, waybill.ScopeRequest, noWait},
	"20803": {"OVER_DIRECTION_RANGE", waybill.Unsupported, waybill.ScopeRequest, noWait},
	// For geocoding this one is the empty answer, see [Call.Empty].
	"30001": {"ENGINE_RESPONSE_DATA_ERROR", waybill.Internal, waybill.ScopeProvider, noWait},
	"40000": {"QUOTA_PLAN_RUN_OUT", waybill.QuotaExhausted, waybill.ScopeAccount, noWait},
	"40001": {"GEOFENCE_MAX_COUNT_REACHED", waybill.QuotaExhausted, waybill.ScopeService, noWait},
	"40002": {"SERVICE_EXPIRED", waybill.PermissionDenied, waybill.ScopeService, noWait},
	"40003": {"ABROAD_QUOTA_PLAN_RUN_OUT", waybill.QuotaExhausted, waybill.ScopeRequest, noWait},
}

// engineError is the code that the geocoders use for "no such address".
const engineError = "30001"

// classOf looks a code up. The other codes from 30000 on are failures of the
// engine behind the service; what nobody knows is Unknown.
func classOf(code string) class {
	if c, ok := table[code]; ok {
		return c
	}
	if len(code) == 5 && code[0] == '3' && strings.Trim(code, "0123456789") == "" {
		return class{"ENGINE_RESPONSE_DATA_ERROR", waybill.Internal, waybill.ScopeProvider, noWait}
	}
	return class{"", waybill.Unknown, waybill.ScopeUnknown, noWait}
}

// Codes returns every code of the table with the text that Amap sends with it,
// for fakes and tests.
func Codes() map[string]string {
	out := make(map[string]string, len(table))
	for code, c := range table {
		out[code] = c.info
	}
	return out
}

// beijing is the zone in which Amap's days begin. It has no summer time.
var beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// retryAfter turns a kind of wait into a duration.
func (w wait) retryAfter(now time.Time) time.Duration {
	switch w {
	case second:
		return time.Second
	case minute:
		return time.Minute
	case midnight:
		return max(waybill.Midnight(now, beijing).Sub(now), time.Second)
	}
	return 0
}
