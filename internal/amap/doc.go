// Package amap holds what Amap's (高德) web services share, whatever their
// domain: the key and the optional signature, the two reply envelopes, the
// tolerant types of their JSON, and the one table of their codes.
//
// The services are documented at https://lbs.amap.com/api/webservice/summary,
// the signature at https://lbs.amap.com/faq/quota-key/key/41181 and the codes at
// https://lbs.amap.com/api/webservice/guide/tools/info.
//
// # Requests
//
// All are GET, with the key in the query. That is why no URL, no query and no
// transport error of these services may be shown unscrubbed; package wire sees
// to it, and this package tells it the secrets and private values of each
// request.
//
// # Replies
//
// Business errors come with HTTP status 200: the body decides. The v3 and v5
// services answer {"status":"1","infocode":"10000",…}, the v4 services
// {"errcode":0,"errmsg":"OK","data":…}. [Envelope] reads both.
package amap
