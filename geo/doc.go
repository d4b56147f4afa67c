// Package geo finds places: the points that an address means, and the address
// at a point, through whichever provider serves best at that place and moment.
//
// # Using it
//
// Build adapters (amapgeo, baidugeo, googlegeo), put them behind a [Client] with
// [New] and [With], and call its verbs.
//
// # Datums
//
// A [Point] carries its [Datum]. WGS-84 is the zero value and what a client
// returns unless asked otherwise. [Point.To] applies the published formulas
// everywhere, so that every round trip is exact; the [DatumTable] says which
// datum a vendor speaks where, and where that is WGS-84 nothing is converted:
// Seoul, Hanoi and Delhi do not move.
//
// # Regions
//
// A region is an ISO 3166-1 alpha-2 code. CN is the mainland; HK, MO and TW are
// regions of their own. A request's region is its Region, else that of its
// point, else the client's default. In and Outside restrict a provider and are
// the data boundary too. The border data behind [RegionOf] decide which vendor
// is asked; they are no statement about borders and are never shown to anybody.
//
// # Errors
//
// No match is NotFound. What one vendor cannot do is Unsupported there, and the
// next is asked. See [waybill.Error].
//
// # Writing an adapter
//
// Implement [Geocoder], [ReverseGeocoder] or both; hold the contracts on the
// interfaces; run geotest.Run on it. See CONTRIBUTING for the steps.
package geo
