package wiretest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Step serves one request.
type Step func(*Call)

// Call is one request under way, as a [Step] sees it. Its methods are for that
// step's goroutine alone. Once the connection is gone they do nothing.
type Call struct {
	s   *Server
	out exchange
	req *http.Request // HTTP/1.1 alone
}

// exchange is what the two protocols do differently.
type exchange interface {
	read(limit int64) Seen
	head(status int, length int64, header []string)
	write(data string) bool
	finish()
	hang()
	reset()
	closeConn()
	resetStream(code uint32)
	goAway(code uint32, processed bool, debug string)
	raw(data string)
}

// Request returns the request's head, nil over HTTP/2.
func (c *Call) Request() *http.Request { return c.req }

// Read reads the rest of the request and reports whether it arrived whole.
func (c *Call) Read() bool {
	seen := c.out.read(-1)
	c.s.note(seen)
	return seen.Whole
}

// ReadSome reads up to n bytes of the body and no more.
func (c *Call) ReadSome(n int64) { c.s.note(c.out.read(n)) }

// Head writes the reply's head. length is the promised size of the body, -1 for
// none; header are names and values in turn.
func (c *Call) Head(status int, length int64, header ...string) { c.out.head(status, length, header) }

// Write writes a part of the reply's body and reports whether that went well.
func (c *Call) Write(data string) bool { return c.out.write(data) }

// Finish ends the reply's body.
func (c *Call) Finish() { c.out.finish() }

// Reply writes a whole reply.
func (c *Call) Reply(status int, body string, header ...string) {
	c.Head(status, int64(len(body)), header...)
	c.Write(body)
	c.Finish()
}

// Hang waits until the client gives the request up or the server is closed.
func (c *Call) Hang() { c.out.hang() }

// Reset resets the TCP connection.
func (c *Call) Reset() { c.out.reset() }

// CloseConn closes the connection in good order.
func (c *Call) CloseConn() { c.out.closeConn() }

// ResetStream resets the HTTP/2 stream with an error code; over HTTP/1.1 it
// resets the connection.
func (c *Call) ResetStream(code uint32) { c.out.resetStream(code) }

// GoAway sends GOAWAY with an error code, naming the stream before this one as
// the last; over HTTP/1.1 it closes the connection.
func (c *Call) GoAway(code uint32) { c.out.goAway(code, false, "") }

// GoAwayAfter is GoAway naming this stream as the last: it may be processed.
// debug is the frame's debug text.
func (c *Call) GoAwayAfter(code uint32, debug string) { c.out.goAway(code, true, debug) }

// Raw writes bytes to the connection that are no reply at all.
func (c *Call) Raw(data string) { c.out.raw(data) }

// HTTP/2 error codes, for [Call.ResetStream] and [Call.GoAway].
const (
	NoError       = 0x0
	ProtocolError = 0x1
	InternalError = 0x2
	StreamRefused = 0x7
	Cancelled     = 0x8
	EnhanceCalm   = 0xb
)

// Respond reads the request and answers.
func Respond(status int, body string, header ...string) Step {
	return func(c *Call) {
		if c.Read() {
			c.Reply(status, body, header...)
		}
	}
}

// JSON is [Respond] with status 200 and the content type of JSON.
func JSON(body string) Step { return Respond(http.StatusOK, body, "Content-Type", "application/json") }

// Redirect reads the request and answers 307 with a Location.
func Redirect(location string) Step {
	return Respond(http.StatusTemporaryRedirect, "", "Location", location)
}

// HangBeforeRead never reads the body nor answers.
func HangBeforeRead() Step { return func(c *Call) { c.Hang() } }

// HangAfterRead reads the request and never answers.
func HangAfterRead() Step { return func(c *Call) { c.Read(); c.Hang() } }

// ResetWhileReading reads n bytes of the body and resets the connection.
func ResetWhileReading(n int64) Step { return func(c *Call) { c.ReadSome(n); c.Reset() } }

// ResetAfterRead reads the request and resets the connection.
func ResetAfterRead() Step { return func(c *Call) { c.Read(); c.Reset() } }

// CloseAfterRead reads the request and closes the connection without a reply.
func CloseAfterRead() Step { return func(c *Call) { c.Read(); c.CloseConn() } }

// ResetInReply resets the connection within the reply's body.
func ResetInReply(status int, body string) Step {
	return func(c *Call) { c.Read(); c.Head(status, int64(len(body))+100); c.Write(body); c.Reset() }
}

// CutReply promises 100 bytes more than it sends and closes the connection.
func CutReply(status int, body string) Step {
	return func(c *Call) { c.Read(); c.Head(status, int64(len(body))+100); c.Write(body); c.CloseConn() }
}

// HangInReply sends a part of the body and then nothing any more.
func HangInReply(status int, body string) Step {
	return func(c *Call) { c.Read(); c.Head(status, int64(len(body))+100); c.Write(body); c.Hang() }
}

// SlowReply sends the body byte by byte with a pause after each.
func SlowReply(status int, body string, pause time.Duration) Step {
	return func(c *Call) {
		c.Read()
		c.Head(status, int64(len(body)))
		for i := range len(body) {
			if !c.Write(body[i:i+1]) || !c.pause(pause) {
				return
			}
		}
		c.Finish()
	}
}

func (c *Call) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.s.done:
		return false
	}
}

// Endless sends a body without end.
func Endless() Step {
	return func(c *Call) {
		c.Read()
		c.Head(http.StatusOK, -1)
		for chunk := strings.Repeat("x", 4096); c.Write(chunk); {
		}
	}
}

// RefuseStream refuses the request unseen: REFUSED_STREAM over HTTP/2, a
// closed connection over HTTP/1.1.
func RefuseStream() Step { return func(c *Call) { c.ResetStream(StreamRefused) } }

// GoAway sends GOAWAY as a server does that is shutting down, and does not look
// at the request.
func GoAway() Step { return func(c *Call) { c.GoAway(NoError); c.Hang() } }

// ResetWhole reads the whole request and then resets its stream.
func ResetWhole(code uint32) Step { return func(c *Call) { c.Read(); c.ResetStream(code) } }

func lengthText(n int64) string { return strconv.FormatInt(n, 10) }
