package smtpmail_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// TestTokens logs in by XOAUTH2; a refused token is replaced once.
func TestTokens(t *testing.T) {
	const user = "dispatch@sender.example"
	long := strings.Repeat("t", 1800)
	for name, c := range map[string]struct {
		tokens  []string
		err     error
		offered string
		code    waybill.Code
		conns   int
	}{
		"good":          {[]string{long}, nil, "XOAUTH2", waybill.Code(0), 1},
		"refused once":  {[]string{"stale-token", long}, nil, "XOAUTH2", waybill.Code(0), 2},
		"refused twice": {[]string{"stale-token", "other-token", long}, nil, "XOAUTH2", waybill.Unauthenticated, 2},
		"no other one":  {[]string{"stale-token", "stale-token", long}, nil, "XOAUTH2", waybill.Unauthenticated, 1},
		"no source":     {[]string{"stale-token"}, errors.New("private-reason"), "XOAUTH2", waybill.Unauthenticated, 1},
		"control":       {[]string{"a\x01b"}, nil, "XOAUTH2", waybill.Unauthenticated, 0},
		"not offered":   {[]string{long, long}, nil, "PLAIN", waybill.Unauthenticated, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			r, s := start(t, &mailtest.SMTPOptions{Users: map[string]string{user: long}, Mechanisms: []string{c.offered}}, func(o *smtpmail.Options) {
				o.Username = user
				o.Token = func(_ context.Context, stale string) (string, error) {
					asked = append(asked, stale)
					if len(asked) > len(c.tokens) {
						return "", c.err
					}
					return c.tokens[len(asked)-1], nil
				}
			})
			m := note("a@receiver.example")
			res, err := r.Send(t.Context(), m)
			if waybill.CodeOf(err) != c.code || s.Connections() != c.conns {
				t.Fatalf("%v, %d connections", err, s.Connections())
			}
			if all := fmt.Sprintf("%+v", err); strings.Contains(all, "token") && strings.Contains(all, "-token") || strings.Contains(all, "private-reason") || strings.Contains(all, user) {
				t.Errorf("leaks: %s", all)
			}
			if err == nil && s.Accepted(res.MessageID) != 1 {
				t.Error("not accepted")
			}
			if err != nil && waybill.DeliveryOf(err) != waybill.NotSent {
				t.Errorf("%v", waybill.DeliveryOf(err))
			}
			if len(asked) > 1 && !slices.Equal(asked, []string{"", c.tokens[0]}) {
				t.Errorf("asked with %q", asked)
			}
			noViolations(t, s)
		})
	}
}

func TestNewRefusesTokensWithPasswords(t *testing.T) {
	token := func(context.Context, string) (string, error) { return "t", nil }
	for name, o := range map[string]*smtpmail.Options{
		"no user":  {Token: token},
		"password": {Token: token, Username: "u", Password: "p"},
		"no TLS":   {Token: token, Username: "u", TLS: smtpmail.NoTLS},
		"control":  {Token: token, Username: "u\x01auth"},
	} {
		if _, err := smtpmail.New("127.0.0.1:25", o); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}
