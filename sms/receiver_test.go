package sms_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// hookGateway calls back with JSON of the library's own types.
type hookGateway struct{ sent }

type sent struct {
	Reports []sms.DeliveryReport
	Inbound []sms.Inbound
	Unread  int
	Signed  bool
	Time    time.Time
	Fail    string
}

func (hookGateway) Name() string { return "hooksms" }

func (hookGateway) ReadWebhook(_ context.Context, c *sms.WebhookCall) (sms.Events, error) {
	var s sent
	if err := c.JSON(&s); err != nil {
		return sms.Events{}, err
	}
	switch s.Fail {
	case "unsigned":
		return sms.Events{}, &waybill.Error{Code: waybill.Unauthenticated}
	case "later":
		return sms.Events{}, &waybill.Error{Code: waybill.Unavailable}
	case "broken":
		return sms.Events{}, errors.New("broken")
	}
	return sms.Events{Reports: s.Reports, Inbound: s.Inbound, Unread: s.Unread, Signed: s.Signed, Time: s.Time,
		Answer: sms.WebhookAnswer{Status: 202, ContentType: "text/plain", Body: "ok"}}, nil
}

// inbox is what callbacks got.
type inbox struct {
	mu      sync.Mutex
	reports []sms.DeliveryReport
	inbound []sms.Inbound
	errs    []error
	fail    error
}

func (b *inbox) options() sms.ReceiverOptions {
	return sms.ReceiverOptions{
		Report: func(_ context.Context, r sms.DeliveryReport) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.fail == nil {
				b.reports = append(b.reports, r)
			}
			return b.fail
		},
		Inbound: func(_ context.Context, m sms.Inbound) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.fail == nil {
				b.inbound = append(b.inbound, m)
			}
			return b.fail
		},
		OnError: func(_ context.Context, err error) { b.mu.Lock(); b.errs = append(b.errs, err); b.mu.Unlock() },
	}
}

func receiver(t testing.TB, o sms.ReceiverOptions) *sms.Receiver {
	t.Helper()
	v, err := sms.NewReceiver(hookGateway{}, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func post(t testing.TB, v http.Handler, s sent) *httptest.ResponseRecorder {
	t.Helper()
	body, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	v.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/hooks", strings.NewReader(string(body))))
	return w
}

func arrived(id string) sms.DeliveryReport {
	return sms.DeliveryReport{Gateway: "hooksms", ID: id, To: "+447700900123", Status: sms.StatusDelivered}
}

// A call is acknowledged when the callback has returned nil and not before;
// a repeat is acknowledged and not handed out again.
func TestAcknowledgesWhatWasHandled(t *testing.T) {
	b := new(inbox)
	v := receiver(t, b.options())
	b.fail = errors.New("the database is away: +447700900123")
	s := sent{Signed: true, Time: time.Now(), Reports: []sms.DeliveryReport{arrived("1")}, Inbound: []sms.Inbound{{ID: "2", From: "+447700900123", Text: "stop it"}}}
	w := post(t, v, s)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "447") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if len(b.errs) == 0 || strings.Contains(b.errs[0].Error(), "447") || !errors.Is(errors.Join(waybill.AsError(b.errs[0]).Err), b.fail) {
		t.Errorf("%v", b.errs)
	}
	b.fail = nil
	for range 3 {
		if w = post(t, v, s); w.Code != 202 || w.Body.String() != "ok" || w.Header().Get("Content-Type") != "text/plain" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if len(b.reports) != 1 || len(b.inbound) != 1 || b.inbound[0].Keyword != "STOP" || b.reports[0].Received.IsZero() || b.reports[0].Recipient != "+44****0123" {
		t.Errorf("%v %v", b.reports, b.inbound)
	}
}

// Of a list, what was handled is not handed out again when the gateway repeats
// the call for the sake of the rest.
func TestAListIsHandledInPieces(t *testing.T) {
	var got []string
	failing := true
	v := receiver(t, sms.ReceiverOptions{AllowUnsigned: true, Report: func(_ context.Context, r sms.DeliveryReport) error {
		if r.ID == "2" && failing {
			return errors.New("no")
		}
		got = append(got, r.ID)
		return nil
	}})
	s := sent{Reports: []sms.DeliveryReport{arrived("1"), arrived("2"), arrived("3"), arrived("1")}}
	if w := post(t, v, s); w.Code != 503 {
		t.Error(w.Code)
	}
	failing = false
	if w := post(t, v, s); w.Code != 202 || fmt.Sprint(got) != "[1 3 2]" {
		t.Error(w.Code, got)
	}
	// Another status of the same message is another event; one that many numbers
	// share is one for each.
	failed, other := arrived("1"), arrived("1")
	failed.Status, other.To = sms.StatusFailed, "+447700900124"
	post(t, v, sent{Reports: []sms.DeliveryReport{failed, other}})
	if len(got) != 5 {
		t.Error(got)
	}
}

func TestRefusals(t *testing.T) {
	b := new(inbox)
	o := b.options()
	o.MaxBody = 1000
	v := receiver(t, o)
	for name, c := range map[string]struct {
		s    sent
		want int
	}{
		"not signed":         {sent{Reports: []sms.DeliveryReport{arrived("1")}}, 401},
		"wrong signature":    {sent{Fail: "unsigned"}, 401},
		"later":              {sent{Fail: "later"}, 503},
		"broken":             {sent{Fail: "broken"}, 500},
		"too old":            {sent{Signed: true, Time: time.Now().Add(-26 * time.Hour), Reports: []sms.DeliveryReport{arrived("1")}}, 403},
		"from the future":    {sent{Signed: true, Time: time.Now().Add(6 * time.Minute), Reports: []sms.DeliveryReport{arrived("1")}}, 403},
		"old but not signed": {sent{Time: time.Now(), Reports: []sms.DeliveryReport{arrived("1")}}, 401},
	} {
		if w := post(t, v, c.s); w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
	}
	for name, c := range map[string]struct {
		r    *http.Request
		want int
	}{
		"PUT":       {httptest.NewRequest(http.MethodPut, "/", strings.NewReader("{}")), 405},
		"HTML":      {httptest.NewRequest(http.MethodPost, "/", strings.NewReader("<html>")), 400},
		"nothing":   {httptest.NewRequest(http.MethodPost, "/", nil), 400},
		"odd form":  {httptest.NewRequest(http.MethodPost, "/", strings.NewReader("%zz")), 400},
		"too large": {httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("a", 1001))), 413},
	} {
		w := httptest.NewRecorder()
		v.ServeHTTP(w, c.r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
	}
	if len(b.reports)+len(b.inbound) != 0 || len(b.errs) == 0 {
		t.Errorf("%d events, %d errors", len(b.reports)+len(b.inbound), len(b.errs))
	}
}

// A token in the URL stands for a signature.
func TestToken(t *testing.T) {
	b := new(inbox)
	o := b.options()
	o.Token = "0123456789abcdef"
	v := receiver(t, o)
	for token, want := range map[string]int{"0123456789abcdef": 202, "0123456789abcdeX": 401, "": 401} {
		w := httptest.NewRecorder()
		v.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/?token="+token, strings.NewReader(`{"Reports":[]}`)))
		if w.Code != want {
			t.Errorf("%q: %d", token, w.Code)
		}
	}
}

// addressed tells the URL that its calls came to.
type addressed struct{ url string }

func (*addressed) Name() string { return "addressed" }

func (a *addressed) ReadWebhook(_ context.Context, c *sms.WebhookCall) (sms.Events, error) {
	a.url = c.URL.String()
	return sms.Events{Signed: true}, nil
}

// The URL is the one that the gateway called, to the letter: signatures cover it.
func TestPublicURL(t *testing.T) {
	for _, c := range []struct{ public, seen, want string }{
		{"", "http://10.0.0.1:8080/hooks?a=1", "http://10.0.0.1:8080/hooks?a=1"},
		{"https://example.com", "http://10.0.0.1:8080/hooks?a=it's", "https://example.com/hooks?a=it's"},
		{"https://example.com:8443/", "http://10.0.0.1/hooks/a%2Fb", "https://example.com:8443/hooks/a%2Fb"},
		{"https://example.com/api", "http://10.0.0.1/hooks", "https://example.com/api/hooks"},
		{"https://example.com/api/", "http://10.0.0.1/hooks/a%2Fb?c=%27", "https://example.com/api/hooks/a%2Fb?c=%27"},
		{"https://example.com/a%2Fb", "http://10.0.0.1/hooks/x", "https://example.com/a%2Fb/hooks/x"},
	} {
		a := new(addressed)
		v, err := sms.NewReceiver(a, sms.ReceiverOptions{PublicURL: c.public, Report: func(context.Context, sms.DeliveryReport) error { return nil }})
		if err != nil {
			t.Fatal(err)
		}
		v.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, c.seen, nil))
		if a.url != c.want {
			t.Errorf("%s behind %s: %s", c.seen, c.public, a.url)
		}
	}
}

func TestReceiverOptions(t *testing.T) {
	report := func(context.Context, sms.DeliveryReport) error { return nil }
	for name, o := range map[string]sms.ReceiverOptions{
		"no callback":    {},
		"short token":    {Report: report, Token: "short"},
		"negative body":  {Report: report, MaxBody: -1},
		"negative age":   {Report: report, MaxAge: -1},
		"negative join":  {Report: report, JoinOctets: -1},
		"relative URL":   {Report: report, PublicURL: "/hooks"},
		"URL with query": {Report: report, PublicURL: "https://example.com/?a=b"},
	} {
		if _, err := sms.NewReceiver(hookGateway{}, o); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, p := range []waybill.Provider{nil, mute{}} {
		if _, err := sms.NewReceiver(p, sms.ReceiverOptions{Report: report}); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%v", err)
		}
	}
}

type mute struct{}

func (mute) Name() string { return "mute" }

// A set of events that fails, and one that is busy.
type seenFunc func(string) (sms.Claim, error)

func (f seenFunc) Claim(_ context.Context, key string) (sms.Claim, error) { return f(key) }
func (seenFunc) Keep(context.Context, string) error                       { return errors.New("keep") }
func (seenFunc) Release(context.Context, string) error                    { return nil }

func TestSeenThatFails(t *testing.T) {
	b := new(inbox)
	o := b.options()
	o.AllowUnsigned = true
	events := sent{Reports: []sms.DeliveryReport{arrived("1")}, Inbound: []sms.Inbound{part(1, 2, "a")}}
	for name, c := range map[string]struct {
		claim sms.Claim
		err   error
		want  int
		n     int
	}{"away": {sms.Fresh, errors.New("redis: +447700900123"), 503, 0}, "busy": {sms.Busy, nil, 503, 0}, "handled": {sms.Handled, nil, 202, 0}, "fresh": {sms.Fresh, nil, 503, 1}} {
		b.reports = nil
		o.Seen = seenFunc(func(key string) (sms.Claim, error) {
			if strings.Contains(key, "447") {
				t.Error("a key with a number")
			}
			return c.claim, c.err
		})
		if w := post(t, receiver(t, o), events); w.Code != c.want || len(b.reports) != c.n {
			t.Errorf("%s: %d, %d reports", name, w.Code, len(b.reports))
		}
	}
	o.Inbound = nil
	o.Seen = seenFunc(func(string) (sms.Claim, error) { return sms.Fresh, nil })
	if w := post(t, receiver(t, o), events); w.Code != 202 {
		t.Errorf("what was handled and could not be remembered is acknowledged: %d", w.Code)
	}
}

// A callback that panics leaves the event to the next call.
func TestCallbackPanics(t *testing.T) {
	calls := 0
	v := receiver(t, sms.ReceiverOptions{AllowUnsigned: true, Report: func(context.Context, sms.DeliveryReport) error {
		if calls++; calls == 1 {
			panic("no")
		}
		return nil
	}})
	func() {
		defer func() { _ = recover() }()
		post(t, v, sent{Reports: []sms.DeliveryReport{arrived("1")}})
	}()
	if w := post(t, v, sent{Reports: []sms.DeliveryReport{arrived("1")}}); w.Code != 202 || calls != 2 {
		t.Errorf("%d after %d calls", w.Code, calls)
	}
}

func TestMemorySeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sms.NewMemorySeen(3, time.Hour)
		claim := func(key string, want sms.Claim) {
			t.Helper()
			if got, err := s.Claim(t.Context(), key); err != nil || got != want {
				t.Errorf("%s: %v %v, want %v", key, got, err, want)
			}
		}
		claim("a", sms.Fresh)
		claim("a", sms.Busy)
		_ = s.Release(t.Context(), "a")
		claim("a", sms.Fresh)
		_ = s.Keep(t.Context(), "a")
		_ = s.Keep(t.Context(), "a")
		_ = s.Release(t.Context(), "a") // of what is kept: nothing
		claim("a", sms.Handled)
		for _, key := range []string{"b", "c", "d"} {
			claim(key, sms.Fresh)
			_ = s.Keep(t.Context(), key)
		}
		if s.Len() != 3 {
			t.Errorf("%d are remembered", s.Len())
		}
		claim("d", sms.Handled)
		claim("a", sms.Fresh) // the oldest was forgotten
		time.Sleep(time.Hour)
		claim("d", sms.Fresh)
		if s.Len() != 0 {
			t.Errorf("%d are remembered", s.Len())
		}
	})
}

func TestParams(t *testing.T) {
	u, _ := url.Parse("https://example.com/x?a=1&b=%20")
	for name, c := range map[string]*sms.WebhookCall{
		"query": {Method: http.MethodGet, URL: u},
		"form":  {Method: http.MethodPost, URL: u, Form: url.Values{"a": {"1"}, "b": {" "}}},
		"JSON":  {Method: http.MethodPost, URL: u, Body: []byte("\ufeff{\"a\":1,\"b\":\" \",\"c\":null}")},
	} {
		p, err := c.Params()
		if err != nil || p.Get("a") != "1" || p.Get("b") != " " || p.Get("c") != "" {
			t.Errorf("%s: %v %v", name, p, err)
		}
	}
	p, err := (&sms.WebhookCall{Method: http.MethodPost, Body: []byte(`{"a":[1],"b":{"c":true},"d":true,"e":1e3}`)}).Params()
	if err != nil || p.Get("a") != "[1]" || p.Get("b") != `{"c":true}` || p.Get("d") != "true" || p.Get("e") != "1e3" {
		t.Errorf("%v %v", p, err)
	}
	if _, err := (&sms.WebhookCall{Method: http.MethodGet, URL: &url.URL{RawQuery: "a=%zz"}}).Params(); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Error(err)
	}
}

func FuzzReceiver(f *testing.F) {
	f.Add("POST", "application/json", `{"Reports":[{"id":"1","status":"delivered"}]}`, "a=b")
	f.Add("GET", "", ``, "token=x")
	f.Add("POST", "application/x-www-form-urlencoded", `a=b&a=c`, "")
	f.Fuzz(func(t *testing.T, method, kind, body, query string) {
		b := new(inbox)
		o := b.options()
		o.AllowUnsigned, o.MaxBody = true, 1<<12
		r := &http.Request{Method: method, URL: &url.URL{Path: "/", RawQuery: query}, Header: http.Header{"Content-Type": {kind}}, Body: http.NoBody, Host: "example.com"}
		r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)).WithContext(r.Context())
		r.Method, r.URL.RawQuery = method, query
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		receiver(t, o).ServeHTTP(w, r)
		if w.Code < 200 || w.Code > 599 {
			t.Errorf("status %d", w.Code)
		}
	})
}

func TestList(t *testing.T) {
	for body, want := range map[string]int{
		`[]`: 0, `[{"a":1},7,null]`: 3, `{"a":1}`: 1, "\xef\xbb\xbf\n [{}] ": 1, ` {} `: 1,
		``: -1, `null`: -1, `7`: -1, `"[]"`: -1, `[1`: -1, `{"a":`: -1, `<html>`: -1, `[] []`: -1,
	} {
		list, err := (&sms.WebhookCall{Body: []byte(body)}).List()
		if want < 0 {
			if waybill.CodeOf(errOr(err)) != waybill.InvalidArgument || list != nil {
				t.Errorf("%q: %d members, %v", body, len(list), err)
			}
		} else if err != nil || len(list) != want {
			t.Errorf("%q: %d members, %v", body, len(list), err)
		}
	}
}

func ExampleWebhookCall_List() {
	call := &sms.WebhookCall{Method: http.MethodPost, Body: []byte(`[{"id":1},{"id":2}]`)}
	members, err := call.List()
	fmt.Println(len(members), err)
	// Output: 2 <nil>
}
