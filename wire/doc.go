// Package wire is the guarded HTTP client through which every adapter speaks to
// its vendor, the vendor's own library included. It answers the question that
// net/http leaves open: when a call fails, was it sent?
//
// It is small and public, so that an adapter written outside this module
// classifies failures as ours do.
//
// # Usage
//
// An adapter builds one [Client] and asks it for exchanges:
//
//	c, err := wire.New(wire.Config{Provider: "acmesms", Secrets: func() []string { return []string{key} }})
//	reply, err := c.Do(ctx, &wire.Request{
//		Op: "send", URL: base + "/sms", Body: form, Send: true, Private: []string{number, text},
//	})
//	if err != nil {
//		return err // a *waybill.Error, complete
//	}
//	var v answer
//	if e := reply.JSON(&v); e != nil {
//		return e
//	}
//
// [Client.Do] reads a bounded reply, [Client.Stream] hands out an unbounded one
// with a bound on its silence, and [Client.Bind] puts a vendor's library on
// exchanges that are judged here, or a request of your own whose body is too large
// for memory.
//
// # Was it sent?
//
// NotSent is said only when it is proven. There are four proofs:
//
//   - no connection was obtained;
//   - the request has a body that is not empty, and nothing of it was read when
//     the exchange ended. The body is sealed at that moment, so nothing can be
//     read of it afterwards;
//   - HTTP/2 refused the stream: REFUSED_STREAM, or GOAWAY naming an earlier
//     stream;
//   - the vendor's reply says so, which is the adapter's to judge.
//
// That a request was written is no evidence, nor that it was not: the hook of
// net/http for it comes late, and in mid-cancellation a server may have all of a
// request that its client believes unwritten.
//
// # What happens to an exchange
//
//	what                                        Code                Scope     Delivery   VendorCode
//	------------------------------------------  ------------------  --------  ---------  -------------------
//	bad URL, header or method                   InvalidArgument     Request   NotSent
//	the caller's end before the exchange        Canceled, Deadline  Unknown   NotSent
//	connection refused, unreachable             Unavailable         Provider  NotSent    wire_dial
//	name not resolved                           Unavailable         Provider  NotSent    wire_dns
//	certificate, TLS handshake                  Unavailable         Provider  NotSent    wire_tls
//	attempt's time-out before a connection      DeadlineExceeded    Unknown   NotSent    wire_dial
//	failure with nothing of the body read       Unavailable         Provider  NotSent    wire_unsent
//	HTTP/2 stream refused, after 2 replays      Unavailable         Provider  NotSent    wire_refused_stream
//	reset, closed, stream error, no reply       Unavailable         Provider  Ambiguous  wire_reset
//	PROTOCOL_ERROR after the request            Unavailable         Provider  Ambiguous  wire_reset
//	attempt's time-out afterwards               DeadlineExceeded    Unknown   Ambiguous
//	the caller's end afterwards                 Canceled, Deadline  Unknown   Ambiguous
//	reply cut, reset in the body, broken gzip   DataLoss            Provider  Ambiguous  wire_cut
//	reply larger than its bound                 DataLoss            Provider  Ambiguous  wire_too_large
//	stream silent for too long                  DeadlineExceeded    Provider  Ambiguous  wire_idle
//	library sent nothing                        Unsupported         Request   NotSent    wire_refused
//	any complete reply, of any status           a Reply, no error
//
// A caller's end, or an attempt's time-out, counts as Ambiguous "afterwards"
// unless one of the proofs holds. The caller's end is found by errors.Is; an
// attempt's is not.
//
// A reply without a length that ends with its connection (HTTP/1.0, and servers
// that close) passes for complete, since its cut end cannot be told: take it for
// a success only by something in it, as [Reply.JSON] does. What a server sends
// beyond its reply ends the connection; at worst the next exchange on it is
// Ambiguous. Over plain HTTP a proxy's reply cannot be told from the vendor's; a
// proxy that refuses CONNECT is a failure to connect.
//
// [Reply.JSON] takes what is not the wanted JSON for DataLoss, Ambiguous
// (wire_reply). [Reply.StatusError] classifies by status alone, the status
// being the vendor code:
//
//	status                       Code                Scope     Delivery
//	---------------------------  ------------------  --------  ---------
//	2xx                          no error
//	3xx (never followed)         Unavailable         Provider  Ambiguous
//	401                          Unauthenticated     Account   NotSent
//	402                          QuotaExhausted      Account   NotSent
//	403, 404, 410                PermissionDenied    Account   NotSent
//	407, 408, 421, 425           Unavailable         Provider  NotSent
//	409, 412, 423, 428           FailedPrecondition  Request   NotSent
//	429                          RateLimited         Service   NotSent
//	400, 413, every other 4xx    Unsupported         Request   NotSent
//	500                          Internal            Provider  Ambiguous
//	501 of a read                Unsupported         Request   NotSent
//	501 of a send                Internal            Provider  Ambiguous
//	502, 503, 504, other 5xx     Unavailable         Provider  Ambiguous
//	anything else                Unknown             Provider  Ambiguous
//
// A bare 404 is a wrong path or project rather than an empty answer, and a bare
// 400 or 413 may be this vendor's taste alone; an adapter that knows better
// looks at the body, or the status, first.
//
// # What is never repeated
//
// A Request with Send set goes over HTTP/1.1, where net/http repeats it only
// when no byte of it was written. With HTTP2Sends, or on a RoundTripper that is
// not net/http's own, it goes without the means to be repeated: no GetBody, and
// a body even where there is none. Idempotency-Key, which would make net/http
// repeat a POST, is stripped. A stream that HTTP/2 refused unseen is sent again
// here, at most twice. Reads may be repeated by net/http.
//
// Redirects are never followed; traceparent, tracestate and baggage never
// leave, unless a given RoundTripper adds them below.
//
// # Errors
//
// Every error is a *waybill.Error. In no node of its tree is there a URL with
// path or query, a header, a body, or one of the client's secrets; vendors'
// texts pass through [Client.Scrub], and so do their codes but for those that
// Config.Codes knows. Of a transport's error a [TransportError] is kept.
//
// Package wiretest has the scripted server on which all this is tested.
package wire
