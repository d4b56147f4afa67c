package fakes3

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	basic     = "20060102T150405Z"
	maxSkew   = 15 * time.Minute
	maxLife   = 7 * 24 * 60 * 60 // seconds
	unsigned  = "UNSIGNED-PAYLOAD"
	hexDigits = "0123456789abcdef"
)

// auth is a verified signature.
type auth struct {
	payload string // as in x-amz-content-sha256
	chain   *chain // of chunks that are signed each
}

// chain is the signatures of chunks, of which each covers the one before it
// ("Transferring payload in multiple chunks").
type chain struct {
	key         []byte
	when, scope string
	last, given string
	chunk       hash.Hash
}

// link verifies a chunk's signature; there is none without a chain.
func (c *chain) link(kind string) bool {
	if c == nil {
		return true
	}
	text := algorithm + "-" + kind + "\n" + c.when + "\n" + c.scope + "\n" + c.last + "\n"
	if kind == "PAYLOAD" {
		text += emptySum + "\n"
	}
	want := hex.EncodeToString(mac(c.key, text+hex.EncodeToString(c.chunk.Sum(nil))))
	c.chunk.Reset()
	c.last = want
	return hmac.Equal([]byte(want), []byte(c.given))
}

// emptySum is the SHA-256 of nothing.
const emptySum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// claim is what a request says about its signature.
type claim struct {
	access, day, region, service string
	signed                       []string
	signature, token, payload    string
	at                           time.Time
}

// authenticate verifies a request's signature.
func (s *Server) authenticate(r *http.Request, q url.Values) (*auth, *s3Error) {
	var c claim
	var e *s3Error
	link := q.Has("X-Amz-Algorithm") || q.Has("X-Amz-Signature")
	if link {
		c, e = s.linkClaim(r, q)
	} else {
		c, e = s.headerClaim(r)
	}
	if e != nil {
		return nil, e
	}
	keys := s.in.Accepted()
	switch {
	case c.access != keys.Access:
		return nil, fail("InvalidAccessKeyId")
	case (c.region != s.o.Region || c.service != "s3") && link:
		return nil, fail("AuthorizationQueryParametersError")
	case c.region != s.o.Region:
		return nil, &s3Error{code: "AuthorizationHeaderMalformed", region: s.o.Region,
			message: "The authorization header is malformed; the region \"" + c.region + "\" is wrong; expecting \"" + s.o.Region + "\""}
	case c.service != "s3":
		return nil, fail("AuthorizationHeaderMalformed")
	case c.day != c.at.Format("20060102"):
		return nil, fail("SignatureDoesNotMatch")
	case !slices.Contains(c.signed, "host"):
		return nil, fail("AuthorizationHeaderMalformed")
	}
	for name := range r.Header {
		if low := strings.ToLower(name); strings.HasPrefix(low, "x-amz-") && !slices.Contains(c.signed, low) {
			return nil, &s3Error{code: "AccessDenied", message: "There were headers present in the request which were not signed"}
		}
	}
	want := signature(keys.Secret, c, canonical(r, q, c))
	if !hmac.Equal([]byte(want), []byte(c.signature)) {
		return nil, fail("SignatureDoesNotMatch")
	}
	if c.token != keys.Token {
		return nil, fail("InvalidToken")
	}
	if keys.Expired {
		return nil, fail("ExpiredToken")
	}
	s.Note("verified")
	return &auth{payload: c.payload, chain: &chain{key: c.key(keys.Secret), when: c.at.Format(basic), scope: c.full(), last: want, chunk: sha256.New()}}, nil
}

// headerClaim reads the Authorization header.
func (s *Server) headerClaim(r *http.Request) (c claim, e *s3Error) {
	h := r.Header.Get("Authorization")
	if h == "" {
		return c, fail("AccessDenied")
	}
	rest, ok := strings.CutPrefix(h, algorithm+" ")
	if !ok {
		return c, fail("InvalidRequest")
	}
	var credential string
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			credential = value
		case "SignedHeaders":
			c.signed = strings.Split(value, ";")
		case "Signature":
			c.signature = value
		default:
			return c, fail("AuthorizationHeaderMalformed")
		}
	}
	if !c.scope(credential) {
		return c, fail("AuthorizationHeaderMalformed")
	}
	c.payload, c.token = r.Header.Get("X-Amz-Content-Sha256"), r.Header.Get("X-Amz-Security-Token")
	switch {
	case c.payload == "":
		return c, fail("InvalidRequest")
	case c.payload != unsigned && !strings.HasPrefix(c.payload, "STREAMING-") && (len(c.payload) != 64 || strings.Trim(c.payload, hexDigits) != ""):
		return c, &s3Error{code: "InvalidArgument", message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value."}
	}
	var err error
	if c.at, err = time.Parse(basic, r.Header.Get("X-Amz-Date")); err != nil {
		return c, &s3Error{code: "AccessDenied", message: "AWS authentication requires a valid Date or x-amz-date header."}
	}
	if d := s.now().Sub(c.at); d > maxSkew || d < -maxSkew {
		return c, fail("RequestTimeTooSkewed")
	}
	return c, nil
}

// linkClaim reads the parameters of a signed URL.
func (s *Server) linkClaim(r *http.Request, q url.Values) (c claim, e *s3Error) {
	bad := fail("AuthorizationQueryParametersError")
	for name, values := range q {
		if strings.HasPrefix(name, "X-Amz-") && len(values) != 1 {
			return c, bad
		}
	}
	for _, name := range [...]string{"Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires"} {
		if q.Get("X-Amz-"+name) == "" {
			return c, &s3Error{code: bad.code, message: "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."}
		}
	}
	life, err := strconv.Atoi(q.Get("X-Amz-Expires"))
	if err != nil || life < 1 || life > maxLife || q.Get("X-Amz-Algorithm") != algorithm || !c.scope(q.Get("X-Amz-Credential")) {
		return c, bad
	}
	if c.at, err = time.Parse(basic, q.Get("X-Amz-Date")); err != nil {
		return c, bad
	}
	c.signed, c.signature, c.token = strings.Split(q.Get("X-Amz-SignedHeaders"), ";"), q.Get("X-Amz-Signature"), q.Get("X-Amz-Security-Token")
	c.payload = unsigned
	now := s.now()
	if now.Before(c.at.Add(-maxSkew)) {
		return c, &s3Error{code: "AccessDenied", message: "Request is not valid yet"}
	}
	if !now.Before(c.at.Add(time.Duration(life) * time.Second)) {
		return c, &s3Error{code: "AccessDenied", message: "Request has expired."}
	}
	return c, nil
}

// scope takes key/day/region/service/aws4_request apart.
func (c *claim) scope(credential string) bool {
	parts := strings.Split(credential, "/")
	if len(parts) != 5 || parts[4] != "aws4_request" {
		return false
	}
	c.access, c.day, c.region, c.service = parts[0], parts[1], parts[2], parts[3]
	return true
}

// canonical is the canonical request.
func canonical(r *http.Request, q url.Values, c claim) string {
	var pairs []string
	for name, values := range q {
		if name == "X-Amz-Signature" {
			continue
		}
		for _, v := range values {
			pairs = append(pairs, encode(name, false)+"="+encode(v, false))
		}
	}
	slices.Sort(pairs)
	var headers strings.Builder
	for _, name := range c.signed {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.FormatInt(r.ContentLength, 10)
		}
		headers.WriteString(name + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	return strings.Join([]string{r.Method, encode(r.URL.Path, true), strings.Join(pairs, "&"), headers.String(), strings.Join(c.signed, ";"), c.payload}, "\n")
}

// signature signs a canonical request.
func signature(secret string, c claim, request string) string {
	sum := sha256.Sum256([]byte(request))
	return hex.EncodeToString(mac(c.key(secret), algorithm+"\n"+c.at.Format(basic)+"\n"+c.full()+"\n"+hex.EncodeToString(sum[:])))
}

// full is the scope of the signature.
func (c *claim) full() string { return c.day + "/" + c.region + "/" + c.service + "/aws4_request" }

// key is the key of the scope.
func (c *claim) key(secret string) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range []string{c.day, c.region, c.service, "aws4_request"} {
		key = mac(key, part)
	}
	return key
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// encode is the URI encoding of Signature Version 4.
func encode(s string, path bool) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 || path && c == '/' {
			b.WriteByte(c)
			continue
		}
		b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
	}
	return b.String()
}
