package geotest

import "github.com/waybill-go/waybill/internal/google/fakegoogle"

// GoogleKey is the key that a fake Google takes unless its options say
// otherwise.
const GoogleKey = fakegoogle.Key

// Google is a fake of the Google Maps Platform: Geocoding v3, the Places API
// (New), the Routes API, and the legacy Places and Directions APIs. It checks keys, signatures, field masks and every
// parameter and field, and counts what it accepted. It is safe for concurrent
// use and has:
//
//   - URL, Client, Close: where it is, a client that reaches it, and its end
//   - Log, Count: the last exchanges, masked, and how many requests came by path
//   - Fail, FailNext, FailAfter, FailWhen: a fault for all requests, the next n,
//     all after n, those that match
//   - FailCode: the vendor's own refusal with a status
//     ("OVER_QUERY_LIMIT", "REQUEST_DENIED/key"), "SIGNATURE", or for the newer
//     services an ErrorInfo's reason ("API_KEY_INVALID")
//   - Heal: takes all faults away
//   - Accepted: how many requests for a path were answered with success
//   - Sessions: how autocompletions and details were billed: sessions Closed and
//     Open, and requests billed Single
//   - Asked: the points of the last request for a way
type Google = fakegoogle.Server

// GoogleOptions are the settings of a fake Google:
//
//   - Key: the only key taken; default [GoogleKey]
//   - ClientID, SigningSecret (URL-safe base64): taken too by the older services
//   - NoLegacy: a project made after the legacy services were frozen
type GoogleOptions = fakegoogle.Options

// NewGoogle starts a fake Google; nil options are the defaults. The caller
// closes it. The same server serves geocoding and routes.
func NewGoogle(o *GoogleOptions) *Google { return fakegoogle.New(o) }

var _ Server = (*Google)(nil)
