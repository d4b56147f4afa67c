package sms

import (
	"database/sql/driver"
	"fmt"
	"log/slog"

	"github.com/waybill-go/waybill"
)

// Number is a telephone number in canonical E.164 form: "+", the country
// calling code, the national significant number; digits only, at most 15 of
// them, such as "+8613800138000". Extensions, spaces and national prefixes are
// not part of it.
//
// A Number may be made by conversion, but then nothing has been checked;
// [ParseNumber] and Validate accept the canonical form alone and tolerate
// nothing else. What people type goes through package sms/phone. The empty
// Number means "none".
//
// # Privacy
//
// String returns the number itself, since it is what is sent, stored and
// compared, and so do %s and %v. What is written for the eyes of others is
// masked: [log/slog] attributes whose value is a Number, and %#v. Inside a
// struct %#v masks it in exported fields and nothing else does; a struct that is
// logged needs a LogValue of its own.
// Use Masked wherever a text may end in a log.
//
// Numbers are plain strings: comparable, usable as map keys, safe for
// concurrent use.
type Number string

// RegionFunc tells the region of a number: an ISO 3166-1 alpha-2 code, or ""
// when it cannot be told. [Number.Region] is one and needs no dependency;
// phone.Region of package sms/phone is another and follows the whole metadata
// of libphonenumber. A RegionFunc must be safe for concurrent use, must not
// block and must not use the network.
type RegionFunc func(Number) string

// CheckFunc judges a number before anything is sent to it: err refuses it, and a
// warning that is not empty lets it pass as doubtful. The error is a
// *waybill.Error with code InvalidArgument (nothing was sent); neither text
// contains the number. phone.Policy of package sms/phone has one. A CheckFunc
// must be safe for concurrent use and must not use the network.
type CheckFunc func(Number) (warning string, err error)

// Bounds of E.164. The least length of a national number is the one that
// libphonenumber uses; no plan of the world has one so short that can be
// reached from abroad, which package sms/phone knows plan by plan.
const (
	maxDigits         = 15
	minNationalDigits = 2
)

// ParseNumber returns s as a Number if it is canonical E.164, and else "" and
// an InvalidArgument error that does not contain s. It tolerates nothing: no
// blank before or behind, no missing "+", no "00", no separator, no digit
// outside ASCII.
func ParseNumber(s string) (Number, error) {
	n := Number(s)
	if why := n.fault(); why != "" {
		return "", numberError("parse number", why)
	}
	return n, nil
}

// Validate returns nil if n is canonical E.164 and its country calling code is
// assigned, and else an InvalidArgument error (nothing was sent) whose text
// says what is wrong and does not contain the number. It does not know
// numbering plans: whether such a number can exist is answered by phone.Check.
func (n Number) Validate() error {
	if why := n.fault(); why != "" {
		return numberError("validate number", why)
	}
	return nil
}

// fault says what keeps n from being canonical, or "".
func (n Number) fault() string {
	switch {
	case n == "":
		return "number is empty"
	case n[0] != '+':
		return "number is not E.164: it must begin with + and the country calling code"
	}
	d := string(n[1:])
	for i := range len(d) {
		if d[i] < '0' || d[i] > '9' {
			return "number is not E.164: only ASCII digits may follow the +"
		}
	}
	if len(d) > maxDigits {
		return "number is too long: E.164 has at most 15 digits"
	}
	cc := callingCodeLen(d)
	switch {
	case cc == 0 && len(d) >= 3:
		return "number begins with a country calling code that is not assigned"
	case cc == 0 || len(d) < cc+minNationalDigits:
		return "number is too short"
	}
	return ""
}

func numberError(op, why string) error {
	e := waybill.Invalid(op, why)
	e.Provider = "sms"
	return e
}

// String returns the number unmasked.
func (n Number) String() string { return string(n) }

// Digits returns the number without the "+", as several gateways want it. It
// returns "" for a number that is not canonical.
func (n Number) Digits() string {
	if n.fault() != "" {
		return ""
	}
	return string(n[1:])
}

// National returns the national significant number: the digits behind the
// country calling code. It returns "" for a number that is not canonical.
func (n Number) National() string {
	if n.fault() != "" {
		return ""
	}
	return string(n[1+callingCodeLen(string(n[1:])):])
}

// Masked returns the country calling code, four stars and the last two to four
// digits, such as "+86****8000": enough for support staff to recognise a number
// they have before them, not enough to call it. The shorter the number, the
// fewer digits are shown, and the stars do not tell the length. What is not
// canonical is masked whole, and the empty Number stays empty.
func (n Number) Masked() string {
	if n == "" {
		return ""
	}
	if n.fault() != "" {
		return "****"
	}
	cc := 1 + callingCodeLen(string(n[1:]))
	national := n[cc:]
	show := 0
	switch l := len(national); {
	case l >= 10:
		show = 4
	case l >= 8:
		show = 3
	case l >= 6:
		show = 2
	}
	return string(n[:cc]) + "****" + string(national[len(national)-show:])
}

// GoString returns the masked number, so that %#v shows no number, not even
// inside a struct.
func (n Number) GoString() string { return fmt.Sprintf("sms.Number(%q)", n.Masked()) }

// LogValue returns the masked number, so that a Number given to log/slog as a
// value is never written in full.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.Masked()) }

// Value stores the number as text for a VARCHAR(16) column, exactly as it is.
// The empty Number is stored as NULL, and a number that is not canonical is an
// error, so that what was stored can always be read.
func (n Number) Value() (driver.Value, error) {
	if n == "" {
		return nil, nil
	}
	if err := n.Validate(); err != nil {
		return nil, err
	}
	return string(n), nil
}

// Scan reads what Value stored: a string or bytes in canonical form, taken as
// they are. NULL and the empty text become the empty Number. Anything else is
// an InvalidArgument error without the text, and n is left as it was: a column
// of numbers in another form must be migrated, not guessed at. A CHAR(16)
// column is padded with blanks by some databases and so does not fit.
func (n *Number) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*n = ""
		return nil
	case string:
		return n.set("scan number", v)
	case []byte:
		return n.set("scan number", string(v))
	}
	return numberError("scan number", fmt.Sprintf("a number cannot be read from a %T", src))
}

// MarshalText returns the number unmasked, as JSON and other formats store it.
// A number that is neither empty nor canonical is an error.
func (n Number) MarshalText() ([]byte, error) {
	if n == "" {
		return []byte{}, nil
	}
	if err := n.Validate(); err != nil {
		return nil, err
	}
	return []byte(n), nil
}

// UnmarshalText reads a canonical number, or the empty text as the empty
// Number. JSON's null leaves n as it was. What is not canonical is an
// InvalidArgument error without the text.
func (n *Number) UnmarshalText(b []byte) error { return n.set("read number", string(b)) }

func (n *Number) set(op, s string) error {
	if s == "" {
		*n = ""
		return nil
	}
	if why := Number(s).fault(); why != "" {
		return numberError(op, why)
	}
	*n = Number(s)
	return nil
}
