package fcmpush

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"firebase.google.com/go/v4/messaging"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const (
	defaultTopicBase = "https://iid.googleapis.com"
	// maxTopicPayload is how many bytes a message to a topic may carry.
	maxTopicPayload = 2048
	// maxEnrolled is how many tokens one request puts into a topic.
	maxEnrolled = 1000
)

// topicForm is what the vendor takes as a topic's name.
var topicForm = regexp.MustCompile(`^[a-zA-Z0-9-_.~%]{1,900}$`)

// checkTopic says what is wrong with a topic for this adapter, or nil.
func (a *Adapter) checkTopic(t push.Topic, op waybill.Verb) *waybill.Error {
	check := t.Validate
	if op != push.SendTopic {
		check = t.Named
	}
	if err := check(); err != nil {
		e := *waybill.AsError(err)
		e.Provider, e.Op = name, string(op)
		return &e
	}
	unsupported := func(why string) *waybill.Error {
		return waybill.NotSupported(string(op), why).With(name, "", "")
	}
	switch {
	case !a.Accepts(push.Token{Vendor: t.Vendor, App: t.App, Env: t.Env}):
		return unsupported("the topic is of another vendor, app or environment")
	case t.Condition == "" && !topicForm.MatchString(t.Name):
		return unsupported("the topic's name has characters that FCM does not take")
	}
	return nil
}

// SendTopic sends the notification to everybody who subscribed to the topic, or for
// whom its condition holds; see [push.TopicSender]. The payload is bounded at 2048 bytes.
func (a *Adapter) SendTopic(ctx context.Context, n *push.Notification, t push.Topic) push.Result {
	r := push.Result{Token: push.Token{Vendor: t.Vendor, App: t.App, Env: t.Env}}
	r.Provider = name
	fail := func(e *waybill.Error) push.Result {
		own := *e
		own.Provider, own.Op = name, string(push.SendTopic)
		r.Err = &own
		if n != nil {
			r.Err = own.With("", "", n.Key)
		}
		return r
	}
	if err := n.Validate(); err != nil {
		return fail(waybill.AsError(err))
	}
	if e := a.checkTopic(t, push.SendTopic); e != nil {
		return fail(e)
	}
	if e := ended(ctx); e != nil {
		return fail(e)
	}
	b := &batch{a: a, ctx: ctx, op: string(push.SendTopic), ref: n.Key, private: append(n.Private(), t.Name+t.Condition), topic: t.Name, condition: t.Condition}
	one := n.Localize([]push.Token{r.Token}, []int{0})[0]
	c, e := a.topicBody(one.Notification, t)
	if e != nil {
		return fail(e)
	}
	o, e := b.authorized(&c, "")
	if e != nil {
		return fail(e)
	}
	r.ID, r.Adjusted = o.id, c.adjusted
	return r
}

// topicBody maps and encodes a notification to a topic.
func (a *Adapter) topicBody(n *push.Notification, t push.Topic) (composed, *waybill.Error) {
	m, adjusted, e := a.message(n, time.Now())
	if e != nil {
		return composed{}, e
	}
	if payloadSize(m) > maxTopicPayload {
		return composed{}, unsupported(n, "the payload has more than the 2048 bytes that FCM takes for a topic")
	}
	m.Topic, m.Condition = t.Name, t.Condition
	text, err := a.encode(m)
	if err != nil {
		return composed{}, unsupported(n, "the message cannot be encoded")
	}
	return composed{head: string(text), whole: true, adjusted: adjusted}, nil
}

// Subscribe puts tokens into the topic, at most 1000 in one exchange; see
// [push.Subscriber]. They are those of the project, whatever Options.App says of
// them.
func (a *Adapter) Subscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return a.enrol(ctx, t, tokens, push.Subscribe, a.sdk.SubscribeToTopic)
}

// Unsubscribe takes tokens out of the topic, as Subscribe puts them in.
func (a *Adapter) Unsubscribe(ctx context.Context, t push.Topic, tokens []push.Token) []push.Result {
	return a.enrol(ctx, t, tokens, push.Unsubscribe, a.sdk.UnsubscribeFromTopic)
}

// sdkEnrol is the SDK's way of doing it. Its result is not looked at.
type sdkEnrol func(context.Context, []string, string) (*messaging.TopicManagementResponse, error)

func (a *Adapter) enrol(ctx context.Context, t push.Topic, tokens []push.Token, op waybill.Verb, do sdkEnrol) []push.Result {
	b := &batch{a: a, ctx: ctx, op: string(op), tokens: tokens, out: make([]push.Result, len(tokens))}
	if e := a.checkTopic(t, op); e != nil {
		b.fill(e)
		return b.out
	}
	if !b.sort(nil) {
		return b.out
	}
	for len(b.todo) > 0 {
		n := min(len(b.todo), maxEnrolled)
		part := b.todo[:n]
		b.todo = b.todo[n:]
		values := make([]string, n)
		for k, i := range part {
			values[k] = tokens[i].Value
		}
		e := ended(ctx)
		var reasons []string
		if e == nil {
			reasons, e = b.enrol(t.Name, values, do)
		}
		for k, i := range part {
			if e != nil {
				b.out[i].Err = e.With(name, string(op), "")
			} else if reasons[k] != "" {
				b.out[i].Err, b.out[i].Dead = enrolError(reasons[k], string(op))
			}
		}
	}
	return b.out
}

// enrol makes one exchange, and another when the access token was refused. It
// returns the reason of each token, empty for success.
func (b *batch) enrol(topic string, values []string, do sdkEnrol) ([]string, *waybill.Error) {
	for again := range 2 {
		access, e := b.a.tokens.get(b.ctx)
		if e != nil {
			return nil, e
		}
		x := b.a.wire.Bind(b.ctx, wire.Request{Op: b.op, Send: true, Private: append(values, topic), Canned: shown, Rewrite: func(r *http.Request) error {
			r.Header["Authorization"] = []string{"Bearer " + access}
			// The SDK knows one address only.
			r.URL.Scheme, r.URL.Host, r.Host = b.a.topicBase.Scheme, b.a.topicBase.Host, b.a.topicBase.Host
			r.URL.Path = b.a.topicBase.Path + r.URL.Path
			return nil
		}})
		_, _ = do(x.Context(), values, topic)
		reply, err := x.Result()
		if err != nil {
			return nil, waybill.AsError(err)
		}
		if reply.Status == http.StatusUnauthorized && again == 0 {
			b.a.tokens.drop(access)
			continue
		}
		return enrolled(reply, len(values))
	}
	return nil, &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent}
}

// shown is what the SDK gets to see of every reply: it panics when a reason is no
// string.
func shown(*wire.Reply) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"results":[]}`))}
}

// enrolled reads the reply: an empty object or the reason for each token, in
// order.
func enrolled(r *wire.Reply, want int) ([]string, *waybill.Error) {
	if r.Status != http.StatusOK {
		if e := r.StatusError(); e != nil {
			return nil, e
		}
		return nil, r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the status is not the one that the vendor promises")
	}
	var v struct {
		Results []map[string]json.RawMessage `json:"results"`
	}
	if e := r.JSON(&v); e != nil {
		return nil, e
	}
	if len(v.Results) != want {
		return nil, r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the reply has not one result for each token")
	}
	reasons := make([]string, want)
	for i, one := range v.Results {
		raw, bad := one["error"]
		if bad && (json.Unmarshal(raw, &reasons[i]) != nil || reasons[i] == "") {
			reasons[i] = "UNKNOWN"
		}
	}
	return reasons, nil
}

// enrolClasses are the reasons that the vendor documents.
var enrolClasses = map[string]class{
	"NOT_FOUND":          {waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, 0, true, "the token is not registered any more"},
	"INVALID_ARGUMENT":   {waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, 0, true, "not a valid registration token of this project"},
	"TOO_MANY_TOPICS":    {waybill.RecipientLimited, waybill.ScopeRecipient, waybill.NotSent, 0, false, "the app subscribed to too many topics"},
	"RESOURCE_EXHAUSTED": {waybill.RateLimited, waybill.ScopeService, waybill.NotSent, waitAfterQuota, false, "too many subscriptions at once"},
	"INTERNAL":           {waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, waitAfterServer, false, ""},
}

// enrolError is what a reason means, and whether the token is dead.
func enrolError(reason, op string) (*waybill.Error, bool) {
	c, known := enrolClasses[reason]
	if !known {
		reason, c = "UNKNOWN", class{code: waybill.Unknown, scope: waybill.ScopeProvider, text: "a reason that is not documented"}
	}
	return &waybill.Error{Code: c.code, Scope: c.scope, Delivery: c.delivery, RetryAfter: c.wait, Provider: name, Op: op, VendorCode: reason, Message: c.text}, c.dead
}

// parseTopicBase reads Options.TopicBaseURL.
func parseTopicBase(raw string) (*url.URL, error) {
	base, err := wire.BaseURL(name, raw, defaultTopicBase)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(base)
	if err != nil {
		return nil, invalid("TopicBaseURL cannot be read")
	}
	return u, nil
}

var (
	_ push.TopicSender  = (*Adapter)(nil)
	_ push.Subscriber   = (*Adapter)(nil)
	_ push.Unsubscriber = (*Adapter)(nil)
)
