package sms

import (
	"iter"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// MaxParts is how many parts a message can have at all: their number is one
// octet on the air (3GPP TS 23.040). Gateways and operators allow far fewer.
const MaxParts = 255

// Parts tells how a text goes over the air.
type Parts struct {
	// Encoding is the alphabet that all parts use.
	Encoding Encoding
	// Units is the length of the whole text in units of the encoding: septets
	// or UTF-16 code units, headers not counted.
	Units int
	// Count is the number of parts, which is what gateways bill.
	Count int
	// Limit is how many units each part may hold: 160 or 70 in a single part,
	// fewer in each of several, whose header needs room.
	Limit int
	// Last is how many units the last part holds, so that Limit - Last more
	// fit.
	Last int
}

// Segmenter counts and cuts texts. The zero value follows the standard: GSM7
// where the text allows it, an 8-bit reference in the header of each part,
// hence 160 or 153 septets and 70 or 67 UTF-16 units.
//
// A pair (an extension character's two septets, a surrogate pair) is never cut
// in two; it moves to the next part as a whole. So the number of parts can
// exceed the plain quotient, which some gateways count with: their number may
// be lower by one, and theirs is on the invoice. Characters made of several
// code points may be cut, as the standard has it.
//
// A Segmenter is a plain value and safe for concurrent use.
type Segmenter struct {
	// Encoding forces an alphabet; the zero value chooses the cheapest. A text
	// that does not fit a forced GSM7 is refused.
	Encoding Encoding
	// LongReference says that the parts carry a 16-bit reference, whose header
	// is an octet longer: 152 septets or 66 UTF-16 units in each of several
	// parts.
	LongReference bool
}

// SegmenterFor returns the Segmenter for messages that a domestic gateway sends
// to numbers of the region (ISO 3166-1 alpha-2). In mainland China ("CN")
// gateways count 70 or 67 characters whatever the alphabet, the sign included,
// which must be in the text that is counted. Everywhere else, and for what a
// foreign gateway sends to the mainland, the standard holds, which is the zero
// Segmenter.
func SegmenterFor(region string) Segmenter {
	if region == "CN" {
		return Segmenter{Encoding: UCS2}
	}
	return Segmenter{}
}

// Count tells how text goes over the air by the standard's rules; see
// [Segmenter.Count].
func Count(text string) (Parts, error) { return Segmenter{}.Count(text) }

// CountFor is Count by the rules of the region's domestic gateways; see
// [SegmenterFor].
func CountFor(region, text string) (Parts, error) { return SegmenterFor(region).Count(text) }

// Split returns the text of each part by the standard's rules; see
// [Segmenter.Split].
func Split(text string) ([]string, error) { return Segmenter{}.Split(text) }

// Count tells encoding, units and parts of text. It takes time proportional to
// the text and allocates nothing.
//
// The empty text, text that is not valid UTF-8 and text that does not fit a
// forced encoding are InvalidArgument errors. More than [MaxParts] parts are a
// TooLarge error, and the counts are returned with it. Nothing was sent, and no
// error contains the text.
func (s Segmenter) Count(text string) (Parts, error) {
	enc, units, pairs, err := s.measure(text)
	if err != nil {
		return Parts{}, err
	}
	p := Parts{Encoding: enc, Units: units, Count: 1, Limit: enc.single(), Last: units}
	if units <= p.Limit {
		return p, nil
	}
	p.Limit = s.each(enc)
	if !pairs {
		p.Count = (units + p.Limit - 1) / p.Limit
		p.Last = units - (p.Count-1)*p.Limit
	} else {
		p.Count = 0
		for rest := text; rest != ""; p.Count++ {
			n, u := cut(rest, enc, p.Limit)
			rest, p.Last = rest[n:], u
		}
	}
	if p.Count > MaxParts {
		e := textError("count parts", "text needs more than 255 parts")
		e.Code = waybill.TooLarge
		return p, e
	}
	return p, nil
}

// Split returns the text of each part. The parts joined are the text, each is
// as full as it can be, and there are as many as Count says. It fails as Count
// does.
func (s Segmenter) Split(text string) ([]string, error) {
	p, err := s.Count(text)
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, p.Count)
	for part := range p.cuts(text) {
		out = append(out, part)
	}
	return out, nil
}

// Parts returns a sequence of the parts, each with its length in units. For a
// text that Count refuses the sequence is empty.
func (s Segmenter) Parts(text string) iter.Seq2[string, int] {
	p, err := s.Count(text)
	if err != nil {
		return func(func(string, int) bool) {}
	}
	return p.cuts(text)
}

// cuts yields the parts of the text that p was counted of.
func (p Parts) cuts(text string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for rest := text; rest != ""; {
			n, u := cut(rest, p.Encoding, p.Limit)
			if !yield(rest[:n], u) {
				return
			}
			rest = rest[n:]
		}
	}
}

// each returns how many units each of several parts holds: 140 octets less the
// header, in whole units.
func (s Segmenter) each(enc Encoding) int {
	n := 153
	if enc == UCS2 {
		n = 67
	}
	if s.LongReference {
		n--
	}
	return n
}

// measure chooses the encoding and counts the units of text; pairs says whether
// some character costs two.
func (s Segmenter) measure(text string) (enc Encoding, units int, pairs bool, err error) {
	if text == "" {
		return 0, 0, false, textError("count parts", "text is empty")
	}
	if s.Encoding != UCS2 {
		ok := true
		if units, pairs, ok = measureGSM7(text); ok {
			return GSM7, units, pairs, nil
		}
	}
	units, pairs, ok := measureUCS2(text)
	if !ok {
		return 0, 0, false, textError("count parts", "text is not valid UTF-8")
	}
	if s.Encoding == GSM7 {
		return 0, 0, false, textError("count parts", "a character is not in the GSM 7-bit alphabet")
	}
	return UCS2, units, pairs, nil
}

// measureGSM7 counts septets; ok is false at the first character that is not in
// the alphabet (a byte that is not UTF-8 reads as one).
func measureGSM7(text string) (units int, pairs, ok bool) {
	for _, r := range text {
		switch c := septetOf(r); {
		case c == noSeptet:
			return 0, false, false
		case c >= extended:
			units += 2
			pairs = true
		default:
			units++
		}
	}
	return units, pairs, true
}

// measureUCS2 counts UTF-16 code units; ok is false if text is not UTF-8.
func measureUCS2(text string) (units int, pairs, ok bool) {
	for i, r := range text {
		if r == utf8.RuneError && !isRuneError(text[i:]) {
			return 0, false, false
		}
		units++
		if r > 0xFFFF {
			units++
			pairs = true
		}
	}
	return units, pairs, true
}

// cut returns how many bytes of text make one part of at most limit units, and
// its units. The text is not empty and fits the encoding.
func cut(text string, enc Encoding, limit int) (n, units int) {
	for i, r := range text {
		u := enc.unitsOf(r)
		if units+u > limit {
			return i, units
		}
		units += u
	}
	return len(text), units
}
