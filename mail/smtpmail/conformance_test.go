package smtpmail_test

import (
	"testing"

	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

func TestConformance(t *testing.T) {
	mailtest.Run(t, mailtest.Harness{
		New: func(s *mailtest.SMTP) (mailtest.Relay, error) {
			return smtpmail.New(s.Addr(), &smtpmail.Options{Username: mailtest.User, Password: mailtest.Password, TLSConfig: s.TLSConfig()})
		},
	})
}
