package mail

import (
	"encoding/base64"
	"mime"
	"net/mail"
	"strings"
	"unicode/utf8"
)

// Lines of a header are folded behind column foldAt where there is a space. No
// word of a name is longer than longWord, quoted or not, and no other than
// longText, so no line comes to the limit of 998 octets; longer words are encoded,
// which cuts them.
const (
	foldAt   = 76
	longWord = 400
	longText = 900
)

// header is a block of header fields under construction.
type header struct{ b []byte }

// headerRoom is what most headers of a part fit into.
const headerRoom = 256

// add adds one field, folded at spaces. The value holds no control characters.
func (h *header) add(name, value string) {
	if h.b == nil {
		h.b = make([]byte, 0, headerRoom)
	}
	start := len(h.b)
	h.b = append(append(h.b, name...), ':')
	col := len(name) + 1
	for more := true; more; {
		var word string
		word, value, more = strings.Cut(value, " ")
		if word != "" && col > len(name)+1 && col+1+len(word) > foldAt {
			h.b = append(h.b, "\r\n"...)
			col = 0
		}
		h.b = append(append(h.b, ' '), word...)
		col += 1 + len(word)
	}
	for i, c := range h.b[start:] {
		if c == fixedSpace {
			h.b[start+i] = ' '
		}
	}
	h.b = append(h.b, "\r\n"...)
}

// fixedSpace is a space at which no line is folded, until add has written it.
const fixedSpace = 0

// unfolded keeps a value in one line: some programs take a fold within quotes for
// a part of a file's name.
func unfolded(s string) string { return strings.ReplaceAll(s, " ", string(rune(fixedSpace))) }

// encodeText writes an unstructured value in ASCII: as it is where that is
// possible, else as encoded words (RFC 2047).
func encodeText(name, s string) string {
	if plain(s, longText) {
		return s
	}
	return encodedWords(s, len(name)+2)
}

// encodeHeader writes a further header: as text, or as it is where its syntax
// knows no encoded words (see [structured]).
func encodeHeader(name, s string) string {
	if structured(name) {
		return strings.Join(strings.Fields(s), " ")
	}
	return encodeText(name, s)
}

// structured reports whether a header holds addresses in angle brackets rather
// than text: links of lists (RFC 2369, RFC 8058) and ids of mails.
func structured(name string) bool {
	switch strings.ToLower(name) {
	case "list-unsubscribe", "list-unsubscribe-post", "list-subscribe", "list-help", "list-post", "list-owner", "list-archive",
		"references", "in-reply-to":
		return true
	}
	return false
}

// plain reports whether a value can stand in a header as it is and comes out
// the same: printable ASCII, no words too long to fold, nothing that looks
// encoded, no spaces that folding could lose.
func plain(s string, longest int) bool {
	if strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") || strings.Contains(s, "  ") || strings.Contains(s, "=?") {
		return false
	}
	run := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c > '~':
			return false
		case c == ' ':
			run = 0
		default:
			if run++; run > longest {
				return false
			}
		}
	}
	return true
}

// encodedWords writes s as encoded words that fit lines of 76 characters, of
// which the first line has col before them. No word cuts a character.
func encodedWords(s string, col int) string {
	const around, least = len("=?utf-8?B??="), utf8.UTFMax
	most := max((foldAt-col-around)/4*3, least) // bytes in base64
	var b strings.Builder
	for len(s) > 0 {
		n := min(most, len(s))
		for n < len(s) && n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(s[:n])) + "?=")
		s = s[n:]
		most = (foldAt - len(" \"") - around) / 4 * 3
	}
	return b.String()
}

// phrase writes a display name.
func phrase(s string) string {
	if !plain(s, longWord) {
		return encodedWords(s, len("Reply-To: "))
	}
	for _, c := range []byte(s) {
		if !atom(c) && c != ' ' {
			return quoted(s)
		}
	}
	return s
}

// atom reports whether c may stand in an atom (RFC 5322).
func atom(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Spec returns the address as it stands between angle brackets, in a header and
// in a relay's envelope: the local part quoted where it must be. It is personal
// data.
func (a Address) Spec() string {
	if a.dotAtoms() {
		return a.Addr
	}
	return strings.TrimSuffix(strings.TrimPrefix((&mail.Address{Address: a.Addr}).String(), "<"), ">")
}

// dotAtoms reports whether the address is atoms and dots around one at sign, as
// nearly all are: then it stands everywhere as it is.
func (a Address) dotAtoms() bool {
	at, last := 0, byte('.')
	for i := range len(a.Addr) {
		c := a.Addr[i]
		switch {
		case c == '.' || c == '@':
			if last == '.' || last == '@' {
				return false
			}
			if c == '@' {
				at++
			}
		case !atom(c):
			return false
		}
		last = c
	}
	return at == 1 && last != '.' && last != '@'
}

func (a Address) header() string {
	if a.Name == "" {
		return "<" + a.Spec() + ">"
	}
	return phrase(a.Name) + " <" + a.Spec() + ">"
}

func addressList(all []Address) string {
	var b strings.Builder
	for i, a := range all {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(a.header())
	}
	return b.String()
}

// partDisposition returns the value of Content-Disposition for a file within a
// mail: its name as RFC 2231 says, where it cannot stand as it is. There is no
// second form of it: some programs take the first name, others the last, and
// those that do not know RFC 2231 look at the name of Content-Type.
func partDisposition(kind, name string) string {
	if _, ascii := asciiName(name); ascii && plain(name, longWord) {
		return kind + "; filename=" + unfolded(quoted(name))
	}
	return kind + "; filename*=UTF-8''" + percent(name)
}

// disposition returns the value of Content-Disposition for a file that is fetched
// over HTTP: the exact name as RFC 6266 says, behind a fallback in ASCII without
// percent signs, which some browsers decode (appendix D).
func disposition(kind, name string) string {
	fallback, ascii := asciiName(strings.ReplaceAll(name, "%", "_"))
	d := kind + "; filename=" + quoted(fallback)
	if !ascii || !plain(name, longWord) || strings.Contains(name, "%") {
		d += "; filename*=UTF-8''" + percent(name)
	}
	return d
}

// asciiName returns a name with each run of other characters replaced, and
// whether there was nothing to replace.
func asciiName(name string) (string, bool) {
	var b strings.Builder
	ascii, gap := true, false
	for _, r := range name {
		if r >= ' ' && r <= '~' && r != '"' && r != '\\' {
			b.WriteRune(r)
			gap = false
			continue
		}
		ascii = false
		if !gap {
			b.WriteByte('_')
		}
		gap = true
	}
	return b.String(), ascii
}

// percent encodes as RFC 5987 says.
func percent(s string) string { return percentBut(s, "!#$&+-.^_`|~") }

// percentBut encodes all but letters, digits and some.
func percentBut(s, some string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(some, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// contentType returns the value of Content-Type for a file: its own type with
// the name behind it. Types that must not be in base64 (message, multipart)
// become application/octet-stream, so that the file arrives as it is.
func contentType(typ, name string) string {
	t, params, err := mime.ParseMediaType(typ)
	if err != nil || strings.HasPrefix(t, "message/") || strings.HasPrefix(t, "multipart/") {
		t, params = octetStream, nil
	}
	delete(params, "name")
	out := mime.FormatMediaType(t, params)
	if out == "" {
		out = octetStream
	}
	if plain(name, longWord) {
		return out + "; name=" + unfolded(quoted(name))
	}
	const param = `name="`
	return out + "; " + param + encodedWords(name, 1+len(param)) + `"`
}

const octetStream = "application/octet-stream"
