package routetest

import "github.com/waybill-go/waybill/geo/geotest"

// AmapKey is the key that a fake Amap takes unless its options say otherwise.
const AmapKey = geotest.AmapKey

// Amap is a fake of Amap's web services: routes for cars, trucks, bicycles and
// walkers, and the geocoding of package geo/geotest. Its methods are those of
// [geotest.Amap]; Asked tells which points it was asked for.
type Amap = geotest.Amap

// AmapOptions are the settings of a fake Amap. Truck gives its key the right to
// the truck service, which Amap sells apart.
type AmapOptions = geotest.AmapOptions

// NewAmap starts a fake Amap; nil options are the defaults. The caller closes
// it.
func NewAmap(o *AmapOptions) *Amap { return geotest.NewAmap(o) }

var _ Understanding = (*Amap)(nil)
