package geotest

import "github.com/waybill-go/waybill/internal/google/fakegoogle"

// GoogleKey is the key that a fake Google takes unless its options say
// otherwise.
const GoogleKey = fakegoogle.Key

// Google is a fake of the Google Maps Platform: Geocoding v3, the Routes API and
// the legacy Directions API. It checks keys, signatures, field masks and every
// parameter and field, counts what it accepted, and tells with Asked which
// points it read from the last request for a way. FailCode takes a status
// ("OVER_QUERY_LIMIT", "REQUEST_DENIED/key"), "SIGNATURE", or for the Routes API
// an ErrorInfo's reason ("API_KEY_INVALID"). It is safe for concurrent use.
type Google = fakegoogle.Server

// GoogleOptions are the settings of a fake Google: its key, the client id and
// signing secret that it takes too, and whether its project lacks the legacy
// services.
type GoogleOptions = fakegoogle.Options

// NewGoogle starts a fake Google; nil options are the defaults. The caller
// closes it. The same server serves geocoding and routes.
func NewGoogle(o *GoogleOptions) *Google { return fakegoogle.New(o) }

var _ Server = (*Google)(nil)
