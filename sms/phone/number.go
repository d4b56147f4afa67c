package phone

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"github.com/waybill-go/waybill/sms"
)

// Style is a way to write a number for people. The numbers are frozen.
type Style uint8

const (
	// E164 is the number as it is: "+8613800138000".
	E164 Style = 0
	// International is E.123's form with the country calling code, for readers
	// anywhere: "+86 138 0013 8000".
	International Style = 1
	// National is the form used inside the country, with the trunk prefix where
	// there is one: "138 0013 8000".
	National Style = 2
	// RFC3966 is a link that a phone can dial: "tel:+86-138-0013-8000".
	RFC3966 Style = 3
)

// Format writes n in the style, grouped as in its country. A number that is not
// canonical E.164 gives "". Only E164 is for machines.
func Format(n sms.Number, style Style) string {
	if n.Validate() != nil {
		return ""
	}
	switch style {
	case International:
		return phonenumbers.Format(libNumber(n), phonenumbers.INTERNATIONAL)
	case National:
		return argentine(n, phonenumbers.Format(libNumber(n), phonenumbers.NATIONAL))
	case RFC3966:
		return phonenumbers.Format(libNumber(n), phonenumbers.RFC3966)
	}
	return n.String()
}

// argentine mends the national form of Argentine mobile numbers. Their first
// group, the 9 that is dialled from abroad, is not written at home: "011
// 15-2345-6789". The Go library puts that 9 where the area code belongs; no
// other region's rules begin with another group than the first.
func argentine(n sms.Number, text string) string {
	rest, wrong := strings.CutPrefix(text, "09 15-")
	if !wrong || n.CallingCode() != "54" {
		return text
	}
	international := phonenumbers.Format(libNumber(n), phonenumbers.INTERNATIONAL)
	area, ok := strings.CutPrefix(international, "+54 9 ")
	area, ok2 := strings.CutSuffix(area, " "+rest)
	if !ok || !ok2 {
		return text
	}
	return "0" + area + " 15-" + rest
}

// Region returns the region of n as an ISO 3166-1 alpha-2 code, or "" if it
// cannot be told or the calling code belongs to none (satellite, international
// freephone). Where several regions share a calling code only a number that
// matches the plan of one of them has a region; see [sms.Number.Region] for an
// answer without the library. It is a [sms.RegionFunc].
func Region(n sms.Number) string {
	if n.Validate() != nil {
		return ""
	}
	region := phonenumbers.GetRegionCodeForNumber(libNumber(n))
	if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
		return ""
	}
	return region
}

// Valid reports whether the digits of n match the numbering plan of its region.
func Valid(n sms.Number) bool { return Type(n) != UnknownKind }

// Kind is what a number is used for, as far as its digits tell. The numbers and
// names are frozen.
type Kind uint8

const (
	// UnknownKind is a number that matches no plan, hence is not valid.
	UnknownKind Kind = 0
	// FixedLine is a line to a building.
	FixedLine Kind = 1
	// Mobile is a mobile phone.
	Mobile Kind = 2
	// FixedLineOrMobile is either, where the plan does not tell them apart, as
	// in the United States.
	FixedLineOrMobile Kind = 3
	// TollFree is free for the caller.
	TollFree Kind = 4
	// PremiumRate costs the caller more than a call.
	PremiumRate Kind = 5
	// SharedCost is paid by both.
	SharedCost Kind = 6
	// VoIP is internet telephony.
	VoIP Kind = 7
	// PersonalNumber follows a person to whatever line is used.
	PersonalNumber Kind = 8
	// Pager is a pager.
	Pager Kind = 9
	// UAN is a company's number for all its offices.
	UAN Kind = 10
	// Voicemail is a mailbox.
	Voicemail Kind = 11
)

// String returns the kind's name in snake case.
func (k Kind) String() string {
	switch k {
	case FixedLine:
		return "fixed_line"
	case Mobile:
		return "mobile"
	case FixedLineOrMobile:
		return "fixed_line_or_mobile"
	case TollFree:
		return "toll_free"
	case PremiumRate:
		return "premium_rate"
	case SharedCost:
		return "shared_cost"
	case VoIP:
		return "voip"
	case PersonalNumber:
		return "personal_number"
	case Pager:
		return "pager"
	case UAN:
		return "uan"
	case Voicemail:
		return "voicemail"
	}
	return "unknown"
}

// Type returns the kind of n, UnknownKind if n is not valid.
func Type(n sms.Number) Kind {
	if r := recognise(string(n)); r.valid() {
		return r.kind()
	}
	return typeSlowly(n)
}

// typeSlowly is Type by the library.
func typeSlowly(n sms.Number) Kind {
	if n.Validate() != nil {
		return UnknownKind
	}
	switch phonenumbers.GetNumberType(libNumber(n)) {
	case phonenumbers.FIXED_LINE:
		return FixedLine
	case phonenumbers.MOBILE:
		return Mobile
	case phonenumbers.FIXED_LINE_OR_MOBILE:
		return FixedLineOrMobile
	case phonenumbers.TOLL_FREE:
		return TollFree
	case phonenumbers.PREMIUM_RATE:
		return PremiumRate
	case phonenumbers.SHARED_COST:
		return SharedCost
	case phonenumbers.VOIP:
		return VoIP
	case phonenumbers.PERSONAL_NUMBER:
		return PersonalNumber
	case phonenumbers.PAGER:
		return Pager
	case phonenumbers.UAN:
		return UAN
	case phonenumbers.VOICEMAIL:
		return Voicemail
	}
	return UnknownKind
}

// libNumber returns n, which is canonical, in the library's form. The digits are
// taken as they are: parsing them again could strip what looks like a trunk
// prefix, and the answers would be about another number than the one that is
// sent.
func libNumber(n sms.Number) *phonenumbers.PhoneNumber {
	cc, _ := strconv.ParseInt(n.CallingCode(), 10, 32)
	national := n.National()
	value, _ := strconv.ParseUint(national, 10, 64)
	code := int32(cc)
	p := &phonenumbers.PhoneNumber{CountryCode: &code, NationalNumber: &value}
	zeros := int32(0)
	for int(zeros) < len(national)-1 && national[zeros] == '0' {
		zeros++
	}
	if zeros > 0 {
		leading := true
		p.ItalianLeadingZero = &leading
		p.NumberOfLeadingZeros = &zeros
	}
	return p
}
