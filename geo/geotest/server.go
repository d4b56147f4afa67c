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

// Fault is something going wrong with a request at some stage; see [Faults].
type Fault = fakehttp.Fault

// Exchange is one request that reached a fake, and what it answered.
type Exchange = fakehttp.Exchange

// Faults returns every fault of the transport that the suite tries: refused
// connections, hangs, resets, cut, slow and endless replies, replies that are
// not the vendor's.
func Faults() []Fault { return fakehttp.AllFaults() }

// HandlerServer is a [Server] made of a handler.
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
