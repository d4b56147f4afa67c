package google

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// rpcStatus is what matters of a google.rpc.Status and its details.
type rpcStatus struct {
	httpCode   int
	status     string // INVALID_ARGUMENT, …
	message    string // only looked at, never passed on
	reason     string // of the ErrorInfo: API_KEY_INVALID, …
	daily      bool   // the details name a quota of the day
	retryDelay time.Duration
	scheduled  bool // a RetryInfo was there
}

// parseRPC finds a google.rpc.Status in a body: {"error":{…}}, or the same as
// the only element of an array, as streaming methods write it.
func parseRPC(body []byte) (s rpcStatus, ok bool) {
	type envelope struct {
		Error json.RawMessage `json:"error"`
	}
	var env envelope
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '[' {
		var list []envelope
		if json.Unmarshal(body, &list) != nil || len(list) == 0 {
			return s, false
		}
		env = list[0]
	} else if json.Unmarshal(body, &env) != nil {
		return s, false
	}
	var fields struct {
		Code    json.RawMessage   `json:"code"`
		Status  json.RawMessage   `json:"status"`
		Message json.RawMessage   `json:"message"`
		Details []json.RawMessage `json:"details"`
	}
	if len(env.Error) == 0 || env.Error[0] != '{' || json.Unmarshal(env.Error, &fields) != nil {
		return s, false
	}
	_ = json.Unmarshal(fields.Code, &s.httpCode)
	_ = json.Unmarshal(fields.Status, &s.status)
	_ = json.Unmarshal(fields.Message, &s.message)
	for _, d := range fields.Details {
		s.addDetail(d)
	}
	return s, s.status != "" || s.httpCode != 0 || s.reason != ""
}

// addDetail reads an ErrorInfo, a QuotaFailure or a RetryInfo and leaves the rest
// alone.
func (s *rpcStatus) addDetail(raw json.RawMessage) {
	var kind struct {
		Type string `json:"@type"`
	}
	if json.Unmarshal(raw, &kind) != nil {
		return
	}
	switch {
	case strings.HasSuffix(kind.Type, "google.rpc.ErrorInfo"):
		var info struct {
			Reason   string         `json:"reason"`
			Metadata map[string]any `json:"metadata"`
		}
		if json.Unmarshal(raw, &info) == nil {
			s.reason = info.Reason
			limit, _ := info.Metadata["quota_limit"].(string)
			unit, _ := info.Metadata["quota_unit"].(string)
			s.daily = s.daily || ofDay(limit) || strings.HasPrefix(unit, "1/d/")
		}
	case strings.HasSuffix(kind.Type, "google.rpc.QuotaFailure"):
		var failure struct {
			Violations []struct {
				Quota string `json:"quotaId"`
				Text  string `json:"description"`
			} `json:"violations"`
		}
		if json.Unmarshal(raw, &failure) == nil {
			for _, v := range failure.Violations {
				s.daily = s.daily || ofDay(v.Quota) || ofDay(v.Text)
			}
		}
	case strings.HasSuffix(kind.Type, "google.rpc.RetryInfo"):
		var info struct {
			RetryDelay string `json:"retryDelay"`
		}
		if json.Unmarshal(raw, &info) == nil {
			if d, ok := ParseSeconds(info.RetryDelay); ok {
				s.retryDelay, s.scheduled = d, true
			}
		}
	}
}

// ofDay reports whether the name of a quota, or the text about one, is that of a
// day's quota.
func ofDay(quota string) bool {
	q := strings.ToLower(quota)
	return strings.Contains(q, "perday") || strings.Contains(q, "per day") || strings.Contains(q, "daily")
}

// reasons is the table of the newer services by ErrorInfo.reason, which says
// more than the status does.
var reasons = map[string]class{
	"API_KEY_INVALID":               badKey,
	"CREDENTIALS_MISSING":           badKey,
	"ACCESS_TOKEN_EXPIRED":          badKey,
	"ACCESS_TOKEN_TYPE_UNSUPPORTED": badKey,

	"SERVICE_DISABLED":                notEnabled,
	"API_KEY_SERVICE_BLOCKED":         notEnabled,
	"API_KEY_IP_ADDRESS_BLOCKED":      keyRestricted,
	"API_KEY_HTTP_REFERRER_BLOCKED":   keyRestricted,
	"API_KEY_ANDROID_APP_BLOCKED":     keyRestricted,
	"API_KEY_IOS_APP_BLOCKED":         keyRestricted,
	"BILLING_DISABLED":                billing,
	"CONSUMER_SUSPENDED":              {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the project is suspended"},
	"CONSUMER_INVALID":                {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the project is not valid"},
	"RATE_LIMIT_EXCEEDED":             rpcStatuses["RESOURCE_EXHAUSTED"],
	"RESOURCE_QUOTA_EXCEEDED":         rpcStatuses["RESOURCE_EXHAUSTED"],
	"ACCOUNT_STATE_INVALID":           {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the account is not in order"},
	"USER_PROJECT_DENIED":             {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the project may not be used"},
	"LOCATION_POLICY_VIOLATED":        keyRestricted,
	"SECURITY_POLICY_VIOLATED":        keyRestricted,
	"ORG_RESTRICTION_VIOLATION":       keyRestricted,
	"ORG_RESTRICTION_HEADER_INVALID":  keyRestricted,
	"SERVICE_NOT_VISIBLE":             notEnabled,
	"GCP_SUSPENDED":                   {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the project is suspended"},
	"UNAUTHENTICATED_REQUEST_BLOCKED": badKey,

	// A setting of the project or of what stands before the service, however the
	// status calls it.
	"OVERLOADED_CREDENTIALS":              badKey,
	"SESSION_COOKIE_INVALID":              badKey,
	"ACCESS_TOKEN_SCOPE_INSUFFICIENT":     keyRestricted,
	"MISSING_ORIGIN":                      keyRestricted,
	"USER_BLOCKED_BY_ADMIN":               keyRestricted,
	"RESOURCE_USAGE_RESTRICTION_VIOLATED": keyRestricted,
	"LOCATION_TAX_POLICY_VIOLATED":        billing,
	"RESOURCE_PROJECT_INVALID":            {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the project is not valid"},
	"SYSTEM_PARAMETER_UNSUPPORTED":        {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "a header or parameter of the request is not taken"},
}

// rpcStatuses is the same by the name of the status.
var rpcStatuses = map[string]class{
	"INVALID_ARGUMENT":    {waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, false, "a field of the request is missing or wrong"},
	"FAILED_PRECONDITION": {waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, false, "the request cannot be served as it is"},
	"OUT_OF_RANGE":        {waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, false, "a value is out of range"},
	"UNAUTHENTICATED":     badKey,
	"PERMISSION_DENIED":   {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the request was denied"},
	"NOT_FOUND":           {waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, false, "not found"},
	"RESOURCE_EXHAUSTED":  {waybill.RateLimited, waybill.ScopeService, waybill.NotSent, false, "too many requests"},
	"UNIMPLEMENTED":       {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "not implemented"},
	"ABORTED":             {waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, false, "aborted by the server"},
	"CANCELLED":           {waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, false, "cancelled by the server"},
	"UNKNOWN":             {waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, false, "the server reports an unknown error"},
	"INTERNAL":            {waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, false, "the server reports an internal error"},
	"DATA_LOSS":           {waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, false, "the server reports lost data"},
	"UNAVAILABLE":         {waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous, false, "the service is unavailable"},
	"DEADLINE_EXCEEDED":   {waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous, false, "the server ran out of time"},
}

// rpcError maps the google.rpc.Status in a reply's body, or returns nil when
// there is none.
func rpcError(reply *wire.Reply) *waybill.Error {
	s, ok := parseRPC(reply.Body)
	if !ok {
		return nil
	}
	status := reply.Status
	if reply.OK() && s.httpCode != 0 {
		status = s.httpCode
	}
	c, code := s.class(status)
	e := c.err(reply, code)
	if s.scheduled && s.retryDelay > 0 && !c.daily && reply.RetryAfter <= 0 {
		e.RetryAfter = s.retryDelay
	}
	return e
}

func (s rpcStatus) class(httpStatus int) (class, string) {
	c, ok := reasons[s.reason]
	code := vendorCode(s.reason)
	if !ok {
		c, ok = rpcStatuses[s.status]
		if code == "" {
			code = vendorCode(s.status)
		}
	}
	if !ok {
		c, ok = rpcStatuses[statusOfHTTP(httpStatus)]
	}
	if !ok {
		c = class{code: waybill.Unknown, delivery: waybill.Ambiguous, text: "a status that is not in the documentation"}
	}
	// A call without any key comes as 403 and without a reason. The text is
	// unconfirmed.
	if s.reason == "" && strings.Contains(s.message, "unregistered callers") {
		c = badKey
	}
	if c.code == waybill.RateLimited && (s.daily || ofDay(s.message)) {
		c = dayQuota
	}
	return c, code
}

// statusOfHTTP returns the name that belongs to an HTTP status.
func statusOfHTTP(code int) string {
	switch code {
	case http.StatusBadRequest:
		return "INVALID_ARGUMENT"
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	case http.StatusNotImplemented:
		return "UNIMPLEMENTED"
	case http.StatusInternalServerError:
		return "INTERNAL"
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return "UNAVAILABLE"
	}
	return ""
}
