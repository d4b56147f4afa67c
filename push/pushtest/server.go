package pushtest

import (
	"net/http"
	"strings"
	"sync"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// Server is what the suite needs of a fake push service. What [NewServer]
// returns and the fakes of this package have it all.
type Server interface {
	// URL is the base URL, without a slash at its end.
	URL() string
	// Client reaches the server. It is the same at every call.
	Client() *http.Client
	// Close stops the server. Closing twice is harmless.
	Close()
	// Sends returns how many requests that send reached the server, struck by a
	// fault or not; faults that strike before a request is read show none.
	Sends() int
	// Log returns the last exchanges, with the secrets masked.
	Log() []Exchange
	// Fail makes the fault strike every request that sends until Heal. Refused
	// and reset connections and hangs before the request is read strike every
	// request.
	Fail(Fault)
	// FailCode makes the server answer every request that sends until Heal with
	// the vendor's own refusal of this code, in the vendor's shape.
	FailCode(code string)
	// Heal takes all faults away.
	Heal()
	// Accepted returns how many notifications to this token value were accepted.
	Accepted(token string) int
	// Kill makes token values dead: what is sent to them is refused as the
	// vendor refuses what was uninstalled.
	Kill(tokens ...string)
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

// ServerOptions says what [NewServer] makes a server of.
type ServerOptions struct {
	// Name is the vendor's name.
	Name string
	// Handler speaks the vendor's protocol. It calls the server's Accept for
	// each notification that it takes on and asks Dead about each token.
	Handler http.Handler
	// Refuse answers a request with a code in the vendor's shape, for FailCode.
	Refuse func(w http.ResponseWriter, r *http.Request, code string)
	// IsSend tells the requests that send from others, such as those for an
	// access token. nil means that all send.
	IsSend func(*http.Request) bool
	// PlainText makes the server speak HTTP/1.1 without TLS. The default is TLS
	// with HTTP/2 and HTTP/1.1.
	PlainText bool
	// SecretParams and SecretMembers are the form parameters and the JSON
	// members whose values the log masks.
	SecretParams, SecretMembers []string
}

// HandlerServer is a [Server] made of a handler. It is safe for concurrent use.
type HandlerServer struct {
	*fakehttp.Server
	o ServerOptions

	mu    sync.Mutex
	sends int
	dead  map[string]bool
}

// NewServer starts a fake on the loopback interface. The caller closes it.
func NewServer(o ServerOptions) *HandlerServer {
	if o.IsSend == nil {
		o.IsSend = func(*http.Request) bool { return true }
	}
	s := &HandlerServer{o: o, dead: map[string]bool{}}
	options := []fakehttp.Option{fakehttp.MaskParams(o.SecretParams...), fakehttp.MaskJSON(o.SecretMembers...)}
	if !o.PlainText {
		options = append(options, fakehttp.TLS())
	}
	s.Server = fakehttp.New(o.Name, s.counting(o.Handler), options...)
	return s
}

// counting counts the requests that send and get through to the handler.
func (s *HandlerServer) counting(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.o.IsSend(r) {
			s.count()
		}
		h.ServeHTTP(w, r)
	})
}

func (s *HandlerServer) count() {
	s.mu.Lock()
	s.sends++
	s.mu.Unlock()
}

// struck picks the requests that send for a fault, and counts those that the
// handler will not see.
func (s *HandlerServer) struck(f Fault, more func(body []byte) bool) func(*http.Request, []byte) bool {
	return func(r *http.Request, body []byte) bool {
		if !s.o.IsSend(r) || more != nil && !more(body) {
			return false
		}
		if !f.Processed {
			s.count()
		}
		return true
	}
}

// Sends implements [Server].
func (s *HandlerServer) Sends() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sends
}

// Fail implements [Server].
func (s *HandlerServer) Fail(f Fault) {
	s.Heal()
	switch f.Kind {
	case fakehttp.RefuseKind, fakehttp.ResetOnAcceptKind, fakehttp.HangBeforeReadKind:
		// Before anything of a request is read nobody knows which one it is.
		s.Script(fakehttp.Rule{Fault: f})
		return
	}
	s.FailWhen(s.struck(f, nil), f)
}

// FailSends makes the fault strike the next n requests that send.
func (s *HandlerServer) FailSends(n int, f Fault) {
	s.Script(fakehttp.Rule{Match: s.struck(f, nil), Times: n, Fault: f})
}

// FailToken makes the fault strike every request that sends and whose body
// contains the token's value, until Heal.
func (s *HandlerServer) FailToken(token string, f Fault) {
	s.FailWhen(s.struck(f, func(body []byte) bool { return strings.Contains(string(body), token) }), f)
}

// FailCode implements [Server].
func (s *HandlerServer) FailCode(code string) { s.Fail(s.Refusal(code)) }

// Refusal is the vendor's refusal of a code as a fault, for FailSends and
// FailToken.
func (s *HandlerServer) Refusal(code string) Fault {
	return suitetest.Refusal(code, s.o.Refuse)
}

// Accept counts a notification to a token as accepted. Handlers call it.
func (s *HandlerServer) Accept(token string) { s.Ledger().Accept(token) }

// Accepted implements [Server].
func (s *HandlerServer) Accepted(token string) int { return s.Ledger().Count(token) }

// Kill implements [Server].
func (s *HandlerServer) Kill(tokens ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range tokens {
		s.dead[t] = true
	}
}

// Dead reports whether a token was killed. Handlers ask it.
func (s *HandlerServer) Dead(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dead[token]
}

var _ Server = (*HandlerServer)(nil)
