package pushtest

import (
	"net/http"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
)

// Harness says how to make and what to expect of the adapter under test. An
// Account method is optional; see [waybill.Accounted].
type Harness struct {
	// New makes the adapter, which speaks to baseURL through hc. The suite
	// calls it once for each subtest.
	New func(baseURL string, hc *http.Client) (waybill.Provider, error)
	// Server starts the fake of the vendor. The suite closes it.
	Server func(t testing.TB) Server
	// Token returns the n-th token, well formed and alive, of the vendor, app and
	// environment that the adapter serves.
	Token func(n int) push.Token
	// Foreign are further tokens that the adapter must refuse, such as those of
	// another app; tokens of other vendors are tried anyway.
	Foreign []push.Token
	// Codes are the vendor's codes and their classes.
	Codes []CodeCase
	// Unsupported are notifications that no server may see because this vendor
	// cannot take them.
	Unsupported []UnsupportedCase
	// Read returns what the server read of the last notification to a token
	// value, and whether there was one. Without it the cases that compare what
	// was asked with what was sent are left out.
	Read func(s Server, token string) (Read, bool)
	// Textless is set for a vendor that has no texts by key: a notification of
	// keys alone must then be Unsupported.
	Textless bool
	// NoIDs is set for a vendor that gives its notifications no ids.
	NoIDs bool
	// MinTTL is the vendor's shortest time to live. Default 1 s.
	MinTTL time.Duration
	// Override is an override for the vendor that its server takes and that
	// needs no approval; nil leaves its cases out.
	Override push.Override
	// WithClasses makes an adapter whose table of classes has rows for these
	// kinds only; nil for a vendor without classes.
	WithClasses func(kinds []push.Kind) error
	// Topic is a topic that the server takes; nil leaves its cases out. The
	// adapter must be a [push.TopicSender] then.
	Topic *push.Topic
	// Audience is everybody of the app; nil leaves the broadcasts out. The
	// adapter must be a [push.Broadcaster] then.
	Audience *push.Audience
	// Receipts is a receipt of the vendor's; nil leaves the receipts out.
	Receipts *ReceiptsCase
	// Many is how many tokens a call to many has. Default 12.
	Many int
	// Secrets are the adapter's keys. They must appear nowhere.
	Secrets []string
	// Skip maps the path of a subtest, such as "faults/endless", to the reason
	// why the adapter cannot pass it.
	Skip map[string]string

	halt *suitetest.Halt
	// patience bounds every call; 0 means the default.
	patience time.Duration
}

// CodeCase is one of the vendor's codes and what it must become.
type CodeCase struct {
	// Code is the vendor's; Want, Scope and Delivery are what it means.
	Code     string
	Want     waybill.Code
	Scope    waybill.Scope
	Delivery waybill.Delivery
	// Dead is set when the code says that the token is gone for good.
	Dead bool
	// RetryAfter is set when the error must say how long to wait.
	RetryAfter bool
}

// Read is what a server read of a notification.
type Read struct {
	// Title and Body are the texts, TitleKey and BodyKey their keys.
	Title, Body, TitleKey, BodyKey string
	// TTL is the time to live in the vendor's own exchange; 0 means that it was
	// not given.
	TTL time.Duration
	// Data are what the app gets, with the library's own keys.
	Data map[string]string
}

// UnsupportedCase is a notification that this vendor cannot take and that must
// be refused before the network.
type UnsupportedCase struct {
	Name         string
	Notification push.Notification
}
