package phone

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"github.com/waybill-go/waybill/sms"
)

// maxInput is how many characters libphonenumber looks at. Bounding the input
// bounds the time: parsing is far from linear in the worst case.
const maxInput = 250

// e164Digits is how many digits a number may have; the library allows more.
const e164Digits = 15

// Parse returns the number that raw means to somebody in the region, an ISO
// 3166-1 alpha-2 code in capitals such as "CN". The region may be "" if raw
// begins with "+" and the country calling code. Eleven digits of a mainland
// mobile number with region "CN" become +86 and those digits.
//
// Parse accepts what libphonenumber accepts, so the number need not be possible
// (see [Check]); only numbers longer than E.164's 15 digits are refused beyond
// that. An error is InvalidArgument, never contains raw, and holds a [Reason].
//
// A number that is canonical and valid already comes back as it is, in some tens
// of nanoseconds and without the library.
func Parse(raw, region string) (sms.Number, error) {
	if r := recognise(raw); r.valid() && !r.has(changeable) {
		return sms.Number(raw), nil
	}
	return parseSlowly(raw, region)
}

// parseSlowly is Parse by the library.
func parseSlowly(raw, region string) (sms.Number, error) {
	p, reason := parse(raw, region)
	if reason != 0 {
		return "", failure("parse number", reason)
	}
	text := phonenumbers.Format(p, phonenumbers.E164)
	n, err := sms.ParseNumber(text)
	if err != nil {
		reason = InvalidCountry
		if len(text) > len("+")+e164Digits {
			reason = TooLong
		}
		return "", failure("parse number", reason)
	}
	return n, nil
}

// Possible reports whether raw can be a number at all, by its length: the weak
// check for a form that must not turn away a number which the metadata does not
// know yet. It also says yes to a number without its area code, as
// libphonenumber does.
func Possible(raw, region string) bool {
	n, err := Parse(raw, region)
	return err == nil && phonenumbers.IsPossibleNumber(libNumber(n))
}

func parse(raw, region string) (*phonenumbers.PhoneNumber, Reason) {
	if len(raw) > maxInput*utf8.UTFMax || utf8.RuneCountInString(raw) > maxInput {
		return nil, TooLong
	}
	p, err := phonenumbers.Parse(clean(raw), region)
	if err != nil {
		return nil, reasonOf(err)
	}
	return p, 0
}

// reasonOf is the one place where the library's errors are read. It lists them
// by identity; a new one counts as "not a number".
func reasonOf(err error) Reason {
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return InvalidCountry
	case errors.Is(err, phonenumbers.ErrTooShortNSN), errors.Is(err, phonenumbers.ErrTooShortAfterIDD):
		return TooShort
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return TooLong
	}
	return NotNumber
}

// clean closes two gaps of the Go library against Google's.
//
// First, digits: the Go library knows those of ASCII, full width, Arabic-Indic
// and Persian, and counts the length of others in bytes. Here every decimal
// digit of Unicode becomes ASCII.
//
// Second, the end: Google drops what is neither letter, number nor "#" there, by
// a regular expression that means something else to Go. A link of RFC 3966 with
// a context is left alone, since Google takes its number from the middle.
func clean(raw string) string {
	s := raw
	if strings.IndexFunc(raw, foreignDigit) >= 0 {
		s = strings.Map(asciiDigit, raw)
	}
	if strings.Contains(s, ";phone-context=") {
		return s
	}
	return strings.TrimRightFunc(s, func(r rune) bool {
		return r != '#' && !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}

func foreignDigit(r rune) bool { return r >= utf8.RuneSelf && unicode.IsDigit(r) }

// asciiDigit maps a decimal digit of any script to ASCII and leaves all else.
// Unicode lays out each script's ten digits in order, and whole tens of them
// side by side.
func asciiDigit(r rune) rune {
	if !foreignDigit(r) {
		return r
	}
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	return r
}
