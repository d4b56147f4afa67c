// Package route plans ways: along points by car, truck, motorcycle, bicycle or
// on foot, with distances in metres and durations, through whichever provider
// serves best at that place and moment.
//
// # Using it
//
// Build adapters (amaproute, baiduroute, googleroute, osrmroute, valhallaroute,
// lineroute), put them behind a [Client] with [New] and [With], and call
// [Client.Route] for one trip, [Client.Many] for independent ones, or
// [Client.Matrix] for every way from some origins to some destinations, such as
// twenty drivers and one pick-up.
//
// # Tables
//
// A table is split to the limits of the provider that is asked, its blocks are
// asked for in parallel within the account's rate, and put together in the
// order of the request: Cells[i][j] is from origin i to destination j. A cell
// without a way has an error, never a distance of 0.
//
// # Prices
//
// A request with Pricing set asks for what a price may rest on: it is
// independent of the traffic, stays with one provider by its Key, and never
// gets an estimated or stale answer. Different vendors measure the same trip a
// few per cent apart, so the result names who served.
//
// # Datums
//
// Points of a request may be in any datum each; an adapter converts them to what
// its vendor speaks at the place. A Client returns WGS-84 unless asked
// otherwise.
//
// # Errors
//
// No way between the points is NotFound. What one vendor cannot do (a mode, too
// many stops, trucks) is Unsupported there and the next is asked; what nobody
// covers is Unsupported and names the regions. A truck never silently gets a
// car's route.
//
// # Writing an adapter
//
// Implement [Router], and [Matrixer] with [MatrixLimiter] where the vendor has
// tables; hold the contracts on the interfaces; run routetest.Run on it. See
// CONTRIBUTING for the steps.
package route
