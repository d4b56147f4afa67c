package geotest

import (
	"net/http"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// Server is what the suite needs of a fake server. What [NewServer] returns
// and the fakes of this package have it all.
type Server interface {
	// URL is the base URL, without a slash at its end.
	URL() string
	// Client reaches the server. It is the same at every call.
	Client() *http.Client
	// Close stops the server. Closing twice is harmless.
	Close()
	// Count returns how many requests for the path reached the server, with
	// "" all of them.
	Count(path string) int
	// Log returns the last exchanges, with the secrets masked.
	Log() []Exchange
	// Fail makes the fault strike every request until Heal.
	Fail(Fault)
	// FailCode makes the server answer every request until Heal with the
	// vendor's own refusal of this code, in the vendor's shape.
	FailCode(code string)
	// Heal takes all faults away.
	Heal()
}

// Fault is something going wrong with a request at some stage; see [Faults]. It
// has:
//
//   - Kind, Code, Header, Body, Pause, Handler: what strikes
//   - Processed: whether the request was processed before
//   - String: its name, fit for a subtest
//   - Unreached: whether the request cannot have arrived
//   - Replied: whether a whole HTTP reply comes back
type Fault = fakehttp.Fault

// Exchange is one request that reached a fake, and what it answered, with the
// secrets masked. It has:
//
//   - N, Time, Took: its number from 1, when it came and how long it took
//   - Method, Host, Path, Query, Proto, Header, Body: the request
//   - Status, ReplyHeader, Reply: the answer; Status 0 is none
//   - Fault, Processed, Aborted: what struck, whether the request was processed,
//     and whether the client left before
//   - String: all of it as text for people
type Exchange = fakehttp.Exchange

// Faults returns every fault of the transport that the suite tries: refused
// connections, hangs, resets, cut, slow and endless replies, replies that are
// not the vendor's.
//
// Their names, with "_processed" added for those that strike after the request
// was processed, are: refuse, reset_on_accept, hang_before_read,
// hang_after_read, reset_before_reply, reset_mid_reply, cut_body, slow_body,
// endless, garbage, html_200, empty_200, status_204, status_500, html_502,
// status_503, html_504, redirect_307, status_400, status_401, html_403,
// status_404, status_408, status_413, status_429, status_429_without_wait,
// status_503_without_wait.
func Faults() []Fault { return fakehttp.AllFaults() }

// FaultNamed returns the fault of [Faults] with this name, such as "html_502",
// and whether there is one.
func FaultNamed(name string) (Fault, bool) { return fakehttp.FaultNamed(name) }

// HandlerServer is a [Server] made of a handler. Beside that it has FailNext,
// FailAfter and FailWhen, which make a fault strike the next n requests, all
// after n, and those that match. It is safe for concurrent use.
type HandlerServer struct {
	*fakehttp.Server
	refuse func(w http.ResponseWriter, r *http.Request, code string)
}

// NewServer starts a fake on the loopback interface that answers with h, the
// vendor's protocol, and for FailCode with refuse, the vendor's way to refuse a
// request with a code. secrets are the query and form parameters that the log
// masks. The caller closes it.
func NewServer(name string, h http.Handler, refuse func(w http.ResponseWriter, r *http.Request, code string), secrets ...string) *HandlerServer {
	return &HandlerServer{Server: fakehttp.New(name, h, fakehttp.MaskParams(secrets...)), refuse: refuse}
}

// FailCode implements [Server].
func (s *HandlerServer) FailCode(code string) {
	s.Fail(suitetest.Refusal(code, s.refuse))
}

var _ Server = (*HandlerServer)(nil)
