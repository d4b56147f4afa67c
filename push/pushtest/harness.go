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

// UnsupportedCase is a notification that this vendor cannot take and that must
// be refused before the network.
type UnsupportedCase struct {
	Name         string
	Notification push.Notification
}
