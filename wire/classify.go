package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"syscall"

	"github.com/waybill-go/waybill"
)

// The vendor codes of this package's own findings, beside those of the root
// (waybill.CodeDial and its like).
const (
	// CodeReset: the connection failed after it had been obtained and before a
	// reply was complete.
	CodeReset = "wire_reset"
	// CodeUnsent: the connection failed before anything of the request's body
	// had been read, so nothing was sent.
	CodeUnsent = "wire_unsent"
	// CodeCut: the reply's body ended early or could not be decompressed.
	CodeCut = "wire_cut"
	// CodeTooLarge: the reply exceeded its bound.
	CodeTooLarge = "wire_too_large"
	// CodeIdle: a streamed reply was silent for too long.
	CodeIdle = "wire_idle"
	// CodeRefused: a vendor's library wanted to do an exchange again, or sent
	// nothing at all.
	CodeRefused = "wire_refused"
	// CodeReply: the reply was complete and not what the vendor documents.
	CodeReply = "wire_reply"
)

// TransportError is what is kept of a transport's error: a text without
// addresses, queries, headers and bodies, and the cause where it is harmless
// (a system call's number, io.EOF). errors.As finds it in a *waybill.Error.
type TransportError struct {
	text    string
	timeout bool
	cause   error
}

// Error returns the text.
func (e *TransportError) Error() string { return e.text }

// Timeout reports whether the transport's own clock ended it.
func (e *TransportError) Timeout() bool { return e.timeout }

// Unwrap returns the cause: a syscall.Errno, io.EOF, io.ErrUnexpectedEOF or
// nil.
func (e *TransportError) Unwrap() error { return e.cause }

var errNoReply = errors.New("wire: the transport returned no reply")

// refusedText matches net/http's (and x/net/http2's) word for a stream that
// the server refused unseen: REFUSED_STREAM by the peer, or a GOAWAY that names
// an earlier stream. It matches whole texts only, since a server may choose
// parts of others.
var refusedText = regexp.MustCompile(`^(?:` +
	`http2: Transport: cannot retry err \[(?:stream error: stream ID \d+; REFUSED_STREAM; received from peer|http2: Transport received Server's graceful shutdown GOAWAY)\] after Request\.Body was written; define Request\.GetBody to avoid this error` +
	`|stream error: stream ID \d+; REFUSED_STREAM; received from peer` +
	`|http2: Transport received Server's graceful shutdown GOAWAY` +
	`|http2: Transport received GOAWAY from server ErrCode:[A-Z0-9_]+` +
	`|http2: Transport received GOAWAY from server ErrCode:unknown error code 0x[0-9a-f]+` +
	`)$`)

// refused reports whether err says that HTTP/2 refused the request unseen.
func refused(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if refusedText.MatchString(err.Error()) {
			return true
		}
	}
	return false
}

// failure classifies the error of an exchange that brought no reply, and seals
// its evidence.
func (c *Client) failure(ctx context.Context, ev *evidence, err error, r *Request) *waybill.Error {
	delivery := waybill.Ambiguous
	unsent := ev.unsent()
	turned := refused(err)
	if unsent || turned {
		delivery = waybill.NotSent
	}
	if e := waybill.FromContext(ctx); e != nil && !turned {
		if ev.unconnected() && errors.Is(context.Cause(ctx), waybill.ErrAttemptTimeout) {
			e.VendorCode, e.Message = waybill.CodeDial, "no connection in time"
		}
		return c.complete(e, r, delivery)
	}
	safe := c.safe(err, r)
	e := &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Message: safe.text, Err: safe}
	switch {
	case turned:
		e.VendorCode, e.Message = waybill.CodeRefusedStream, "the server refused the stream"
	case ev.unconnected():
		e.VendorCode = local(err)
	case unsent:
		e.VendorCode = CodeUnsent
	default:
		e.VendorCode = CodeReset
	}
	if safe.timeout && !ev.unconnected() {
		e.Code = waybill.DeadlineExceeded
	}
	return c.complete(e, r, delivery)
}

// cut classifies the failure to read a reply whose head had arrived.
func (c *Client) cut(ctx context.Context, err error, r *Request) *waybill.Error {
	if e := waybill.FromContext(ctx); e != nil {
		return c.complete(e, r, waybill.Ambiguous)
	}
	safe := c.safe(err, r)
	e := &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, VendorCode: CodeCut, Message: "the reply was cut: " + safe.text, Err: safe}
	if safe.timeout {
		e.Code = waybill.DeadlineExceeded
	}
	return c.complete(e, r, waybill.Ambiguous)
}

func (c *Client) tooLarge(r *Request) *waybill.Error {
	e := &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeProvider, VendorCode: CodeTooLarge, Message: "the reply is larger than its bound"}
	return c.complete(e, r, waybill.Ambiguous)
}

// complete sets whose error it is and whether it was sent.
func (c *Client) complete(e *waybill.Error, r *Request, d waybill.Delivery) *waybill.Error {
	e.Provider, e.Op, e.Ref, e.Delivery = c.cfg.Provider, r.Op, r.Ref, d
	return e
}

// local tells the three failures to get a connection apart.
func local(err error) string {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return waybill.CodeDNS
	}
	if tlsFailure(err) != "" {
		return waybill.CodeTLS
	}
	return waybill.CodeDial
}

// tlsFailure returns the text of a failed handshake, or nothing.
func tlsFailure(err error) string {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	switch {
	case errors.As(err, &authority):
		return "the certificate is signed by an unknown authority"
	case errors.As(err, &host):
		return "the certificate is for another host"
	case errors.As(err, &invalid):
		return "the certificate is not valid"
	case errors.As(err, &verify):
		return "the certificate could not be verified"
	case errors.As(err, &record):
		return "the server does not speak TLS"
	case errors.As(err, &alert):
		return alert.Error()
	}
	for ; err != nil; err = errors.Unwrap(err) {
		s := err.Error()
		if strings.HasPrefix(s, "tls: ") || strings.HasPrefix(s, "remote error: tls: ") || strings.HasSuffix(s, "TLS handshake timeout") ||
			s == "http: server gave HTTP response to HTTPS client" {
			return s
		}
	}
	return ""
}

// safe copies what may be shown of a transport's error.
func (c *Client) safe(err error, r *Request) *TransportError {
	e := new(TransportError)
	var timeout interface{ Timeout() bool }
	e.timeout = errors.As(err, &timeout) && timeout.Timeout()
	var (
		errno syscall.Errno
		dns   *net.DNSError
	)
	switch {
	case errors.As(err, &dns):
		e.text = "the host's name could not be resolved"
		if dns.IsTimeout {
			e.text += " in time"
		}
	case errors.As(err, &errno):
		e.text, e.cause = errno.Error(), errno
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.text, e.cause = "unexpected end", io.ErrUnexpectedEOF
	case errors.Is(err, io.EOF):
		e.text, e.cause = "the connection was closed", io.EOF
	case proxyAddress(err):
		e.text = "the proxy's address in the environment is not valid"
	default:
		if e.text = tlsFailure(err); e.text == "" {
			e.text = innermost(err)
		}
		e.text = c.scrub(e.text, r.Private)
	}
	return e
}

// proxyAddress reports whether the environment's proxy could not be read, which
// net/http says with the whole of it, password included.
func proxyAddress(err error) bool {
	return strings.HasPrefix(innermost(err), "invalid proxy address ")
}

// innermost returns the text of the last error of a chain, which is the one
// without the request's method and URL.
func innermost(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
