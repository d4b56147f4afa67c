package vivopush

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// Class is what a kind of notification is to vivo.
type Class struct {
	// System makes it a system message, which the vendor limits less; otherwise
	// it is one of operation, which is also marketing.
	System bool
	// Category is the vendor's second class, such as "ORDER" (system) or
	// "MARKETING" (operation); it must be set.
	Category string
}

// The categories that the vendor documents, by classification.
var (
	system    = []string{"IM", "ACCOUNT", "TODO", "DEVICE_REMINDER", "ORDER", "SUBSCRIPTION"}
	operation = []string{"NEWS", "CONTENT", "MARKETING", "SOCIAL"}
)

func checkClass(_ push.Kind, c Class) string {
	switch {
	case c.Category == "":
		return "there is no category"
	case !c.System && slices.Contains(system, c.Category):
		return "the category is one of system messages"
	case c.System && slices.Contains(operation, c.Category):
		return "the category is one of operation messages"
	}
	return ""
}

// Override is what only vivo knows; see [push.Override].
type Override struct {
	// Class takes the place of the kind's when its Category is set.
	Class Class
	// NotifyType is 1 for no alert, 2 sound, 3 vibration, 4 both, which is the
	// default.
	NotifyType int
	// WiFiOnly waits for a wireless network.
	WiFiOnly bool
}

// PushVendor returns push.Vivo.
func (Override) PushVendor() push.Vendor { return push.Vivo }

const (
	maxTitle, maxContent  = 40, 100
	maxSkip               = 1000
	maxPairs, maxMap      = 10, 1024
	maxParam              = 64
	skipApp, skipURL      = 1, 2
	skipPage              = 4
	anyNetwork, wifi      = -1, 1
	notifyAll, lastNotify = 4, 4
)

var lives = push.TTLRange{Unit: time.Second, Min: time.Minute, Max: 24 * time.Hour}

// message is what /message/send takes, and without RegID saveListPayload.
type message struct {
	AppID           int64             `json:"appId"`
	RegID           string            `json:"regId,omitempty"`
	NotifyType      int               `json:"notifyType"`
	Title           string            `json:"title"`
	Content         string            `json:"content"`
	TimeToLive      int64             `json:"timeToLive"`
	SkipType        int               `json:"skipType"`
	SkipContent     string            `json:"skipContent,omitempty"`
	NetworkType     int               `json:"networkType"`
	Classification  int               `json:"classification"`
	Category        string            `json:"category"`
	ClientCustomMap map[string]string `json:"clientCustomMap,omitempty"`
	Extra           map[string]string `json:"extra,omitempty"`
	RequestID       string            `json:"requestId"`
	PushMode        int               `json:"pushMode"`
	NotifyID        int64             `json:"notifyId,omitempty"`
	TagExpression   *tagExpression    `json:"tagExpression,omitempty"`
}

// compose maps a notification, but for the token and its ids.
func (a *Adapter) compose(n *push.Notification, now time.Time) (m message, adjusted []push.Adjustment, e *waybill.Error) {
	if n.Display == push.DataOnly {
		return m, nil, pushbatch.Unsupported("vivo shows every push, and data alone show nothing")
	}
	o, e := push.OverrideOf[Override](n)
	if e != nil {
		return m, nil, e
	}
	c := a.classes[n.Kind]
	if o.Class.Category != "" {
		c = o.Class
	}
	if why := checkClass(n.Kind, c); why != "" || o.NotifyType < 0 || o.NotifyType > lastNotify {
		return m, nil, pushbatch.Unsupported("the override has a class or notify type that vivo does not take")
	}
	d, e := pushbatch.NewDraft(n, now)
	if e != nil {
		return m, nil, e
	}
	if e := d.Limit(maxTitle, maxContent); e != nil {
		return m, nil, e
	}
	if !a.test && (refusedText(d.Title) || refusedText(d.Body)) {
		return m, nil, pushbatch.Unsupported("vivo refuses texts that have no letter or look like a test")
	}
	m = message{AppID: a.id, NotifyType: notifyAll, Title: d.Title, Content: d.Body, SkipType: skipApp, NetworkType: anyNetwork, Category: c.Category}
	if m.TimeToLive, e = d.TTL(lives); e != nil {
		return m, nil, e
	}
	d.DropDecorations()
	switch click := n.Click; {
	case click == "":
	case len(click) > maxSkip || !strings.Contains(click, ":"):
		d.KeepClick()
	case strings.HasPrefix(click, "https://"), strings.HasPrefix(click, "http://"):
		m.SkipType, m.SkipContent = skipURL, click
	default:
		m.SkipType, m.SkipContent = skipPage, click
	}
	m.set(a, n, c, &o)
	size := 0
	for k, v := range d.Data {
		size += utf8.RuneCountInString(k) + utf8.RuneCountInString(v)
	}
	if len(d.Data) > maxPairs || size > maxMap {
		return m, nil, pushbatch.Unsupported("the data have more than the 10 pairs or 1024 characters that vivo takes")
	}
	m.ClientCustomMap = d.Data
	return m, d.Adjusted, nil
}

// set fills in what needs no check.
func (m *message) set(a *Adapter, n *push.Notification, c Class, o *Override) {
	if c.System {
		m.Classification = 1
	}
	if a.test {
		m.PushMode = 1
	}
	if o.NotifyType != 0 {
		m.NotifyType = o.NotifyType
	}
	if o.WiFiOnly {
		m.NetworkType = wifi
	}
	if n.Collapse != "" {
		m.NotifyID = push.Derive("vivo.notifyId", n.Collapse).Int(1<<31 - 1)
	}
	if a.CallbackURL != "" {
		m.Extra = map[string]string{"callback": a.CallbackURL}
		if n.Key != "" && utf8.RuneCountInString(n.Key) <= maxParam {
			m.Extra["callback.param"] = n.Key
		}
	}
}

// refusedText reports what codes 10085 and 10104 are about.
func refusedText(s string) bool {
	return strings.Contains(s, "测试") || !strings.ContainsFunc(s, unicode.IsLetter)
}

// requestID is derived from the key and the tokens, or random.
func requestID(j *pushbatch.Job[message]) string {
	if j.Ref == "" {
		return rand.Text()
	}
	if len(j.Tokens) == 1 {
		id, _ := push.DeriveID("vivo.requestId", j.N, j.Tokens[0])
		return id.UUID()
	}
	return push.Derive("vivo.requestId.list", append([]string{j.Ref}, j.Values()...)...).UUID()
}

// NewReceiptHandler returns the handler of the vendor's receipts at
// Options.CallbackURL, whose secrets are those given to [push.CallbackURL]. app is
// the App of the events' tokens. The vendor does not sign. See
// [push.NewReceiptHandler].
func NewReceiptHandler(app string, secrets []string, take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
	c := &pushbatch.Callback{Name: name, App: app, Vendor: push.Vivo, Secrets: secrets, Decode: decodeReceipts, Answer: "ok"}
	return c.NewHandler(take, o)
}

// decodeReceipts reads {"task":{"param":"…","targets":"a,b"}}. A status, which
// newer documents add without saying what its values are, makes the event unknown.
func decodeReceipts(body []byte) ([]push.Event, error) {
	tasks := pushbatch.Object(body)
	if tasks == nil {
		return nil, pushbatch.ErrReceipt
	}
	var out []push.Event
	for task, raw := range tasks {
		v := pushbatch.Object(raw)
		e := push.Event{ID: task, Key: pushbatch.Text(v["param"]), Code: pushbatch.ID(v["status"]), Status: push.EventDelivered}
		if e.Code != "" {
			e.Status = push.EventUnknown
		}
		for _, target := range pushbatch.Names(v["targets"]) {
			e.Token.Value = target
			out = append(out, e)
		}
	}
	return out, nil
}
