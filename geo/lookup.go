package geo

import (
	"context"
	"strings"

	"github.com/waybill-go/waybill"
)

// PlaceByID is the verb of [PlaceGetter]. [Client.Resolve] asks by it, too.
const PlaceByID waybill.Verb = "place"

// opResolve stands in the errors of requests that resolve.
const opResolve = "resolve"

// Hint is what is known of a place beside its id, by which another vendor can
// find it. Without Name and Text there is no hint.
type Hint struct {
	// Name is the place's own name, Text its address or the whole line of the
	// suggestion.
	Name string `json:"name,omitempty"`
	Text string `json:"text,omitempty"`
	// Region (ISO 3166-1 alpha-2) is where it lies, City in which city.
	Region string `json:"region,omitempty"`
	City   string `json:"city,omitempty"`
	// Near is roughly where it is, or where it was looked for, in any datum.
	Near Point `json:"near,omitzero"`
}

// IsZero reports whether nothing can be found by the hint.
func (h Hint) IsZero() bool {
	return strings.TrimSpace(h.Name) == "" && strings.TrimSpace(h.Text) == ""
}

// HintOf returns what p says of itself, for finding it again at another vendor.
func HintOf(p Place) Hint {
	return Hint{Name: p.Name, Text: p.Address.Formatted, Region: p.Address.Region, City: p.Address.City, Near: p.Point}
}

// PlaceRequest asks for the place of an id.
type PlaceRequest struct {
	// ID is the vendor's id. It is required, and goes back to its issuer.
	ID PlaceID
	// Hint finds the place again when the issuer is down, is not in this client,
	// or knows the id no more. With no hint the call then fails.
	Hint Hint
	// Session is the session that this call closes, empty for none; see
	// [SuggestRequest]. Instance is the instance of the client that opened it;
	// nobody else is sent the session.
	Session, Instance string
	// Language is the BCP 47 tag wanted, best effort.
	Language string
	// Region overrides the region of the hint in choosing providers. With
	// neither, the issuer is asked whatever its regions are: the id is its own.
	Region string
	// Datum is the one wanted for the result.
	Datum Datum
	// Tenant, Lane and Key choose among providers; see [waybill.Use]. Key is
	// the stickiness key, and the error's Ref.
	Tenant, Lane, Key string
}

// Validate checks the request before any network traffic.
func (r PlaceRequest) Validate() error {
	const op = string(PlaceByID)
	if err := checkID(op, r.ID, r.Key); err != nil {
		return err
	}
	if !validSession(r.Session) {
		return invalid(op, "session is not a token of at most 36 URL-safe characters", r.Key)
	}
	if err := r.Hint.check(op, r.Key); err != nil {
		return err
	}
	return checkCommon(op, r.Region, r.Language, r.Datum, r.Key)
}

func (h Hint) check(op, key string) error {
	for _, s := range [...]string{h.Name, h.Text, h.City} {
		if err := checkText("hint", s, false); err != nil {
			return err.With("geo", op, key)
		}
	}
	if h.Region != "" && !waybill.ValidRegion(h.Region) {
		return invalid(op, "the hint's region is not two capital letters", key)
	}
	if h.Near.Validate() != nil {
		return invalid(op, "the hint's point is not a place on the Earth", key)
	}
	return nil
}

func checkID(op string, id PlaceID, key string) error {
	if _, err := ParsePlaceID(id.String()); err != nil {
		return invalid(op, "id is missing or not issuer:value", key)
	}
	return nil
}

// PlaceResult is one place.
type PlaceResult struct {
	waybill.Served
	Freshness
	// Place has a point.
	Place Place `json:"place"`
	// Refound says that the id's issuer did not serve and the place was found
	// again from the hint, at another vendor or under another id: very probably
	// the same place, but nobody can promise it.
	Refound bool `json:"refound,omitempty"`
}

// Issuing is implemented by every provider that takes place ids.
type Issuing interface {
	// Issuers returns the namespaces (see [PlaceID]) of the ids that the
	// provider takes. They never change.
	Issuers() []string
}

// PlaceGetter returns the place of an id. It must be [Issuing] too.
//
// The call is a read: it may be repeated.
//
// # What an adapter gets and returns
//
// As for [Geocoder]: it begins with [PlaceRequest.Validate], tags the point with
// the datum that the vendor speaks there, and leaves Hint, Instance, Datum,
// Tenant and Lane to the client. An id of another issuer is Unsupported before
// the network. An id that the vendor does not know, no more or cannot read is
// NotFound, so that the place can be found again; so is a place without a point.
// Session is sent if the vendor has sessions. The place's ID is the one that the
// vendor now uses for it.
type PlaceGetter interface {
	Place(ctx context.Context, r PlaceRequest) (PlaceResult, error)
}

// ResolveRequest asks for the place of a suggestion.
type ResolveRequest struct {
	// Suggestion is what [Client.Suggest] returned, here or on another server.
	Suggestion Suggestion
	// Language is the BCP 47 tag wanted, best effort.
	Language string
	// Datum is the one wanted for the result.
	Datum Datum
	// Tenant, Lane and Key choose among providers; see [waybill.Use].
	Tenant, Lane, Key string
}

// Validate checks the request before any network traffic. The suggestion came
// back from an app and is looked at as any input.
func (r ResolveRequest) Validate() error {
	const op = opResolve
	s := r.Suggestion
	switch {
	case s.Point.Validate() != nil:
		return invalid(op, "the suggestion's point is not a place on the Earth", r.Key)
	case s.Point.IsZero() && s.ID.IsZero() && s.hint().IsZero():
		return invalid(op, "the suggestion has neither id, point nor text", r.Key)
	case !validSession(s.Session):
		return invalid(op, "the suggestion's session is not a token of at most 36 URL-safe characters", r.Key)
	}
	if !s.ID.IsZero() {
		if err := checkID(op, s.ID, r.Key); err != nil {
			return err
		}
	}
	if err := s.hint().check(op, r.Key); err != nil {
		return err
	}
	return checkCommon(op, "", r.Language, r.Datum, r.Key)
}

// hint is what the suggestion says of its place.
func (s Suggestion) hint() Hint {
	h := Hint{Name: s.Name, Text: s.Text, Region: s.Address.Region, City: s.Address.City, Near: s.Point}
	if h.Region == "" {
		h.Region = s.Region
	}
	if h.Near.IsZero() {
		h.Near = s.Near
	}
	return h
}

// place is the request by which the suggestion is looked up.
func (r ResolveRequest) place() PlaceRequest {
	s := r.Suggestion
	return PlaceRequest{ID: s.ID, Hint: s.hint(), Session: s.Session, Instance: s.Instance,
		Language: r.Language, Datum: r.Datum, Tenant: r.Tenant, Lane: r.Lane, Key: r.Key}
}
