package pushtest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// The app that a fake of Meizu's push knows. It belongs to nobody.
const (
	MeizuAppID  = "110042"
	MeizuSecret = "fake-meizu-app-secret"
)

// Meizu is a fake of Meizu's push on one server with TLS: messages to tokens, a
// tag or all, and tags of tokens. It checks the signature, every parameter and
// member, texts, times to live and the size of a batch. FailCode takes the
// vendor's codes as digits, and "token/" and digits for what it says of each token
// in a reply that is otherwise a success. A Meizu is safe for concurrent use.
type Meizu struct {
	*HandlerServer

	mu       sync.Mutex
	ids      int
	messages map[string]MeizuMessage
	tags     map[string]map[string]bool
}

// MeizuMessage is a message as the vendor defines it.
type MeizuMessage struct {
	Bar struct {
		MsgType int    `json:"noticeMsgType"`
		BarType int    `json:"noticeBarType"`
		Title   string `json:"title"`
		Content string `json:"content"`
	} `json:"noticeBarInfo"`
	Expand struct {
		Type    int    `json:"noticeExpandType"`
		Content string `json:"noticeExpandContent"`
		Image   string `json:"noticeExpandImgUrl"`
	} `json:"noticeExpandInfo"`
	Click struct {
		Type       int               `json:"clickType"`
		URL        string            `json:"url"`
		Activity   string            `json:"activity"`
		Parameters map[string]string `json:"parameters"`
	} `json:"clickTypeInfo"`
	Time struct {
		OffLine   int   `json:"offLine"`
		ValidTime int64 `json:"validTime"`
		TimeType  *int  `json:"pushTimeType"`
	} `json:"pushTimeInfo"`
	Advance struct {
		Suspend int `json:"suspend"`
		Clear   int `json:"clearNoticeBar"`
		Alert   struct {
			Vibrate int `json:"vibrate"`
			Lights  int `json:"lights"`
			Sound   int `json:"sound"`
		} `json:"notificationType"`
		NotifyKey string `json:"notifyKey"`
	} `json:"advanceInfo"`
	VIP struct {
		Subtitle string `json:"subtitle"`
	} `json:"vipInfo"`
	Extra map[string]string `json:"extra"`
}

// Read is what the conformance suite compares.
func (m MeizuMessage) Read() Read {
	return Read{Title: m.Bar.Title, Body: m.Bar.Content, TTL: time.Duration(m.Time.ValidTime) * time.Hour, Data: m.Click.Parameters}
}

// NewMeizu starts a fake of Meizu's push that knows [MeizuAppID] and
// [MeizuSecret]. The caller closes it.
func NewMeizu() *Meizu {
	f := &Meizu{messages: map[string]MeizuMessage{}, tags: map[string]map[string]bool{}}
	mux := http.NewServeMux()
	handle := func(path string, h func(http.ResponseWriter, url.Values), parameters ...string) {
		mux.HandleFunc("POST /garcia/api/server/"+path, func(w http.ResponseWriter, r *http.Request) {
			if form, ok := f.read(w, r, parameters); ok {
				h(w, form)
			}
		})
	}
	handle("push/varnished/pushByPushId", f.send, "pushIds", "messageJson")
	handle("push/pushTask/pushToTag", f.task, "pushType", "tagNames", "scope", "messageJson")
	handle("push/pushTask/pushToApp", f.task, "pushType", "messageJson")
	handle("message/subscribeTags", func(w http.ResponseWriter, form url.Values) { f.enrol(w, form, true) }, "pushId", "tags")
	handle("message/unSubscribeTags", func(w http.ResponseWriter, form url.Values) { f.enrol(w, form, false) }, "pushId", "tags")
	f.HandlerServer = NewServer(ServerOptions{Name: "meizu", Handler: mux, Refuse: f.refuse, SecretParams: []string{"sign", "pushIds", "pushId"}})
	return f
}

// MeizuToken returns the n-th well-formed token. It belongs to no device.
func MeizuToken(n int) string { return fmt.Sprintf("J0476%040x", uint64(n)*0x9e3779b97f4a7c15) }

// Message returns the last message that was accepted for a token, a tag, or, after
// a broadcast, the app's id.
func (f *Meizu) Message(token string) (MeizuMessage, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m, ok := f.messages[token]
	return m, ok
}

// Subscribed reports whether a token has a tag.
func (f *Meizu) Subscribed(tag, token string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tags[tag][token]
}

var meizuTexts = map[string]string{"1006": "签名认证失败", "110010": "应用请求频率超过限制"}

func meizuRefusal(w http.ResponseWriter, code string) {
	writeJSON(w, http.StatusOK, map[string]any{"code": code, "message": meizuTexts[code], "value": "", "redirect": ""})
}

// read checks form and signature. It has answered when it returns false.
func (f *Meizu) read(w http.ResponseWriter, r *http.Request, parameters []string) (url.Values, bool) {
	form, bad := fakehttp.Params{Required: append(slices.Clone(parameters), "appId", "sign")}.Form(r)
	if bad != nil {
		code := "1005"
		if bad.Problem == fakehttp.Missing || bad.Problem == fakehttp.Empty {
			code = "110004"
		}
		meizuRefusal(w, code)
		return nil, false
	}
	names := append(slices.Clone(parameters), "appId")
	slices.Sort(names)
	text := ""
	for _, name := range names {
		text += name + "=" + form.Get(name)
	}
	sum := md5.Sum([]byte(text + MeizuSecret))
	switch {
	case form.Get("appId") != MeizuAppID:
		meizuRefusal(w, "110000")
	case form.Get("sign") != hex.EncodeToString(sum[:]):
		meizuRefusal(w, "1006")
	default:
		return form, true
	}
	return nil, false
}

var meizuKey = regexp.MustCompile(`^[0-9A-Za-z_-]{0,8}$`)

// fault names what the vendor would refuse in a message, or "". A task has other
// times and no receipts.
func (m *MeizuMessage) fault(task bool) string {
	between := func(s string, low, high int) bool {
		n := utf8.RuneCountInString(s)
		return n >= low && n <= high
	}
	one := func(flags ...int) bool {
		return !slices.ContainsFunc(flags, func(n int) bool { return n != 0 && n != 1 })
	}
	switch {
	case !one(m.Bar.MsgType) || m.Bar.BarType != 0 && m.Bar.BarType != 2:
		return "noticeBarInfo"
	case !between(m.Bar.Title, 1, 32):
		return "title"
	case !between(m.Bar.Content, 1, 100):
		return "content"
	case m.Expand.Type < 0 || m.Expand.Type > 2 || (m.Expand.Type == 1) != (m.Expand.Content != "") || (m.Expand.Type == 2) != (m.Expand.Image != ""):
		return "noticeExpandInfo"
	case m.Click.Type < 0 || m.Click.Type > 2 || (m.Click.Type == 1) != (m.Click.Activity != "") || (m.Click.Type == 2) != (m.Click.URL != ""):
		return "clickTypeInfo"
	case !between(m.Click.URL, 0, 1000) || !between(m.Click.Activity, 0, 1000):
		return "url"
	case m.Time.OffLine != 1 || m.Time.ValidTime < 1 || m.Time.ValidTime > 72 || (m.Time.TimeType != nil) != task || task && *m.Time.TimeType != 0:
		return "pushTimeInfo"
	case !one(m.Advance.Suspend, m.Advance.Clear, m.Advance.Alert.Vibrate, m.Advance.Alert.Lights, m.Advance.Alert.Sound) || !meizuKey.MatchString(m.Advance.NotifyKey):
		return "advanceInfo"
	case !between(m.VIP.Subtitle, 0, 16):
		return "vipInfo"
	case task && m.Extra != nil:
		return "extra"
	}
	return m.extraFault()
}

// extraFault is the part about receipts.
func (m *MeizuMessage) extraFault() string {
	if m.Extra == nil {
		return ""
	}
	for k, v := range m.Extra {
		switch limit, known := map[string]int{"callback": 128, "callback.param": 64, "callback.type": 1}[k]; {
		case !known, v == "", len(v) > limit:
			return "extra"
		}
	}
	if kind, ok := m.Extra["callback.type"]; m.Extra["callback"] == "" || ok && (kind < "1" || kind > "3") {
		return "extra"
	}
	return ""
}

// message reads the message of a form. It has answered when it returns false.
func (f *Meizu) message(w http.ResponseWriter, form url.Values, task bool) (m MeizuMessage, ok bool) {
	if fakehttp.StrictJSON([]byte(form.Get("messageJson")), &m) != nil || m.fault(task) != "" {
		meizuRefusal(w, "1005")
		return m, false
	}
	return m, true
}

var meizuForm = regexp.MustCompile(`^[0-9A-Za-z]{20,64}$`)

// tokens reads the list of tokens. It has answered when it returns nil.
func (f *Meizu) tokens(w http.ResponseWriter, form url.Values) []string {
	tokens := strings.Split(form.Get("pushIds"), ",")
	if len(tokens) > 100 || slices.Contains(tokens, "") || len(slices.Compact(slices.Sorted(slices.Values(tokens)))) != len(tokens) {
		meizuRefusal(w, "1005")
		return nil
	}
	return tokens
}

// taken answers a message; the lock is held.
func (f *Meizu) taken(w http.ResponseWriter, bad map[string][]string) {
	f.ids++
	writeJSON(w, http.StatusOK, map[string]any{"code": "200", "message": "", "value": bad, "msgId": fmt.Sprintf("NS%030x", f.ids)})
}

func (f *Meizu) send(w http.ResponseWriter, form url.Values) {
	tokens := f.tokens(w, form)
	if tokens == nil {
		return
	}
	m, ok := f.message(w, form, false)
	if !ok {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	bad := map[string][]string{}
	for _, t := range tokens {
		switch {
		case !meizuForm.MatchString(t):
			bad["110003"] = append(bad["110003"], t)
		case f.Dead(t):
			bad["110002"] = append(bad["110002"], t)
		default:
			f.messages[t] = m
			f.Accept(t)
		}
	}
	f.taken(w, bad)
}

func (f *Meizu) task(w http.ResponseWriter, form url.Values) {
	m, ok := f.message(w, form, true)
	if !ok {
		return
	}
	whom := MeizuAppID
	if form.Has("tagNames") {
		whom = form.Get("tagNames")
	}
	if form.Get("pushType") != "0" || form.Has("scope") && form.Get("scope") != "0" && form.Get("scope") != "1" {
		meizuRefusal(w, "1005")
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.messages[whom] = m
	f.Accept(whom)
	f.ids++
	id, _ := strconv.Atoi(MeizuAppID)
	writeJSON(w, http.StatusOK, map[string]any{"code": "200", "message": "", "redirect": "", "value": map[string]int{"taskId": 20000 + f.ids, "pushType": 0, "appId": id}})
}

func (f *Meizu) enrol(w http.ResponseWriter, form url.Values, in bool) {
	token := form.Get("pushId")
	tags := strings.Split(form.Get("tags"), ",")
	switch {
	case len(tags) > 100 || slices.ContainsFunc(tags, func(tag string) bool { return tag == "" || utf8.RuneCountInString(tag) > 20 }):
		meizuRefusal(w, "1005")
		return
	case !meizuForm.MatchString(token):
		meizuRefusal(w, "110003")
		return
	case f.Dead(token):
		meizuRefusal(w, "110002")
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]map[string]any, len(tags))
	for i, tag := range tags {
		if f.tags[tag] == nil {
			f.tags[tag] = map[string]bool{}
		}
		f.tags[tag][token] = in
		list[i] = map[string]any{"tagId": i + 1, "tagName": tag}
	}
	writeJSON(w, http.StatusOK, map[string]any{"code": "200", "message": "", "redirect": "", "value": map[string]any{"pushId": token, "tags": list}})
}

// refuse answers with a code of all, or with one of each token.
func (f *Meizu) refuse(w http.ResponseWriter, r *http.Request, code string) {
	each, ok := strings.CutPrefix(code, "token/")
	if _, err := strconv.Atoi(each); err != nil {
		panic("pushtest: Meizu has no code " + code)
	}
	if !ok {
		meizuRefusal(w, code)
		return
	}
	form, ok := f.read(w, r, []string{"pushIds", "messageJson"})
	if !ok {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken(w, map[string][]string{each: strings.Split(form.Get("pushIds"), ",")})
}

var _ Server = (*Meizu)(nil)
