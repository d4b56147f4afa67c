// Package oppopush sends notifications through OPPO PUSH, which is also that of
// realme and OnePlus, in the mainland and overseas.
//
// # Service
//
// It follows https://open.oppomobile.com/new/developmentDoc/info?id=11236: unicast
// for one token, unicast_batch for up to 1000, one message for each token and one
// result for each. Options.Overseas chooses the other service; a token says by
// itself on which side it is, and the adapter takes those of its own. Newer pages of
// the vendor name api-push-cn.heytapmobi.com for the mainland; Options.BaseURL takes it.
//
// # Credentials
//
// An auth token is fetched with the app's key and a signature of the time by the
// master secret. It lives 24 hours and is shared, fetched anew after 12 by one
// caller, and once at code 11, 29 or HTTP 401: the refused exchange did not happen,
// and the repeat is a new one.
//
// # Mapping
//
//	notification   OPPO
//	-------------  -----------------------------------------------------------------
//	Kind           channel_id, category, notify_level (Options.Classes)
//	Title, Body    title (50 characters), content (50, in the long style 128)
//	Data           action_parameters, with push.Expiry; 4000 characters
//	Click          click_action_url, in the browser if https, else by its scheme
//	TTL            off_line_ttl, seconds, at most 10 days
//	Collapse       notify_id, derived from it
//	Key            app_message_id, derived from it; call_back_parameter
//
// Image, Badge, Sound and Priority are left out and reported: the channel decides
// sounds, and pictures are uploaded before ([Override]). OPPO wants title and body;
// one alone stands in both places, and that is reported. There are no texts by key
// and no pushes of data alone.
//
// # Repeats
//
// The vendor pushes the same app_message_id to the same token once only. It is
// derived from the notification's Key, so that a repeat, also after a crash, shows
// once; the adapter is a [push.Replacer] that says so. Code 32 (duplicate) of a
// message with such an id is taken for success, with that id as Result.ID. That it
// means this is not confirmed by the vendor.
//
// # Broadcasts
//
// [Adapter.Broadcast] keeps the message (save_message_content, which sends nothing)
// and sends it to everybody (broadcast). The app_message_id is derived from Key here,
// too: the vendor keeps the same one only once. Tags are managed in the vendor's
// console and by the app; a server may send to them but not add to them, so there are
// no topics. That target_type 1 is everybody is the word of the vendor's older SDK: its
// present page lists tokens, aliases and tags only, and speaks of pushes to all users
// elsewhere.
//
// # Errors
//
//	code                          Code              Scope      Delivery
//	----------------------------  ----------------  ---------  ------------------------
//	-1                            Unavailable       Provider   NotSent, 10 s
//	-2; 13, 55                    RateLimited       Service    NotSent, 5 s; 60 s
//	11, 14 to 19, 29              Unauthenticated   Account    NotSent
//	12, 20 to 25, 32, 40, 41,
//	51, 67                        Unsupported       Request    NotSent
//	26, 27, 28, 30, 59            PermissionDenied  Account    NotSent
//	31                            NotFound          Request    NotSent
//	54                            PermissionDenied  Sender     NotSent
//	33, 34, 42, 69                QuotaExhausted    Account    NotSent, Beijing midnight
//	10000                         Unregistered      Recipient  NotSent, dead
//	any other                     Unknown           Provider   Ambiguous
//	no code, no entry of a token  DataLoss          Provider   Ambiguous
//
// In a batch each token has its own code. A code 10000 of a whole batch names no
// token, and none is dead by it. Whatever fails before the message leaves is
// NotSent.
//
// # Receipts
//
// The vendor does not sign them: Options.CallbackURL has a secret in it, made by
// [push.CallbackURL], and [NewReceiptHandler] verifies it.
//
// # Concurrency
//
// An adapter is safe for concurrent use and starts no goroutines.
package oppopush
