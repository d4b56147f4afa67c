// Package meizupush sends notifications through Meizu's Flyme push, in the mainland
// and overseas.
//
// # Service
//
// It follows https://github.com/MEIZUPUSH/PushAPI: varnished/pushByPushId takes up
// to 100 tokens in one exchange. Options.Overseas chooses the other service, whose
// tokens are others.
//
// # Credentials
//
// Every request is signed with the app's secret: an MD5 sum over the sorted
// parameters, without a time, so a request can be replayed by who sees it. Only
// https keeps it from others.
//
// # Mapping
//
//	notification   Meizu
//	-------------  ----------------------------------------------------------------
//	Kind           noticeMsgType, private or public (Options.Classes)
//	Title, Body    noticeBarInfo, 32 and 100 characters
//	Data           clickTypeInfo.parameters, with push.Expiry; 4096 bytes
//	Click          clickTypeInfo.url, a page or a link into the app
//	TTL            pushTimeInfo.validTime, hours, from 1 to 72
//	Collapse, Key  advanceInfo.notifyKey, derived; extra callback.param from Key
//
// Image, Badge, Priority and a named Sound are left out and reported. Meizu wants
// title and body; one alone stands in both places, and that is reported. There are
// no texts by key, and the vendor has given up pushes of data alone.
//
// # Repeats
//
// Of messages with the same notifyKey a device shows the last one only. It is
// derived from Collapse, else from Key, so a repeat of a notification with either
// shows once; the adapter is a [push.Replacer] that says so.
//
// # Errors
//
//	code                             Code              Scope      Delivery
//	-------------------------------  ----------------  ---------  -------------------------
//	1003; a token's 519              Unavailable       Provider   NotSent, 10 s
//	500, 1001; a token's 501, 513    Internal          Provider   Ambiguous, 10 s
//	110010; a token's 518            RateLimited       Service    NotSent, 60 s
//	110019, 110051, 110053           QuotaExhausted    Account    NotSent, Beijing midnight
//	1006, 110000, 110001, 110033     Unauthenticated   Account    NotSent
//	300, 110009, 110031              PermissionDenied  Account    NotSent
//	1005, 110004, 110032             Unsupported       Request    NotSent
//	a token's 201                    PermissionDenied  Recipient  NotSent
//	a token's 520 (folded)           RecipientLimited  Recipient  NotSent, 60 s
//	a token's 110011                 RecipientLimited  Recipient  NotSent, Beijing midnight
//	a token's 110010 (switched off)  OptedOut          Recipient  NotSent
//	110002, 110003, 110005           Unregistered      Recipient  NotSent, dead
//	any other                        Unknown           Provider   Ambiguous
//	no code                          DataLoss          Provider   Ambiguous
//
// A reply that is otherwise a success lists the tokens that failed, by code; the
// others were taken. The same number means another thing there: 110010 of a token
// is its user's switch, 110010 of all is the speed. 300 asks to send to another
// address, which the adapter does not do by itself: see Options.BaseURL.
//
// # Receipts
//
// The vendor does not sign them, nor send them again. Options.CallbackURL is
// registered at the vendor's and has a secret in it, made by [push.CallbackURL];
// [NewReceiptHandler] verifies it, or the access_token that the vendor sends.
//
// # Topics and broadcasts
//
// A topic is a tag. [Adapter.SendTopic], [Adapter.Broadcast], [Adapter.Subscribe]
// and [Adapter.Unsubscribe] reach many at once; a client offers them with
// [push.WithTopics] and [push.WithBroadcasts]. There are no receipts for them.
//
// # Unconfirmed
//
// The vendor's page leaves open the bound of the parameters, what its access_token
// is made of, and whether the server overseas still answers: its address is that of
// the vendor's SDK. They are constants of this package.
//
// # Concurrency
//
// An adapter is safe for concurrent use and starts no goroutines.
package meizupush
