package vivopush

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// table is the vendor's list of results.
var table = func() map[string]pushbatch.Class {
	soon, minute := pushbatch.TooFast(5*time.Second), pushbatch.TooFast(time.Minute)
	night := pushbatch.Class{Code: waybill.RateLimited, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Until: pushbatch.Morning(7)}
	campaign, calls := pushbatch.DayQuota, pushbatch.DayQuota
	// Of one class of messages, and of one of the vendor's ways to send.
	campaign.Scope, calls.Scope = waybill.ScopeRequest, waybill.ScopeService
	parameters := []string{"10085", "10089", "10095", "10096", "10097", "10103", "10104", "10150", "10151", "10152", "10153", "10155",
		"10304", "10305", "10306", "10352", "10353", "10800", "10801"}
	for n := 10050; n <= 10067; n++ {
		parameters = append(parameters, strconv.Itoa(n))
	}
	return pushbatch.Table(map[*pushbatch.Class][]string{
		&pushbatch.Credential: {"10000", "10094", "10200", "10201", "10202", "10203", "10204", "10205", "10206", "10207"},
		&soon:                 {"10040", "10072", "10093"},
		&minute:               {"10250"},
		&pushbatch.Denied:     {"10043", "10045", "10082"},
		&campaign:             {codeOperation},
		&pushbatch.DayQuota:   {"10073"},
		&calls:                {"10252", "10254"},
		&night:                {"10071"},
		&pushbatch.Parameter:  parameters,
		&pushbatch.Gone:       {"10302"},
		&away:                 {"10311"},
	})
}()

// codeOperation says that the day's quota of operation messages is used up.
const codeOperation = "10070"

// away is a device that gets nothing now, and may later.
var away = pushbatch.Class{Code: waybill.Unavailable, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Text: "the device gets no pushes now"}

// users are the statuses of tokens in a reply that is otherwise a success.
var users = map[string]pushbatch.Class{
	"1": pushbatch.Gone, "2": pushbatch.Gone, "3": away,
	"4": {Code: waybill.PermissionDenied, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Text: "the device is none of the testers"},
}

// exchange sends to one token, or saves the message and pushes it to a list.
func (a *Adapter) exchange(ctx context.Context, j *pushbatch.Job[message]) []pushbatch.Outcome {
	m := j.Message
	if e := a.campaigns.over(m, time.Now()); e != nil {
		return j.All(pushbatch.Outcome{Err: e})
	}
	m.RequestID = requestID(j)
	if len(j.Tokens) == 1 {
		m.RegID = j.Tokens[0].Value
		return a.authorized(ctx, push.Send, j, "/message/send", m, "")
	}
	saved := pushbatch.Job[message]{Ref: j.Ref, Tokens: j.Tokens[:1], Private: j.Private}
	o := a.authorized(ctx, push.Send, &saved, "/message/saveListPayload", m, "")[0]
	if o.Err == nil && o.ID == "" {
		o.Err = &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, VendorCode: wire.CodeReply, Message: "the reply has no task id"}
	}
	if o.Err != nil { // nothing is sent by saving
		return j.All(pushbatch.Outcome{Err: pushbatch.Unsent(o.Err)})
	}
	list := map[string]any{"appId": a.id, "regIds": j.Values(), "taskId": o.ID, "requestId": m.RequestID, "pushMode": m.PushMode}
	return a.authorized(ctx, push.Send, j, "/message/pushToList", list, o.ID)
}

// authorized makes one exchange with the present auth token, and another when
// that was refused.
func (a *Adapter) authorized(ctx context.Context, op waybill.Verb, j *pushbatch.Job[message], path string, body any, id string) []pushbatch.Outcome {
	got, e := pushbatch.Authorized(ctx, a.tokens, func(token string) []pushbatch.Outcome {
		r, e := a.post(ctx, op, path, token, body, j.Ref, j.Private)
		if e != nil {
			return j.All(pushbatch.Outcome{Err: e})
		}
		out := judge(r, j.Values(), id)
		a.campaigns.learn(out[0].Err)
		return out
	}, refused)
	if e != nil {
		return j.All(pushbatch.Outcome{Err: e})
	}
	return got
}

// refused reports whether the vendor took nothing because of the auth token.
func refused(out []pushbatch.Outcome) bool {
	e := out[0].Err
	return e != nil && e.Code == waybill.Unauthenticated && (e.VendorCode == "10000" || e.VendorCode == "401")
}

// read reads the result that every reply has.
func read(r *wire.Reply) (map[string]json.RawMessage, pushbatch.Outcome) {
	v, e := pushbatch.Reply(r)
	if e != nil {
		return nil, pushbatch.Outcome{Err: e}
	}
	code, ok := pushbatch.Code(v["result"])
	switch {
	case !ok:
		return nil, pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply has no result")}
	case code != "0":
		return nil, pushbatch.Refusal(r, table, code, pushbatch.Text(v["desc"]))
	case r.Status != http.StatusOK:
		return nil, pushbatch.Outcome{Err: pushbatch.Lost(r, "the status is not the one that the vendor promises")}
	}
	return v, pushbatch.Outcome{}
}

// judge turns a reply into the outcomes of tokens: all that it does not list as
// invalid were taken. id is that of a list's task.
func judge(r *wire.Reply, tokens []string, id string) []pushbatch.Outcome {
	out := make([]pushbatch.Outcome, len(tokens))
	v, whole := read(r)
	if own := pushbatch.ID(v["taskId"]); own != "" {
		id = own
	}
	// Of many tokens a result of all does not say which one is gone.
	whole.ID, whole.Dead = id, whole.Dead && len(tokens) == 1
	for i := range out {
		out[i] = whole
	}
	if whole.Err != nil {
		return out
	}
	for _, member := range []string{"invalidUser", "invalidUsers"} {
		for _, raw := range pushbatch.List(v[member]) {
			u := pushbatch.Object(raw)
			status, ok := pushbatch.Code(u["status"])
			for i := range tokens {
				if ok && tokens[i] == pushbatch.Text(u["userid"]) {
					out[i] = pushbatch.Refusal(r, users, status, "")
				}
			}
		}
	}
	return out
}
