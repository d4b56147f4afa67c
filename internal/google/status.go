package google

import (
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// The words that the older web services put into "status".
const (
	StatusOK                     = "OK"
	StatusZeroResults            = "ZERO_RESULTS"
	StatusNotFound               = "NOT_FOUND"
	StatusInvalidRequest         = "INVALID_REQUEST"
	StatusMaxWaypointsExceeded   = "MAX_WAYPOINTS_EXCEEDED"
	StatusMaxRouteLengthExceeded = "MAX_ROUTE_LENGTH_EXCEEDED"
	StatusMaxElementsExceeded    = "MAX_ELEMENTS_EXCEEDED"
	StatusMaxDimensionsExceeded  = "MAX_DIMENSIONS_EXCEEDED"
	StatusOverQueryLimit         = "OVER_QUERY_LIMIT"
	StatusOverDailyLimit         = "OVER_DAILY_LIMIT"
	StatusRequestDenied          = "REQUEST_DENIED"
	StatusUnknownError           = "UNKNOWN_ERROR"
)

// class is what a vendor code means: the four answers of an error and our text.
type class struct {
	code     waybill.Code
	scope    waybill.Scope
	delivery waybill.Delivery
	daily    bool // lasts until the vendor's midnight
	text     string
}

// err makes an error of the class about a reply. The reply's own Retry-After
// goes before the vendor's midnight. A code of the tables is nobody's secret, also
// when a word of the request stands in it.
func (c class) err(reply *wire.Reply, vendorCode string) *waybill.Error {
	e := reply.Error(c.code, c.scope, c.delivery, vendorCode, "")
	e.Message = c.text
	if known(vendorCode) {
		e.VendorCode = vendorCode
	}
	if c.daily && e.RetryAfter <= 0 {
		e.RetryAfter = untilReset(time.Now())
	}
	return e
}

func known(code string) bool {
	_, status := statuses[code]
	_, reason := reasons[code]
	_, rpc := rpcStatuses[code]
	return status || reason || rpc
}

// statuses is the table of the older services. What depends on the message
// beside the status is in [statusClass].
var statuses = map[string]class{
	StatusZeroResults: {waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, false, "no result"},
	StatusNotFound:    {waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, false, "a point or place is not known"},

	StatusInvalidRequest:         {waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, false, "a parameter is missing or wrong"},
	StatusMaxWaypointsExceeded:   {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "too many waypoints"},
	StatusMaxRouteLengthExceeded: {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "the route is too long"},
	StatusMaxElementsExceeded:    {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "too many matrix elements"},
	StatusMaxDimensionsExceeded:  {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "too many origins or destinations"},

	StatusOverQueryLimit: {waybill.RateLimited, waybill.ScopeService, waybill.NotSent, false, "too many requests"},
	StatusOverDailyLimit: {waybill.QuotaExhausted, waybill.ScopeService, waybill.NotSent, true, "the quota of the day is used up"},
	StatusRequestDenied:  {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the request was denied"},

	// "May succeed if you try again": the service failed, nothing was done.
	StatusUnknownError: {waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, false, "the server could not process the request"},
}

// The classes that the message tells from the plain status.
var (
	badKey        = class{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "the API key is missing or not valid"}
	badSignature  = class{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "the client id or its signature is not valid"}
	keyRestricted = class{waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "a restriction of the API key forbids the request"}
	notEnabled    = class{waybill.PermissionDenied, waybill.ScopeService, waybill.NotSent, false, "the API is not enabled for the project"}
	billing       = class{waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "billing is not enabled"}
	dayQuota      = statuses[StatusOverDailyLimit]
)

// statusClass maps the status of an older service. The message is Google's,
// used only to tell apart what one status stands for.
func statusClass(status, message string) class {
	m := strings.ToLower(message)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(m, p) {
				return true
			}
		}
		return false
	}
	switch status {
	case StatusOverQueryLimit:
		// One word for the limit of the minute and that of the day.
		if ofDay(message) {
			return dayQuota
		}
	case StatusOverDailyLimit:
		// One word for a used-up cap and for keys and accounts that cannot pay.
		switch {
		case has("api key is invalid", "api key is missing", "must use an api key"):
			return badKey
		case has("billing", "payment"):
			return billing
		}
	case StatusRequestDenied:
		switch {
		case has("api key is invalid", "api key is expired", "must use an api key", "requires an api key", "api key is missing"):
			return badKey
		case has("signature", "client id"):
			return badSignature
		case has("ip, site or mobile application", "referer restrictions", "not authorized to use this api key"):
			return keyRestricted
		case has("not authorized to use this api", "not authorized to use this service", "not activated", "not enabled", "legacy api"):
			return notEnabled
		case has("billing"):
			return billing
		}
	}
	if c, ok := statuses[status]; ok {
		return c
	}
	return class{code: waybill.Unknown, delivery: waybill.Ambiguous, text: "a status that is not in the documentation"}
}

// vendorCode keeps a vendor's code only if it has the form of one.
func vendorCode(s string) string {
	if len(s) > 64 {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_') {
			return ""
		}
	}
	return s
}

// untilReset returns how long it is until the quotas of a day begin anew, which
// is midnight in California.
func untilReset(now time.Time) time.Duration {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		zone = time.FixedZone("PST", -8*60*60) // at most an hour too long
	}
	return waybill.Midnight(now, zone).Sub(now)
}
