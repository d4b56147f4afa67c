// Package geo finds places: the points that an address means, the address at a
// point, what somebody means who is typing, the places of a name or kind, the
// place of an id, a place in several languages, and administrative divisions;
// through whichever provider serves best at that place and moment.
//
// # Using it
//
// Build adapters (amapgeo, baidugeo, googlegeo, osmgeo), put them behind a
// [Client] with [New] and [With], and call its verbs. What a vendor cannot do its
// adapter does not have, and the client asks the others.
//
// # From letters to a place
//
// [Client.Suggest] is asked for each letter or so, with one [SuggestRequest]
// Session for the whole search. The app gets the suggestions as JSON and sends
// the chosen one back, to any server, where [Client.Resolve] makes a place of it:
// at no cost when the vendor had given the point, else by the one details call
// that closes the session. Nothing is kept in between.
//
// A [PlaceID] names its issuer and goes back to it. With the issuer down, or not
// in this client, the place is found again from what is known of it (its name,
// address, surroundings), and marked Refound; see [Hint].
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
// Implement one or more of [Geocoder], [ReverseGeocoder], [Suggester],
// [Searcher], [PlaceGetter] with [Issuing], [Localizer] and [DistrictFinder]; hold
// the contracts on the interfaces; run geotest.Run on it. See CONTRIBUTING for
// the steps.
package geo
