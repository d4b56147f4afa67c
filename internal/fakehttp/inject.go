package fakehttp

import (
	"bytes"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"
)

// filler is the reply that is spoiled when the request was not processed and so has none of its own.
const filler = `{"status":"processing","detail":"this reply is not whole"}`

// inject makes a fault happen. The body has been captured.
func (s *Server) inject(w http.ResponseWriter, r *http.Request, x *Exchange, f Fault, body []byte) {
	kept := &keeper{header: http.Header{}}
	if f.Processed {
		if f.Kind == DelayKind && !s.pause(r, f.Pause) {
			x.Aborted = true
			s.finish(x, f, body, nil)
			panic(http.ErrAbortHandler)
		}
		s.handle(s.handler, kept, r)
		x.Processed = true
	} else {
		kept.header.Set("Content-Type", "application/json")
		io.WriteString(kept, filler)
	}
	// Nothing after this answers before the whole request was read.
	io.Copy(io.Discard, r.Body)

	switch f.Kind {
	case StatusKind:
		kept = &keeper{header: f.Header.Clone(), status: f.Code}
		if kept.header == nil {
			kept.header = http.Header{}
		}
		io.WriteString(kept, f.Body)
	case AnswerKind:
		kept = &keeper{header: http.Header{}}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.handle(f.Handler, kept, r)
	}
	switch f.Kind {
	case StatusKind, AnswerKind, DelayKind:
		s.finish(x, f, body, kept)
		kept.send(w, kept.buf.Bytes())
	case ResetMidReplyKind, CutBodyKind, SlowBodyKind, EndlessKind:
		s.finish(x, f, body, kept)
		s.spoil(w, r, f, kept)
	case HangAfterReadKind:
		s.finish(x, f, body, nil)
		s.hang(r)
		panic(http.ErrAbortHandler)
	case GarbageKind:
		s.finish(x, f, body, nil)
		s.garble(r)
	default: // the connection is reset without a word
		s.finish(x, f, body, nil)
		s.cutOff(r)
	}
}

// spoil sends a reply that does not arrive whole.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, f Fault, kept *keeper) {
	data := kept.buf.Bytes()
	if len(data) < 2 { // there must be something to cut
		data = []byte(filler)
	}
	out := http.NewResponseController(w)
	switch f.Kind {
	case ResetMidReplyKind:
		kept.header.Set("Content-Length", strconv.Itoa(len(data)))
		kept.send(w, data[:len(data)/2])
		out.Flush()
		s.cutOff(r)
	case CutBodyKind:
		kept.header.Set("Content-Length", strconv.Itoa(len(data)))
		kept.send(w, data[:len(data)/2])
	case SlowBodyKind:
		kept.header.Set("Content-Length", strconv.Itoa(len(data)))
		kept.send(w, nil)
		for i := range data {
			if out.Flush() != nil || !s.pause(r, f.Pause) {
				panic(http.ErrAbortHandler)
			}
			w.Write(data[i : i+1])
		}
	case EndlessKind:
		kept.header.Del("Content-Length")
		kept.send(w, data[:len(data)-1])
		blanks := make([]byte, 32<<10)
		for i := range blanks {
			blanks[i] = ' '
		}
		for {
			select {
			case <-s.closing:
				panic(http.ErrAbortHandler)
			default:
			}
			if _, err := w.Write(blanks); err != nil {
				panic(http.ErrAbortHandler)
			}
			out.Flush()
		}
	}
}

// hang waits until the client leaves or the server closes.
func (s *Server) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.closing:
	}
}

// pause waits for d and reports whether client and server are still there.
func (s *Server) pause(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
	case <-s.closing:
	}
	return false
}

// cutOff resets the connection of a request and ends its handler.
func (s *Server) cutOff(r *http.Request) {
	if c, ok := r.Context().Value(connKey{}).(net.Conn); ok {
		resetConn(c)
	}
	panic(http.ErrAbortHandler)
}

// garble answers with what is not HTTP and ends the handler.
func (s *Server) garble(r *http.Request) {
	c, ok := r.Context().Value(connKey{}).(net.Conn)
	if ok && r.ProtoMajor == 1 {
		io.WriteString(c, "\x16\x03\x01 220 ready\r\n\x00\xff\r\n\r\n")
		c.Close()
		panic(http.ErrAbortHandler)
	}
	s.cutOff(r)
}

// keeper holds a reply back.
type keeper struct {
	header http.Header
	status int
	buf    bytes.Buffer
}

func (k *keeper) Header() http.Header { return k.header }

func (k *keeper) WriteHeader(code int) {
	if k.status == 0 && code >= 200 {
		k.status = code
	}
}

func (k *keeper) Write(p []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	return k.buf.Write(p)
}

// send passes the head on, and as much of the body as given.
func (k *keeper) send(w http.ResponseWriter, body []byte) {
	maps.Copy(w.Header(), k.header)
	k.WriteHeader(http.StatusOK)
	w.WriteHeader(k.status)
	if len(body) > 0 {
		w.Write(body)
	}
}

func (k *keeper) result() (int, http.Header, string) {
	k.WriteHeader(http.StatusOK)
	return k.status, k.header.Clone(), k.buf.String()
}
