package huaweipush

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// CallbackHeader is the header by which Huawei signs its receipts.
const CallbackHeader = "X-HUAWEI-CALLBACK-ID"

// statuses are the receipts' statuses. 120 is kept for later and says nothing
// yet.
var statuses = map[string]push.EventStatus{
	"0": push.EventDelivered, "2": push.EventDead, "5": push.EventDead, "6": push.EventFailed, "10": push.EventFailed, "14": push.EventFailed,
	"15": push.EventFailed, "22": push.EventFailed, "27": push.EventFailed, "31": push.EventFailed, "51": push.EventFailed,
	"102": push.EventFailed, "144": push.EventFailed, "201": push.EventFailed,
}

// receipts reads Huawei's receipts.
type receipts struct{ user, key, app string }

// NewReceiptHandler returns a handler of receipts, signed with the callback's
// user and key as they stand in AppGallery Connect
// (https://developer.huawei.com/consumer/en/doc/HMSCore-Guides/msg-receipt-guide-0000001050040176).
// The signature covers time and nonce but not the body: serve it over https. An
// Event's App is app, and its Key the notification's where it was carried.
func NewReceiptHandler(user, key, app string, take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
	if user == "" || key == "" {
		return nil, pushbatch.Invalid(name, "the callback's user or key is missing")
	}
	return push.NewReceiptHandler(&receipts{user, key, app}, take, o)
}

// VerifyReceipt implements [push.ReceiptReader].
func (c *receipts) VerifyReceipt(r *http.Request, _ []byte) (push.Signature, error) {
	fields := map[string]string{}
	for part := range strings.SplitSeq(r.Header.Get(CallbackHeader), ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[k] = v
	}
	ms, err := strconv.ParseInt(fields["timestamp"], 10, 64)
	if err != nil || fields["nonce"] == "" {
		return push.Signature{}, errors.New("the signature's header is missing or malformed")
	}
	mac := hmac.New(sha256.New, []byte(c.key))
	mac.Write([]byte(fields["timestamp"] + fields["nonce"] + c.user))
	got, err := base64.StdEncoding.DecodeString(fields["value"])
	if err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return push.Signature{}, errors.New("the signature is wrong")
	}
	return push.Signature{Nonce: fields["nonce"], Time: time.UnixMilli(ms)}, nil
}

// DecodeReceipts implements [push.ReceiptReader].
func (c *receipts) DecodeReceipts(_ *http.Request, body []byte) ([]push.Event, error) {
	lines := pushbatch.List(pushbatch.Body(body))
	if m := pushbatch.Object(pushbatch.Body(body)); m["statuses"] != nil {
		lines = pushbatch.List(m["statuses"])
	}
	var events []push.Event
	for _, line := range lines {
		v := pushbatch.Object(line)
		token := pushbatch.ID(v["token"])
		if token == "" {
			return nil, pushbatch.ErrReceipt
		}
		status, at := v["status"], v["timestamp"]
		if d := pushbatch.Object(v["deliveryStatus"]); d != nil { // the newer form
			status, at = d["result"], d["timestamp"]
		}
		code := pushbatch.ID(status)
		events = append(events, push.Event{
			Provider: name, Token: push.Token{Vendor: push.Huawei, App: c.app, Value: token}, ID: pushbatch.ID(v["requestId"]), Key: pushbatch.Text(v["biTag"]),
			Status: statuses[code], Code: code, Time: pushbatch.Millis(at),
		})
	}
	if len(events) == 0 {
		return nil, pushbatch.ErrReceipt
	}
	return events, nil
}

// AcknowledgeReceipts implements [push.ReceiptReader].
func (c *receipts) AcknowledgeReceipts(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"code":"0","message":"success"}`)
}
