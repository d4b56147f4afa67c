package geotest

import "github.com/waybill-go/waybill/internal/amap/fakeamap"

// AmapKey is the key that a fake Amap takes unless its options say otherwise.
const AmapKey = fakeamap.Key

// Amap is a fake of Amap's web services: geocoding, reverse geocoding,
// suggestions, search, places by id, divisions, and the routes of package
// route/routetest. It checks key, signature and parameters,
// and counts what it accepted. It is safe for concurrent use and has:
//
//   - URL, Client, Close: where it is, a client that reaches it, and its end
//   - Log, Count: the last exchanges, masked, and how many requests came by path
//   - Fail, FailNext, FailAfter, FailWhen: a fault for all requests, the next n,
//     all after n, those that match
//   - FailCode: the vendor's own refusal with an infocode ("10021")
//   - Heal: takes all faults away
//   - FailCodeWhen: the same for the requests of one path
//   - Accepted: how many requests for a path were answered with success
//   - Asked: the points of the last request for a way, in GCJ-02
type Amap = fakeamap.Server

// AmapOptions are the settings of a fake Amap:
//
//   - Key: the only key taken; default [AmapKey]
//   - PrivateKey: when not empty, requests must be signed with it
//   - Truck: whether the key may use the truck service, which is sold apart
type AmapOptions = fakeamap.Options

// NewAmap starts a fake Amap; nil options are the defaults. The caller closes
// it.
func NewAmap(o *AmapOptions) *Amap { return fakeamap.New(o) }

var _ Server = (*Amap)(nil)
