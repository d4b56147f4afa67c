// Package mail compares smtpmail with wneessen/go-mail, on a local server in a
// process of its own that throws the mails away.
package mail
