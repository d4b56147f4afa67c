package aliyunsms

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

const (
	pageSize = 50
	maxPages = 20 // a thousand messages to one number in a day
	// listedFor is how far back the service looks.
	listedFor = 30 * 24 * time.Hour
	// skew is how much the clocks may differ: it decides which days are asked.
	skew = 10 * time.Minute
)

// detail is one message in the service's list.
type detail struct {
	PhoneNum     wire.Scalar
	SendStatus   wire.Scalar
	ErrCode      wire.Scalar
	TemplateCode wire.Scalar
	SendDate     wire.Scalar
	OutID        wire.Scalar `json:"OutId"`
}

type details struct {
	envelope
	TotalCount wire.Scalar
	List       struct {
		Items []*detail `json:"SmsSendDetailDTO"`
	} `json:"SmsSendDetailDTOs"`
}

// Reconcile looks for the message in the list of what was sent to its number
// (QuerySendDetails), by its Key, which went out as OutId; see [sms.Reconciler].
// The service does not say when a message appears there. Messages of a batch have
// no OutId there, so that one of the attempt's time without an OutId leaves the
// answer Ambiguous. Without a Key, and after 30 days, it is Unsupported.
func (a *Adapter) Reconcile(ctx context.Context, r sms.ReconcileRequest) (sms.Outcome, error) {
	key := r.Message.Key
	if err := r.Validate(); err != nil {
		return sms.Outcome{}, waybill.AsError(err).With(name, string(sms.Reconcile), key)
	}
	ended := r.Ended
	if ended.IsZero() {
		ended = r.Begun
	}
	switch {
	case key == "":
		return sms.Outcome{}, cannot(key, "Alibaba Cloud finds a message by its key, and it has none")
	case time.Since(ended) > listedFor:
		return sms.Outcome{}, cannot(key, "Alibaba Cloud lists messages for 30 days")
	}
	first, last := r.Begun.Add(-skew).In(shanghai), ended.Add(skew).In(shanghai)
	l := listed{m: &r.Message, from: first, to: last, whole: true}
	for day := first; ; day = day.AddDate(0, 0, 1) {
		found, err := a.lookUp(ctx, &l, day.Format("20060102"))
		if err != nil {
			return sms.Outcome{}, err
		}
		if found != nil {
			return outcome(found), nil
		}
		if day.Format("20060102") >= last.Format("20060102") {
			break
		}
	}
	out := sms.Outcome{Served: waybill.Served{Provider: name}, Why: "the message is not in the list, which is no proof"}
	switch {
	case l.mute:
		out.Why = "a message of that time has no key, as those of a batch"
	case l.whole && r.AbsentAfter > 0 && time.Since(ended) >= r.AbsentAfter:
		out.Delivery, out.Why = waybill.NotSent, "the message is not in the list although it is old enough to be"
	}
	return out, nil
}

func cannot(key, why string) error {
	return waybill.NotSupported(string(sms.Reconcile), why).With(name, "", key)
}

// listed is what was seen of the lists.
type listed struct {
	m        *sms.Message
	from, to time.Time // of the attempt
	whole    bool      // as many messages were read as are counted, without which absence is no proof
	mute     bool      // one may be the message, but does not say so
}

// lookUp goes through one day's list.
func (a *Adapter) lookUp(ctx context.Context, l *listed, day string) (found *detail, err error) {
	number := format(l.m.To)
	seen := int64(0)
	for page := 1; page <= maxPages; page++ {
		query := url.Values{"PhoneNumber": {number}, "SendDate": {day}, "PageSize": {strconv.Itoa(pageSize)}, "CurrentPage": {strconv.Itoa(page)}}
		reply, err := a.exchange(ctx, wire.Request{Op: string(sms.Reconcile), Ref: l.m.Key, Private: []string{string(l.m.To), l.m.To.Digits(), number}},
			"QuerySendDetails", query, nil)
		if err != nil {
			return nil, err
		}
		var v details
		if bad := check(reply, &v, &v.envelope); bad != nil {
			return nil, bad
		}
		for _, d := range v.List.Items {
			if d != nil && string(d.OutID) == l.m.Key {
				return d, nil
			}
			l.mute = l.mute || l.mayBe(d)
		}
		seen += int64(len(v.List.Items))
		if total, counted := v.TotalCount.Int(); len(v.List.Items) == 0 || counted && seen >= total {
			l.whole = l.whole && counted && seen >= total
			return nil, nil
		}
	}
	l.whole = false
	return nil, nil
}

// mayBe reports whether an entry without a key is of the attempt's time.
func (l *listed) mayBe(d *detail) bool {
	if d == nil || d.OutID != "" {
		return d == nil
	}
	at := localTime(d.SendDate)
	return at.IsZero() || !at.Before(l.from) && !at.After(l.to)
}

// outcome reads an entry of the list.
func outcome(d *detail) sms.Outcome {
	out := sms.Outcome{Served: waybill.Served{Provider: name}, Delivery: waybill.Sent, VendorCode: d.ErrCode.Code(), Why: "the message is in the list"}
	switch d.SendStatus {
	case "1":
		out.Status = sms.StatusAccepted
	case "2":
		r := failed(string(d.ErrCode))
		out.Status, out.Code, out.Scope = r.status, r.code, r.scope
	case "3":
		out.Status = sms.StatusDelivered
	}
	return out
}
