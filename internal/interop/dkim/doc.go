// Package dkim has the signatures of package mail verified by a library of
// others, emersion/go-msgauth.
package dkim
