// Package pushtest is the conformance suite of the domain push, and the fake
// push services that it runs against. Any adapter passes it offline, this
// module's own and yours.
//
// # Running it
//
// The adapter's own test fills in a [Harness] and calls [Run]:
//
//	func TestConformance(t *testing.T) {
//		pushtest.Run(t, pushtest.Harness{
//			New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
//				return acmepush.New("secret-key", &acmepush.Options{BaseURL: baseURL, HTTPClient: hc})
//			},
//			Server:  func(t testing.TB) pushtest.Server { return newFakeAcme() },
//			Token:   func(n int) push.Token { return push.Token{Vendor: "acme", Value: fmt.Sprintf("device-%032d", n)} },
//			Codes:   []pushtest.CodeCase{{Code: "BadDevice", Want: waybill.Unregistered, Dead: true, …}},
//			Secrets: []string{"secret-key"},
//		})
//	}
//
// Tried are: one result per token in order, with ids, at one token and at many;
// dead tokens and tokens of others among good ones; each fault of the transport
// and each of the vendor's codes, at one token and at many, with the fake's
// ledger compared to what was reported, so that no token is pushed twice, none
// lost and none misreported; cancellation and time-outs; concurrent use; bad
// input, which must not reach the server; refusals that repeat the whole request;
// whether net/http could repeat a send; replies of any shape; and no secret,
// token or text in any node of an error. A call that does not return within ten
// seconds, and a plain notification that is not sent as it should be, are one
// finding each and end the run.
//
// A harness that says more is asked more: Read compares texts by language, keys,
// time to live and expiry with what the server read; Override, WithClasses, Topic,
// Audience and Receipts try what they name. MinTTL is a vendor's shortest time to
// live, Textless a vendor without texts by key.
//
// # Fake services
//
// [NewFCM] is a fake of Firebase Cloud Messaging with Google's token endpoint,
// [NewAPNs] one of the Apple Push Notification service, [NewHuawei] one of Huawei's
// Push Kit, [NewHonor] one of Honor's service, [NewOPPO] one of OPPO PUSH, [NewVivo]
// one of vivo Push. They are strict, refuse what the vendor would refuse, need no
// testing.TB and can be used in the tests and demonstrations of an application.
// [NewServiceAccount], [NewAPNsKey] and [HuaweiServiceAccount] make throw-away keys for
// them. [NewServer] makes a fake of any handler that speaks a vendor's protocol.
//
// [NewXiaomi] is a fake of Mi Push, [NewMeizu] one of Meizu's push; they are as
// strict.
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
package pushtest
