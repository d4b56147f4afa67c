package pushtest

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// FCMOptions are the settings of a fake FCM that have defaults.
type FCMOptions struct {
	// Account is the service account that it knows, and whose project it is.
	// Default: one of the project waybill-demo.
	Account *ServiceAccount
	// TokenLife is the life of the access tokens that it issues. Default 3599 s.
	TokenLife time.Duration
	// OnlyRegistered makes it know the tokens given to Register only; others are
	// refused as those of another project. By default it knows all that are well
	// formed.
	OnlyRegistered bool
}

// FCM is a fake of Firebase Cloud Messaging, HTTP v1, and of Google's token
// endpoint, on one server with TLS and HTTP/2.
//
// The token endpoint (path /token) verifies grant type, signature, key id,
// issuer, audience, scope and times of the assertion. The sending one checks the
// access token, the project and every field of the message: nothing unknown,
// data of strings only, no reserved key, exactly one target, well-formed tokens,
// times to live, headers, size. It counts what it accepted by token value.
//
// Tokens can be put into topics, by the paths of iid.googleapis.com; what is sent
// to a topic is counted by its name.
//
// FailCode takes a code of [FCMCodes]. An FCM is safe for concurrent use.
type FCM struct {
	*HandlerServer
	account *ServiceAccount
	life    time.Duration
	only    bool

	issued atomic.Int64
	ids    atomic.Int64

	mu       sync.Mutex
	tokens   map[string]time.Time // access tokens and their end
	known    map[string]bool
	foreign  map[string]bool
	messages map[string]FCMMessage
	topics   map[string]map[string]bool
}

// NewFCM starts a fake FCM; nil options are the defaults. The caller closes it.
func NewFCM(o *FCMOptions) *FCM {
	if o == nil {
		o = new(FCMOptions)
	}
	f := &FCM{
		account: o.Account, life: o.TokenLife, only: o.OnlyRegistered,
		tokens: map[string]time.Time{}, known: map[string]bool{}, foreign: map[string]bool{}, messages: map[string]FCMMessage{}, topics: map[string]map[string]bool{},
	}
	if f.account == nil {
		f.account = shared()
	}
	if f.life == 0 {
		f.life = 3599 * time.Second
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", f.issue)
	mux.HandleFunc("POST /v1/projects/{project}/{method}", f.send)
	mux.HandleFunc("POST /iid/v1:batchAdd", f.enrol)
	mux.HandleFunc("POST /iid/v1:batchRemove", f.enrol)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<!DOCTYPE html>\n<html lang=en>\n  <title>Error 404 (Not Found)!!1</title>\n")
	})
	f.HandlerServer = NewServer(ServerOptions{
		Name: "fcm", Handler: mux, Refuse: f.refuse, IsSend: func(r *http.Request) bool { return r.URL.Path != "/token" },
		SecretParams: []string{"assertion"}, SecretMembers: []string{"access_token", "token"},
	})
	return f
}

// Account returns the service account that the fake knows.
func (f *FCM) Account() *ServiceAccount { return f.account }

// Key returns the JSON key of its service account, whose token_uri is the fake's
// own.
func (f *FCM) Key() []byte { return f.account.JSON(f.URL() + "/token") }

// Issued returns how many access tokens were issued.
func (f *FCM) Issued() int { return int(f.issued.Load()) }

// Revoke makes every access token issued so far invalid, so that the next send
// is refused with 401.
func (f *FCM) Revoke() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.tokens)
}

// Register makes tokens known to a fake with OnlyRegistered.
func (f *FCM) Register(tokens ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range tokens {
		f.known[t] = true
	}
}

// Disown makes tokens those of another project: SENDER_ID_MISMATCH.
func (f *FCM) Disown(tokens ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range tokens {
		f.foreign[t] = true
	}
}

// FailAuth makes the fault strike every request for an access token until Heal.
func (f *FCM) FailAuth(fault Fault) {
	f.FailWhen(func(r *http.Request, _ []byte) bool { return r.URL.Path == "/token" }, fault)
}

// Message returns the last message that was accepted for a token value.
func (f *FCM) Message(token string) (FCMMessage, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m, ok := f.messages[token]
	return m, ok
}

// FCMToken returns the n-th well-formed registration token. It belongs to no
// device.
func FCMToken(n int) string {
	return fmt.Sprintf("fake%018d:APA91bH%0128x", n, uint64(n)*0x9e3779b97f4a7c15)
}

// FCMReply is FCM's refusal of a code of [FCMCodes] as a fault, with a
// Retry-After header unless that is empty.
func FCMReply(code, retryAfter string) Fault {
	r := fcmReplies[code]
	h := http.Header{"Content-Type": {"application/json; charset=UTF-8"}}
	if retryAfter != "" {
		h.Set("Retry-After", retryAfter)
	}
	f := fakehttp.Status(r.http, h, r.body())
	f.Label = "code_" + code
	return f
}

var _ Server = (*FCM)(nil)
