package aliyunsms

import (
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// envelope is what every reply has.
type envelope struct {
	Code    wire.Scalar
	Message wire.Scalar
	BizID   wire.Scalar `json:"BizId"`
}

// accepted reads the reply to a send: the BizId, or why it was refused.
func accepted(reply *wire.Reply) (string, *waybill.Error) {
	var v envelope
	if bad := check(reply, &v, &v); bad != nil {
		return "", bad
	}
	return string(v.BizID), nil
}

// check decodes a reply into v, whose Code and Message e has.
func check(reply *wire.Reply, v any, e *envelope) *waybill.Error {
	if bad := reply.JSON(v); bad != nil {
		return bad
	}
	code := string(e.Code)
	if reply.OK() && code == "OK" {
		return nil
	}
	if reply.OK() && code == "" {
		return reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the reply has no code")
	}
	c, known := classOf(code)
	if status := reply.StatusError(); status != nil {
		switch {
		case code == "" || code == "OK" || !known:
			if code != "" {
				status.VendorCode = reply.Scrub(code)
			}
			if code == "OK" || e.BizID != "" {
				status.Delivery = waybill.Ambiguous
			}
			return status
		case reply.Status >= 500 && c.code != waybill.RateLimited:
			c.delivery = waybill.Ambiguous
		}
	}
	bad := reply.Error(c.code, c.scope, c.delivery, code, c.text)
	if e.BizID != "" { // a refused message has none
		bad.Delivery = waybill.Ambiguous
	}
	if bad.RetryAfter == 0 {
		bad.RetryAfter = c.wait
	}
	if code == "isv.BUSINESS_LIMIT_CONTROL" {
		bad.RetryAfter, bad.Message = window(string(e.Message), time.Now())
	}
	return bad
}

// shanghai is the zone of the service's times.
var shanghai = time.FixedZone("UTC+8", 8*60*60)

// window reads which of a number's limits was reached. Those by minute and hour
// begin anew with the clock; that by day is over after a day at the latest.
func window(message string, now time.Time) (time.Duration, string) {
	now = now.In(shanghai)
	switch {
	case strings.Contains(message, "分钟级"):
		return untilNext(now, time.Minute), "too many messages to this number in a minute"
	case strings.Contains(message, "小时级"):
		return untilNext(now, time.Hour), "too many messages to this number in an hour"
	case strings.Contains(message, "天级"):
		return 24 * time.Hour, "too many messages to this number in a day"
	case strings.Contains(message, "月级"):
		return 24 * time.Hour, "too many messages to this number in a month"
	}
	return 0, "too many messages to this number"
}

// untilNext is how long a minute or an hour still lasts.
func untilNext(now time.Time, d time.Duration) time.Duration { return now.Truncate(d).Add(d).Sub(now) }
