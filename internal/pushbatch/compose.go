package pushbatch

import (
	"maps"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// Draft is a notification while it is mapped.
type Draft struct {
	// N is the notification, Adjusted what could not be kept of it.
	N        *push.Notification
	Adjusted []push.Adjustment
	// Title and Body are the texts that the vendor is given; Data what the app
	// gets.
	Title, Body string
	Data        map[string]string
}

// NewDraft begins a mapping for a vendor that has no texts by key and refuses an
// empty title or body: one text alone then stands in both places.
func NewDraft(n *push.Notification, now time.Time) (*Draft, *waybill.Error) {
	d := &Draft{N: n, Title: n.Title, Body: n.Body, Data: maps.Clone(n.Data)}
	if d.Data == nil {
		d.Data = map[string]string{}
	}
	d.Data[push.Expiry] = strconv.FormatInt(n.Expires(now).Unix(), 10)
	if n.Display == push.DataOnly {
		return d, nil
	}
	switch {
	case d.Title == "" && d.Body == "":
		return nil, Unsupported("the vendor has no texts by key, and there is no other")
	case n.TitleKey != "" && d.Title == "", n.BodyKey != "" && d.Body == "":
		return nil, Unsupported("the vendor has no texts by key, and title or body has no other")
	case d.Title == "":
		d.Title = d.Body
		d.Adjusted = append(d.Adjusted, push.Adjustment{Field: "title", Sent: "the body"})
	case d.Body == "":
		d.Body = d.Title
		d.Adjusted = append(d.Adjusted, push.Adjustment{Field: "body", Sent: "the title"})
	}
	return d, nil
}

// Limit refuses texts of more characters than the vendor takes.
func (d *Draft) Limit(title, body int) *waybill.Error {
	if n := utf8.RuneCountInString(d.Title); n > title {
		return Unsupported("the title has " + strconv.Itoa(n) + " characters, the vendor takes " + strconv.Itoa(title))
	}
	if n := utf8.RuneCountInString(d.Body); n > body {
		return Unsupported("the body has " + strconv.Itoa(n) + " characters, the vendor takes " + strconv.Itoa(body))
	}
	return nil
}

// TTL is the life in the vendor's units.
func (d *Draft) TTL(r push.TTLRange) (units int64, e *waybill.Error) {
	_, units, adjusted, e := d.N.FitTTL(r)
	d.Adjusted = append(d.Adjusted, adjusted...)
	return units, e
}

// Drop says that a decoration was left out.
func (d *Draft) Drop(field, asked string) {
	d.Adjusted = append(d.Adjusted, push.Adjustment{Field: field, Asked: asked})
}

// DropDecorations leaves out image, badge and a named sound, and a priority that
// the notification names: these vendors decide those by channel and class.
func (d *Draft) DropDecorations() {
	n := d.N
	if n.Image != "" {
		d.Drop("image", "")
	}
	if n.Badge != nil {
		d.Drop("badge", strconv.Itoa(*n.Badge))
	}
	if n.Sound != "" {
		d.Drop("sound", n.Sound)
	}
	d.DropPriority()
}

// DropPriority leaves out a priority that the notification names.
func (d *Draft) DropPriority() {
	switch d.N.Priority {
	case push.High:
		d.Drop("priority", "high")
	case push.Normal:
		d.Drop("priority", "normal")
	}
}

// KeepClick hands the link to the app because the vendor cannot open it.
func (d *Draft) KeepClick() {
	d.Data[push.Click] = d.N.Click
	d.Drop("click", "")
}

// Size is how many bytes a message has without its tokens. body encodes it for some.
func Size(body func(tokens []string) []byte) int {
	one := []string{""}
	return len(body(one)) - len(Marshal(one))
}
