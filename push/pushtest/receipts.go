package pushtest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
)

// ReceiptsCase is a request of receipts as the vendor sends it, and what the
// adapter's handler must make of it.
type ReceiptsCase struct {
	// Handler makes the handler of an adapter.
	Handler func(take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error)
	// Request makes the request, signed now. Each call makes it anew, with
	// another nonce where there is one.
	Request func() *http.Request
	// Spoil makes the request's signature or secret wrong.
	Spoil func(*http.Request)
	// Want are its events. Provider is not compared, and Time only if it is set.
	Want []push.Event
}

// receipts tries the handler.
func (h *Harness) receipts(sub suitetest.Sub) {
	c := h.Receipts
	sub("taken", func(t tester) {
		var got []push.Event
		handler := c.handler(t, func(_ context.Context, e []push.Event) error { got = append(got, e...); return nil })
		if status := c.post(handler, c.Request()); status != http.StatusOK {
			t.Fatalf("a good receipt was answered with %d", status)
		}
		c.compare(t, got)
		if status := c.post(handler, c.Request()); status != http.StatusOK || len(got) != len(c.Want) {
			t.Errorf("the same receipt again was answered with %d, and %d events were handed over", status, len(got))
		}
	})
	sub("not_acknowledged", func(t tester) {
		fail, calls := true, 0
		handler := c.handler(t, func(context.Context, []push.Event) error {
			calls++
			if fail {
				return errors.New("the database is down")
			}
			return nil
		})
		if status := c.post(handler, c.Request()); status < 500 {
			t.Errorf("a receipt that could not be taken was answered with %d", status)
		}
		fail = false
		if status := c.post(handler, c.Request()); status != http.StatusOK || calls != 2 {
			t.Errorf("sent again: status %d, %d calls", status, calls)
		}
	})
	sub("forged", func(t tester) {
		handler := c.handler(t, func(context.Context, []push.Event) error { t.Error("a forged receipt was handed over"); return nil })
		for name, r := range map[string]*http.Request{"spoiled": c.spoiled(), "bare": c.bare()} {
			if status := c.post(handler, r); status != http.StatusUnauthorized {
				t.Errorf("%s: answered with %d, want 401", name, status)
			}
		}
		r := c.Request()
		r.Method = http.MethodGet
		if status := c.post(handler, r); status != http.StatusMethodNotAllowed {
			t.Errorf("GET: answered with %d", status)
		}
	})
	sub("odd_bodies", func(t tester) {
		handler := c.handler(t, func(context.Context, []push.Event) error { return nil })
		for _, body := range []string{"", "null", "[]", "{}", "<html>", "{\"", "\xff", "data=%7B", "7", "[null]", "[[]]", "cb="} {
			r := c.Request()
			replaceBody(r, []byte(body))
			if status := c.post(handler, r); status >= 500 {
				t.Errorf("a body of %q was answered with %d", body, status)
			}
		}
	})
	sub("too_large", func(t tester) {
		handler := c.handler(t, func(context.Context, []push.Event) error { t.Error("handed over"); return nil })
		r := c.Request()
		replaceBody(r, bytes.Repeat([]byte(" "), 2<<20))
		if status := c.post(handler, r); status != http.StatusRequestEntityTooLarge {
			t.Errorf("a body of 2 MiB was answered with %d", status)
		}
	})
}

func (c *ReceiptsCase) handler(t tester, take push.ReceiptFunc) http.Handler {
	t.Helper()
	h, err := c.Handler(take, nil)
	if err != nil {
		t.Fatalf("the handler: %v", err)
	}
	return h
}

func (c *ReceiptsCase) post(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func (c *ReceiptsCase) spoiled() *http.Request {
	r := c.Request()
	c.Spoil(r)
	return r
}

// bare is the request without any proof of whose it is.
func (c *ReceiptsCase) bare() *http.Request {
	r := c.Request()
	r.Header = http.Header{"Content-Type": r.Header["Content-Type"]}
	r.URL.RawQuery = ""
	return r
}

func replaceBody(r *http.Request, body []byte) {
	fresh := httptest.NewRequest(r.Method, r.URL.String(), bytes.NewReader(body))
	r.Body, r.ContentLength = fresh.Body, fresh.ContentLength
}

// compare compares events without regard to their order.
func (c *ReceiptsCase) compare(t tester, got []push.Event) {
	t.Helper()
	if len(got) != len(c.Want) {
		t.Errorf("%d events, want %d", len(got), len(c.Want))
	}
	for _, want := range c.Want {
		found := slices.ContainsFunc(got, func(e push.Event) bool {
			if e.Provider == "" {
				return false
			}
			e.Provider = want.Provider
			if want.Time.IsZero() {
				e.Time = time.Time{}
			}
			return e == want || want.Time.Equal(e.Time) && equalBut(e, want)
		})
		if !found {
			t.Errorf("no event %s %q of %v is as expected, or it names no provider", want.Status, want.Code, want.Token)
		}
	}
}

// equalBut compares events but for the zone of their times.
func equalBut(a, b push.Event) bool {
	a.Time = b.Time
	return a == b
}
