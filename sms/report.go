package sms

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// Status is what a delivery report says of a message or of one of its parts. The
// numbers and names are frozen.
type Status uint8

// The statuses. Gateways map their own words to them.
const (
	// StatusUnknown is the zero value: the gateway will never know, or said
	// something that nobody understands. It is no failure.
	StatusUnknown Status = 0
	// StatusAccepted: the operator has the message. More will follow.
	StatusAccepted Status = 1
	// StatusBuffered: the message waits, such as for a phone to be switched on.
	// More will follow.
	StatusBuffered Status = 2
	// StatusDelivered: it is on the phone.
	StatusDelivered Status = 3
	// StatusExpired: it was given up when its time was over.
	StatusExpired Status = 4
	// StatusFailed: the operator or the phone did not take it.
	StatusFailed Status = 5
	// StatusRejected: the gateway or the operator refused it, such as for its
	// content, its sender or an opt-out.
	StatusRejected Status = 6
)

var statusNames = []string{"unknown", "accepted", "buffered", "delivered", "expired", "failed", "rejected"}

// String returns the status's frozen name.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("status_%d", uint8(s))
}

// MarshalText writes the status's name.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a status's name; "" is StatusUnknown and any other name an
// InvalidArgument error.
func (s *Status) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*s = StatusUnknown
		return nil
	}
	i := slices.Index(statusNames, string(b))
	if i < 0 {
		return textError("status", "unknown status name")
	}
	*s = Status(i)
	return nil
}

// Final reports whether no other status will follow.
func (s Status) Final() bool { return s != StatusAccepted && s != StatusBuffered }

// DeliveryReport is a gateway's word on what became of a message, or of one of
// its parts. Reports come in any order, more than once, late or never; in some
// countries they are made up. A negative one is reason enough for a deliberate
// second message, and nothing here sends one by itself.
//
// It holds a number in full. Printed or logged, it shows the masked one alone.
type DeliveryReport struct {
	// Gateway names the gateway: the adapter's name, or the instance's that the
	// [Receiver] was given.
	Gateway string `json:"gateway"`
	// ID is the gateway's id, equal to Receipt.ID or to the ID of one of
	// Receipt.Parts. Key is Message.Key, where the gateway repeats it.
	ID  string `json:"id"`
	Key string `json:"key,omitempty"`
	// To is the recipient, empty where the gateway hides it or writes it in a
	// form that cannot be read; Recipient is what may be shown of it.
	To        Number `json:"to,omitempty"`
	Recipient string `json:"recipient,omitempty"`
	// From is the sender, where the gateway says it.
	From   string `json:"from,omitempty"`
	Status Status `json:"status"`
	// Code and Scope say why it did not arrive, as they would in an error:
	// Unregistered and OptedOut of the recipient, PermissionDenied of the sender
	// and so on; zero while nothing is wrong. VendorCode is the gateway's own
	// code and Message its text, free of numbers and texts.
	Code       waybill.Code  `json:"code"`
	Scope      waybill.Scope `json:"scope"`
	VendorCode string        `json:"vendor_code,omitempty"`
	Message    string        `json:"message,omitempty"`
	// Network is the recipient's network (MCC and MNC), where said.
	Network string `json:"network,omitempty"`
	// Part is which part the report is about, counted from 1, 0 where the
	// gateway reports on the whole or does not count. Parts is how many the
	// message had, 0 where not said.
	Part  int `json:"part,omitempty"`
	Parts int `json:"parts,omitempty"`
	// Price in Currency (ISO 4217) is the gateway's.
	Price    string `json:"price,omitempty"`
	Currency string `json:"currency,omitempty"`
	// At is when it happened by the gateway's clock, in UTC, Sent when the
	// message was sent; zero where not said. Received is when the report came.
	At       time.Time `json:"at,omitzero"`
	Sent     time.Time `json:"sent,omitzero"`
	Received time.Time `json:"received,omitzero"`
}

// Validate checks what every report has: the gateway's name, an id or a key, a
// known status, and a canonical or no number.
func (r DeliveryReport) Validate() error {
	msg := ""
	switch {
	case r.Gateway == "":
		msg = "the report names no gateway"
	case r.ID == "" && r.Key == "":
		msg = "the report has neither id nor key"
	case r.Status > StatusRejected:
		msg = "the report's status is unknown"
	case r.To != "" && r.To.Validate() != nil:
		msg = "the report's recipient is not an E.164 number"
	case r.Part < 0 || r.Parts < 0 || r.Part > MaxParts || r.Parts > MaxParts:
		msg = "the report counts an impossible number of parts"
	}
	if msg == "" {
		return nil
	}
	return waybill.Invalid("report", msg).With("sms", "", r.Key)
}

// Err returns the report of something that did not arrive as an error, Sent
// because the gateway had taken it; nil for all other statuses.
func (r DeliveryReport) Err() error {
	switch r.Status {
	case StatusExpired, StatusFailed, StatusRejected:
		return &waybill.Error{Code: r.Code, Scope: r.Scope, Delivery: waybill.Sent, Provider: r.Gateway, Op: "report",
			VendorCode: r.VendorCode, Message: r.Message, Ref: r.Key}
	}
	return nil
}

// Format prints gateway, id, status and masked recipient for every verb.
func (r DeliveryReport) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "sms.DeliveryReport{%s %s to %s: %s %s}", r.Gateway, r.ID, r.Recipient, r.Status, r.VendorCode)
}

// LogValue is what log/slog writes: the masked recipient.
func (r DeliveryReport) LogValue() slog.Value {
	return slog.GroupValue(slog.String("gateway", r.Gateway), slog.String("id", r.ID), slog.String("key", r.Key),
		slog.String("recipient", r.Recipient), slog.String("status", r.Status.String()), slog.String("code", r.Code.String()),
		slog.String("vendor_code", r.VendorCode))
}

// Inbound is a message that somebody sent to one of our numbers.
//
// It holds a number and a text. Printed or logged, it shows neither.
type Inbound struct {
	// Gateway names the gateway: the adapter's name, or the instance's that the
	// [Receiver] was given.
	Gateway string `json:"gateway"`
	// ID is the gateway's id of the message, the first part's where it was
	// joined; PartIDs are those of all parts then.
	ID      string   `json:"id"`
	PartIDs []string `json:"part_ids,omitempty"`
	// From is who wrote it; empty where the gateway hides the number or it is
	// none, Sender being what the gateway said.
	From   Number `json:"from,omitempty"`
	Sender string `json:"sender,omitempty"`
	// To is our number, short code or extension, as the gateway writes it. Sign
	// is the signature of mainland China that was answered to, where said.
	To   string `json:"to,omitempty"`
	Sign string `json:"sign,omitempty"`
	// Text is what was written. Keyword is its first word in capitals; a later
	// part of a long message has none.
	Text    string `json:"text,omitempty"`
	Keyword string `json:"keyword,omitempty"`
	// Data and Header are the octets of a binary message and its user data
	// header.
	Data   []byte `json:"data,omitempty"`
	Header []byte `json:"header,omitempty"`
	// Handled is what the gateway itself has already done about it: "STOP",
	// "START" or "HELP".
	Handled string `json:"handled,omitempty"`
	// Key is the caller's key of the message that this one answers, where the
	// gateway says it.
	Key string `json:"key,omitempty"`
	// Ref, Part (from 1) and Parts tell the pieces of a long message apart, as
	// an adapter returns them; a [Receiver] joins them before its callback.
	// Incomplete is set on a message whose other parts never came.
	Ref        string `json:"ref,omitempty"`
	Part       int    `json:"part,omitempty"`
	Parts      int    `json:"parts,omitempty"`
	Incomplete bool   `json:"incomplete,omitempty"`
	// At is when it was sent by the gateway's clock, in UTC; zero where not
	// said. Received is when it came here.
	At       time.Time `json:"at,omitzero"`
	Received time.Time `json:"received,omitzero"`
}

// Validate checks what every inbound message has: the gateway's name, a sender,
// and possible part numbers.
func (m Inbound) Validate() error {
	msg := ""
	switch {
	case m.Gateway == "":
		msg = "the message names no gateway"
	case m.From == "" && m.Sender == "":
		msg = "the message has no sender"
	case m.From != "" && m.From.Validate() != nil:
		msg = "the sender is not an E.164 number"
	case m.Part < 0 || m.Parts < 0 || m.Parts > MaxParts || m.Part > m.Parts:
		msg = "the message counts an impossible number of parts"
	}
	if msg == "" {
		return nil
	}
	return waybill.Invalid("inbound", msg).With("sms", "", m.Key)
}

// Format prints gateway, id and masked sender for every verb.
func (m Inbound) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "sms.Inbound{"+m.Gateway+" "+m.ID+" from "+m.From.Masked()+"}")
}

// LogValue is what log/slog writes: no text, and the masked sender.
func (m Inbound) LogValue() slog.Value {
	return slog.GroupValue(slog.String("gateway", m.Gateway), slog.String("id", m.ID), slog.String("from", m.From.Masked()),
		slog.Int("characters", len([]rune(m.Text))))
}

// StatusOfSMPP returns what the state of a delivery receipt means that operators
// write in the words of SMPP 3.4, appendix B, such as "DELIVRD"; ok is false for
// any other word. Several gateways pass these words on.
func StatusOfSMPP(state string) (s Status, ok bool) {
	switch strings.ToUpper(strings.TrimSpace(state)) {
	case "DELIVRD", "DELIVERED":
		return StatusDelivered, true
	case "EXPIRED":
		return StatusExpired, true
	case "DELETED", "UNDELIV":
		return StatusFailed, true
	case "REJECTD", "REJECTED":
		return StatusRejected, true
	case "ACCEPTD", "ENROUTE":
		return StatusAccepted, true
	case "UNKNOWN":
		return StatusUnknown, true
	}
	return StatusUnknown, false
}
