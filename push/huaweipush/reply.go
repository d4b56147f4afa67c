package huaweipush

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const (
	codeSuccess    = "80000000"
	codePartial    = "80100000"
	codeAllInvalid = "80300007"
)

// noRight is a token that may not get this message; it is not dead.
var noRight = pushbatch.Class{Code: waybill.PermissionDenied, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Text: "the app or the token lacks a right for this message"}

// testFull is a limit of test messages, which says nothing of others.
var testFull = pushbatch.Class{Code: waybill.RateLimited, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Wait: time.Minute}

// classes are the vendor's codes, of versions 1 and 2
// (https://developer.huawei.com/consumer/cn/doc/HMSCore-References/https-send-api-0000001050986197),
// of topics, and of version 3
// (https://developer.huawei.com/consumer/cn/doc/harmonyos-references/push-scenariozed-api-response).
var classes = func() map[string]pushbatch.Class {
	gone, tasks := pushbatch.Gone, pushbatch.TooFast(time.Minute)
	return pushbatch.Table(map[*pushbatch.Class][]string{
		&pushbatch.Parameter: {"80100001", "80100002", "80100003", "80100004", "80100013", "80100016", "80100018", "80100022", "80300008", "80300010", "80300030",
			"82000001", "82000002", "82000003", "82000004", "82000005", "82000006", "82000007", "82000008", "82000009", codeTopicToken, "82000011"},
		&tasks:                {"80100017"},
		&testFull:             {"80300029"},
		&pushbatch.Credential: {"80200001", "80200003", "80200005", "80300036", "80600003"},
		&pushbatch.Denied:     {"80300002", "80300011", "80300013", "80300037", "82000012", "82000013"},
		&gone:                 {codeAllInvalid},
		&pushbatch.Broken:     {"81000001"},
	})
}()

// exchange sends to up to 1000 tokens, and once more when the access token was
// refused.
func (a *Adapter) exchange(ctx context.Context, j *pushbatch.Job[request]) []pushbatch.Outcome {
	values := j.Values()
	body := j.Message.body(values)
	out, e := pushbatch.Authorized(ctx, a.tokens, func(token string) []pushbatch.Outcome {
		r, err := a.Wire.Do(ctx, &wire.Request{
			Op: string(push.Send), Ref: j.Ref, URL: a.send, Body: body, Send: true, Private: j.Private, Header: a.header(token, j.Message.kind()),
		})
		if err != nil {
			return j.All(pushbatch.Outcome{Err: waybill.AsError(err)})
		}
		return judge(r, values)
	}, func(out []pushbatch.Outcome) bool {
		return out[0].Err != nil && out[0].Err.Code == waybill.Unauthenticated
	})
	if e != nil {
		return j.All(pushbatch.Outcome{Err: e})
	}
	return out
}

// judge reads a reply: one outcome for each value.
func judge(r *wire.Reply, values []string) []pushbatch.Outcome {
	all := func(o pushbatch.Outcome) []pushbatch.Outcome {
		return slices.Repeat([]pushbatch.Outcome{o}, len(values))
	}
	m, e := pushbatch.Reply(r)
	if e != nil {
		return all(pushbatch.Outcome{Err: e})
	}
	code, ok := pushbatch.Code(m["code"])
	if !ok {
		return all(pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply has no code")})
	}
	id := pushbatch.ID(m["requestId"])
	if !r.OK() && (code == codeSuccess || code == codePartial) {
		return all(pushbatch.Outcome{Err: r.StatusError()})
	}
	switch code {
	case codeSuccess:
		return all(pushbatch.Outcome{ID: id})
	case codePartial:
		return partial(r, m["msg"], id, values)
	case codeAllInvalid:
		if bad := illegal(pushbatch.Object(m["msg"])); len(bad) > 0 {
			out := all(pushbatch.Refusal(r, classes, code, ""))
			for i, v := range values {
				if reason, named := bad[v]; named {
					out[i] = refused(r, code, reason)
				}
			}
			return out
		}
	}
	return all(pushbatch.Refusal(r, classes, code, pushbatch.Text(m["msg"])))
}

// partial reads which tokens failed. Fewer names than failures leave open which
// of the others did.
func partial(r *wire.Reply, msg json.RawMessage, id string, values []string) []pushbatch.Outcome {
	v := pushbatch.Object(msg)
	bad := illegal(v)
	failures, err := strconv.Atoi(pushbatch.Text(v["failure"]))
	rest := pushbatch.Outcome{ID: id}
	named := 0
	for _, value := range values {
		if _, ok := bad[value]; ok {
			named++
		}
	}
	if v == nil || named == 0 || err == nil && failures > named {
		rest = pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply does not name every token that failed")}
	}
	out := make([]pushbatch.Outcome, len(values))
	for i, value := range values {
		out[i] = rest
		if reason, ok := bad[value]; ok {
			out[i] = refused(r, codePartial, reason)
		}
	}
	return out
}

// illegal returns the tokens that failed with their reasons, empty where the
// version of the interface has none.
func illegal(v map[string]json.RawMessage) map[string]string {
	out := map[string]string{}
	for _, field := range []string{"illegal_tokens", "illegalTokens"} {
		raw, ok := v[field]
		if !ok {
			continue
		}
		reasons := pushbatch.Object(raw)
		for _, reason := range slices.Sorted(maps.Keys(reasons)) {
			for _, t := range pushbatch.Names(reasons[reason]) {
				out[t] = strings.TrimSpace(reason)
			}
		}
		if reasons == nil {
			for _, t := range pushbatch.Names(raw) {
				out[t] = ""
			}
		}
	}
	return out
}

// refused is one token of many. Only a token that is malformed or of another app
// is dead.
func refused(r *wire.Reply, code, reason string) pushbatch.Outcome {
	c := noRight
	if reason == "" || reason == "tokenFormatError" || reason == "noRight" {
		c = pushbatch.Gone
	}
	return pushbatch.Refusal(r, map[string]pushbatch.Class{code: c}, code, "")
}
