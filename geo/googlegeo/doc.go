// Package googlegeo finds addresses and places with Google's Geocoding API v3 and
// Places API (New). Geocoding, and the legacy Places API, which is an option, are
// built on googlemaps.github.io/maps, whose faults are guarded against.
//
// The pages that it follows:
// https://developers.google.com/maps/documentation/geocoding/requests-geocoding
// https://developers.google.com/maps/documentation/geocoding/requests-reverse-geocoding
// https://developers.google.com/maps/documentation/places/web-service/place-autocomplete
// https://developers.google.com/maps/documentation/places/web-service/session-pricing
// https://developers.google.com/maps/documentation/places/web-service/text-search
// https://developers.google.com/maps/documentation/places/web-service/nearby-search
// https://developers.google.com/maps/documentation/places/web-service/place-details
//
// # Verbs
//
// All of package geo but Districts: Google has no service that lists
// administrative divisions.
//
//	Geocode, ReverseGeocode  Geocoding v3; places around by a nearby search
//	Suggest                  autocomplete: at most 5, without points
//	Search                   text search, nearby search without a query
//	Place                    details; closes the session
//	Localize                 details, or the geocoder, once for each language
//
// # Sessions
//
// Google bills the autocompletions of one session and the details call that ends
// it as one. The token is the caller's, at most 36 characters; the legacy service
// wants a UUID and gets one made of it. A session belongs to one project and one of
// the two generations.
//
// # What is asked for
//
// The field masks name what an address and a point need, and nothing dearer.
// Without a point or Options.Bounds a request says that the whole world is
// preferred, since Google would prefer what is around the asking server. The legacy
// Places API cannot be told so: give it a Region or a point.
//
// # Regions and datums
//
// Google speaks WGS-84, but in mainland China, where its maps are shifted, it is
// taken to speak GCJ-02 (reported by users, not documented). Its data there is
// thin. So a client asks this adapter outside CN only, unless Options.Mainland
// is set or the client's With says otherwise; see [Adapter.DefaultOutside].
// A request's Region becomes the filter country:XX, which Google enforces. Its
// City becomes a filter too, one that Google lets influence the results without
// enforcing it.
//
// # Results
//
// Precision is translated from location_type and the types of the result. Partial
// says that Google matched only a part of the query. An address's City is the
// locality, else the postal town, else a level that stands for it; its Postcode
// carries the suffix of four digits where Google gives one. Address.Language
// stays empty: Google does not say in which language it answered, and mixes them.
//
// The Places API says in which language it answered: that of the name. The legacy
// searches give no address in parts, so no region either.
//
// # Errors
//
// OVER_QUERY_LIMIT is RateLimited, OVER_DAILY_LIMIT QuotaExhausted until midnight
// in California, REQUEST_DENIED Unauthenticated or PermissionDenied, UNKNOWN_ERROR
// Unavailable, ZERO_RESULTS NotFound. VendorCode is the status. The Places API
// (New) answers with HTTP statuses and reasons, such as API_KEY_INVALID
// (Unauthenticated) or RATE_LIMIT_EXCEEDED (RateLimited; by the day QuotaExhausted
// until midnight in California); VendorCode is the reason. An empty object is
// NotFound, and so is an id that Google refuses. Texts are this module's: Google's
// may repeat the request.
//
// # Terms
//
// Google allows coordinates to be kept for 30 days and place ids without limit;
// addresses and names must not be stored. This adapter keeps nothing; package
// geocache keeps what may be kept.
package googlegeo
