package twiliosms

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// ReadWebhook verifies and reads a status callback or an inbound message, as form,
// query or JSON; see [sms.Webhook]. It follows
// https://www.twilio.com/docs/usage/webhooks/webhooks-security: X-Twilio-Signature
// covers the public URL and the form's fields, or with JSON the URL whose
// bodySHA256 is the body's. A call without or with a wrong signature, or of
// another account, is Unauthenticated.
func (a *Adapter) ReadWebhook(_ context.Context, call *sms.WebhookCall) (sms.Events, error) {
	var events sms.Events
	if a.token != "" {
		if !a.verified(call) {
			return sms.Events{}, refusedCall(waybill.Unauthenticated, "the signature is missing or wrong")
		}
		events.Signed = true
	}
	p, err := call.Params()
	if err != nil {
		return sms.Events{}, waybill.AsError(err).With(name, "webhook", "")
	}
	if of := p.Get("AccountSid"); of != "" && of != a.sid {
		return sms.Events{}, refusedCall(waybill.Unauthenticated, "the call is for another account")
	}
	id := first(p, "MessageSid", "SmsSid", "SmsMessageSid")
	status := strings.ToLower(first(p, "MessageStatus", "SmsStatus"))
	switch {
	case id == "":
		return sms.Events{}, refusedCall(waybill.InvalidArgument, "the call is neither a status callback nor an inbound message")
	case status == "received" || status == "receiving" || status == "" && p.Has("Body"):
		events.Inbound = []sms.Inbound{inbound(id, p)}
		events.Answer = sms.WebhookAnswer{ContentType: "text/xml", Body: `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`}
	case status != "":
		events.Reports = []sms.DeliveryReport{report(id, status, p, call.URL)}
	default:
		return sms.Events{}, refusedCall(waybill.InvalidArgument, "the call is neither a status callback nor an inbound message")
	}
	return events, nil
}

func refusedCall(code waybill.Code, why string) error {
	return (&waybill.Error{Code: code, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Message: why}).With(name, "webhook", "")
}

func first(p url.Values, keys ...string) string {
	for _, k := range keys {
		if v := p.Get(k); v != "" {
			return v
		}
	}
	return ""
}

// verified checks the signature over every spelling of the URL that Twilio's own
// libraries accept.
func (a *Adapter) verified(call *sms.WebhookCall) bool {
	got, err := base64.StdEncoding.DecodeString(call.Header.Get("X-Twilio-Signature"))
	if err != nil || len(got) == 0 || call.URL == nil {
		return false
	}
	fields := ""
	if want := call.URL.Query().Get("bodySHA256"); want != "" {
		sum := sha256.Sum256(call.Body)
		if !hmac.Equal([]byte(strings.ToLower(want)), []byte(hex.EncodeToString(sum[:]))) {
			return false
		}
	} else {
		if call.Form == nil && len(call.Body) > 0 {
			return false // nothing would cover the body
		}
		fields = formText(call.Form)
	}
	ok := false
	for _, u := range spellings(call) {
		mac := hmac.New(sha1.New, []byte(a.token))
		mac.Write([]byte(u + fields))
		ok = hmac.Equal(mac.Sum(nil), got) || ok
	}
	return ok
}

// formText is each field's name and value, by name; a field that is there more
// than once has each of its values once, sorted.
func formText(form url.Values) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(form)) {
		values := slices.Clone(form[k])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			b.WriteString(k + v)
		}
	}
	return b.String()
}

// spellings returns the ways in which Twilio may have written the URL: with and
// without the scheme's own port, about which it and proxies differ; with the user
// and password that it was given and turned into a header; and with the
// apostrophes of the query escaped.
func spellings(call *sms.WebhookCall) []string {
	urls := withPorts(call.URL)
	if user, password, ok := (&http.Request{Header: call.Header}).BasicAuth(); ok {
		u := *call.URL
		if u.User = url.UserPassword(user, password); password == "" {
			u.User = url.User(user)
		}
		urls = append(urls, withPorts(&u)...)
	}
	if strings.Contains(call.URL.RawQuery, "'") {
		for _, u := range urls {
			path, query, _ := strings.Cut(u, "?")
			urls = append(urls, path+"?"+strings.ReplaceAll(query, "'", "%27"))
		}
	}
	return urls
}

// withPorts returns the URL with and without its scheme's own port.
func withPorts(u *url.URL) []string {
	own := map[string]string{"https": "443", "http": "80"}[u.Scheme]
	out := []string{u.String()}
	other := *u
	switch u.Port() {
	case "":
		other.Host = u.Host + ":" + own
	case own:
		other.Host = strings.TrimSuffix(u.Host, ":"+own)
	default:
		other.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	}
	return append(out, other.String())
}

func numberOf(s string) sms.Number {
	n, err := sms.ParseNumber(s)
	if err != nil {
		return ""
	}
	return n
}

// report reads a status callback.
func report(id, status string, p url.Values, u *url.URL) sms.DeliveryReport {
	r := sms.DeliveryReport{Gateway: name, ID: id, To: numberOf(p.Get("To")), From: p.Get("From"), VendorCode: safeCode(p.Get("ErrorCode"))}
	r.Recipient = r.To.Masked()
	if u != nil {
		if key := u.Query().Get(keyParam); sms.ValidKey(key) {
			r.Key = key
		}
	}
	r.Status = statusOf(status, r.VendorCode)
	switch r.Status {
	case sms.StatusFailed, sms.StatusExpired, sms.StatusRejected:
		c := reportClass(r.VendorCode)
		r.Code, r.Scope, r.Message = c.code, c.scope, c.text
	}
	return r
}

// inbound reads an inbound message. Twilio joins long ones by itself.
func inbound(id string, p url.Values) sms.Inbound {
	m := sms.Inbound{Gateway: name, ID: id, From: numberOf(p.Get("From")), Sender: p.Get("From"), To: p.Get("To"), Text: p.Get("Body")}
	switch h := strings.ToUpper(p.Get("OptOutType")); h {
	case "STOP", "START", "HELP":
		m.Handled = h
	}
	return m
}
