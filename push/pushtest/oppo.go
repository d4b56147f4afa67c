package pushtest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// The keys that a fake OPPO knows. They belong to nobody.
const (
	OPPOKey    = "fake-oppo-app-key"
	OPPOSecret = "fake-oppo-master-secret"
)

// OPPO is a fake of OPPO PUSH on one server with TLS: auth (signature, and a time
// within ten minutes), unicast and unicast_batch, save_message_content and
// broadcast. It checks the auth token, the
// form, every member of a message, texts, times to live, the size of a batch, and
// pushes an app_message_id to a token only once. FailCode takes the vendor's
// codes as digits. An OPPO is safe for concurrent use.
type OPPO struct {
	*HandlerServer
	ids    atomic.Int64
	issued atomic.Int64

	mu       sync.Mutex
	auth     map[string]time.Time
	pushed   map[string]bool
	messages map[string]OPPONotification
	saved    map[string]OPPONotification
}

// OPPOMessage is a message to one registration id, as the vendor defines it.
type OPPOMessage struct {
	TargetType   int              `json:"target_type"`
	TargetValue  string           `json:"target_value"`
	Verify       bool             `json:"verify_registration_id"`
	Notification OPPONotification `json:"notification"`
}

// OPPONotification is the notification of a message.
type OPPONotification struct {
	AppMessageID   string `json:"app_message_id"`
	Style          int    `json:"style"`
	Title          string `json:"title"`
	SubTitle       string `json:"sub_title"`
	Content        string `json:"content"`
	BigPicture     string `json:"big_picture_id"`
	SmallPicture   string `json:"small_picture_id"`
	ClickType      int    `json:"click_action_type"`
	ClickActivity  string `json:"click_action_activity"`
	ClickURL       string `json:"click_action_url"`
	Parameters     string `json:"action_parameters"`
	OffLine        bool   `json:"off_line"`
	OffLineTTL     int64  `json:"off_line_ttl"`
	ShowTTL        int64  `json:"show_ttl"`
	CallBackURL    string `json:"call_back_url"`
	CallBackParam  string `json:"call_back_parameter"`
	ChannelID      string `json:"channel_id"`
	Category       string `json:"category"`
	NotifyLevel    int    `json:"notify_level"`
	NotifyID       int64  `json:"notify_id"`
	PrivateMessage string `json:"private_msg_template_id"`
}

// Read is what the conformance suite compares.
func (n OPPONotification) Read() Read {
	r := Read{Title: n.Title, Body: n.Content, TTL: time.Duration(n.OffLineTTL) * time.Second}
	_ = json.Unmarshal([]byte(n.Parameters), &r.Data)
	return r
}

// NewOPPO starts a fake OPPO that knows [OPPOKey] and [OPPOSecret]. The caller
// closes it.
func NewOPPO() *OPPO {
	f := &OPPO{auth: map[string]time.Time{}, pushed: map[string]bool{}, messages: map[string]OPPONotification{}, saved: map[string]OPPONotification{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /server/v1/auth", f.login)
	mux.HandleFunc("POST /server/v1/message/notification/unicast", f.unicast)
	mux.HandleFunc("POST /server/v1/message/notification/unicast_batch", f.batch)
	mux.HandleFunc("POST /server/v1/message/notification/save_message_content", f.save)
	mux.HandleFunc("POST /server/v1/message/notification/broadcast", f.broadcast)
	f.HandlerServer = NewServer(ServerOptions{
		Name: "oppo", Handler: mux, IsSend: func(r *http.Request) bool {
			return !strings.HasSuffix(r.URL.Path, "/auth") && !strings.HasSuffix(r.URL.Path, "/save_message_content")
		},
		Refuse: f.refuse, SecretParams: []string{"auth_token", "sign", "app_key"}, SecretMembers: []string{"auth_token", "target_value"},
	})
	return f
}

// OPPOToken returns the n-th well-formed registration id of the mainland.
func OPPOToken(n int) string { return fmt.Sprintf("OPPO_CN_%032x", uint64(n)+0xabcdef) }

// Issued returns how many auth tokens were issued.
func (f *OPPO) Issued() int { return int(f.issued.Load()) }

// Revoke makes every auth token invalid.
func (f *OPPO) Revoke() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.auth)
}

// FailAuth makes the fault strike every request for an auth token until Heal.
func (f *OPPO) FailAuth(fault Fault) {
	f.FailWhen(func(r *http.Request, _ []byte) bool { return strings.HasSuffix(r.URL.Path, "/auth") }, fault)
}

// Notification returns the last notification that was accepted for a token.
func (f *OPPO) Notification(token string) (OPPONotification, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.messages[token]
	return n, ok
}

func oppoReply(w http.ResponseWriter, code int, message string, data any) {
	v := map[string]any{"code": code, "message": message}
	if data != nil {
		v["data"] = data
	}
	writeJSON(w, http.StatusOK, v)
}

// near reports whether a text is a time in milliseconds within ten minutes.
func near(text string) bool {
	ms, err := strconv.ParseInt(text, 10, 64)
	return err == nil && len(text) == 13 && time.Since(time.UnixMilli(ms)).Abs() <= 10*time.Minute
}

func (f *OPPO) login(w http.ResponseWriter, r *http.Request) {
	form, bad := fakehttp.Params{Required: []string{"app_key", "timestamp", "sign"}}.Form(r)
	if bad != nil {
		oppoReply(w, 40, "Missing or Invalid Argument: "+bad.Name, nil)
		return
	}
	sum := sha256.Sum256([]byte(OPPOKey + form.Get("timestamp") + OPPOSecret))
	switch {
	case form.Get("app_key") != OPPOKey:
		oppoReply(w, 14, "Invalid App Key", nil)
		return
	case !near(form.Get("timestamp")):
		oppoReply(w, 19, "Invalid Timestamp", nil)
		return
	case form.Get("sign") != hex.EncodeToString(sum[:]):
		oppoReply(w, 17, "Invalid Signature", nil)
		return
	}
	token := "oppo-auth-" + rand.Text()
	f.mu.Lock()
	f.auth[token] = time.Now().Add(24 * time.Hour)
	f.mu.Unlock()
	f.issued.Add(1)
	oppoReply(w, 0, "success", map[string]any{"auth_token": token, "create_time": time.Now().UnixMilli()})
}

// form checks a form and its auth token. It has answered when it returns false.
func (f *OPPO) form(w http.ResponseWriter, r *http.Request, p fakehttp.Params) (url.Values, bool) {
	form, bad := p.Form(r)
	if bad != nil {
		oppoReply(w, 40, bad.Error(), nil)
		return nil, false
	}
	f.mu.Lock()
	end, ok := f.auth[form.Get("auth_token")]
	f.mu.Unlock()
	if !ok || time.Now().After(end) {
		oppoReply(w, 11, "Invalid AuthToken", nil)
		return nil, false
	}
	return form, true
}

// read checks form and auth token and decodes the message or messages. It has
// answered when it returns false.
func (f *OPPO) read(w http.ResponseWriter, r *http.Request, field string, into any) bool {
	form, ok := f.form(w, r, fakehttp.Params{Required: []string{"auth_token", field}})
	if !ok {
		return false
	}
	if bad := fakehttp.StrictJSON([]byte(form.Get(field)), into); bad != nil {
		oppoReply(w, 41, bad.Error(), nil)
		return false
	}
	return true
}

var oppoForm = regexp.MustCompile(`^([0-9a-f]{24}|([A-Za-z]+_)?([A-Z]{2}|EUEX)_[0-9a-f]{32})$`)

// fault says what the vendor would refuse in a message, or "".
func (m *OPPOMessage) fault() string {
	switch {
	case m.TargetType != 2:
		return "target_type"
	case m.Notification.Style == 3: // in broadcasts only
		return "style"
	}
	return m.Notification.fault()
}

func (n *OPPONotification) fault() string {
	limit := map[int]int{1: 50, 2: 128, 3: 50}[n.Style]
	var parameters map[string]any
	switch {
	case limit == 0:
		return "style"
	case n.Title == "" || utf8.RuneCountInString(n.Title) > 50:
		return "title"
	case n.Content == "" || utf8.RuneCountInString(n.Content) > limit:
		return "content"
	case utf8.RuneCountInString(n.SubTitle) > 10:
		return "sub_title"
	case n.Style == 3 && n.BigPicture == "":
		return "big_picture_id"
	case (n.ClickType == 1 || n.ClickType == 4) && (n.ClickActivity == "" || len(n.ClickActivity) > 500):
		return "click_action_activity"
	case (n.ClickType == 2 || n.ClickType == 5) && (n.ClickURL == "" || utf8.RuneCountInString(n.ClickURL) > 500):
		return "click_action_url"
	case n.ClickType < 0 || n.ClickType == 3 || n.ClickType > 5:
		return "click_action_type"
	case n.Parameters != "" && json.Unmarshal([]byte(n.Parameters), &parameters) != nil || utf8.RuneCountInString(n.Parameters) > 4000:
		return "action_parameters"
	case !n.OffLine || n.OffLineTTL < 1 || n.OffLineTTL > 864000:
		return "off_line_ttl"
	case n.ShowTTL < 0 || n.ShowTTL > 86400:
		return "show_ttl"
	case utf8.RuneCountInString(n.CallBackParam) > 100 || len(n.CallBackURL) > 200:
		return "call_back_parameter"
	case n.NotifyLevel != 0 && (n.NotifyLevel != 1 && n.NotifyLevel != 2 && n.NotifyLevel != 16 || n.Category == ""):
		return "notify_level"
	case n.NotifyID < 0 || n.NotifyID > 1<<31-1:
		return "notify_id"
	}
	return ""
}

// take accepts a message, or says the code by which it is refused.
func (f *OPPO) take(m *OPPOMessage) (id string, code int) {
	if !oppoForm.MatchString(m.TargetValue) || f.Dead(m.TargetValue) {
		return "", 10000
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	once := m.TargetValue + " " + m.Notification.AppMessageID
	if m.Notification.AppMessageID != "" && f.pushed[once] {
		return "", 32
	}
	f.pushed[once] = true
	f.messages[m.TargetValue] = m.Notification
	f.Accept(m.TargetValue)
	return fmt.Sprintf("ZngnvJIM7wQusNtbqYnpH6XX-1-1-%024x", f.ids.Add(1)), 0
}

var oppoTexts = map[int]string{10000: "Invalid Registration_id", 32: "Message Duplicated"}

func (f *OPPO) unicast(w http.ResponseWriter, r *http.Request) {
	var m OPPOMessage
	if !f.read(w, r, "message", &m) {
		return
	}
	if why := m.fault(); why != "" {
		oppoReply(w, 41, "Invalid Argument: "+why, nil)
		return
	}
	id, code := f.take(&m)
	if code != 0 {
		oppoReply(w, code, oppoTexts[code], nil)
		return
	}
	oppoReply(w, 0, "", map[string]string{"messageId": id})
}

func (f *OPPO) batch(w http.ResponseWriter, r *http.Request) {
	var list []OPPOMessage
	if !f.read(w, r, "messages", &list) {
		return
	}
	if len(list) == 0 || len(list) > 1000 {
		oppoReply(w, 41, "Invalid Argument: messages", nil)
		return
	}
	data := make([]map[string]any, len(list))
	for i := range list {
		if why := list[i].fault(); why != "" {
			data[i] = map[string]any{"registrationId": list[i].TargetValue, "errorCode": 41, "errorMessage": "Invalid Argument: " + why}
			continue
		}
		id, code := f.take(&list[i])
		data[i] = map[string]any{"registrationId": list[i].TargetValue, "messageId": id}
		if code != 0 {
			data[i] = map[string]any{"registrationId": list[i].TargetValue, "errorCode": code, "errorMessage": oppoTexts[code]}
		}
	}
	oppoReply(w, 0, "", data)
}

// refuse answers with a code: in a batch that of a token stands beside it.
func (f *OPPO) refuse(w http.ResponseWriter, r *http.Request, code string) {
	n, err := strconv.Atoi(code)
	if err != nil {
		panic("pushtest: OPPO has no code " + code)
	}
	if n != 10000 || !strings.HasSuffix(r.URL.Path, "_batch") {
		oppoReply(w, n, "refused", nil)
		return
	}
	var list []OPPOMessage
	if f.read(w, r, "messages", &list) {
		var data []map[string]any
		for i := range list {
			data = append(data, map[string]any{"registrationId": list[i].TargetValue, "errorCode": n, "errorMessage": oppoTexts[n]})
		}
		oppoReply(w, 0, "", data)
	}
}

var _ Server = (*OPPO)(nil)
