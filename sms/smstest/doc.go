// Package smstest is the conformance suite of the domain sms, and the fake
// gateways that it runs against. Any adapter passes it offline, this module's
// own and yours.
//
// # Running it
//
// The adapter's own test fills in a [Harness] and calls [Run]. Two fields are
// enough:
//
//	func TestConformance(t *testing.T) {
//		smstest.Run(t, smstest.Harness{
//			New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
//				return acmesms.New("secret-token", &acmesms.Options{BaseURL: baseURL, HTTPClient: hc})
//			},
//			Handler: func() http.Handler { return fakeAcme{} },
//			Secrets: []string{"secret-token"},
//		})
//	}
//
// Handler is the gateway's protocol as the adapter's author knows it: it checks
// credentials and parameters, answers as the gateway does, and knows nothing of
// faults. The suite makes a server of it that fails at every stage and counts
// what was accepted: any 2xx answer to a request that holds the message's text
// or key. A gateway that refuses under 2xx, or encodes the text, says so in
// [ServerOptions]. [Harness.Codes] adds the gateway's own refusals.
//
// Give [ServerOptions].Read, too: it tells what the gateway understands of a
// request, and only with it can the suite see a wrong recipient, sender, text,
// signature, reference or time to live. Without it the subtest messages/seen is
// skipped and says so. An Account method is optional; see [waybill.Accounted].
//
// # What is tried
//
// In this order: cancellation and time-outs; good messages, one after another
// and at once; bad ones, which must not reach the server; the gateway's codes, and
// one that nobody knows under a status of 500; refusals that repeat the whole
// request; whether net/http could repeat a send; every fault of the transport on
// a new and on a used connection, before and after the gateway processed the
// request, see [Faults] for their names; replies of any shape; and a client with
// two instances of the adapter through every fault. Each time the suite compares
// what was reported with what the gateway counted: no message twice, none lost,
// none misreported. No secret, number, sender or text may stand in any node of an
// error.
//
// A call that does not return within ten seconds, and a first message that is not
// sent as it should be, are one finding each and end the run.
//
// # Fake gateways
//
// [NewNexmo], [NewAliyun], [NewTwilio] and [NewTencent] are strict fakes of the
// vendors' own protocols. [NewServer] makes one of any handler. Both need no testing.TB and can be used in the tests and
// demonstrations of an application.
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
package smstest
