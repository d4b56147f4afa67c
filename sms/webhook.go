package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// Webhook is implemented by adapters whose gateway calls back with delivery
// reports and inbound messages. A [Receiver] makes an http.Handler of it.
type Webhook interface {
	// ReadWebhook verifies one call and reads it. It does not use the network
	// unless the credentials do, and keeps nothing.
	//
	// An error is a *waybill.Error and says what the gateway is answered:
	// Unauthenticated (a wrong signature, another account) 401, InvalidArgument
	// (not what the gateway sends) 400, Unavailable (such as a signature that is
	// missing where the gateway is known to forget it) 503, anything else 500.
	// Neither number nor text nor secret stands in it.
	//
	// Of a list, members that cannot be read are counted in Events.Unread; it is
	// an error if nothing can be.
	ReadWebhook(ctx context.Context, call *WebhookCall) (Events, error)
}

// WebhookCall is one call of a gateway's, read whole.
type WebhookCall struct {
	// Method is GET or POST. URL is the public URL as the gateway called it.
	Method string
	URL    *url.URL
	Header http.Header
	// Form are the fields of a form in the body, nil where there is none.
	Form url.Values
	// Body is the body as it came, at most as long as the Receiver allows.
	Body []byte
}

// Events is what one call of a gateway's says.
type Events struct {
	// Reports and Inbound are in the order of the call, with the adapter's name
	// as Gateway. The Receiver puts its own there, and fills in Received.
	Reports []DeliveryReport
	Inbound []Inbound
	// Unread counts members of a list that could not be read.
	Unread int
	// Signed is set when a signature of the gateway's was verified. A Receiver
	// refuses calls without one unless it was given another proof.
	Signed bool
	// Time is the time that the signature covers; zero where there is none.
	Time time.Time
	// Answer is what the gateway wants to hear when all is well; the zero value
	// is an empty 200.
	Answer WebhookAnswer
}

// WebhookAnswer is the reply that acknowledges a call.
type WebhookAnswer struct {
	// Status is 200 if it is 0.
	Status int
	// ContentType is the type of Body.
	ContentType, Body string
}

// Params returns the call's parameters: of a GET the query's; of a POST the
// form's, or the top-level members of a JSON object as text (numbers and truth
// values as they are written, null as nothing, lists and objects as JSON). What
// is none of these is an InvalidArgument error.
func (c *WebhookCall) Params() (url.Values, error) {
	if c.Method == http.MethodGet {
		values, err := url.ParseQuery(c.URL.RawQuery)
		if err != nil {
			return nil, webhookError("the query cannot be read")
		}
		return values, nil
	}
	if c.Form != nil {
		return c.Form, nil
	}
	var object map[string]json.RawMessage
	if err := c.JSON(&object); err != nil {
		return nil, err
	}
	values := make(url.Values, len(object))
	for name, raw := range object {
		values.Set(name, jsonText(raw))
	}
	return values, nil
}

// JSON decodes the body into v; what does not fit is InvalidArgument, said
// without quoting it.
func (c *WebhookCall) JSON(v any) error {
	body := bytes.TrimSpace(bytes.TrimPrefix(c.Body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 || bytes.Equal(body, []byte("null")) || json.Unmarshal(body, v) != nil {
		return webhookError("the body is not the JSON that the gateway sends")
	}
	return nil
}

// List returns the members of a JSON list in the body, or the one object that is
// the body, still to be decoded; anything else is InvalidArgument. Gateways that
// push lists send single members now and then.
func (c *WebhookCall) List() ([]json.RawMessage, error) {
	var list []json.RawMessage
	if c.JSON(&list) == nil {
		return list, nil
	}
	var one json.RawMessage
	if err := c.JSON(&one); err != nil {
		return nil, err
	}
	if one[0] != '{' {
		return nil, webhookError("the body is neither a list nor an object")
	}
	return []json.RawMessage{one}, nil
}

// jsonText returns a JSON value as text.
func jsonText(raw json.RawMessage) string {
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case raw[0] == '"':
		var s string
		_ = json.Unmarshal(raw, &s)
		return s
	}
	return string(raw)
}

// readCall makes a WebhookCall of a request whose body was read. Gateways that
// send JSON do not always say so.
func readCall(r *http.Request, public string, body []byte) (*WebhookCall, error) {
	c := &WebhookCall{Method: r.Method, Header: r.Header, Body: body, URL: publicURL(r, public)}
	if r.Method == http.MethodGet {
		return c, nil
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	isJSON := len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[')
	if kind == "application/x-www-form-urlencoded" || kind != "application/json" && !isJSON {
		values, err := url.ParseQuery(string(body))
		if err != nil || len(values) == 0 {
			return nil, webhookError("the body is no form")
		}
		c.Form = values
	}
	return c, nil
}

// publicURL is the URL as the gateway called it: the request's, or public with
// the request's path and query behind it.
func publicURL(r *http.Request, public string) *url.URL {
	u := *r.URL
	if base, err := url.Parse(public); err == nil && public != "" {
		u.Scheme, u.Host = base.Scheme, base.Host
		if base.Path != "" && base.Path != "/" {
			u.Path, u.RawPath = strings.TrimSuffix(base.Path, "/")+u.Path, strings.TrimSuffix(base.EscapedPath(), "/")+u.EscapedPath()
		}
		return &u
	}
	u.Scheme, u.Host = "http", r.Host
	if r.TLS != nil {
		u.Scheme = "https"
	}
	return &u
}

func webhookError(why string) error {
	return waybill.Invalid("webhook", why).With("sms", "", "")
}
