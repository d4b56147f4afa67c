package smstest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// Server is what the suite needs of a fake gateway. What [NewServer] and
// [NewNexmo] return has it all.
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
	// Accepted returns how often the message with this key (see
	// sms.Message.Key) was taken on, whatever became of the reply.
	Accepted(key string) int
	// Fail makes the fault strike every request until Heal.
	Fail(Fault)
	// FailCode makes the server answer every request until Heal with the
	// gateway's own refusal of this code, in the gateway's shape.
	FailCode(code string)
	// Heal takes all faults away.
	Heal()
}

// Fault is something going wrong with a request at some stage; see [Faults] and
// [FaultNamed]. It
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

// Ledger counts what a fake accepted, by key. It has:
//
//   - Accept: counts one acceptance of a key
//   - Count: how often a key was accepted
//   - Accepted: every acceptance, in order
//   - Reset: forgets everything
//
// The zero value is ready. It is safe for concurrent use.
type Ledger = fakehttp.Ledger

// Tally compares what was intended with what was accepted; see [TallyOf]. It has:
//
//   - Intended, Accepted: how many keys were meant, how many acceptances came
//   - Duplicates, Lost, Strangers: acceptances too many, intentions never
//     accepted, acceptances that nobody intended
//   - DuplicateKeys, LostKeys, StrangerKeys: which, sorted
type Tally = fakehttp.Tally

// TallyOf compares the keys that were meant to be accepted once each with what
// the ledgers of all fakes together say: duplicates and losses, counted where
// they cannot be argued away.
func TallyOf(intended []string, ledgers ...*Ledger) Tally {
	return fakehttp.TallyOf(intended, ledgers...)
}

// Faults returns every fault of the transport that the suite tries: refused
// connections, hangs, resets, cut, slow and endless replies, replies that are
// not the gateway's; each before the gateway processed the request and, where
// that is possible, after.
//
// Their names, with "_processed" added for the flavour of [After], are: refuse,
// reset_on_accept, hang_before_read, hang_after_read, reset_before_reply,
// reset_mid_reply, cut_body, slow_body, endless, garbage, html_200, empty_200,
// status_204, status_500, html_502, status_503, html_504, redirect_307,
// status_400, status_401, html_403, status_404, status_408, status_413,
// status_429, status_429_without_wait, status_503_without_wait.
func Faults() []Fault { return fakehttp.AllFaults() }

// FaultNamed returns the fault of [Faults] with this name, such as
// "reset_before_reply_processed", and whether there is one.
func FaultNamed(name string) (Fault, bool) { return fakehttp.FaultNamed(name) }

// After returns the flavour of a fault that strikes after the message was
// accepted.
func After(f Fault) Fault { return fakehttp.After(f) }

// Outage is a fault that nothing gets around: connections are refused.
func Outage() Fault { return fakehttp.Refuse() }

// ServerOptions change what [NewServer] does. nil or the zero value is right for
// a gateway that refuses with HTTP statuses other than 2xx and whose requests
// hold the message's text or key in plain ASCII.
type ServerOptions struct {
	// Accepted says whether an exchange that h answered took a message on, and
	// under which key. The default takes any 2xx, and the key that the suite
	// wrote into the message; without one, as in an application's tests, the
	// first of the JSON members, form fields or query parameters ref,
	// reference, client_ref, client-ref, clientRef and key; without those
	// "unknown".
	Accepted func(r *http.Request, body []byte, status int, reply []byte) (key string, ok bool)
	// Read says what the gateway understands of a request that it took on, so
	// that the suite can compare that with what was asked: a wrong recipient,
	// sender or text shows nowhere else. false means that there is no message in
	// the request.
	Read func(r *http.Request, body []byte) (Seen, bool)
	// Refuse writes the gateway's refusal with a code, for FailCode. It must
	// answer to any code.
	Refuse func(w http.ResponseWriter, r *http.Request, code string)
	// Mask names query, form and JSON members whose values the log hides.
	Mask []string
	// Ledger counts in the place of the server's own, so that several fakes
	// can count together.
	Ledger *Ledger
}

// HandlerServer is a [Server] made of a handler. Beside that it has FailNext,
// FailAfter and FailWhen, which make a fault strike the next n requests, all
// after n, and those that match. It is safe for concurrent use.
type HandlerServer struct {
	*fakehttp.Server
	refuse func(w http.ResponseWriter, r *http.Request, code string)
	read   func(r *http.Request, body []byte) (Seen, bool)

	mu   sync.Mutex
	seen []Seen
}

// NewServer starts a fake on the loopback interface that answers with h, which
// speaks the gateway's protocol and refuses what the gateway would refuse. The
// server adds what a suite needs: faults at any stage, a log, and a ledger of
// what h accepted. The caller closes it.
func NewServer(name string, h http.Handler, o *ServerOptions) *HandlerServer {
	if o == nil {
		o = new(ServerOptions)
	}
	s := &HandlerServer{refuse: o.Refuse, read: o.Read}
	ledger := o.Ledger
	if ledger == nil {
		ledger = new(Ledger)
	}
	accepted := o.Accepted
	if accepted == nil {
		accepted = acceptedByStatus
	}
	s.Server = fakehttp.New(name, fakehttp.Counting(h, s.take(ledger, accepted)), fakehttp.WithLedger(ledger),
		fakehttp.MaskParams(o.Mask...), fakehttp.MaskJSON(o.Mask...))
	return s
}

// take counts what was accepted, and keeps what was read.
func (s *HandlerServer) take(ledger *Ledger, accepted func(*http.Request, []byte, int, []byte) (string, bool)) func(*http.Request, []byte, int, []byte) {
	return func(r *http.Request, body []byte, status int, reply []byte) {
		key, ok := accepted(r, body, status, reply)
		if !ok {
			return
		}
		if s.read != nil {
			if seen, ok := s.read(r, body); ok {
				s.mu.Lock()
				s.seen = append(s.seen, seen)
				s.mu.Unlock()
			}
		}
		ledger.Accept(key)
	}
}

// Seen implements [Understanding]: the accepted messages in order, where
// ServerOptions.Read is given.
func (s *HandlerServer) Seen() ([]Seen, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen), s.read != nil
}

// Accepted implements [Server]; see ServerOptions.Accepted for the keys.
func (s *HandlerServer) Accepted(key string) int { return s.Ledger().Count(key) }

// FailCode implements [Server]. It panics without ServerOptions.Refuse.
func (s *HandlerServer) FailCode(code string) {
	if s.refuse == nil {
		panic("smstest: FailCode needs Refuse")
	}
	s.Fail(suitetest.Refusal(code, s.refuse))
}

// keyText is the form of the suite's keys.
var keyText = regexp.MustCompile(keyPrefix + `[0-9a-z]{8}`)

// acceptedByStatus takes any 2xx for an acceptance of the message whose key is
// somewhere in the request.
func acceptedByStatus(r *http.Request, body []byte, status int, _ []byte) (string, bool) {
	if status < 200 || status > 299 {
		return "", false
	}
	for _, text := range []string{string(body), r.URL.RequestURI()} {
		if key := keyText.FindString(text); key != "" {
			return key, true
		}
	}
	return namedKey(r, body), true
}

// keyNames are the names under which gateways take a caller's reference. key,
// which is many gateways' credential, comes last.
var keyNames = []string{"ref", "reference", "client_ref", "client-ref", "clientRef", "key"}

// namedKey finds the reference of an application's own message.
func namedKey(r *http.Request, body []byte) string {
	var object map[string]any
	_ = json.Unmarshal(body, &object)
	form, _ := url.ParseQuery(string(body))
	query := r.URL.Query()
	for _, name := range keyNames {
		if s, ok := object[name].(string); ok && s != "" {
			return s
		}
		if s := cmp.Or(form.Get(name), query.Get(name)); s != "" {
			return s
		}
	}
	return "unknown"
}

var (
	_ Server = (*HandlerServer)(nil)
	_ Server = (*Nexmo)(nil)
	_ Server = (*Aliyun)(nil)
	_ Server = (*Tencent)(nil)
	_ Server = (*Twilio)(nil)

	_ Understanding = (*HandlerServer)(nil)
	_ Understanding = (*Nexmo)(nil)
	_ Understanding = (*Aliyun)(nil)
	_ Understanding = (*Tencent)(nil)
	_ Understanding = (*Twilio)(nil)
)
