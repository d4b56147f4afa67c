package push

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// ReceiptReader is what an adapter knows of its vendor's receipts; with
// [NewReceiptHandler] it becomes an http.Handler. It must be safe for concurrent
// use.
type ReceiptReader interface {
	// VerifyReceipt says whether the request is the vendor's, by its signature
	// or by a secret of the callback's URL. Nothing of the body is believed
	// before. An error is answered with 401; its text is not shown.
	VerifyReceipt(r *http.Request, body []byte) (Signature, error)
	// DecodeReceipts returns the events of a request that VerifyReceipt passed.
	// An error is answered with 400. A line whose words are new is an event of
	// status [EventUnknown], not an error.
	DecodeReceipts(r *http.Request, body []byte) ([]Event, error)
	// AcknowledgeReceipts answers in the vendor's shape that everything was
	// taken.
	AcknowledgeReceipts(w http.ResponseWriter)
}

// Signature is what a verified request says of itself, where its vendor signs.
type Signature struct {
	// Nonce is the vendor's one-time value of the request, empty if it has none.
	// The same nonce with another body is refused.
	Nonce string
	// Time is when it was signed, zero if the vendor does not say. It is refused
	// outside of ReceiptOptions.MaxAge.
	Time time.Time
}

// ReceiptOptions are the settings of a receipt handler. nil means all defaults.
type ReceiptOptions struct {
	// MaxBody bounds a request's body in bytes. Default 1 MiB.
	MaxBody int64
	// MaxAge is how far a signed time may lie in the past or the future.
	// Default 10 minutes.
	MaxAge time.Duration
	// Remember is how many events, and how many requests, are remembered in
	// memory so that one told twice is handed over once. Default 65,536, which
	// is about 6 MB. Events told again later, or to another process, are handed
	// over again: the callback should be idempotent by [Event.Identity].
	Remember int
	// OnError, when set, is told why a request was not acknowledged: refused,
	// unreadable, or failed in the callback. Refusals are *waybill.Error.
	OnError func(error)
	// Now replaces time.Now.
	Now func() time.Time
}

// ReceiptFunc takes events. The vendor is told that they were taken only after
// it has returned nil; after an error the vendor sends them again, if it does that
// at all.
type ReceiptFunc func(ctx context.Context, events []Event) error

// receiptHandler is the handler of one vendor's receipts.
type receiptHandler struct {
	reader ReceiptReader
	take   ReceiptFunc
	o      ReceiptOptions
	events *seen
	nonces *seen
}

// NewReceiptHandler returns a handler of a vendor's receipts. It takes POST
// requests with a bounded body, verifies before it reads, hands the events that
// are new to take, and acknowledges after take has returned nil.
//
//	what                                        status   callback
//	------------------------------------------  -------  --------
//	not POST                                    405      no
//	body too large                              413      no
//	not the vendor's, or signed too long ago    401      no
//	a known nonce with another body             401      no
//	a body that cannot be read                  400      no
//	a request or all its events seen before     as 200   no
//	an event that is just being handed over     503      no
//	the callback failed                         500      yes
//	else                                        as 200   yes
//
// A request that was acknowledged and comes again, such as when the vendor missed
// the answer, is acknowledged again and not handed over again. A nil reader or
// callback is InvalidArgument.
func NewReceiptHandler(reader ReceiptReader, take ReceiptFunc, o *ReceiptOptions) (http.Handler, error) {
	if reader == nil || take == nil {
		return nil, waybill.Invalid("receipts", "reader or callback is nil").With("push", "", "")
	}
	h := &receiptHandler{reader: reader, take: take}
	if o != nil {
		h.o = *o
	}
	if h.o.MaxBody < 0 || h.o.MaxAge < 0 || h.o.Remember < 0 {
		return nil, waybill.Invalid("receipts", "a limit is negative").With("push", "", "")
	}
	if h.o.MaxBody == 0 {
		h.o.MaxBody = 1 << 20
	}
	if h.o.MaxAge == 0 {
		h.o.MaxAge = 10 * time.Minute
	}
	if h.o.Remember == 0 {
		h.o.Remember = 1 << 16
	}
	if h.o.Now == nil {
		h.o.Now = time.Now
	}
	h.events, h.nonces = newSeen(h.o.Remember), newSeen(h.o.Remember)
	return h, nil
}

// ServeHTTP implements http.Handler.
func (h *receiptHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		h.refuse(w, http.StatusMethodNotAllowed, "the method is not POST", nil)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.o.MaxBody))
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		h.refuse(w, status, "the body could not be read or is too large", nil)
		return
	}
	sig, err := h.reader.VerifyReceipt(r, body)
	if err != nil {
		h.refuse(w, http.StatusUnauthorized, "the request is not the vendor's", err)
		return
	}
	if age := h.o.Now().Sub(sig.Time).Abs(); !sig.Time.IsZero() && age > h.o.MaxAge {
		h.refuse(w, http.StatusUnauthorized, "the request was signed too long ago or in the future", nil)
		return
	}
	h.verified(w, r, body, sig)
}

// verified goes on with a request that is the vendor's.
func (h *receiptHandler) verified(w http.ResponseWriter, r *http.Request, body []byte, sig Signature) {
	taken := false
	if sig.Nonce != "" {
		switch h.nonces.claim(sig.Nonce, string(body)) {
		case forged:
			h.refuse(w, http.StatusUnauthorized, "a nonce was used again for another body", nil)
			return
		case busy:
			h.busy(w)
			return
		case done:
			h.reader.AcknowledgeReceipts(w)
			return
		}
		defer func() { h.nonces.release(sig.Nonce, taken) }()
	}
	events, err := h.reader.DecodeReceipts(r, body)
	if err != nil {
		h.refuse(w, http.StatusBadRequest, "the body is not what the vendor sends", err)
		return
	}
	fresh, marks, underWay := h.events.begin(events)
	if underWay {
		h.busy(w)
		return
	}
	defer func() { h.events.end(marks, taken) }() // also when the callback panics
	if len(fresh) > 0 {
		if err := h.take(r.Context(), fresh); err != nil {
			h.refuse(w, http.StatusInternalServerError, "the callback failed", err)
			return
		}
	}
	taken = true
	h.reader.AcknowledgeReceipts(w)
}

// busy asks the vendor to come again.
func (h *receiptHandler) busy(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	h.refuse(w, http.StatusServiceUnavailable, "an event is just being handed over", nil)
}

// refuse answers with a status and its standard text only.
func (h *receiptHandler) refuse(w http.ResponseWriter, status int, why string, cause error) {
	http.Error(w, http.StatusText(status), status)
	if h.o.OnError == nil {
		return
	}
	if cause != nil && status == http.StatusInternalServerError {
		h.o.OnError(cause) // the caller's own
		return
	}
	code := waybill.InvalidArgument
	switch status {
	case http.StatusUnauthorized:
		code = waybill.Unauthenticated
	case http.StatusRequestEntityTooLarge:
		code = waybill.TooLarge
	case http.StatusServiceUnavailable:
		code = waybill.Unavailable
	}
	h.o.OnError(&waybill.Error{Code: code, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: "push", Op: "receipts", Message: why})
}

// CallbackParam is the query parameter of a callback's URL that holds its
// secret.
const CallbackParam = "waybill_secret"

// CallbackURL returns the URL of a receipt handler with a secret in its query,
// for vendors that call it without a signature. The secret is at least 16 bytes
// of the caller's own making; base is an absolute https URL, or http for tests.
func CallbackURL(base, secret string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Fragment != "" {
		return "", waybill.Invalid("receipts", "the callback's base is not an absolute http or https URL").With("push", "", "")
	}
	if len(secret) < 16 {
		return "", waybill.Invalid("receipts", "the callback's secret is shorter than 16 bytes").With("push", "", "")
	}
	q := u.Query()
	q.Set(CallbackParam, secret)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// CheckCallback reports whether a request came to the URL that [CallbackURL]
// made with one of the secrets, in time that does not depend on them. An empty
// secret matches nothing.
func CheckCallback(r *http.Request, secrets ...string) bool {
	got := r.URL.Query().Get(CallbackParam)
	ok := 0
	for _, s := range secrets {
		if s != "" {
			ok |= subtle.ConstantTimeCompare([]byte(got), []byte(s))
		}
	}
	return ok == 1 && !strings.ContainsRune(got, 0)
}
