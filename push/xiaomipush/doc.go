// Package xiaomipush sends notifications through Mi Push, which is also that of
// Redmi and POCO, in the mainland and overseas.
//
// # Service
//
// It follows the vendor's server API (https://dev.mi.com/xiaomihyperos/documentation/detail?pId=1559,
// pId=1696 overseas): /v3/message/regid takes up to 1000 tokens in one exchange.
// Options.Site chooses the service; a token of one is not known to the others and
// does not say whose it is, so an app that is on several has one adapter for each,
// told apart by the App of their tokens.
//
// # Credentials
//
// The app's secret goes with every request; there is nothing to fetch. Messages
// are restricted to the app's package.
//
// # Mapping
//
//	notification   Mi Push
//	-------------  ------------------------------------------------------------------
//	Kind           extra.channel_id, template_id, template_param (Options.Classes)
//	Display        pass_through, 1 for data only
//	Title, Body    title (below 50 characters), description (below 128)
//	Data           payload, a JSON object of text, with push.Expiry; 4096 bytes
//	Click          extra.notify_effect: web_uri if http or https, else intent_uri
//	Sound          extra.sound_uri, by its name in the app's resources, or an address
//	TTL            time_to_live, milliseconds: 1 day, private channels 10, overseas 14
//	Collapse, Key  notify_id; extra.jobkey and callback.param from Key
//
// Image, Badge and Priority are left out and reported: pictures are uploaded before
// ([Override]), and the channel decides the rest. Title and description are
// mandatory; one alone stands in both places, and that is reported. There are no
// texts by key. Data alone are handed to an app that runs; the vendor does not
// start it.
//
// # Channels and templates
//
// In the mainland a message without a channel is one of the few that a device gets
// of an app each day, so a class without one has to say so. Private channels are
// applied for, and since 2026 carry a template, of which the vendor is sent the
// variables and puts the text together (pId=2314): [Class].Params says where each
// comes from. Title and body are sent beside them, because they are mandatory.
//
// # Repeats
//
// A device replaces what has the same notify_id, and shows only one message where
// there is none. It is derived from Collapse, else from Key, else random; and the
// device shows the same jobkey, which is derived from Key, only once. So a repeat
// of a notification with a key or a Collapse shows once; the adapter is a
// [push.Replacer] that says so.
//
// # Errors
//
//	code                            Code              Scope      Delivery
//	------------------------------  ----------------  ---------  -------------------------
//	10002, 10009, 10037             Unavailable       Provider   NotSent, 10 s
//	10003, 10010                    Unavailable       Provider   Ambiguous, 10 s
//	-1, 1, 10001, 10011, 20215,
//	20216, 20315, 20607, 22102,
//	26003, 65029, 65030, 65040      Internal          Provider   Ambiguous, 10 s
//	65003 (device offline)          Unavailable       Recipient  NotSent
//	200002; 10022 to 10024, 10027,
//	10028, 10030, 10032, 10039,
//	22101, 26004, 26005, 65006      RateLimited       Service    NotSent, 5 s; 60 s
//	10034, 200001                   QuotaExhausted    Account    NotSent, Beijing midnight
//	10006, 21301, 21302, 22000,
//	22001, 22006 to 22008           Unauthenticated   Account    NotSent
//	10004, 10005, 10013, 10014,
//	10020, 10021, 10025, 10026,
//	10031, 10033, 10036, 10038,
//	21303, 22002, 22021, 22022,
//	26006, 65007, 66108             PermissionDenied  Account    NotSent
//	10029, 20301, 66007;
//	tokens in bad_regids            Unregistered      Recipient  NotSent, dead
//	other documented ones           Unsupported       Request    NotSent
//	any other                       Unknown           Provider   Ambiguous
//	no code; neither id nor result  DataLoss          Provider   Ambiguous
//
// A partial success names the tokens that are not valid; the others were taken. A
// code of a whole batch, such as 20301, which also means a wrong package or site,
// names no token, and none is dead by it.
//
// # Receipts
//
// The vendor does not sign them: Options.CallbackURL has a secret in it, made by
// [push.CallbackURL], and [NewReceiptHandler] verifies it. A token that the vendor
// calls invalid (type 16) is dead to it; it says so of the tokens of another site,
// too, so send each through its own.
//
// # Topics and broadcasts
//
// [Adapter.SendTopic], [Adapter.Broadcast], [Adapter.Subscribe] and
// [Adapter.Unsubscribe] reach many at once; a client offers them with
// [push.WithTopics] and [push.WithBroadcasts].
//
// # Unconfirmed
//
// The vendor's pages leave open the bound of the payload, the TTL overseas (that of
// the vendor's older SDK), the length of a callback's URL and whether it may be https
// (an older page says http only), and whether title and description may be left out
// beside a template. They are constants of this package. The number of tokens of an
// exchange is that of public clients and of what others say of the vendor's page of
// limits (pId=1656), which was not at hand.
//
// # Concurrency
//
// An adapter is safe for concurrent use and starts no goroutines.
package xiaomipush
