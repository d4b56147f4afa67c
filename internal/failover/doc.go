// Package failover is the engine behind every client of this module: it selects
// the provider that serves a request, asks the next one when that is safe, and
// keeps an account of who is well.
//
// # Entry points
//
// [One] asks for a value, [Stream] for one that goes on after the call, [Many]
// hands over items, [Pages] iterates over a listing. They run over a [Lane], one
// verb of a [Set]; the verb is passed as a method expression.
//
// # What may be repeated
//
// Adapters say what happened by code, scope and delivery, and the engine never
// guesses from texts. A send that may have happened is not repeated, unless the
// caller allows duplicates. A success is never dropped, however late.
//
// The engine does not repeat a refused credential. An adapter whose cached token
// has expired drops it and makes the second exchange itself, within the same
// attempt and bound anew: the refused exchange was not sent, only the adapter
// knows whether a fresh token can be had, and what it returns is then final.
//
// # Order of tries
//
// A quick failure is repeated once at the same provider after the back-off,
// since the first provider is the one that was wanted; then the next is asked at
// once. A repeat never takes the try, or the time, of a provider that was not asked
// yet: with five tries four providers are asked twice, once, once and once, and a
// fifth is still reached. Who let the time-out pass, named a time to wait, or is
// ejected by its failure, is asked again only when nobody else is left. Ejected
// providers come last, in order of recovery.
//
// # Limits
//
// Ejection is the engine's guess and never takes the last provider. An idle
// account is the vendor's word and is obeyed even then: the call fails at once
// and says how long to wait.
//
// # Nesting
//
// A client that stands behind another client of the same domain counts as one
// provider: its tries are taken from the outer call's, its repeats leave enough of
// them for those that were not asked yet, the outer hooks see them,
// and the outer retry tokens hold beside its own.
//
// # Concurrency
//
// Everything is safe for concurrent use. There is no background goroutine; only
// hedges run beside the call, and Close waits for their losers. Hooks are called
// without a lock held.
package failover
