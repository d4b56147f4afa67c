package pushtest

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// The app that a fake Mi Push knows. It belongs to nobody.
const (
	XiaomiSecret  = "fake-xiaomi-app-secret"
	XiaomiPackage = "com.example.driver"
	// XiaomiChannel is a channel of private messages, which need XiaomiTemplate
	// with the variables "event" and "detail". Other channels are public.
	XiaomiChannel  = "110001"
	XiaomiTemplate = "P10001"
)

// Xiaomi is a fake of Mi Push on one server with TLS: messages to tokens, a topic
// or all, and subscriptions. It checks the secret, the package, every parameter of
// the form, texts, times to live, templates and the size of a batch. FailCode
// takes the vendor's codes as digits. A Xiaomi is safe for concurrent use.
type Xiaomi struct {
	*HandlerServer

	mu       sync.Mutex
	ids      int
	messages map[string]url.Values
	topics   map[string]map[string]bool
}

// xiaomiMessage are the parameters of a message.
var xiaomiMessage = []string{
	"pass_through", "title", "description", "payload", "notify_type", "notify_id", "time_to_live", "time_to_send",
	"extra.channel_id", "extra.template_id", "extra.template_param", "extra.notify_effect", "extra.intent_uri", "extra.web_uri", "extra.sound_uri",
	"extra.notify_foreground", "extra.ticker", "extra.flow_control", "extra.jobkey", "extra.only_send_once", "extra.callback", "extra.callback.param",
	"extra.callback.type", "extra.notification_style_type", "extra.notification_bigPic_uri", "extra.notification_large_icon_uri",
}

// NewXiaomi starts a fake Mi Push that knows [XiaomiSecret] and [XiaomiPackage].
// The caller closes it.
func NewXiaomi() *Xiaomi {
	f := &Xiaomi{messages: map[string]url.Values{}, topics: map[string]map[string]bool{}}
	message := func(target ...string) fakehttp.Params {
		return fakehttp.Params{Required: append(target, "restricted_package_name"), Optional: xiaomiMessage}
	}
	mux := http.NewServeMux()
	handle := func(path string, p fakehttp.Params, h func(http.ResponseWriter, url.Values)) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			if form, ok := f.read(w, r, p); ok {
				h(w, form)
			}
		})
	}
	enrolment := fakehttp.Params{Required: []string{"registration_id", "topic", "restricted_package_name"}, Optional: []string{"category"}}
	for _, version := range []string{"/v2", "/v3"} {
		handle(version+"/message/regid", message("registration_id"), f.send)
		handle(version+"/message/topic", message("topic"), func(w http.ResponseWriter, form url.Values) { f.crowd(w, form, form.Get("topic")) })
		handle(version+"/message/all", message(), func(w http.ResponseWriter, form url.Values) { f.crowd(w, form, XiaomiPackage) })
	}
	handle("/v2/topic/subscribe", enrolment, func(w http.ResponseWriter, form url.Values) { f.enrol(w, form, true) })
	handle("/v2/topic/unsubscribe", enrolment, func(w http.ResponseWriter, form url.Values) { f.enrol(w, form, false) })
	f.HandlerServer = NewServer(ServerOptions{
		Name: "xiaomi", Handler: mux, SecretParams: []string{"registration_id"},
		Refuse: func(w http.ResponseWriter, _ *http.Request, code string) {
			n, err := strconv.Atoi(code)
			if err != nil {
				panic("pushtest: Mi Push has no code " + code)
			}
			xiaomiRefusal(w, n, "refused")
		},
	})
	return f
}

// XiaomiToken returns the n-th well-formed token. It belongs to no device.
func XiaomiToken(n int) string {
	sum := sha512.Sum512([]byte("xiaomi " + strconv.Itoa(n)))
	return base64.StdEncoding.EncodeToString(sum[:48])
}

// Form returns the form of the last message that was accepted for a token, a
// topic, or, after a broadcast, the package.
func (f *Xiaomi) Form(token string) (url.Values, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	form, ok := f.messages[token]
	return form, ok
}

// Subscribed reports whether a token is in a topic.
func (f *Xiaomi) Subscribed(topic, token string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.topics[topic][token]
}

// Read is what the conformance suite compares.
func (f *Xiaomi) Read(token string) (Read, bool) {
	form, ok := f.Form(token)
	r := Read{Title: form.Get("title"), Body: form.Get("description")}
	ms, _ := strconv.ParseInt(form.Get("time_to_live"), 10, 64)
	r.TTL = time.Duration(ms) * time.Millisecond
	_ = json.Unmarshal([]byte(form.Get("payload")), &r.Data)
	return r, ok
}

func xiaomiRefusal(w http.ResponseWriter, code int, reason string) {
	writeJSON(w, http.StatusOK, map[string]any{"result": "error", "reason": reason, "trace_id": "Xcm00", "code": code, "description": "失败"})
}

// xiaomiTaken is a success; data may be nil.
func xiaomiTaken(w http.ResponseWriter, data map[string]any) {
	writeJSON(w, http.StatusOK, map[string]any{"result": "ok", "trace_id": "Xcm00", "code": 0, "data": data, "description": "成功"})
}

// read checks secret, form and package. It has answered when it returns false.
func (f *Xiaomi) read(w http.ResponseWriter, r *http.Request, p fakehttp.Params) (url.Values, bool) {
	if r.Header.Get("Authorization") != "key="+XiaomiSecret {
		xiaomiRefusal(w, 21301, "auth failed")
		return nil, false
	}
	form, bad := p.Form(r)
	switch {
	case bad != nil && bad.Problem == fakehttp.Missing:
		xiaomiRefusal(w, 10016, bad.Error())
	case bad != nil:
		xiaomiRefusal(w, 10017, bad.Error())
	case form.Get("restricted_package_name") != XiaomiPackage:
		xiaomiRefusal(w, 22022, "package name")
	default:
		return form, true
	}
	return nil, false
}

// xiaomiNumber reports whether a parameter is left out or a number in the range.
func xiaomiNumber(form url.Values, name string, low, high int64) bool {
	if !form.Has(name) {
		return true
	}
	n, err := strconv.ParseInt(form.Get(name), 10, 64)
	return err == nil && n >= low && n <= high
}

// xiaomiText reports whether a text is there, says something and is short enough.
func xiaomiText(s string, below int) bool {
	return strings.TrimSpace(s) != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) < below
}

var xiaomiJobkey = regexp.MustCompile(`^[0-9A-Za-z-][0-9A-Za-z_-]{0,19}$`)

// xiaomiFault names what the vendor would refuse in a message, or "".
func xiaomiFault(form url.Values) string {
	longest := 24 * time.Hour
	if form.Get("extra.channel_id") == XiaomiChannel {
		longest *= 10
	}
	effect := form.Get("extra.notify_effect")
	has := func(name string) bool { return form.Get(name) != "" }
	switch {
	case !xiaomiNumber(form, "pass_through", 0, 1):
		return "pass_through"
	case form.Get("pass_through") != "1" && !xiaomiText(form.Get("title"), 50):
		return "title"
	case form.Get("pass_through") != "1" && !xiaomiText(form.Get("description"), 128):
		return "description"
	case form.Get("pass_through") == "1" && !has("payload"), len(form.Get("payload")) > 4096:
		return "payload"
	case !xiaomiNumber(form, "notify_type", -1, 7) || form.Get("notify_type") == "0":
		return "notify_type"
	case !xiaomiNumber(form, "notify_id", 0, 1<<31-1):
		return "notify_id"
	case !xiaomiNumber(form, "time_to_live", 1, longest.Milliseconds()):
		return "time_to_live"
	case effect != "" && (len(effect) != 1 || effect < "1" || effect > "3") || (effect == "2") != has("extra.intent_uri") || (effect == "3") != has("extra.web_uri"):
		return "extra.notify_effect"
	case form.Has("extra.jobkey") && !xiaomiJobkey.MatchString(form.Get("extra.jobkey")):
		return "extra.jobkey"
	case !xiaomiNumber(form, "extra.flow_control", 1, 100_000):
		return "extra.flow_control"
	case len(form.Get("extra.callback")) > 128 || len(form.Get("extra.callback.param")) > 64 || !xiaomiNumber(form, "extra.callback.type", 1, 243),
		!has("extra.callback") && (has("extra.callback.param") || has("extra.callback.type")):
		return "extra.callback"
	}
	return xiaomiTemplateFault(form)
}

// xiaomiTemplateFault is the part about the template.
func xiaomiTemplateFault(form url.Values) string {
	template, private := form.Get("extra.template_id"), form.Get("extra.channel_id") == XiaomiChannel
	if template == "" {
		if private || form.Has("extra.template_param") {
			return "extra.template_id"
		}
		return ""
	}
	var params map[string]string
	if fakehttp.StrictJSON([]byte(form.Get("extra.template_param")), &params) != nil || template != XiaomiTemplate || !private || len(params) != 2 {
		return "extra.template_param"
	}
	for _, variable := range []string{"event", "detail"} {
		if v := params[variable]; !xiaomiText(v, 129) || strings.ContainsFunc(v, func(r rune) bool { return unicode.Is(unicode.So, r) }) {
			return "extra.template_param"
		}
	}
	return ""
}

// living sorts tokens into those that are taken and those that are not valid.
func (f *Xiaomi) living(tokens []string) (good, bad []string) {
	for _, t := range tokens {
		if raw, err := base64.StdEncoding.DecodeString(t); err != nil || len(raw) != 48 || f.Dead(t) {
			bad = append(bad, t)
			continue
		}
		good = append(good, t)
	}
	return good, bad
}

// tokens reads and checks the list of tokens. It has answered when it returns
// nil.
func (f *Xiaomi) tokens(w http.ResponseWriter, form url.Values) []string {
	tokens := strings.Split(form.Get("registration_id"), ",")
	if len(tokens) > 1000 || slices.Contains(tokens, "") || len(slices.Compact(slices.Sorted(slices.Values(tokens)))) != len(tokens) {
		xiaomiRefusal(w, 10017, "registration_id")
		return nil
	}
	return tokens
}

func (f *Xiaomi) send(w http.ResponseWriter, form url.Values) {
	tokens := f.tokens(w, form)
	if tokens == nil {
		return
	}
	if why := xiaomiFault(form); why != "" {
		xiaomiRefusal(w, 10017, why)
		return
	}
	good, bad := f.living(tokens)
	if len(good) == 0 {
		xiaomiRefusal(w, 20301, "send failed")
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range good {
		f.messages[t] = form
		f.Accept(t)
	}
	f.taken(w, bad)
}

// taken answers that a message was taken; the lock is held.
func (f *Xiaomi) taken(w http.ResponseWriter, bad []string) {
	f.ids++
	data := map[string]any{"id": fmt.Sprintf("scm%020dnJ", f.ids)}
	if len(bad) > 0 {
		data["bad_regids"] = strings.Join(bad, ",")
	}
	xiaomiTaken(w, data)
}

func (f *Xiaomi) crowd(w http.ResponseWriter, form url.Values, whom string) {
	if why := xiaomiFault(form); why != "" {
		xiaomiRefusal(w, 10017, why)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.messages[whom] = form
	f.Accept(whom)
	f.taken(w, nil)
}

func (f *Xiaomi) enrol(w http.ResponseWriter, form url.Values, in bool) {
	tokens := f.tokens(w, form)
	if tokens == nil {
		return
	}
	good, bad := f.living(tokens)
	if len(good) == 0 {
		xiaomiRefusal(w, 20301, "send failed")
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	topic := form.Get("topic")
	if f.topics[topic] == nil {
		f.topics[topic] = map[string]bool{}
	}
	for _, t := range good {
		f.topics[topic][t] = in
	}
	var data map[string]any
	if len(bad) > 0 {
		data = map[string]any{"bad_regids": strings.Join(bad, ",")}
	}
	xiaomiTaken(w, data)
}

var _ Server = (*Xiaomi)(nil)
