// Package honorpush sends notifications to Honor phones.
//
// # Service
//
// One exchange takes up to 1000 tokens. Honor's tokens are its own: they are never
// sent to Huawei. The access token is fetched once for all callers, and once more
// when it was refused: the refused exchange did not happen.
//
// # Mapping
//
//	Kind       importance, by Options.Classes
//	TTL        whole seconds, at most 15 days
//	Collapse   notifyId, a number derived from it
//	Click      none: the app; https: the page; else: an intent
//	Badge      badge.setNum, at most 99, with Options.BadgeClass
//	Data       data, as the text of a JSON object, with the expiry
//	Key        biTag, if it has at most 64 characters
//
// Title and body are mandatory; one alone stands in both places. Texts by key,
// sounds and urgency are not known there. The message may have 4096 bytes without
// its tokens.
//
// # Errors
//
// A reply names the tokens that failed and those that expired. Those that expired
// are dead. Why others failed is not said: they are Internal and Ambiguous.
//
// The vendor's pages were not at hand: fields and codes follow public clients.
package honorpush
