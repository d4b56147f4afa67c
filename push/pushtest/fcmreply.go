package pushtest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

const (
	fcmErrorType   = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
	badRequestType = "type.googleapis.com/google.rpc.BadRequest"
	apnsErrorType  = "type.googleapis.com/google.firebase.fcm.v1.ApnsError"
	quotaType      = "type.googleapis.com/google.rpc.QuotaFailure"
	errorInfoType  = "type.googleapis.com/google.rpc.ErrorInfo"
)

// fcmReply is one of FCM's refusals: HTTP status, google.rpc status, message and
// details.
type fcmReply struct {
	http    int
	status  string
	message string
	details []any
}

func fcmDetail(code string) any {
	return map[string]string{"@type": fcmErrorType, "errorCode": code}
}

func violation(field, description string) any {
	return map[string]any{"@type": badRequestType, "fieldViolations": []any{map[string]string{"field": field, "description": description}}}
}

func apnsDetail(status int, reason string) any {
	return map[string]any{"@type": apnsErrorType, "statusCode": status, "reason": reason}
}

const invalidTokenText = "The registration token is not a valid FCM registration token"

// fcmReplies are the refusals by code. Where a code comes in two shapes the
// second has a suffix.
var fcmReplies = map[string]fcmReply{
	"UNREGISTERED/apns": {404, "NOT_FOUND", "Requested entity was not found.", []any{fcmDetail("UNREGISTERED"), apnsDetail(410, "Unregistered")}},
	"INVALID_ARGUMENT/apns": {400, "INVALID_ARGUMENT", "Request contains an invalid argument.",
		[]any{fcmDetail("INVALID_ARGUMENT"), apnsDetail(400, "DeviceTokenNotForTopic")}},
	"THIRD_PARTY_AUTH_ERROR/apns": {401, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service",
		[]any{fcmDetail("THIRD_PARTY_AUTH_ERROR"), apnsDetail(403, "InvalidProviderToken")}},
	"APNS_AUTH_ERROR":        {401, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service", []any{fcmDetail("APNS_AUTH_ERROR")}},
	"UNREGISTERED":           {404, "NOT_FOUND", "Requested entity was not found.", []any{fcmDetail("UNREGISTERED")}},
	"SENDER_ID_MISMATCH":     {403, "PERMISSION_DENIED", "SenderId mismatch", []any{fcmDetail("SENDER_ID_MISMATCH")}},
	"INVALID_ARGUMENT":       {400, "INVALID_ARGUMENT", "Request contains an invalid argument.", []any{fcmDetail("INVALID_ARGUMENT")}},
	"INVALID_ARGUMENT/bare":  {400, "INVALID_ARGUMENT", "Request contains an invalid argument.", nil},
	"INVALID_ARGUMENT/token": {400, "INVALID_ARGUMENT", invalidTokenText, []any{fcmDetail("INVALID_ARGUMENT"), violation("message.token", invalidTokenText)}},
	"INVALID_ARGUMENT/field": {400, "INVALID_ARGUMENT", "Invalid value at 'message.data[0].value' (TYPE_STRING), 7", []any{violation("message.data[0].value", "Invalid value at 'message.data[0].value' (TYPE_STRING), 7")}},
	"THIRD_PARTY_AUTH_ERROR": {401, "UNAUTHENTICATED", "Request is missing required authentication credential.", []any{fcmDetail("THIRD_PARTY_AUTH_ERROR")}},
	"UNAUTHENTICATED":        {401, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.", nil},
	"PERMISSION_DENIED":      {403, "PERMISSION_DENIED", "Permission 'cloudmessaging.messages.create' denied on resource (or it may not exist).", nil},
	"NOT_FOUND":              {404, "NOT_FOUND", "Requested entity was not found.", nil},
	"QUOTA_EXCEEDED":         {429, "RESOURCE_EXHAUSTED", "Quota exceeded for the message target", []any{fcmDetail("QUOTA_EXCEEDED")}},
	"QUOTA_EXCEEDED/device": {429, "RESOURCE_EXHAUSTED", "Quota exceeded for the message target", []any{fcmDetail("QUOTA_EXCEEDED"),
		map[string]any{"@type": quotaType, "violations": []any{map[string]string{"subject": "device", "description": "Device message rate exceeded."}}}}},
	"RESOURCE_EXHAUSTED": {429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Send requests' and limit 'Send requests per minute' of service 'fcm.googleapis.com'.",
		[]any{map[string]any{"@type": errorInfoType, "reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com", "metadata": map[string]string{"quota_limit": "SendRequestsPerMinutePerProject"}}}},
	"INTERNAL":    {500, "INTERNAL", "Internal error encountered.", []any{fcmDetail("INTERNAL")}},
	"UNAVAILABLE": {503, "UNAVAILABLE", "The service is currently unavailable.", []any{fcmDetail("UNAVAILABLE")}},
}

// FCMCodes lists the codes that FailCode and [FCMReply] take, sorted.
func FCMCodes() []string { return slices.Sorted(maps.Keys(fcmReplies)) }

// body is google.rpc.Status in JSON.
func (r fcmReply) body() string {
	e := map[string]any{"code": r.http, "message": r.message, "status": r.status}
	if len(r.details) > 0 {
		e["details"] = r.details
	}
	b, err := json.MarshalIndent(map[string]any{"error": e}, "", "  ")
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (r fcmReply) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(r.http)
	_, _ = w.Write([]byte(r.body()))
}

// refuse answers with a code.
func (f *FCM) refuse(w http.ResponseWriter, _ *http.Request, code string) {
	r, ok := fcmReplies[code]
	if !ok {
		panic("pushtest: FCM has no code " + code)
	}
	r.write(w)
}
