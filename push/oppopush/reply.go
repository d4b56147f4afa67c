package oppopush

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// The codes that are looked at beside the table.
const (
	codeOK        = "0"
	codeToken     = "11"
	codeNoToken   = "29"
	codeDuplicate = "32"
)

// table is the vendor's list of codes, "global return codes" of
// https://open.oppomobile.com/new/developmentDoc/info?id=11242.
var table = func() map[string]pushbatch.Class {
	missing := pushbatch.Class{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent}
	// Reported by others: the channel wants a private message template.
	template := pushbatch.Class{Code: waybill.PermissionDenied, Scope: waybill.ScopeSender, Delivery: waybill.NotSent}
	flow, calls := pushbatch.TooFast(5*time.Second), pushbatch.TooFast(time.Minute)
	return pushbatch.Table(map[*pushbatch.Class][]string{
		&pushbatch.Busy:       {"-1"},
		&flow:                 {"-2"},
		&calls:                {"13", "55"},
		&pushbatch.Credential: {codeToken, "14", "15", "16", "17", "18", "19", codeNoToken},
		&pushbatch.Parameter:  {"12", "20", "21", "22", "23", "24", "25", codeDuplicate, "40", "41", "51", "67"},
		&pushbatch.Denied:     {"26", "27", "28", "30", "59"},
		&missing:              {"31"},
		&template:             {"54"},
		&pushbatch.DayQuota:   {"33", "34", "42", "69"},
		&pushbatch.Gone:       {"10000"},
	})
}()

// exchange sends one message, or many, with the present auth token.
func (a *Adapter) exchange(ctx context.Context, j *pushbatch.Job[notification]) []pushbatch.Outcome {
	if j.Message.BigPicture != "" {
		return j.All(pushbatch.Outcome{Err: pushbatch.Unsupported("OPPO shows big pictures in broadcasts only")})
	}
	list := messages(j)
	path, field, text := "/server/v1/message/notification/unicast_batch", "messages", []byte(nil)
	if len(list) == 1 {
		path, field, text = "/server/v1/message/notification/unicast", "message", pushbatch.Marshal(list[0])
	} else {
		text = pushbatch.Marshal(list)
	}
	got, e := pushbatch.Authorized(ctx, a.tokens, func(token string) []pushbatch.Outcome {
		form := url.Values{"auth_token": {token}, field: {string(text)}}
		r, err := a.Wire.Do(ctx, a.request(push.Send, path, form, j.Ref, j.Private))
		if err != nil {
			return j.All(pushbatch.Outcome{Err: waybill.AsError(err)})
		}
		return judge(r, list)
	}, refused)
	if e != nil {
		return j.All(pushbatch.Outcome{Err: e})
	}
	return got
}

// refused reports whether the vendor took nothing because of the auth token.
func refused(out []pushbatch.Outcome) bool {
	for _, o := range out {
		if o.Err == nil || o.Err.Code != waybill.Unauthenticated {
			return false
		}
		switch o.Err.VendorCode {
		case codeToken, codeNoToken, "401":
		default:
			return false
		}
	}
	return true
}

// read reads the code that every reply has, and returns the data of a success.
func read(r *wire.Reply) (json.RawMessage, pushbatch.Outcome) {
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
	case r.Status != http.StatusOK:
		return nil, pushbatch.Outcome{Err: pushbatch.Lost(r, "the status is not the one that the vendor promises")}
	}
	return v["data"], pushbatch.Outcome{}
}

// judge turns a reply into the outcomes of its messages.
func judge(r *wire.Reply, sent []message) []pushbatch.Outcome {
	out := make([]pushbatch.Outcome, len(sent))
	data, whole := read(r)
	if whole.Err != nil {
		// Of many tokens a code of all does not say which one is gone.
		whole.Dead = whole.Dead && len(sent) == 1
		for i := range out {
			out[i] = recognised(whole, sent[i])
		}
		return out
	}
	if v := pushbatch.Object(data); v != nil && v["registrationId"] == nil {
		return single(r, v, sent)
	}
	return several(r, data, sent)
}

// recognised makes a success of the vendor's word that it has this
// app_message_id already: the first one was taken.
func recognised(o pushbatch.Outcome, m message) pushbatch.Outcome {
	if o.Err != nil && o.Err.VendorCode == codeDuplicate && m.Notification.AppMessageID != "" {
		return pushbatch.Outcome{ID: m.Notification.AppMessageID}
	}
	return o
}

// single reads the data of one message, or of a broadcast to a list, whose bad
// tokens stand under their codes: {"message_id":"…","10000":["token"]}.
func single(r *wire.Reply, data map[string]json.RawMessage, sent []message) []pushbatch.Outcome {
	out := make([]pushbatch.Outcome, len(sent))
	id := pushbatch.ID(data["messageId"])
	if id == "" {
		id = pushbatch.ID(data["message_id"])
	}
	for i := range out {
		out[i].ID = id
		if id == "" {
			out[i].Err = pushbatch.Lost(r, "the reply has no message id")
		}
	}
	for key, raw := range data {
		code, ok := pushbatch.Code(json.RawMessage(key))
		if !ok {
			continue
		}
		for _, token := range pushbatch.Names(raw) {
			for i := range sent {
				if sent[i].TargetValue == token {
					out[i] = pushbatch.Refusal(r, table, code, "")
				}
			}
		}
	}
	return out
}

// several reads one entry for each message, in any order. What has none is not
// known.
func several(r *wire.Reply, data json.RawMessage, sent []message) []pushbatch.Outcome {
	byToken := map[string]pushbatch.Outcome{}
	for _, raw := range pushbatch.List(data) {
		v := pushbatch.Object(raw)
		token := pushbatch.Text(v["registrationId"])
		if token == "" {
			token = pushbatch.Text(v["registration_id"])
		}
		o := pushbatch.Outcome{ID: pushbatch.ID(v["messageId"])}
		code, ok := pushbatch.Code(v["errorCode"])
		switch {
		case ok && code != codeOK:
			o = pushbatch.Refusal(r, table, code, pushbatch.Text(v["errorMessage"]))
		case o.ID == "":
			o.Err = pushbatch.Lost(r, "an entry of the reply has neither message id nor code")
		}
		byToken[token] = o
	}
	out := make([]pushbatch.Outcome, len(sent))
	for i := range sent {
		o, ok := byToken[sent[i].TargetValue]
		if !ok {
			o.Err = pushbatch.Lost(r, "the reply has no entry for the token")
		}
		out[i] = recognised(o, sent[i])
	}
	return out
}
