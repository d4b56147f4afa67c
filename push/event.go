package push

import "time"

// EventStatus is what a vendor says became of a notification that it had
// accepted. The numbers and names are frozen.
type EventStatus uint8

// The statuses. The zero value is what no table knows.
const (
	EventUnknown   EventStatus = 0
	EventDelivered EventStatus = 1
	EventDisplayed EventStatus = 2
	EventClicked   EventStatus = 3
	// EventFailed is for good, for this notification: not shown, dropped,
	// collapsed, over a limit.
	EventFailed EventStatus = 4
	// EventDead says that the token is gone for good.
	EventDead EventStatus = 5
)

var eventNames = [...]string{"unknown", "delivered", "displayed", "clicked", "failed", "dead"}

// String returns the status's frozen name.
func (s EventStatus) String() string {
	if int(s) < len(eventNames) {
		return eventNames[s]
	}
	return "invalid"
}

// Event is one line of a vendor's receipts, about one notification on one
// device.
type Event struct {
	// Provider is the adapter's name.
	Provider string
	// Token is whose device it is, as far as the vendor says: Vendor always, App
	// and Value mostly. It prints itself masked.
	Token Token
	// ID is the vendor's id of the notification, that of [Result].ID; Key the
	// caller's own, where the vendor carries one back.
	ID, Key string
	// Status is what happened, Code the vendor's word for it.
	Status EventStatus
	Code   string
	// Time is when it happened, by the vendor's clock; zero if it did not say.
	Time time.Time
}

// Identity is the same for an event that is told twice, and empty for one that
// cannot be told from others because it has neither id nor key.
func (e Event) Identity() string {
	if e.ID == "" && e.Key == "" {
		return ""
	}
	at := ""
	if !e.Time.IsZero() {
		at = e.Time.UTC().Format(time.RFC3339Nano)
	}
	return Derive("event", e.Provider, string(e.Token.Vendor), e.Token.App, e.Token.Value, e.ID, e.Key, e.Status.String(), e.Code, at).Hex(32)
}
