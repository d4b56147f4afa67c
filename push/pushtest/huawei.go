package pushtest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
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
	HuaweiAppID  = "101234567"
	HuaweiSecret = "fake-huawei-secret-0123456789abcdef"
)

// huaweiTexts are codes that FailCode of a [Huawei] takes, with the vendor's
// words; others are answered too.
var huaweiTexts = map[string]string{
	"80200003": "OAuth token expired", "80300007": "All the tokens are invalid", "80300002": "No permission to send message to these tmIDs",
}

// Huawei is a fake of Huawei's Push Kit, version 1, and of its token endpoint, on
// one server. It checks the credential, the access token, every field of a
// message, that no token comes twice, and the vendor's limits. It is safe for
// concurrent use.
type Huawei struct {
	*HandlerServer

	mu       sync.Mutex
	access   map[string]bool
	issued   int
	ids      int
	messages map[string]HuaweiMessage
}

// HuaweiMessage is a message as the vendor takes it.
type HuaweiMessage struct {
	Data    *string  `json:"data"`
	Token   []string `json:"token"`
	Android struct {
		Category     string              `json:"category"`
		Urgency      string              `json:"urgency"`
		TTL          string              `json:"ttl"`
		BiTag        string              `json:"bi_tag"`
		ReceiptID    string              `json:"receipt_id"`
		TargetUser   int                 `json:"target_user_type"`
		Notification *HuaweiNotification `json:"notification"`
	} `json:"android"`
}

// HuaweiNotification is what a message shows.
type HuaweiNotification struct {
	Title       string `json:"title"`
	Body        string `json:"body"`
	Image       string `json:"image"`
	ClickAction *struct {
		Type   int    `json:"type"`
		Intent string `json:"intent"`
		URL    string `json:"url"`
	} `json:"click_action"`
	ChannelID    string `json:"channel_id"`
	Importance   string `json:"importance"`
	NotifyID     int32  `json:"notify_id"`
	Group        string `json:"group"`
	Sound        string `json:"sound"`
	DefaultSound bool   `json:"default_sound"`
	Badge        *struct {
		Set   int    `json:"set_num"`
		Class string `json:"class"`
	} `json:"badge"`
	TitleKey  string   `json:"title_loc_key"`
	TitleArgs []string `json:"title_loc_args"`
	BodyKey   string   `json:"body_loc_key"`
	BodyArgs  []string `json:"body_loc_args"`
}

// NewHuawei starts a fake Push Kit. The caller closes it.
func NewHuawei() *Huawei {
	f := &Huawei{access: map[string]bool{}, messages: map[string]HuaweiMessage{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth2/v3/token", f.issue)
	mux.HandleFunc("POST /v1/"+HuaweiAppID+"/messages:send", f.send)
	f.HandlerServer = NewServer(ServerOptions{
		Name: "huawei", Handler: mux, IsSend: func(r *http.Request) bool { return r.URL.Path != "/oauth2/v3/token" },
		Refuse:       func(w http.ResponseWriter, _ *http.Request, code string) { huaweiReply(w, code, huaweiTexts[code]) },
		SecretParams: []string{"client_secret"}, SecretMembers: []string{"access_token", "token"},
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
	fmt.Fprintf(w, `{"access_token":"%s","expires_in":3600,"token_type":"Bearer"}`, strings.ReplaceAll(token, "/", `\/`))
}

// Issued returns how many access tokens were issued.
func (f *Huawei) Issued() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.issued
}

// Revoke makes every access token issued so far invalid.
func (f *Huawei) Revoke() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.access)
}

var (
	huaweiTTL   = regexp.MustCompile(`^[0-9]{1,7}s$`)
	huaweiTypes = []string{"", "LOW", "NORMAL"}
)

// problem is the code of what is wrong with a message, or "".
func (m *HuaweiMessage) problem() string {
	without := *m
	without.Token = nil
	size, _ := json.Marshal(without)
	seconds, err := time.ParseDuration(m.Android.TTL)
	n := m.Android.Notification
	switch {
	case len(m.Token) == 0 || len(m.Token) > 1000:
		return "80300010"
	case len(slices.Compact(slices.Sorted(slices.Values(m.Token)))) != len(m.Token):
		return "80100001"
	case !huaweiTTL.MatchString(m.Android.TTL) || err != nil || seconds < time.Second || seconds > 15*24*time.Hour:
		return "80100004"
	case m.Android.Urgency == "HIGH":
		return "80300011"
	case m.Data != nil && len(*m.Data) > 4096 || len(size) > 3*4096:
		return "80300008"
	case n == nil && m.Data == nil, len(m.Android.BiTag) > 64:
		return "80100003"
	case n == nil:
		return ""
	case n.Title == "" || n.Body == "" || n.ClickAction == nil || n.NotifyID < 0, !slices.Contains(huaweiTypes, n.Importance),
		n.Badge != nil && (n.Badge.Set < 0 || n.Badge.Set > 99 || n.Badge.Class == ""), n.Sound != "" && !strings.HasPrefix(n.Sound, "/raw/"):
		return "80100003"
	}
	switch c := n.ClickAction; {
	case c.Type == 1 && c.Intent != "", c.Type == 2 && strings.HasPrefix(c.URL, "https://"), c.Type == 3 && c.Intent == "" && c.URL == "":
		return ""
	}
	return "80100003"
}

func (f *Huawei) send(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	f.mu.Lock()
	defer f.mu.Unlock()
	if !ok || !f.access[token] {
		huaweiReply(w, "80200003", huaweiTexts["80200003"])
		return
	}
	var body struct {
		ValidateOnly bool          `json:"validate_only"`
		Message      HuaweiMessage `json:"message"`
	}
	if bad := fakehttp.DecodeJSON(r, &body); bad != nil {
		huaweiReply(w, "80100003", bad.Error())
		return
	}
	if code := body.Message.problem(); code != "" {
		huaweiReply(w, code, "Illegal message")
		return
	}
	f.ids++
	id := fmt.Sprintf("157%015d", f.ids)
	var dead []string
	for _, t := range body.Message.Token {
		if f.Dead(t) {
			dead = append(dead, t)
			continue
		}
		if !body.ValidateOnly {
			f.Accept(t)
			f.messages[t] = body.Message
		}
	}
	switch good := len(body.Message.Token) - len(dead); {
	case len(dead) == 0:
		writeJSON(w, http.StatusOK, map[string]string{"code": "80000000", "msg": "Success", "requestId": id})
	case good == 0:
		huaweiReply(w, "80300007", huaweiTexts["80300007"])
	default:
		msg, _ := json.Marshal(map[string]any{"success": good, "failure": len(dead), "illegal_tokens": dead})
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

// HuaweiToken returns the n-th well-formed token. It belongs to no device.
func HuaweiToken(n int) string {
	return fmt.Sprintf("IQAAAACy0fake%018d%040x", n, uint64(n)*0x9e3779b97f4a7c15)
}

var _ Server = (*Huawei)(nil)
