package mail

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// DefaultLimit is the largest mail in bytes, everything encoded, that is sent
// whole when Offload.Limit is 0: about 7 MB of files, which all relays take.
const DefaultLimit = 10_000_000

// DefaultMinLife is the shortest life of a link when Offload.MinLife is 0.
const DefaultMinLife = time.Hour

const defaultPrefix = "mail/"

// Offload says what becomes of attachments that are too large for a mail: they
// are uploaded to a bucket, the largest first, and the mail gets links to them
// instead. Inline images stay in the mail. An attachment of unknown size stays
// when it is at most 256 KiB long, which is read ahead; a longer one becomes a
// link.
//
// The mail states until when each link works: the least of what was asked for,
// of what the bucket can sign (7 days), of the credential's own life and of the
// object's, where that is known. A link that would die before MinLife, or leads to
// an object that is not there, is refused before anything is sent.
type Offload struct {
	// Bucket takes the files. It must be able to sign links to read, unless Link
	// is set.
	Bucket storage.Bucket
	// Limit is the largest mail in bytes, everything encoded (base64 makes a
	// file 1.368 times as large); 0 means DefaultLimit, negative means that
	// only what a relay refuses becomes a link.
	Limit int64
	// Expires is how long the links are to live; 0 means 7 days, which is also
	// the most without Link.
	Expires time.Duration
	// MinLife is the shortest life of a link worth sending; 0 means
	// DefaultMinLife.
	MinLife time.Duration
	// Link makes the link and says its true end. nil signs a URL of the bucket.
	// [LinkHandler.Link] signs anew at each click and can promise more; Expires
	// is then how long the object is kept for it. o.ContentDisposition has the
	// file name.
	Link func(ctx context.Context, o storage.Object) (url string, expires time.Time, err error)
	// Prefix stands before the objects' keys; empty means "mail/". KeyFunc, when
	// set, returns what stands between it and the last part of a key, such as a
	// tenant; that last part is random, so that nobody can guess a key, and tells
	// [Sweep] when the object's time is over.
	Prefix  string
	KeyFunc func(m *Message, a *Attachment) string
	// Block words the links for the body; nil uses this package's own words
	// (English and Chinese). html must be safe to insert.
	Block func(language string, links []Link) (text, html string)
	// Zone is the time zone in which the end of links is told; nil means UTC.
	Zone *time.Location
}

// offload is a checked Offload.
type offload struct {
	Offload
	use   waybill.Use
	limit int64
}

func newOffload(o Offload, use waybill.Use) (*offload, error) {
	own := &offload{Offload: o, use: use, limit: o.Limit}
	if own.Expires == 0 {
		own.Expires = storage.MaxSignedURL
	}
	if own.MinLife == 0 {
		own.MinLife = min(DefaultMinLife, own.Expires)
	}
	if own.Prefix == "" {
		own.Prefix = defaultPrefix
	}
	switch {
	case own.limit == 0:
		own.limit = DefaultLimit
	case own.limit < 0:
		own.limit = 1<<63 - 1
	}
	switch {
	case o.Bucket == nil:
		return nil, invalidOption("an off-load has no bucket")
	case o.Link == nil && !o.Bucket.Capabilities().SignedGet:
		return nil, invalidOption("the bucket cannot sign links; an off-load needs Link then")
	case own.Expires < time.Second:
		return nil, invalidOption("an off-load's expiry is below a second")
	case o.Link == nil && own.Expires > storage.MaxSignedURL:
		return nil, invalidOption("a signed link lives 7 days at most; a longer promise needs Link")
	case own.MinLife < 0 || own.MinLife > own.Expires:
		return nil, invalidOption("an off-load's MinLife is negative or longer than its expiry")
	case storage.ValidateKey(storage.Put, own.Prefix+"x") != nil:
		return nil, invalidOption("an off-load's prefix cannot begin a key")
	}
	return own, nil
}

// covers is the data boundary: a file goes only to a bucket for its region.
func (o *offload) covers(region string) bool {
	if len(o.use.In) == 0 && len(o.use.Outside) == 0 {
		return true
	}
	if region == "" {
		return false
	}
	return (len(o.use.In) == 0 || slices.Contains(o.use.In, region)) && !slices.Contains(o.use.Outside, region)
}

// linkable reports whether an attachment can become a link.
func (r *request) linkable(a *Attachment) bool {
	if a.Inline != "" && r.html != "" {
		return false
	}
	return r.off.Bucket != nil || a.Object != "" && a.Bucket.Capabilities().SignedGet
}

func (r *request) shrinkable() bool {
	return slices.ContainsFunc(r.m.Attachments, func(a Attachment) bool { return r.linkable(&a) })
}

// Links cost room too: about this much for each in both bodies, encoded.
const linkRoom = 4096

// fit makes links of the largest attachments until the mail has at most limit
// bytes, or until none is left that can be one.
func (r *request) fit(ctx context.Context, limit int64) error {
	if !r.shrinkable() {
		return nil
	}
	if r.off.Bucket != nil || limit < 1<<62 {
		if err := r.measure(ctx); err != nil {
			return err
		}
	}
	// Again, should the links have taken more room than was thought.
	for chosen := r.choose(limit); len(chosen) > 0; chosen = r.choose(limit) {
		for _, i := range chosen {
			l, err := r.link(ctx, &r.m.Attachments[i])
			if err != nil {
				return err
			}
			r.links = append(r.links, l)
		}
		slices.Sort(chosen)
		for _, i := range slices.Backward(chosen) {
			r.src[i].close()
			r.m.Attachments, r.src = slices.Delete(r.m.Attachments, i, i+1), slices.Delete(r.src, i, i+1)
		}
		r.writeBlock()
	}
	return nil
}

// choose says which attachments have to become links, by the sizes that are
// known.
func (r *request) choose(limit int64) []int {
	size, _ := EncodedSize(&r.m)
	var chosen []int
	for _, i := range r.bySize() {
		a := &r.m.Attachments[i]
		if size <= limit && a.Size >= 0 {
			break
		}
		if a.Size < 0 && r.off.Bucket == nil {
			continue
		}
		chosen = append(chosen, i)
		size += linkRoom - base64Size(max(a.Size, 0))
	}
	return chosen
}

// bySize returns the attachments that can become links: first those that are too
// long to be measured, then the largest.
func (r *request) bySize() []int {
	var order []int
	for i := range r.m.Attachments {
		if r.linkable(&r.m.Attachments[i]) {
			order = append(order, i)
		}
	}
	rank := func(i int) int64 {
		if s := r.m.Attachments[i].Size; s >= 0 {
			return s
		}
		return 1<<63 - 1
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch a, b := rank(i), rank(j); {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	return order
}

// writeBlock puts the words and links of all links behind the bodies.
func (r *request) writeBlock() {
	text, html := "", ""
	if r.off.Block != nil {
		text, html = r.off.Block(r.m.Language, slices.Clone(r.links))
	} else {
		text, html = linkBlock(r.m.Language, r.links, r.off.Zone)
	}
	if r.text != "" {
		r.m.Text = strings.TrimRight(r.text, "\r\n") + "\n\n" + text
	}
	if r.html != "" {
		r.m.HTML = insertHTML(r.html, html)
	}
}

// insertHTML puts a block before the end of the body, or at the end.
func insertHTML(page, block string) string {
	lower := strings.ToLower(page)
	if len(lower) == len(page) {
		for _, end := range [...]string{"</body", "</html"} {
			if i := strings.LastIndex(lower, end); i >= 0 {
				return page[:i] + block + page[i:]
			}
		}
	}
	return page + block
}
