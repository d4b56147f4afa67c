package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/route/routetest"
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

// isDigits, isCapitals, isName and isDotted tell the vendors' codes apart from mistypings.
func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func isCapitals(s string) bool { return s == strings.ToUpper(s) && !isDigits(s) }

func isName(s string) bool { return s != "" && s[0] >= 'A' && s[0] <= 'Z' }

func isDotted(s string) bool {
	family, code, ok := strings.Cut(s, ".")
	return ok && family != "" && code != ""
}

func isFCM(s string) bool { return slices.Contains(pushtest.FCMCodes(), s) }

// What the fakes of each vendor speak, for the first lines.
const (
	speaksAmap    = "Amap: geocoding, suggestions, routes, distances"
	speaksBaidu   = "Baidu: the same, signed"
	speaksGoogle  = "Google: Geocoding, Places (New), Routes"
	speaksOSM     = "OpenStreetMap: Nominatim, Photon"
	speaksOSRM    = "OpenStreetMap: OSRM, route and table"
	speaksAliyun  = "Alibaba Cloud SMS: templates, signed with ACS3"
	speaksTencent = "Tencent Cloud SMS: templates, signed with TC3"
	speaksNexmo   = "Vonage (Nexmo): POST /sms/json"
	speaksHuawei  = "Huawei Push Kit: POST /v1/…/messages:send"
	speaksFCM     = "FCM HTTP v1 over HTTP/2: POST /v1/projects/…/messages:send"
	speaksSMTP    = "SMTP: STARTTLS, AUTH PLAIN, SIZE"
	speaksOSS     = "OSS: signed with V4, really serves its links"
	speaksS3      = "S3: signed with SigV4, really serves its links"
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

// ledgers are those of a domain's fakes, with their names in the order in which
// they are asked.
func (p *providers) ledgers(domain string) ([]*smstest.Ledger, []string) {
	var out []*smstest.Ledger
	var names []string
	for _, e := range p.list {
		if f := p.fakes[e.name]; e.domain == domain && f != nil {
			out, names = append(out, f.Ledger()), append(names, e.name)
		}
	}
	return out, names
}

var (
	_ server = (*geotest.Amap)(nil)
	_ server = (*geotest.Baidu)(nil)
	_ server = (*geotest.Google)(nil)
	_ server = (*geotest.OSM)(nil)
	_ server = (*routetest.OSRM)(nil)
	_ server = (*smstest.Aliyun)(nil)
	_ server = (*smstest.Tencent)(nil)
	_ server = (*smstest.Nexmo)(nil)
	_ server = (*pushtest.Huawei)(nil)
	_ server = (*pushtest.FCM)(nil)
	_ server = (*storagetest.OSS)(nil)
	_ server = (*storagetest.S3)(nil)
)
