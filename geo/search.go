package geo

import (
	"context"

	"github.com/waybill-go/waybill"
)

// Search is the verb of [Searcher].
const Search waybill.Verb = "search"

// MaxRadius is the largest [SearchRequest.Radius] in metres.
const MaxRadius = 50000

// SearchRequest asks for the places of a name or kind, in a region or around a
// point, page by page.
type SearchRequest struct {
	// Query is a name or a kind of place as people write it ("petrol station"),
	// at most 1,024 bytes of valid UTF-8. It may be empty if Near and Radius are
	// given: any named place around is wanted then.
	Query string
	// Near is the point around which to look, in any datum; zero is none.
	// Without Radius it is a preference only.
	Near Point
	// Radius bounds the distance from Near in metres, up to [MaxRadius]: places
	// farther away are dropped. 0 means no bound.
	Radius float64
	// Region (ISO 3166-1 alpha-2) is where the places must lie; without it the
	// region of Near counts for choosing the providers.
	Region string
	// City narrows the search where the vendor can: a name, or an adcode in the
	// mainland. It is a preference and no promise.
	City string
	// Language is the BCP 47 tag wanted, best effort.
	Language string
	// Limit is the most places wanted on a page, 1 to 50; 0 means the vendor's
	// usual number. A page may have fewer, and still not be the last.
	Limit int
	// Cursor is [SearchResult.Next] of the page before, empty for the first. All
	// other fields must then be as they were.
	Cursor string
	// Datum is the one wanted for the results.
	Datum Datum
	// Tenant, Lane and Key choose among providers; see [waybill.Use]. Key is
	// the stickiness key, and the error's Ref.
	Tenant, Lane, Key string
}

// Validate checks the request before any network traffic.
func (r SearchRequest) Validate() error {
	const op = string(Search)
	if err := checkText("query", r.Query, r.Near.IsZero() || r.Radius == 0); err != nil {
		return err.With("geo", op, r.Key)
	}
	if err := checkText("city", r.City, false); err != nil {
		return err.With("geo", op, r.Key)
	}
	if err := checkNear(op, r.Near, r.Key); err != nil {
		return err
	}
	switch {
	case !(r.Radius >= 0 && r.Radius <= MaxRadius):
		return invalid(op, "radius is not between 0 and 50000 m", r.Key)
	case r.Radius > 0 && r.Near.IsZero():
		return invalid(op, "radius is given without near", r.Key)
	case r.Limit < 0 || r.Limit > 50:
		return invalid(op, "limit is not between 0 and 50", r.Key)
	case !validCursor(r.Cursor):
		return invalid(op, "cursor is none of ours", r.Key)
	}
	return checkCommon(op, r.Region, r.Language, r.Datum, r.Key)
}

// maxCursor bounds a cursor. Google's page tokens have some hundred characters.
const maxCursor = 4096

func validCursor(s string) bool {
	if len(s) > maxCursor {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// SearchResult is a page of places.
type SearchResult struct {
	waybill.Served
	Freshness
	// Places each have a point. They come in the vendor's order, the best or the
	// nearest first; Distance is set when Near was given. Of an adapter's first
	// page they are never empty; a later page, or one of which a client had to
	// drop everything, may be.
	Places []Place `json:"places"`
	// Next is the cursor of the next page, printable ASCII without blanks, empty
	// after the last one. It is good for the provider that gave it only.
	Next string `json:"next,omitempty"`
}

// Searcher finds the places of a name or kind, page by page.
//
// No match is NotFound on the first page. The call is a read: it may be
// repeated.
//
// # What an adapter gets and returns
//
// As for [Geocoder]: it begins with [SearchRequest.Validate], sends Near in the
// vendor's datum, tags every point with the datum that the vendor speaks at that
// place, sets Distance when Near was given, leaves out places without a usable
// point or, with a Radius, beyond it, and leaves Datum, Tenant and Lane to the
// client. A Cursor that the adapter did not make is InvalidArgument; where the
// vendor gives no more, though it knows of more (a limit of 200 rows), Next is
// empty. What the vendor has no way to ask for, such as any place around without
// a Query, is Unsupported. A vendor's own list of cities in place of places, for
// a query that is too vague, is NotFound.
type Searcher interface {
	Search(ctx context.Context, r SearchRequest) (SearchResult, error)
}
