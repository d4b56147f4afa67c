package honorpush

import (
	"net/http"

	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// statuses are the receipts' statuses. The vendor's page was not at hand: the
// service began as a copy of Huawei's, so what means the same there is read the
// same here. None of them makes a token dead, for that could not be confirmed;
// the vendor lists expired tokens in the reply to a send, too.
var statuses = map[string]push.EventStatus{
	"0": push.EventDelivered, "2": push.EventFailed, "5": push.EventFailed, "6": push.EventFailed, "10": push.EventFailed, "15": push.EventFailed,
	"27": push.EventFailed, "31": push.EventFailed, "102": push.EventFailed,
}

// NewReceiptHandler returns the handler of the vendor's receipts at the URL that
// is entered in its console, whose secrets are those given to [push.CallbackURL]:
// the present one and, while the URL changes, the one before. app is the App of
// the events' tokens. The vendor does not sign. See [push.NewReceiptHandler].
func NewReceiptHandler(app string, secrets []string, take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
	c := &pushbatch.Callback{Name: name, App: app, Vendor: push.Honor, Secrets: secrets, Decode: decodeReceipts, Answer: `{"code":"0","message":"success"}`}
	return c.NewHandler(take, o)
}

// decodeReceipts reads {"statuses":[{"token":"…","biTag":"…","status":0,…}]}, or
// the list alone.
func decodeReceipts(body []byte) ([]push.Event, error) {
	lines := pushbatch.List(body)
	if m := pushbatch.Object(body); m["statuses"] != nil {
		lines = pushbatch.List(m["statuses"])
	}
	var out []push.Event
	for _, line := range lines {
		v := pushbatch.Object(line)
		code := pushbatch.ID(v["status"])
		e := push.Event{ID: pushbatch.ID(v["requestId"]), Key: pushbatch.Text(v["biTag"]), Status: statuses[code], Code: code, Time: pushbatch.Millis(v["timestamp"])}
		if e.Token.Value = pushbatch.ID(v["token"]); e.Token.Value == "" {
			return nil, pushbatch.ErrReceipt
		}
		out = append(out, e)
	}
	if out == nil {
		return nil, pushbatch.ErrReceipt
	}
	return out, nil
}
