// Package sms sends text messages through several gateways as if they were one:
// never twice, never lost.
//
// # Sending
//
// A [Client] is built from gateways and used by the whole service:
//
//	client, err := sms.New(
//		sms.With(nexmo, sms.Outside("CN")),
//		sms.With(other, sms.In("CN", "HK")),
//		sms.WithSender(sms.SenderRule{From: "Acme"}),
//		sms.WithTemplate("delivered", sms.Template{Texts: map[string]string{
//			"en": "Order {order} has arrived.",
//			"zh": "订单{order}已送达。",
//		}, Language: "en"}),
//	)
//	receipt, err := client.Send(ctx, sms.Message{To: number, Template: "delivered",
//		Params: map[string]string{"order": "A-17"}, Key: "order-17-delivered"})
//
// When a gateway is down, limited or wrong, the next one that may serve the
// number is asked, but only if it is proven that the first one took nothing.
//
// # Three outcomes
//
// A send ends in one of three ways, told apart by [waybill.DeliveryOf]: sent (a
// [Receipt] and no error; or a Receipt and an error with Delivery Sent when some
// parts of a long message were refused), certainly not sent, or ambiguous. An
// ambiguous send is reported and not repeated, unless the message says
// AllowDuplicates; then the receipt says PossibleDuplicate.
//
// A Receipt says that a gateway took the message, not that it arrived.
//
// # Numbers
//
// [Number] is E.164 and nothing else. What people type goes through package
// sms/phone. The region of a number (HK, MO and TW are not in CN) decides which
// gateways are asked; see [Number.Region] and [WithRegion].
//
// # Texts and parts
//
// [Count] tells encoding and parts before anything is sent.
//
// # Templates and senders
//
// A template has a logical name. Each gateway gets its text, or its own approved
// template id, sign and parameters. [SenderRule] says in whose name a gateway
// sends to a region. Regions that want senders and texts registered beforehand
// (the mainland: a sign; India: header, entity and content id) have no default:
// a gateway without a rule that names the region is passed over, and
// [Client.Explain] says why.
//
// # Reports and inbound messages
//
// [NewReceiver] makes an http.Handler of a gateway that calls back. It verifies,
// passes over what was handled before, joins long messages, and acknowledges when
// the callback has returned nil.
//
// # Afterwards, beforehand, and many at once
//
// [Client.Reconcile] asks the gateway of an ambiguous send what became of it, for
// which [ReconcileOf] makes the request. [Client.Check] reads at start-up whether
// the gateways have approved the client's templates; what they have not is not
// sent there, and all else goes on. [Client.SendBatch] sends one message to many
// numbers, with one result each.
//
// # Rules, records, bulk
//
// [Rules] hold what no gateway knows: who is blocked, who has opted out, how often
// and at what time of day something may be sent. A [Recorder] writes down every
// send before and after it, so that the caller's own retry can be recognised. Both
// come before a gateway is chosen; see [WithRules] and [WithRecorder]. A [Kind]
// chooses the lane, the sender and the rules. [Bulk] sends a list, a [CSV] file or
// a query, and can be repeated after whatever interrupted it.
//
// # Writing an adapter
//
// A gateway is a [waybill.Provider] with the one method of [Sender], whose
// comment is the contract. Make one HTTP exchange through package wire with
// Request.Send set; map the gateway's refusals in one table to code, scope and
// delivery; leave everything uncertain Ambiguous. What only this gateway cannot
// do is Unsupported before the network; an adapter that can say so without being
// asked to send implements [Checker]. What else it can do it says by the
// interfaces [Webhook], [BatchSender], [Reconciler] and [TemplateChecker]. Package sms/smstest proves it.
package sms
