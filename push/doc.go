// Package push sends notifications to phones and browsers through the vendors'
// push services, with one result per token.
//
// # Using it
//
// Build adapters (fcmpush, apnspush, huaweipush …), put them behind a [Client]
// with [New] and [With], and call [Client.Send] with one [Notification] and any
// number of tokens, or [Client.SendAll] with a sequence of them. A token goes to
// the providers that take its vendor; what nobody takes is Unsupported, before any
// network traffic.
//
// # Notifications
//
// A [Notification] is said once: kind, what is shown, data, time to live,
// priority, what it replaces. Adapters map it with their vendor's units, and what
// a vendor's limits changed stands in Result.Adjusted. What only one vendor knows
// is an [Override], a struct of its adapter.
//
// The kind decides each vendor's class (channel, category, level, importance) by
// a table in the adapter's options, which must have a row for every kind: see
// [CheckClasses].
//
// The time to live is never raised silently: see [Notification.FitTTL]. The data
// carry the absolute expiry under the key [Expiry].
//
// Data alone ([DataOnly]) reach an Apple device as a background push, which is
// refused for orders: see [Notification.CheckToken].
//
// # Languages
//
// A token may name the language of its user, and a notification have texts by
// language: each token gets its own, then a wider one (zh-Hant-TW, zh-Hant, zh),
// then Title and Body. See [Notification.TextFor]. Or the app holds the texts and
// the notification their keys, for vendors that have that; the others get the
// text. The device's language decides then.
//
// # Keys and ids
//
// Notification.Key is the caller's own id of it. The ids by which a vendor
// recognises a repeat, or which it only echoes, are derived from key and token:
// see [DeriveID]. A repeat by the caller after a crash therefore says the same.
//
// # Records
//
// A [Recorder] writes every send down before the network and after it, one record
// for each token. One that remembers them (sqlpush) refuses a token that the same key
// has reached, or may have, and lets the others of the batch go on: so a send that
// broke off is repeated whole. See [EachRecorder].
//
// # Receipts
//
// Vendors with receipts have a handler in their adapter, made by
// [NewReceiptHandler]: verified, bounded, each [Event] handed over once, and
// acknowledged only after the callback returned nil.
//
// # Topics and broadcasts
//
// What goes to many at once cannot be taken back and gives no result per token.
// [TopicSender], [Broadcaster], [Subscriber] and [Unsubscriber] are interfaces of
// their own, and a [Client] offers them only with [WithTopics] and
// [WithBroadcasts].
//
// # Results
//
// There is exactly one [Result] per token, in the order of the tokens, whatever
// happens: an id, or an error that says what it was, whose fault, whether the
// device may get the notification all the same, and when to try again. The same
// token twice in a call is sent once and reported for both.
//
// # Failover and repeats
//
// What is proven not sent goes on to the next provider that takes the token, or
// once more to the same, after a jittered pause or what the vendor said. What may
// have been sent is not repeated, unless the repeat replaces the first on the
// device (a shown notification with a Collapse, or what the provider's [Replacer]
// says), or AllowDuplicates is set. A dead token ends the chain for that token;
// [Users] goes on to the device's next one, and to another sender. A quota of the
// day is not asked again before the vendor's own midnight.
//
// # Users, devices and tokens
//
// An app reports its token to a [ReportHandler], which knows the company's numbers
// of vendors ([TypeTable]) and takes the user from the caller's authenticator alone.
// A [Registry] keeps who has which token on which device: the newer replaces the
// older, an older report changes nothing, and a token that moves to another user
// leaves the first. It is in memory here, on Redis in redispush and on database/sql
// in sqlpush. [Users] sends by user id through it: each device once, with one
// result per user and token, "no token" being no failure; and it removes the
// tokens that are proven dead and were not reported again since.
//
// # Dead tokens
//
// A wrong project or key makes a vendor call every token dead. So nothing is
// declared dead when everything failed: Result.Dead waits for one success of
// that provider, vendor and app, in the same call or within an hour before. Until
// then the error is Unregistered and Dead is false. See [DeadProof].
//
// # Errors
//
// A notification that no vendor could take is InvalidArgument for all tokens. A
// limit or mapping that one vendor lacks is Unsupported there. Tokens, texts and
// data stand in no error, log or hook.
//
// # Writing an adapter
//
// Implement [Sender] and [Accepts]; hold the contracts on the interfaces; run
// pushtest.Run on it. Options have Classes if the vendor has classes; a vendor
// that recognises repeats by itself makes the adapter a [Replacer].
package push
