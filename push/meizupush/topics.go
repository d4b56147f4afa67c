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

// checkTopic says what is wrong with a topic.
func (a *Adapter) checkTopic(t push.Topic) error {
	if err := a.CheckTopic(t); err != nil {
		return err
	}
	if strings.Contains(t.Name, ",") || utf8.RuneCountInString(t.Name) > maxTag {
		return waybill.NotSupported("", "the topic's name has a comma or more than the 20 characters that Meizu takes")
	}
	return nil
}

// SendTopic sends the notification to everybody who has the topic as a tag; see
// [push.TopicSender]. The result's id is that of the vendor's task.
func (a *Adapter) SendTopic(ctx context.Context, n *push.Notification, t push.Topic) push.Result {
	return a.crowd(ctx, n, pushbatch.Crowd[message]{Op: push.SendTopic, Audience: t.Audience, Wrong: a.checkTopic(t), Private: []string{t.Name}}, "pushToTag",
		url.Values{"tagNames": {t.Name}, "scope": {scopeAny}, "pushType": {typeShown}})
}

// Broadcast sends the notification to everybody who has the app; see
// [push.Broadcaster]. The result's id is that of the vendor's task.
func (a *Adapter) Broadcast(ctx context.Context, n *push.Notification, to push.Audience) push.Result {
	return a.crowd(ctx, n, pushbatch.Crowd[message]{Op: push.Broadcast, Audience: to, Wrong: a.CheckAudience(to)}, "pushToApp", url.Values{"pushType": {typeShown}})
}

// crowd makes the exchange of both: a task that begins at once. The vendor tells
// no receipts of tasks.
func (a *Adapter) crowd(ctx context.Context, n *push.Notification, to pushbatch.Crowd[message], path string, form url.Values) push.Result {
	to.Exchange = func(ctx context.Context, j *pushbatch.Job[message]) pushbatch.Outcome {
		m := j.Message
		m.Extra, m.Time.TimeType = nil, new(int)
		form.Set("messageJson", string(pushbatch.Marshal(m)))
		r, e := a.post(ctx, to.Op, a.URL+tasks+path, form, j.Ref, j.Private)
		if e != nil {
			return pushbatch.Outcome{Err: e}
		}
		value, o := read(r)
		if id := pushbatch.ID(value["taskId"]); id != "" {
			o.ID = id
		}
		return o
	}
	return a.vendor.SendCrowd(ctx, n, to)
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
	return a.vendor.Enrol(ctx, tokens, pushbatch.Enrolment{Op: op, Wrong: a.checkTopic(t), Max: 1,
		Exchange: func(ctx context.Context, values []string) []pushbatch.Outcome {
			form := url.Values{"pushId": {values[0]}, "tags": {t.Name}}
			r, e := a.post(ctx, op, a.subscribe+"/garcia/api/server/message/"+path, form, "", []string{values[0], t.Name})
			if e != nil {
				return []pushbatch.Outcome{{Err: e}}
			}
			_, o := read(r)
			return []pushbatch.Outcome{o}
		}})
}

var (
	_ push.TopicSender  = (*Adapter)(nil)
	_ push.Broadcaster  = (*Adapter)(nil)
	_ push.Subscriber   = (*Adapter)(nil)
	_ push.Unsubscriber = (*Adapter)(nil)
)
