package phone

import "github.com/waybill-go/waybill"

// Reason says why a text is not a number, or why a number is impossible. It is
// an error, so that errors.As finds it in what this package returns; its text
// names no number. The numbers are frozen.
type Reason uint8

const (
	// NotNumber is a text that has no resemblance to a telephone number.
	NotNumber Reason = 1
	// InvalidCountry is a country calling code that is not assigned, or a number
	// without one while the region is unknown.
	InvalidCountry Reason = 2
	// TooShort is a number with too few digits for its plan.
	TooShort Reason = 3
	// TooLong is a text of more than 250 characters, a number with too many
	// digits for its plan, or one of more than the 15 that E.164 allows.
	TooLong Reason = 4
	// LocalOnly is a number without its area code, which can be dialled from
	// the neighbourhood only.
	LocalOnly Reason = 5
	// WrongLength is a number that is neither too short nor too long, but of a
	// length that its plan does not have.
	WrongLength Reason = 6
)

// Error returns the reason in words, and "" for the zero value.
func (r Reason) Error() string {
	switch r {
	case NotNumber:
		return "not a telephone number"
	case InvalidCountry:
		return "the country calling code is missing or not assigned"
	case TooShort:
		return "the number is too short"
	case TooLong:
		return "the number is too long"
	case LocalOnly:
		return "the number lacks its area code"
	case WrongLength:
		return "no number of this plan has that many digits"
	}
	return ""
}

// failure returns the InvalidArgument error for a reason.
func failure(op string, r Reason) error {
	e := refusal(op, r.Error())
	e.Err = r
	return e
}

func refusal(op, why string) *waybill.Error {
	e := waybill.Invalid(op, why)
	e.Provider = "phone"
	return e
}
