package push

import (
	"context"
	"regexp"
	"strings"

	"github.com/waybill-go/waybill"
)

// The verbs of sending to many at once. A [Client] offers them only with
// [WithTopics] and [WithBroadcasts].
const (
	SendTopic   waybill.Verb = "send_topic"
	Broadcast   waybill.Verb = "broadcast"
	Subscribe   waybill.Verb = "subscribe"
	Unsubscribe waybill.Verb = "unsubscribe"
)

// Audience is everybody that one vendor reaches for one app.
type Audience struct {
	// Vendor, App and Env are as in [Token].
	Vendor Vendor
	App    string
	Env    string
}

// Topic is a group of installations at one vendor and for one app: those that
// subscribed to a name, or those for which a condition on such names holds.
// Exactly one of both is set.
type Topic struct {
	Audience
	// Name is the topic's name, at most 900 bytes, without a prefix such as
	// "/topics/". A vendor's own rules for it are Unsupported where they are
	// broken.
	Name string
	// Condition is an expression of topics, such as
	// "'TopicA' in topics && ('TopicB' in topics || 'TopicC' in topics)", as FCM
	// and Huawei have it, with up to five topics. Sends take it; nobody can be put
	// into one. A vendor without conditions says Unsupported.
	Condition string
}

// maxTopic bounds a topic's name, above what any vendor takes.
const maxTopic = 900

// The bounds of a condition; those of its topics are the vendors'.
const (
	maxCondition       = 5 * (maxTopic + 32)
	maxConditionTopics = 5
)

// conditionForm is operands with brackets and negations before and brackets behind
// them, joined by operators. Whether the brackets nest is the vendor's business.
var conditionForm = regexp.MustCompile(`^(?:[\s(!]*'[^']+'\s+in\s+topics[\s)]*)(?:(?:&&|\|\|)[\s(!]*'[^']+'\s+in\s+topics[\s)]*)*$`)

// Validate checks what holds for every vendor. The error is InvalidArgument.
func (a Audience) Validate() error {
	switch {
	case a.Vendor == "":
		return waybill.Invalid("", "the audience names no vendor").With("push", "", "")
	case a.Env != "" && a.Env != Production && a.Env != Sandbox:
		return waybill.Invalid("", "the audience's environment is unknown").With("push", "", "")
	}
	return nil
}

// Validate checks what holds for every vendor. The error is InvalidArgument.
func (t Topic) Validate() error {
	if err := t.Audience.Validate(); err != nil {
		return err
	}
	if t.Condition != "" {
		return t.checkCondition()
	}
	if t.Name == "" || len(t.Name) > maxTopic || !plain(t.Name) {
		return waybill.Invalid("", "the topic's name is empty, too long or not plain text").With("push", "", "")
	}
	return nil
}

// checkCondition checks a condition's shape: names in quotes, each followed by "in
// topics", operators and brackets.
func (t Topic) checkCondition() error {
	why := ""
	switch {
	case t.Name != "":
		why = "the topic has both a name and a condition"
	case len(t.Condition) > maxCondition || !plain(t.Condition):
		why = "the condition is too long or not plain text"
	case !conditionForm.MatchString(t.Condition):
		why = "the condition is no expression of 'NAME' in topics, &&, ||, ! and brackets"
	case strings.Count(t.Condition, "'") > 2*maxConditionTopics:
		why = "the condition has more than five topics"
	case strings.Count(t.Condition, "(") != strings.Count(t.Condition, ")"):
		why = "the condition's brackets do not match"
	}
	if why == "" {
		return nil
	}
	return waybill.Invalid("", why).With("push", "", "")
}

// Named is Validate for what needs a name: nobody can be put into a condition.
func (t Topic) Named() error {
	if t.Condition != "" {
		return waybill.Invalid("", "nobody can be put into a condition or taken out of it").With("push", "", "")
	}
	return t.Validate()
}

// token is the audience as a token without a value, which is what [Accepts] is
// asked about.
func (a Audience) token() Token { return Token{Vendor: a.Vendor, App: a.App, Env: a.Env} }

// TopicSender sends one notification to everybody who subscribed to a topic, in
// one exchange. The contracts of [Sender] hold: Validates first, Unsupported for
// another's audience. Nobody knows whom it reached: the result has an id and no
// token but the audience. The text is that of no language, by key where the vendor has
// keys.
type TopicSender interface {
	SendTopic(ctx context.Context, n *Notification, t Topic) Result
}

// Broadcaster sends one notification to every installation of an app, in one
// exchange. It cannot be taken back. See [TopicSender] for the contract.
type Broadcaster interface {
	Broadcast(ctx context.Context, n *Notification, a Audience) Result
}

// Subscriber puts tokens into a topic: one result per token, in order, without
// ids. It may be repeated: subscribing twice is subscribing. A condition is
// InvalidArgument; see [Topic.Named].
type Subscriber interface {
	Subscribe(ctx context.Context, t Topic, tokens []Token) []Result
}

// Unsubscriber takes tokens out of a topic, as [Subscriber] puts them in.
type Unsubscriber interface {
	Unsubscribe(ctx context.Context, t Topic, tokens []Token) []Result
}
