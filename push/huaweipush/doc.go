// Package huaweipush sends notifications to Huawei phones through Push Kit.
//
// # Service
//
// One exchange takes up to 1000 tokens
// (https://developer.huawei.com/consumer/en/doc/HMSCore-References/https-send-api-0000001050986197).
// It reaches EMUI and HarmonyOS up to 4, by version 1 of the interface, or version
// 2 with Options.ProjectID. The access token is fetched once for all callers, and
// once more when it was refused: the refused exchange did not happen.
//
// # Mapping
//
//	Kind       category, importance and channel, by Options.Classes
//	TTL        whole seconds, at most 15 days
//	Collapse   notify_id, a number derived from it
//	Click      none: the app; https: the page; else: an intent
//	Badge      badge.set_num, at most 99, with Options.BadgeClass
//	Sound      /raw/ and its name
//	Priority   urgency, HIGH only with Options.HighUrgency
//	Data       data, as the text of a JSON object, with the expiry
//	Key        bi_tag, which receipts carry back, if it has at most 64 characters
//
// Title and body are mandatory, also beside texts by key; one alone stands in
// both places. The message may have 4096 bytes without its tokens.
//
// # Errors
//
// All of the vendor's codes are in one table. Tokens that a partial success names
// are dead, but for those that lack a right. A reply that names fewer tokens than
// failed is DataLoss for the others.
package huaweipush
