package wiretest

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
)

// serveHTTP1 serves requests one after the other.
func serveHTTP1(s *Server, raw, conn net.Conn, r *bufio.Reader) {
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		x := &http1{s: s, tcp: raw, conn: conn, r: r, req: req}
		s.step()(&Call{s: s, out: x, req: req})
		if x.over || !x.finished {
			return
		}
	}
}

// http1 is one request over HTTP/1.1.
type http1 struct {
	s         *Server
	tcp, conn net.Conn
	r         *bufio.Reader
	req       *http.Request
	chunked   bool
	drained   bool // the body was read to its end
	finished  bool
	over      bool
}

func (x *http1) read(limit int64) Seen {
	seen := Seen{Method: x.req.Method, Target: x.req.RequestURI, Header: x.req.Header}
	var body bytes.Buffer
	if limit >= 0 {
		_, _ = io.CopyN(&body, x.req.Body, limit)
		seen.Body = body.String()
		return seen
	}
	_, err := body.ReadFrom(x.req.Body)
	seen.Body, seen.Whole = body.String(), err == nil
	x.drained = seen.Whole
	return seen
}

func (x *http1) head(status int, length int64, header []string) {
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 " + lengthText(int64(status)) + " " + http.StatusText(status) + "\r\n")
	for i := 0; i+1 < len(header); i += 2 {
		b.WriteString(header[i] + ": " + header[i+1] + "\r\n")
	}
	if length >= 0 {
		b.WriteString("Content-Length: " + lengthText(length) + "\r\n")
	} else {
		x.chunked = true
		b.WriteString("Transfer-Encoding: chunked\r\n")
	}
	b.WriteString("\r\n")
	x.send(b.Bytes())
}

func (x *http1) write(data string) bool {
	if x.chunked {
		data = hex(len(data)) + "\r\n" + data + "\r\n"
	}
	return x.send([]byte(data))
}

func (x *http1) send(b []byte) bool {
	if x.over {
		return false
	}
	_, err := x.conn.Write(b)
	x.over = err != nil
	return err == nil
}

func (x *http1) finish() {
	if x.chunked {
		x.send([]byte("0\r\n\r\n"))
	}
	x.finished = true
}

// hang waits without reading: the client's end of the connection shows only as
// long as nothing is left to read, so the server's own end is watched too.
func (x *http1) hang() {
	x.over = true
	gone := make(chan struct{})
	if x.req.ContentLength == 0 || x.drained {
		go func() { _, _ = x.r.Peek(1); close(gone) }()
	}
	select {
	case <-gone:
	case <-x.s.done:
		_ = x.tcp.Close()
	}
}

func (x *http1) reset() {
	x.over = true
	if t, ok := x.tcp.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = x.tcp.Close()
}

func (x *http1) closeConn()                  { x.over = true; _ = x.conn.Close() }
func (x *http1) resetStream(uint32)          { x.reset() }
func (x *http1) goAway(uint32, bool, string) { x.closeConn() }
func (x *http1) raw(data string)             { x.send([]byte(data)) }

func hex(n int) string {
	const digits = "0123456789abcdef"
	if n < 16 {
		return digits[n : n+1]
	}
	return hex(n/16) + digits[n%16:n%16+1]
}
