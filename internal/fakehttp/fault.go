package fakehttp

import (
	"net/http"
	"strconv"
	"time"
)

// Kind says at which stage and how a [Fault] strikes.
type Kind uint8

const (
	// None is no fault: the fake is healthy.
	None Kind = iota
	// RefuseKind: the port refuses connections ("connection refused"). Requests in flight are still answered.
	RefuseKind
	// ResetOnAcceptKind: the connection is accepted and reset before anything was read.
	ResetOnAcceptKind
	// HangBeforeReadKind: the connection stands, the request's body is not read and nothing is answered.
	HangBeforeReadKind
	// HangAfterReadKind: the request is read whole and nothing is answered until the client leaves.
	HangAfterReadKind
	// ResetBeforeReplyKind: the request is read whole, then the connection is reset.
	ResetBeforeReplyKind
	// ResetMidReplyKind: headers and half the body are sent, then the connection is reset.
	ResetMidReplyKind
	// CutBodyKind: the reply ends in an orderly way before its Content-Length.
	CutBodyKind
	// SlowBodyKind: the reply's body comes a byte at a time, with a pause before each.
	SlowBodyKind
	// EndlessKind: the reply's body never ends.
	EndlessKind
	// GarbageKind: what comes back is not HTTP. On HTTP/2 the connection is reset instead.
	GarbageKind
	// StatusKind: a fixed reply: status, headers, body. HTML with 200, 429, 5xx and redirects are made of it.
	StatusKind
	// AnswerKind: another handler answers.
	AnswerKind
	// DelayKind: the request is processed and answered rightly, but late.
	DelayKind
)

// String returns a name such as "reset_before_reply", fit for a subtest.
func (k Kind) String() string {
	names := [...]string{"none", "refuse", "reset_on_accept", "hang_before_read", "hang_after_read", "reset_before_reply",
		"reset_mid_reply", "cut_body", "slow_body", "endless", "garbage", "status", "answer", "delay"}
	if int(k) >= len(names) {
		return "kind_" + strconv.Itoa(int(k))
	}
	return names[k]
}

// Fault is what goes wrong with a request. Make one with the functions of this package; the zero Fault is none.
type Fault struct {
	// Kind is what goes wrong.
	Kind Kind
	// Processed says that the handler runs first, and so accepts and counts the request, and that only its reply is
	// lost, replaced or spoiled. Set it with [After].
	Processed bool
	// Label overrides the name that [Fault.String] gives.
	Label string
	// Code, Header and Body are the reply of StatusKind.
	Code   int
	Header http.Header
	Body   string
	// Pause is the time before each byte of SlowBodyKind, and before the reply of DelayKind.
	Pause time.Duration
	// Handler answers for AnswerKind. It can read the first MiB of the request's body.
	Handler http.Handler
}

// String names the fault for subtests and logs: the kind or the label, and "_processed" for the flavour of [After].
func (f Fault) String() string {
	name := f.Label
	switch {
	case name != "":
	case f.Kind == StatusKind:
		name = "status_" + strconv.Itoa(f.Code)
	default:
		name = f.Kind.String()
	}
	if f.Processed {
		name += "_processed"
	}
	return name
}

func (f Fault) name() string {
	if f.Kind == None {
		return ""
	}
	return f.String()
}

// Unreached reports whether the request can never get to the fake, so that a client may know that nothing happened.
// All other faults look to the client as if the request may have been processed, unless the reply says otherwise.
func (f Fault) Unreached() bool { return f.Kind == RefuseKind }

// Replied reports whether the client gets a whole, well-formed HTTP reply.
func (f Fault) Replied() bool {
	return f.Kind == None || f.Kind == StatusKind || f.Kind == AnswerKind || f.Kind == DelayKind
}

// After returns the flavour of f that strikes after processing: the request is accepted and counted, then the reply
// goes wrong. Faults that strike before the request is read have no such flavour and come back unchanged.
func After(f Fault) Fault {
	switch f.Kind {
	case None, RefuseKind, ResetOnAcceptKind, HangBeforeReadKind:
		return f
	}
	f.Processed = true
	return f
}

// Refuse makes the port refuse connections. With a [Rule] that has a Match or a number of Times it resets instead, as
// [ResetOnAccept], because a refused connection shows no request to match or count.
func Refuse() Fault { return Fault{Kind: RefuseKind} }

// ResetOnAccept resets each connection at once, and each request that comes on a connection already standing.
func ResetOnAccept() Fault { return Fault{Kind: ResetOnAcceptKind} }

// HangBeforeRead leaves the request unread and unanswered. (A server cannot see a client leave whose body it does not
// read, so such a hang may last until Close. With [Rule.Match] the body is read for the match.)
func HangBeforeRead() Fault { return Fault{Kind: HangBeforeReadKind} }

// HangAfterRead reads the request and does not answer.
func HangAfterRead() Fault { return Fault{Kind: HangAfterReadKind} }

// ResetBeforeReply reads the request and resets the connection. On HTTP/2 that ends every stream on it.
func ResetBeforeReply() Fault { return Fault{Kind: ResetBeforeReplyKind} }

// ResetMidReply sends half of the reply and resets the connection.
func ResetMidReply() Fault { return Fault{Kind: ResetMidReplyKind} }

// CutBody announces more bytes of body than it sends.
func CutBody() Fault { return Fault{Kind: CutBodyKind} }

// SlowBody sends the body a byte at a time, each after pause.
func SlowBody(pause time.Duration) Fault { return Fault{Kind: SlowBodyKind, Pause: pause} }

// Endless sends a body without end: the reply but for its last byte, then blanks as fast as the client takes them.
func Endless() Fault { return Fault{Kind: EndlessKind} }

// Garbage answers with bytes that are not HTTP.
func Garbage() Fault { return Fault{Kind: GarbageKind} }

// Status answers with a fixed reply. header may be nil.
func Status(code int, header http.Header, body string) Fault {
	return Fault{Kind: StatusKind, Code: code, Header: header, Body: body}
}

// TooMany answers 429 with the given Retry-After (seconds or an HTTP date; "" leaves it out) and an empty body.
func TooMany(retryAfter string) Fault { return retryLater(http.StatusTooManyRequests, retryAfter) }

// Overloaded answers 503 with the given Retry-After ("" leaves it out) and an empty body.
func Overloaded(retryAfter string) Fault {
	return retryLater(http.StatusServiceUnavailable, retryAfter)
}

func retryLater(code int, after string) Fault {
	h := http.Header{}
	if after != "" {
		h.Set("Retry-After", after)
	}
	return Status(code, h, "")
}

// HTML answers with an error page as gateways, captive portals and login walls send it, under the given status.
func HTML(code int) Fault {
	f := Status(code, http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		"<!DOCTYPE html>\n<html><head><title>Notice</title></head><body><h1>Please wait</h1></body></html>\n")
	f.Label = "html_" + strconv.Itoa(code)
	return f
}

// Redirect answers 307, which asks the client to repeat the whole request at location, mostly another host.
func Redirect(location string) Fault {
	f := Status(http.StatusTemporaryRedirect, http.Header{"Location": {location}}, "")
	f.Label = "redirect_307"
	return f
}

// Answer lets h answer in the place of the fake, for a vendor's own refusal. label names it.
func Answer(label string, h http.Handler) Fault {
	return Fault{Kind: AnswerKind, Label: label, Handler: h}
}

// Delay processes and answers the request, but only after d.
func Delay(d time.Duration) Fault {
	return Fault{Kind: DelayKind, Processed: true, Pause: d, Label: "delay"}
}
