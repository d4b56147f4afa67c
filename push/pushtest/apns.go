package pushtest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// APNsTopic is the bundle id that a fake APNs knows unless told otherwise.
const APNsTopic = "com.example.waybill"

// APNsOptions are the settings of a fake APNs that have defaults.
type APNsOptions struct {
	// Keys are the signing keys that it knows. Default: one.
	Keys []*APNsKey
	// Topics are the bundle ids of its apps. Default: [APNsTopic].
	Topics []string
	// Sandbox makes it the sandbox, whose tokens are those of [APNsSandboxToken].
	Sandbox bool
	// FirstStreams is how many streams a connection may have before a request
	// with a valid credential was answered, default 1; Streams how many
	// afterwards, default 1000.
	FirstStreams, Streams int
	// KeyEnvironment, "production" or "sandbox", is what the keys are restricted
	// to. Default: both.
	KeyEnvironment string
}

// APNs is a fake of the Apple Push Notification service, over TLS and HTTP/2
// alone.
//
// It verifies the provider token (signature, key id, team, times, one key per
// connection, no new token within 20 minutes of another) or the client
// certificate, the path, the topic with the suffix of the push type, every
// header, the device token and its environment, and the size of the payload. What
// the service takes and the device then drops, such as an alert in a background
// push or an unknown member of aps, it refuses with the reason BadPayload, which
// the vendor does not have.
//
// A new connection has one stream until a valid credential was seen; streams
// beyond the limit are refused. It can send GOAWAY, refuse streams and fall
// silent, and counts connections. FailCode takes a reason of [APNsReasons]. An
// APNs is safe for concurrent use.
type APNs struct {
	*HandlerServer
	front *apnsFront
	o     APNsOptions

	mu       sync.Mutex
	minted   map[*APNsKey]*mintedTokens
	connKeys map[string]*APNsKey // by connection
	bound    map[string]string   // device tokens and their topics
	since    map[string]time.Time
	accepted map[string]APNsNotification
	clients  map[string]bool // client certificates
}

// APNsNotification is what a fake accepted; it must not be changed.
type APNsNotification struct {
	// Token is the device token as it stood in the path, Header the request's.
	Token  string
	Header http.Header
	// Body is the payload, Payload its members, Aps those of its aps.
	Body         string
	Payload, Aps map[string]json.RawMessage
	at           time.Time
}

// Read returns what the notification says.
func (n APNsNotification) Read() Read {
	r := Read{Data: map[string]string{}}
	for k := range n.Payload {
		if k != "aps" {
			r.Data[k] = n.Text(k)
		}
	}
	var a apnsAlert
	if raw := n.Aps["alert"]; len(raw) > 0 && json.Unmarshal(raw, &r.Body) != nil {
		_ = json.Unmarshal(raw, &a)
		r.Title, r.Body, r.TitleKey, r.BodyKey = a.Title, a.Body, a.TitleLocKey, a.LocKey
	}
	if end, err := strconv.ParseInt(n.Header.Get("Apns-Expiration"), 10, 64); err == nil && end > 0 {
		r.TTL = time.Unix(end, 0).Sub(n.at)
	}
	return r
}

// Text returns a member of the payload that is a string, or nothing.
func (n APNsNotification) Text(key string) string {
	var s string
	_ = json.Unmarshal(n.Payload[key], &s)
	return s
}

// NewAPNs starts a fake APNs; nil options are the defaults. The caller closes it.
func NewAPNs(o *APNsOptions) *APNs {
	f := &APNs{
		minted: map[*APNsKey]*mintedTokens{}, connKeys: map[string]*APNsKey{}, bound: map[string]string{},
		since: map[string]time.Time{}, accepted: map[string]APNsNotification{}, clients: map[string]bool{},
	}
	if o != nil {
		f.o = *o
	}
	if f.o.Keys == nil {
		f.o.Keys = []*APNsKey{sharedAPNsKey()}
	}
	if f.o.Topics == nil {
		f.o.Topics = []string{APNsTopic}
	}
	if f.o.FirstStreams == 0 {
		f.o.FirstStreams = 1
	}
	if f.o.Streams == 0 {
		f.o.Streams = 1000
	}
	f.HandlerServer = NewServer(ServerOptions{Name: "apns", Handler: http.HandlerFunc(f.serve), Refuse: f.refuse})
	f.front = newAPNsFront(f.HandlerServer, f.o.FirstStreams, f.o.Streams)
	return f
}

// URL returns the base URL, without a slash at its end.
func (f *APNs) URL() string { return "https://" + f.front.addr() }

// Client returns a client that trusts the fake's certificate.
func (f *APNs) Client() *http.Client { return f.front.client }

// Close stops the fake. Closing twice is harmless.
func (f *APNs) Close() {
	f.front.close()
	f.HandlerServer.Close()
}

// Key returns the first of the keys that it knows.
func (f *APNs) Key() *APNsKey { return f.o.Keys[0] }

// Conns returns how many connections were opened.
func (f *APNs) Conns() int { return f.front.opened() }

// TooManyStreams returns how many streams were refused because they were beyond
// the limit of their connection.
func (f *APNs) TooManyStreams() int { return f.front.excess() }

// GoAway tells the clients of all connections to go away. What they have sent
// before is still answered.
func (f *APNs) GoAway() { f.front.goAway() }

// RefuseStreams refuses the next n streams unseen.
func (f *APNs) RefuseStreams(n int) { f.front.refuseNext(n) }

// Freeze makes the present connections silent: nothing that is sent on them
// arrives, and nothing comes back, not even to a ping.
func (f *APNs) Freeze() { f.front.freeze() }

// ExpireTokens makes every provider token seen so far expired.
func (f *APNs) ExpireTokens() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.minted {
		m.expire()
	}
}

// Tokens returns how many provider tokens were seen that were valid.
func (f *APNs) Tokens() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, m := range f.minted {
		n += len(m.seen)
	}
	return n
}

// Trust makes a client certificate known, in DER.
func (f *APNs) Trust(der []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clients[string(der)] = true
}

// Bind makes device tokens those of one topic, so that others are refused with
// DeviceTokenNotForTopic.
func (f *APNs) Bind(topic string, tokens ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range tokens {
		f.bound[t] = topic
	}
}

// KillAt makes device tokens dead since a time.
func (f *APNs) KillAt(at time.Time, tokens ...string) {
	f.mu.Lock()
	for _, t := range tokens {
		f.since[t] = at
	}
	f.mu.Unlock()
	f.Kill(tokens...)
}

// FailToken makes the fault strike every request to a device token, until Heal.
func (f *APNs) FailToken(token string, fault Fault) {
	match := f.struck(fault, nil)
	f.FailWhen(func(r *http.Request, body []byte) bool {
		return strings.HasSuffix(r.URL.Path, "/"+token) && match(r, body)
	}, fault)
}

// Notification returns the last notification that was accepted for a device
// token.
func (f *APNs) Notification(token string) (APNsNotification, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.accepted[token]
	return n, ok
}

// The tokens of the two environments begin so.
const (
	productionTokens = "a0000001"
	sandboxTokens    = "5a000001"
)

// APNsToken returns the n-th well-formed device token of the production
// environment. It belongs to no device.
func APNsToken(n int) string { return apnsToken(productionTokens, n) }

// APNsSandboxToken returns the n-th well-formed device token of the sandbox. It
// belongs to no device.
func APNsSandboxToken(n int) string { return apnsToken(sandboxTokens, n) }

func apnsToken(begin string, n int) string {
	return fmt.Sprintf("%s%016x%040x", begin, n, uint64(n+1)*0x9e3779b97f4a7c15)
}

// apnsReasons are the vendor's refusals by reason, with their status.
var apnsReasons = map[string]int{
	"BadCollapseId": 400, "BadDeviceToken": 400, "BadExpirationDate": 400, "BadMessageId": 400, "BadPriority": 400, "BadTopic": 400,
	"DeviceTokenNotForTopic": 400, "DuplicateHeaders": 400, "IdleTimeout": 400, "InvalidPushType": 400, "MissingDeviceToken": 400,
	"MissingTopic": 400, "PayloadEmpty": 400, "TopicDisallowed": 400,
	"BadCertificate": 403, "BadCertificateEnvironment": 403, "ExpiredProviderToken": 403, "Forbidden": 403, "InvalidProviderToken": 403,
	"MissingProviderToken": 403, "UnrelatedKeyIdInToken": 403, "BadEnvironmentKeyIdInToken": 403, "BadEnvironmentKeyInToken": 403,
	"BadPath": 404, "MethodNotAllowed": 405, "Unregistered": 410, "ExpiredToken": 410, "PayloadTooLarge": 413,
	"TooManyProviderTokenUpdates": 429, "TooManyRequests": 429, "InternalServerError": 500, "ServiceUnavailable": 503, "Shutdown": 503,
}

// APNsReasons lists the reasons that FailCode and [APNsReply] take, sorted.
func APNsReasons() []string { return slices.Sorted(maps.Keys(apnsReasons)) }

// APNsReply is a refusal as a fault: the reason under its status, and for 410 the
// time since which the token is dead, zero for none.
func APNsReply(reason string, since time.Time) Fault {
	h := http.Header{"Content-Type": {"application/json"}, "Apns-Id": {newUUID()}}
	f := fakehttp.Status(apnsReasons[reason], h, apnsBody(reason, since))
	f.Label = "code_" + reason
	return f
}

// badPayload is the reason of our own.
const badPayload = "BadPayload"

func apnsBody(reason string, since time.Time) string {
	if since.IsZero() {
		return `{"reason":"` + reason + `"}`
	}
	return fmt.Sprintf(`{"reason":"%s","timestamp":%d}`, reason, since.UnixMilli())
}

// refuse answers with a reason.
func (f *APNs) refuse(w http.ResponseWriter, r *http.Request, reason string) {
	status, ok := apnsReasons[reason]
	if !ok && reason != badPayload {
		panic("pushtest: APNs has no reason " + reason)
	}
	if !ok {
		status = http.StatusBadRequest
	}
	since := time.Time{}
	if status == http.StatusGone {
		f.mu.Lock()
		since = f.since[strings.TrimPrefix(r.URL.Path, devicePath)]
		f.mu.Unlock()
		if since.IsZero() {
			since = time.UnixMilli(1629837744123)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Apns-Id", idOf(r))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(apnsBody(reason, since)))
}

// idOf is the request's own id, or a new one.
func idOf(r *http.Request) string {
	if id := r.Header.Get("Apns-Id"); isLowerUUID(id) {
		return id
	}
	return newUUID()
}

// newUUID returns a random UUID in capital letters, as the vendor makes them.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%X-%X-%X-%X-%X", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

var _ Server = (*APNs)(nil)
