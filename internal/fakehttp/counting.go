package fakehttp

import (
	"bytes"
	"io"
	"net/http"
)

// Counting wraps a handler so that what it accepts is counted before the reply
// can get lost: take gets each request and its reply before that is sent. The
// body may have up to 64 MiB.
func Counting(h http.Handler, take func(r *http.Request, body []byte, status int, reply []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		kept := &keptReply{header: http.Header{}}
		h.ServeHTTP(kept, r)
		if kept.status == 0 {
			kept.status = http.StatusOK
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		take(r, body, kept.status, kept.body.Bytes())
		for name, values := range kept.header {
			w.Header()[name] = values
		}
		w.WriteHeader(kept.status)
		_, _ = w.Write(kept.body.Bytes())
	})
}

// keptReply holds a reply back.
type keptReply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (k *keptReply) Header() http.Header { return k.header }

// WriteHeader implements http.ResponseWriter.
func (k *keptReply) WriteHeader(code int) {
	if k.status == 0 && code >= 200 {
		k.status = code
	}
}

// Write implements http.ResponseWriter.
func (k *keptReply) Write(p []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	return k.body.Write(p)
}
