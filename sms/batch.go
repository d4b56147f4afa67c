package sms

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill"
)

// Batch is one message to many numbers. What is the same for all stands in
// Message, whose To and Key are empty; what differs stands in each Recipient.
type Batch struct {
	Message    Message
	Recipients []Recipient
}

// Recipient is one number of a Batch.
type Recipient struct {
	// To is the number, Key the caller's own id of this one message.
	To  Number
	Key string
	// Params overrides Message.Params for this number; nil means them.
	Params map[string]string
	// Gateway is filled in by the client: the parameters as the gateway knows
	// them, and the text where each number has its own. It is empty otherwise.
	Gateway RecipientMessage
}

// RecipientMessage is what differs by number once a batch is resolved for a
// gateway.
type RecipientMessage struct {
	// Text is the number's own text; empty means the batch's.
	Text string
	// Params are the number's own parameters of the gateway's template; nil
	// means the batch's.
	Params []Param
}

// MaxBatch is how many recipients a Batch may have.
const MaxBatch = 10000

// Validate checks the batch before any network traffic. Single recipients are
// checked by themselves, since one wrong number must not stop the others.
func (b Batch) Validate() error {
	m, msg := b.Message, ""
	switch {
	case len(b.Recipients) == 0:
		msg = "the batch has no recipients"
	case len(b.Recipients) > MaxBatch:
		msg = "the batch has more than 10000 recipients"
	case m.To != "" || m.Key != "":
		msg = "to and key belong to the recipients of a batch"
	}
	if msg != "" {
		return waybill.Invalid(string(Send), msg).With("sms", "", "")
	}
	m.To = "+8613800138000" // any: what is the same for all is checked here
	return m.Validate()
}

// Of returns the message to the i-th recipient by itself.
func (b *Batch) Of(i int) Message {
	m, r := b.Message, &b.Recipients[i]
	m.To, m.Key = r.To, r.Key
	if r.Params != nil {
		m.Params = r.Params
	}
	if r.Gateway.Text != "" {
		m.Text = r.Gateway.Text
	}
	if r.Gateway.Params != nil {
		m.Gateway.Params = r.Gateway.Params
	}
	return m
}

// Format prints the number of recipients for every verb.
func (b Batch) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "sms.Batch{%d recipients}", len(b.Recipients))
}

// BatchResult is what became of one recipient of a Batch.
type BatchResult struct {
	// Receipt is as [Sender] returns it, Err too.
	Receipt Receipt
	Err     error
}

// BatchSender is implemented by gateways that take one message for many numbers
// in one exchange.
//
// The answer has exactly one result per recipient, in the order of the batch,
// whatever happens, each with one of the three outcomes of [Sender]. No recipient
// is part of more than one exchange, unless the gateway refused the whole of the
// first with proof. What goes wrong with an exchange is the error of all its
// recipients; one that the reply does not mention is Ambiguous. A recipient that
// the gateway could not take is refused by itself, before the network, and the
// others are sent. A number that is in a batch twice is Unsupported the second
// time where the gateway could not tell the two apart.
type BatchSender interface {
	// BatchLimit returns how many recipients one SendBatch may have, at least 1.
	// More are Unsupported, each.
	BatchLimit() int
	// SendBatch sends.
	SendBatch(ctx context.Context, b Batch) []BatchResult
}
