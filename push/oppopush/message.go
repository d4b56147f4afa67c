package oppopush

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// The vendor's limits, in characters where nothing else is said. Where the vendor
// has published two bounds (a link of 500 and 2000, parameters of 4000 and 4096) the
// smaller one is kept. What is longer than the standard style's content is sent in
// the long style.
const (
	maxTitle      = 50
	maxContent    = 50
	maxLong       = 128
	maxSubTitle   = 10
	maxURL        = 500
	maxParameters = 4000
	maxReference  = 100
)

// lives is the range of off_line_ttl.
var lives = push.TTLRange{Unit: time.Second, Max: 10 * 24 * time.Hour}

// The styles of a notification.
const (
	styleStandard = 1
	styleLong     = 2
	stylePicture  = 3
)

// The actions of a tap.
const (
	clickApp      = 0
	clickAction   = 1
	clickURL      = 2
	clickActivity = 4
	clickScheme   = 5
)

// notification is the vendor's message, as
// https://open.oppomobile.com/new/developmentDoc/info?id=11236 describes it.
type notification struct {
	AppMessageID   string `json:"app_message_id,omitempty"`
	Style          int    `json:"style"`
	Title          string `json:"title"`
	SubTitle       string `json:"sub_title,omitempty"`
	Content        string `json:"content"`
	BigPicture     string `json:"big_picture_id,omitempty"`
	SmallPicture   string `json:"small_picture_id,omitempty"`
	ClickType      int    `json:"click_action_type"`
	ClickActivity  string `json:"click_action_activity,omitempty"`
	ClickURL       string `json:"click_action_url,omitempty"`
	Parameters     string `json:"action_parameters,omitempty"`
	OffLine        bool   `json:"off_line"`
	OffLineTTL     int64  `json:"off_line_ttl"`
	ShowTTL        int64  `json:"show_ttl,omitempty"`
	CallBackURL    string `json:"call_back_url,omitempty"`
	CallBackParam  string `json:"call_back_parameter,omitempty"`
	ChannelID      string `json:"channel_id,omitempty"`
	Category       string `json:"category,omitempty"`
	NotifyLevel    int    `json:"notify_level,omitempty"`
	NotifyID       int64  `json:"notify_id,omitempty"`
	PrivateMessage string `json:"private_msg_template_id,omitempty"`
}

// message is a notification to one token.
type message struct {
	TargetType   int          `json:"target_type"`
	TargetValue  string       `json:"target_value"`
	Verify       bool         `json:"verify_registration_id"`
	Notification notification `json:"notification"`
}

// targetToken is the target_type of registration ids, targetAll of everybody.
const (
	targetAll   = 1
	targetToken = 2
)

// compose maps a notification, but for the token and its id.
func (a *Adapter) compose(n *push.Notification, now time.Time) (m notification, adjusted []push.Adjustment, e *waybill.Error) {
	if n.Display == push.DataOnly {
		return m, nil, pushbatch.Unsupported("OPPO shows every push, and data alone show nothing")
	}
	o, e := push.OverrideOf[Override](n)
	if e != nil {
		return m, nil, e
	}
	if why := o.fault(); why != "" {
		return m, nil, pushbatch.Unsupported(why)
	}
	d, e := pushbatch.NewDraft(n, now)
	if e != nil {
		return m, nil, e
	}
	m = notification{Title: d.Title, Content: d.Body, OffLine: true, CallBackURL: a.CallbackURL}
	if m.OffLineTTL, e = d.TTL(lives); e != nil {
		return m, nil, e
	}
	d.DropDecorations()
	m.tap(d)
	if n.Collapse != "" {
		m.NotifyID = push.Derive("oppo.notify_id", n.Collapse).Int(1<<31 - 1)
	}
	if a.CallbackURL != "" && utf8.RuneCountInString(n.Key) <= maxReference {
		m.CallBackParam = n.Key
	}
	m.class(a.classes[n.Kind])
	m.override(&o, d)
	if e := m.style(d); e != nil {
		return m, nil, e
	}
	m.Parameters = string(pushbatch.Marshal(d.Data))
	if utf8.RuneCountInString(m.Parameters) > maxParameters {
		return m, nil, pushbatch.Unsupported("the data have more than the 4000 characters that OPPO takes")
	}
	return m, d.Adjusted, nil
}

// tap is what a tap opens: an https link in the browser, any other link by its
// scheme, else the app.
func (m *notification) tap(d *pushbatch.Draft) {
	click := d.N.Click
	switch {
	case click == "":
	case utf8.RuneCountInString(click) > maxURL || !strings.Contains(click, ":"):
		d.KeepClick()
	case strings.HasPrefix(click, "https://"), strings.HasPrefix(click, "http://"):
		m.ClickType, m.ClickURL = clickURL, click
	default:
		m.ClickType, m.ClickURL = clickScheme, click
	}
}

func (m *notification) class(c Class) {
	m.ChannelID, m.Category, m.NotifyLevel, m.PrivateMessage = c.Channel, c.Category, c.NotifyLevel, c.Template
}

// style chooses the style by the text's length, unless the override has a
// picture, and checks the text against it.
func (m *notification) style(d *pushbatch.Draft) *waybill.Error {
	limit := maxContent
	switch {
	case m.BigPicture != "":
		m.Style = stylePicture
	case utf8.RuneCountInString(m.Content) > maxContent:
		m.Style, limit = styleLong, maxLong
	default:
		m.Style = styleStandard
	}
	return d.Limit(maxTitle, limit)
}

// messages makes the messages of a job.
func messages(j *pushbatch.Job[notification]) []message {
	out := make([]message, len(j.Tokens))
	for i, t := range j.Tokens {
		out[i] = message{TargetType: targetToken, TargetValue: t.Value, Notification: j.Message}
		if id, ok := push.DeriveID("oppo.app_message_id", j.N, t); ok {
			out[i].Notification.AppMessageID = id.Hex(32)
		}
	}
	return out
}
