package fakeoss

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm = "OSS4-HMAC-SHA256"
	basic     = "20060102T150405Z"
	maxSkew   = 15 * time.Minute
	maxLife   = 7 * 24 * 60 * 60 // seconds
	unsigned  = "UNSIGNED-PAYLOAD"
)

// claim is what a request says about its signature.
type claim struct {
	access, token, signature string
	// V4's scope, extra signed headers and time.
	day, region string
	additional  []string
	at          time.Time
	link        bool
	// date is the line of a V1 signature; a V4 one has none.
	date string
}

// authParam reports whether a parameter belongs to a signature.
func authParam(name string) bool {
	switch name {
	case "x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-signature", "x-oss-security-token",
		"x-oss-additional-headers", "OSSAccessKeyId", "Signature", "Expires", "security-token":
		return true
	}
	return false
}

// authenticate verifies a request's signature.
func (s *Server) authenticate(r *http.Request, q url.Values, bucket, key string) *ossError {
	var c claim
	var e *ossError
	header := r.Header.Get("Authorization")
	switch {
	case q.Has("x-oss-signature"):
		c, e = s.linkV4(q)
	case q.Has("Signature"):
		c, e = s.linkV1(q)
	case strings.HasPrefix(header, algorithm+" "):
		c, e = s.headerV4(r, header)
	case strings.HasPrefix(header, "OSS "):
		c, e = s.headerV1(r, header)
	default:
		return &ossError{code: "AccessDenied", message: "You have no right to access this object.", ec: "0003-00000001"}
	}
	if e != nil {
		return e
	}
	keys := s.in.Accepted()
	if c.access != keys.Access {
		return &ossError{code: "InvalidAccessKeyId", message: "The OSS Access Key Id you provided does not exist in our records.", ec: "0002-00000902"}
	}
	if c.date == "" && c.region != s.o.Region {
		where := "Authorization header"
		if c.link {
			where = "x-oss-credential"
		}
		return &ossError{code: "InvalidArgument", message: "Invalid signing region in " + where + ".", ec: "0002-00000226"}
	}
	want := ""
	if c.date != "" {
		want = signatureV1(keys.Secret, canonicalV1(r, q, c, bucket, key))
	} else {
		want = signatureV4(keys.Secret, c, canonicalV4(r, q, c, bucket, key))
	}
	switch {
	case !hmac.Equal([]byte(want), []byte(c.signature)):
		return &ossError{code: "SignatureDoesNotMatch", message: "The request signature we calculated does not match the signature you provided.", ec: "0002-00000040"}
	case c.token != keys.Token:
		return &ossError{code: "InvalidSecurityToken", ec: "0002-00000217"}
	case keys.Expired:
		return &ossError{code: "SecurityTokenExpired", ec: "0002-00000218"}
	}
	s.Note("verified")
	return nil
}

func (s *Server) fresh(at time.Time) *ossError {
	if d := s.in.Now().Sub(at); d > maxSkew || d < -maxSkew {
		return &ossError{code: "RequestTimeTooSkewed", message: "The difference between the request time and the current time is too large.", ec: "0002-00000504"}
	}
	return nil
}

var malformed = &ossError{code: "InvalidArgument", message: "The signature is malformed.", ec: "0002-00000203"}

// headerV4 reads an Authorization header.
func (s *Server) headerV4(r *http.Request, header string) (c claim, e *ossError) {
	credential := ""
	for part := range strings.SplitSeq(strings.TrimPrefix(header, algorithm+" "), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			credential = value
		case "AdditionalHeaders":
			c.additional = strings.Split(value, ";")
		case "Signature":
			c.signature = value
		default:
			return c, malformed
		}
	}
	var err error
	if c.at, err = time.Parse(basic, r.Header.Get("X-Oss-Date")); err != nil || !c.scope(credential) {
		return c, malformed
	}
	if r.Header.Get("X-Oss-Content-Sha256") != unsigned {
		return c, &ossError{code: "InvalidArgument", message: "x-oss-content-sha256 is missing or invalid.", ec: "0002-00000208"}
	}
	c.token = r.Header.Get("X-Oss-Security-Token")
	return c, s.fresh(c.at)
}

// linkV4 reads the parameters of a signed URL.
func (s *Server) linkV4(q url.Values) (c claim, e *ossError) {
	c.link = true
	life, err := strconv.Atoi(q.Get("x-oss-expires"))
	if err != nil || life < 1 || life > maxLife || q.Get("x-oss-signature-version") != algorithm {
		return c, malformed
	}
	if c.at, err = time.Parse(basic, q.Get("x-oss-date")); err != nil || !c.scope(q.Get("x-oss-credential")) {
		return c, malformed
	}
	c.signature, c.token = q.Get("x-oss-signature"), q.Get("x-oss-security-token")
	if v := q.Get("x-oss-additional-headers"); v != "" {
		c.additional = strings.Split(v, ";")
	}
	now := s.in.Now()
	if now.Before(c.at.Add(-maxSkew)) || !now.Before(c.at.Add(time.Duration(life)*time.Second)) {
		return c, expired
	}
	return c, nil
}

var expired = &ossError{code: "AccessDenied", message: "Request has expired.", ec: "0002-00000069"}

func (s *Server) headerV1(r *http.Request, header string) (c claim, e *ossError) {
	var ok bool
	if c.access, c.signature, ok = strings.Cut(strings.TrimPrefix(header, "OSS "), ":"); !ok {
		return c, malformed
	}
	c.date, c.token = dateV1(r.Header), r.Header.Get("X-Oss-Security-Token")
	at, err := http.ParseTime(c.date)
	if err != nil {
		return c, &ossError{code: "AccessDenied", message: "OSS authentication requires a valid Date."}
	}
	return c, s.fresh(at)
}

// dateV1 is the date that is signed: OSS's own, if there is one.
func dateV1(h http.Header) string { return cmp.Or(h.Get("X-Oss-Date"), h.Get("Date")) }

func (s *Server) linkV1(q url.Values) (c claim, e *ossError) {
	c.link, c.access, c.signature, c.token, c.date = true, q.Get("OSSAccessKeyId"), q.Get("Signature"), q.Get("security-token"), q.Get("Expires")
	at, err := strconv.ParseInt(c.date, 10, 64)
	if err != nil {
		return c, malformed
	}
	if !s.in.Now().Before(time.Unix(at, 0)) {
		return c, expired
	}
	return c, nil
}

// scope takes key/day/region/oss/aliyun_v4_request apart.
func (c *claim) scope(credential string) bool {
	parts := strings.Split(credential, "/")
	if len(parts) != 5 || parts[3] != "oss" || parts[4] != "aliyun_v4_request" || parts[1] != c.at.Format("20060102") {
		return false
	}
	c.access, c.day, c.region = parts[0], parts[1], parts[2]
	return true
}

// canonicalV4 is the canonical request. Its path holds the bucket, whatever the
// URL's style.
func canonicalV4(r *http.Request, q url.Values, c claim, bucket, key string) string {
	params := map[string]string{} // by their names as they are encoded, which is their order
	for name := range q {
		if name == "x-oss-signature" {
			continue
		}
		pair := encode(name, false)
		params[pair] = pair
		if v := q.Get(name); v != "" {
			params[pair] += "=" + encode(v, false)
		}
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, params[name])
	}
	lines := headerLines(r, func(low string) bool {
		return low == "content-type" || low == "content-md5" || strings.HasPrefix(low, "x-oss-") || slices.Contains(c.additional, low)
	})
	path := "/"
	if bucket != "" {
		path += bucket + "/" + key
	}
	return strings.Join([]string{r.Method, encode(path, true), strings.Join(pairs, "&"), lines, strings.Join(c.additional, ";"), unsigned}, "\n")
}

// headerLines are the headers that a signature covers, in the order of their
// names.
func headerLines(r *http.Request, covered func(low string) bool) string {
	lines := map[string]string{}
	if covered("host") {
		lines["host"] = r.Host
	}
	for name, values := range r.Header {
		if low := strings.ToLower(name); covered(low) {
			lines[low] = strings.TrimSpace(strings.Join(values, ","))
		}
	}
	var b strings.Builder
	for _, low := range slices.Sorted(maps.Keys(lines)) {
		b.WriteString(low + ":" + lines[low] + "\n")
	}
	return b.String()
}

// signatureV4 signs a canonical request.
func signatureV4(secret string, c claim, request string) string {
	sum := sha256.Sum256([]byte(request))
	text := strings.Join([]string{algorithm, c.at.Format(basic), c.day + "/" + c.region + "/oss/aliyun_v4_request", hex.EncodeToString(sum[:])}, "\n")
	return hex.EncodeToString(mac(keyV4(secret, c), text))
}

func keyV4(secret string, c claim) []byte {
	key := []byte("aliyun_v4" + secret)
	for _, part := range []string{c.day, c.region, "oss", "aliyun_v4_request"} {
		key = mac(key, part)
	}
	return key
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// signedParams are what a V1 signature covers.
var signedParams = []string{"acl", "append", "bucketInfo", "callback", "callback-var", "cloudboxes", "continuation-token", "delete", "location",
	"objectMeta", "partNumber", "position", "regionList", "response-cache-control", "response-content-disposition", "response-content-encoding",
	"response-content-language", "response-content-type", "response-expires", "restore", "security-token", "sequential", "stat", "symlink", "tagging",
	"uploadId", "uploads", "versionId", "versioning", "versions"}

// canonicalV1 is the string that a V1 signature signs.
func canonicalV1(r *http.Request, q url.Values, c claim, bucket, key string) string {
	var params []string
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if !slices.Contains(signedParams, name) {
			continue
		}
		if v := q.Get(name); v != "" {
			name += "=" + v
		}
		params = append(params, name)
	}
	headers := headerLines(r, func(low string) bool { return strings.HasPrefix(low, "x-oss-") })
	resource := "/"
	if bucket != "" {
		resource += bucket + "/" + key
	}
	if len(params) > 0 {
		resource += "?" + strings.Join(params, "&")
	}
	return strings.Join([]string{r.Method, r.Header.Get("Content-Md5"), r.Header.Get("Content-Type"), c.date, headers + resource}, "\n")
}

func signatureV1(secret, text string) string {
	h := hmac.New(sha1.New, []byte(secret))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// encode is the URI encoding of the V4 signature.
func encode(s string, path bool) string {
	out := strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
	if path {
		out = strings.ReplaceAll(out, "%2F", "/")
	}
	return out
}
