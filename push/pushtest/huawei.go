package pushtest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

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

// HuaweiMessage is a message of versions 1 and 2 as the vendor takes it.
type HuaweiMessage struct {
	Data      *string  `json:"data"`
	Token     []string `json:"token"`
	Topic     string   `json:"topic"`
	Condition string   `json:"condition"`
	Android   struct {
		CollapseKey  *int                `json:"collapse_key"`
		Category     string              `json:"category"`
		Urgency      string              `json:"urgency"`
		TTL          string              `json:"ttl"`
		BiTag        string              `json:"bi_tag"`
		ReceiptID    string              `json:"receipt_id"`
		TargetUser   int                 `json:"target_user_type"`
		FastApp      *int                `json:"fast_app_target"`
		Notification *HuaweiNotification `json:"notification"`
	} `json:"android"`
}

// HuaweiNotification is what a message shows. DefaultSound is nil where the vendor's
// default holds, which is true.
type HuaweiNotification struct {
	Title       string `json:"title"`
	Body        string `json:"body"`
	Image       string `json:"image"`
	ClickAction *struct {
		Type   int    `json:"type"`
		Intent string `json:"intent"`
		Action string `json:"action"`
		URL    string `json:"url"`
	} `json:"click_action"`
	ChannelID    string `json:"channel_id"`
	Importance   string `json:"importance"`
	NotifyID     int32  `json:"notify_id"`
	Tag          string `json:"tag"`
	Group        string `json:"group"`
	Sound        string `json:"sound"`
	DefaultSound *bool  `json:"default_sound"`
	Badge        *struct {
		Add   *int   `json:"add_num"`
		Set   *int   `json:"set_num"`
		Class string `json:"class"`
	} `json:"badge"`
	TitleKey  string   `json:"title_loc_key"`
	TitleArgs []string `json:"title_loc_args"`
	BodyKey   string   `json:"body_loc_key"`
	BodyArgs  []string `json:"body_loc_args"`
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

// problem is the code of what is wrong with a message of so many bytes without its
// tokens, or "".
func (m *HuaweiMessage) problem(size int) string {
	a := &m.Android
	seconds, err := time.ParseDuration(a.TTL)
	targets := 0
	for _, set := range []bool{m.Token != nil, m.Topic != "", m.Condition != ""} {
		if set {
			targets++
		}
	}
	switch {
	case targets != 1:
		return "80100001"
	case m.Token != nil && (len(m.Token) == 0 || len(m.Token) > 1000):
		return "80300010"
	case len(slices.Compact(slices.Sorted(slices.Values(m.Token)))) != len(m.Token):
		return "80100001"
	case !huaweiTTL.MatchString(a.TTL) || err != nil || seconds < time.Second || seconds > 15*24*time.Hour:
		return "80100004"
	case a.CollapseKey != nil && (*a.CollapseKey < -1 || *a.CollapseKey > 100):
		return "80100013"
	case a.Urgency == "HIGH":
		return "80300011"
	case size > 4096:
		return "80300008"
	case a.Urgency != "" && a.Urgency != "NORMAL", a.TargetUser < 0 || a.TargetUser > 1, len(a.BiTag) > 64,
		a.Category != "" && !slices.Contains(huaweiCategories, a.Category), a.Notification == nil && (m.Data == nil || *m.Data == ""):
		return "80100003"
	case a.FastApp != nil:
		return m.quickProblem()
	case a.Notification != nil && (a.Category == "PLAY_VOICE" || !a.Notification.valid()):
		return "80100003"
	}
	return ""
}

// quickProblem is what is wrong with a message to a quick app: it is data, of a push
// type and a body.
func (m *HuaweiMessage) quickProblem() string {
	var data struct {
		Type *int            `json:"pushtype"`
		Body json.RawMessage `json:"pushbody"`
	}
	bad := m.Data == nil || fakehttp.StrictJSON([]byte(*m.Data), &data) != nil
	if f := *m.Android.FastApp; bad || f < 1 || f > 2 || m.Android.Notification != nil || data.Type == nil || *data.Type < 0 || *data.Type > 1 || data.Body == nil {
		return "80100003"
	}
	return ""
}

// valid reports whether the vendor takes a notification.
func (n *HuaweiNotification) valid() bool {
	switch {
	case n.Title == "" || n.Body == "" || n.ClickAction == nil || n.NotifyID < -1,
		n.Importance != "" && n.Importance != "LOW" && n.Importance != "NORMAL",
		n.Image != "" && !strings.HasPrefix(n.Image, "https://"),
		n.DefaultSound != nil && !*n.DefaultSound && n.Sound == "", n.Sound != "" && !strings.HasPrefix(n.Sound, "/raw/"),
		len(n.TitleArgs) > 0 && n.TitleKey == "", len(n.BodyArgs) > 0 && n.BodyKey == "":
		return false
	}
	if b := n.Badge; b != nil && (b.Class == "" || b.Set != nil && (*b.Set < 0 || *b.Set > 99) || b.Add != nil && (*b.Add < 1 || *b.Add > 99)) {
		return false
	}
	switch c := n.ClickAction; c.Type {
	case 1:
		return c.Intent != "" || c.Action != ""
	case 2:
		return strings.HasPrefix(c.URL, "https://")
	case 3:
		return true
	}
	return false
}

// readSized reads a JSON body strictly, and its size without what tokens names: the
// path of the list of tokens.
func readSized(r *http.Request, into any, tokens ...string) (size int, ok bool) {
	body, err := io.ReadAll(r.Body)
	if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") || fakehttp.StrictJSON(body, into) != nil {
		return 0, false
	}
	inner := json.RawMessage(body)
	for _, name := range tokens {
		var m map[string]json.RawMessage
		_ = json.Unmarshal(inner, &m)
		inner = m[name]
	}
	return len(body) - len(inner), true
}

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

// Read is what the suite compares.
func (m HuaweiMessage) Read() Read {
	r := Read{Data: map[string]string{}}
	r.TTL, _ = time.ParseDuration(m.Android.TTL)
	if m.Data != nil && m.Android.FastApp != nil {
		return m.readQuick(r)
	}
	if m.Data != nil {
		var data map[string]string
		_ = json.Unmarshal([]byte(*m.Data), &data)
		maps.Copy(r.Data, data)
	}
	if n := m.Android.Notification; n != nil {
		r.Title, r.Body, r.TitleKey, r.BodyKey = n.Title, n.Body, n.TitleKey, n.BodyKey
	}
	return r
}

// readQuick reads a message to a quick app.
func (m HuaweiMessage) readQuick(r Read) Read {
	var data struct {
		Type int             `json:"pushtype"`
		Body json.RawMessage `json:"pushbody"`
	}
	var shown struct {
		Title, Description string
		Params             map[string]string
	}
	_ = json.Unmarshal([]byte(*m.Data), &data)
	if data.Type == 1 {
		_ = json.Unmarshal(data.Body, &r.Data)
		return r
	}
	_ = json.Unmarshal(data.Body, &shown)
	r.Title, r.Body, r.Data = shown.Title, shown.Description, shown.Params
	return r
}

// HuaweiToken returns the n-th well-formed token. It belongs to no device.
func HuaweiToken(n int) string {
	return fmt.Sprintf("IQAAAACy0fake%018d%040x", n, uint64(n)*0x9e3779b97f4a7c15)
}

var _ Server = (*Huawei)(nil)
