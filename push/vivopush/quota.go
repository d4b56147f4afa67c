package vivopush

import (
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
)

// classOperation is the classification of operation messages.
const classOperation = 0

// campaigns remembers until when operation messages have no quota. It is safe for
// concurrent use.
type campaigns struct {
	mu    sync.Mutex
	until time.Time
}

// learn takes note of an error that says so.
func (q *campaigns) learn(e *waybill.Error) {
	if e == nil || e.VendorCode != codeOperation {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.until = pushbatch.Midnight(time.Now())
}

// over is the error of an operation message without quota, or nil. Nothing was sent.
func (q *campaigns) over(m message, now time.Time) *waybill.Error {
	q.mu.Lock()
	defer q.mu.Unlock()
	wait := q.until.Sub(now)
	if m.Classification != classOperation || wait <= 0 {
		return nil
	}
	return &waybill.Error{Code: waybill.QuotaExhausted, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, RetryAfter: wait, VendorCode: codeOperation,
		Message: "the day's quota of operation messages was used up before"}
}
