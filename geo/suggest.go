package geo

import (
	"context"

	"github.com/waybill-go/waybill"
)

// Suggest is the verb of [Suggester].
const Suggest waybill.Verb = "suggest"

// SuggestRequest asks which places somebody may mean who is still typing.
type SuggestRequest struct {
	// Query is what has been typed so far, at most 1,024 bytes of valid UTF-8.
	// It is required.
	Query string
	// Session is the caller's own token for one person's one search, from the
	// first letter to the choice: 1 to 36 letters, digits, "-", "_" and "=", best
	// a random UUID. Vendors that bill by session (Google) bill all its requests
	// and the call that ends it as one. Empty means no session. It is also the
	// stickiness key, so that a session stays with one vendor while that is up.
	Session string
	// Near is the point around which to look first, such as the person's own, in
	// any datum; zero is none. It is a preference. A server should always give
	// it or a Region, since some vendors take the server's own place otherwise.
	Near Point
	// Region (ISO 3166-1 alpha-2) is where the places must lie; without it the
	// region of Near counts for choosing the providers.
	Region string
	// City narrows the search where the vendor can: a name, or an adcode in the
	// mainland. It is a preference and no promise.
	City string
	// Language is the BCP 47 tag wanted, best effort.
	Language string
	// Limit is the most suggestions wanted, 1 to 20; 0 means all that the vendor
	// gives, at most 20. Vendors give 5 to 20.
	Limit int
	// Datum is the one wanted for the points.
	Datum Datum
	// Tenant, Lane and Key choose among providers; see [waybill.Use]. Key is the
	// error's Ref, and the stickiness key when there is no Session.
	Tenant, Lane, Key string
}

// Validate checks the request before any network traffic.
func (r SuggestRequest) Validate() error {
	const op = string(Suggest)
	if err := checkText("query", r.Query, true); err != nil {
		return err.With("geo", op, r.Key)
	}
	if err := checkText("city", r.City, false); err != nil {
		return err.With("geo", op, r.Key)
	}
	if err := checkNear(op, r.Near, r.Key); err != nil {
		return err
	}
	switch {
	case !validSession(r.Session):
		return invalid(op, "session is not a token of at most 36 URL-safe characters", r.Key)
	case r.Limit < 0 || r.Limit > 20:
		return invalid(op, "limit is not between 0 and 20", r.Key)
	}
	return checkCommon(op, r.Region, r.Language, r.Datum, r.Key)
}

// Suggestion is one place that may be meant. Its JSON form goes to an app and
// comes back to any server of the service, which hands it to [Client.Resolve]:
// nothing is kept between the two. It is personal data: keep it out of logs.
type Suggestion struct {
	// ID is the vendor's id, zero for what has none, such as a mere word.
	ID PlaceID `json:"id,omitzero"`
	// Text is the whole line to show. Name and Detail are its two parts where
	// the vendor tells them apart: the place's own name, and where it is.
	Text   string `json:"text"`
	Name   string `json:"name,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Point is where it is, zero when the vendor does not say; [Client.Resolve]
	// finds it then.
	Point Point `json:"point,omitzero"`
	// Address is what the vendor says of it, often nothing or a few parts.
	Address Address `json:"address,omitzero"`
	// Types are the vendor's own type words, untranslated.
	Types []string `json:"types,omitempty"`
	// Distance is in metres from Near, 0 where the vendor does not say and there
	// is no Point.
	Distance float64 `json:"distance,omitempty"`

	// Session is the request's session when this vendor has sessions, empty
	// otherwise. An adapter sets it.
	Session string `json:"session,omitempty"`
	// Provider and Instance say who gave it, and so who opened the session.
	// Region and Near are where was asked, by which the place is found again
	// when its vendor is down. A client sets these four.
	Provider string `json:"provider,omitempty"`
	Instance string `json:"instance,omitempty"`
	Region   string `json:"region,omitempty"`
	Near     Point  `json:"near,omitzero"`
}

// SuggestResult is what a person may mean: at least one suggestion, the best
// first.
type SuggestResult struct {
	waybill.Served
	Freshness
	// Suggestions are never empty, and each has a Text.
	Suggestions []Suggestion `json:"suggestions"`
}

// Suggester completes what somebody types.
//
// No match is NotFound, never an empty result. The call is a read, one for
// each key pressed or so: its time-out is short, and nobody else is asked after
// an honest empty answer.
//
// # What an adapter gets and returns
//
// As for [Geocoder]: it begins with [SuggestRequest.Validate], sends Near in the
// vendor's datum, tags every point with the datum that the vendor speaks at that
// place, and leaves Datum, Tenant and Lane to the client. A suggestion without a
// text is left out, one without a usable point has the zero Point. An adapter of
// a vendor with sessions sends Session to it and repeats it in each Suggestion;
// any other sends it nowhere and leaves the field empty. The suggestions that
// have an ID are those that the adapter's [PlaceGetter] can look up; of what has
// neither ID nor Point (a mere word) only the text is of use. The query, the
// session and the point stand in no error.
type Suggester interface {
	Suggest(ctx context.Context, r SuggestRequest) (SuggestResult, error)
}

// validSession reports whether s is empty or a token that every vendor with
// sessions takes.
func validSession(s string) bool {
	if len(s) > 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '=') {
			return false
		}
	}
	return true
}

// checkNear checks a point that may be missing.
func checkNear(op string, p Point, key string) error {
	if p.Validate() != nil {
		return invalid(op, "near is not a place on the Earth", key)
	}
	return nil
}

func invalid(op, message, key string) error {
	return waybill.Invalid(op, message).With("geo", "", key)
}
