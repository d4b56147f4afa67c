package pushbatch

import (
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/waybill-go/waybill/push"
)

// Callback reads receipts of a vendor that does not sign them: the secret of the
// URL says whose they are. It implements [push.ReceiptReader].
type Callback struct {
	// Name is the adapter's, Vendor and App are those of the events' tokens.
	Name, App string
	Vendor    push.Vendor
	// Secrets are those that the URL may have.
	Secrets []string
	// Decode reads a body. It fills in Token.Value, ID, Key, Status, Code and
	// Time.
	Decode func(body []byte) ([]push.Event, error)
	// Answer is what the vendor wants to hear.
	Answer string
	// Token, when set, reads a secret that the vendor sends in the body, which
	// proves as much as that of the URL.
	Token func(body []byte) string
}

// ErrReceipt is a body that is not the vendor's.
var ErrReceipt = errors.New("the body is not a receipt")

// NewHandler makes the handler. The error is InvalidArgument when a secret is
// missing or shorter than 16 bytes.
func (c *Callback) NewHandler(take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
	if len(c.Secrets) == 0 {
		return nil, Invalid(c.Name, "there is no secret of the callback")
	}
	for _, s := range c.Secrets {
		if len(s) < 16 {
			return nil, Invalid(c.Name, "a secret of the callback is shorter than 16 bytes")
		}
	}
	return push.NewReceiptHandler(c, take, o)
}

// VerifyReceipt implements [push.ReceiptReader].
func (c *Callback) VerifyReceipt(r *http.Request, body []byte) (push.Signature, error) {
	ok := push.CheckCallback(r, c.Secrets...)
	if !ok && c.Token != nil {
		got := []byte(c.Token(Body(body)))
		for _, s := range c.Secrets {
			ok = subtle.ConstantTimeCompare(got, []byte(s)) == 1 || ok
		}
	}
	if !ok {
		return push.Signature{}, errors.New("the request has no valid secret")
	}
	return push.Signature{}, nil
}

// DecodeReceipts implements [push.ReceiptReader].
func (c *Callback) DecodeReceipts(_ *http.Request, body []byte) ([]push.Event, error) {
	events, err := c.Decode(Body(body))
	for i := range events {
		events[i].Provider = c.Name
		events[i].Token.Vendor, events[i].Token.App = c.Vendor, c.App
	}
	return events, err
}

// AcknowledgeReceipts implements [push.ReceiptReader].
func (c *Callback) AcknowledgeReceipts(w http.ResponseWriter) {
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, c.Answer)
}

// Field returns a field of a body that is a form, without what may stand before
// JSON. What is no form, or does not have it, gives nothing.
func Field(body []byte, name string) []byte {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	return Body([]byte(form.Get(name)))
}
