package mail

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SignerOptions of [NewSigner]. Nil means the defaults.
type SignerOptions struct {
	// Headers are the names of the headers that are signed, where a mail has
	// them. nil means From, To, Cc, Reply-To, Subject, Date, Message-ID,
	// MIME-Version, Content-Type, Content-Transfer-Encoding, In-Reply-To,
	// References, List-Unsubscribe and List-Unsubscribe-Post. From is always
	// among them. For a relay that writes a Message-ID or Date of its own, name
	// the others.
	Headers []string
	// Expires is how long a signature holds from the mail's date; 0 means for
	// ever.
	Expires time.Duration
}

// Signer signs mails by DKIM (RFC 6376): rsa-sha256 or, with an Ed25519 key,
// ed25519-sha256 (RFC 8463), relaxed in header and body. Who reads the mail finds
// the public key in the DNS, as TXT of selector._domainkey.domain.
//
// A Signer is safe for concurrent use if its key is, as those of the standard
// library are.
type Signer struct {
	domain, selector string
	key              crypto.Signer
	algorithm        string
	hash             crypto.Hash
	headers          []string
	expires          time.Duration
}

// oversigned are the headers that are signed once more than they are there, so
// that nobody can add another of them.
var oversigned = []string{"from", "to", "cc", "reply-to", "subject", "date", "message-id"}

var signedHeaders = []string{"from", "to", "cc", "reply-to", "subject", "date", "message-id", "mime-version", "content-type",
	"content-transfer-encoding", "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post"}

// NewSigner returns a signer for the mails of a domain and those below it. The
// domain is that of From, in ASCII; key is an RSA key of 1024 bits or more (2048
// should be) or an Ed25519 key, in memory or elsewhere. What does not fit is
// InvalidArgument.
func NewSigner(domain, selector string, key crypto.Signer, o *SignerOptions) (*Signer, error) {
	if o == nil {
		o = new(SignerOptions)
	}
	s := &Signer{domain: strings.ToLower(domain), selector: selector, key: key, headers: signedHeaders, expires: o.Expires}
	switch {
	case !validDNS(domain) || !strings.Contains(domain, "."):
		return nil, invalidOption("a signer's domain is no domain in ASCII")
	case !validDNS(selector):
		return nil, invalidOption("a signer's selector is no name of the DNS")
	case key == nil:
		return nil, invalidOption("a signer has no key")
	case o.Expires < 0:
		return nil, invalidOption("a signature's life is negative")
	}
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		if public.N.BitLen() < 1024 {
			return nil, invalidOption("an RSA key of less than 1024 bits signs for nobody")
		}
		s.algorithm, s.hash = "rsa-sha256", crypto.SHA256
	case ed25519.PublicKey:
		s.algorithm = "ed25519-sha256"
	default:
		return nil, invalidOption("a signer's key is neither RSA nor Ed25519")
	}
	if o.Headers != nil {
		s.headers = []string{"from"}
		for _, h := range o.Headers {
			h = strings.ToLower(h)
			if h == "" || strings.ContainsFunc(h, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == ':' || c == ';' }) || h == "dkim-signature" {
				return nil, invalidOption("a header to be signed has no valid name")
			}
			if !slices.Contains(s.headers, h) {
				s.headers = append(s.headers, h)
			}
		}
	}
	return s, nil
}

// ParseSignerKey reads a private key for [NewSigner] from PEM: PKCS #8, or PKCS #1
// for RSA, as openssl writes them.
func ParseSignerKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, invalidOption("a signer's key is not in PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok {
		return nil, invalidOption("a signer's key is neither PKCS #8 nor PKCS #1")
	}
	return signer, nil
}

func validDNS(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if !atom(c) || strings.IndexByte("!#$%&'*+/=?^`{|}~", c) >= 0 {
				return false
			}
		}
	}
	return true
}

// Signs reports whether the signer is for mails from this address: those of its
// domain and of domains below it.
func (s *Signer) Signs(from Address) bool {
	_, domain, _ := cutLast(strings.ToLower(from.Addr), '@')
	rest, ok := strings.CutSuffix(domain, s.domain)
	return ok && (rest == "" || strings.HasSuffix(rest, "."))
}

// Format prints domain and selector for every verb, so that no key can leak.
func (s *Signer) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "dkim("+s.selector+"._domainkey."+s.domain+")")
}

// sign returns the header field for a mail: its header's fields, the hash of its
// body, its date.
func (s *Signer) sign(fields []field, body []byte, date time.Time) ([]byte, error) {
	var names []string
	for _, name := range s.headers {
		n := 0
		for _, f := range fields {
			if f.name == name {
				n++
			}
		}
		if slices.Contains(oversigned, name) {
			n++
		}
		for range n {
			names = append(names, name)
		}
	}
	// Spaces are where the line may be folded.
	value := "v=1; a=" + s.algorithm + "; c=relaxed/relaxed; d=" + s.domain + "; s=" + s.selector + "; t=" + strconv.FormatInt(date.Unix(), 10)
	if s.expires > 0 {
		value += "; x=" + strconv.FormatInt(date.Add(s.expires).Unix(), 10)
	}
	value += "; h=" + strings.Join(names, " : ") + "; bh=" + base64.StdEncoding.EncodeToString(body) + "; b="
	digest := headerDigest(fields, names, value)
	signature, err := s.key.Sign(rand.Reader, digest, s.hash)
	if err != nil {
		return nil, err
	}
	for rest := base64.StdEncoding.EncodeToString(signature); rest != ""; {
		n := min(64, len(rest))
		value += rest[:n]
		if rest = rest[n:]; rest != "" {
			value += " "
		}
	}
	var h header
	h.add("DKIM-Signature", value)
	return h.b, nil
}

// field is one field of a header, relaxed.
type field struct{ name, value string }

// fieldsOf reads a header.
func fieldsOf(header []byte) []field {
	var all []field
	for line := range strings.SplitAfterSeq(string(header), "\r\n") {
		switch {
		case line == "" || line == "\r\n":
		case line[0] == ' ' || line[0] == '\t':
			if len(all) > 0 {
				all[len(all)-1].value += line
			}
		default:
			name, value, _ := strings.Cut(line, ":")
			all = append(all, field{strings.ToLower(strings.TrimRight(name, " \t")), value})
		}
	}
	for i := range all {
		all[i].value = relaxed(all[i].value)
	}
	return all
}

// relaxed unfolds a value and makes one space of all white space between words.
func relaxed(value string) string {
	return strings.Join(strings.FieldsFunc(value, func(c rune) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }), " ")
}

// headerDigest hashes what a signature covers: the named fields, the last one of
// a name first, and the signature's own field, which ends with an empty b=.
func headerDigest(fields []field, names []string, signature string) []byte {
	h := sha256.New()
	used := make([]bool, len(fields))
	for _, name := range names {
		for i, f := range slices.Backward(fields) {
			if f.name == name && !used[i] {
				used[i] = true
				_, _ = io.WriteString(h, name+":"+f.value+"\r\n")
				break
			}
		}
	}
	_, _ = io.WriteString(h, "dkim-signature:"+relaxed(signature))
	return h.Sum(nil)
}
