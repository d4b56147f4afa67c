// Package interop holds adapters as strangers write them: in a module of their
// own, with nothing but the public packages and their documentation. They pass
// the conformance suites, which shows that anybody's can.
//
//   - hooksms: an SMS gateway behind a company's own webhook
//   - tablegeo: a geocoder over a table in memory, without a network
//   - fixroute: routes by HTTP and JSON
//
// The other way round, suites and clients of others judge what is here: mails in
// dkim, mime and smtp, buckets in gocloud, the fakes of S3 and OSS in minio and
// oss.
package interop
