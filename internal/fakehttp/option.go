package fakehttp

import "net/http"

// Option changes how [New] builds a server.
type Option func(*options)

type options struct {
	tls     bool
	http1   bool
	hosts   []string
	ledger  *Ledger
	logSize int
	logBody int
	masks   []func(*Exchange)
}

// TLS makes the fake speak HTTPS, with HTTP/2 and HTTP/1.1, under a certificate of its own that [Server.Client] trusts.
func TLS() Option { return func(o *options) { o.tls = true } }

// HTTP1 keeps a fake with [TLS] on HTTP/1.1.
func HTTP1() Option { return func(o *options) { o.http1 = true } }

// Hosts names hosts that [Server.Client] connects to the fake instead of looking them up, whatever the port, and that
// the certificate covers. It is for vendor libraries with addresses that cannot be changed.
func Hosts(names ...string) Option { return func(o *options) { o.hosts = append(o.hosts, names...) } }

// WithLedger makes several fakes count in one ledger, so that a message accepted by two of them is seen as a duplicate.
func WithLedger(l *Ledger) Option { return func(o *options) { o.ledger = l } }

// LogSize sets how many exchanges [Server.Log] keeps (default 512; 0 keeps none) and how many bytes of each body
// (default 8192).
func LogSize(exchanges, bodyBytes int) Option {
	return func(o *options) { o.logSize, o.logBody = max(exchanges, 0), max(bodyBytes, 0) }
}

// Mask adds a function that removes secrets from an exchange before it is stored. Masks run in order. See also
// [MaskParams], [MaskHeaders] and [MaskJSON]. The headers Authorization, Proxy-Authorization and Cookie are always
// masked.
func Mask(f func(*Exchange)) Option { return func(o *options) { o.masks = append(o.masks, f) } }

// MaskParams masks the values of these parameters in queries and form bodies.
func MaskParams(names ...string) Option {
	return Mask(func(x *Exchange) {
		x.Query = maskPairs(x.Query, names)
		if isForm(x.Header) {
			x.Body = maskPairs(x.Body, names)
		}
	})
}

// MaskHeaders masks the values of these headers, in requests and replies.
func MaskHeaders(names ...string) Option {
	return Mask(func(x *Exchange) { maskHeaders(x, names) })
}

// MaskJSON masks the string values of members with these names, at any depth, in request and reply bodies.
func MaskJSON(names ...string) Option {
	re := jsonMember(names)
	return Mask(func(x *Exchange) {
		x.Body = re.ReplaceAllString(x.Body, `${1}"`+masked+`"`)
		x.Reply = re.ReplaceAllString(x.Reply, `${1}"`+masked+`"`)
	})
}

func maskHeaders(x *Exchange, names []string) {
	for _, h := range []http.Header{x.Header, x.ReplyHeader} {
		for _, name := range names {
			if h.Get(name) != "" {
				h.Set(name, masked)
			}
		}
	}
}
