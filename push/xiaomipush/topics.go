package xiaomipush

import (
	"context"
	"maps"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// SendTopic sends the notification to everybody who subscribed to the topic; see
// [push.TopicSender].
func (a *Adapter) SendTopic(ctx context.Context, n *push.Notification, t push.Topic) push.Result {
	return a.crowd(ctx, n, pushbatch.Crowd[url.Values]{Op: push.SendTopic, Audience: t.Audience, Wrong: a.CheckTopic(t), Private: []string{t.Name}},
		"/v3/message/topic", url.Values{"topic": {t.Name}})
}

// Broadcast sends the notification to everybody who has the app; see
// [push.Broadcaster].
func (a *Adapter) Broadcast(ctx context.Context, n *push.Notification, to push.Audience) push.Result {
	return a.crowd(ctx, n, pushbatch.Crowd[url.Values]{Op: push.Broadcast, Audience: to, Wrong: a.CheckAudience(to)}, "/v3/message/all", nil)
}

// crowd makes the exchange of both.
func (a *Adapter) crowd(ctx context.Context, n *push.Notification, to pushbatch.Crowd[url.Values], path string, more url.Values) push.Result {
	to.Exchange = func(ctx context.Context, j *pushbatch.Job[url.Values]) pushbatch.Outcome {
		form := maps.Clone(j.Message)
		maps.Copy(form, more)
		r, e := a.post(ctx, to.Op, path, form, j.Ref, j.Private)
		if e != nil {
			return pushbatch.Outcome{Err: e}
		}
		_, o := read(r)
		return o
	}
	return a.vendor.SendCrowd(ctx, n, to)
}

// Subscribe puts tokens into the topic, up to 1000 in an exchange; see
// [push.Subscriber].
func (a *Adapter) Subscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return a.enrol(ctx, push.Subscribe, "/v2/topic/subscribe", t, tokens)
}

// Unsubscribe takes tokens out of the topic, as Subscribe puts them in.
func (a *Adapter) Unsubscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return a.enrol(ctx, push.Unsubscribe, "/v2/topic/unsubscribe", t, tokens)
}

func (a *Adapter) enrol(ctx context.Context, op waybill.Verb, path string, t push.Topic, tokens []push.Token) []push.Result {
	return a.vendor.Enrol(ctx, tokens, pushbatch.Enrolment{Op: op, Wrong: a.CheckTopic(t), Max: maxTokens,
		Exchange: func(ctx context.Context, values []string) []pushbatch.Outcome {
			form := url.Values{"registration_id": {strings.Join(values, ",")}, "topic": {t.Name}, "restricted_package_name": {a.pkg}}
			r, e := a.post(ctx, op, path, form, "", append(values[:len(values):len(values)], t.Name))
			if e != nil {
				out := make([]pushbatch.Outcome, len(values))
				for i := range out {
					out[i].Err = e
				}
				return out
			}
			return judge(r, values)
		}})
}

var (
	_ push.TopicSender  = (*Adapter)(nil)
	_ push.Broadcaster  = (*Adapter)(nil)
	_ push.Subscriber   = (*Adapter)(nil)
	_ push.Unsubscriber = (*Adapter)(nil)
)
