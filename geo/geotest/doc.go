// Package geotest is the conformance suite of the domain geo, and the fake map
// servers that it runs against. Any adapter passes it offline, this module's
// own and yours.
//
// # Running it
//
// The adapter's own test fills in a [Harness] and calls [Run]:
//
//	func TestConformance(t *testing.T) {
//		geotest.Run(t, geotest.Harness{
//			New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
//				return acmegeo.New("secret-key", &acmegeo.Options{BaseURL: baseURL, HTTPClient: hc})
//			},
//			Server:  func(t testing.TB) geotest.Server { return newFakeAcme() },
//			Geocode: []geotest.GeocodeCase{{Request: geo.GeocodeRequest{Query: "…"}, Want: …}},
//			Reverse: []geotest.ReverseCase{{Request: geo.ReverseGeocodeRequest{Point: …}, …}},
//			Suggest: geotest.SuggestCases("acme", "en", "SG"), // and so on for the other verbs
//			Codes:   []geotest.CodeCase{{Code: "101", Want: waybill.Unauthenticated, …}},
//			Secrets: []string{"secret-key"},
//		})
//	}
//
// Every verb that the adapter implements is tried: good answers with their
// points, datums and regions; each fault of the transport; each of the vendor's
// codes; cancellation and time-outs; concurrent use; bad input, which must not
// reach the server; refusals that repeat the whole request; replies of any shape;
// and no secret and no personal data in any node of an error. A call that does not
// return within ten seconds, and a first answer that is wrong, are one finding
// each and end the run.
//
// An adapter without a network, such as a table of one's own, leaves
// Harness.Server nil. An Account method is optional; see [waybill.Accounted].
//
// # Fake servers
//
// [NewServer] makes a fake of any handler that speaks the vendor's protocol: it
// counts, keeps a log with the secrets masked and fails at any stage when told
// to. [NewAmap] and its neighbours are the fakes of this module's vendors. They
// are strict, refuse what the vendor would refuse, need no testing.TB and can be
// used in the tests and demonstrations of an application. They know the places
// of one little world; see [GeocodeCases], [ReverseCases], [SuggestCases],
// [SearchCases], [PlaceCases], [LocalizeCases] and [DistrictCases].
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
package geotest
