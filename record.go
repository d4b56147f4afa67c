package waybill

import "time"

// Record is what sms, push and mail write down of one send to one recipient.
// It holds no text and no full number, token or address.
type Record struct {
	// ID is the library's own id of the send, unique; Key is the caller's key,
	// by which its own retry is recognised.
	ID, Key string
	// Identity, where it is set, is what the retry is recognised by in the place
	// of Key, which then stands for many sends: in push, a hash of the key and
	// the token. Empty without a Key.
	Identity string
	// Domain is "sms", "push" or "mail".
	Domain string
	// Application, Tenant, ProductLine and Lane are the caller's.
	Application, Tenant, ProductLine, Lane string
	// Kind is the domain's kind, such as "verification"; Template the logical
	// template name.
	Kind, Template string
	// Provider and Instance accepted it or were asked last; VendorID is the
	// vendor's id of the message.
	Provider, Instance, VendorID string
	// Region is the recipient's region, Vendor whose token it is in push.
	Region, Vendor string
	// Recipient is masked, or a keyed hash if the recorder says so.
	Recipient string
	// Delivery is the outcome; Code is Unknown with Delivery Sent after
	// success.
	Delivery   Delivery
	Code       Code
	VendorCode string
	// AllowDuplicates is set when the caller accepted that the recipient may get
	// it twice: a recorder that recognises keys lets it begin once more.
	AllowDuplicates bool
	// PossibleDuplicate is set when duplicates were allowed and one may exist.
	PossibleDuplicate bool
	// Attempts is how many attempts were made, Parts how many message parts
	// were accepted.
	Attempts, Parts int
	// Price is what the vendor said it costs, in Currency (ISO 4217), empty
	// when it said nothing.
	Price, Currency string
	// Begun and Ended bracket the send.
	Begun, Ended time.Time
}
