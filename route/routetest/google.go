package routetest

import "github.com/waybill-go/waybill/geo/geotest"

// GoogleKey is the key that a fake Google takes unless its options say
// otherwise.
const GoogleKey = geotest.GoogleKey

// Google is a fake of the Google Maps Platform: the Routes API, the legacy
// Directions API, and the geocoding of package geo/geotest. Its methods are those
// of [geotest.Google]; Asked tells which points it was asked for.
type Google = geotest.Google

// GoogleOptions are the settings of a fake Google. NoLegacy makes it refuse the
// legacy Directions API, as for every new project.
type GoogleOptions = geotest.GoogleOptions

// NewGoogle starts a fake Google; nil options are the defaults. The caller
// closes it.
func NewGoogle(o *GoogleOptions) *Google { return geotest.NewGoogle(o) }

var (
	_ Server        = (*Google)(nil)
	_ Understanding = (*Google)(nil)
)
