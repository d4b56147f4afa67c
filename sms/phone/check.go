package phone

import (
	"errors"

	"github.com/nyaruka/phonenumbers"
	"github.com/waybill-go/waybill/sms"
)

// Verdict is what is known of a number before a message is sent to it. It holds
// no number. The zero Verdict is that of no number at all.
type Verdict struct {
	// Possible says that a number of this length exists in the plan and can be
	// reached from anywhere.
	Possible bool
	// Reason says why the number is not possible, 0 if it is.
	Reason Reason
	// Valid says that the digits match the plan.
	Valid bool
	// Kind is what the number is used for; UnknownKind if it is not valid.
	Kind Kind
	// Region is the number's region (ISO 3166-1 alpha-2), "" if not known. For
	// a number that is not valid it is the one that [sms.Number.Region] finds.
	Region string
}

// Check judges n by the metadata alone.
func Check(n sms.Number) Verdict {
	if r := recognise(string(n)); r.valid() && !r.has(impossibleLength) {
		if region := n.Region(); region != "" {
			return Verdict{Possible: true, Valid: true, Kind: r.kind(), Region: region}
		}
	}
	return checkSlowly(n)
}

// checkSlowly is Check by the library.
func checkSlowly(n sms.Number) Verdict {
	if n.Validate() != nil {
		return Verdict{Reason: faultOf(n)}
	}
	v := Verdict{Kind: typeSlowly(n), Region: Region(n), Reason: impossible(n)}
	v.Possible = v.Reason == 0
	v.Valid = v.Kind != UnknownKind
	if v.Region == "" {
		v.Region = n.Region()
	}
	return v
}

// impossible says why n, which is canonical, has the wrong length, or 0.
func impossible(n sms.Number) Reason {
	switch phonenumbers.IsPossibleNumberWithReason(libNumber(n)) {
	case phonenumbers.IS_POSSIBLE:
		return 0
	case phonenumbers.INVALID_COUNTRY_CODE:
		return InvalidCountry
	case phonenumbers.TOO_SHORT:
		return TooShort
	case phonenumbers.TOO_LONG:
		return TooLong
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return LocalOnly
	}
	return WrongLength
}

// faultOf names the reason for which n is not canonical E.164.
func faultOf(n sms.Number) Reason {
	var r Reason
	if _, err := Parse(n.String(), ""); errors.As(err, &r) {
		return r
	}
	return NotNumber
}

// Policy says to which numbers a service sends. The zero value is the default
// for a server: impossible numbers and fixed lines are refused, what is merely
// doubtful is sent with a warning.
type Policy struct {
	// Strict refuses doubtful numbers too: possible ones that are not valid,
	// and kinds that hardly receive messages (toll-free, premium rate, shared
	// cost, pager, company number, voicemail).
	Strict bool
	// FixedLines admits fixed lines, which some operators read out or deliver.
	FixedLines bool
}

// Check judges n by the policy: err is not nil if no message may be sent, and
// warning is not empty if one may be but the number is doubtful. The error is
// InvalidArgument, nothing was sent; neither text contains the number. The
// method is an [sms.CheckFunc].
func (p Policy) Check(n sms.Number) (warning string, err error) {
	v := Check(n)
	if err := v.Err(p); err != nil {
		return "", err
	}
	return v.Warning(), nil
}

// Err returns nil if a message may be sent by the policy, and else an
// InvalidArgument error that says why not. If the number is impossible,
// errors.As finds the [Reason].
func (v Verdict) Err(p Policy) error {
	switch {
	case !v.Possible:
		r := v.Reason
		if r == 0 {
			r = NotNumber
		}
		return failure("check number", r)
	case v.Kind == FixedLine && !p.FixedLines:
		return refusal("check number", "the number is a fixed line")
	case p.Strict && v.Warning() != "":
		return refusal("check number", v.Warning())
	}
	return nil
}

// Warning says why a possible number is doubtful, or "".
func (v Verdict) Warning() string {
	if !v.Possible {
		return ""
	}
	switch v.Kind {
	case UnknownKind:
		return "the number matches no known numbering plan"
	case TollFree, PremiumRate, SharedCost, Pager, UAN, Voicemail:
		return "the number is of a kind that hardly receives messages: " + v.Kind.String()
	}
	return ""
}
