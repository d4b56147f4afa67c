package geotest

import "github.com/waybill-go/waybill/internal/amap/fakeamap"

// AmapKey is the key that a fake Amap takes unless its options say otherwise.
const AmapKey = fakeamap.Key

// Amap is a fake of Amap's web services: geocoding, reverse geocoding and the
// routes of package route/routetest. It checks key, signature and parameters,
// and counts what it accepted.
type Amap = fakeamap.Server

// AmapOptions are the settings of a fake Amap: its key, its private key when
// signatures are to be checked, and whether the key may use the truck service.
type AmapOptions = fakeamap.Options

// NewAmap starts a fake Amap; nil options are the defaults. The caller closes
// it.
func NewAmap(o *AmapOptions) *Amap { return fakeamap.New(o) }

var _ Server = (*Amap)(nil)
