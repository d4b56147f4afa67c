package push

import "github.com/waybill-go/waybill"

// Send is the verb of this domain.
const Send waybill.Verb = "send"

// Kind says what a notification is about. It decides each vendor's class and
// channel.
type Kind uint8

// The kinds. The numbers are frozen; the zero value is invalid on purpose, so
// that nothing is marketing, or an order, by oversight.
const (
	KindUnset     Kind = 0
	KindOrder     Kind = 1
	KindStatus    Kind = 2
	KindCoupon    Kind = 3
	KindMarketing Kind = 4
)

var kindNames = [...]string{"unset", "order", "status", "coupon", "marketing"}

// String returns the kind's frozen name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Display says who shows the notification.
type Display uint8

// The displays.
const (
	// Alert is drawn by the system.
	Alert Display = 0
	// DataOnly is handed to the app without being shown.
	DataOnly Display = 1
)

// Priority says how urgent the delivery is.
type Priority uint8

// The priorities. The zero value is High for kind order and Normal otherwise.
const (
	PriorityDefault Priority = 0
	Normal          Priority = 1
	High            Priority = 2
)
