// Package push sends notifications to phones and browsers through the vendors'
// push services, with one result per token.
//
// # Using it
//
// Build adapters (fcmpush), put them behind a [Client] with [New] and [With],
// and call [Client.Send] with one [Notification] and any number of tokens, or
// [Client.SendAll] with a sequence of them. A token goes to the providers that
// take its vendor; what nobody takes is Unsupported, before any network traffic.
//
// # Notifications
//
// A [Notification] is said once: kind, what is shown, data, time to live,
// priority, what it replaces. Adapters map it with their vendor's units. The
// time to live is never raised silently, and the data carry the absolute expiry
// under the key [Expiry].
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
// once more to the same. What may have been sent is not repeated, unless
// Notification.Collapse is set, so that the repeat replaces the first on the
// device, or AllowDuplicates. A dead token ends the chain for that token; going
// on to another token of the same user, or to an SMS, is the caller's choice.
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
// pushtest.Run on it.
package push
