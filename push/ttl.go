package push

import (
	"time"

	"github.com/waybill-go/waybill"
)

// TTLRange is what a vendor takes as a time to live: whole units from Min to
// Max.
type TTLRange struct {
	// Unit is the vendor's unit: time.Second, Millisecond, Minute or Hour.
	Unit time.Duration
	// Min is the shortest, at least one Unit; Max the longest, 0 for no bound.
	Min, Max time.Duration
}

// FitTTL returns the notification's life in the vendor's range, as a duration
// and as the count of units that the vendor is told.
//
// It is rounded down to whole units and lowered to Max. What is below Min is
// raised to Min: up to twice the asked life that is done and reported, above that
// it is Unsupported unless AllowLongerTTL is set. adjusted is nil when the vendor
// gets exactly what was asked. The absolute expiry of the payload is that of the
// asked life in any case, so that the app can drop what came late; see
// [Notification.Expires].
func (n *Notification) FitTTL(r TTLRange) (life time.Duration, units int64, adjusted []Adjustment, err *waybill.Error) {
	asked := n.Life()
	unit := max(r.Unit, 1)
	shortest := max(r.Min, unit)
	life = asked
	if r.Max > 0 {
		life = min(life, r.Max)
	}
	if life = life.Truncate(unit); life < shortest {
		life = shortest
	}
	if life > 2*asked && !n.AllowLongerTTL {
		return 0, 0, nil, waybill.NotSupported(string(Send), "the vendor's shortest time to live is more than twice the one asked for").With("", "", n.Key)
	}
	if life != asked {
		adjusted = []Adjustment{{Field: "ttl", Asked: asked.String(), Sent: life.String()}}
	}
	return life, int64(life / unit), adjusted, nil
}

// Expires returns when the notification is no longer worth showing, if it is
// sent at now. It is what the data carry under [Expiry].
func (n *Notification) Expires(now time.Time) time.Time {
	return now.Add(n.Life().Truncate(time.Second)).Truncate(time.Second)
}
