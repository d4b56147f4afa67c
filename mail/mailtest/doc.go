// Package mailtest is the conformance suite of the domain mail, and a strict SMTP
// server that it runs against. Any relay passes it offline, this module's own and
// yours.
//
// # Running it
//
// The adapter's own test fills in a [Harness] and calls [Run]:
//
//	func TestConformance(t *testing.T) {
//		mailtest.Run(t, mailtest.Harness{
//			New: func(s *mailtest.SMTP) (mailtest.Relay, error) {
//				return acmemail.New(s.Addr(), &acmemail.Options{TLSConfig: s.TLSConfig()})
//			},
//			Server: func(t testing.TB) *mailtest.SMTP { return mailtest.NewSMTP(nil) },
//		})
//	}
//
// It tries what package mail promises: what arrives, byte for byte; several
// recipients, refused ones among them; each way in which a relay can fail at
// each step of the dialogue, with the outcome that is right for it, counted at
// the server; cancellation at each step; sources that fail; mails that must not
// reach the network; concurrent use; and no secret and no personal data in any
// node of an error.
//
// A service with an API over HTTP gives [Harness].HTTP instead, with a fake of it
// in a few lines; [Parse] reads the mail where it is sent as MIME:
//
//	mailtest.Run(t, mailtest.Harness{HTTP: &mailtest.HTTP{
//		New: func(baseURL string, hc *http.Client) (mailtest.Relay, error) {
//			return acmemail.New("secret-key", &acmemail.Options{BaseURL: baseURL, HTTPClient: hc})
//		},
//		Handler: acmeFake,
//		Read:    acmeMail, // the envelope, and what Parse makes of the rest
//	}})
//
// It is then tried with every fault of the transport and each of the service's
// codes; the names of the faults stand at smstest.Faults.
//
// # The server
//
// [NewSMTP] starts an SMTP server on the loopback interface. It knows STARTTLS,
// TLS, AUTH PLAIN and LOGIN, SIZE, PIPELINING, 8BITMIME, SMTPUTF8 and enhanced
// codes, refuses what a strict relay would refuse (bare line feeds, lines beyond
// 998 octets, commands out of order, parameters that it did not offer, 8-bit
// bytes that nobody announced, mails without Date, From or Message-ID, a Bcc
// field), parses each mail that it accepts, and counts it in a [Ledger] by its
// Message-ID at the moment when a real relay would have taken it on. A [Fault]
// makes it fail at any step: before or after it has accepted.
//
// It needs no testing.TB, so that demonstrations can use it too.
//
// # Concurrency
//
// Servers are safe for concurrent use. Run uses parallel subtests and returns
// when all have ended.
package mailtest
