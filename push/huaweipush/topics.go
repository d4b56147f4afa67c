package huaweipush

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// topicForm is what the vendor's SDK takes as a topic's name.
var topicForm = regexp.MustCompile(`^[\x{4e00}-\x{9fa5}\w\-.~%]{1,900}$`)

// topicFault says why a topic cannot be served, or nil. err is what is wrong with it
// for everybody.
func (a *Adapter) topicFault(t push.Topic, err error) error {
	switch {
	case err != nil:
		return err
	case a.version == 3 || a.o.QuickApp != NoQuickApp:
		return waybill.NotSupported("", "version 3 and quick apps have no topics")
	case t.Condition == "" && !topicForm.MatchString(t.Name):
		return waybill.NotSupported("", "the topic's name has characters that Huawei does not take")
	}
	return nil
}

// SendTopic sends the notification to everybody who subscribed to the topic, or
// for whom its condition holds; see [push.TopicSender]. The vendor takes 100 such
// tasks at a time. Version 3 and quick apps have no topics.
func (a *Adapter) SendTopic(ctx context.Context, n *push.Notification, t push.Topic) push.Result {
	return a.vendor.SendMany(ctx, n, t.Audience, push.SendTopic, a.topicFault(t, t.Validate()), []string{t.Name + t.Condition}, func(ctx context.Context, j *pushbatch.Job[request]) pushbatch.Outcome {
		return a.authorized(ctx, a.send, j.Message.topic(t), j.Ref, j.Private, push.SendTopic, judgeTask)
	})
}

// judgeTask reads the reply to a message to a topic.
func judgeTask(r *wire.Reply) pushbatch.Outcome {
	m, o := read(r)
	if o.Err == nil {
		o.ID = pushbatch.ID(m["requestId"])
	}
	return o
}

// Subscribe puts tokens into the topic, at most 1000 in an exchange; see
// [push.Subscriber].
func (a *Adapter) Subscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return a.enrol(ctx, t, tokens, push.Subscribe, "subscribe")
}

// Unsubscribe takes tokens out of the topic, as Subscribe puts them in.
func (a *Adapter) Unsubscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return a.enrol(ctx, t, tokens, push.Unsubscribe, "unsubscribe")
}

// enrol uses the topic management of version 1, which is by the app's id.
func (a *Adapter) enrol(ctx context.Context, t push.Topic, tokens []push.Token, op waybill.Verb, word string) []push.Result {
	fault := a.topicFault(t, t.Named())
	if fault == nil && a.app == "" {
		fault = waybill.NotSupported("", "topics need the app's id")
	}
	return pushbatch.Enrol(ctx, name, a.Mine, t, tokens, op, fault, maxTokens, func(ctx context.Context, values []string) []pushbatch.Outcome {
		body := pushbatch.Marshal(struct {
			Topic  string   `json:"topic"`
			Tokens []string `json:"tokenArray"`
		}{t.Name, values})
		var out []pushbatch.Outcome
		o := a.authorized(ctx, a.URL+"/v1/"+a.app+"/topic:"+word, body, "", append(values, t.Name), op, func(r *wire.Reply) pushbatch.Outcome {
			var whole pushbatch.Outcome
			out, whole = judgeEnrolled(r, len(values))
			return whole
		})
		if o.Err != nil {
			o.Dead = false
			j := pushbatch.Job[request]{Tokens: make([]push.Token, len(values))}
			return j.All(o)
		}
		return out
	})
}

// judgeEnrolled reads the reply of topic management: the failures by index.
func judgeEnrolled(r *wire.Reply, want int) ([]pushbatch.Outcome, pushbatch.Outcome) {
	m, whole := read(r)
	if whole.Err != nil {
		return nil, whole
	}
	out := make([]pushbatch.Outcome, want)
	named := 0
	for _, raw := range pushbatch.List(m["errors"]) {
		v := pushbatch.Object(raw)
		i, err := strconv.Atoi(pushbatch.Text(v["index"]))
		if err != nil || i < 0 || i >= want {
			continue
		}
		if out[i].Err == nil {
			named++
		}
		out[i] = pushbatch.Refusal(r, map[string]pushbatch.Class{codeTopicToken: badMember}, codeTopicToken, "")
	}
	if failures, err := strconv.Atoi(pushbatch.Text(m["failureCount"])); err == nil && failures > named {
		lost := pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply does not name every token that failed")}
		for i := range out {
			if out[i].Err == nil {
				out[i] = lost
			}
		}
	}
	return out, whole
}

// codeTopicToken is "some token is wrong"; the reason beside an index is a text.
const codeTopicToken = "82000010"

// badMember is a token that a topic does not take: the vendor does not say
// whether it is gone.
var badMember = pushbatch.Class{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Text: "the token is none of this app's"}

// authorized makes one exchange with the present token, and another when that
// was refused.
func (a *Adapter) authorized(ctx context.Context, url string, body []byte, ref string, private []string, op waybill.Verb, judge func(*wire.Reply) pushbatch.Outcome) pushbatch.Outcome {
	o, e := pushbatch.Authorized(ctx, a.tokens, func(token string) pushbatch.Outcome {
		r, err := a.Wire.Do(ctx, &wire.Request{
			Op: string(op), Ref: ref, URL: url, Body: body, Send: true, Private: private, Header: a.header(token, ""),
		})
		if err != nil {
			return pushbatch.Outcome{Err: waybill.AsError(err)}
		}
		return judge(r)
	}, func(o pushbatch.Outcome) bool { return o.Err != nil && o.Err.Code == waybill.Unauthenticated })
	if e != nil {
		return pushbatch.Outcome{Err: e}
	}
	return o
}

// header makes the headers of a request. kind is the push-type, which only
// version 3 has.
func (a *Adapter) header(token, kind string) http.Header {
	h := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
	if kind != "" {
		h["Push-Type"] = []string{kind}
	}
	return h
}

// read reads the code that every reply has, and returns the reply of a success.
func read(r *wire.Reply) (map[string]json.RawMessage, pushbatch.Outcome) {
	m, e := pushbatch.Reply(r)
	if e != nil {
		return nil, pushbatch.Outcome{Err: e}
	}
	code, ok := pushbatch.Code(m["code"])
	switch {
	case !ok:
		return nil, pushbatch.Outcome{Err: pushbatch.Lost(r, "the reply has no code")}
	case code != codeSuccess:
		return nil, pushbatch.Refusal(r, classes, code, pushbatch.Text(m["msg"]))
	case !r.OK():
		return nil, pushbatch.Outcome{Err: r.StatusError()}
	}
	return m, pushbatch.Outcome{}
}
