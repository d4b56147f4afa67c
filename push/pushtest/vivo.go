package pushtest

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// The app that a fake vivo knows. It belongs to nobody.
const (
	VivoID     = 10004
	VivoKey    = "fake-vivo-app-key"
	VivoSecret = "fake-vivo-app-secret"
)

// Vivo is a fake of vivo Push on one server with TLS: auth (signature, and a time
// within ten minutes), send, saveListPayload and pushToList, all, tagPush and the
// members of tags, with every member, limit and auth token checked. FailCode takes the vendor's results as digits. A
// Vivo is safe for concurrent use.
type Vivo struct {
	*HandlerServer
	ids    atomic.Int64
	issued atomic.Int64

	mu       sync.Mutex
	auth     map[string]bool
	saved    map[string]VivoMessage
	messages map[string]VivoMessage
	tags     map[string]map[string]bool
}

// VivoMessage is a message as the vendor defines it.
type VivoMessage struct {
	AppID           int64             `json:"appId"`
	RegID           string            `json:"regId"`
	NotifyType      int               `json:"notifyType"`
	Title           string            `json:"title"`
	Content         string            `json:"content"`
	TimeToLive      int64             `json:"timeToLive"`
	SkipType        int               `json:"skipType"`
	SkipContent     string            `json:"skipContent"`
	NetworkType     int               `json:"networkType"`
	Classification  int               `json:"classification"`
	Category        string            `json:"category"`
	ClientCustomMap map[string]string `json:"clientCustomMap"`
	Extra           map[string]string `json:"extra"`
	RequestID       string            `json:"requestId"`
	PushMode        int               `json:"pushMode"`
	NotifyID        int64             `json:"notifyId"`
	TagExpression   *struct {
		Or  []string `json:"orTags"`
		And []string `json:"andTags"`
		Not []string `json:"notTags"`
	} `json:"tagExpression"`
}

// Read is what the conformance suite compares.
func (m VivoMessage) Read() Read {
	return Read{Title: m.Title, Body: m.Content, TTL: time.Duration(m.TimeToLive) * time.Second, Data: m.ClientCustomMap}
}

type vivoList struct {
	AppID     int64    `json:"appId"`
	RegIDs    []string `json:"regIds"`
	TaskID    string   `json:"taskId"`
	RequestID string   `json:"requestId"`
	PushMode  int      `json:"pushMode"`
}

// NewVivo starts a fake vivo that knows [VivoID], [VivoKey] and [VivoSecret]. The
// caller closes it.
func NewVivo() *Vivo {
	f := &Vivo{auth: map[string]bool{}, saved: map[string]VivoMessage{}, messages: map[string]VivoMessage{}, tags: map[string]map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /message/auth", f.login)
	mux.HandleFunc("POST /message/send", f.send)
	mux.HandleFunc("POST /message/saveListPayload", f.save)
	mux.HandleFunc("POST /message/pushToList", f.list)
	mux.HandleFunc("POST /message/all", f.many)
	mux.HandleFunc("POST /message/tagPush", f.many)
	mux.HandleFunc("POST /tag/addMembers", f.members)
	mux.HandleFunc("POST /tag/removeMembers", f.members)
	f.HandlerServer = NewServer(ServerOptions{
		Name: "vivo", Handler: mux, Refuse: f.refuse, SecretMembers: []string{"sign", "appKey", "authToken", "regId", "regIds", "ids"},
		IsSend: func(r *http.Request) bool {
			return r.URL.Path != "/message/auth" && r.URL.Path != "/message/saveListPayload"
		},
	})
	return f
}

// VivoToken returns the n-th well-formed regId.
func VivoToken(n int) string { return fmt.Sprintf("15554239157%012d", n) }

// Issued returns how many auth tokens were issued.
func (f *Vivo) Issued() int { return int(f.issued.Load()) }

// Revoke makes every auth token invalid.
func (f *Vivo) Revoke() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.auth)
}

// Message returns the last message that was accepted for a token.
func (f *Vivo) Message(token string) (VivoMessage, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m, ok := f.messages[token]
	return m, ok
}

func vivoReply(w http.ResponseWriter, result int, more map[string]any) {
	v := map[string]any{"result": result, "desc": "请求成功"}
	if result != 0 {
		v["desc"] = "请求失败"
	}
	for k, one := range more {
		v[k] = one
	}
	writeJSON(w, http.StatusOK, v)
}

func (f *Vivo) login(w http.ResponseWriter, r *http.Request) {
	var v struct {
		AppID     int64  `json:"appId"`
		AppKey    string `json:"appKey"`
		Timestamp int64  `json:"timestamp"`
		Sign      string `json:"sign"`
	}
	bad := fakehttp.DecodeJSON(r, &v)
	at := strconv.FormatInt(v.Timestamp, 10)
	sum := md5.Sum([]byte(strconv.Itoa(VivoID) + VivoKey + at + VivoSecret))
	switch {
	case bad != nil:
		vivoReply(w, 10200, nil)
	case v.AppID != VivoID || v.AppKey != VivoKey:
		vivoReply(w, 10205, nil)
	case !near(at):
		vivoReply(w, 10204, nil)
	case v.Sign != hex.EncodeToString(sum[:]):
		vivoReply(w, 10203, nil)
	default:
		token := "vivo-auth-" + rand.Text()
		f.mu.Lock()
		f.auth[token] = true
		f.mu.Unlock()
		f.issued.Add(1)
		vivoReply(w, 0, map[string]any{"authToken": token})
	}
}

// read checks the auth token and decodes the body; it has answered when it returns
// false.
func (f *Vivo) read(w http.ResponseWriter, r *http.Request, into any) bool {
	f.mu.Lock()
	ok := f.auth[r.Header.Get("Authtoken")]
	f.mu.Unlock()
	if !ok {
		vivoReply(w, 10000, nil)
		return false
	}
	if bad := fakehttp.DecodeJSON(r, into); bad != nil {
		vivoReply(w, 10050, nil)
		return false
	}
	return true
}

// fault is the result by which the vendor would refuse a message, or 0.
func (m *VivoMessage) fault() int {
	size := 0
	for k, v := range m.ClientCustomMap {
		size += utf8.RuneCountInString(k) + utf8.RuneCountInString(v)
	}
	system := map[string]bool{"IM": true, "ACCOUNT": true, "TODO": true, "DEVICE_REMINDER": true, "ORDER": true, "SUBSCRIPTION": true}
	switch {
	case m.AppID != VivoID:
		return 10094
	case m.NotifyType < 1 || m.NotifyType > 4:
		return 10051
	case m.Title == "" || utf8.RuneCountInString(m.Title) > 40:
		return 10052
	case !m.sound():
		return 10085
	case m.Content == "" || utf8.RuneCountInString(m.Content) > 100:
		return 10053
	case strings.Contains(m.Title+m.Content, "测试") && m.PushMode == 0:
		return 10104
	case m.TimeToLive < 60 || m.TimeToLive > 86400:
		return 10054
	case m.SkipType < 1 || m.SkipType > 4 || m.SkipType > 1 && (m.SkipContent == "" || utf8.RuneCountInString(m.SkipContent) > map[int]int{2: 1000, 3: 1024, 4: 1024}[m.SkipType]):
		return 10055
	case m.NetworkType != -1 && m.NetworkType != 1:
		return 10056
	case m.Classification < 0 || m.Classification > 1 || system[m.Category] != (m.Classification == 1):
		return 10097
	case len(m.ClientCustomMap) > 10 || size > 1024:
		return 10057
	case m.RequestID == "" || len(m.RequestID) > 64:
		return 10058
	case m.NotifyID < 0 || m.NotifyID > 1<<31-1 || len(m.Extra["callback"]) > 128 || len(m.Extra["callback.param"]) > 64:
		return 10059
	}
	return 0
}

// sound reports whether title and body have a letter each, as messages that are no
// tests must.
func (m *VivoMessage) sound() bool {
	return m.PushMode == 1 || strings.ContainsFunc(m.Title, unicode.IsLetter) && strings.ContainsFunc(m.Content, unicode.IsLetter)
}

func (f *Vivo) send(w http.ResponseWriter, r *http.Request) {
	var m VivoMessage
	if !f.read(w, r, &m) {
		return
	}
	code := m.fault()
	if m.TagExpression != nil {
		code = 10050
	}
	if code == 0 && (m.RegID == "" || f.Dead(m.RegID)) {
		code = 10302
	}
	if code != 0 {
		vivoReply(w, code, nil)
		return
	}
	f.take(m.RegID, m)
	vivoReply(w, 0, map[string]any{"taskId": strconv.FormatInt(f.ids.Add(1), 10)})
}

func (f *Vivo) take(token string, m VivoMessage) {
	f.mu.Lock()
	f.messages[token] = m
	f.mu.Unlock()
	f.Accept(token)
}

func (f *Vivo) save(w http.ResponseWriter, r *http.Request) {
	var m VivoMessage
	if !f.read(w, r, &m) {
		return
	}
	code := m.fault()
	if m.RegID != "" || m.TagExpression != nil {
		code = 10050
	}
	if code != 0 {
		vivoReply(w, code, nil)
		return
	}
	id := strconv.FormatInt(f.ids.Add(1), 10)
	f.mu.Lock()
	f.saved[id] = m
	f.mu.Unlock()
	vivoReply(w, 0, map[string]any{"taskId": id})
}

func (f *Vivo) list(w http.ResponseWriter, r *http.Request) {
	var l vivoList
	if !f.read(w, r, &l) {
		return
	}
	f.mu.Lock()
	m, ok := f.saved[l.TaskID]
	f.mu.Unlock()
	switch {
	case l.AppID != VivoID:
		vivoReply(w, 10094, nil)
	case !ok:
		vivoReply(w, 10151, nil)
	case len(l.RegIDs) < 2 || len(l.RegIDs) > 1000:
		vivoReply(w, 10153, nil)
	case l.RequestID == "" || len(l.RequestID) > 64:
		vivoReply(w, 10058, nil)
	default:
		invalid := []map[string]any{}
		for _, token := range l.RegIDs {
			if f.Dead(token) {
				invalid = append(invalid, map[string]any{"status": 2, "userid": token})
				continue
			}
			f.take(token, m)
		}
		vivoReply(w, 0, map[string]any{"requestId": l.RequestID, "invalidUsers": invalid})
	}
}

// refuse answers with a result: in a list that of a token stands beside it.
func (f *Vivo) refuse(w http.ResponseWriter, r *http.Request, code string) {
	n, err := strconv.Atoi(code)
	if err != nil {
		panic("pushtest: vivo has no result " + code)
	}
	var l vivoList
	if n == 10302 && strings.HasSuffix(r.URL.Path, "/pushToList") && f.read(w, r, &l) {
		var invalid []map[string]any
		for _, token := range l.RegIDs {
			invalid = append(invalid, map[string]any{"status": 1, "userid": token})
		}
		vivoReply(w, 0, map[string]any{"requestId": l.RequestID, "invalidUsers": invalid})
		return
	}
	vivoReply(w, n, nil)
}

var _ Server = (*Vivo)(nil)
