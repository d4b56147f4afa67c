package vivopush

import (
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
)

// quotas remembers until when a class of messages has no quota. It is safe for
// concurrent use.
type quotas struct {
	mu    sync.Mutex
	until map[string]time.Time // by the result that says so
}

func quotaOf(system bool) string {
	if system {
		return codeSystem
	}
	return codeOperation
}

// learn takes note of a result that says that a quota is used up.
func (q *quotas) learn(e *waybill.Error) {
	if e == nil || e.VendorCode != codeSystem && e.VendorCode != codeOperation {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.until == nil {
		q.until = map[string]time.Time{}
	}
	q.until[e.VendorCode] = pushbatch.Midnight(time.Now())
}

// full is the error of a class whose quota is used up, or nil. Nothing was sent.
func (q *quotas) full(system bool, now time.Time) *waybill.Error {
	code := quotaOf(system)
	q.mu.Lock()
	wait := q.until[code].Sub(now)
	q.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	return &waybill.Error{Code: waybill.QuotaExhausted, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, RetryAfter: wait, VendorCode: code,
		Message: "the day's quota of this class of messages was used up before"}
}
