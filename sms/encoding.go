package sms

import (
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// Encoding is the alphabet in which a text goes over the air. It decides how
// many units a part holds. The numbers and names are frozen.
type Encoding uint8

const (
	// GSM7 is the GSM 7-bit default alphabet with its extension table (3GPP TS
	// 23.038). Its unit is the septet; the ten characters of the extension
	// table (^ { } \ [ ~ ] | € and form feed) cost two. National language
	// tables are not used: they need the operator's support.
	GSM7 Encoding = 1
	// UCS2 is what the standard calls so and what phones read as UTF-16. Its
	// unit is the UTF-16 code unit; a character outside the basic plane, such
	// as most emoji, costs two.
	UCS2 Encoding = 2
)

// String returns "gsm7" or "ucs2", and "unknown" for the zero value and any
// other.
func (e Encoding) String() string {
	switch e {
	case GSM7:
		return "gsm7"
	case UCS2:
		return "ucs2"
	}
	return "unknown"
}

// MarshalText writes the encoding's name.
func (e Encoding) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads the encoding's name; "" and "unknown" give the zero value
// and any other name is an InvalidArgument error.
func (e *Encoding) UnmarshalText(b []byte) error {
	switch string(b) {
	case "gsm7":
		*e = GSM7
	case "ucs2":
		*e = UCS2
	case "", "unknown":
		*e = 0
	default:
		return textError("encoding", "unknown encoding name")
	}
	return nil
}

// single returns how many units a message of one part holds.
func (e Encoding) single() int {
	if e == GSM7 {
		return 160
	}
	return 70
}

// unitsOf returns what r costs in e, 0 if it cannot be written in it. r is a
// valid rune.
func (e Encoding) unitsOf(r rune) int {
	if e == GSM7 {
		switch c := septetOf(r); {
		case c == noSeptet:
			return 0
		case c >= extended:
			return 2
		}
		return 1
	}
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// EncodingOf returns the encoding that text needs: GSM7 if every character is
// in the GSM alphabet, else UCS2. One character decides over the whole message:
// a curly quote, a backtick or a lower-case ç turns it into UCS2, which more
// than halves the room. For text that is not valid UTF-8 it returns the zero
// value; the empty text is GSM7.
func EncodingOf(text string) Encoding {
	e := GSM7
	for i, r := range text {
		if r == utf8.RuneError && !isRuneError(text[i:]) {
			return 0
		}
		if e == GSM7 && septetOf(r) == noSeptet {
			e = UCS2
		}
	}
	return e
}

// isRuneError reports whether s begins with a real U+FFFD rather than with a
// byte that is not UTF-8.
func isRuneError(s string) bool { return strings.HasPrefix(s, "\uFFFD") }

// EncodeGSM7 returns text as septets, one in each byte; a character of the
// extension table is two of them, 0x1B and its code. A text with a character
// outside the alphabet is an InvalidArgument error.
func EncodeGSM7(text string) ([]byte, error) {
	out := make([]byte, 0, len(text)+len(text)/8)
	for _, r := range text {
		switch c := septetOf(r); {
		case c == noSeptet:
			return nil, textError("encode text", "a character is not in the GSM 7-bit alphabet")
		case c >= extended:
			out = append(out, escape, c&^extended)
		default:
			out = append(out, c)
		}
	}
	return out, nil
}

// DecodeGSM7 returns the text of septets, one in each byte. It follows the
// standard for what a phone shall do with codes it does not know: 0x1B with a
// code outside the extension table shows the character of the default table,
// and 0x1B twice or at the end a space. A byte above 0x7F is an InvalidArgument
// error.
func DecodeGSM7(septets []byte) (string, error) {
	var b strings.Builder
	b.Grow(len(septets))
	for i := 0; i < len(septets); i++ {
		c := septets[i]
		if c > 0x7F {
			return "", textError("decode text", "a septet has more than 7 bits")
		}
		if c != escape {
			b.WriteRune(gsmAlphabet[c])
			continue
		}
		if i++; i == len(septets) {
			b.WriteByte(' ')
			break
		}
		if septets[i] > 0x7F {
			return "", textError("decode text", "a septet has more than 7 bits")
		}
		b.WriteRune(extendedRune(septets[i]))
	}
	return b.String(), nil
}

// PackGSM7 packs septets, one in each byte, into octets: 7 bits each, the least
// significant first, spare bits of the last octet zero (TS 23.038, 6.1.2.1). Of
// each byte the low 7 bits are taken.
func PackGSM7(septets []byte) []byte {
	out := make([]byte, 0, (len(septets)*7+7)/8)
	var acc uint
	bits := 0
	for _, c := range septets {
		acc |= uint(c&0x7F) << bits
		if bits += 7; bits >= 8 {
			out = append(out, byte(acc))
			acc >>= 8
			bits -= 8
		}
	}
	if bits > 0 {
		out = append(out, byte(acc))
	}
	return out
}

// UnpackGSM7 returns the first n septets of packed, one in each byte. Their
// number must be told, since seven octets may hold seven septets or eight. It is
// an InvalidArgument error if packed is too short for them.
func UnpackGSM7(packed []byte, n int) ([]byte, error) {
	if n < 0 || n > len(packed)*8/7 {
		return nil, textError("unpack text", "the octets do not hold that many septets")
	}
	out := make([]byte, 0, n)
	var acc uint
	bits := 0
	for _, c := range packed {
		acc |= uint(c) << bits
		bits += 8
		for bits >= 7 && len(out) < n {
			out = append(out, byte(acc&0x7F))
			acc >>= 7
			bits -= 7
		}
		if len(out) == n {
			break
		}
	}
	return out, nil
}

func textError(op, why string) *waybill.Error {
	e := waybill.Invalid(op, why)
	e.Provider = "sms"
	return e
}
