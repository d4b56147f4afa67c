package nexmosms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// webhookTime is how Vonage writes message-timestamp, in UTC.
const webhookTime = "2006-01-02 15:04:05"

// ReadWebhook reads a delivery receipt or an inbound message, by GET, form or
// JSON, as the account's settings have it; see [sms.Webhook]. It follows
// https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts and
// .../inbound-sms. In a receipt Vonage's fields are reversed: msisdn is the
// recipient and to our sender id.
//
// With a signature secret (Options.WebhookSecret, or New's with Options.Signing)
// every call must carry a signature: sig over all parameters, or a JWT whose
// payload_hash is the body's. One without is Unavailable, so that Vonage sends it
// again signed. A call of another account is Unauthenticated.
func (a *Adapter) ReadWebhook(ctx context.Context, call *sms.WebhookCall) (sms.Events, error) {
	params, err := call.Params()
	if err != nil {
		return sms.Events{}, waybill.AsError(err).With(name, "webhook", "")
	}
	if call.Method == http.MethodGet {
		params.Del("token") // the receiver's own, which Vonage did not sign
	}
	var events sms.Events
	if events.Time, events.Signed, err = a.verify(ctx, call, params); err != nil {
		return sms.Events{}, err
	}
	switch {
	case params.Get("messageId") == "" || params.Get("msisdn") == "":
		return sms.Events{}, refused(waybill.InvalidArgument, "the call is neither a delivery receipt nor an inbound message")
	case params.Has("status"):
		events.Reports = []sms.DeliveryReport{report(params)}
	case params.Has("text") || params.Has("data") || params.Has("type"):
		events.Inbound = []sms.Inbound{inbound(params)}
	default:
		return sms.Events{}, refused(waybill.InvalidArgument, "the call is neither a delivery receipt nor an inbound message")
	}
	return events, nil
}

func refused(code waybill.Code, why string) error {
	return (&waybill.Error{Code: code, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Message: why}).With(name, "webhook", "")
}

// verify checks whose call it is, and its signature. It returns the signed time.
func (a *Adapter) verify(ctx context.Context, call *sms.WebhookCall, params url.Values) (time.Time, bool, error) {
	key, secret, method := a.key, a.opts.WebhookSecret, a.opts.WebhookSigning
	if a.opts.Credentials != nil {
		var err error
		var signature string
		if key, signature, err = a.credentials(ctx, ""); err != nil {
			return time.Time{}, false, err
		}
		if secret == "" && a.opts.Signing != NoSigning {
			secret = signature
		}
	} else if secret == "" && a.opts.Signing != NoSigning {
		secret = a.secret
	}
	if method == NoSigning {
		method = a.opts.Signing
	}
	if method == NoSigning {
		method = MD5Hash // Vonage's default
	}
	if of := params.Get("api-key"); of != "" && !equal(of, key) {
		return time.Time{}, false, refused(waybill.Unauthenticated, "the call is for another account")
	}
	if secret == "" {
		return time.Time{}, false, nil
	}
	bearer, isBearer := strings.CutPrefix(call.Header.Get("Authorization"), "Bearer ")
	switch {
	case params.Get("sig") != "":
		if !method.signed(params, secret) {
			return time.Time{}, false, refused(waybill.Unauthenticated, "the signature is wrong")
		}
		t := unix(params.Get("timestamp"))
		if t.IsZero() {
			return time.Time{}, false, refused(waybill.Unauthenticated, "the signed call has no timestamp")
		}
		return t, true, nil
	case isBearer:
		t, ok := verifyJWT(bearer, key, secret, call)
		if !ok {
			return time.Time{}, false, refused(waybill.Unauthenticated, "the token is wrong or does not cover the body")
		}
		return t, true, nil
	}
	return time.Time{}, false, refused(waybill.Unavailable, "the call is not signed")
}

// signed reports whether sig is the signature of the parameters, or of those that
// are not blank: of the vendor's libraries some leave blank ones out, as null in
// JSON is. Then nothing proves the blank ones, and they are dropped.
func (s Signing) signed(params url.Values, secret string) bool {
	sig := strings.ToLower(params.Get("sig"))
	if equal(sig, strings.ToLower(s.sign(params, secret))) {
		return true
	}
	maps.DeleteFunc(params, func(_ string, values []string) bool { return strings.TrimSpace(strings.Join(values, "")) == "" })
	return equal(sig, strings.ToLower(s.sign(params, secret)))
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// unix reads seconds since 1970, the zero time if it cannot.
func unix(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// verifyJWT checks a token as of
// https://developer.vonage.com/en/getting-started/concepts/webhooks: HS256 with
// the signature secret, and the SHA-256 of the body in payload_hash, without
// which nothing of the call is proved.
func verifyJWT(token, key, secret string, call *sms.WebhookCall) (time.Time, bool) {
	parts := strings.Split(strings.TrimSpace(token), ".")
	if len(parts) != 3 || call.Method == http.MethodGet {
		return time.Time{}, false
	}
	var raw [3][]byte
	for i, p := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(p); err != nil {
			return time.Time{}, false
		}
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	var head struct {
		Alg string `json:"alg"`
	}
	var claims struct {
		IssuedAt json.Number `json:"iat"`
		Expires  json.Number `json:"exp"`
		Issuer   string      `json:"iss"`
		Hash     string      `json:"payload_hash"`
		Key      string      `json:"api_key"`
	}
	if !hmac.Equal(mac.Sum(nil), raw[2]) || json.Unmarshal(raw[0], &head) != nil || json.Unmarshal(raw[1], &claims) != nil || head.Alg != "HS256" {
		return time.Time{}, false
	}
	sum := sha256.Sum256(call.Body)
	at, expires := unix(claims.IssuedAt.String()), unix(claims.Expires.String())
	ok := !at.IsZero() && equal(strings.ToLower(claims.Hash), hex.EncodeToString(sum[:])) &&
		(claims.Issuer == "" || strings.EqualFold(claims.Issuer, "Vonage")) &&
		(claims.Key == "" || equal(claims.Key, key)) && (expires.IsZero() || time.Now().Before(expires))
	return at, ok
}

// numberOf returns Vonage's digits as a Number, empty where they are none.
func numberOf(digits string) sms.Number {
	n, err := sms.ParseNumber("+" + strings.TrimPrefix(strings.TrimSpace(digits), "+"))
	if err != nil {
		return ""
	}
	return n
}

// utcTime reads message-timestamp, which some calls write with a zone, the zero
// time if it cannot.
func utcTime(s string) time.Time {
	for _, layout := range []string{webhookTime, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// report reads a delivery receipt.
func report(p url.Values) sms.DeliveryReport {
	r := sms.DeliveryReport{
		Gateway: name, ID: p.Get("messageId"), To: numberOf(p.Get("msisdn")), From: p.Get("to"),
		VendorCode: p.Get("err-code"), Network: p.Get("network-code"), At: utcTime(p.Get("message-timestamp")),
	}
	r.Recipient = r.To.Masked()
	if key := p.Get("client-ref"); sms.ValidKey(key) {
		r.Key = key
	}
	if price := p.Get("price"); isPrice(price) {
		r.Price, r.Currency = price, currency
	}
	status, known := receiptStatuses[strings.ToLower(p.Get("status"))]
	r.Status = status
	if !known || r.VendorCode == "0" && status != sms.StatusDelivered {
		r.Message = "status " + plainWord(p.Get("status"))
	}
	switch status {
	case sms.StatusFailed, sms.StatusRejected, sms.StatusExpired:
		c := receiptClass(r.VendorCode)
		if status == sms.StatusExpired && c.code == waybill.Unknown {
			c = receiptReason{waybill.Unavailable, waybill.ScopeRecipient, "expired before it could be delivered"}
		}
		r.Code, r.Scope, r.Message = c.code, c.scope, c.text
	}
	return r
}

// plainWord returns s if it is one short word of letters, so that nothing else
// of a call gets into a report's text.
func plainWord(s string) string {
	if len(s) > 20 || strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz_-") != "" {
		return "unknown"
	}
	return s
}

// inbound reads an inbound message.
func inbound(p url.Values) sms.Inbound {
	m := sms.Inbound{
		Gateway: name, ID: p.Get("messageId"), From: numberOf(p.Get("msisdn")), Sender: p.Get("msisdn"), To: p.Get("to"),
		Text: p.Get("text"), Keyword: p.Get("keyword"), At: utcTime(p.Get("message-timestamp")),
	}
	if data, err := hex.DecodeString(p.Get("data")); err == nil && len(data) > 0 {
		m.Data = data
	}
	if udh, err := hex.DecodeString(p.Get("udh")); err == nil && len(udh) > 0 {
		m.Header = udh
	}
	if strings.EqualFold(p.Get("concat"), "true") {
		part, err1 := strconv.Atoi(p.Get("concat-part"))
		total, err2 := strconv.Atoi(p.Get("concat-total"))
		if err1 == nil && err2 == nil && part >= 1 && part <= total && total <= sms.MaxParts && p.Get("concat-ref") != "" {
			m.Ref, m.Part, m.Parts = p.Get("concat-ref"), part, total
		}
	}
	return m
}

var _ sms.Webhook = (*Adapter)(nil)
