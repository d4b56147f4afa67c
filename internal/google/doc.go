// Package google holds what the adapters of the Google Maps Platform share:
// credentials and their rotation, the two error tables, and the binding of
// googlemaps.github.io/maps to the guarded HTTP client.
//
// # Two generations of services
//
// The older web services (geocoding v3, and the legacy Directions API) answer
// with HTTP 200 and a word in "status"; see
// https://developers.google.com/maps/documentation/geocoding/requests-geocoding#StatusCodes.
// The newer ones (Routes API) answer with an HTTP status and a google.rpc.Status
// body; see https://cloud.google.com/apis/design/errors. [ReplyError] tells the
// two apart and maps them.
//
// # Texts
//
// Google's own messages are never passed on: some repeat the whole URL of the
// request, with the address in it, or the caller's IP address. They are only
// compared with what is known of them, and errors carry texts of this package.
package google
