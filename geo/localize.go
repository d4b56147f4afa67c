package geo

import (
	"context"

	"github.com/waybill-go/waybill"
)

// Localize is the verb of [Localizer].
const Localize waybill.Verb = "localize"

// maxLanguages bounds a [LocalizeRequest].
const maxLanguages = 10

// LocalizeRequest asks for one place in several languages, such as the
// customer's and the driver's.
type LocalizeRequest struct {
	// ID is the place's id, and Point where it is, in any datum. At least one is
	// required. By the id the very same place comes back; by the point alone the
	// address there, which is one and the same in all languages.
	ID    PlaceID
	Point Point
	// Languages are the BCP 47 tags wanted, 1 to 10.
	Languages []string
	// Region overrides the region that the point lies in.
	Region string
	// Datum is the one wanted for the results.
	Datum Datum
	// Tenant, Lane and Key choose among providers; see [waybill.Use].
	Tenant, Lane, Key string
}

// Validate checks the request before any network traffic.
func (r LocalizeRequest) Validate() error {
	const op = string(Localize)
	switch {
	case r.ID.IsZero() && r.Point.IsZero():
		return invalid(op, "id and point are both missing", r.Key)
	case r.Point.Validate() != nil:
		return invalid(op, "point is not a place on the Earth", r.Key)
	case len(r.Languages) == 0 || len(r.Languages) > maxLanguages:
		return invalid(op, "languages are not 1 to 10", r.Key)
	}
	if !r.ID.IsZero() {
		if err := checkID(op, r.ID, r.Key); err != nil {
			return err
		}
	}
	for _, l := range r.Languages {
		if l == "" || !validLanguage(l) {
			return invalid(op, "a language is not a BCP 47 tag", r.Key)
		}
	}
	return checkCommon(op, r.Region, "", r.Datum, r.Key)
}

// LocalizeResult is one place in several languages.
type LocalizeResult struct {
	waybill.Served
	Freshness
	// Places has one entry for each language, in the order asked for. All are
	// the same place, with the same point. Address.Language is the language
	// delivered, where the vendor says; a vendor that knows no name in the
	// language gives the local one.
	Places []Place `json:"places"`
}

// Localizer gives one place in several languages. One that takes ids is
// [Issuing] too.
//
// The call is a read: it may be repeated.
//
// # What an adapter gets and returns
//
// It begins with [LocalizeRequest.Validate] and finds the place once: by the id,
// else by the point, sent in the vendor's datum. The other languages are asked
// for by what was found, never by translating or by finding again, which could
// be another place. An id of another issuer with no point, and a language that
// the vendor does not have at all, are Unsupported before the network. Points
// are tagged as for [Geocoder]; Datum, Tenant and Lane are the client's.
type Localizer interface {
	Localize(ctx context.Context, r LocalizeRequest) (LocalizeResult, error)
}
