package wire_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
	"github.com/waybill-go/waybill/wire/wiretest"
)

func TestRetryAfter(t *testing.T) {
	const date = "Sat, 21 Nov 2026 09:00:00 GMT"
	for value, want := range map[string]time.Duration{
		"":                                 0,
		"0":                                0,
		"7":                                7 * time.Second,
		" 120 ":                            2 * time.Minute,
		"3600":                             time.Hour,
		"3601":                             -1,
		"-1":                               -1,
		"+1":                               -1,
		"1.5":                              -1,
		"7s":                               -1,
		"99999999999999999999":             -1,
		"soon":                             -1,
		"Sat, 21 Nov 2026 09:00:30 GMT":    30 * time.Second,
		"Saturday, 21-Nov-26 09:01:00 GMT": time.Minute,
		"Sat, 21 Nov 2026 08:59:59 GMT":    -1,
		"Sun, 22 Nov 2026 09:00:00 GMT":    -1,
	} {
		h := http.Header{"Date": {date}}
		if value != "" {
			h.Set("Retry-After", value)
		}
		if got := wire.RetryAfter(h, wire.MaxRetryAfter); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
	// Without a Date of the reply our own clock serves.
	h := http.Header{"Retry-After": {time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)}}
	if got := wire.RetryAfter(h, time.Hour); got < 30*time.Second || got > time.Minute {
		t.Errorf("by our clock: %v", got)
	}
	if got := wire.RetryAfter(http.Header{"Retry-After": {"86400"}}, 25*time.Hour); got != 24*time.Hour {
		t.Errorf("with a day's limit: %v", got)
	}
}

// TestRetryAfterOnTheWire: 429 and 503 carry their wait into the error.
func TestRetryAfterOnTheWire(t *testing.T) {
	for name, opts := range protocols {
		for _, status := range []int{429, 503} {
			s := wiretest.NewServer(opts)
			s.Script(wiretest.Respond(status, "", "Retry-After", "30"), wiretest.Respond(status, "", "Retry-After", "-5"))
			c := newClient(t, s, opts)
			for _, want := range []time.Duration{30 * time.Second, -1} {
				reply, err := c.Do(t.Context(), sendRequest(s.URL, message))
				if err != nil {
					t.Fatal(err)
				}
				e := mine(t, reply.StatusError())
				if e.RetryAfter != want || reply.RetryAfter != want || (e.Delivery == waybill.NotSent) != (status == 429) {
					t.Errorf("%s: %d: %v, %v", name, status, e.RetryAfter, e.Delivery)
				}
			}
			if s.Whole() != 2 {
				t.Errorf("%s: %d requests for 2 sends", name, s.Whole())
			}
			s.Close()
		}
	}
}

func TestJSON(t *testing.T) {
	type part struct {
		Status string `json:"status"`
	}
	type shape struct {
		Messages []part            `json:"messages"`
		Count    int               `json:"count"`
		Extra    map[string]string `json:"extra"`
	}
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	c := newClient(t, s, wiretest.Options{})
	fetch := func(body string) *wire.Reply {
		s.Script(wiretest.JSON(body))
		reply, err := c.Do(t.Context(), sendRequest(s.URL, message))
		if err != nil {
			t.Fatal(err)
		}
		return reply
	}
	for body, problem := range map[string]string{
		"":                             "empty",
		" \n":                          "empty",
		"null":                         "null",
		"<!DOCTYPE html><h1>Nanshan":   "HTML",
		`{"messages":[`:                "ends early",
		`{"messages":[{"status":"0`:    "ends early",
		`{"count":1} Nanshan`:          "not JSON at byte 13",
		`{"count":1}{"count":2}`:       "not JSON at byte 12",
		`Nanshan`:                      "not JSON at byte 1",
		`{"count":"` + number + `"}`:   "string in field count",
		`{"count":13812345678.5}`:      "number in field count",
		`[]`:                           "array",
		`"Nanshan"`:                    "string",
		`{"messages":{"Nanshan":1}}`:   "object in field messages",
		`{"messages":[{"status":0}]}`:  "number in field messages.status",
		`{"extra":{"Nanshan gate":1}}`: "number",
		strings.Repeat("[", 20000):     "JSON",
		"\xff\xfe{\x00}\x00":           "not JSON",
	} {
		var v shape
		e := mine(t, fetch(body).JSON(&v))
		if e.Code != waybill.DataLoss || e.Delivery != waybill.Ambiguous || e.Scope != waybill.ScopeProvider || e.VendorCode != wire.CodeReply {
			t.Errorf("%.30q: %v, %v", body, e.Code, e.Delivery)
		}
		if !strings.Contains(e.Message, problem) {
			t.Errorf("%.30q: %q does not say %q", body, e.Message, problem)
		}
	}
	for _, body := range []string{`{"count":3,"messages":[{"status":"0"}]}`, "\xef\xbb\xbf\r\n{\"count\":3}\n"} {
		var v shape
		if e := fetch(body).JSON(&v); e != nil || v.Count != 3 {
			t.Errorf("%q: %v", body, e)
		}
	}
}

// TestReplyError: the adapter's own finding is filled in and scrubbed.
func TestReplyError(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.Respond(429, "{}", "Retry-After", "5"))
	reply, err := newClient(t, s, wiretest.Options{}).Do(t.Context(), sendRequest(s.URL, message))
	if err != nil {
		t.Fatal(err)
	}
	if e := reply.StatusError(); e == nil || reply.OK() {
		t.Error("429 is taken for success")
	}
	e := mine(t, reply.Error(waybill.RecipientLimited, waybill.ScopeRecipient, waybill.NotSent, "isv."+number, "too many to "+number+" with "+secretKey))
	if e.RetryAfter != 5*time.Second || e.Ref != "ref-1" || e.Op != "send" || e.Message != "too many to [private] with [secret]" || e.VendorCode != "isv.[private]" {
		t.Errorf("got %+v: %q %q", e, e.Message, e.VendorCode)
	}
	if e := reply.Error(waybill.DataLoss, 0, waybill.Ambiguous, wire.CodeReply, ""); e.VendorCode != wire.CodeReply {
		t.Errorf("our own code: %q", e.VendorCode)
	}
	// A reply made by hand serves too.
	var v struct{}
	if e := (&wire.Reply{Status: 200}).JSON(&v); e == nil || e.Code != waybill.DataLoss {
		t.Error("an empty reply made by hand decodes")
	}
	if e := (&wire.Reply{Status: 204}).StatusError(); e != nil {
		t.Error(e)
	}
}

// TestDocumentedCodes: a vendor's code stays whole where a word of the request is
// the same by chance, such as a postcode.
func TestDocumentedCodes(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.Respond(200, "{}"))
	c, err := wire.New(wire.Config{Provider: "acmegeo", Codes: func(code string) bool { return code == "10021" }})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	reply, err := c.Do(t.Context(), &wire.Request{Op: "geocode", URL: s.URL, Private: []string{"10021", "wire_reply", "10044"}})
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{"10021": "10021", wire.CodeReply: wire.CodeReply, "10044": "[private]"} {
		if e := reply.Error(waybill.RateLimited, 0, waybill.NotSent, code, "at 10021"); e.VendorCode != want || e.Message != "at [private]" {
			t.Errorf("%s: %q %q", code, e.VendorCode, e.Message)
		}
	}
}

// TestFormat: neither a request nor a reply shows its content in a log.
func TestFormat(t *testing.T) {
	r := sendRequest("http://sms.example.test", message)
	reply := &wire.Reply{Status: 200, Body: []byte(message), Header: http.Header{"X": {secretKey}}}
	for _, v := range []any{r, *r, reply, *reply, &wire.Stream{Reply: *reply}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			text := fmt.Sprintf(verb, v)
			for _, secret := range []string{secretKey, secretToken, number, message} {
				if strings.Contains(text, secret) {
					t.Errorf("%s of %T: %s", verb, v, text)
				}
			}
		}
	}
	if got := fmt.Sprint(r, reply); got != "wire.Request{send POST, 46 bytes} wire.Reply{200, 46 bytes}" {
		t.Error(got)
	}
}

// TestGzipBomb: the bound holds after decompression, and an honest compressed
// reply arrives.
func TestGzipBomb(t *testing.T) {
	pack := func(size int) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write(make([]byte, size))
		_ = w.Close()
		return b.String()
	}
	packed, bomb := pack(1<<20), pack(4<<20)
	for name, opts := range protocols {
		s := wiretest.NewServer(opts)
		s.Script(
			wiretest.Respond(200, bomb, "Content-Encoding", "gzip"),
			wiretest.Respond(200, packed, "Content-Encoding", "gzip"),
			wiretest.Respond(200, packed[:len(packed)/2], "Content-Encoding", "gzip"),
			wiretest.Respond(200, "not gzip", "Content-Encoding", "gzip"),
		)
		c := newClient(t, s, opts, func(cfg *wire.Config) { cfg.MaxReply = 2 << 20 })
		_, err := c.Do(t.Context(), sendRequest(s.URL, message))
		if e := mine(t, err); e.Code != waybill.DataLoss || e.VendorCode != wire.CodeTooLarge || e.Delivery != waybill.Ambiguous {
			t.Errorf("%s: bomb: %v", name, e)
		}
		if reply, err := c.Do(t.Context(), sendRequest(s.URL, message)); err != nil || len(reply.Body) != 1<<20 {
			t.Errorf("%s: compressed: %v", name, err)
		}
		for range 2 {
			_, err = c.Do(t.Context(), sendRequest(s.URL, message))
			if e := mine(t, err); e.Code != waybill.DataLoss || e.VendorCode != wire.CodeCut || e.Delivery != waybill.Ambiguous {
				t.Errorf("%s: broken gzip: %v", name, e)
			}
		}
		s.Close()
	}
}

// TestMaxReply: exactly the bound is good, one byte more is not, per request.
func TestMaxReply(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	c := newClient(t, s, wiretest.Options{}, func(cfg *wire.Config) { cfg.MaxReply = 1000 })
	endless := func(n int) wiretest.Step {
		return func(x *wiretest.Call) { x.Read(); x.Head(200, -1); x.Write(strings.Repeat("x", n)); x.Finish() }
	}
	for n, bound := range map[int]int64{0: 0, 999: 0, 1000: 0, 1001: 0, 1999: 2000, 2000: 2000, 2001: 2000, 3: 2} {
		limit := bound
		if limit == 0 {
			limit = 1000
		}
		for _, step := range []wiretest.Step{wiretest.Respond(200, strings.Repeat("x", n)), endless(max(n, 1))} {
			s.Script(step)
			r := sendRequest(s.URL, message)
			r.MaxReply = bound
			reply, err := c.Do(t.Context(), r)
			if good := int64(n) <= limit; good != (err == nil) || good && len(reply.Body) > int(limit) {
				t.Errorf("%d bytes of %d: %v", n, limit, err)
			}
		}
	}
}

// TestHeadRequest: a HEAD reply promises a length and has no body.
func TestHeadRequest(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(func(c *wiretest.Call) { c.Read(); c.Head(200, 1<<40); c.Finish() })
	reply, err := newClient(t, s, wiretest.Options{}).Do(t.Context(), &wire.Request{Op: "head", Method: "HEAD", URL: s.URL})
	if err != nil || len(reply.Body) != 0 || reply.Header.Get("Content-Length") == "" {
		t.Errorf("%v, %v", reply, err)
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{"", "null", "{}", `{"a":1}`, `{"a":[{"b":"x"}]}`, "<html>", `{"a":`, "[[[[", "\xef\xbb\xbf{}", `{"a":1e999}`} {
		f.Add(s, 200)
	}
	f.Add("{}", 503)
	f.Fuzz(func(t *testing.T, body string, status int) {
		var v struct {
			A int `json:"a"`
			B []struct {
				C string `json:"c"`
			} `json:"b"`
		}
		e := (&wire.Reply{Status: status, Body: []byte(body)}).JSON(&v)
		if e == nil {
			return
		}
		if status >= 200 && status <= 299 && (e.Code != waybill.DataLoss || e.Delivery != waybill.Ambiguous) {
			t.Errorf("%q: %v", body, e)
		}
		if len(body) > 8 && strings.Contains(e.Error(), body) {
			t.Errorf("the error quotes the reply: %v", e)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "7", "-1", "1e3", "Sat, 21 Nov 2026 09:00:30 GMT", "99999999999999999999", "\x00"} {
		f.Add(s, "Sat, 21 Nov 2026 09:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		d := wire.RetryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, time.Hour)
		if d < -1 || d > time.Hour {
			t.Errorf("%q: %v", value, d)
		}
	})
}
