// Package link makes and serves the signed URLs of buckets that have no server
// of their own: [Signer] signs with HMAC-SHA256, [Handler] serves what was
// signed out of any storage.Bucket.
//
// # The URL
//
// base/key?disposition=…&expires=UNIX&method=PUT&type=…&signature=HEX, where only
// expires and signature are always there. The signature covers the bucket, the
// method, the key and every parameter, each with its length, so that no part
// can be moved into another.
//
// # Concurrency
//
// Signers and handlers are safe for concurrent use.
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/wire"
)

// DefaultLife is how long a URL lives when nothing was asked.
const DefaultLife = 15 * time.Minute

// MinSecret is the least length of a secret in bytes.
const MinSecret = 16

// Signer signs and verifies URLs of one bucket.
type Signer struct {
	base   *url.URL
	bucket string
	secret []byte
	now    func() time.Time
}

// NewSigner returns a signer of URLs below base, an absolute http or https URL
// without user, query and fragment. now may be nil.
func NewSigner(base, bucket string, secret []byte, now func() time.Time) (*Signer, error) {
	base, err := wire.BaseURL("", base, "")
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(base)
	if err != nil {
		return nil, waybill.Invalid("new", "BaseURL is no URL")
	}
	if len(secret) < MinSecret {
		return nil, waybill.Invalid("new", "Secret is shorter than 16 bytes")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	if now == nil {
		now = time.Now
	}
	return &Signer{base: u, bucket: bucket, secret: append([]byte(nil), secret...), now: now}, nil
}

// Sign returns a link. Key and options must be valid.
func (s *Signer) Sign(key string, o storage.SignOptions) storage.Link {
	life := o.Expires
	if life == 0 {
		life = DefaultLife
	}
	// Whole seconds, rounded down: never later than asked.
	expires := time.Unix(s.now().Add(life).Unix(), 0).UTC()
	g := Grant{Method: o.Method, Key: key, Expires: expires.Unix(), Disposition: o.ContentDisposition, Type: o.ContentType}
	if g.Method == "" {
		g.Method = "GET"
	}
	q := url.Values{"expires": {strconv.FormatInt(g.Expires, 10)}, "signature": {s.mac(g)}}
	if g.Method != "GET" {
		q.Set("method", g.Method)
	}
	if g.Disposition != "" {
		q.Set("disposition", g.Disposition)
	}
	if g.Type != "" {
		q.Set("type", g.Type)
	}
	u := *s.base
	u.Path += "/" + key
	u.RawQuery = q.Encode()
	l := storage.Link{Key: key, URL: u.String(), Expires: expires}
	if g.Method == "PUT" && g.Type != "" {
		l.Header = map[string]string{"Content-Type": g.Type}
	}
	return l
}

// Grant is what a verified URL allows.
type Grant struct {
	Method, Key       string
	Expires           int64 // Unix seconds
	Disposition, Type string
}

// Verify reads a request's path and query. ok is false for whatever was not
// signed like that, or has expired.
func (s *Signer) Verify(path, rawQuery string) (g Grant, ok bool) {
	key, under := strings.CutPrefix(path, s.base.Path+"/")
	q, err := url.ParseQuery(rawQuery)
	if !under || err != nil {
		return Grant{}, false
	}
	g = Grant{Method: "GET", Key: key}
	given := ""
	for name, values := range q {
		if len(values) != 1 {
			return Grant{}, false
		}
		v := values[0]
		switch name {
		case "expires":
			if g.Expires, err = strconv.ParseInt(v, 10, 64); err != nil || strconv.FormatInt(g.Expires, 10) != v {
				return Grant{}, false
			}
		case "signature":
			given = v
		case "method":
			g.Method = v
		case "disposition":
			g.Disposition = v
		case "type":
			g.Type = v
		default:
			return Grant{}, false
		}
	}
	if !hmac.Equal([]byte(given), []byte(s.mac(g))) {
		return Grant{}, false
	}
	return g, s.now().Before(time.Unix(g.Expires, 0))
}

// mac is the signature of a grant, in hexadecimal.
func (s *Signer) mac(g Grant) string {
	h := hmac.New(sha256.New, s.secret)
	for _, field := range [...]string{"waybill-link-1", s.bucket, g.Method, g.Key, strconv.FormatInt(g.Expires, 10), g.Disposition, g.Type} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(field)))
		h.Write(n[:])
		h.Write([]byte(field))
	}
	return hex.EncodeToString(h.Sum(nil))
}
