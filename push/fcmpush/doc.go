// Package fcmpush sends notifications through Firebase Cloud Messaging, HTTP
// v1, to Android, to browsers, and to Apple devices whose tokens FCM issued.
//
// # Services
//
// It is built on messaging.Send of firebase.google.com/go/v4, one exchange per
// token, as documented at
// https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send.
// FCM has no call for many tokens: the SDK's SendEach makes one request each
// too. Tokens here go out on the adapter's own workers (Options.Workers, for all
// calls together), over shared HTTP/2 connections, of which the first is opened
// by one token alone so that the others find it.
//
// # What the SDK would do
//
// Every exchange is guarded by package wire and judged by our own record of it.
// The SDK repeats a send up to four times after any failure of the connection
// and after 503, which can push twice: here its context ends with the first
// exchange. It takes 303, and 200 without a message id, for success: here those
// are errors. It loses the code of a project's quota, the Retry-After and the
// cause of a failure: here they are read from the reply. It stops a batch of 500
// for one bad message: here each token has its own result. It would trace its
// requests: traceparent never leaves.
//
// # Credentials
//
// A service account's JSON key, whose signed assertion is exchanged for an
// access token (RFC 7523); Options.Credentials for keys that rotate; or
// Options.TokenSource for tokens from elsewhere, such as a metadata server. The
// token is kept, refreshed 4 minutes before it expires by one call while the
// others go on with the old one, and after a 401 dropped, fetched anew once and
// the push sent again as a new exchange, since the refused one did not happen.
// Nothing that fails before the push leaves can be Ambiguous.
//
// # Mapping
//
//	notification   android                      apns                         webpush
//	-------------  ---------------------------  ---------------------------  -----------------------
//	TTL            ttl                          apns-expiration (absolute)   TTL
//	Priority       priority                     apns-priority 10 or 5        Urgency
//	Collapse       collapse_key, tag            apns-collapse-id             Topic (hashed if it must)
//	Kind           channel_id (Classes)         interruption-level (Classes)
//	TitleKey       title_loc_key, _args         alert.title-loc-key, _args   title as text
//	BodyKey        body_loc_key, _args          alert.loc-key, _args         body as text
//	Badge          notification_count           badge
//	Sound          sound                        sound
//	Click          click_action if no link      (data)                       link if https
//	Image          image                        image, mutable-content       image
//	DataOnly       no notification              background, priority 5       no notification
//
// TTLs are whole seconds, rounded down. The data carry push.Expiry, and
// push.Click where there is a Click, which the app opens by itself where the
// table has it in data or no place at all. Keys that FCM reserves, and payloads of
// more than 4096 bytes, are Unsupported before the network.
//
// A kind's Class names the Android channel, the priority of notifications that name
// none, and Apple's interruption level; without Options.Classes the channels are
// named as the kinds are. Texts by language are mapped once for each text. A key
// takes the place of its text, because a text would win over it on Android;
// browsers know no keys and show the text. [Override] has what only FCM knows.
//
// A data-only notification of kind order is refused for tokens that are known to
// be an iPhone's; where the system is not known it is sent to all.
//
// # Topics
//
// [Adapter.SendTopic] sends to a topic, [Adapter.Subscribe] and
// [Adapter.Unsubscribe] put tokens in and out, 1000 in an exchange, through the SDK
// on guarded exchanges with Options.TopicBaseURL: the SDK knows one address only,
// and panics when a reason is no string. Of a reply without one result for each
// token nothing is believed. FCM has no broadcast; subscribe everybody to a topic.
//
// # Receipts
//
// FCM calls nobody back. What it knows of deliveries is in BigQuery exports and
// the Data API, by Override.AnalyticsLabel.
//
// # Errors
//
// The FCM error code decides, then the status, then the HTTP status:
//
//	reply                                         Code               Scope      Delivery
//	--------------------------------------------  -----------------  ---------  ---------
//	UNREGISTERED                                  Unregistered       Recipient  NotSent, dead
//	SENDER_ID_MISMATCH                            Unregistered       Recipient  NotSent, dead here
//	INVALID_ARGUMENT about message.token          Unregistered       Recipient  NotSent, dead
//	INVALID_ARGUMENT, Apple refuses the token     PermissionDenied   Recipient  NotSent
//	INVALID_ARGUMENT otherwise                    Unsupported        Request    NotSent
//	THIRD_PARTY_AUTH_ERROR, APNS_AUTH_ERROR       PermissionDenied   Sender     NotSent
//	QUOTA_EXCEEDED of a device                    RecipientLimited   Recipient  NotSent
//	QUOTA_EXCEEDED, RESOURCE_EXHAUSTED, 429       RateLimited        Service    NotSent, ≥ 60 s
//	UNAVAILABLE (with a body that says so)        Unavailable        Provider   NotSent, ≥ 10 s
//	INTERNAL, 500                                 Internal           Provider   Ambiguous
//	other 5xx                                     Unavailable        Provider   Ambiguous
//	401                                           Unauthenticated    Account    NotSent
//	403                                           PermissionDenied   Account    NotSent
//	404 without a code: wrong project or URL      PermissionDenied   Account    NotSent
//	200 without a message id                      DataLoss           Provider   Ambiguous
//	NOT_FOUND, INVALID_ARGUMENT of a subscription Unregistered       Recipient  NotSent, dead
//	TOO_MANY_TOPICS                               RecipientLimited   Recipient  NotSent
//	RESOURCE_EXHAUSTED of a subscription          RateLimited        Service    NotSent, ≥ 60 s
//	a refused or failed token exchange            as it says         Account    NotSent
//
// Waits are the vendor's Retry-After, else the documented minimum. After a
// refusal of the service or account the rest of a batch is not asked and gets
// the same error.
//
// # Concurrency
//
// An adapter is safe for concurrent use. Its goroutines end with the call.
package fcmpush
