package apnspush

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// The reasons that are looked at beside the table.
const (
	reasonExpiredProvider = "ExpiredProviderToken"
	reasonTooManyUpdates  = "TooManyProviderTokenUpdates"
	reasonShutdown        = "Shutdown"
	reasonIdleTimeout     = "IdleTimeout"
	reasonUnregistered    = "Unregistered"
)

// class is what a reason means.
type class struct {
	status   int
	code     waybill.Code
	scope    waybill.Scope
	delivery waybill.Delivery
	dead     bool
	text     string
}

// classes is the vendor's table of reasons:
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns.
var classes = map[string]class{
	"BadCollapseId":     {400, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "the collapse id is not valid"},
	"BadExpirationDate": {400, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "the expiration is not valid"},
	"BadMessageId":      {400, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "the id is not valid"},
	"BadPriority":       {400, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "the priority is not valid"},
	"DuplicateHeaders":  {400, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "a header is repeated"},
	"InvalidPushType":   {400, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "the push type is not valid"},
	"PayloadEmpty":      {400, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "the payload is empty"},
	"PayloadTooLarge":   {413, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "the payload is too large"},

	"BadDeviceToken":         {400, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, true, "the token is not valid in this environment"},
	"DeviceTokenNotForTopic": {400, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, true, "the token belongs to another topic"},
	reasonUnregistered:       {410, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, true, "the token is not registered any more"},
	"ExpiredToken":           {410, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, true, "the token has expired"},
	"TooManyRequests":        {429, waybill.RecipientLimited, waybill.ScopeRecipient, waybill.NotSent, false, "too many requests for this token"},

	"BadTopic":           {400, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the topic is not valid"},
	"MissingTopic":       {400, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the topic is missing"},
	"TopicDisallowed":    {400, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "pushing to this topic is not allowed"},
	"MissingDeviceToken": {400, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the path has no token"},
	"BadPath":            {404, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the path is not the vendor's"},
	"MethodNotAllowed":   {405, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the method is not allowed"},
	"Forbidden":          {403, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "the action is not allowed"},

	"BadCertificate":             {403, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "the certificate is not valid"},
	"BadCertificateEnvironment":  {403, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "the certificate is for the other environment"},
	"MissingProviderToken":       {403, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "there is neither a certificate nor a provider token"},
	"InvalidProviderToken":       {403, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "the provider token is not valid"},
	reasonExpiredProvider:        {403, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "the provider token has expired"},
	"UnrelatedKeyIdInToken":      {403, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "the key is not that of the connection"},
	"BadEnvironmentKeyIdInToken": {403, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "the key is for the other environment"},
	"BadEnvironmentKeyInToken":   {403, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "the key is for the other environment"},
	reasonTooManyUpdates:         {429, waybill.RateLimited, waybill.ScopeAccount, waybill.NotSent, false, "the provider token is renewed too often"},

	reasonIdleTimeout:     {400, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, false, "the connection was idle for too long"},
	reasonShutdown:        {503, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, false, "the server is shutting down"},
	"ServiceUnavailable":  {503, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, false, "the service is unavailable"},
	"InternalServerError": {500, waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, false, "an internal server error"},
}

// outcome is what an exchange brought beside an error.
type outcome struct {
	id    string
	dead  bool
	since time.Time
}

// judge turns a reply into the notification's id or an error.
func judge(r *wire.Reply) (outcome, *waybill.Error) {
	if r.Status == http.StatusOK {
		// The body is empty; what shows that it was APNs is the id.
		if id := r.Header.Get("Apns-Id"); plausible(id) {
			return outcome{id: id}, nil
		}
		return outcome{}, r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the reply has no apns-id")
	}
	reason, since := decode(r.Body)
	if r.Status == http.StatusGone && reason == "" && isBlank(r.Body) {
		reason = reasonUnregistered // 410 has no other meaning
	}
	c, known := classes[reason]
	if !known || c.status/100 != r.Status/100 {
		return outcome{}, byStatus(r, reason)
	}
	e := r.Error(c.code, c.scope, c.delivery, "", "")
	e.VendorCode, e.Message = reason, c.text // both from our own table
	o := outcome{dead: c.dead}
	if c.dead {
		o.since = since
	}
	return o, e
}

// byStatus classifies a reply whose reason says nothing that we know.
func byStatus(r *wire.Reply, reason string) *waybill.Error {
	e := r.StatusError()
	if e == nil { // 201, 204: not what the vendor promises
		return r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the reply is not the vendor's")
	}
	if isWord(reason) {
		if e.Message = r.Scrub(reason); e.Message != reason {
			e.Message = "the vendor's reason is unknown"
		}
	}
	return e
}

// decode reads an error's body: {"reason":"…","timestamp":ms}. It takes what has
// the expected type and passes over the rest.
func decode(body []byte) (reason string, since time.Time) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), &raw) != nil {
		return "", time.Time{}
	}
	_ = json.Unmarshal(raw["reason"], &reason)
	text := strings.Trim(string(raw["timestamp"]), `"`)
	// A float has all milliseconds of the next 280,000 years.
	ms, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(ms) || ms <= 0 || ms > maxTimestamp {
		return reason, time.Time{}
	}
	return reason, time.UnixMilli(int64(ms))
}

// maxTimestamp is the end of the year 9999 in milliseconds.
const maxTimestamp = 253402300799999

// isBlank reports whether a body says nothing.
func isBlank(body []byte) bool {
	b := bytes.TrimSpace(body)
	return len(b) == 0 || string(b) == "{}"
}

// isWord reports whether s is one word of letters, as reasons are.
func isWord(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// plausible reports whether an id can be one: printable, and not endless.
func plausible(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return id != "" && len(id) <= 128
}
