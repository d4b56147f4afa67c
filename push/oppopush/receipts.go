package oppopush

import (
	"net/http"
	"strings"

	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// NewReceiptHandler returns the handler of the vendor's receipts at
// Options.CallbackURL, whose secrets are those given to [push.CallbackURL]: the
// present one and, while the URL changes, the one before. app is the App of the
// events' tokens. The vendor does not sign. See [push.NewReceiptHandler].
func NewReceiptHandler(app string, secrets []string, take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
	c := &pushbatch.Callback{Name: name, App: app, Vendor: push.OPPO, Secrets: secrets, Decode: decodeReceipts, Answer: "ok"}
	return c.NewHandler(take, o)
}

// decodeReceipts reads a list of events, each about tokens that are joined by
// commas.
func decodeReceipts(body []byte) ([]push.Event, error) {
	list := pushbatch.List(body)
	if list == nil {
		return nil, pushbatch.ErrReceipt
	}
	var out []push.Event
	for _, raw := range list {
		v := pushbatch.Object(raw)
		code := pushbatch.ID(v["eventType"])
		e := push.Event{
			ID: pushbatch.ID(v["messageId"]), Key: pushbatch.Text(v["param"]), Code: code, Status: statusOf(code), Time: pushbatch.Millis(v["eventTime"]),
		}
		for _, token := range pushbatch.Names(v["registrationIds"]) {
			e.Token.Value = token
			out = append(out, e)
		}
	}
	return out, nil
}

// statusOf reads the vendor's word. It documents push_arrive, regid_invalid (30 days
// offline, or uninstalled) and user_daily_limit; others are told by what they
// contain.
func statusOf(word string) push.EventStatus {
	has := func(part string) bool { return strings.Contains(word, part) }
	switch {
	case has("arrive"):
		return push.EventDelivered
	case has("regid_invalid"):
		return push.EventDead
	case has("click"):
		return push.EventClicked
	case has("limit"), has("curfew"), has("closed"), has("disable"):
		return push.EventFailed
	}
	return push.EventUnknown
}
