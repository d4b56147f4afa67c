package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// fake is what this program needs of a fake provider, whatever it speaks.
type fake interface {
	Close()
	Ledger() *smstest.Ledger
	// fail makes it fail from now on; knows reports whether it can fail so.
	fail(flavour string)
	knows(flavour string) bool
	// mark is where its log is now, traffic what was logged since.
	mark() int
	traffic(mark int) []exchange
}

// server is a fake that speaks HTTP. Those of all test packages have these
// methods.
type server interface {
	URL() string
	Client() *http.Client
	Close()
	Fail(smstest.Fault)
	FailCode(code string)
	Log() []smstest.Exchange
	Ledger() *smstest.Ledger
}

// httpFake is a fake that speaks HTTP, with the codes that its vendor has.
type httpFake struct {
	server
	code func(string) bool
}

func (f httpFake) fail(flavour string) {
	if fault, ok := faultOf(flavour); ok {
		f.Fail(fault)
		return
	}
	f.FailCode(flavour)
}

func (f httpFake) knows(flavour string) bool {
	_, ok := faultOf(flavour)
	return ok || f.code(flavour)
}

func (f httpFake) mark() int {
	log := f.Log()
	if len(log) == 0 {
		return 0
	}
	return log[len(log)-1].N
}

func (f httpFake) traffic(mark int) []exchange {
	var out []exchange
	for _, x := range f.Log() {
		if x.N > mark {
			out = append(out, exchange{at: x.Time, lines: readable(x)})
		}
	}
	return out
}

// isDigits, isCapitals and isName tell the vendors' codes apart from mistypings.
func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func isCapitals(s string) bool { return s == strings.ToUpper(s) && !isDigits(s) }

func isName(s string) bool { return s != "" && s[0] >= 'A' && s[0] <= 'Z' }

func isFCM(s string) bool { return slices.Contains(pushtest.FCMCodes(), s) }

// What the fakes of each vendor speak, for the first lines.
const (
	speaksAmap   = "Amap: /v3/geocode/geo, /v3/assistant/inputtips, /v5/direction/driving"
	speaksBaidu  = "Baidu: /geocoding/v3/, /place/v2/suggestion, /direction/v2/driving, signed"
	speaksGoogle = "Google: /maps/api/geocode/json, /v1/places:autocomplete, /directions/v2:computeRoutes"
	speaksNexmo  = "Vonage (Nexmo): POST /sms/json"
	speaksFCM    = "FCM HTTP v1 over HTTP/2: POST /v1/projects/…/messages:send"
	speaksSMTP   = "SMTP: STARTTLS, AUTH PLAIN, SIZE"
	speaksS3     = "S3: signed with SigV4, really serves its links"
)

// start keeps a fake and notes it for the first lines.
func (p *providers) start(domain, name, speaks string, f server, code func(string) bool) server {
	p.fakes[name] = httpFake{f, code}
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
	_ server = (*geotest.Amap)(nil)
	_ server = (*geotest.Baidu)(nil)
	_ server = (*geotest.Google)(nil)
	_ server = (*smstest.Nexmo)(nil)
	_ server = (*pushtest.FCM)(nil)
	_ server = (*storagetest.S3)(nil)
)
