package wiretest

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
)

// HTTP/2 frame types and flags (RFC 9113).
const (
	frameData         = 0x0
	frameHeaders      = 0x1
	frameReset        = 0x3
	frameSettings     = 0x4
	framePing         = 0x6
	frameGoAway       = 0x7
	frameWindow       = 0x8
	frameContinuation = 0x9

	flagEndStream  = 0x1
	flagAck        = 0x1
	flagEndHeaders = 0x4
	flagPadded     = 0x8
)

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// http2Conn is a connection that speaks HTTP/2 frames.
type http2Conn struct {
	s         *Server
	raw, conn net.Conn

	wmu sync.Mutex // one frame at a time

	mu      sync.Mutex
	streams map[uint32]*stream
}

// stream is one request over HTTP/2.
type stream struct {
	c  *http2Conn
	id uint32

	body  []byte        // guarded by c.mu
	whole bool          // guarded by c.mu
	some  chan struct{} // poked when data arrived
	ended chan struct{} // closed when the client ended its side
	gone  chan struct{} // closed when the client gave up, or the connection ended
	once  sync.Once
	room  int64 // what the client's window takes; the step's goroutine alone
}

func serveHTTP2(s *Server, raw, conn net.Conn) {
	c := &http2Conn{s: s, raw: raw, conn: conn, streams: map[uint32]*stream{}}
	defer c.endAll()
	c.frame(frameSettings, 0, 0, nil)
	hello := make([]byte, len(preface))
	if _, err := io.ReadFull(conn, hello); err != nil || string(hello) != preface {
		return
	}
	for c.next() {
	}
}

// next reads and handles one frame.
func (c *http2Conn) next() bool {
	var h [9]byte
	if _, err := io.ReadFull(c.conn, h[:]); err != nil {
		return false
	}
	payload := make([]byte, int(h[0])<<16|int(h[1])<<8|int(h[2]))
	if _, err := io.ReadFull(c.conn, payload); err != nil {
		return false
	}
	kind, flags, id := h[3], h[4], binary.BigEndian.Uint32(h[5:])&0x7fffffff
	switch kind {
	case frameSettings:
		if flags&flagAck == 0 {
			c.frame(frameSettings, flagAck, 0, nil)
		}
	case framePing:
		if flags&flagAck == 0 {
			c.frame(framePing, flagAck, 0, payload)
		}
	case frameHeaders:
		c.begin(id, flags&flagEndStream != 0)
	case frameData:
		c.data(id, flags, payload)
	case frameReset:
		if st := c.stream(id); st != nil {
			st.over()
		}
	case frameContinuation, frameWindow, frameGoAway:
		// Nothing depends on them here.
	}
	return true
}

func (c *http2Conn) stream(id uint32) *stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.streams[id]
}

// begin starts a request's step. The header is not decoded; a CONTINUATION is
// skipped like it.
func (c *http2Conn) begin(id uint32, ended bool) {
	st := &stream{c: c, id: id, some: make(chan struct{}, 1), ended: make(chan struct{}), gone: make(chan struct{}), room: 1 << 20}
	c.mu.Lock()
	c.streams[id] = st
	st.whole = ended
	c.mu.Unlock()
	if ended {
		close(st.ended)
	}
	step := c.s.step()
	c.s.wg.Add(1)
	go func() {
		defer c.s.wg.Done()
		step(&Call{s: c.s, out: st})
	}()
}

func (c *http2Conn) data(id uint32, flags byte, payload []byte) {
	n := len(payload)
	if flags&flagPadded != 0 && n > 0 {
		payload = payload[1:max(1, n-int(payload[0]))]
	}
	if n > 0 {
		var w [4]byte
		binary.BigEndian.PutUint32(w[:], uint32(n))
		c.frame(frameWindow, 0, 0, w[:])
		c.frame(frameWindow, 0, id, w[:])
	}
	st := c.stream(id)
	c.mu.Lock()
	if st == nil || st.whole {
		c.mu.Unlock()
		return
	}
	st.body = append(st.body, payload...)
	if flags&flagEndStream != 0 {
		st.whole = true
	}
	c.mu.Unlock()
	select {
	case st.some <- struct{}{}:
	default:
	}
	if flags&flagEndStream != 0 {
		close(st.ended)
	}
}

func (c *http2Conn) endAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, st := range c.streams {
		st.over()
	}
}

// frame writes one frame.
func (c *http2Conn) frame(kind, flags byte, id uint32, payload []byte) bool {
	b := make([]byte, 9, 9+len(payload))
	b[0], b[1], b[2] = byte(len(payload)>>16), byte(len(payload)>>8), byte(len(payload))
	b[3], b[4] = kind, flags
	binary.BigEndian.PutUint32(b[5:], id)
	c.wmu.Lock()
	defer c.wmu.Unlock()
	_, err := c.conn.Write(append(b, payload...))
	return err == nil
}

// over notes that the client is gone.
func (st *stream) over() { st.once.Do(func() { close(st.gone) }) }

func (st *stream) read(limit int64) Seen {
	for {
		st.c.mu.Lock()
		seen := Seen{Body: string(st.body), Whole: st.whole && limit < 0}
		st.c.mu.Unlock()
		if seen.Whole || limit >= 0 && int64(len(seen.Body)) >= limit {
			return seen
		}
		select {
		case <-st.some:
		case <-st.ended:
			if limit >= 0 {
				return seen
			}
		case <-st.gone:
			return st.last(limit)
		case <-st.c.s.done:
			return seen
		}
	}
}

// last is what had arrived when the client gave up: it may be everything.
func (st *stream) last(limit int64) Seen {
	st.c.mu.Lock()
	defer st.c.mu.Unlock()
	return Seen{Body: string(st.body), Whole: st.whole && limit < 0}
}

func (st *stream) head(status int, length int64, header []string) {
	var block []byte
	if status == 200 {
		block = append(block, 0x88) // static table entry 8
	} else {
		block = hpack(append(block, 0x08), lengthText(int64(status))) // name of entry 8
	}
	for i := 0; i+1 < len(header); i += 2 {
		block = hpack(hpack(append(block, 0x00), strings.ToLower(header[i])), header[i+1])
	}
	if length >= 0 {
		block = hpack(hpack(append(block, 0x00), "content-length"), lengthText(length))
	}
	st.c.frame(frameHeaders, flagEndHeaders, st.id, block)
}

// hpack appends a string literal without Huffman coding.
func hpack(b []byte, s string) []byte {
	n := len(s)
	if n < 127 {
		return append(append(b, byte(n)), s...)
	}
	b = append(b, 127)
	for n -= 127; n >= 128; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(append(b, byte(n)), s...)
}

func (st *stream) write(data string) bool {
	for len(data) > 0 {
		n := min(len(data), 16<<10)
		if st.room -= int64(n); st.room < 0 {
			st.hang()
			return false
		}
		select {
		case <-st.gone:
			return false
		default:
		}
		if !st.c.frame(frameData, 0, st.id, []byte(data[:n])) {
			return false
		}
		data = data[n:]
	}
	return true
}

func (st *stream) finish() { st.c.frame(frameData, flagEndStream, st.id, nil) }

func (st *stream) hang() {
	select {
	case <-st.gone:
	case <-st.c.s.done:
	}
}

func (st *stream) reset() {
	if t, ok := st.c.raw.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = st.c.raw.Close()
}

func (st *stream) closeConn() { _ = st.c.conn.Close() }

func (st *stream) resetStream(code uint32) {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], code)
	st.c.frame(frameReset, 0, st.id, b[:])
}

func (st *stream) goAway(code uint32, processed bool, debug string) {
	last := max(st.id, 2) - 2
	if processed {
		last = st.id
	}
	b := binary.BigEndian.AppendUint32(nil, last)
	b = binary.BigEndian.AppendUint32(b, code)
	st.c.frame(frameGoAway, 0, 0, append(b, debug...))
}

func (st *stream) raw(data string) {
	st.c.wmu.Lock()
	defer st.c.wmu.Unlock()
	_, _ = st.c.conn.Write([]byte(data))
}
