// Package route plans ways: along points by car, truck, motorcycle, bicycle or
// on foot, with distances in metres and durations, through whichever provider
// serves best at that place and moment.
//
// # Using it
//
// Build adapters (amaproute, baiduroute, googleroute, lineroute), put them
// behind a [Client] with [New] and [With], and call [Client.Route].
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
// Implement [Router]; hold the contract on the interface; run routetest.Run on
// it. See CONTRIBUTING for the steps.
package route
