// Package routetest is the conformance suite of the domain route, and the fake
// routing servers that it runs against. Any adapter passes it offline, this
// module's own and yours.
//
// # Running it
//
// The adapter's own test fills in a [Harness] and calls [Run]:
//
//	func TestConformance(t *testing.T) {
//		routetest.Run(t, routetest.Harness{
//			New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
//				return acmeroute.New("secret-key", &acmeroute.Options{BaseURL: baseURL, HTTPClient: hc})
//			},
//			Server:  func(t testing.TB) routetest.Server { return newFakeAcme() },
//			Trip:    routetest.Trip{From: …, Via: …, To: …},
//			Modes:   []route.Mode{route.Car, route.Walk},
//			Codes:   []routetest.CodeCase{{Code: "101", Want: waybill.Unauthenticated, …}},
//			Secrets: []string{"secret-key"},
//		})
//	}
//
// The suite proves that distances are metres and durations durations, that legs
// stand between consecutive points and in their order, that points are sent and
// tagged in the datum that the vendor speaks at the place, that a truck never
// silently gets a car's route, that a pricing request never gets an estimate or
// traffic; and, as for every domain, each fault of the transport, each of the
// vendor's codes, cancellation and time-outs, concurrent use, bad input that
// must not reach the server, refusals that repeat the whole request, replies of
// any shape, and no secret and no coordinate in any node of an error. A call that
// does not return within ten seconds, and a wrong answer to the first plain
// question, are one finding each and end the run. The names of the faults stand
// at [geotest.Faults].
//
// An adapter that is a route.Matrixer is held to the same with its tables, and to
// more: that each cell is from its origin to its destination, that twenty origins
// and one destination are one request, that what the adapter declares as its
// limits is refused beyond them, and that a pair without a way is an error in its
// cell.
//
// Harness.NoPolyline and Harness.NoSubstitute declare what a vendor lacks. An
// adapter without a network leaves Harness.Server nil. An Account method is
// optional; see [waybill.Accounted].
//
// # Fake servers
//
// [NewServer] makes a fake of any handler that speaks the vendor's protocol.
// [NewGoogle] and its neighbours are the fakes of this module's vendors: strict,
// counting and scriptable, without need of a testing.TB; [NewOSRM] and
// [NewValhalla] are those of servers of one's own. A fake that implements
// [Understanding] and [UnderstandingMatrix] lets the suite compare what was sent
// with what was meant.
//
// # What is left out
//
// A subtest that an adapter cannot pass stands in Harness.Skip with the reason,
// so that every gap can be seen.
//
// # Concurrency
//
// Servers are safe for concurrent use. Run uses parallel subtests and returns
// when all have ended.
package routetest
