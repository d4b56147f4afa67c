package sms

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// Send is the verb of this domain.
const Send waybill.Verb = "send"

// Kind says what a message is for. It chooses lane, sender and rules.
type Kind uint8

// The kinds. The numbers are frozen.
const (
	// Notification tells somebody about an order of their own.
	Notification Kind = 0
	// Verification carries a one-time code.
	Verification Kind = 1
	// Marketing is advertising; many countries restrict it.
	Marketing Kind = 2
)

var kindNames = [...]string{"notification", "verification", "marketing"}

// String returns the kind's frozen name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Message is one message to one recipient: a text, or a template with its
// parameters.
type Message struct {
	// To is the recipient in E.164; raw input goes through phone.Parse.
	To Number
	// Text is what is sent, at most 3,200 characters. Either Text or Template
	// is set.
	Text string
	// Template is a logical name, which the client maps to a text or to each
	// gateway's own template; Params are its parameters by name.
	Template string
	Params   map[string]string
	// Language chooses the template's text, BCP 47; empty means the template's
	// default.
	Language string
	Kind     Kind
	// From overrides the sender that the client would choose.
	From string
	// TTL is how long the message is worth delivering; 0 means the gateway's
	// default. It is never raised silently.
	TTL time.Duration
	// Key is the caller's own id of the message: client reference at the
	// gateway, and Ref in errors and records. At most 40 characters of ASCII
	// without personal data.
	Key string
	// AllowDuplicates accepts that the recipient may get the message twice
	// rather than not at all.
	AllowDuplicates bool
	// Tenant, Lane and Region choose among gateways. An empty Lane is the
	// kind's (see [WithLane]). Region overrides the region of the number.
	Tenant, Lane, Region string

	// Gateway is filled in by the client for the gateway being asked: the
	// resolved template, and values that only this gateway needs. A message
	// given to a client must leave it empty; applications that call a bare
	// adapter may set it themselves.
	Gateway GatewayMessage
}

// GatewayMessage is what a message becomes for one gateway.
type GatewayMessage struct {
	// TemplateID and Sign are the gateway's own names of an approved template
	// and signature; Params its parameters in the template's order.
	TemplateID, Sign string
	Params           []Param
	// EntityID and ContentID are India's DLT registration.
	EntityID, ContentID string
}

// Param is one template parameter as a gateway knows it.
type Param struct{ Name, Value string }

// MaxText is the longest text in characters (runes).
const MaxText = 3200

// Validate checks the message before any network traffic.
func (m Message) Validate() error {
	msg := ""
	switch {
	case m.To == "":
		msg = "to is empty"
	case m.To.Validate() != nil:
		msg = "to is not an E.164 number"
	case m.Text == "" && m.Template == "" && m.Gateway.TemplateID == "":
		msg = "neither text nor template is set"
	case m.Text != "" && m.Template != "":
		msg = "both text and template are set"
	case !utf8.ValidString(m.Text):
		msg = "text is not valid UTF-8"
	case utf8.RuneCountInString(m.Text) > MaxText:
		msg = "text is longer than 3200 characters"
	case m.Kind > Marketing:
		msg = "kind is unknown"
	case m.TTL < 0:
		msg = "ttl is negative"
	case !ValidKey(m.Key):
		msg = "key is not at most 40 printable ASCII characters"
	case m.Region != "" && !waybill.ValidRegion(m.Region):
		msg = "region is not two capital letters"
	case !plainText(m.From):
		msg = "from is not plain text"
	case !plainText(m.Gateway.TemplateID) || !plainText(m.Gateway.Sign) || !plainText(m.Gateway.EntityID) || !plainText(m.Gateway.ContentID):
		msg = "a name of the gateway's own is not plain text"
	}
	if msg == "" {
		return nil
	}
	return waybill.Invalid(string(Send), msg).With("sms", "", m.Key)
}

// plainText reports whether s is UTF-8 without control characters.
func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// ValidKey reports whether s can be a message's Key: at most 40 printable ASCII
// characters, or none. Adapters ask it of a reference that a gateway repeats.
func ValidKey(s string) bool {
	if len(s) > 40 {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Receipt says that a gateway accepted a message, or a part of it. It does not
// say that the message arrived; a delivery report does.
type Receipt struct {
	waybill.Served
	// ID is the gateway's id of the message, the first part's where each has
	// its own.
	ID string `json:"id"`
	// Parts are the parts that were accepted, as the gateway counted them.
	Parts []Part `json:"parts,omitempty"`
	// Encoding and Estimate are what we counted before sending.
	Encoding Encoding `json:"encoding"`
	Estimate int      `json:"estimate"`
	// Price is the sum in Currency (ISO 4217) as the gateway said it.
	Price    string `json:"price,omitempty"`
	Currency string `json:"currency,omitempty"`
	// PossibleDuplicate is set when duplicates were allowed and an earlier
	// attempt may have been delivered too.
	PossibleDuplicate bool `json:"possible_duplicate,omitempty"`
	// Warning is what the client's check finds doubtful about the number, which
	// was sent to all the same.
	Warning string `json:"warning,omitempty"`
}

// Part is one accepted part of a message.
type Part struct {
	ID    string `json:"id"`
	Price string `json:"price,omitempty"`
}

// Sender sends one message to one recipient.
//
// There are three outcomes. Accepted: a Receipt and no error. Accepted in part:
// a Receipt and an error with Delivery Sent, and nobody tries again. Refused:
// an error whose Delivery is NotSent only if it is certain that nothing was
// accepted, otherwise Ambiguous. An adapter makes at most one exchange with its
// gateway that could send. What only this gateway cannot do is Unsupported,
// before the network.
//
// # What an adapter gets
//
// From a client, a message that Validate accepts and that is resolved for this
// gateway: either Text is the text to send and Template and Params are empty, or
// Gateway.TemplateID and Gateway.Params name the gateway's own template, Text is
// empty, and Template and Params are the caller's names, of no use here. From is
// the sender to use; empty means the adapter's own, or Unsupported where it needs
// one. Region is the number's, or the caller's better knowledge; empty when
// neither knows. Gateway.Sign is set where the region wants a signature: a
// gateway of texts sends [SignText] of it and Text, a gateway of templates takes
// it by itself. Gateway.EntityID and ContentID are set for India alone, and go
// into the gateway's fields for them; a gateway without such fields leaves them
// out. AllowDuplicates, Tenant and Lane are the client's business.
//
// A bare adapter gets what an application wrote. So Send begins with
// [Message.Validate], uses [Number.Region] where Region is empty, and takes a
// Template without Gateway.TemplateID for Unsupported.
//
// # What an adapter returns
//
// Of the Receipt it fills in Served.Provider with its Name, ID, and Parts: one
// for each part that the gateway counted, with the part's own id and price where
// it has them, else the message's id in each. Where the gateway says nothing of
// parts there is one Part. Price and Currency are the gateway's. Encoding and
// Estimate may be left to the client, which also fills in Served.Instance,
// PossibleDuplicate and Warning.
//
// Of the error it fills in Provider, Op [Send] and Ref, the message's Key, and
// the gateway's own code; recipient, sender and text stand nowhere in it, which
// wire's Request.Private sees to. Key goes to the gateway as the client's
// reference, where it takes one.
type Sender interface {
	Send(ctx context.Context, m Message) (Receipt, error)
}
