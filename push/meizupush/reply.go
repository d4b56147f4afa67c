package meizupush

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const (
	codeOK       = "200"
	codeRedirect = "300"
)

// table are the codes of a whole reply, users those of tokens in a reply that is
// otherwise a success: "Api returnCode" and "map code" of
// https://github.com/MEIZUPUSH/PushAPI, and PushResponseCode of the vendor's SDK.
var table, users = func() (whole, tokens map[string]pushbatch.Class) {
	minute := pushbatch.TooFast(time.Minute)
	elsewhere := pushbatch.Denied
	elsewhere.Text = "the vendor asks to use another address; see Options.BaseURL"
	whole = pushbatch.Table(map[*pushbatch.Class][]string{
		&pushbatch.Busy:       {"1003"},
		&pushbatch.Broken:     {"500", "1001"},
		&minute:               {"110010"},
		&pushbatch.DayQuota:   {"110019", "110051", "110053"},
		&pushbatch.Credential: {"1006", "110000", "110001", "110033"},
		&pushbatch.Denied:     {"110009", "110031"},
		&elsewhere:            {codeRedirect},
		&pushbatch.Parameter:  {"1005", "110004", "110032"},
		&pushbatch.Gone:       {"110002", "110003", "110005"},
	})
	refused := pushbatch.Class{Code: waybill.PermissionDenied, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Text: "the vendor refuses the token"}
	off := pushbatch.Class{Code: waybill.OptedOut, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Text: "the user switched the app's messages off"}
	folded, full := pushbatch.DeviceLimit, pushbatch.DeviceLimit
	folded.Wait, folded.Text = time.Minute, "the device got too many of the app's messages within a minute"
	full.Until, full.Text = pushbatch.Midnight, "the device got the day's public messages of the app"
	tokens = pushbatch.Table(map[*pushbatch.Class][]string{
		&refused:          {"201"},
		&pushbatch.Broken: {"501", "513"},
		&minute:           {"518"},
		&pushbatch.Busy:   {"519"},
		&folded:           {"520"},
		&pushbatch.Gone:   {"110002", "110003", "110005"},
		&off:              {"110010"},
		&full:             {"110011"},
	})
	return whole, tokens
}()

// exchange sends to up to 100 tokens.
func (a *Adapter) exchange(ctx context.Context, j *pushbatch.Job[message]) []pushbatch.Outcome {
	values := j.Values()
	form := url.Values{"pushIds": {strings.Join(values, ",")}, "messageJson": {string(pushbatch.Marshal(j.Message))}}
	r, e := a.post(ctx, push.Send, a.URL+"/garcia/api/server/push/varnished/pushByPushId", form, j.Ref, j.Private)
	if e != nil {
		return j.All(pushbatch.Outcome{Err: e})
	}
	return judge(r, values)
}

// read reads the code, which every reply has, and returns value and the outcome of
// the whole.
func read(r *wire.Reply) (map[string]json.RawMessage, pushbatch.Outcome) {
	v, e := pushbatch.Reply(r)
	if e != nil {
		return nil, pushbatch.Outcome{Err: e}
	}
	code, ok := pushbatch.Code(v["code"])
	switch {
	case !ok:
		return nil, pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply has no code")}
	case code != codeOK:
		return nil, pushbatch.Refusal(r, table, code, pushbatch.Text(v["message"]))
	case !r.OK():
		return nil, pushbatch.Outcome{Err: r.StatusError()}
	}
	// The id is optional; a code of success is one without it, too.
	return pushbatch.Object(v["value"]), pushbatch.Outcome{ID: pushbatch.ID(v["msgId"])}
}

// judge turns a reply into the outcomes of tokens: all that its value does not
// list were taken. The list is {"code":["token"]}; public clients also know
// {"token":"code"}.
func judge(r *wire.Reply, values []string) []pushbatch.Outcome {
	value, whole := read(r)
	// Of many tokens a code of all does not say which one is gone.
	whole.Dead = whole.Dead && len(values) == 1
	out := slices.Repeat([]pushbatch.Outcome{whole}, len(values))
	if whole.Err != nil {
		return out
	}
	codes := make(map[string]string, len(value))
	for k, raw := range value {
		if slices.Contains(values, k) {
			codes[k], _ = pushbatch.Code(raw)
			continue
		}
		code, ok := pushbatch.Code(json.RawMessage(k))
		if !ok {
			continue
		}
		for _, token := range pushbatch.Names(raw) {
			codes[token] = code
		}
	}
	for i, v := range values {
		if code, bad := codes[v]; bad && code != codeOK {
			out[i] = pushbatch.Refusal(r, users, code, "")
		}
	}
	return out
}
