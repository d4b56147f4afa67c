// Package baidu holds what Baidu's web services (api.map.baidu.com) have in
// common: keys plain and signed, the reply's envelope, the one table of status
// codes, the tolerant JSON types and the names of coordinate types.
//
// Everything is a GET whose parameters stand in the query, the key (ak) among
// them. A key is checked either by the caller's IP address, or by a signature
// (sn) over the path and the query as they go over the wire, so this package
// writes the query itself, byte for byte, and nobody re-encodes it afterwards.
//
// Business errors arrive with HTTP status 200 and a number in the body's field
// status, 0 being success; the numbers 200, 302 and 401 are Baidu's own and have
// nothing to do with HTTP.
package baidu
