package suitetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Echo is a RoundTripper that stands between an adapter and its server and makes
// refusals of replies that repeat the request, as vendors do in their error
// texts: so that an adapter which passes a vendor's text on uncleaned is found.
// It is safe for concurrent use.
type Echo struct {
	// Base performs the requests that are passed on.
	Base http.RoundTripper
	// Words are the secrets and the personal data of the request. Parts that
	// hold one are repeated with a little of what stands around.
	Words []string

	mu sync.Mutex
	// answer makes the reply.
	answer func(*http.Request, string) (*http.Response, error)
	part   int
	struck int
}

// EchoParts are the parts of a request that an [Echo] repeats, one at a time,
// since an error's text is short.
var EchoParts = []string{"headers", "query", "body", "words"}

// EchoStatuses are the refusals under which a request is repeated.
var EchoStatuses = []int{400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503}

// Refuse makes the following requests fail under a status, with a text or, for
// odd parts of the vocabulary of vendors, an object that repeats the part.
func (e *Echo) Refuse(status, part int, asJSON bool) {
	e.set(part, func(r *http.Request, echo string) (*http.Response, error) {
		kind, body := "text/plain; charset=utf-8", "refused: "+echo
		if asJSON {
			kind, body = "application/json", refusalObject(status, echo)
		}
		return reply(r, status, kind, []byte(body)), nil
	})
}

// Texts chooses the texts of a reply to which an [Echo] adds.
type Texts func(text string) bool

// Repeats are the choices of texts that a suite tries for a vendor's code: those
// of several words, all but the code, which then stays readable, and all.
func Repeats(code string) []Texts {
	return []Texts{
		func(text string) bool { return strings.Contains(text, " ") },
		func(text string) bool { return text != code },
		func(string) bool { return true },
	}
}

// Repeat passes the following requests on and adds the part to the chosen texts
// of a reply that is JSON, or to a plain text.
func (e *Echo) Repeat(part int, chosen Texts) {
	e.set(part, func(r *http.Request, echo string) (*http.Response, error) {
		return e.changed(r, func(resp *http.Response, body []byte) (int, []byte) {
			return resp.StatusCode, rewriteJSON(body, func(v any) any {
				if s, ok := v.(string); ok && chosen(s) {
					return s + " " + echo
				}
				return v
			}, " "+echo)
		})
	})
}

// Unknown passes the following requests on and replaces the vendor's code in
// the reply by one that no vendor has, under a status of 500.
func (e *Echo) Unknown(code string) {
	e.set(0, func(r *http.Request, _ string) (*http.Response, error) {
		found := false
		resp, err := e.changed(r, func(_ *http.Response, body []byte) (int, []byte) {
			body = rewriteJSON(body, func(v any) any {
				switch v := v.(type) {
				case string:
					if v == code {
						found = true
						if _, err := strconv.Atoi(code); err == nil {
							return "987654"
						}
						return "no_such_code"
					}
				case json.Number:
					if v.String() == code {
						found = true
						return json.Number("987654")
					}
				}
				return v
			}, "")
			return http.StatusInternalServerError, body
		})
		if !found {
			e.mu.Lock()
			e.struck--
			e.mu.Unlock()
		}
		return resp, err
	})
}

// Struck returns how many replies were made or changed since the last setting.
func (e *Echo) Struck() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.struck
}

func (e *Echo) set(part int, f func(*http.Request, string) (*http.Response, error)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.part, e.answer, e.struck = part, f, 0
}

// RoundTrip implements [http.RoundTripper].
func (e *Echo) RoundTrip(r *http.Request) (*http.Response, error) {
	e.mu.Lock()
	answer, part := e.answer, e.part
	e.struck++
	e.mu.Unlock()
	if answer == nil {
		return e.Base.RoundTrip(r)
	}
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return answer(r, e.echo(r, body, EchoParts[part]))
}

// echo returns a part of the request as a vendor would repeat it.
func (e *Echo) echo(r *http.Request, body []byte, part string) string {
	headers := headerLines(r.Header)
	switch part {
	case "headers":
		return strings.Join(headers, " ")
	case "query":
		return r.Method + " " + r.URL.RequestURI()
	case "body":
		return string(body)
	}
	texts := append(headers, r.URL.RequestURI(), string(body))
	if plain, err := url.QueryUnescape(string(body)); err == nil {
		texts = append(texts, plain)
	}
	var out []string
	for _, text := range texts {
		for _, w := range e.Words {
			if at := strings.Index(strings.ToLower(text), strings.ToLower(w)); at >= 0 && w != "" && at+len(w) <= len(text) {
				out = append(out, around(text, at, at+len(w)))
			}
		}
	}
	return strings.Join(out, " / ")
}

// around returns a part of a text with about a dozen bytes on each side. It cuts
// between words, since no vendor cuts a number in two, and leaves no piece of a
// value that is so short that package wire cannot know it for one.
func around(text string, from, to int) string {
	const (
		values = "&=,;:\"{}"
		words  = values + " "
		short  = 16
	)
	from, to = max(0, from-12), min(len(text), to+12)
	from = strings.LastIndexAny(text[:from], words) + 1
	if i := strings.IndexAny(text[from:], values); i >= 0 && i < short {
		from = strings.LastIndexAny(text[:from], values) + 1
	}
	to = upTo(text, to, words)
	if to-(strings.LastIndexAny(text[:to], values)+1) < short {
		to = upTo(text, to, values)
	}
	return strings.ToValidUTF8(text[from:to], "")
}

// upTo returns where the first of the ends stands in text from an index on.
func upTo(text string, from int, ends string) int {
	if i := strings.IndexAny(text[from:], ends); i >= 0 {
		return from + i
	}
	return len(text)
}

func headerLines(h http.Header) []string {
	var lines []string
	for name, values := range h {
		if name != "User-Agent" && name != "Accept-Encoding" && name != "Content-Length" && name != "Content-Type" {
			lines = append(lines, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(lines)
	return lines
}

// changed performs the request and changes its reply.
func (e *Echo) changed(r *http.Request, f func(*http.Response, []byte) (int, []byte)) (*http.Response, error) {
	resp, err := e.Base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	status, body := f(resp, body)
	changed := reply(r, status, resp.Header.Get("Content-Type"), body)
	for name, values := range resp.Header {
		if name != "Content-Length" {
			changed.Header[name] = values
		}
	}
	return changed, nil
}

func reply(r *http.Request, status int, kind string, body []byte) *http.Response {
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {kind}}, ContentLength: int64(len(body)),
		Body: io.NopCloser(bytes.NewReader(body)),
	}
}

// refusalObject repeats a text under the names that vendors use for theirs.
func refusalObject(status int, echo string) string {
	b, _ := json.Marshal(map[string]any{
		"error":   map[string]any{"code": status, "status": "REFUSED", "message": echo, "detail": echo},
		"code":    "refused",
		"message": echo, "detail": echo, "error_description": echo, "error-text": echo, "title": echo, "info": echo, "msg": echo,
		"error_message": echo, "errorMessage": echo, "reason": echo,
	})
	return string(b)
}

// rewriteJSON changes every value in a JSON text; to another text it adds more.
func rewriteJSON(body []byte, f func(any) any, more string) []byte {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return append(slices.Clone(body), more...)
	}
	out, err := json.Marshal(walk(v, f))
	if err != nil {
		return body
	}
	return out
}

func walk(v any, f func(any) any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			v[name] = walk(x, f)
		}
		return v
	case []any:
		for i, x := range v {
			v[i] = walk(x, f)
		}
		return v
	}
	return f(v)
}

// Watch is a RoundTripper that is no *http.Transport. It looks at requests as
// the adapter hands them over. It is safe for concurrent use.
type Watch struct {
	// Base performs the requests.
	Base http.RoundTripper
	// Sends reports, after the request, whether it was the send.
	Sends func() bool

	mu   sync.Mutex
	why  string
	seen int
}

// RoundTrip implements [http.RoundTripper].
func (w *Watch) RoundTrip(r *http.Request) (*http.Response, error) {
	why := replayable(r)
	resp, err := w.Base.RoundTrip(r)
	if w.Sends() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen++
		if w.why == "" {
			w.why = why
		}
	}
	return resp, err
}

// Result returns how many requests sent, and why one of them could be repeated
// by the transport, or "".
func (w *Watch) Result() (sends int, why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen, w.why
}

// replayable says by what net/http could send a request again on its own.
func replayable(r *http.Request) string {
	switch {
	case r.GetBody != nil:
		return "it has GetBody"
	case r.Body == nil || r.Body == http.NoBody:
		return "it has no body"
	case r.Header["Idempotency-Key"] != nil || r.Header["X-Idempotency-Key"] != nil:
		return "it has an Idempotency-Key"
	}
	return ""
}
