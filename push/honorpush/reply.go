package honorpush

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const codeSuccess = "200"

// failed is a token of which the vendor does not say why it failed.
var failed = pushbatch.Class{Code: waybill.Internal, Scope: waybill.ScopeRecipient, Delivery: waybill.Ambiguous, Text: "the token is among those that failed"}

// testFull is the day's quota of test messages, which says nothing of others.
var testFull = pushbatch.Class{Code: waybill.QuotaExhausted, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Until: pushbatch.Midnight}

// successes say that the lists name what failed.
var successes = []string{codeSuccess, "80000000", "80100000"}

// classes are the vendor's codes, as public clients have them.
var classes = map[string]pushbatch.Class{
	"10001": pushbatch.Parameter, "10205": pushbatch.Denied, "10207": pushbatch.Credential, "10300": pushbatch.Parameter,
	"80100003": pushbatch.Parameter, "80200020": pushbatch.Parameter, "80200050": pushbatch.Parameter, "80200056": pushbatch.Parameter,
	"80300006": pushbatch.Parameter, "80300008": pushbatch.Parameter, "80300010": pushbatch.Parameter,
	"80200001": pushbatch.Credential, "80200003": pushbatch.Credential, "80200022": pushbatch.Denied, "80200047": testFull,
	"80300007": pushbatch.Gone,
}

// exchange sends to up to 1000 tokens, and once more when the access token was
// refused.
func (a *Adapter) exchange(ctx context.Context, j *pushbatch.Job[message]) []pushbatch.Outcome {
	values := j.Values()
	body := j.Message.body(values)
	out, e := pushbatch.Authorized(ctx, a.tokens, func(token string) []pushbatch.Outcome {
		r, err := a.Wire.Do(ctx, &wire.Request{
			Op: string(push.Send), Ref: j.Ref, URL: a.send, Body: body, Send: true, Private: j.Private,
			Header: http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}, "Timestamp": {strconv.FormatInt(time.Now().UnixMilli(), 10)}},
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
	switch {
	case !ok:
		return all(pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply has no code")})
	case !slices.Contains(successes, code):
		return all(pushbatch.Refusal(r, classes, code, pushbatch.Text(m["message"])))
	case !r.OK():
		return all(pushbatch.Outcome{Err: r.StatusError()})
	}
	data := pushbatch.Object(m["data"])
	bad, dead := pushbatch.Names(data["failTokens"]), pushbatch.Names(data["expireTokens"])
	rest := pushbatch.Outcome{ID: pushbatch.ID(data["requestId"])}
	if data == nil || string(data["sendResult"]) == "false" && len(bad)+len(dead) == 0 {
		rest = pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply does not say what was sent")}
	}
	out := make([]pushbatch.Outcome, len(values))
	for i, v := range values {
		switch out[i] = rest; {
		case slices.Contains(dead, v):
			out[i] = pushbatch.Refusal(r, map[string]pushbatch.Class{code: pushbatch.Gone}, code, "")
		case slices.Contains(bad, v):
			out[i] = pushbatch.Refusal(r, map[string]pushbatch.Class{code: failed}, code, "")
		}
	}
	return out
}
