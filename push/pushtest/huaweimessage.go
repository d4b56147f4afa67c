package pushtest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

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
	Title        string       `json:"title"`
	Body         string       `json:"body"`
	Image        string       `json:"image"`
	ClickAction  *HuaweiClick `json:"click_action"`
	ChannelID    string       `json:"channel_id"`
	Importance   string       `json:"importance"`
	NotifyID     int32        `json:"notify_id"`
	Tag          string       `json:"tag"`
	Group        string       `json:"group"`
	Sound        string       `json:"sound"`
	DefaultSound *bool        `json:"default_sound"`
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
	case targets != 1, strings.Count(m.Condition, "'") > 10:
		return "80100001"
	case m.Topic != "" && !huaweiTopic.MatchString(m.Topic):
		return "82000007"
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

// huaweiQuick is the data of a message to a quick app: of type 0 what is shown, and
// of type 1 what the app is handed.
type huaweiQuick struct {
	Type *int            `json:"pushtype"`
	Body json.RawMessage `json:"pushbody"`

	shown struct {
		Title       string            `json:"title"`
		Description string            `json:"description"`
		Page        string            `json:"page"`
		Params      map[string]string `json:"params"` // without it nothing is shown
		Ringtone    json.RawMessage   `json:"ringtone"`
	}
	hidden struct {
		MessageID string `json:"messageId"`
		Data      string `json:"data"`
	}
}

// quick reads the data of a message to a quick app.
func (m *HuaweiMessage) quick() (q huaweiQuick, ok bool) {
	if m.Data == nil || fakehttp.StrictJSON([]byte(*m.Data), &q) != nil || q.Type == nil || q.Body == nil {
		return q, false
	}
	switch *q.Type {
	case 0:
		return q, fakehttp.StrictJSON(q.Body, &q.shown) == nil && q.shown.Params != nil
	case 1:
		return q, fakehttp.StrictJSON(q.Body, &q.hidden) == nil && q.hidden.Data != ""
	}
	return q, false
}

// quickProblem is what is wrong with a message to a quick app. The vendor looks less
// closely; what its engine would not show or hand on is refused here.
func (m *HuaweiMessage) quickProblem() string {
	_, ok := m.quick()
	if f := *m.Android.FastApp; !ok || f < 1 || f > 2 || m.Android.Notification != nil {
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
	if b := n.Badge; b != nil && (b.Class == "" || !validBadge(b.Set, b.Add)) {
		return false
	}
	return n.ClickAction.valid()
}

// HuaweiClick is what a tap on a notification opens. Honor's is the same.
type HuaweiClick struct {
	Type   int    `json:"type"`
	Intent string `json:"intent"`
	Action string `json:"action"`
	URL    string `json:"url"`
}

func (c *HuaweiClick) valid() bool {
	switch c.Type {
	case 1:
		return c.Intent != "" || c.Action != ""
	case 2:
		return strings.HasPrefix(c.URL, "https://")
	case 3:
		return true
	}
	return false
}

// validBadge reports whether the vendor takes a badge that is set, or added to.
func validBadge(set, add *int) bool {
	return (set == nil || *set >= 0 && *set <= 99) && (add == nil || *add >= 1 && *add <= 99)
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
	q, _ := m.quick()
	if q.Type != nil && *q.Type == 1 {
		_ = json.Unmarshal([]byte(q.hidden.Data), &r.Data)
		return r
	}
	r.Title, r.Body, r.Data = q.shown.Title, q.shown.Description, q.shown.Params
	return r
}
