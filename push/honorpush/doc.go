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
//	Image      image, with importance NORMAL: the vendor takes no others
//	Badge      badge.setNum, at most 99, with Options.BadgeClass
//	Data       data, as the text of a JSON object, with the expiry
//	Key        biTag, if it has at most 64 bytes
//
// Title and body are mandatory; one alone stands in both places. Texts by key,
// sounds and urgency are not known there. The whole message may have 4096 bytes
// without its tokens.
//
// # Errors
//
// A reply names the tokens that failed and those that expired. Those that expired
// are dead. Why others failed is not said: they are Internal and Ambiguous.
//
// # Receipts
//
// The vendor does not sign them: the URL that is entered in its console has a secret
// in it, made by [push.CallbackURL], and [NewReceiptHandler] verifies it.
//
// # Evidence
//
// The vendor's page of downlink messages
// (https://developer.honor.com/cn/docs/11002/reference/downlink-message) was not at
// hand. Fields, their names, types and limits follow three public clients that
// copied its words, and the vendor's guide; codes and the statuses of receipts are
// Huawei's where nothing else was found, and stand in one table each.
package honorpush
