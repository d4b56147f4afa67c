// Package huaweipush sends notifications to Huawei phones through Push Kit.
//
// # Service
//
// One exchange takes up to 1000 tokens. Versions 1 and 2 of the interface
// (https://developer.huawei.com/consumer/en/doc/HMSCore-References/https-send-api-0000001050986197)
// reach EMUI and HarmonyOS up to 4, version 3
// (https://developer.huawei.com/consumer/cn/doc/harmonyos-references/push-scenariozed-api-request-struct)
// HarmonyOS from 5. The vendor calls the tokens of the other one invalid: a service
// with both makes two adapters and tells their tokens apart by App.
//
// # Credentials
//
// Versions 1 and 2 take an access token (OAuth 2.0, by the app's id and secret),
// fetched once for all callers, or a JSON web token that the adapter signs by itself
// with a service account's key (PS256, for an hour); version 3 the latter only. A
// token that was refused is replaced once: the refused exchange did not happen.
//
// # Mapping
//
//	            versions 1 and 2                           version 3
//	Kind        category, importance and channel           category
//	            (Options.Classes)
//	TTL         whole seconds, at most 15 days             the same
//	Collapse    notify_id, derived from it                 notifyId
//	Click       none: the app; https: the page;            none, https: the app;
//	            else: an intent                            else: a page's uri
//	Badge       badge.set_num, at most 99,                 badge.setNum
//	            with Options.BadgeClass
//	Sound       /raw/ and its name, default_sound false    the file's name
//	Priority    urgency, HIGH only with HighUrgency        –
//	Data        data, the text of a JSON object            clickAction.data
//	data only   data without a notification                a background message
//	Key         bi_tag, if it has at most 64 bytes         biTag; appMessageId, derived
//
// Version 3 refuses a message whose picture the vendor has not verified before.
// Title and body are mandatory, also beside texts by key, which version 3 has not;
// one alone stands in both places. The whole message may have 4096 bytes without its
// tokens.
//
// # Quick apps
//
// With Options.QuickApp the adapter serves a quick app (push.HuaweiQuick): data that
// the vendor's engine shows, with title, body, and a page of the app where Click is a
// path. Data alone come to the app's push.on as a text, a JSON object, with an id that
// is derived from Key. In May 2023 the vendor took pushes to quick apps out of service
// for a renewal; ask it whether they reach your app.
//
// # Topics
//
// [Adapter.SendTopic] sends to a topic or a condition, [Adapter.Subscribe] and
// [Adapter.Unsubscribe] manage topics, in versions 1 and 2. There are no broadcasts.
//
// # Errors
//
// All of the vendor's codes are in one table. Tokens that a partial success names are
// dead, but for those that lack a right. A reply that names fewer tokens than failed is
// DataLoss for the others.
package huaweipush
