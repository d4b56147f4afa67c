package fakegoogle

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// The older services' messages, as recorded or documented.
const (
	keyMissing  = "You must use an API key to authenticate each request to Google Maps Platform APIs. For additional information, please refer to http://g.co/dev/maps-no-account"
	keyInvalid  = "The provided API key is invalid."
	notEnabled  = "This API project is not authorized to use this API."
	legacyOff   = "You’re calling a legacy API, which is not enabled for your project. To get newer features and more functionality, switch to the Places API (New) or Routes API."
	perDay      = "You have exceeded your daily request quota for this API."
	perSecond   = "You have exceeded your rate-limit for this API."
	noBilling   = "You must enable Billing on the Google Cloud Project at https://console.cloud.google.com/project/_/billing/enable"
	badClientID = "Unable to authenticate the request. Provided 'signature' is not valid for the provided client ID, or the provided 'client' is not valid.\nThe signature was checked against the URL: "
)

// refusal is a status of the older services with its message.
type refusal struct{ status, message string }

// refusals are the codes of FailCode for the older services: a status, or one
// of its kinds where the message makes a difference.
var refusals = map[string]refusal{
	"ZERO_RESULTS":               {"ZERO_RESULTS", ""},
	"NOT_FOUND":                  {"NOT_FOUND", ""},
	"INVALID_REQUEST":            {"INVALID_REQUEST", "Invalid request. Invalid 'latlng' parameter."},
	"MAX_WAYPOINTS_EXCEEDED":     {"MAX_WAYPOINTS_EXCEEDED", "Too many waypoints in the request."},
	"MAX_ROUTE_LENGTH_EXCEEDED":  {"MAX_ROUTE_LENGTH_EXCEEDED", ""},
	"MAX_ELEMENTS_EXCEEDED":      {"MAX_ELEMENTS_EXCEEDED", ""},
	"MAX_DIMENSIONS_EXCEEDED":    {"MAX_DIMENSIONS_EXCEEDED", ""},
	"OVER_QUERY_LIMIT":           {"OVER_QUERY_LIMIT", perSecond},
	"OVER_QUERY_LIMIT/day":       {"OVER_QUERY_LIMIT", perDay},
	"OVER_DAILY_LIMIT":           {"OVER_DAILY_LIMIT", "A self-imposed usage cap has been exceeded."},
	"OVER_DAILY_LIMIT/billing":   {"OVER_DAILY_LIMIT", noBilling},
	"REQUEST_DENIED":             {"REQUEST_DENIED", "This request was denied."},
	"REQUEST_DENIED/key":         {"REQUEST_DENIED", keyInvalid},
	"REQUEST_DENIED/missing":     {"REQUEST_DENIED", keyMissing},
	"REQUEST_DENIED/disabled":    {"REQUEST_DENIED", notEnabled},
	"REQUEST_DENIED/legacy":      {"REQUEST_DENIED", legacyOff},
	"REQUEST_DENIED/restriction": {"REQUEST_DENIED", "This IP, site or mobile application is not authorized to use this API key. Request received from IP address 192.0.2.7, with empty referer"},
	"UNKNOWN_ERROR":              {"UNKNOWN_ERROR", "Server error. Please try again."},
}

// rpcRefusal is a google.rpc.Status.
type rpcRefusal struct {
	http            int
	status, message string
	reason          string
	metadata        map[string]string
}

// rpcRefusals are the codes of FailCode for the Routes API: a reason, or a
// status without one.
var rpcRefusals = map[string]rpcRefusal{
	"API_KEY_INVALID":               {400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID", nil},
	"INVALID_ARGUMENT":              {400, "INVALID_ARGUMENT", "Request contains an invalid argument.", "", nil},
	"FAILED_PRECONDITION":           {400, "FAILED_PRECONDITION", "Precondition check failed.", "", nil},
	"CREDENTIALS_MISSING":           {401, "UNAUTHENTICATED", "Request is missing required authentication credential.", "CREDENTIALS_MISSING", nil},
	"SERVICE_DISABLED":              {403, "PERMISSION_DENIED", "Routes API has not been used in project 0 before or it is disabled.", "SERVICE_DISABLED", nil},
	"API_KEY_SERVICE_BLOCKED":       {403, "PERMISSION_DENIED", "Requests to this API are blocked.", "API_KEY_SERVICE_BLOCKED", nil},
	"API_KEY_IP_ADDRESS_BLOCKED":    {403, "PERMISSION_DENIED", "The provided API key has an IP address restriction. The originating IP address of the call (192.0.2.7) violates this restriction.", "API_KEY_IP_ADDRESS_BLOCKED", nil},
	"API_KEY_IOS_APP_BLOCKED":       {403, "PERMISSION_DENIED", "Requests from this iOS client application <empty> are blocked.", "API_KEY_IOS_APP_BLOCKED", nil},
	"BILLING_DISABLED":              {403, "PERMISSION_DENIED", "This API method requires billing to be enabled.", "BILLING_DISABLED", nil},
	"CONSUMER_SUSPENDED":            {403, "PERMISSION_DENIED", "Permission denied: Consumer has been suspended.", "CONSUMER_SUSPENDED", nil},
	"PERMISSION_DENIED":             {403, "PERMISSION_DENIED", "The caller does not have permission", "", nil},
	"UNREGISTERED":                  {403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.", "", nil},
	"NOT_FOUND":                     {404, "NOT_FOUND", "Requested entity was not found.", "", nil},
	"RATE_LIMIT_EXCEEDED":           {429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Directions requests' and limit 'Directions requests per minute'.", "RATE_LIMIT_EXCEEDED", map[string]string{"quota_limit": "DirectionsRequestsPerMinutePerProject"}},
	"RATE_LIMIT_EXCEEDED/day":       {429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Directions requests' and limit 'Directions requests per day'.", "RATE_LIMIT_EXCEEDED", map[string]string{"quota_limit": "DirectionsRequestsPerDayPerProject"}},
	"RESOURCE_EXHAUSTED":            {429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", "", nil},
	"ABORTED":                       {409, "ABORTED", "The operation was aborted.", "", nil},
	"CANCELLED":                     {499, "CANCELLED", "The operation was cancelled.", "", nil},
	"INTERNAL":                      {500, "INTERNAL", "Internal error encountered.", "", nil},
	"UNAVAILABLE":                   {503, "UNAVAILABLE", "The service is currently unavailable.", "", nil},
	"DEADLINE_EXCEEDED":             {504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.", "", nil},
	"ACCESS_TOKEN_EXPIRED":          {401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", "ACCESS_TOKEN_EXPIRED", nil},
	"API_KEY_HTTP_REFERRER_BLOCKED": {403, "PERMISSION_DENIED", "Requests from referer <empty> are blocked.", "API_KEY_HTTP_REFERRER_BLOCKED", nil},
}

// FailCode makes the fake answer every request until Heal with the refusal of
// this code, in the shape of the service asked. For the older services a code is
// a status, after which "/key" and the like choose among its messages, or
// "SIGNATURE" for the text that refuses a signature; for the Routes API it is an
// ErrorInfo's reason or a status, "RATE_LIMIT_EXCEEDED/day" for the day's quota,
// "UNREGISTERED" for a call without a key.
func (s *Server) FailCode(code string) {
	s.Fail(fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { refuse(w, r, code) })))
}

func refuse(w http.ResponseWriter, r *http.Request, code string) {
	if !strings.HasPrefix(r.URL.Path, "/maps/api/") {
		x, ok := rpcRefusals[code]
		if !ok {
			x = rpcRefusal{500, "UNKNOWN", "the fake knows no code " + code, "", nil}
		}
		if strings.Contains(r.URL.Path, "computeRouteMatrix") {
			writeStream(w, x)
			return
		}
		x.write(w)
		return
	}
	if code == "SIGNATURE" {
		refuseClient(w, r)
		return
	}
	x, ok := refusals[code]
	if !ok {
		x = refusal{status: code}
	}
	list := "results"
	switch {
	case strings.Contains(r.URL.Path, "directions"):
		list = "routes"
	case strings.Contains(r.URL.Path, "autocomplete"):
		list = "predictions"
	case strings.Contains(r.URL.Path, "details"):
		list = ""
	}
	if strings.Contains(r.URL.Path, "distancematrix") {
		list = "rows"
	}
	x.write(w, list)
}

func (x refusal) write(w http.ResponseWriter, list string) {
	body := map[string]any{"status": x.status}
	if list != "" {
		body[list] = []any{}
	}
	if x.message != "" {
		body["error_message"] = x.message
	}
	if x.status == "ZERO_RESULTS" && list == "routes" {
		body["geocoded_waypoints"] = []any{map[string]any{}, map[string]any{}}
	}
	writeJSON(w, http.StatusOK, body)
}

// refuseClient is the plain text that a wrong client or signature gets. The
// URL in it holds the request's address and the signature.
func refuseClient(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write([]byte(badClientID + r.URL.RequestURI() + "\nIf this does not match the URL you requested, please ensure that your request is URL encoded correctly.\n"))
}

func (x rpcRefusal) write(w http.ResponseWriter) {
	e := map[string]any{"code": x.http, "message": x.message, "status": x.status}
	if x.reason != "" {
		meta := map[string]string{"service": "routes.googleapis.com", "consumer": "projects/000000000000"}
		for k, v := range x.metadata {
			meta[k] = v
		}
		e["details"] = []any{map[string]any{
			"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": x.reason, "domain": "googleapis.com", "metadata": meta,
		}}
	}
	writeJSON(w, x.http, map[string]any{"error": e})
}

// invalid is an INVALID_ARGUMENT of the Routes API with a text.
func invalid(message string) rpcRefusal {
	return rpcRefusal{400, "INVALID_ARGUMENT", message, "", nil}
}

// service answers the checked query of an older service, or refuses it.
type service func(q url.Values) (map[string]any, refusal)

// legacy checks what all older services check: the key or the signature, then
// the parameters. list is the reply's list, "" for none.
func (s *Server) legacy(list string, p fakehttp.Params, f service) http.HandlerFunc {
	p = p.With("key", "client", "signature", "channel", "language", "region")
	return func(w http.ResponseWriter, r *http.Request) {
		q, wrong := p.Query(r)
		switch {
		case q.Has("client") || q.Has("signature"):
			if !s.signed(r) {
				refuseClient(w, r)
				return
			}
			s.Note("signed")
		case q.Get("key") == "":
			refusal{"REQUEST_DENIED", keyMissing}.write(w, list)
			return
		case q.Get("key") != s.opts.Key:
			refusal{"REQUEST_DENIED", keyInvalid}.write(w, list)
			return
		}
		if s.opts.NoLegacy && r.URL.Path != "/maps/api/geocode/json" {
			refusal{"REQUEST_DENIED", legacyOff}.write(w, list)
			return
		}
		if wrong == nil {
			wrong = checkCommon(q)
		}
		if wrong != nil {
			word := "Invalid"
			if wrong.Problem == fakehttp.Missing || wrong.Problem == fakehttp.Empty {
				word = "Missing the"
			}
			refusal{"INVALID_REQUEST", "Invalid request. " + word + " '" + wrong.Name + "' parameter."}.write(w, list)
			return
		}
		body, no := f(q)
		if no.status != "" {
			if no.status == "ZERO_RESULTS" {
				s.accept(r)
			}
			no.write(w, list)
			return
		}
		s.accept(r)
		body["status"] = "OK"
		writeJSON(w, http.StatusOK, body)
	}
}

// checkCommon checks the parameters that the older services share.
func checkCommon(q url.Values) *fakehttp.ParamError {
	if v := q.Get("region"); v != "" && (len(v) != 2 || strings.ToLower(v) != v || v == "gb") {
		return &fakehttp.ParamError{Name: "region", Problem: fakehttp.Malformed}
	}
	if v := q.Get("language"); len(v) == 1 || len(v) > 35 {
		return &fakehttp.ParamError{Name: "language", Problem: fakehttp.Malformed}
	}
	return nil
}
