package pushtest

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

const devicePath = "/3/device/"

var (
	deviceToken = regexp.MustCompile(`^[0-9a-f]{64,200}$`)
	lowerUUID   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

func isLowerUUID(s string) bool { return lowerUUID.MatchString(s) }

// apnsSuffixes are the topics' suffixes by push type.
var apnsSuffixes = map[string]string{
	"alert": "", "background": "", "location": ".location-query", "voip": ".voip", "complication": ".complication",
	"fileprovider": ".pushkit.fileprovider", "liveactivity": ".push-type.liveactivity", "pushtotalk": ".voip-ptt", "widgets": ".push-type.widgets",
}

// serve answers one request.
func (f *APNs) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	n := APNsNotification{Token: strings.TrimPrefix(r.URL.Path, devicePath), Header: r.Header.Clone(), Body: string(body), at: time.Now()}
	if reason := f.check(r, &n); reason != "" {
		f.refuse(w, r, reason)
		return
	}
	f.Accept(n.Token)
	f.mu.Lock()
	f.accepted[n.Token] = n
	f.mu.Unlock()
	w.Header().Set("Apns-Id", idOf(r))
	if f.o.Sandbox {
		w.Header().Set("Apns-Unique-Id", newUUID())
	}
	w.WriteHeader(http.StatusOK)
}

// check returns the reason of a refusal.
func (f *APNs) check(r *http.Request, n *APNsNotification) string {
	switch {
	case !strings.HasPrefix(r.URL.Path, devicePath) || r.URL.RawQuery != "" || strings.Contains(n.Token, "/"):
		return "BadPath"
	case r.Method != http.MethodPost:
		return "MethodNotAllowed"
	case n.Token == "":
		return "MissingDeviceToken"
	}
	if reason := f.authorize(r); reason != "" {
		return reason
	}
	// From here on the connection has all its streams.
	f.front.admit(r.RemoteAddr)
	typ, reason := f.headers(r.Header)
	if reason != "" {
		return reason
	}
	limit := 4096
	if typ == "voip" {
		limit = 5120
	}
	switch {
	case n.Body == "":
		return "PayloadEmpty"
	case len(n.Body) > limit:
		return "PayloadTooLarge"
	}
	if reason := f.device(n.Token, r.Header.Get("Apns-Topic")); reason != "" {
		return reason
	}
	if !n.read() || !n.matches(typ) {
		return badPayload
	}
	return ""
}

// headers checks the vendor's headers and returns the push type.
func (f *APNs) headers(h http.Header) (typ, reason string) {
	for name, values := range h {
		if strings.HasPrefix(name, "Apns-") && len(values) > 1 {
			return "", "DuplicateHeaders"
		}
	}
	get := func(name string) (string, bool) { v, ok := h[name]; return strings.Join(v, ","), ok }
	if typ = h.Get("Apns-Push-Type"); typ == "" {
		typ = "alert"
	}
	suffix, ok := apnsSuffixes[typ]
	if !ok {
		return "", "InvalidPushType"
	}
	if reason := f.topic(h, typ, suffix); reason != "" {
		return "", reason
	}
	priority, given := get("Apns-Priority")
	switch {
	case given && priority != "10" && priority != "5" && priority != "1":
		return "", "BadPriority"
	case typ == "background" && (!given || priority == "10"): // absent means 10
		return "", "BadPriority"
	}
	if v, given := get("Apns-Expiration"); given {
		if n, err := strconv.ParseInt(v, 10, 64); err != nil || n < 0 {
			return "", "BadExpirationDate"
		}
	}
	if v, _ := get("Apns-Collapse-Id"); len(v) > 64 {
		return "", "BadCollapseId"
	}
	if v, given := get("Apns-Id"); given && !isLowerUUID(v) {
		return "", "BadMessageId"
	}
	return typ, ""
}

// topic checks the topic with its suffix. Which reason the vendor gives for a
// wrong suffix is unconfirmed.
func (f *APNs) topic(h http.Header, typ, suffix string) string {
	topic := h.Get("Apns-Topic")
	token := h.Get("Authorization") != ""
	switch {
	case topic == "" && (token || len(f.o.Topics) > 1):
		return "MissingTopic"
	case topic == "":
		return ""
	case !token && (typ == "location" || typ == "liveactivity"):
		return "TopicDisallowed" // they need a provider token
	}
	bundle, ok := strings.CutSuffix(topic, suffix)
	if !ok {
		return "BadTopic"
	}
	if !slices.Contains(f.o.Topics, bundle) {
		return "TopicDisallowed"
	}
	return ""
}

// device checks the device token.
func (f *APNs) device(token, topic string) string {
	other := sandboxTokens
	if f.o.Sandbox {
		other = productionTokens
	}
	if !deviceToken.MatchString(token) || strings.HasPrefix(token, other) {
		return "BadDeviceToken"
	}
	f.mu.Lock()
	bound := f.bound[token]
	f.mu.Unlock()
	if bound != "" && bound != topic {
		return "DeviceTokenNotForTopic"
	}
	if f.Dead(token) {
		return "Unregistered"
	}
	return ""
}

// apnsAps is aps with all its members, which are checked for their types.
type apnsAps struct {
	Alert             json.RawMessage            `json:"alert"`
	Badge             *int                       `json:"badge"`
	Sound             json.RawMessage            `json:"sound"`
	ThreadID          string                     `json:"thread-id"`
	Category          string                     `json:"category"`
	ContentAvailable  *int                       `json:"content-available"`
	MutableContent    *int                       `json:"mutable-content"`
	TargetContentID   string                     `json:"target-content-id"`
	InterruptionLevel string                     `json:"interruption-level"`
	RelevanceScore    *float64                   `json:"relevance-score"`
	FilterCriteria    string                     `json:"filter-criteria"`
	StaleDate         *int64                     `json:"stale-date"`
	ContentState      map[string]json.RawMessage `json:"content-state"`
	Timestamp         *int64                     `json:"timestamp"`
	Event             string                     `json:"event"`
	DismissalDate     *int64                     `json:"dismissal-date"`
	AttributesType    string                     `json:"attributes-type"`
	Attributes        map[string]json.RawMessage `json:"attributes"`
	InputPushToken    *int                       `json:"input-push-token"`
}

type apnsAlert struct {
	Title           string   `json:"title"`
	Subtitle        string   `json:"subtitle"`
	Body            string   `json:"body"`
	LaunchImage     string   `json:"launch-image"`
	TitleLocKey     string   `json:"title-loc-key"`
	TitleLocArgs    []string `json:"title-loc-args"`
	SubtitleLocKey  string   `json:"subtitle-loc-key"`
	SubtitleLocArgs []string `json:"subtitle-loc-args"`
	LocKey          string   `json:"loc-key"`
	LocArgs         []string `json:"loc-args"`
}

type apnsSound struct {
	Critical int      `json:"critical"`
	Name     string   `json:"name"`
	Volume   *float64 `json:"volume"`
}

// read decodes the payload and reports whether it is one object with an aps.
func (n *APNsNotification) read() bool {
	return fakehttp.StrictJSON([]byte(n.Body), &n.Payload) == nil && n.Payload["aps"] != nil &&
		fakehttp.StrictJSON(n.Payload["aps"], &n.Aps) == nil && n.Aps != nil
}

// matches reports whether aps is whole, and what the push type says that it is.
func (n *APNsNotification) matches(typ string) bool {
	var a apnsAps
	if fakehttp.StrictJSON(n.Payload["aps"], &a) != nil || !a.wellFormed() {
		return false
	}
	shows := a.Alert != nil || a.Badge != nil || a.Sound != nil
	live := a.Event != "" || a.Timestamp != nil || a.ContentState != nil || a.AttributesType != "" || a.Attributes != nil
	switch typ {
	case "alert":
		return shows && !live
	case "background":
		return !shows && !live && a.ContentAvailable != nil
	case "location":
		return !shows && !live
	case "liveactivity":
		return a.liveActivity()
	}
	return !live
}

// liveActivity reports whether a Live Activity has what its event needs.
func (a *apnsAps) liveActivity() bool {
	starts := a.Event == "start"
	return a.Timestamp != nil && a.ContentState != nil && slices.Contains([]string{"start", "update", "end"}, a.Event) &&
		starts == (a.AttributesType != "") && starts == (a.Attributes != nil) && (starts || a.InputPushToken == nil) &&
		(a.DismissalDate == nil || a.Event == "end")
}

// wellFormed checks values and the forms that alert and sound can have.
func (a *apnsAps) wellFormed() bool {
	one := func(n *int) bool { return n == nil || *n == 1 }
	within := func(x *float64) bool { return x == nil || *x >= 0 && *x <= 1 }
	var text string
	if a.Alert != nil && json.Unmarshal(a.Alert, &text) != nil {
		var v apnsAlert
		if fakehttp.StrictJSON(a.Alert, &v) != nil {
			return false
		}
	}
	if a.Sound != nil && json.Unmarshal(a.Sound, &text) != nil {
		var v apnsSound
		if fakehttp.StrictJSON(a.Sound, &v) != nil || v.Name == "" || v.Critical != 1 || !within(v.Volume) || a.InterruptionLevel != "critical" {
			return false
		}
	}
	levels := []string{"", "passive", "active", "time-sensitive", "critical"}
	return one(a.ContentAvailable) && one(a.MutableContent) && one(a.InputPushToken) && within(a.RelevanceScore) &&
		slices.Contains(levels, a.InterruptionLevel) && (a.Badge == nil || *a.Badge >= 0)
}
