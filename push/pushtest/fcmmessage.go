package pushtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// FCMMessage is a message as FCM's HTTP v1 API defines it. What a fake accepted
// is handed out as it was read; it must not be changed.
type FCMMessage struct {
	Name         string                     `json:"name"`
	Data         map[string]json.RawMessage `json:"data"`
	Notification *FCMNotification           `json:"notification"`
	Android      *FCMAndroid                `json:"android"`
	Webpush      *FCMWebpush                `json:"webpush"`
	APNS         *FCMApple                  `json:"apns"`
	FCMOptions   *FCMLabel                  `json:"fcm_options"`
	Token        string                     `json:"token"`
	Topic        string                     `json:"topic"`
	Condition    string                     `json:"condition"`
}

// FCMNotification is what is shown.
type FCMNotification struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Image string `json:"image"`
}

// FCMLabel names a message in the vendor's analytics.
type FCMLabel struct {
	AnalyticsLabel string `json:"analytics_label"`
}

// FCMAndroid is how a message is delivered to Android.
type FCMAndroid struct {
	CollapseKey           string                  `json:"collapse_key"`
	Priority              string                  `json:"priority"`
	TTL                   string                  `json:"ttl"`
	RestrictedPackageName string                  `json:"restricted_package_name"`
	Data                  map[string]string       `json:"data"`
	Notification          *FCMAndroidNotification `json:"notification"`
	FCMOptions            *FCMLabel               `json:"fcm_options"`
	DirectBootOK          bool                    `json:"direct_boot_ok"`
}

// FCMAndroidNotification is how a notification looks on Android.
type FCMAndroidNotification struct {
	Title                 string          `json:"title"`
	Body                  string          `json:"body"`
	Icon                  string          `json:"icon"`
	Color                 string          `json:"color"`
	Sound                 string          `json:"sound"`
	Tag                   string          `json:"tag"`
	ClickAction           string          `json:"click_action"`
	BodyLocKey            string          `json:"body_loc_key"`
	BodyLocArgs           []string        `json:"body_loc_args"`
	TitleLocKey           string          `json:"title_loc_key"`
	TitleLocArgs          []string        `json:"title_loc_args"`
	ChannelID             string          `json:"channel_id"`
	Image                 string          `json:"image"`
	Ticker                string          `json:"ticker"`
	Sticky                bool            `json:"sticky"`
	EventTime             string          `json:"event_time"`
	LocalOnly             bool            `json:"local_only"`
	NotificationPriority  string          `json:"notification_priority"`
	DefaultSound          bool            `json:"default_sound"`
	DefaultVibrateTimings bool            `json:"default_vibrate_timings"`
	DefaultLightSettings  bool            `json:"default_light_settings"`
	VibrateTimings        []string        `json:"vibrate_timings"`
	Visibility            string          `json:"visibility"`
	NotificationCount     *int            `json:"notification_count"`
	LightSettings         json.RawMessage `json:"light_settings"`
	Proxy                 string          `json:"proxy"`
}

// FCMWebpush is how a message is delivered to browsers.
type FCMWebpush struct {
	Headers      map[string]string          `json:"headers"`
	Data         map[string]string          `json:"data"`
	Notification map[string]json.RawMessage `json:"notification"`
	FCMOptions   *struct {
		Link           string `json:"link"`
		AnalyticsLabel string `json:"analytics_label"`
	} `json:"fcm_options"`
}

// FCMApple is how a message is delivered to Apple devices.
type FCMApple struct {
	Headers    map[string]string          `json:"headers"`
	Payload    map[string]json.RawMessage `json:"payload"`
	FCMOptions *struct {
		AnalyticsLabel string `json:"analytics_label"`
		Image          string `json:"image"`
	} `json:"fcm_options"`
	LiveActivityToken string `json:"live_activity_token"`
}

// Text returns a data value as the string that it is.
func (m *FCMMessage) Text(key string) string {
	var s string
	_ = json.Unmarshal(m.Data[key], &s)
	return s
}

// Read returns what the suite compares.
func (m *FCMMessage) Read() Read {
	r := Read{Data: make(map[string]string, len(m.Data))}
	for k := range m.Data {
		r.Data[k] = m.Text(k)
	}
	if m.Notification != nil {
		r.Title, r.Body = m.Notification.Title, m.Notification.Body
	}
	if m.Android != nil {
		r.TTL, _ = time.ParseDuration(m.Android.TTL)
		if n := m.Android.Notification; n != nil {
			r.TitleKey, r.BodyKey = n.TitleLocKey, n.BodyLocKey
		}
	}
	return r
}

const (
	maxFCMPayload = 4096
	maxFCMLife    = 2419200 // seconds
)

var (
	fcmTokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{11,}:[A-Za-z0-9_-]{100,300}$`)
	durationForm = regexp.MustCompile(`^([0-9]{1,12})(\.[0-9]{1,9})?s$`)
	colorForm    = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
	topicForm    = regexp.MustCompile(`^[a-zA-Z0-9-_.~%]+$`)
	webTopicForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
)

// wrong is a field that FCM would refuse.
type wrong struct{ field, problem string }

// check returns the first thing wrong with a message, or nil; the token's own
// form is looked at elsewhere.
func (m *FCMMessage) check() *wrong {
	targets := 0
	for _, t := range []string{m.Token, m.Topic, m.Condition} {
		if t != "" {
			targets++
		}
	}
	switch {
	case targets != 1:
		return &wrong{"message", "Exactly one of token, topic or condition must be set."}
	case m.Name != "":
		return &wrong{"message.name", "The field is output only."}
	case m.Condition != "" && (!strings.Contains(m.Condition, "in topics") || strings.Count(m.Condition, "'") > 10):
		return &wrong{"message.condition", "Invalid condition expression provided."}
	case m.Topic != "" && !topicForm.MatchString(m.Topic):
		return &wrong{"message.topic", "Malformed topic name."}
	case m.Notification != nil && !webURL(m.Notification.Image):
		return &wrong{"message.notification.image", "Not an absolute URL."}
	}
	if w := m.checkData(); w != nil {
		return w
	}
	if m.Android != nil {
		if w := m.Android.check(); w != nil {
			return w
		}
	}
	if m.APNS != nil {
		if w := m.APNS.check(); w != nil {
			return w
		}
	}
	if m.Webpush != nil {
		return m.Webpush.check()
	}
	return nil
}

func (m *FCMMessage) checkData() *wrong {
	i := 0
	for k, v := range m.Data {
		if len(v) == 0 || v[0] != '"' {
			return &wrong{"message.data[" + strconv.Itoa(i) + "].value", "Invalid value (TYPE_STRING)"}
		}
		if k == "from" || k == "gcm" || k == "message_type" || strings.HasPrefix(k, "google") || strings.HasPrefix(k, "gcm.") {
			return &wrong{"message.data", "Invalid data payload key: " + k}
		}
		i++
	}
	return nil
}

// size is what counts towards the limit: the texts of notification and data.
func (m *FCMMessage) size() int {
	n := 0
	if m.Notification != nil {
		n += len(m.Notification.Title) + len(m.Notification.Body) + len(m.Notification.Image)
	}
	for k := range m.Data {
		n += len(k) + len(m.Text(k))
	}
	return n
}

func (a *FCMAndroid) check() *wrong {
	if p := strings.ToUpper(a.Priority); p != "" && p != "NORMAL" && p != "HIGH" {
		return &wrong{"message.android.priority", "Invalid value (TYPE_ENUM)"}
	}
	if a.TTL != "" && !life(a.TTL) {
		return &wrong{"message.android.ttl", "Illegal duration format; duration must end with 's', and be at most 4 weeks"}
	}
	n := a.Notification
	if n == nil {
		return nil
	}
	switch {
	case n.Color != "" && !colorForm.MatchString(n.Color):
		return &wrong{"message.android.notification.color", "Invalid color"}
	case !webURL(n.Image):
		return &wrong{"message.android.notification.image", "Not an absolute URL."}
	case n.NotificationCount != nil && *n.NotificationCount < 0:
		return &wrong{"message.android.notification.notification_count", "Must not be negative."}
	case n.NotificationPriority != "" && !slices.Contains([]string{"PRIORITY_UNSPECIFIED", "PRIORITY_MIN", "PRIORITY_LOW", "PRIORITY_DEFAULT", "PRIORITY_HIGH", "PRIORITY_MAX"}, n.NotificationPriority):
		return &wrong{"message.android.notification.notification_priority", "Invalid value (TYPE_ENUM)"}
	case n.Visibility != "" && !slices.Contains([]string{"VISIBILITY_UNSPECIFIED", "PRIVATE", "PUBLIC", "SECRET"}, n.Visibility):
		return &wrong{"message.android.notification.visibility", "Invalid value (TYPE_ENUM)"}
	}
	return nil
}

func life(s string) bool {
	m := durationForm.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	n, err := strconv.Atoi(m[1])
	return err == nil && n <= maxFCMLife
}

// check holds the headers to what APNs takes, since FCM passes them on.
func (a *FCMApple) check() *wrong {
	for k, v := range a.Headers {
		_, bad := strconv.ParseUint(v, 10, 63)
		ok := false
		switch k {
		case "apns-expiration":
			ok = bad == nil
		case "apns-priority":
			ok = v == "10" || v == "5" || v == "1"
		case "apns-collapse-id":
			ok = v != "" && len(v) <= 64
		case "apns-push-type":
			ok = slices.Contains([]string{"alert", "background", "location", "voip", "complication", "fileprovider", "mdm", "liveactivity", "pushtotalk", "widgets"}, v)
		case "apns-topic", "apns-id":
			ok = v != ""
		}
		if !ok {
			return &wrong{"message.apns.headers", "Invalid APNs header " + k}
		}
	}
	if a.Payload == nil {
		return nil
	}
	var aps map[string]json.RawMessage
	if json.Unmarshal(a.Payload["aps"], &aps) != nil || aps == nil {
		return &wrong{"message.apns.payload", "The payload has no aps dictionary."}
	}
	return nil
}

func (p *FCMWebpush) check() *wrong {
	for k, v := range p.Headers {
		ok := true
		switch k {
		case "TTL":
			_, bad := strconv.ParseUint(v, 10, 31)
			ok = bad == nil
		case "Urgency":
			ok = slices.Contains([]string{"very-low", "low", "normal", "high"}, v)
		case "Topic":
			ok = webTopicForm.MatchString(v)
		}
		if !ok {
			return &wrong{"message.webpush.headers", "Invalid Web Push header " + k}
		}
	}
	if o := p.FCMOptions; o != nil && o.Link != "" {
		if u, err := url.Parse(o.Link); err != nil || u.Scheme != "https" || u.Host == "" {
			return &wrong{"message.webpush.fcm_options.link", "Must be an https URL."}
		}
	}
	return nil
}

func webURL(s string) bool {
	if s == "" {
		return true
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// send is projects.messages.send.
func (f *FCM) send(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("method") != "messages:send" {
		fcmReplies["NOT_FOUND"].write(w)
		return
	}
	if r.URL.RawQuery != "" {
		refuseField(w, "", "Unknown query parameter")
		return
	}
	if !f.authorized(r) {
		fcmReplies["UNAUTHENTICATED"].write(w)
		return
	}
	if r.PathValue("project") != f.account.ProjectID {
		fcmReplies["NOT_FOUND"].write(w)
		return
	}
	var req struct {
		ValidateOnly bool        `json:"validate_only"`
		Message      *FCMMessage `json:"message"`
	}
	if bad := fakehttp.DecodeJSON(r, &req); bad != nil {
		refuseField(w, bad.Name, "Invalid JSON payload received. "+bad.Error())
		return
	}
	if req.Message == nil {
		refuseField(w, "message", "Recipient of the message is not set.")
		return
	}
	if bad := req.Message.check(); bad != nil {
		refuseField(w, bad.field, bad.problem)
		return
	}
	if req.Message.size() > maxFCMPayload {
		fcmReplies["INVALID_ARGUMENT/bare"].write(w)
		return
	}
	if code := f.recipient(req.Message.Token); code != "" {
		fcmReplies[code].write(w)
		return
	}
	f.accept(w, req.Message, req.ValidateOnly)
}

// recipient returns the code with which a token is refused, or nothing.
func (f *FCM) recipient(token string) string {
	if token == "" { // a topic
		return ""
	}
	if !fcmTokenForm.MatchString(token) {
		return "INVALID_ARGUMENT/token"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.foreign[token], f.only && !f.known[token]:
		return "SENDER_ID_MISMATCH"
	case f.Dead(token):
		return "UNREGISTERED"
	}
	return ""
}

func (f *FCM) accept(w http.ResponseWriter, m *FCMMessage, dry bool) {
	id := "fake_message_id"
	if dry {
		f.Note("validated")
	} else {
		target := m.Token + m.Topic + m.Condition
		f.Accept(target)
		f.mu.Lock()
		f.messages[target] = *m
		f.mu.Unlock()
		id = "0:" + strconv.FormatInt(1_700_000_000_000_000+f.ids.Add(1), 10) + "%fake"
	}
	writeJSON(w, http.StatusOK, map[string]string{"name": "projects/" + f.account.ProjectID + "/messages/" + id})
}

// refuseField answers 400 with the field that is wrong.
func refuseField(w http.ResponseWriter, field, problem string) {
	fcmReply{http.StatusBadRequest, "INVALID_ARGUMENT", problem, []any{violation(field, problem)}}.write(w)
}
