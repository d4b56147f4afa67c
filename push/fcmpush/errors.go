package fcmpush

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// The codes of google.firebase.fcm.v1.FcmError.
const (
	codeUnregistered   = "UNREGISTERED"
	codeSenderMismatch = "SENDER_ID_MISMATCH"
	codeInvalid        = "INVALID_ARGUMENT"
	codeThirdParty     = "THIRD_PARTY_AUTH_ERROR"
	codeAPNsAuth       = "APNS_AUTH_ERROR" // its name before browsers were served, too
	codeQuota          = "QUOTA_EXCEEDED"
	codeUnavailable    = "UNAVAILABLE"
	codeInternal       = "INTERNAL"
)

// The google.rpc statuses that stand for themselves when there is no FcmError.
const (
	statusExhausted       = "RESOURCE_EXHAUSTED"
	statusUnauthenticated = "UNAUTHENTICATED"
	statusDenied          = "PERMISSION_DENIED"
	statusNotFound        = "NOT_FOUND"
)

// The vendor's minimum waits where it names none.
const (
	waitAfterQuota  = 60 * time.Second
	waitAfterServer = 10 * time.Second
)

// class is what a code means.
type class struct {
	code     waybill.Code
	scope    waybill.Scope
	delivery waybill.Delivery
	wait     time.Duration
	dead     bool
	text     string
}

// classes is the vendor's table, FcmError codes and statuses alike: where both
// have a name they mean the same.
var classes = map[string]class{
	codeUnregistered:      {waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, 0, true, "the token is not registered any more"},
	codeSenderMismatch:    {waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, 0, true, "the token belongs to another project"},
	codeInvalid:           {waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, 0, false, ""},
	codeThirdParty:        {waybill.PermissionDenied, waybill.ScopeSender, waybill.NotSent, 0, false, "the project's APNs or web push key was refused"},
	codeAPNsAuth:          {waybill.PermissionDenied, waybill.ScopeSender, waybill.NotSent, 0, false, "the project's APNs key was refused"},
	codeQuota:             {waybill.RateLimited, waybill.ScopeService, waybill.NotSent, waitAfterQuota, false, ""},
	statusExhausted:       {waybill.RateLimited, waybill.ScopeService, waybill.NotSent, waitAfterQuota, false, ""},
	codeUnavailable:       {waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, waitAfterServer, false, "the service is overloaded"},
	codeInternal:          {waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, waitAfterServer, false, ""},
	statusUnauthenticated: {waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, 0, false, "the access token was refused"},
	statusDenied:          {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, false, ""},
	statusNotFound:        {waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, 0, false, "no such project or path"},
}

var (
	invalidToken = class{waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, 0, true, "not a valid registration token"}
	// foreignAPNs is an iPhone's token that Apple refuses with the project's key,
	// bundle id or environment. It says nothing of the project's other tokens, whose
	// successes would else prove it dead.
	foreignAPNs = class{waybill.PermissionDenied, waybill.ScopeRecipient, waybill.NotSent, 0, false, "Apple refuses the device's token for the project's app or environment"}
	deviceQuota = class{waybill.RecipientLimited, waybill.ScopeRecipient, waybill.NotSent, waitAfterQuota, false, "too many messages to this device"}
)

// judge turns a reply into the message's id or an error.
func judge(r *wire.Reply) (outcome, *waybill.Error) {
	if r.Status != http.StatusOK {
		return refusal(r)
	}
	var v struct {
		Name string `json:"name"`
	}
	if e := r.JSON(&v); e != nil {
		return outcome{}, e
	}
	if v.Name == "" {
		// The SDK calls this a success with an empty id.
		return outcome{}, r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the reply has no message id")
	}
	return outcome{id: v.Name}, nil
}

// rpcError is google.rpc.Status as this adapter needs it.
type rpcError struct {
	Message string
	Status  string
	// fcm is the FcmError code, apns the reason of an ApnsError, fields the fields
	// of BadRequest, device whether a QuotaFailure is about one device.
	fcm    string
	apns   string
	fields []string
	device bool
}

// decode reads an error body, taking whatever has the expected type and passing
// over the rest.
func decode(body []byte) (e rpcError, ok bool) {
	var raw struct {
		Error map[string]json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &raw) != nil || raw.Error == nil {
		return e, false
	}
	_ = json.Unmarshal(raw.Error["message"], &e.Message)
	_ = json.Unmarshal(raw.Error["status"], &e.Status)
	var details []json.RawMessage
	_ = json.Unmarshal(raw.Error["details"], &details)
	for _, d := range details {
		e.detail(d)
	}
	return e, true
}

// detail reads one element of details, which are of many types in any order.
func (e *rpcError) detail(raw json.RawMessage) {
	var kind struct {
		Type string `json:"@type"`
	}
	_ = json.Unmarshal(raw, &kind)
	switch _, typ, _ := strings.Cut(kind.Type, "/"); {
	case strings.HasSuffix(typ, "FcmError"):
		var v struct {
			ErrorCode string `json:"errorCode"`
		}
		if json.Unmarshal(raw, &v) == nil && e.fcm == "" {
			e.fcm = v.ErrorCode
		}
	case strings.HasSuffix(typ, "ApnsError"):
		var v struct {
			Reason string `json:"reason"`
		}
		_ = json.Unmarshal(raw, &v)
		e.apns = v.Reason
	case typ == "google.rpc.BadRequest":
		var v struct {
			FieldViolations []struct {
				Field string `json:"field"`
			} `json:"fieldViolations"`
		}
		_ = json.Unmarshal(raw, &v)
		for _, f := range v.FieldViolations {
			e.fields = append(e.fields, f.Field)
		}
	case typ == "google.rpc.QuotaFailure":
		var v struct {
			Violations []struct {
				Subject     string `json:"subject"`
				Description string `json:"description"`
			} `json:"violations"`
		}
		_ = json.Unmarshal(raw, &v)
		for _, q := range v.Violations {
			// How a device's quota is worded is unconfirmed; the documentation
			// calls it "device message rate".
			e.device = e.device || strings.Contains(strings.ToLower(q.Subject+" "+q.Description), "device")
		}
	}
}

// badToken reports whether an INVALID_ARGUMENT is about the token itself.
func (e *rpcError) badToken() bool {
	for _, f := range e.fields {
		if f == "message.token" {
			return true
		}
	}
	return strings.Contains(e.Message, "not a valid FCM registration token")
}

// refusal classifies a reply that is not 200.
func refusal(r *wire.Reply) (outcome, *waybill.Error) {
	e, ok := decode(r.Body)
	code := e.fcm
	c, known := classes[code]
	if !known && e.apns == "Unregistered" {
		code = codeUnregistered
		c, known = classes[code]
	}
	if !known {
		code = e.Status
		c, known = classes[code]
	}
	switch {
	case !ok || !known:
		return outcome{}, byStatus(r)
	case code == codeInvalid && e.badToken():
		c = invalidToken
	case code == codeInvalid && (e.apns == "DeviceTokenNotForTopic" || e.apns == "BadDeviceToken"):
		c = foreignAPNs
	case (code == codeQuota || code == statusExhausted) && e.device:
		c = deviceQuota
	case code == statusDenied && r.Status != http.StatusForbidden, code == statusNotFound && r.Status != http.StatusNotFound:
		return outcome{}, byStatus(r) // status and HTTP status contradict each other
	}
	text := c.text
	if text == "" {
		text = e.Message
	}
	err := r.Error(c.code, c.scope, c.delivery, "", text)
	err.VendorCode = code // from our own table
	if err.RetryAfter == 0 {
		err.RetryAfter = c.wait
	}
	return outcome{dead: c.dead}, err
}

// byStatus classifies a reply whose body says nothing that we know.
func byStatus(r *wire.Reply) *waybill.Error {
	e := r.StatusError()
	if e == nil { // 201, 204: not what the vendor promises
		return r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the reply has no message id")
	}
	if e.RetryAfter == 0 {
		switch {
		case r.Status == http.StatusTooManyRequests:
			e.RetryAfter = waitAfterQuota
		case r.Status >= 500:
			e.RetryAfter = waitAfterServer
		}
	}
	return e
}
