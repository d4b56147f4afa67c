package sms

// The GSM 7-bit alphabet, 3GPP TS 23.038 section 6.2.1.

const (
	escape   = 0x1B // begins a character of the extension table
	extended = 0x80 // flag of septetOf: the code belongs to the extension table
	noSeptet = 0xFF // answer of septetOf: not in the alphabet
)

// gsmAlphabet is the default table: the character of each code.
var gsmAlphabet = [128]rune{
	'@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
	'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', escape, 'Æ', 'æ', 'ß', 'É',
	' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
	'¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
	'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
	'¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
}

// extendedRune returns the character that the escape and c stand for.
func extendedRune(c byte) rune {
	switch c {
	case escape:
		return ' '
	case 0x0A:
		return '\f'
	case 0x14:
		return '^'
	case 0x28:
		return '{'
	case 0x29:
		return '}'
	case 0x2F:
		return '\\'
	case 0x3C:
		return '['
	case 0x3D:
		return '~'
	case 0x3E:
		return ']'
	case 0x40:
		return '|'
	case 0x65:
		return '€'
	}
	return gsmAlphabet[c]
}

// asciiSeptets holds the answers of septetOf for ASCII, 16 in a line.
const asciiSeptets = "" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x0a\xff\x8a\x0d\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\x20\x21\x22\x23\x02\x25\x26\x27\x28\x29\x2a\x2b\x2c\x2d\x2e\x2f" +
	"\x30\x31\x32\x33\x34\x35\x36\x37\x38\x39\x3a\x3b\x3c\x3d\x3e\x3f" +
	"\x00\x41\x42\x43\x44\x45\x46\x47\x48\x49\x4a\x4b\x4c\x4d\x4e\x4f" +
	"\x50\x51\x52\x53\x54\x55\x56\x57\x58\x59\x5a\xbc\xaf\xbe\x94\x11" +
	"\xff\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f" +
	"\x70\x71\x72\x73\x74\x75\x76\x77\x78\x79\x7a\xa8\xc0\xa9\xbd\xff"

// septetOf returns the code of r in the default table, its code in the
// extension table with the flag extended, or noSeptet.
func septetOf(r rune) byte {
	if uint32(r) < 0x80 {
		return asciiSeptets[r]
	}
	if r > '€' { // the last one of the alphabet; all of CJK and emoji lie behind
		return noSeptet
	}
	switch r {
	case '£':
		return 0x01
	case '¥':
		return 0x03
	case 'è':
		return 0x04
	case 'é':
		return 0x05
	case 'ù':
		return 0x06
	case 'ì':
		return 0x07
	case 'ò':
		return 0x08
	case 'Ç':
		return 0x09
	case 'Ø':
		return 0x0B
	case 'ø':
		return 0x0C
	case 'Å':
		return 0x0E
	case 'å':
		return 0x0F
	case 'Δ':
		return 0x10
	case 'Φ':
		return 0x12
	case 'Γ':
		return 0x13
	case 'Λ':
		return 0x14
	case 'Ω':
		return 0x15
	case 'Π':
		return 0x16
	case 'Ψ':
		return 0x17
	case 'Σ':
		return 0x18
	case 'Θ':
		return 0x19
	case 'Ξ':
		return 0x1A
	case 'Æ':
		return 0x1C
	case 'æ':
		return 0x1D
	case 'ß':
		return 0x1E
	case 'É':
		return 0x1F
	case '¤':
		return 0x24
	case '¡':
		return 0x40
	case 'Ä':
		return 0x5B
	case 'Ö':
		return 0x5C
	case 'Ñ':
		return 0x5D
	case 'Ü':
		return 0x5E
	case '§':
		return 0x5F
	case '¿':
		return 0x60
	case 'ä':
		return 0x7B
	case 'ö':
		return 0x7C
	case 'ñ':
		return 0x7D
	case 'ü':
		return 0x7E
	case 'à':
		return 0x7F
	case '€':
		return extended | 0x65
	}
	return noSeptet
}
