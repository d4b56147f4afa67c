package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/sms/smstest"
)

// fake is what this program needs of a fake provider: the servers of all test
// packages have it.
type fake interface {
	URL() string
	Client() *http.Client
	Close()
	Fail(smstest.Fault)
	FailCode(code string)
	Heal()
	Log() []smstest.Exchange
	Ledger() *smstest.Ledger
}

// What the fakes of each vendor speak, for the first lines.
const (
	speaksAmap   = "Amap: /v3/geocode/geo, /v5/direction/driving"
	speaksBaidu  = "Baidu: /geocoding/v3/, /direction/v2/driving, signed"
	speaksGoogle = "Google: /maps/api/geocode/json, /directions/v2:computeRoutes"
	speaksNexmo  = "Vonage (Nexmo): POST /sms/json"
	speaksFCM    = "FCM HTTP v1 over HTTP/2: POST /v1/projects/…/messages:send"
	speaksSMTP   = "SMTP: STARTTLS, AUTH PLAIN, SIZE"
	speaksS3     = "S3: signed with SigV4, really serves its links"
)

// start keeps a fake and notes it for the first lines.
func (p *providers) start(domain, name, speaks string, f fake) fake {
	p.fakes[name] = f
	p.list = append(p.list, endpoint{domain: domain, name: name, url: f.URL(), speaks: speaks, fake: true})
	return f
}

// close stops the fakes and whatever else was started.
func (p *providers) close() {
	for _, f := range p.fakes {
		f.Close()
	}
	for _, f := range p.closers {
		f()
	}
}

// fakeNames are the instances that can be taken down, sorted.
func (p *providers) fakeNames() []string {
	var names []string
	for name := range p.fakes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ledgers are those of the fakes whose names begin with one of the prefixes.
func (p *providers) ledgers(prefix string) []*smstest.Ledger {
	var out []*smstest.Ledger
	for _, name := range p.fakeNames() {
		if name == prefix || strings.HasPrefix(name, prefix+"-") {
			out = append(out, p.fakes[name].Ledger())
		}
	}
	return out
}

var (
	_ fake = (*geotest.Amap)(nil)
	_ fake = (*geotest.Baidu)(nil)
	_ fake = (*geotest.Google)(nil)
	_ fake = (*smstest.Nexmo)(nil)
	_ fake = (*pushtest.FCM)(nil)
)
