// Package googlegeo finds addresses and what is at a point with Google's
// Geocoding API v3. It is built on googlemaps.github.io/maps, whose faults are
// guarded against.
//
// The pages that it follows:
// https://developers.google.com/maps/documentation/geocoding/requests-geocoding
// https://developers.google.com/maps/documentation/geocoding/requests-reverse-geocoding
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
// The geocoder knows no named places around a point: a reverse result's Nearby is
// always empty.
//
// # Errors
//
// OVER_QUERY_LIMIT is RateLimited, OVER_DAILY_LIMIT QuotaExhausted until midnight
// in California, REQUEST_DENIED Unauthenticated or PermissionDenied, UNKNOWN_ERROR
// Unavailable, ZERO_RESULTS NotFound. VendorCode is the status. Texts are this
// module's: Google's may repeat the request.
//
// # Terms
//
// Google allows coordinates to be kept for 30 days and place ids without limit;
// addresses and names must not be stored. This adapter keeps nothing.
package googlegeo
