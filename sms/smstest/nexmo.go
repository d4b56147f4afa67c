package smstest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/sms"
)

// The credentials that a fake Nexmo takes unless its options say otherwise.
const (
	NexmoKey    = "fakekey1"
	NexmoSecret = "fake-nexmo-api-secret"
)

// NexmoOptions are the settings of a fake Nexmo. nil means all defaults.
type NexmoOptions struct {
	// Key and Secret are the only ones taken, by default NexmoKey and
	// NexmoSecret. With Signing the secret is the signature secret.
	Key, Secret string
	// Signing is the account's method: md5hash, md5, sha1, sha256 or sha512.
	// Empty means that the secret itself is wanted.
	Signing string
	// Ledger counts in the place of the fake's own, so that several fakes can
	// count together.
	Ledger *Ledger
}

// NexmoMessage is a message that a fake Nexmo took on.
type NexmoMessage struct {
	// Ref is the client-ref. To and From are as they came.
	Ref, To, From string
	// Text is what arrives: a character outside the GSM alphabet in a message
	// of type text is a question mark.
	Text string
	Type string
	// TTL is in milliseconds, 0 when the request named none.
	TTL                 int
	EntityID, ContentID string
	Callback            string
	AccountRef          string
	NoReport            bool
	// IDs are those of the accepted parts.
	IDs []string
}

// Nexmo is a fake of Vonage's SMS API, POST /sms/json. It checks key, secret or
// signature, refuses parameters that are unknown, missing, repeated or out of
// range in the vendor's shape and numbers, cuts long texts into parts with an id
// and a price each, and counts what it accepted by client-ref, or by number and
// text where there is none. It knows the types text and unicode. It is safe for
// concurrent use.
type Nexmo struct {
	*fakehttp.Server
	opts NexmoOptions

	mu       sync.Mutex
	messages []NexmoMessage
	parts    int
	script   [][]string
}

// NewNexmo starts a fake Nexmo. The caller closes it.
func NewNexmo(o *NexmoOptions) *Nexmo {
	n := new(Nexmo)
	if o != nil {
		n.opts = *o
	}
	if n.opts.Key == "" {
		n.opts.Key = NexmoKey
	}
	if n.opts.Secret == "" {
		n.opts.Secret = NexmoSecret
	}
	if n.opts.Ledger == nil {
		n.opts.Ledger = new(Ledger)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /sms/json", n.send)
	n.Server = fakehttp.New("nexmo", mux, fakehttp.WithLedger(n.opts.Ledger), fakehttp.MaskParams("api_key", "api_secret", "sig"))
	return n
}

// Accepted returns how often a message with this client-ref was accepted, wholly
// or in part.
func (n *Nexmo) Accepted(key string) int { return n.Ledger().Count(key) }

// Messages returns the accepted messages in order.
func (n *Nexmo) Messages() []NexmoMessage {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]NexmoMessage(nil), n.messages...)
}

// Seen implements [Understanding].
func (n *Nexmo) Seen() ([]Seen, bool) {
	var out []Seen
	for _, m := range n.Messages() {
		out = append(out, Seen{
			To: sms.Number("+" + m.To), From: m.From, Text: m.Text, Ref: m.Ref, TTL: time.Duration(m.TTL) * time.Millisecond,
		})
	}
	return out, true
}

// FailCode makes the fake answer every request until Heal with this status,
// such as "9", for a message of one part, under HTTP 200.
func (n *Nexmo) FailCode(code string) {
	n.Fail(fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		answer(w, n.refused(code, nexmoTexts[code], r.PostForm))
	})))
}

// FailParts gives the parts of the next message these statuses, "0" for those
// that are accepted; parts beyond the list are accepted. Several calls are for
// several messages.
func (n *Nexmo) FailParts(statuses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.script = append(n.script, statuses)
}

// nexmoReply is the vendor's reply. All values are strings.
type nexmoReply struct {
	Count    string      `json:"message-count"`
	Messages []nexmoPart `json:"messages"`
}

type nexmoPart struct {
	To         string `json:"to,omitempty"`
	ID         string `json:"message-id,omitempty"`
	Status     string `json:"status"`
	Text       string `json:"error-text,omitempty"`
	Balance    string `json:"remaining-balance,omitempty"`
	Price      string `json:"message-price,omitempty"`
	Network    string `json:"network,omitempty"`
	ClientRef  string `json:"client-ref,omitempty"`
	AccountRef string `json:"account-ref,omitempty"`
}

// nexmoTexts are the error texts of statuses that a script asks for.
var nexmoTexts = map[string]string{
	"1":   "Throughput Rate Exceeded - please wait [ 702 ] and retry",
	"2":   "Missing to param",
	"3":   "Invalid value for param: to",
	"4":   "Bad Credentials",
	"5":   "Server Error",
	"6":   "Unroutable message - rejected",
	"7":   "Number barred",
	"8":   "Partner account barred",
	"9":   "Partner quota violation",
	"10":  "Too many existing binds",
	"11":  "Account not enabled for HTTP",
	"12":  "Message too long",
	"14":  "Invalid Signature",
	"15":  "Illegal Sender Address - rejected",
	"22":  "Invalid Network Code",
	"23":  "Invalid Callback Url",
	"29":  "Non White-listed Destination - rejected",
	"32":  "Signature And API Secret Disallowed",
	"33":  "Number De-activated",
	"101": "Invalid Account for Campaign",
}

// refused is the reply to a refused request. Recorded throttling replies name
// number and network, the others do not.
func (n *Nexmo) refused(status, text string, form url.Values) nexmoReply {
	p := nexmoPart{Status: status, Text: text}
	if status == "1" {
		p.To, p.Network = form.Get("to"), network(form.Get("to"))
	}
	return nexmoReply{Count: "1", Messages: []nexmoPart{p}}
}

func answer(w http.ResponseWriter, reply any) {
	body, err := json.Marshal(reply)
	if err != nil {
		http.Error(w, "fake nexmo: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}
