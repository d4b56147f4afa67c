// Package fcm compares fcmpush with SendEach of the vendor's own SDK, on a local
// server over TLS and HTTP/2 in a process of its own.
package fcm
