// Package mime has the mails of package mail read by parsers of others: Python's
// email package, emersion/go-message and jhillyerd/enmime.
package mime
