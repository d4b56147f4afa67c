package main

import (
	"fmt"
	"net"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// addRelays builds two relays.
func (p *providers) addRelays() {
	p.mailFrom = "Waybill <orders@waybill.example>"
	for _, n := range []struct{ name, prefix string }{{"smtp", "SMTP_"}, {"smtp-b", "SMTP_B_"}} {
		o := smtpmail.Options{Account: waybill.NewAccount(n.name, waybill.Limits{})}
		addr := p.getenv(n.prefix + "ADDR")
		switch {
		case addr != "":
			o.Username, o.Password = p.getenv(n.prefix+"USER"), p.getenv(n.prefix+"PASSWORD")
			if _, port, _ := net.SplitHostPort(addr); port == "465" {
				o.TLS = smtpmail.ImplicitTLS
			}
			p.mailFrom = p.getenv("SMTP_FROM")
			p.realSender("mail", n.name, addr)
		case p.getenv("SMTP_ADDR") != "":
			continue
		default:
			o.Username, o.Password = "waybill", "fake-smtp-password"
			f := mailtest.NewSMTP(&mailtest.SMTPOptions{Users: map[string]string{o.Username: o.Password}})
			addr, o.TLSConfig = f.Addr(), f.TLSConfig()
			p.fakes[n.name] = smtpFake{f}
			p.list = append(p.list, endpoint{domain: "mail", name: n.name, url: addr, speaks: speaksSMTP, fake: true})
		}
		relay, err := smtpmail.New(addr, &o)
		if must(p, relay, err); err == nil {
			p.closers = append(p.closers, func() { relay.Close() })
		}
		p.relays = append(p.relays, instance{n.name, relay})
	}
}

// smtpFake is a fake relay. It is no HTTP server, so its faults and its log are
// of another kind.
type smtpFake struct{ *mailtest.SMTP }

// fail takes the relay down, loses its replies to the final dot, or lets it
// refuse senders with a code.
func (f smtpFake) fail(flavour string) {
	switch flavour {
	case flavourDown:
		f.Down()
	case flavourLost:
		f.Fail(mailtest.Fault{Stage: mailtest.AfterDot, Do: mailtest.Reset})
	default:
		f.Fail(mailtest.Fault{Stage: mailtest.AtMAIL, Do: mailtest.Reply, Reply: fmt.Sprintf("%s %s.0.0 scripted", flavour, flavour[:1])})
	}
}

// knows reports whether fail can do it: a reply of three digits that refuses.
func (f smtpFake) knows(flavour string) bool {
	return flavour == flavourDown || flavour == flavourLost ||
		len(flavour) == 3 && (flavour[0] == '4' || flavour[0] == '5') && isDigits(flavour)
}

// mark is where the log is now, traffic what came after.
func (f smtpFake) mark() int { return len(f.Log()) }

func (f smtpFake) traffic(mark int) []exchange {
	log := f.Log()
	if len(log) <= mark {
		return nil
	}
	return []exchange{{at: time.Now(), lines: log[mark:]}} // it was the last
}
