package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// MaxRetryAfter is the longest wait of a Retry-After header that is believed.
const MaxRetryAfter = time.Hour

// Reply is one complete reply. Its body may hold personal data and secrets;
// nothing of it goes into an error unless it was scrubbed.
type Reply struct {
	// Status is the HTTP status, such as 200.
	Status int
	// Header is the reply's header.
	Header http.Header
	// Body is the whole body, decompressed.
	Body []byte
	// RetryAfter is the wait of the Retry-After header: 0 when there is none,
	// negative when it must be taken for "not again" because it is negative,
	// unreadable or longer than MaxRetryAfter. See [RetryAfter].
	RetryAfter time.Duration

	c *Client
	r *Request
}

// head makes a Reply of a response's head.
func (c *Client) head(resp *http.Response, r *Request) *Reply {
	return &Reply{Status: resp.StatusCode, Header: resp.Header, RetryAfter: RetryAfter(resp.Header, MaxRetryAfter), c: c, r: r}
}

// RetryAfter reads the Retry-After header: seconds, or an HTTP date, which is
// taken relative to the reply's own Date where there is one. It returns 0 when
// there is no such header, and -1 when it is negative, a past date, unreadable
// or longer than limit.
func RetryAfter(h http.Header, limit time.Duration) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if v[0] >= '0' && v[0] <= '9' {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n > int64(limit/time.Second) {
			return -1
		}
		return time.Duration(n) * time.Second
	}
	t, err := http.ParseTime(v)
	if err != nil {
		return -1
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now().Truncate(time.Second)
	}
	d := t.Sub(now)
	if d < 0 || d > limit {
		return -1
	}
	return d
}

// Format prints status and size for every verb, so that a reply in a log shows
// nothing of its content.
func (r Reply) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "wire.Reply{%d, %d bytes}", r.Status, len(r.Body))
}

// OK reports whether the status is 2xx.
func (r *Reply) OK() bool { return r.Status >= 200 && r.Status <= 299 }

// Error returns an error about this reply, with the provider, verb, key and
// wait filled in and the vendor's message scrubbed. So is its code, unless it is
// one that the vendor documents (see Config.Codes), or this package's own.
func (r *Reply) Error(code waybill.Code, scope waybill.Scope, delivery waybill.Delivery, vendorCode, message string) *waybill.Error {
	e := &waybill.Error{Code: code, Scope: scope, Delivery: delivery, RetryAfter: r.RetryAfter, VendorCode: vendorCode}
	e.Message = r.Scrub(message)
	if vendorCode != "" && !r.documented(vendorCode) {
		e.VendorCode = r.Scrub(vendorCode)
	}
	if r.c != nil {
		e.Provider = r.c.cfg.Provider
	}
	if r.r != nil {
		e.Op, e.Ref = r.r.Op, r.r.Ref
	}
	return e
}

func (r *Reply) documented(code string) bool {
	return code == CodeReply || r.c != nil && r.c.cfg.Codes != nil && r.c.cfg.Codes(code)
}

// Scrub is [Client.Scrub] with the request's private values.
func (r *Reply) Scrub(text string) string {
	var private []string
	if r.r != nil {
		private = r.r.Private
	}
	return r.c.scrub(text, private)
}

// JSON decodes the body into v. What is not one JSON value of v's shape (HTML,
// nothing, null, a cut value, something behind it, wrong types) is DataLoss and
// Ambiguous, said without quoting it; where the status is not 2xx it is
// [Reply.StatusError] instead. It returns nil after success.
func (r *Reply) JSON(v any) *waybill.Error {
	body := bytes.TrimPrefix(r.Body, []byte("\xef\xbb\xbf"))
	body = bytes.TrimSpace(body)
	problem := ""
	switch {
	case len(body) == 0:
		problem = "the reply is empty"
	case body[0] == '<':
		problem = "the reply is HTML or XML, not JSON"
	case bytes.Equal(body, []byte("null")):
		problem = "the reply is null"
	default:
		err := json.Unmarshal(body, v)
		if err == nil {
			return nil
		}
		problem = describeJSON(err, len(body))
	}
	if e := r.StatusError(); e != nil {
		return e
	}
	e := r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, CodeReply, "")
	e.Message = problem
	return e
}

// describeJSON says what is wrong without the reply's own words.
func describeJSON(err error, size int) string {
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		if syntax.Offset >= int64(size) {
			return "the JSON ends early"
		}
		return "the reply is not JSON at byte " + strconv.FormatInt(syntax.Offset, 10)
	case errors.As(err, &typed):
		got, _, _ := strings.Cut(typed.Value, " ")
		where := ""
		if typed.Field != "" {
			where = " in field " + typed.Field
		}
		return "the JSON has a " + got + where + " where it cannot"
	}
	return "the JSON has an unexpected shape"
}

// StatusError classifies a reply by its HTTP status alone, nil for 2xx. It is
// what an adapter falls back to when the body says nothing it knows; the table
// stands in the package comment.
func (r *Reply) StatusError() *waybill.Error {
	if r.OK() {
		return nil
	}
	class := byStatus(r.Status)
	if r.r != nil && r.r.Send && r.Status == http.StatusNotImplemented {
		class = statusClass{waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous}
	}
	e := r.Error(class.code, class.scope, class.delivery, "", "")
	e.VendorCode = strconv.Itoa(r.Status)
	e.Message = http.StatusText(r.Status)
	if r.Status >= 300 && r.Status <= 399 {
		e.Message = "a redirect was refused"
	}
	return e
}

type statusClass struct {
	code     waybill.Code
	scope    waybill.Scope
	delivery waybill.Delivery
}

func byStatus(status int) statusClass {
	switch status {
	case http.StatusUnauthorized:
		return statusClass{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent}
	case http.StatusPaymentRequired:
		return statusClass{waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent}
	case http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return statusClass{waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent}
	case http.StatusTooManyRequests:
		return statusClass{waybill.RateLimited, waybill.ScopeService, waybill.NotSent}
	case http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusMisdirectedRequest, http.StatusTooEarly:
		return statusClass{waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent}
	case http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired, http.StatusLocked:
		return statusClass{waybill.FailedPrecondition, waybill.ScopeRequest, waybill.NotSent}
	case http.StatusInternalServerError:
		return statusClass{waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous}
	case http.StatusNotImplemented:
		return statusClass{waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent}
	}
	switch {
	case status >= 400 && status <= 499:
		return statusClass{waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent}
	case status >= 300 && status <= 399, status >= 500 && status <= 599:
		return statusClass{waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous}
	}
	return statusClass{waybill.Unknown, waybill.ScopeProvider, waybill.Ambiguous}
}
