// Package apnspush sends notifications to Apple devices through the Apple Push
// Notification service (APNs): alerts, background pushes, location pushes, VoIP
// and Live Activities.
//
// # Services
//
// It is a client of its own on net/http, one exchange per token, as documented
// at https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns.
// APNs has no call for many tokens and no receipts: what it accepted it may
// still drop. The vendor has two hosts; a token goes to that of its Env, since
// one of the sandbox is refused in production. One adapter serves one app, whose
// bundle id is the tokens' App.
//
// # The connection
//
// Everything for one environment and key goes over one HTTP/2 connection. A new
// one carries a single request until that is answered, so that the server's
// settings are known, and then as many as those allow; Apple allows one stream
// until it has seen a valid token. What exceeds the limit waits. After GOAWAY,
// Shutdown, IdleTimeout, a loss, or silence while a request ran out of time, the
// next request opens another, which begins in the same way. Streams that were
// refused unseen are sent again. Pings find a dead connection after 30 s without
// traffic. A transport that is not net/http's own is used as it is, with one
// request in front.
//
// # Credentials
//
// A signing key ([Key], token authentication), which adapters may share and
// which should be shared; Options.Credentials for keys that rotate; or a client
// certificate (Options.Certificate). The key's provider token is renewed every
// 20 to 50 minutes by one caller. One that is refused as expired is replaced and
// the push sent again, once: the refused exchange did not happen. One that is
// refused as coming too soon gives way to the one before.
//
// # Mapping
//
//	notification        APNs
//	------------------  ----------------------------------------------------------
//	Kind                interruption-level, relevance-score, thread-id, category
//	                    (Options.Classes)
//	Alert               push type alert; title, body, or their keys
//	DataOnly            push type background, priority 5, content-available, and
//	                    no badge, sound or image (Adjusted); not for orders
//	Data                members beside aps
//	Image               mutable-content, and its URL under ImageKey for the app's
//	                    service extension
//	Click               push.Click in the data, which the app opens
//	Badge, Sound        badge, sound ("default" if empty)
//	Priority            apns-priority 10 or 5
//	TTL                 apns-expiration, absolute; push.Expiry in the data
//	Collapse            apns-collapse-id; hashed if it does not fit a header
//	Key                 apns-id, which Apple echoes and does not deduplicate by
//
// An [Override] has the rest: the other push types, subtitles, critical alerts,
// an expiration of 0. Payloads of more than 4096 bytes (5120 for VoIP), and what
// contradicts its push type, are Unsupported before the network.
//
// # Errors
//
// The reason decides, then the HTTP status:
//
//	reply                                          Code              Scope      Delivery
//	---------------------------------------------  ----------------  ---------  ---------
//	Unregistered, ExpiredToken, a bare 410         Unregistered      Recipient  NotSent, dead
//	BadDeviceToken, DeviceTokenNotForTopic         Unregistered      Recipient  NotSent, dead here
//	TooManyRequests                                RecipientLimited  Recipient  NotSent
//	BadCollapseId, BadExpirationDate, BadMessageId,
//	BadPriority, DuplicateHeaders, InvalidPushType,
//	PayloadEmpty, PayloadTooLarge                  Unsupported       Request    NotSent
//	BadTopic, MissingTopic, TopicDisallowed,
//	MissingDeviceToken, BadPath, MethodNotAllowed,
//	Forbidden                                      PermissionDenied  Account    NotSent
//	BadCertificate, BadCertificateEnvironment,
//	MissingProviderToken, InvalidProviderToken,
//	ExpiredProviderToken, UnrelatedKeyIdInToken,
//	BadEnvironmentKeyIdInToken (or …KeyInToken)    Unauthenticated   Account    NotSent
//	TooManyProviderTokenUpdates                    RateLimited       Account    NotSent
//	IdleTimeout, Shutdown, ServiceUnavailable      Unavailable       Provider   NotSent
//	InternalServerError                            Internal          Provider   Ambiguous
//	5xx without a reason                           Unavailable       Provider   Ambiguous
//	200 without an apns-id                         DataLoss          Provider   Ambiguous
//
// Result.Since is the timestamp of a 410. Waits are those of Retry-After, which
// Apple does not promise. After a refusal of the account the rest of a batch is
// not asked and gets the same error.
//
// # Concurrency
//
// An adapter is safe for concurrent use. Its goroutines end with the call;
// those of a connection, net/http's and one that writes, end with Close, or an hour
// after the last push.
package apnspush
