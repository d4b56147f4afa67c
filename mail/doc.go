// Package mail sends mails through several relays as if they were one: never
// twice, never cut, with links in the place of attachments that are too large.
//
// # Sending
//
// A [Client] is built from relays and used by the whole service:
//
//	client, err := mail.New(
//		mail.With(home, mail.In("CN")),
//		mail.With(abroad, mail.Outside("CN")),
//		mail.With(spare),
//		mail.WithDefaultRegion("CN"),
//		mail.WithOffload(mail.Offload{Bucket: bucket}),
//	)
//	receipt, err := client.Send(ctx, &mail.Message{
//		From: mail.Address{Name: "Dispatch", Addr: "dispatch@acme.example"},
//		To:   []mail.Address{{Addr: customer}},
//		Subject: "Your invoice", Text: text, HTML: page,
//		Attachments: []mail.Attachment{{Name: "invoice.pdf", Type: "application/pdf", Size: size, Open: open}},
//		Key: "order-17-invoice",
//	})
//
// When a relay is down or limited, the next one that may carry the mail is
// asked, but only if it is proven that the first one took nothing. A refusal for
// what the mail says or who sends it (5.7.x) ends the call: another relay would
// only be used to evade it.
//
// # Outcomes
//
// A send ends in one of three ways, told apart by [waybill.DeliveryOf]: sent (a
// [Receipt] and no error; or a Receipt and an error with Delivery Sent when some
// recipients were refused, which [Recipient] tells apart), certainly not sent, or
// ambiguous: the final dot had left and no reply came. An ambiguous mail is
// reported and not repeated, unless the message says AllowDuplicates. Its
// Message-ID is in the receipt; it is made from the Key, so that a repetition by
// the caller has the same one and receivers that look at it show the mail once.
//
// A Receipt says that a relay took the mail, not that it arrived.
//
// # Records
//
// With [WithRecorder] each mail has one record per recipient, masked, before the
// network and after it. Package mail/sqlmail keeps them in a database and refuses
// a second send of a Key that may have been sent.
//
// # Attachments
//
// An [Attachment] is a source that can be opened, or an object that is in a
// bucket already. It is encoded while it is sent; memory does not grow with its
// size. Many relays may be asked with a source that can be opened again; one that
// cannot is for the first relay that reads it. A source that fails, ends early or goes on too long fails the mail before
// any relay could take it for whole.
//
// With [WithOffload], attachments over a limit are uploaded, the largest first,
// and become links in both bodies, with name, size and true end. The limit is the
// one configured, or what a relay announced (SIZE) or refused (552). Objects in a
// bucket become links to where they are. Inline images stay in the mail.
// [Client.Plan] says beforehand what would become a link. What was uploaded for a
// mail that was certainly not sent is removed at once; after an ambiguous outcome
// it stays, and [Sweep] removes it when its time is over. A [LinkHandler] makes
// links that outlive the bucket's signatures.
//
// # Composition
//
// Bodies come from [Templates] or are written by hand; [Event] makes invitations.
// [Client.SendAll] sends to many, each with a mail of their own. Names of any
// script, internationalised domains and local parts are taken; a control character
// in anything that stands in a header or the envelope is InvalidArgument.
//
// # Signatures
//
// A [Signer] signs by DKIM for relays of one's own (smtpmail's option DKIM).
// Attachments are read twice then: see [Sign].
//
// # Concurrency
//
// A [Client], [Templates], a [LinkHandler] and a [Signer] are safe for concurrent
// use. A message is not changed; it may be sent again, but is for one send at a
// time if its sources are.
//
// # Writing a relay
//
// A relay is a [waybill.Provider] with the one method of [Sender], whose comment
// is the contract; [Limited] and [Checker] are worth having. [Compose] writes the mail to any
// writer, [EncodedSize] says how long it will be, [Message.Stamp] fixes its id
// and date. Package mail/mailtest proves a relay, of SMTP or of an API over HTTP.
package mail
