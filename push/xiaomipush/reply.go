package xiaomipush

import (
	"context"
	"encoding/json"
	"net/url"
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
	codeOK = "0"
	// codeFailed is "send failed": all tokens are invalid, or the package or
	// the site is the wrong one.
	codeFailed = "20301"
	// wordBad is the member that lists the tokens that are not valid.
	wordBad = "bad_regids"
)

// table is the vendor's list of codes, that of its pages and of the ErrorCode of
// its server SDK.
var table = func() map[string]pushbatch.Class {
	soon, minute := pushbatch.TooFast(5*time.Second), pushbatch.TooFast(time.Minute)
	away := pushbatch.Class{Code: waybill.Unavailable, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Text: "the device is offline"}
	remote := pushbatch.Class{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous, Wait: 10 * time.Second}
	parameters := []string{"100", "10007", "10008", "10012", "10016", "10017", "10018", "10035", "10041", "20209", "21305", "22003", "22004", "22005", "22020",
		"22100", "22103", "27001", "65028", "65041"}
	for _, span := range [][2]int{{65008, 65017}, {65035, 65038}} {
		for n := span[0]; n <= span[1]; n++ {
			parameters = append(parameters, strconv.Itoa(n))
		}
	}
	return pushbatch.Table(map[*pushbatch.Class][]string{
		&pushbatch.Broken:   {"-1", "1", "10001", "10011", "20215", "20216", "20315", "20607", "22102", "26003", "65029", "65030", "65040"},
		&pushbatch.Busy:     {"10002", "10009", "10037"},
		&remote:             {"10003", "10010"},
		&away:               {"65003"},
		&soon:               {"200002"},
		&minute:             {"10022", "10023", "10024", "10027", "10028", "10030", "10032", "10039", "22101", "26004", "26005", "65006"},
		&pushbatch.DayQuota: {"10034", "200001"},
		&pushbatch.Denied: {"10004", "10005", "10013", "10014", "10020", "10021", "10025", "10026", "10031", "10033", "10036", "10038", "21303",
			"22002", "22021", "22022", "26006", "65007", "66108"},
		&pushbatch.Credential: {"10006", "21301", "21302", "22000", "22001", "22006", "22007", "22008"},
		&pushbatch.Gone:       {"10029", codeFailed, "66007", wordBad},
		&pushbatch.Parameter:  parameters,
	})
}()

// exchange sends to up to 1000 tokens.
func (a *Adapter) exchange(ctx context.Context, j *pushbatch.Job[message]) []pushbatch.Outcome {
	values := j.Values()
	r, e := a.post(ctx, push.Send, "/v3/message/regid", j.Message.to(url.Values{"registration_id": {strings.Join(values, ",")}}), j.Ref, j.Private)
	if e != nil {
		return j.All(pushbatch.Outcome{Err: e})
	}
	return judge(r, values)
}

// read reads code, result and id, which every reply has, and returns the data
// beside what they say of the whole.
func read(r *wire.Reply) (map[string]json.RawMessage, pushbatch.Outcome) {
	v, e := pushbatch.Reply(r)
	if e != nil {
		return nil, pushbatch.Outcome{Err: e}
	}
	code, ok := pushbatch.Code(v["code"])
	result := pushbatch.Text(v["result"])
	data := pushbatch.Object(v["data"])
	id := pushbatch.ID(data["id"])
	switch {
	case !ok:
		return data, pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply has no code")}
	case code != codeOK:
		why := pushbatch.Text(v["reason"])
		if why == "" {
			why = pushbatch.Text(v["description"])
		}
		return data, pushbatch.Refusal(r, table, code, why)
	case !r.OK():
		return data, pushbatch.Outcome{Err: r.StatusError()}
	case result != "" && result != "ok", result == "" && id == "":
		return data, pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply does not say what was sent")}
	}
	return data, pushbatch.Outcome{ID: id}
}

// judge turns a reply into the outcomes of tokens: all that it does not list as
// invalid were taken.
func judge(r *wire.Reply, values []string) []pushbatch.Outcome {
	data, whole := read(r)
	// Of many tokens a code of all does not say which one is gone.
	whole.Dead = whole.Dead && len(values) == 1
	out := slices.Repeat([]pushbatch.Outcome{whole}, len(values))
	if whole.Err != nil && whole.Err.VendorCode != codeFailed {
		return out
	}
	bad := map[string]bool{}
	for _, member := range []string{wordBad, "bad_regIds"} {
		for _, v := range pushbatch.Names(data[member]) {
			bad[v] = true
		}
	}
	for i, v := range values {
		if bad[v] {
			out[i] = pushbatch.Refusal(r, table, wordBad, "")
		}
	}
	return out
}
