// Package smtpmail sends mails through an SMTP relay.
//
//	relay, err := smtpmail.New("smtp.acme.example:587", &smtpmail.Options{
//		Username: "dispatch@acme.example", Password: password,
//	})
//
// # The dialogue
//
// Submission as in RFC 6409: EHLO, STARTTLS (RFC 3207) or TLS from the first byte
// (RFC 8314), AUTH PLAIN (RFC 4616), LOGIN or XOAUTH2, over TLS only. A relay that does
// not offer STARTTLS when it is wanted is refused, and so are bytes that stand
// behind its reply in plain text. SIZE (RFC 1870) is told before the upload,
// PIPELINING (RFC 2920) saves round trips, of which two are left for a mail.
// SMTPUTF8 (RFC 6531) is asked for only when a local part needs it; domains go in
// punycode. Everything that is sent is in 7 bits otherwise. A recipient that is
// named twice gets the mail once.
//
// # Was it sent?
//
// Until any byte of the final dot may have left, a failure is NotSent: a mail
// that ends in its middle is cut by closing the TCP connection, since QUIT or
// RSET would end it as if it were whole. From the final dot until the reply it is
// Ambiguous. A reply that refuses proves NotSent at any time. Whether the dot
// left is known exactly: it goes out in the same write as the last bytes before
// it, and the number of bytes written tells.
//
// # Replies
//
// One table maps code, enhanced code and step to code and scope:
//
//	what                                          Code               Scope
//	--------------------------------------------  -----------------  ---------
//	421, 4xx                                      Unavailable        Provider
//	4.7.28, 4xx with a rate                       RateLimited        Account
//	5.4.5, 5.1.90, a day's quota in words         QuotaExhausted     Account
//	4.2.x, 450 of a recipient                     Unavailable        Recipient
//	5.2.2, 4.2.1 and 5.2.1 with a rate            RecipientLimited   Recipient
//	454 at AUTH                                   Unavailable        Account
//	530, 534, 535, 538, 5.7.8                     Unauthenticated    Account
//	5.1.1, .2, .3, .6, .10, 5.2.1, 550 of RCPT    Unregistered       Recipient
//	5.1.7, 5.1.8, 550 of MAIL, 436, 440           PermissionDenied   Sender
//	5.7.x, 554                                    PermissionDenied   Request
//	554 at the connection                         PermissionDenied   Account
//	5.3.4, 5.2.3, 552 of the mail, 557            TooLarge           Request
//	502, 504, 555, 5.6.7                          Unsupported        Request
//	500, 501, 503                                 Internal           Provider
//
// 436, 440 and 557 are Aliyun's. Words decide only where codes do not, since many
// providers have one code for everything: QQ mail's 550 at a recipient is a rate
// limit as often as a dead mailbox, DirectMail's 552 a used-up day as often as a
// large mail. A time to wait in the words of a 4xx is RetryAfter. VendorCode is
// "550 5.1.1"; the relay's words are in the message with addresses and the like
// taken out. 452 4.5.3 (too many recipients) is no error: the rest goes in a
// further transaction.
//
// # Signatures
//
// With Options.DKIM, mails from a signer's domain are signed (RFC 6376, RFC 8463).
// That reads each attachment before the dialogue of the mail begins, and once more
// when it is sent: what is longer than 4 MiB together must be opened twice, and
// be the same both times.
//
// # Connections
//
// At most MaxConns connections are open. One that carried a mail waits
// IdleTimeout for the next, needs neither NOOP nor RSET before it (some relays
// count those), and is replaced at once if the relay has closed it meanwhile. A
// connection on which anything is uncertain is never used again. The session is
// written on the standard library alone: a client library hides the two things
// on which the outcome depends, which bytes have left and who may close the
// connection, and bounds neither the length of a reply nor the time of a context.
//
// # Concurrency
//
// A [Relay] is safe for concurrent use. It starts no goroutine; timers close
// idle connections.
package smtpmail
