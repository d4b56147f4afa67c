// Package phone turns telephone numbers as people write them into
// [sms.Number], and answers what can be known of a number without asking the
// network: region, kind, validity. It gives the answers of Google's
// libphonenumber, whose metadata it uses through
// github.com/nyaruka/phonenumbers.
//
// # Parsing
//
// [Parse] takes whatever stands in a form field or an old table: spaces,
// brackets, dashes, full-width characters, digits of any script, trunk prefix,
// "00" or "011", "tel:" links, letters on the keypad. The region says how a
// number without a country calling code is meant; with a "+" it is not needed.
// An extension is dropped, since a message cannot be sent to one.
//
// # Possible, valid, reachable
//
// A number is possible if its length fits the numbering plan, and valid if its
// digits do. Both are offline knowledge: a valid number need not be in use, and
// a new block of numbers is valid in life before it is in the metadata. Hence
// [Possible] for the form in the browser, and [Check] with a [Policy] before
// sending: impossible numbers and fixed lines are refused, possible ones that
// are not valid give a warning.
//
// # Errors and privacy
//
// Failures are [waybill.Error] values with code InvalidArgument. Their text
// never contains the number; errors.As finds the [Reason].
//
// # Cost
//
// The library adds about 6 MB to a program, some milliseconds to its start and
// some tens of microseconds to each call. What is canonical and valid already is
// recognised without it by [Parse], [Check], [Type] and [Valid], in some tens of
// nanoseconds and without allocation: by an automaton that is made of the
// library's own metadata, and whose "no" always means that the library is asked.
// Package sms does not import it: what
// only needs the region of a number that is already canonical may use
// [sms.Number.Region].
//
// All functions are safe for concurrent use.
package phone
