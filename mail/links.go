package mail

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// Defaults of [LinkOptions].
const (
	// DefaultLinkLife is how long a link of one's own works: 30 days.
	DefaultLinkLife = 30 * 24 * time.Hour
	// DefaultClickLife is how long the bucket's URL works to which a click
	// leads: an hour, for slow lines and downloads that go on after a break.
	DefaultClickLife = time.Hour
)

// LinkOptions of [NewLinkHandler].
type LinkOptions struct {
	// Bucket holds the objects and signs a URL at each click. It must be able to
	// sign links to read.
	Bucket storage.Bucket
	// BaseURL is where the handler is reached from outside: an absolute http or
	// https URL without query. The token is the last segment behind it.
	BaseURL string
	// Secrets sign the links: the first one new links, all of them are accepted,
	// so that a secret can be changed while old links live. At least one, each
	// of at least 16 bytes.
	Secrets [][]byte
	// Life is how long a link works; 0 means DefaultLinkLife. ClickLife is how
	// long the bucket's URL works to which a click leads; 0 means
	// DefaultClickLife, 7 days are the most.
	Life, ClickLife time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Format prints the type only, so that no log can show the secrets.
func (LinkOptions) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "mail.LinkOptions") }

// LogValue is what log/slog writes: the type only.
func (LinkOptions) LogValue() slog.Value { return slog.StringValue("mail.LinkOptions") }

// LinkHandler makes links of one's own to objects in a bucket and serves them.
// What stands in the mail is a token signed with HMAC-SHA256, with its own end;
// each click is answered by a redirect to a URL that the bucket signs then and
// that lives shortly. So a link may live longer than the 7 days of a signed URL
// and longer than the credential that was in use when the mail was sent.
//
//	links, err := mail.NewLinkHandler(mail.LinkOptions{Bucket: bucket,
//		BaseURL: "https://files.acme.example/m/", Secrets: [][]byte{secret}})
//	http.Handle("/m/", links)
//	client, err := mail.New(mail.With(relay), mail.WithOffload(mail.Offload{
//		Bucket: bucket, Expires: mail.DefaultLinkLife, Link: links.Link}))
//
// Scanners of mail systems open links before people do, some with HEAD, some
// with GET, some many times. Nothing here is used up by it: HEAD is answered by
// the handler itself (a URL signed for GET refuses it), GET redirects each time.
// Answers say that they must not be kept, indexed or named as referrer.
//
// Whoever has a link can fetch the file until the link's end, or until the
// object is removed. The token is a secret: the handler writes no log, and what
// stands before it should not log the path. It tells the object's key and file
// name to who decodes it, nothing else.
//
// Answers: 302 to the bucket; 404 for what is no link of ours or has no object
// any more; 410 after the end; 405 for other methods; 503 with Retry-After when
// the bucket cannot be asked. It is safe for concurrent use.
type LinkHandler struct {
	o    LinkOptions
	base string
}

// NewLinkHandler checks the options: what is wrong is InvalidArgument. It does
// not use the network.
func NewLinkHandler(o LinkOptions) (*LinkHandler, error) {
	if o.Life == 0 {
		o.Life = DefaultLinkLife
	}
	if o.ClickLife == 0 {
		o.ClickLife = DefaultClickLife
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	secrets := make([][]byte, len(o.Secrets))
	for i, s := range o.Secrets {
		if len(s) < 16 {
			return nil, invalidOption("a secret for links is shorter than 16 bytes")
		}
		secrets[i] = append([]byte(nil), s...)
	}
	o.Secrets = secrets
	switch {
	case o.Bucket == nil:
		return nil, invalidOption("a link handler has no bucket")
	case !o.Bucket.Capabilities().SignedGet:
		return nil, invalidOption("the bucket cannot sign links")
	case len(secrets) == 0:
		return nil, invalidOption("a link handler has no secret")
	case !validURL(o.BaseURL) || strings.ContainsAny(o.BaseURL, "?#"):
		return nil, invalidOption("the base URL of links is no absolute http or https URL without query")
	case o.Life < time.Second:
		return nil, invalidOption("a link's life is below a second")
	case o.ClickLife < time.Second || o.ClickLife > storage.MaxSignedURL:
		return nil, invalidOption("a click's life is not between 1 s and 7 days")
	}
	return &LinkHandler{o: o, base: strings.TrimRight(o.BaseURL, "/") + "/"}, nil
}

// Link makes a link to an object: its URL and its end. It fits [Offload.Link].
// The file name is that of the object's ContentDisposition; without one the
// object's own attributes hold. An object without a valid key is
// InvalidArgument. It makes no traffic.
func (h *LinkHandler) Link(_ context.Context, o storage.Object) (string, time.Time, error) {
	if err := storage.ValidateKey(storage.SignedURL, o.Key); err != nil {
		return "", time.Time{}, err
	}
	end := h.o.Now().Add(h.o.Life).Truncate(time.Second)
	return h.base + sealToken(h.o.Secrets[0], linkToken{end: end, key: o.Key, disposition: o.ContentDisposition}), end, nil
}

// ServeHTTP implements http.Handler.
func (h *LinkHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	head.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		say(w, r, http.StatusMethodNotAllowed)
		return
	}
	path := r.URL.EscapedPath()
	k, ok := h.open(path[strings.LastIndexByte(path, '/')+1:])
	now := h.o.Now()
	switch {
	case !ok:
		say(w, r, http.StatusNotFound)
		return
	case !k.end.After(now):
		say(w, r, http.StatusGone)
		return
	}
	// An object that is gone is told in words; the bucket would answer in XML.
	o, err := h.o.Bucket.Head(r.Context(), k.key)
	if err != nil {
		failed(w, r, err)
		return
	}
	disposition := k.disposition
	if disposition == "" {
		disposition = o.ContentDisposition
	}
	if r.Method == http.MethodHead {
		typ := o.ContentType
		if typ == "" {
			typ = octetStream
		}
		head.Set("Content-Type", typ)
		head.Set("Content-Length", strconv.FormatInt(o.Size, 10))
		if disposition != "" {
			head.Set("Content-Disposition", disposition)
		}
		w.WriteHeader(http.StatusOK)
		return
	}
	// A click just before the end still gets a whole download.
	signed, err := h.o.Bucket.SignedURL(r.Context(), k.key, storage.SignOptions{Expires: h.o.ClickLife, ContentDisposition: disposition})
	if err != nil {
		failed(w, r, err)
		return
	}
	head.Set("Location", signed.URL)
	w.WriteHeader(http.StatusFound)
}

// open reads a token.
func (h *LinkHandler) open(s string) (linkToken, bool) {
	for _, secret := range h.o.Secrets {
		if k, ok := openToken(secret, s); ok {
			return k, true
		}
	}
	return linkToken{}, false
}

// failed answers for a bucket that did not serve. What it said is not repeated.
func failed(w http.ResponseWriter, r *http.Request, err error) {
	if waybill.CodeOf(err) == waybill.NotFound {
		say(w, r, http.StatusNotFound)
		return
	}
	wait := max(waybill.RetryAfterOf(err), 30*time.Second)
	w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
	say(w, r, http.StatusServiceUnavailable)
}

// say answers in words, in Chinese to who prefers it.
func say(w http.ResponseWriter, r *http.Request, status int) {
	chinese := strings.HasPrefix(strings.ToLower(strings.TrimSpace(r.Header.Get("Accept-Language"))), "zh")
	words := map[int][2]string{
		http.StatusNotFound:           {"There is no such file, or it was removed.", "文件不存在或已被删除。"},
		http.StatusGone:               {"This link has expired.", "链接已过期。"},
		http.StatusMethodNotAllowed:   {"This address can only be read.", "该地址仅支持读取。"},
		http.StatusServiceUnavailable: {"The file cannot be fetched now. Please try again later.", "暂时无法下载，请稍后重试。"},
	}[status]
	text := words[0]
	if chinese {
		text = words[1]
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(text + "\n"))
	}
}

// linkToken is what a link says: until when, which object, under which name.
type linkToken struct {
	end              time.Time
	key, disposition string
}

// tokenVersion begins each token, under the signature.
const tokenVersion = 1

// sealToken writes version, end, length of the key, key and disposition, with
// the signature before them, in the alphabet of URLs.
func sealToken(secret []byte, k linkToken) string {
	body := binary.BigEndian.AppendUint64([]byte{tokenVersion}, uint64(k.end.Unix()))
	body = binary.BigEndian.AppendUint16(body, uint16(len(k.key)))
	body = append(append(body, k.key...), k.disposition...)
	return base64.RawURLEncoding.EncodeToString(append(tokenMAC(secret, body), body...))
}

func openToken(secret []byte, s string) (linkToken, bool) {
	const macSize, fixed = sha256.Size, 11
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) < macSize+fixed {
		return linkToken{}, false
	}
	body := b[macSize:]
	if !hmac.Equal(b[:macSize], tokenMAC(secret, body)) || body[0] != tokenVersion {
		return linkToken{}, false
	}
	n := int(binary.BigEndian.Uint16(body[9:]))
	if n > len(body)-fixed {
		return linkToken{}, false
	}
	return linkToken{end: time.Unix(int64(binary.BigEndian.Uint64(body[1:])), 0),
		key: string(body[fixed : fixed+n]), disposition: string(body[fixed+n:])}, true
}

// tokenMAC has a prefix of its own, so that a secret shared with another use
// cannot be made to sign links.
func tokenMAC(secret, body []byte) []byte {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("waybill mail link\x00"))
	m.Write(body)
	return m.Sum(nil)
}

func validURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		!strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>' })
}
