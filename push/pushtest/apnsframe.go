package pushtest

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"sync"
)

// HTTP/2 frames, flags, settings and errors (RFC 9113).
const (
	h2Data         = 0x0
	h2Headers      = 0x1
	h2Reset        = 0x3
	h2Settings     = 0x4
	h2GoAway       = 0x7
	h2Window       = 0x8
	h2Continuation = 0x9

	h2EndStream = 0x1
	h2Ack       = 0x1

	h2HeaderTableSize = 0x1
	h2MaxStreams      = 0x3

	h2RefusedStream = 0x7
)

const h2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// apnsConn is one client's connection and ours to the server.
type apnsConn struct {
	f      *apnsFront
	raw    net.Conn
	client *tls.Conn
	server *tls.Conn
	over   sync.Once
	// ready is closed when the client has the server's settings, before which it
	// takes nothing else.
	ready chan struct{}
	done  chan struct{}

	mu       sync.Mutex
	limit    uint32
	admitted bool
	greeted  bool // the server's settings were passed on
	acked    bool // the client's answer to them was
	frozen   bool
	leaving  bool // GOAWAY was sent, naming last
	last     uint32
	open     map[uint32]bool
	dropped  map[uint32]bool // streams that the server never sees
}

// end ends both sides; a reset of the server's becomes one of the client's.
func (c *apnsConn) end(err error) {
	c.over.Do(func() {
		close(c.done)
		_ = c.server.NetConn().Close()
		if isReset(err) {
			cutOff(c.raw)
			return
		}
		_ = c.raw.Close()
	})
}

// frame is a frame with its head of 9 bytes.
type frame []byte

func (f frame) kind() byte     { return f[3] }
func (f frame) flags() byte    { return f[4] }
func (f frame) stream() uint32 { return binary.BigEndian.Uint32(f[5:9]) & 0x7fffffff }

func newFrame(kind, flags byte, stream uint32, payload []byte) frame {
	f := make(frame, 9, 9+len(payload))
	f[0], f[1], f[2] = byte(len(payload)>>16), byte(len(payload)>>8), byte(len(payload))
	f[3], f[4] = kind, flags
	binary.BigEndian.PutUint32(f[5:], stream)
	return append(f, payload...)
}

func number(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

func setting(id uint16, value uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(nil, id), value)
}

func readFrame(r io.Reader) (frame, error) {
	f := make(frame, 9)
	if _, err := io.ReadFull(r, f); err != nil {
		return nil, err
	}
	n := int(f[0])<<16 | int(f[1])<<8 | int(f[2])
	f = append(f, make([]byte, n)...)
	_, err := io.ReadFull(r, f[9:])
	return f, err
}

// upstream passes on what the client sends.
func (c *apnsConn) upstream() error {
	hello := make([]byte, len(h2Preface))
	if _, err := io.ReadFull(c.client, hello); err != nil {
		return err
	}
	if _, err := c.server.Write(hello); err != nil {
		return err
	}
	select {
	case <-c.ready:
	case <-c.done:
		return net.ErrClosed
	}
	for {
		f, err := readFrame(c.client)
		if err != nil {
			return err
		}
		if !c.forServer(f) {
			continue
		}
		if _, err := c.server.Write(f); err != nil {
			return err
		}
	}
}

// forServer reports whether a frame is passed on, and answers those that are
// not.
func (c *apnsConn) forServer(f frame) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := f.stream()
	switch {
	case c.frozen:
		return false
	case f.kind() == h2Settings && f.flags()&h2Ack != 0:
		first := !c.acked // the others answer settings of our own
		c.acked = true
		return first
	case f.kind() == h2Headers && !c.open[id]:
		return c.begin(id)
	case c.dropped[id]:
		if n := len(f) - 9; f.kind() == h2Data && n > 0 {
			c.write(newFrame(h2Window, 0, 0, number(uint32(n)))) // the connection's window is everybody's
		}
		return false
	case f.kind() == h2Reset:
		delete(c.open, id)
	}
	return true
}

// begin decides about a new stream; the lock is held.
func (c *apnsConn) begin(id uint32) bool {
	excess := uint32(len(c.open)) >= c.limit
	if excess {
		c.f.tooMany()
	}
	switch {
	case c.leaving:
		c.dropped[id] = true // GOAWAY has said it already
		return false
	case excess || c.f.refused():
		c.dropped[id] = true
		c.write(newFrame(h2Reset, 0, id, number(h2RefusedStream)))
		return false
	}
	c.open[id] = true
	c.last = max(c.last, id)
	return true
}

// downstream passes on what the server sends.
func (c *apnsConn) downstream() error {
	for {
		f, err := readFrame(c.server)
		if err != nil {
			return err
		}
		c.mu.Lock()
		err = c.forClient(f)
		c.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// forClient passes a frame on; the lock is held.
func (c *apnsConn) forClient(f frame) error {
	if c.frozen {
		return nil
	}
	switch f.kind() {
	case h2Settings:
		if f.flags()&h2Ack == 0 && !c.greeted {
			c.greeted = true
			defer close(c.ready)
			f = c.settings(f)
		}
	case h2Headers, h2Data:
		if f.flags()&h2EndStream != 0 {
			delete(c.open, f.stream())
		}
	case h2Reset:
		delete(c.open, f.stream())
	}
	return c.write(f)
}

// settings makes the server's first settings ours.
func (c *apnsConn) settings(f frame) frame {
	var out []byte
	for p := f[9:]; len(p) >= 6; p = p[6:] {
		if id := binary.BigEndian.Uint16(p); id != h2HeaderTableSize && id != h2MaxStreams {
			out = append(out, p[:6]...)
		}
	}
	out = append(out, setting(h2HeaderTableSize, 0)...)
	return newFrame(h2Settings, 0, 0, append(out, setting(h2MaxStreams, c.limit)...))
}

// write sends a frame to the client; the lock is held.
func (c *apnsConn) write(f frame) error {
	_, err := c.client.Write(f)
	return err
}

// admit raises the limit once.
func (c *apnsConn) admit(limit uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.admitted || c.frozen {
		return
	}
	c.admitted = true
	c.limit = limit
	_ = c.write(newFrame(h2Settings, 0, 0, setting(h2MaxStreams, limit)))
}

func (c *apnsConn) goAway() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaving || !c.greeted {
		return
	}
	c.leaving = true
	_ = c.write(newFrame(h2GoAway, 0, 0, append(number(c.last), number(0)...)))
}

func (c *apnsConn) freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = true
}
