package apnspush

import (
	"encoding/json"
	"time"

	"github.com/waybill-go/waybill/push"
)

// PushType is the vendor's apns-push-type: what kind of thing a push is. It
// decides the topic's suffix, and on which tokens it may be used: VoIP, location
// and Live Activities have tokens of their own.
type PushType string

// The push types, with the suffix that the bundle id gets as topic.
const (
	TypeAlert        PushType = "alert"        // none
	TypeBackground   PushType = "background"   // none
	TypeLocation     PushType = "location"     // .location-query
	TypeVoIP         PushType = "voip"         // .voip
	TypeLiveActivity PushType = "liveactivity" // .push-type.liveactivity
)

// suffixes are the topics' suffixes by push type.
var suffixes = map[PushType]string{
	TypeAlert: "", TypeBackground: "", TypeLocation: ".location-query", TypeVoIP: ".voip", TypeLiveActivity: ".push-type.liveactivity",
}

// Level is the vendor's interruption level.
type Level string

// The levels. TimeSensitive needs an entitlement of the app, without which the
// system takes it for Active. Critical needs another, which Apple grants for
// health and safety only; it is possible in an [Override] alone.
const (
	Passive       Level = "passive"
	Active        Level = "active"
	TimeSensitive Level = "time-sensitive"
	Critical      Level = "critical"
)

// Class is what a kind of notification is to the vendor: one row of
// Options.Classes. Fields that are not set are left out of the payload.
type Class struct {
	// Level is the interruption level, all but Critical.
	Level Level
	// Relevance, 0 to 1, sorts the notifications of the app in a summary.
	Relevance float64
	// Thread groups notifications; Category names the app's actions for them.
	Thread, Category string
}

// defaultClasses is the table for apps that have none: levels are not applied
// for, but for the entitlement without which time-sensitive is active.
var defaultClasses = map[push.Kind]Class{
	push.KindOrder: {Level: TimeSensitive}, push.KindStatus: {Level: Active}, push.KindCoupon: {Level: Active}, push.KindMarketing: {Level: Passive},
}

// checkClass says what is wrong with a row, or "".
func checkClass(_ push.Kind, c Class) string {
	switch c.Level {
	case Passive, Active, TimeSensitive:
	case Critical:
		return "level critical is possible by override only"
	case "":
		return "there is no level"
	default:
		return "the level is unknown"
	}
	if c.Relevance < 0 || c.Relevance > 1 {
		return "the relevance is not between 0 and 1"
	}
	return ""
}

// Override is what only APNs knows of a notification. Fields that are set win
// over the notification's and the class's. What contradicts itself, such as a
// background push at once or a Live Activity without its state, is Unsupported
// before the network.
type Override struct {
	// Type is the push type. Default: TypeAlert, or TypeBackground for
	// push.DataOnly. TypeLocation and TypeLiveActivity need a signing key.
	Type PushType
	// Subtitle stands below the title; SubtitleKey names it in the app's
	// resources.
	Subtitle, SubtitleKey string
	SubtitleArgs          []string
	// LaunchImage is shown while the app starts.
	LaunchImage string
	// Level is the interruption level, Critical included.
	Level Level
	// Relevance, 0 to 1, sorts the notifications of the app in a summary.
	Relevance *float64
	// Thread groups notifications, Category names the app's actions, Target the
	// window to bring forward, Filter what a Focus filters by.
	Thread, Category, Target, Filter string
	// CriticalSound plays even when the device is muted; it needs Level
	// Critical. Volume is 0 to 1.
	CriticalSound bool
	Volume        float64
	// Mutable lets the app's service extension change the notification, as an
	// image does by itself. Wake gives the app a moment in the background
	// besides.
	Mutable, Wake bool
	// Priority is 10 (at once), 5 (when it suits the battery) or 1 (never wakes
	// the device). A background push has 5 or 1.
	Priority int
	// Once has APNs try once and store nothing (apns-expiration 0). The data
	// carry the notification's expiry all the same.
	Once bool
	// LiveActivity is needed by, and allowed for, TypeLiveActivity alone.
	LiveActivity *LiveActivity
}

// PushVendor returns push.APNs.
func (Override) PushVendor() push.Vendor { return push.APNs }

// Event is what happens to a Live Activity.
type Event string

// The events.
const (
	Start  Event = "start"
	Update Event = "update"
	End    Event = "end"
)

// LiveActivity starts, updates or ends a Live Activity; see
// https://developer.apple.com/documentation/activitykit/starting-and-updating-live-activities-with-activitykit-push-notifications.
// The notification's texts, if it is an alert, light up the screen.
type LiveActivity struct {
	// Event is what happens to it.
	Event Event
	// State is the JSON object of the activity's content-state.
	State json.RawMessage
	// Timestamp orders updates. Default: now.
	Timestamp time.Time
	// Stale is when the state is out of date, Dismissal when an ended activity
	// is taken away; zero leaves both to the system.
	Stale, Dismissal time.Time
	// AttributesType and Attributes, a JSON object, are for Start, which needs
	// them. InputToken asks for an update token, also at the start.
	AttributesType string
	Attributes     json.RawMessage
	InputToken     bool
}

// check says what is wrong with a Live Activity, or "".
func (l *LiveActivity) check() string {
	starts := l.Event == Start
	switch {
	case l.Event != Start && l.Event != Update && l.Event != End:
		return "the Live Activity's event is unknown"
	case !isObject(l.State):
		return "the Live Activity's state is no JSON object"
	case starts && (l.AttributesType == "" || !isObject(l.Attributes)):
		return "a Live Activity starts with attributes and their type"
	case !starts && (l.AttributesType != "" || len(l.Attributes) > 0 || l.InputToken):
		return "attributes and input token are for the start of a Live Activity"
	case !l.Dismissal.IsZero() && l.Event != End:
		return "a Live Activity is dismissed when it ends"
	}
	return ""
}

// isObject reports whether raw is one JSON object.
func isObject(raw json.RawMessage) bool {
	var v map[string]json.RawMessage
	return json.Unmarshal(raw, &v) == nil && v != nil
}

// check says what contradicts itself, or "".
func (o *Override) check(typ PushType) string {
	if _, ok := suffixes[typ]; !ok {
		return "the push type is unknown"
	}
	switch o.Level {
	case "", Passive, Active, TimeSensitive, Critical:
	default:
		return "the interruption level is unknown"
	}
	switch {
	case o.Priority != 0 && o.Priority != 10 && o.Priority != 5 && o.Priority != 1:
		return "the priority is not 10, 5 or 1"
	case typ == TypeBackground && o.Priority == 10:
		return "a background push cannot have priority 10"
	case o.Relevance != nil && (*o.Relevance < 0 || *o.Relevance > 1):
		return "the relevance is not between 0 and 1"
	case o.CriticalSound && o.Level != Critical:
		return "a critical sound needs level critical"
	case o.Volume < 0 || o.Volume > 1 || o.Volume != 0 && !o.CriticalSound:
		return "the volume is not between 0 and 1, or not that of a critical sound"
	case o.SubtitleKey == "" && len(o.SubtitleArgs) > 0:
		return "arguments are given without a key"
	case (typ == TypeLiveActivity) != (o.LiveActivity != nil):
		return "push type liveactivity and LiveActivity go together"
	case o.LiveActivity != nil:
		return o.LiveActivity.check()
	}
	return ""
}
