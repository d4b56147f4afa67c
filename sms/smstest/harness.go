package smstest

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// Harness says how to make and what to expect of the adapter under test. New and
// one of Handler and Server are needed; the rest may be left out.
type Harness struct {
	// New makes the adapter, which speaks to baseURL through hc. The suite
	// calls it at least once for each subtest. The adapter must be an
	// [sms.Sender].
	New func(baseURL string, hc *http.Client) (waybill.Provider, error)
	// Handler returns a new fake of the gateway. The suite makes a server of it
	// with Options.
	Handler func() http.Handler
	// Options are those of the servers made of Handler; nil is right for many.
	Options *ServerOptions
	// Server starts a fake in the place of Handler, for one that brings its own
	// server. The suite closes it.
	Server func(t testing.TB) Server

	// Messages are messages that the gateway takes; none means [Messages]. The
	// first must be accepted.
	Messages []MessageCase
	// Codes are the gateway's codes and their classes. They need
	// Options.Refuse, or a Server.
	Codes []CodeCase
	// Unsupported are messages that this gateway cannot send and that no server
	// may see.
	Unsupported []MessageCase
	// Secrets are the adapter's keys. They must appear nowhere.
	Secrets []string
	// NoIDs is set for a gateway that gives its messages no ids, NoRefs for one
	// that takes no reference of the caller's, NoSenders for one that chooses
	// the sender by itself.
	NoIDs, NoRefs, NoSenders bool
	// Skip maps the path of a subtest, such as "faults/empty_200", or of a
	// group, such as "odd", to the reason why the adapter cannot pass it.
	Skip map[string]string
}

// MessageCase is a message to be sent.
type MessageCase struct {
	// Name names the subtest. It must not be personal data.
	Name string
	// Message is what is sent. The suite gives it a key of its own each time,
	// and puts that in the place of {key} in Text and in the values of Params
	// and Gateway.Params. One of Key, Text and Params must reach the gateway.
	Message sms.Message
	// Parts is how many parts the receipt must list; 0 means any number.
	Parts int
}

// CodeCase is one of the gateway's codes and what it must become.
type CodeCase struct {
	// Code is the vendor's; Want, Scope and Delivery are what it means.
	Code     string
	Want     waybill.Code
	Scope    waybill.Scope
	Delivery waybill.Delivery
	// RetryAfter is set when the error must say how long to wait.
	RetryAfter bool
}
