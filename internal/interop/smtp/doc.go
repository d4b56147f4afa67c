// Package smtp has smtpmail talk to a server of others, Python's aiosmtpd.
package smtp
