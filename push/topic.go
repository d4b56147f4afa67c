package push

import (
	"context"

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

// Topic is a group of installations that subscribed to a name, at one vendor and
// for one app.
type Topic struct {
	Audience
	// Name is the topic's name, at most 900 bytes, without a prefix such as
	// "/topics/". A vendor's own rules for it are Unsupported where they are
	// broken.
	Name string
}

// maxTopic bounds a topic's name, above what any vendor takes.
const maxTopic = 900

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
	if t.Name == "" || len(t.Name) > maxTopic || !plain(t.Name) {
		return waybill.Invalid("", "the topic's name is empty, too long or not plain text").With("push", "", "")
	}
	return nil
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
// ids. It may be repeated: subscribing twice is subscribing.
type Subscriber interface {
	Subscribe(ctx context.Context, t Topic, tokens []Token) []Result
}

// Unsubscriber takes tokens out of a topic, as [Subscriber] puts them in.
type Unsubscriber interface {
	Unsubscribe(ctx context.Context, t Topic, tokens []Token) []Result
}
