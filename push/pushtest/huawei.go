package pushtest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// The credential that a fake Push Kit knows.
const (
	HuaweiAppID     = "101234567"
	HuaweiSecret    = "fake-huawei-secret-0123456789abcdef"
	HuaweiProjectID = "388421841221"
)

// huaweiTexts are codes that FailCode of a [Huawei] takes, with the vendor's
// words; others are answered too.
var huaweiTexts = map[string]string{
	"80200003": "OAuth token expired", "80300007": "All the tokens are invalid", "80300002": "No permission to send message to these tmIDs",
}

// Huawei is a fake of Huawei's Push Kit, in its versions 1, 2 and 3, with topics,
// and of its token endpoint, on one server. It checks the credential, the access
// token or the signature, life and claims of a JSON web token, every field of a
// message, its size, that no token comes twice, and the vendor's limits. It is safe
// for concurrent use.
type Huawei struct {
	*HandlerServer

	mu       sync.Mutex
	access   map[string]bool
	revoked  map[string]bool // JSON web tokens
	issued   int
	signed   map[string]bool
	ids      int
	life     int
	messages map[string]HuaweiMessage
	scenes   map[string]HuaweiScene
	topics   map[string]map[string]bool
}

// NewHuawei starts a fake Push Kit. The caller closes it.
func NewHuawei() *Huawei {
	f := &Huawei{access: map[string]bool{}, revoked: map[string]bool{}, signed: map[string]bool{}, life: 3600,
		messages: map[string]HuaweiMessage{}, scenes: map[string]HuaweiScene{}, topics: map[string]map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth2/v3/token", f.issue)
	mux.HandleFunc("POST /v1/"+HuaweiAppID+"/messages:send", f.send)
	mux.HandleFunc("POST /v2/"+HuaweiProjectID+"/messages:send", f.send)
	mux.HandleFunc("POST /v3/"+HuaweiProjectID+"/messages:send", f.sendScene)
	mux.HandleFunc("POST /v1/"+HuaweiAppID+"/topic:subscribe", f.enrol)
	mux.HandleFunc("POST /v1/"+HuaweiAppID+"/topic:unsubscribe", f.enrol)
	f.HandlerServer = NewServer(ServerOptions{
		Name: "huawei", Handler: mux, IsSend: func(r *http.Request) bool { return r.URL.Path != "/oauth2/v3/token" },
		Refuse:       func(w http.ResponseWriter, _ *http.Request, code string) { huaweiReply(w, code, huaweiTexts[code]) },
		SecretParams: []string{"client_secret"}, SecretMembers: []string{"access_token", "token", "tokenArray"},
	})
	return f
}

func huaweiReply(w http.ResponseWriter, code, text string) {
	writeJSON(w, http.StatusOK, map[string]string{"code": code, "msg": text, "requestId": "157000"})
}

func (f *Huawei) issue(w http.ResponseWriter, r *http.Request) {
	form, bad := fakehttp.Params{Required: []string{"grant_type", "client_id", "client_secret"}}.Form(r)
	if bad != nil || form.Get("grant_type") != "client_credentials" || form.Get("client_id") != HuaweiAppID || form.Get("client_secret") != HuaweiSecret {
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": 1101, "sub_error": 20001, "error_description": "invalid client"})
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	token := "hw/fake+" + rand.Text()
	f.access[token] = true
	f.issued++
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":"%s","expires_in":%d,"token_type":"Bearer"}`, strings.ReplaceAll(token, "/", `\/`), f.life)
}

// SetLife sets how many seconds the access tokens issued from now on live.
func (f *Huawei) SetLife(seconds int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.life = seconds
}

// Issued returns how many access tokens were issued or JSON web tokens seen.
func (f *Huawei) Issued() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.issued + len(f.signed)
}

// Revoke makes every token seen so far invalid.
func (f *Huawei) Revoke() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.access)
	for t := range f.signed {
		f.revoked[t] = true
	}
}

// authorized reports whether a request has a token that holds; the lock is held. It
// has answered when it returns false. onlyJWT is version 3's way.
func (f *Huawei) authorized(w http.ResponseWriter, r *http.Request, onlyJWT bool) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	code := "80200001"
	switch {
	case !ok:
	case strings.Count(token, ".") == 2:
		if code = jwtFault(token); code == "" && f.revoked[token] {
			code = "80200005"
		}
		f.signed[token] = true
	case onlyJWT:
	case f.access[token]:
		code = ""
	default:
		code = "80200003"
	}
	if code != "" {
		huaweiReply(w, code, huaweiTexts[code])
	}
	return code == ""
}

var (
	huaweiTTL        = regexp.MustCompile(`^[0-9]{1,7}s$`)
	huaweiCategories = []string{"IM", "VOIP", "MISS_CALL", "SUBSCRIPTION", "TRAVEL", "HEALTH", "WORK", "ACCOUNT", "EXPRESS", "FINANCE", "DEVICE_REMINDER", "MAIL", "PLAY_VOICE", "MARKETING"}
)

func (f *Huawei) send(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.authorized(w, r, false) {
		return
	}
	var body struct {
		ValidateOnly bool          `json:"validate_only"`
		Message      HuaweiMessage `json:"message"`
	}
	size, ok := readSized(r, &body, "message", "token")
	if !ok {
		huaweiReply(w, "80100003", "Illegal message")
		return
	}
	m := body.Message
	if code := m.problem(size); code != "" {
		huaweiReply(w, code, "Illegal message")
		return
	}
	if to := m.Topic + m.Condition; to != "" {
		m.Token = []string{to}
	}
	f.deliver(w, m.Token, "illegal_tokens", func(t string) {
		if !body.ValidateOnly {
			f.Accept(t)
			f.messages[t] = body.Message
		}
	})
}

// deliver takes a message to tokens and answers; the lock is held.
func (f *Huawei) deliver(w http.ResponseWriter, tokens []string, member string, take func(token string)) {
	f.ids++
	id := fmt.Sprintf("157%015d", f.ids)
	var dead []string
	for _, t := range tokens {
		if f.Dead(t) {
			dead = append(dead, t)
			continue
		}
		take(t)
	}
	var illegal any = dead
	if member == "illegalTokens" {
		illegal = map[string][]string{"tokenFormatError": dead}
	}
	switch good := len(tokens) - len(dead); {
	case len(dead) == 0:
		writeJSON(w, http.StatusOK, map[string]string{"code": "80000000", "msg": "Success", "requestId": id})
	case good == 0 && member == "illegal_tokens":
		huaweiReply(w, "80300007", huaweiTexts["80300007"])
	case good == 0:
		msg, _ := json.Marshal(map[string]any{"failure": len(dead), member: illegal})
		huaweiReply(w, "80300007", string(msg))
	default:
		msg, _ := json.Marshal(map[string]any{"success": good, "failure": len(dead), member: illegal})
		writeJSON(w, http.StatusOK, map[string]string{"code": "80100000", "msg": string(msg), "requestId": id})
	}
}

// Message returns the last message that was accepted for a token value.
func (f *Huawei) Message(token string) (HuaweiMessage, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m, ok := f.messages[token]
	return m, ok
}

// HuaweiToken returns the n-th well-formed token. It belongs to no device.
func HuaweiToken(n int) string {
	return fmt.Sprintf("IQAAAACy0fake%018d%040x", n, uint64(n)*0x9e3779b97f4a7c15)
}

var _ Server = (*Huawei)(nil)
