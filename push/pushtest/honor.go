package pushtest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// The credential that a fake of Honor's service knows.
const (
	HonorAppID    = "104412345"
	HonorClientID = "fakehonorclient"
	HonorSecret   = "fake-honor-secret-0123456789abcdef"
)

// Honor is a fake of Honor's push service and of its token endpoint, on one
// server. It checks the credential, the access token, the timestamp, every field of
// a message, that no token comes twice, and the vendor's limits. It is safe for
// concurrent use.
type Honor struct {
	*HandlerServer

	mu       sync.Mutex
	access   map[string]bool
	issued   int
	ids      int
	messages map[string]HonorMessage
}

// HonorMessage is a message as the vendor takes it.
type HonorMessage struct {
	Data         string   `json:"data"`
	Token        []string `json:"token"`
	Notification *struct {
		Title string `json:"title"`
		Body  string `json:"body"`
		Image string `json:"image"`
	} `json:"notification"`
	Android struct {
		TTL          string             `json:"ttl"`
		BiTag        string             `json:"biTag"`
		TargetUser   int                `json:"targetUserType"`
		Notification *HonorNotification `json:"notification"`
	} `json:"android"`
}

// HonorNotification is what a message shows.
type HonorNotification struct {
	Title       string       `json:"title"`
	Body        string       `json:"body"`
	Image       string       `json:"image"`
	ClickAction *HuaweiClick `json:"clickAction"`
	Importance  string       `json:"importance"`
	NotifyID    int32        `json:"notifyId"`
	Tag         string       `json:"tag"`
	Group       string       `json:"group"`
	Style       int          `json:"style"`
	BigTitle    string       `json:"bigTitle"`
	BigBody     string       `json:"bigBody"`
	Badge       *struct {
		Class string `json:"badgeClass"`
		Add   *int   `json:"addNum"`
		Set   *int   `json:"setNum"`
	} `json:"badge"`
}

// NewHonor starts a fake. The caller closes it.
func NewHonor() *Honor {
	f := &Honor{access: map[string]bool{}, messages: map[string]HonorMessage{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /auth/token", f.issue)
	mux.HandleFunc("POST /api/v1/"+HonorAppID+"/sendMessage", f.send)
	f.HandlerServer = NewServer(ServerOptions{
		Name: "honor", Handler: mux, IsSend: func(r *http.Request) bool { return r.URL.Path != "/auth/token" },
		Refuse: func(w http.ResponseWriter, _ *http.Request, code string) { honorReply(w, code, "refused") }, SecretParams: []string{"client_secret"},
		SecretMembers: []string{"access_token", "token"},
	})
	return f
}

func honorReply(w http.ResponseWriter, code, text string) {
	n, _ := strconv.Atoi(code)
	writeJSON(w, http.StatusOK, map[string]any{"code": n, "message": text, "data": nil})
}

func (f *Honor) issue(w http.ResponseWriter, r *http.Request) {
	form, bad := fakehttp.Params{Required: []string{"grant_type", "client_id", "client_secret"}}.Form(r)
	if bad != nil || form.Get("grant_type") != "client_credentials" || form.Get("client_id") != HonorClientID || form.Get("client_secret") != HonorSecret {
		oauthError(w, "invalid_client", "refused")
		return
	}
	token := "honor-fake-" + rand.Text()
	f.mu.Lock()
	f.access[token] = true
	f.issued++
	f.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"access_token": token, "expires_in": 3600, "token_type": "Bearer"})
}

// Issued returns how many access tokens were issued.
func (f *Honor) Issued() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.issued
}

// Revoke makes every access token issued so far invalid.
func (f *Honor) Revoke() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.access)
}

// problem is the code of what is wrong with a message, or "".
func (m *HonorMessage) problem(size int) string {
	life, err := time.ParseDuration(m.Android.TTL)
	n := m.Android.Notification
	switch {
	case len(m.Token) == 0:
		return "10300"
	case len(m.Token) > 1000:
		return "80300010"
	case len(slices.Compact(slices.Sorted(slices.Values(m.Token)))) != len(m.Token):
		return "80300006"
	case size > 4096:
		return "80300008"
	case !huaweiTTL.MatchString(m.Android.TTL) || err != nil || life < time.Second || life > 15*24*time.Hour, len(m.Android.BiTag) > 64,
		m.Android.TargetUser < 0 || m.Android.TargetUser > 1, n == nil && m.Data == "", n != nil && !n.valid():
		return "80100003"
	case n != nil && n.Image != "" && n.Importance != "NORMAL":
		return "80200050"
	}
	return ""
}

// valid reports whether the vendor takes a notification.
func (n *HonorNotification) valid() bool {
	if n.Title == "" || n.Body == "" || n.ClickAction == nil || n.NotifyID < -1 || n.Importance != "LOW" && n.Importance != "NORMAL" ||
		n.Style < 0 || n.Style > 1 || n.Style == 1 && (n.BigTitle == "" || n.BigBody == "") || n.Image != "" && !strings.HasPrefix(n.Image, "https://") {
		return false
	}
	if b := n.Badge; b != nil && (b.Class == "" || !validBadge(b.Set, b.Add)) {
		return false
	}
	return n.ClickAction.valid()
}

func (f *Honor) send(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	f.mu.Lock()
	defer f.mu.Unlock()
	ms, err := strconv.ParseInt(r.Header.Get("timestamp"), 10, 64)
	var m HonorMessage
	switch {
	case r.Header.Get("timestamp") == "":
		honorReply(w, "10001", "timestamp is empty")
		return
	case err != nil || time.Since(time.UnixMilli(ms)).Abs() > 10*time.Minute:
		honorReply(w, "10207", "timestamp is invalid")
		return
	case !ok || !f.access[token]:
		honorReply(w, "80200003", "token expired")
		return
	}
	size, ok := readSized(r, &m, "token")
	if !ok {
		honorReply(w, "80100003", "illegal message")
		return
	}
	if code := m.problem(size); code != "" {
		honorReply(w, code, "illegal message")
		return
	}
	f.ids++
	expired := []string{}
	for _, t := range m.Token {
		if f.Dead(t) {
			expired = append(expired, t)
			continue
		}
		f.Accept(t)
		f.messages[t] = m
	}
	writeJSON(w, http.StatusOK, map[string]any{"code": 200, "message": "success", "data": map[string]any{
		"sendResult": len(expired) == 0, "requestId": fmt.Sprintf("173%015d", f.ids), "failTokens": []string{}, "expireTokens": expired,
	}})
}

// Message returns the last message that was accepted for a token value.
func (f *Honor) Message(token string) (HonorMessage, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m, ok := f.messages[token]
	return m, ok
}

// Read is what the suite compares.
func (m HonorMessage) Read() Read {
	r := Read{}
	r.TTL, _ = time.ParseDuration(m.Android.TTL)
	_ = json.Unmarshal([]byte(m.Data), &r.Data)
	if n := m.Android.Notification; n != nil {
		r.Title, r.Body = n.Title, n.Body
	}
	return r
}

// HonorToken returns the n-th well-formed token. It belongs to no device.
func HonorToken(n int) string {
	return fmt.Sprintf("BAEAfake%018d%040x", n, uint64(n)*0x9e3779b97f4a7c15)
}

var _ Server = (*Honor)(nil)
