package xiaomipush

import (
	"maps"
	"net/http"
	"slices"

	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// statuses are the vendor's types of receipts. Type 16 is a target that is not
// valid: uninstalled, offline for too long (90 days, 30 by a newer page), or of
// another site.
var statuses = map[string]push.EventStatus{
	"1": push.EventDelivered, "2": push.EventClicked, "16": push.EventDead,
	"32": push.EventFailed, "64": push.EventFailed, "128": push.EventFailed,
}

// NewReceiptHandler returns the handler of the vendor's receipts at
// Options.CallbackURL, whose secrets are those given to [push.CallbackURL]: the
// present one and, while the URL changes, the one before. app is the App of the
// events' tokens. The vendor does not sign. See [push.NewReceiptHandler].
func NewReceiptHandler(app string, secrets []string, take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
	c := &pushbatch.Callback{Name: name, App: app, Vendor: push.Xiaomi, Secrets: secrets, Decode: decodeReceipts, Answer: "ok"}
	return c.NewHandler(take, o)
}

// decodeReceipts reads the form's data:
// {"message":{"param":"…","type":1,"targets":"a,b","timestamp":1}}.
func decodeReceipts(body []byte) ([]push.Event, error) {
	messages := pushbatch.Object(pushbatch.Field(body, "data"))
	if messages == nil {
		return nil, pushbatch.ErrReceipt
	}
	var out []push.Event
	for _, id := range slices.Sorted(maps.Keys(messages)) {
		v := pushbatch.Object(messages[id])
		code := pushbatch.ID(v["type"])
		e := push.Event{ID: id, Key: pushbatch.Text(v["param"]), Status: statuses[code], Code: code, Time: pushbatch.Millis(v["timestamp"])}
		for _, target := range pushbatch.Names(v["targets"]) {
			e.Token.Value = target
			out = append(out, e)
		}
	}
	return out, nil
}
