package xiaomipush

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// SendTopic sends the notification to everybody who subscribed to the topic; see
// [push.TopicSender]. There are no conditions.
func (a *Adapter) SendTopic(ctx context.Context, n *push.Notification, t push.Topic) push.Result {
	return a.many(ctx, n, t.Audience, push.SendTopic, checkTopic(t), "/v3/message/topic", url.Values{"topic": {t.Name}})
}

// Broadcast sends the notification to everybody who has the app; see
// [push.Broadcaster].
func (a *Adapter) Broadcast(ctx context.Context, n *push.Notification, to push.Audience) push.Result {
	return a.many(ctx, n, to, push.Broadcast, to.Validate(), "/v3/message/all", nil)
}

// checkTopic says what is wrong with a topic: it has a name, and no condition in
// its place.
func checkTopic(t push.Topic) error {
	err := t.Validate()
	if err == nil && t.Name == "" {
		err = waybill.NotSupported("", "Xiaomi has topics by their names only")
	}
	return err
}

// subscribable is checkTopic of a topic that is subscribed to.
func subscribable(t push.Topic) error {
	if err := t.Named(); err != nil {
		return err
	}
	return checkTopic(t)
}

// many makes one exchange that reaches many.
func (a *Adapter) many(ctx context.Context, n *push.Notification, to push.Audience, op waybill.Verb, fault error, path string, more url.Values) push.Result {
	return a.vendor.SendMany(ctx, n, to, op, fault, more["topic"], func(ctx context.Context, j *pushbatch.Job[message]) pushbatch.Outcome {
		r, e := a.post(ctx, op, path, j.Message.to(more), j.Ref, j.Private)
		if e != nil {
			return pushbatch.Outcome{Err: e}
		}
		_, o := read(r)
		return o
	})
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
	return pushbatch.Enrol(ctx, name, a.Accepts, t, tokens, op, subscribable(t), maxTokens, func(ctx context.Context, values []string) []pushbatch.Outcome {
		form := url.Values{"registration_id": {strings.Join(values, ",")}, "topic": {t.Name}, "restricted_package_name": {a.pkg}}
		r, e := a.post(ctx, op, path, form, "", append(values[:len(values):len(values)], t.Name))
		if e != nil {
			return slices.Repeat([]pushbatch.Outcome{{Err: e}}, len(values))
		}
		return judge(r, values)
	})
}

var (
	_ push.TopicSender  = (*Adapter)(nil)
	_ push.Broadcaster  = (*Adapter)(nil)
	_ push.Subscriber   = (*Adapter)(nil)
	_ push.Unsubscriber = (*Adapter)(nil)
)
