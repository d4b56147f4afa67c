package sms

import (
	"strings"
	"unicode/utf8"
)

// ToGSM returns text with typographic characters replaced by their plain
// likenesses, so that it fits the GSM 7-bit alphabet, and whether it fits:
// curly quotes and dashes become straight, the ellipsis three dots, special
// blanks and TAB a blank; soft hyphens, zero-width characters and direction
// marks go; a letter followed by its combining accent becomes one character
// where the alphabet has it.
//
// Letters are never replaced by others: "façade" or "São" stay what they are.
// If any character remains that does not fit, text is returned as it was, since
// nothing would be gained.
//
// It alters content, so it is a choice and never a default. It is wrong for a
// text that must equal a registered template.
func ToGSM(text string) (string, bool) {
	switch EncodingOf(text) {
	case GSM7:
		return text, true
	case 0:
		return text, false
	}
	var b strings.Builder
	b.Grow(len(text))
	for i, r := range text {
		next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		switch {
		case r == graveAccent || r == acuteAccent || r == tildeAccent || r == diaeresis || r == ringAbove || r == cedilla:
			prev, _ := utf8.DecodeLastRuneInString(text[:i])
			if composed(prev, r) == 0 {
				return text, false
			}
		case composed(r, next) != 0:
			b.WriteRune(composed(r, next))
		case septetOf(r) != noSeptet:
			b.WriteRune(r)
		default:
			plain, ok := plainOf(r)
			if !ok {
				return text, false
			}
			b.WriteString(plain)
		}
	}
	return b.String(), true
}

// The combining accents of letters in the alphabet.
const (
	graveAccent = '\u0300'
	acuteAccent = '\u0301'
	tildeAccent = '\u0303'
	diaeresis   = '\u0308'
	ringAbove   = '\u030A'
	cedilla     = '\u0327'
)

// composed returns the character of the alphabet that a letter and its
// combining accent make, or 0.
func composed(letter, accent rune) rune {
	var from, to string
	switch accent {
	case graveAccent:
		from, to = "aeiou", "àèìòù"
	case acuteAccent:
		from, to = "eE", "éÉ"
	case tildeAccent:
		from, to = "nN", "ñÑ"
	case diaeresis:
		from, to = "aouAOU", "äöüÄÖÜ"
	case ringAbove:
		from, to = "aA", "åÅ"
	case cedilla:
		from, to = "C", "Ç"
	default:
		return 0
	}
	at := strings.IndexRune(from, letter)
	if at < 0 {
		return 0
	}
	for range at {
		_, n := utf8.DecodeRuneInString(to)
		to = to[n:]
	}
	r, _ := utf8.DecodeRuneInString(to)
	return r
}

// plainOf returns what may stand for a typographic character.
func plainOf(r rune) (string, bool) {
	switch r {
	case '‘', '’', '‚', '‛', '′', '‵', 'ʹ', 'ʻ', 'ʼ', 'ʽ', '`', '´', '‹', '›':
		return "'", true
	case '“', '”', '„', '‟', '″', '‶', '«', '»', '〝', '〞':
		return "\"", true
	case '‐', '‑', '‒', '–', '—', '―', '−', '⁃', '﹣', '－':
		return "-", true
	case '…':
		return "...", true
	case '⁄', '∕':
		return "/", true
	case '•', '‣':
		return "*", true
	case '‼':
		return "!!", true
	case '⁎', '∗':
		return "*", true
	case '∼', '˜':
		return "~", true
	case '\u2126': // the ohm sign
		return "Ω", true
	case '\u212B': // the ångström sign
		return "Å", true
	case '\t', '\u00A0', '\u1680', '\u202F', '\u205F', '\u3000':
		return " ", true
	case '\u0085', '\u2028', '\u2029':
		return "\n", true
	case '\u00AD', '\u200B', '\u200C', '\u200D', '\u200E', '\u200F', '\u2060', '\uFEFF', '\uFE0E', '\uFE0F',
		'\u202A', '\u202B', '\u202C', '\u202D', '\u202E', '\u2066', '\u2067', '\u2068', '\u2069':
		return "", true
	}
	if '\u2000' <= r && r <= '\u200A' { // blanks of fixed width
		return " ", true
	}
	if '！' <= r && r <= '～' { // full-width ASCII
		plain := r - '！' + '!'
		if septetOf(plain) == noSeptet {
			return "'", plain == '`'
		}
		return string(plain), true
	}
	return "", false
}
