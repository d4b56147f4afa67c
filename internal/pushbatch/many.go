package pushbatch

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// CheckAudience says what is wrong with an audience for the adapter, or nil:
// InvalidArgument for what is wrong for everybody, Unsupported for another's.
func (b *Base) CheckAudience(a push.Audience) error {
	if err := a.Validate(); err != nil {
		return err
	}
	if !b.Mine(push.Token{Vendor: a.Vendor, App: a.App, Env: a.Env}) {
		return waybill.NotSupported("", "the audience is of another vendor, app or environment")
	}
	return nil
}

// CheckTopic says the same of a topic.
func (b *Base) CheckTopic(t push.Topic) error {
	if err := t.Validate(); err != nil {
		return err
	}
	return b.CheckAudience(t.Audience)
}

// Crowd is whom one exchange reaches without a result for each: the subscribers
// of a topic, or everybody.
type Crowd[M any] struct {
	// Op is push.SendTopic or push.Broadcast, Audience whose installations.
	Op       waybill.Verb
	Audience push.Audience
	// Wrong is what is wrong with the audience or the topic, or nil.
	Wrong error
	// Private is what may show in no error, beside the texts.
	Private []string
	// Exchange sends.
	Exchange func(ctx context.Context, j *Job[M]) Outcome
}

// SendCrowd implements [push.TopicSender] and [push.Broadcaster].
func (v *Vendor[M]) SendCrowd(ctx context.Context, n *push.Notification, to Crowd[M]) push.Result {
	tokens := []push.Token{{Vendor: to.Audience.Vendor, App: to.Audience.App, Env: to.Audience.Env}}
	c := v.call(to.Op, n, tokens)
	if err := n.Validate(); err != nil {
		c.fail(waybill.AsError(err), nil)
		return c.out[0]
	}
	if to.Wrong != nil {
		c.fail(waybill.AsError(to.Wrong), nil)
		return c.out[0]
	}
	if e := Ended(ctx); e != nil {
		c.fail(e, nil)
		return c.out[0]
	}
	one := n.Localize(tokens, []int{0})[0].Notification
	m, adjusted, e := v.Compose(one, time.Now())
	if e != nil {
		c.fail(e, nil)
		return c.out[0]
	}
	j := &Job[M]{Ref: n.Key, N: one, Message: m, Private: append(n.Private(), to.Private...)}
	o := to.Exchange(ctx, j)
	o.Dead = false // it is nobody's token
	c.take([]int{0}, []Outcome{o}, adjusted)
	return c.out[0]
}

// Enrolment puts tokens into a topic, or takes them out.
type Enrolment struct {
	// Op is push.Subscribe or push.Unsubscribe.
	Op waybill.Verb
	// Wrong is what is wrong with the topic, or nil.
	Wrong error
	// Max is how many tokens one exchange takes.
	Max int
	// Exchange enrols up to Max tokens, and returns one outcome for each.
	Exchange func(ctx context.Context, values []string) []Outcome
}

// Enrol implements [push.Subscriber] and [push.Unsubscriber]: each value once,
// Max in an exchange, one after the other. After a refusal of the account or
// service the rest is not asked and gets the same error.
func (v *Vendor[M]) Enrol(ctx context.Context, tokens []push.Token, e Enrolment) []push.Result {
	c := v.call(e.Op, nil, tokens)
	if e.Wrong != nil {
		c.fail(waybill.AsError(e.Wrong), nil)
		return c.out
	}
	c.sort(new(push.Notification), v.Accepts)
	var brake *waybill.Error
	for len(c.todo) > 0 {
		part := c.todo[:min(e.Max, len(c.todo))]
		c.todo = c.todo[len(part):]
		if brake == nil {
			brake = Ended(ctx)
		}
		if brake != nil {
			c.fail(brake, part)
			continue
		}
		values := make([]string, len(part))
		for x, i := range part {
			values[x] = tokens[i].Value
		}
		outcomes := e.Exchange(ctx, values)
		for x := range outcomes {
			outcomes[x].ID = "" // subscriptions have none
		}
		brake = c.take(part, outcomes, nil)
	}
	return c.repeat()
}
