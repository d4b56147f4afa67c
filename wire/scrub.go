package wire

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxText = 200  // bytes of a scrubbed text
	maxScan = 4096 // bytes that are looked at
)

var (
	urlText    = regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*)://[^\s"'<>]+`)
	assignment = regexp.MustCompile(`(?i)\b(bearer|basic|key|ak|sk|sn|sig|sign|signature|token|secret|password|passwd|pwd|auth|authorization|assertion|credential|[a-z_-]+[_-](?:key|sk|sig|sign|token|secret|password))(["']?\s*[=:]\s*["']?|\s+)(bearer\s+|basic\s+)?([^\s"'&,;}\])]+)`)
	mailText   = regexp.MustCompile(`[^\s<>"',;:()\[\]@]+@[^\s<>"',;:()\[\]@]+`)
	pointText  = regexp.MustCompile(`-?\d{1,3}\.\d+\s*[,;]\s*-?\d{1,3}\.\d+`)
	digitsText = regexp.MustCompile(`\+?\p{Nd}(?:[\s.()\-/]{0,3}\p{Nd}){6,}`)
	opaqueText = regexp.MustCompile(`[A-Za-z0-9_\-+=~]{20,}`)
)

// Scrub makes a vendor's text fit for an error: it takes out the client's
// secrets, the given private values, URLs but for scheme and host, what looks
// like a credential, a mail address, a point, a number of seven digits or more
// or an opaque token, and control characters, and bounds it to 200 bytes.
// Secrets and private values of fewer than four bytes are left to the other
// rules.
func (c *Client) Scrub(text string, private ...string) string { return c.scrub(text, private) }

func (c *Client) scrub(text string, private []string) string {
	if text == "" {
		return ""
	}
	truncated := len(text) > maxScan
	if truncated {
		text = text[:maxScan]
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	longest := 0
	if c != nil && c.cfg.Secrets != nil {
		for _, s := range c.cfg.Secrets() {
			text = remove(text, s, "[secret]")
			longest = max(longest, len(s))
		}
	}
	for _, p := range private {
		text = remove(text, p, "[private]")
		longest = max(longest, len(p))
	}
	for _, p := range private {
		text = removeParts(text, p)
	}
	if truncated { // the cut may have gone through a value, a byte of which takes six at most
		text = strings.ToValidUTF8(text[:max(0, len(text)-6*longest)], "")
	}
	text = urlText.ReplaceAllStringFunc(text, bareURL)
	text = assignment.ReplaceAllStringFunc(text, bareAssignment)
	text = mailText.ReplaceAllString(text, "[mail]")
	text = pointText.ReplaceAllString(text, "[point]")
	text = digitsText.ReplaceAllString(text, "[number]")
	text = opaqueText.ReplaceAllStringFunc(text, bareToken)
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	return shorten(text, truncated)
}

// shorten bounds a text at a rune's border.
func shorten(text string, truncated bool) string {
	if len(text) <= maxText && !truncated {
		return text
	}
	n := min(len(text), maxText-len("…"))
	for n > 0 && n < len(text) && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}

// remove takes out a value however it is written: plain, escaped for a query or
// a path, for JSON, HTML or XML; letter case does not matter.
func remove(text, value, mark string) string {
	value = strings.TrimSpace(value)
	if len(value) < 4 {
		return text
	}
	text = replaceFold(text, value, mark)
	if strings.ContainsFunc(value, needsEscape) {
		escaped, query := jsonText(value), strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
		for _, v := range [...]string{url.QueryEscape(value), query, component.Replace(query), url.PathEscape(value),
			escaped, htmlText.Replace(escaped), strings.ReplaceAll(escaped, "/", `\/`), asciiText(escaped)} {
			text = replaceFold(text, v, mark)
		}
	}
	if strings.ContainsAny(value, `<>&'"`) {
		for _, quotes := range [...][2]string{{"&#34;", "&#39;"}, {"&quot;", "&#39;"}, {"&quot;", "&#x27;"}, {"&quot;", "&apos;"}, {`"`, "'"}} {
			entities := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, quotes[0], "'", quotes[1])
			text = replaceFold(text, entities.Replace(value), mark)
		}
	}
	return text
}

var (
	// component undoes what encodeURIComponent and its like leave unescaped.
	component = strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")
	// htmlText undoes what encoding/json alone escapes.
	htmlText = strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">")
)

// needsEscape reports whether some form writes r in another way.
func needsEscape(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// jsonText returns s as it stands within a JSON string.
func jsonText(s string) string {
	b, err := json.Marshal(s)
	if err != nil || len(b) < 2 {
		return s
	}
	return string(b[1 : len(b)-1])
}

// asciiText escapes what is not ASCII, as many vendors' JSON does.
func asciiText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, u)
		}
	}
	return b.String()
}

// replaceFold replaces value in text without regard to ASCII case.
func replaceFold(text, value, mark string) string {
	low, want := asciiLower(text), asciiLower(value)
	if !strings.Contains(low, want) {
		return text
	}
	var b strings.Builder
	for {
		i := strings.Index(low, want)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		b.WriteString(mark)
		text, low = text[i+len(want):], low[i+len(want):]
	}
}

// asciiLower lowers without changing the length, so that offsets stay true.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// Parts of a private value are taken out too, when a vendor echoes only some
// of it: 12 runes in a row, or 4 that are not ASCII.
const (
	partRunes = 12
	wideRunes = 4
)

func removeParts(text, value string) string {
	have, want := []rune(asciiLower(text)), []rune(asciiLower(value))
	if len(want) < wideRunes || len(have) < wideRunes || len(want) > maxScan {
		return text
	}
	drop := make([]bool, len(have))
	found := false
	for _, k := range [...]int{wideRunes, partRunes} {
		grams := map[string]bool{}
		for i := 0; i+k <= len(want); i++ {
			if k == partRunes || wide(want[i:i+k]) {
				grams[string(want[i:i+k])] = true
			}
		}
		for i := 0; len(grams) > 0 && i+k <= len(have); i++ {
			if grams[string(have[i:i+k])] {
				found = true
				for j := i; j < i+k; j++ {
					drop[j] = true
				}
			}
		}
	}
	if !found {
		return text
	}
	var b strings.Builder
	for i, r := range []rune(text) {
		switch {
		case !drop[i]:
			b.WriteRune(r)
		case i == 0 || !drop[i-1]:
			b.WriteString("[private]")
		}
	}
	return b.String()
}

func wide(runes []rune) bool {
	for _, r := range runes {
		if r < utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

// bareURL keeps scheme and host.
func bareURL(s string) string {
	scheme, rest, _ := strings.Cut(s, "://")
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	return scheme + "://" + rest
}

func bareAssignment(s string) string {
	m := assignment.FindStringSubmatch(s)
	if strings.TrimSpace(m[2]) == "" && !credentialWord(m[1]) && !strings.ContainsAny(m[4], "0123456789") {
		return s // prose: "token expired", "key is wrong"
	}
	if strings.HasPrefix(m[4], "[secret") || strings.HasPrefix(m[4], "[private") {
		return s
	}
	return m[1] + m[2] + m[3] + "[secret]"
}

func credentialWord(s string) bool {
	s = strings.ToLower(s)
	return s == "bearer" || s == "basic"
}

// bareToken takes out a long run that mixes letters and digits; a vendor's
// code in words, such as CUQPS_HAS_EXCEEDED_THE_LIMIT, stays.
func bareToken(s string) string {
	if strings.ContainsAny(s, "0123456789") && strings.IndexFunc(s, unicode.IsLetter) >= 0 {
		return "[token]"
	}
	return s
}
