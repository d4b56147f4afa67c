package mail

import (
	"context"
	"io"
	"mime"
	"net/mail"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// Send is the verb of this domain.
const Send waybill.Verb = "send"

// Address is a mail address with a display name. It is personal data.
type Address struct {
	Name, Addr string
}

// String returns the masked address, for display in logs.
func (a Address) String() string {
	local, domain, ok := strings.Cut(a.Addr, "@")
	if !ok || local == "" {
		return "…"
	}
	_, n := utf8.DecodeRuneInString(local)
	return local[:n] + "…@" + domain
}

// ParseAddress reads "Name <local@domain>" or "local@domain" as RFC 5322 says.
func ParseAddress(s string) (Address, error) {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return Address{}, waybill.Invalid("address", "not a mail address")
	}
	return Address{Name: a.Name, Addr: a.Address}, nil
}

// Message is one mail.
type Message struct {
	// From is the sender, To, Cc and Bcc the recipients; ReplyTo is empty or who
	// gets the answers.
	From        Address
	To, Cc, Bcc []Address
	ReplyTo     Address
	Subject     string
	// Text and HTML are the alternatives of the body; at least one is set.
	Text, HTML string
	// Calendar, when set, is an invitation as a third alternative.
	Calendar Calendar
	// Attachments are sent inside the mail, or as links when they are too
	// large.
	Attachments []Attachment
	// Headers are further headers. Names of the headers that the library sets
	// itself are refused. Values of any script are encoded, but those of headers
	// that hold links or ids, such as List-Unsubscribe and In-Reply-To, must be
	// ASCII.
	Headers map[string]string
	// Key is the caller's own id: the stable Message-ID is made from it, and it
	// is Ref in errors. ASCII without personal data, at most 64 characters.
	Key string
	// AllowDuplicates accepts that the mail may arrive twice rather than not at
	// all.
	AllowDuplicates bool
	// AllOrNone refuses the mail when one recipient is refused. Otherwise the
	// accepted ones get it and the Receipt tells of the others.
	AllOrNone bool
	// Tenant, Lane, Region and Kind are for choice and record.
	Tenant, Lane, Region, Kind string
	// Language chooses the wording of the link block, BCP 47.
	Language string
	// MessageID is the mail's own id without angle brackets, and Date its date.
	// Both are normally left empty: Stamp fills them in, the id from Key where
	// there is one, so that every relay and every repetition says the same.
	MessageID string
	Date      time.Time
}

// Attachment is a file that goes with a mail.
type Attachment struct {
	// Name is the file name shown, in any script, without path separators.
	Name string
	// Type is the media type; empty means application/octet-stream.
	Type string
	// Size is in bytes; -1 or 0 when it is not known. A size that is known is
	// held to: a source with more or fewer bytes fails the mail.
	Size int64
	// Open opens the content, anew each time it is called. A source that can be
	// read only once returns an error the second time; then no second relay can
	// be tried after the first byte was read. The content is closed once, which
	// may be while a Read blocks, when the context ends.
	Open func() (io.ReadCloser, error)
	// Object, instead of Open, is an object already in a bucket. Bucket opens
	// it.
	Object string
	Bucket storage.Bucket
	// Inline is the Content-ID by which the HTML shows it (cid:…), empty for a
	// real attachment. It is printable ASCII.
	Inline string
}

// Receipt says that a relay accepted a mail.
type Receipt struct {
	waybill.Served
	// MessageID is the mail's own id without angle brackets; ID what the relay
	// called it in its reply, if it did.
	MessageID, ID string
	// Recipients has one entry per recipient, in the order To, Cc, Bcc.
	Recipients []Recipient
	// Size is how many bytes were sent; Links are the attachments that became
	// links.
	Size  int64
	Links []Link
	// PossibleDuplicate is set when duplicates were allowed and an earlier
	// attempt may have been delivered too.
	PossibleDuplicate bool
}

// Recipient is what became of one recipient.
type Recipient struct {
	Address Address
	// Err is nil when the relay accepted the recipient.
	Err *waybill.Error
}

// Link is an attachment that became a link.
type Link struct {
	// Name is the attachment's name, Size its length in bytes.
	Name string
	Size int64
	// Key is the object's key in the bucket; URL is what stands in the mail and
	// is a secret; Expires is its true end.
	Key, URL string
	Expires  time.Time
}

// String hides the URL.
func (l Link) String() string {
	return l.Name + " (link until " + l.Expires.UTC().Format(time.RFC3339) + ")"
}

// Sender sends one mail.
//
// Until the last bytes of the final dot may have left, a failure is NotSent;
// from then until the relay's reply it is Ambiguous. Of a service over HTTP
// package wire says which, with Request.Send set. When some recipients were
// accepted and others not, the Receipt is returned with an error whose Delivery
// is Sent. A source that fails to read, or a context that ends, cuts the
// connection, so that no relay accepts half a mail.
//
// An adapter gets from a client a mail that Validate accepts, stamped, and with
// large attachments already turned into links; bare, it gets what an application
// wrote, so Send begins with Validate and Stamp. It does not change the message.
// AllowDuplicates, Tenant, Lane, Region and Kind are the client's business.
//
// Of the Receipt the adapter fills in Served.Provider with its Name, MessageID,
// ID, Recipients and Size, MessageID and Recipients with an error too; the client
// adds Links, PossibleDuplicate and the rest of Served. Of the error it fills in
// Provider, Op [Send], Ref (the mail's Key) and the relay's code; no address,
// subject or text stands in it.
type Sender interface {
	Send(ctx context.Context, m *Message) (Receipt, error)
}

// Recipients returns all recipients in the order To, Cc, Bcc.
func (m *Message) Recipients() []Address {
	all := make([]Address, 0, len(m.To)+len(m.Cc)+len(m.Bcc))
	return append(append(append(all, m.To...), m.Cc...), m.Bcc...)
}

// Validate checks the message before any network traffic.
func (m *Message) Validate() error {
	msg := m.check()
	if msg == "" {
		return nil
	}
	key := ""
	if m != nil && printableASCII(m.Key) {
		key = m.Key
	}
	return waybill.Invalid(string(Send), msg).With("mail", "", key)
}

func (m *Message) check() string {
	if m == nil {
		return "there is no message"
	}
	if !validAddress(m.From) {
		return "from is not a mail address"
	}
	all := m.Recipients()
	switch {
	case len(all) == 0:
		return "there is no recipient"
	case len(all) > 1000:
		return "there are more than 1000 recipients"
	case m.ReplyTo != (Address{}) && !validAddress(m.ReplyTo):
		return "reply-to is not a mail address"
	case m.Text == "" && m.HTML == "":
		return "neither text nor html is set"
	case !validHeader(m.Subject):
		return "subject has control characters"
	case !utf8.ValidString(m.Text) || !utf8.ValidString(m.HTML):
		return "the body is not valid UTF-8"
	case len(m.Key) > 64 || !printableASCII(m.Key):
		return "key is not at most 64 printable ASCII characters"
	case m.Region != "" && !waybill.ValidRegion(m.Region):
		return "region is not two capital letters"
	case m.MessageID != "" && !validMessageID(m.MessageID):
		return "the message id is not left@right in printable ASCII"
	}
	for _, a := range all {
		if !validAddress(a) {
			return "a recipient is not a mail address"
		}
	}
	for k, v := range m.Headers {
		if !validHeaderName(k) || !validHeader(v) {
			return "a header name or value is not allowed"
		}
		if structured(k) && !plain(strings.Join(strings.Fields(v), " "), longText) {
			return "a header of links or ids is not ASCII or too long"
		}
	}
	if msg := m.Calendar.check(); msg != "" {
		return msg
	}
	for i := range m.Attachments {
		if msg := m.Attachments[i].check(); msg != "" {
			return msg
		}
	}
	return ""
}

func (a *Attachment) check() string {
	switch {
	case a.Name == "" || !validHeader(a.Name) || strings.ContainsAny(a.Name, "/\\"):
		return "an attachment's name is empty, a path or has control characters"
	case len(a.Name) > 255:
		return "an attachment's name is longer than 255 bytes"
	case !validHeader(a.Type) || len(a.Type) > 255 || a.Type != "" && !validMediaType(a.Type):
		return "an attachment's type is not a media type"
	case a.Size < -1:
		return "an attachment's size is below -1"
	case (a.Open == nil) == (a.Object == ""):
		return "an attachment has neither or both of a source and an object"
	case a.Object != "" && a.Bucket == nil:
		return "an attachment's object has no bucket"
	case len(a.Inline) > 255 || !printableASCII(a.Inline) || strings.ContainsAny(a.Inline, "<>()[]\\\",;:"):
		return "an attachment's content id is not allowed"
	}
	return ""
}

func validAddress(a Address) bool {
	local, domain, ok := cutLast(a.Addr, '@')
	if strings.ContainsAny(local, `@,;:<>()[]\"`) {
		return false // only a quoted local part could hold them: it is a slip, or an attack
	}
	if !ok || local == "" || domain == "" || len(local) > 64 || len(domain) > 255 || !validHeader(a.Name) {
		return false
	}
	if !validDomain(domain) || strings.ContainsFunc(local, unseen) {
		return false
	}
	if a.dotAtoms() {
		return true
	}
	if domain[0] == '[' { // it was looked at, and net/mail does not know those of IPv6
		domain = "b"
	}
	addr := local + "@" + domain
	p, err := mail.ParseAddress((&mail.Address{Address: addr}).String())
	return err == nil && p.Address == addr && validHeader(a.Addr)
}

// unseen reports whether a character of a local part shows nothing, but for the
// two that join letters in some scripts.
func unseen(r rune) bool { return !unicode.IsPrint(r) && r != '\u200c' && r != '\u200d' }

// validDomain reports whether a domain may be one: labels of letters, digits,
// hyphens and underscores, with at least a letter in the last one, labels of other
// scripts, or an address in brackets (RFC 5321, section 4.1.3).
func validDomain(domain string) bool {
	if literal, ok := strings.CutPrefix(domain, "["); ok {
		literal, ok = strings.CutSuffix(literal, "]")
		v6, is6 := strings.CutPrefix(literal, "IPv6:")
		ip, err := netip.ParseAddr(v6)
		return ok && err == nil && ip.Is6() == is6 && ip.Zone() == ""
	}
	last := ""
	for l := range strings.SplitSeq(strings.Map(dots, domain), ".") {
		if l == "" || l[0] == '-' || l[len(l)-1] == '-' || isASCII(l) && !validDNS(l) {
			return false
		}
		last = l
	}
	return strings.Trim(last, "0123456789") != ""
}

// dots maps the characters that part labels (RFC 3490, section 3.1) to dots.
func dots(r rune) rune {
	switch r {
	case '\u3002', '\uff0e', '\uff61':
		return '.'
	}
	return r
}

func validMediaType(s string) bool {
	t, _, err := mime.ParseMediaType(s)
	return err == nil && strings.Contains(t, "/")
}

func validMessageID(s string) bool {
	left, right, ok := cutLast(s, '@')
	return ok && left != "" && right != "" && len(s) <= 250 && printableASCII(s) && !strings.ContainsAny(s, "<>()[],;:\\\"")
}

func cutLast(s string, sep byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// reserved are the headers that the library writes.
const reserved = " from to cc bcc reply-to subject date message-id mime-version content-type content-transfer-encoding content-disposition return-path received sender "

func validHeaderName(k string) bool {
	if k == "" || len(k) > 76 || strings.Contains(reserved, " "+strings.ToLower(k)+" ") {
		return false
	}
	for _, c := range []byte(k) {
		if c <= ' ' || c >= 0x7f || c == ':' {
			return false
		}
	}
	return true
}

// validHeader reports whether a value is one line without control characters,
// whatever a program takes for a line's end.
func validHeader(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
}

func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
