package meizupush

import (
	"context"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

const (
	tasks = "/garcia/api/server/push/pushTask/"
	// maxTag is how many characters a tag has.
	maxTag = 20
	// typeShown is the pushType of messages that are shown, scopeAny the scope
	// of those who have any of the tags.
	typeShown, scopeAny = "0", "0"
)

// checkTopic says what is wrong with a topic: it has a name, and no condition in
// its place.
func checkTopic(t push.Topic) error {
	err := t.Validate()
	if err == nil && (t.Name == "" || strings.Contains(t.Name, ",") || utf8.RuneCountInString(t.Name) > maxTag) {
		err = waybill.NotSupported("", "Meizu has topics by names of up to 20 characters, without a comma, only")
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

// SendTopic sends the notification to everybody who has the topic as a tag; see
// [push.TopicSender]. The result's id is that of the vendor's task. There are no
// conditions.
func (a *Adapter) SendTopic(ctx context.Context, n *push.Notification, t push.Topic) push.Result {
	return a.many(ctx, n, t.Audience, push.SendTopic, checkTopic(t), "pushToTag", url.Values{"tagNames": {t.Name}, "scope": {scopeAny}, "pushType": {typeShown}})
}

// Broadcast sends the notification to everybody who has the app; see
// [push.Broadcaster]. The result's id is that of the vendor's task.
func (a *Adapter) Broadcast(ctx context.Context, n *push.Notification, to push.Audience) push.Result {
	return a.many(ctx, n, to, push.Broadcast, to.Validate(), "pushToApp", url.Values{"pushType": {typeShown}})
}

// many makes the exchange of both: a task that begins at once. The vendor tells
// no receipts of tasks.
func (a *Adapter) many(ctx context.Context, n *push.Notification, to push.Audience, op waybill.Verb, fault error, path string, form url.Values) push.Result {
	return a.vendor.SendMany(ctx, n, to, op, fault, form["tagNames"], func(ctx context.Context, j *pushbatch.Job[message]) pushbatch.Outcome {
		m := j.Message
		m.Extra, m.Time.TimeType = nil, new(int)
		form.Set("messageJson", string(pushbatch.Marshal(m)))
		r, e := a.post(ctx, op, a.URL+tasks+path, form, j.Ref, j.Private)
		if e != nil {
			return pushbatch.Outcome{Err: e}
		}
		value, o := read(r)
		if id := pushbatch.ID(value["taskId"]); id != "" {
			o.ID = id
		}
		return o
	})
}

// Subscribe gives tokens the topic as a tag, one exchange for each; see
// [push.Subscriber].
func (a *Adapter) Subscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return a.enrol(ctx, push.Subscribe, "subscribeTags", t, tokens)
}

// Unsubscribe takes the tag from tokens, as Subscribe gives it.
func (a *Adapter) Unsubscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return a.enrol(ctx, push.Unsubscribe, "unSubscribeTags", t, tokens)
}

func (a *Adapter) enrol(ctx context.Context, op waybill.Verb, path string, t push.Topic, tokens []push.Token) []push.Result {
	return pushbatch.Enrol(ctx, name, a.Accepts, t, tokens, op, subscribable(t), 1, func(ctx context.Context, values []string) []pushbatch.Outcome {
		form := url.Values{"pushId": {values[0]}, "tags": {t.Name}}
		r, e := a.post(ctx, op, a.subscribe+"/garcia/api/server/message/"+path, form, "", []string{values[0], t.Name})
		if e != nil {
			return []pushbatch.Outcome{{Err: e}}
		}
		_, o := read(r)
		return []pushbatch.Outcome{o}
	})
}

var (
	_ push.TopicSender  = (*Adapter)(nil)
	_ push.Broadcaster  = (*Adapter)(nil)
	_ push.Subscriber   = (*Adapter)(nil)
	_ push.Unsubscriber = (*Adapter)(nil)
)
