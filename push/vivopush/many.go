package vivopush

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// tagExpression says whom a message to tags reaches.
type tagExpression struct {
	Or []string `json:"orTags"`
}

// memberRegID is the kind of the members of a tag that are registration ids.
const memberRegID = 1

// Broadcast sends the notification to everybody who has the app, which the vendor
// takes once a day; see [push.Broadcaster]. Result.ID is the vendor's task id.
func (a *Adapter) Broadcast(ctx context.Context, n *push.Notification, to push.Audience) push.Result {
	return a.vendor.SendMany(ctx, n, to, push.Broadcast, to.Validate(), nil, func(ctx context.Context, j *pushbatch.Job[message]) pushbatch.Outcome {
		return a.many(ctx, push.Broadcast, j, "/message/all", nil)
	})
}

// SendTopic sends the notification to everybody who has the tag; see
// [push.TopicSender]. There are no conditions.
func (a *Adapter) SendTopic(ctx context.Context, n *push.Notification, t push.Topic) push.Result {
	fault := t.Validate()
	if fault == nil && t.Condition != "" {
		fault = waybill.NotSupported("", "vivo has no conditions")
	}
	return a.vendor.SendMany(ctx, n, t.Audience, push.SendTopic, fault, []string{t.Name + t.Condition}, func(ctx context.Context, j *pushbatch.Job[message]) pushbatch.Outcome {
		return a.many(ctx, push.SendTopic, j, "/message/tagPush", &tagExpression{Or: []string{t.Name}})
	})
}

// many makes one exchange that reaches many.
func (a *Adapter) many(ctx context.Context, op waybill.Verb, j *pushbatch.Job[message], path string, tags *tagExpression) pushbatch.Outcome {
	m := j.Message
	if e := a.campaigns.over(m, time.Now()); e != nil {
		return pushbatch.Outcome{Err: e}
	}
	m.RequestID, m.TagExpression = requestID(j), tags
	o := a.authorized(ctx, op, j, path, m, "")[0]
	if o.Err == nil && o.ID == "" {
		o.Err = &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Message: "the reply has no task id"}
	}
	return o
}

// Subscribe gives tokens the tag, at most 1000 in an exchange; see
// [push.Subscriber].
func (a *Adapter) Subscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return a.enrol(ctx, t, tokens, push.Subscribe, "/tag/addMembers")
}

// Unsubscribe takes the tag from tokens, as Subscribe gives it.
func (a *Adapter) Unsubscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return a.enrol(ctx, t, tokens, push.Unsubscribe, "/tag/removeMembers")
}

func (a *Adapter) enrol(ctx context.Context, t push.Topic, tokens []push.Token, op waybill.Verb, path string) []push.Result {
	return pushbatch.Enrol(ctx, name, a.Mine, t, tokens, op, t.Named(), maxBatch, func(ctx context.Context, values []string) []pushbatch.Outcome {
		j := &pushbatch.Job[message]{Tokens: make([]push.Token, len(values)), Private: append(values, t.Name)}
		for i, v := range values {
			j.Tokens[i].Value = v
		}
		return a.authorized(ctx, op, j, path, map[string]any{"name": t.Name, "type": memberRegID, "ids": values}, "")
	})
}
