// Package apns compares apnspush with sideshow/apns2, on a local server over TLS
// and HTTP/2 in a process of its own.
package apns
