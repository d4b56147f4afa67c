package meizupush

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// statuses are the vendor's types of receipts.
var statuses = map[string]push.EventStatus{"1": push.EventDelivered, "2": push.EventClicked}

// NewReceiptHandler returns the handler of the vendor's receipts at
// Options.CallbackURL. secrets are those given to [push.CallbackURL]: the present
// one and, while the URL changes, the one before; the access_token that the vendor
// sends may be among them, and then the URL needs none. app is the App of the
// events' tokens. The vendor does not sign, says no time, and sends no receipt
// twice. See [push.NewReceiptHandler].
func NewReceiptHandler(app string, secrets []string, take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
	c := &pushbatch.Callback{Name: name, App: app, Vendor: push.Meizu, Secrets: secrets, Decode: decodeReceipts, Answer: "ok",
		Token: func(body []byte) string { return string(pushbatch.Field(body, "access_token")) }}
	return c.NewHandler(take, o)
}

// decodeReceipts reads the form's cb:
// {"message-type":{"param":"…","type":1,"targets":["a","b"]}}.
func decodeReceipts(body []byte) ([]push.Event, error) {
	messages := pushbatch.Object(pushbatch.Field(body, "cb"))
	if messages == nil {
		return nil, pushbatch.ErrReceipt
	}
	var out []push.Event
	for _, k := range slices.Sorted(maps.Keys(messages)) {
		v := pushbatch.Object(messages[k])
		id, suffix := k, ""
		if at := strings.LastIndexByte(k, '-'); at >= 0 {
			id, suffix = k[:at], k[at+1:]
		}
		code := pushbatch.ID(v["type"])
		if code == "" {
			code = suffix
		}
		e := push.Event{ID: id, Key: pushbatch.Text(v["param"]), Status: statuses[code], Code: code}
		for _, target := range pushbatch.Names(v["targets"]) {
			e.Token.Value = target
			out = append(out, e)
		}
	}
	return out, nil
}
