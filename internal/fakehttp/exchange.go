package fakehttp

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Exchange is one request and what became of it, with the secrets masked and the bodies cut to the size of [LogSize].
type Exchange struct {
	N      int           // number of the request at this server, from 1
	Time   time.Time     // when its head had been read
	Took   time.Duration // until the reply was made, or the fault decided
	Method string
	Host   string
	Path   string
	Query  string // raw
	Proto  string
	Header http.Header
	Body   string

	Status      int         // 0: no reply was sent
	ReplyHeader http.Header // as set by the fake
	Reply       string

	Fault     string // name of the fault that struck, "" in health
	Processed bool   // the fake's handler ran
	Aborted   bool   // the client left before the request was whole, or before a delayed one was processed
}

// String writes the exchange as text for people: the request, the reply, what struck. Headers are sorted.
func (x Exchange) String() string {
	var b strings.Builder
	target := x.Path
	if x.Query != "" {
		target += "?" + x.Query
	}
	fmt.Fprintf(&b, "#%d %s %s%s %s\n", x.N, x.Method, x.Host, target, x.Proto)
	writePart(&b, "> ", x.Header, x.Body)
	switch {
	case x.Aborted:
		b.WriteString("< client left\n")
	case x.Status == 0:
		b.WriteString("< no reply\n")
	default:
		fmt.Fprintf(&b, "< %d %s\n", x.Status, http.StatusText(x.Status))
		writePart(&b, "< ", x.ReplyHeader, x.Reply)
	}
	if x.Fault != "" {
		fmt.Fprintf(&b, "! %s (processed: %t)\n", x.Fault, x.Processed)
	}
	return b.String()
}

func writePart(b *strings.Builder, prefix string, h http.Header, body string) {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(b, "%s%s: %s\n", prefix, name, strings.Join(h[name], ", "))
	}
	if body != "" {
		fmt.Fprintf(b, "%s\n%s%s\n", strings.TrimRight(prefix, " "), prefix, strings.TrimRight(body, "\n"))
	}
}

// Log returns the last exchanges, oldest first. An exchange is there by the time the client has read its reply to the
// end, unless the handler itself announced a Content-Length above 2 KiB.
func (s *Server) Log() []Exchange { return s.log.all() }

// exchangeLog is a ring of the last exchanges.
type exchangeLog struct {
	size, body int
	mask       []func(*Exchange)

	mu   sync.Mutex
	n    int
	ring []Exchange
}

func (l *exchangeLog) add(x Exchange) {
	maskHeaders(&x, []string{"Authorization", "Proxy-Authorization", "Cookie"})
	for _, mask := range l.mask {
		mask(&x)
	}
	x.Body, x.Reply = cut(x.Body, l.body), cut(x.Reply, l.body)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	x.N = l.n
	switch {
	case l.size == 0:
	case len(l.ring) < l.size:
		l.ring = append(l.ring, x)
	default:
		l.ring[(l.n-1)%l.size] = x
	}
}

func (l *exchangeLog) all() []Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < l.size || l.size == 0 {
		return slices.Clone(l.ring)
	}
	at := l.n % l.size
	return append(slices.Clone(l.ring[at:]), l.ring[:at]...)
}

func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + fmt.Sprintf("… (%d bytes more)", len(text)-limit)
}

// reply is what can say afterwards what was answered.
type reply interface {
	result() (status int, header http.Header, body string)
}

// recorder passes a reply on and remembers its beginning.
type recorder struct {
	http.ResponseWriter
	limit  int
	status int
	body   []byte
	more   int
}

func (r *recorder) WriteHeader(code int) {
	if r.status == 0 && code >= 200 {
		r.status = code
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	keep := min(len(p), r.limit-len(r.body))
	r.body = append(r.body, p[:keep]...)
	r.more += len(p) - keep
	return r.ResponseWriter.Write(p)
}

// Flush implements [http.Flusher].
func (r *recorder) Flush() { http.NewResponseController(r.ResponseWriter).Flush() }

// Unwrap serves [http.ResponseController].
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) result() (int, http.Header, string) {
	body := string(r.body)
	if r.more > 0 {
		body += fmt.Sprintf("… (%d bytes more)", r.more)
	}
	return max(r.status, http.StatusOK), r.Header().Clone(), body
}
