package push_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// acme is a vendor whose receipts are a JSON array, with nonce and time in
// headers and a secret in the URL.
type acme struct{}

const acmeSecret = "acme-secret-of-16"

func (acme) VerifyReceipt(r *http.Request, _ []byte) (push.Signature, error) {
	if !push.CheckCallback(r, "", acmeSecret) {
		return push.Signature{}, errors.New("acme: forged")
	}
	s := push.Signature{Nonce: r.Header.Get("Nonce")}
	if at := r.Header.Get("At"); at != "" {
		s.Time, _ = time.Parse(time.RFC3339, at)
	}
	return s, nil
}

func (acme) DecodeReceipts(_ *http.Request, body []byte) ([]push.Event, error) {
	var ids []string
	if err := json.Unmarshal(body, &ids); err != nil {
		return nil, err
	}
	var out []push.Event
	for _, id := range ids {
		out = append(out, push.Event{Provider: "acmepush", ID: id, Token: push.Token{Vendor: "acme", Value: "token-of-" + id}, Status: push.EventDelivered})
	}
	return out, nil
}

func (acme) AcknowledgeReceipts(w http.ResponseWriter) { _, _ = io.WriteString(w, "taken") }

// sink keeps the ids that it was handed.
type sink struct {
	mu  sync.Mutex
	ids []string
	err error
}

func (s *sink) take(_ context.Context, events []push.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	for _, e := range events {
		s.ids = append(s.ids, e.ID)
	}
	return nil
}

func receipts(t *testing.T, take push.ReceiptFunc, o *push.ReceiptOptions) http.Handler {
	t.Helper()
	h, err := push.NewReceiptHandler(acme{}, take, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// receipt posts a body, with headers in pairs.
func receipt(h http.Handler, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/receipts?waybill_secret="+acmeSecret, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestReceiptsOnce(t *testing.T) {
	var s sink
	h := receipts(t, s.take, nil)
	for i, c := range []struct{ body, want string }{
		{`["a","b","a"]`, "a b"}, {`["b","c"]`, "a b c"}, {`["a"]`, "a b c"}, {`[]`, "a b c"}, {`["",""]`, "a b c  "},
	} {
		w := receipt(h, c.body)
		if got := strings.Join(s.ids, " "); w.Code != 200 || w.Body.String() != "taken" || got != c.want {
			t.Errorf("request %d: %d %q, handed over %q, want %q", i, w.Code, w.Body, got, c.want)
		}
	}
}

func TestReceiptsAreAcknowledgedLast(t *testing.T) {
	s := sink{err: errDown}
	var told error
	h := receipts(t, s.take, &push.ReceiptOptions{OnError: func(err error) { told = err }})
	if w := receipt(h, `["a"]`, "Nonce", "n"); w.Code != 500 || strings.Contains(w.Body.String(), "database") || !errors.Is(told, errDown) {
		t.Errorf("%d %s, told %v", w.Code, w.Body, told)
	}
	s.err = nil
	if w := receipt(h, `["a"]`, "Nonce", "n"); w.Code != 200 || len(s.ids) != 1 {
		t.Errorf("again: %d, %q", w.Code, s.ids)
	}
}

func TestReceiptsReplayed(t *testing.T) {
	var s sink
	now := day
	h := receipts(t, s.take, &push.ReceiptOptions{Now: func() time.Time { return now }})
	at := day.Format(time.RFC3339)
	for i, c := range []struct {
		body, nonce string
		later       time.Duration
		status      int
		handed      int
	}{
		{`["a"]`, "n1", 0, 200, 1}, {`["a"]`, "n1", time.Minute, 200, 1}, {`["b"]`, "n1", time.Minute, 401, 1}, {`["b"]`, "n2", time.Minute, 200, 2},
		{`["c"]`, "n3", 11 * time.Minute, 401, 2}, {`["c"]`, "n4", -11 * time.Minute, 401, 2}, {`["c"]`, "n5", -9 * time.Minute, 200, 3},
	} {
		now = day.Add(c.later)
		if w := receipt(h, c.body, "Nonce", c.nonce, "At", at); w.Code != c.status || len(s.ids) != c.handed {
			t.Errorf("request %d: %d, %d handed over; want %d, %d", i, w.Code, len(s.ids), c.status, c.handed)
		}
	}
}

func TestReceiptsRefused(t *testing.T) {
	var told []waybill.Code
	h := receipts(t, func(context.Context, []push.Event) error { t.Error("handed over"); return nil },
		&push.ReceiptOptions{MaxBody: 100, OnError: func(err error) { told = append(told, waybill.CodeOf(err)) }})
	for _, c := range []struct {
		method, url, body string
		status            int
		code              waybill.Code
	}{
		{"GET", "/?waybill_secret=" + acmeSecret, "", 405, waybill.InvalidArgument},
		{"POST", "/", `["a"]`, 401, waybill.Unauthenticated},
		{"POST", "/?waybill_secret=", `["a"]`, 401, waybill.Unauthenticated},
		{"POST", "/?waybill_secret=x", `["a"]`, 401, waybill.Unauthenticated},
		{"POST", "/?waybill_secret=" + acmeSecret, strings.Repeat(" ", 101), 413, waybill.TooLarge},
		{"POST", "/?waybill_secret=" + acmeSecret, `<html>`, 400, waybill.InvalidArgument},
	} {
		told = nil
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, c.url, strings.NewReader(c.body)))
		if w.Code != c.status || len(told) != 1 || told[0] != c.code || strings.Contains(w.Body.String(), "acme") {
			t.Errorf("%s %s: %d %v", c.method, c.url, w.Code, told)
		}
	}
	_, err1 := push.NewReceiptHandler(nil, func(context.Context, []push.Event) error { return nil }, nil)
	_, err2 := push.NewReceiptHandler(acme{}, nil, nil)
	_, err3 := push.NewReceiptHandler(acme{}, func(context.Context, []push.Event) error { return nil }, &push.ReceiptOptions{Remember: -1})
	for _, err := range []error{err1, err2, err3} {
		if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Error(err)
		}
	}
}

func TestReceiptsAtTheSameTime(t *testing.T) {
	inside, release := make(chan bool), make(chan bool)
	var once sync.Once
	h := receipts(t, func(context.Context, []push.Event) error {
		once.Do(func() { close(inside); <-release })
		return nil
	}, nil)
	done := make(chan int)
	go func() { done <- receipt(h, `["a"]`, "Nonce", "n").Code }()
	<-inside
	for body, want := range map[string]int{`["a"]`: 503, `["c"]`: 401} { // its nonce, meanwhile
		if w := receipt(h, body, "Nonce", "n"); w.Code != want {
			t.Errorf("%s with the same nonce: %d, want %d", body, w.Code, want)
		}
	}
	if w := receipt(h, `["b","a"]`); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("while it is handed over: %d", w.Code)
	}
	close(release)
	if status := <-done; status != 200 {
		t.Errorf("the first: %d", status)
	}
	if w := receipt(h, `["b","a"]`); w.Code != 200 {
		t.Errorf("afterwards: %d", w.Code)
	}
}

func TestReceiptsAfterAPanic(t *testing.T) {
	panics := true
	h := receipts(t, func(context.Context, []push.Event) error {
		if panics {
			panic("callback")
		}
		return nil
	}, nil)
	func() {
		defer func() { _ = recover() }()
		receipt(h, `["a"]`)
	}()
	panics = false
	if w := receipt(h, `["a"]`); w.Code != 200 {
		t.Errorf("after a panic: %d", w.Code)
	}
}

// What is remembered is bounded, and the oldest is forgotten first.
func TestReceiptsForget(t *testing.T) {
	var s sink
	h := receipts(t, s.take, &push.ReceiptOptions{Remember: 3})
	for _, id := range []string{"a", "b", "c", "a", "d", "a", "d", "c", "a"} {
		receipt(h, `["`+id+`"]`)
	}
	if got := strings.Join(s.ids, " "); got != "a b c d a" {
		t.Errorf("handed over %q", got)
	}
}

func TestEventsPrintNoToken(t *testing.T) {
	e := push.Event{Token: push.Token{Vendor: push.FCM, Value: "a-secret-token-value"}, ID: "x"}
	if text := fmt.Sprintf("%v %+v %#v", e, e, []push.Event{e}); strings.Contains(text, "secret") {
		t.Error(text)
	}
	r := push.Registration{User: "user-of-somebody", Token: e.Token, At: day}
	if text := fmt.Sprintf("%v %+v %#v", r, r, []push.Registration{r}); strings.Contains(text, "secret") || strings.Contains(text, "somebody") {
		t.Error(text)
	}
	if e.Identity() == "" || (push.Event{}).Identity() != "" {
		t.Error("identity")
	}
	late := e
	late.Time = day
	if late.Identity() == e.Identity() {
		t.Error("two times, one event")
	}
}

func TestCallbackURL(t *testing.T) {
	u, err := push.CallbackURL("https://push.example.com/receipts?vendor=acme", "0123456789abcdef&=")
	if err != nil || u != "https://push.example.com/receipts?vendor=acme&waybill_secret=0123456789abcdef%26%3D" {
		t.Errorf("%q, %v", u, err)
	}
	r := httptest.NewRequest(http.MethodPost, u, nil)
	if !push.CheckCallback(r, "the-one-before-it", "0123456789abcdef&=") || push.CheckCallback(r) || push.CheckCallback(r, "") || push.CheckCallback(r, "0123456789abcdef") {
		t.Error("the secret is not compared")
	}
	for _, c := range [][2]string{{"", acmeSecret}, {"ftp://x/", acmeSecret}, {"https://u:p@x/", acmeSecret}, {"https://x/", "short"}, {"https://x/#a", acmeSecret}} {
		if _, err := push.CallbackURL(c[0], c[1]); waybill.CodeOf(err) != waybill.InvalidArgument || strings.Contains(err.Error(), acmeSecret) {
			t.Errorf("%q: %v", c[0], err)
		}
	}
}
