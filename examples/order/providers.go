package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/baidugeo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/baiduroute"
	"github.com/waybill-go/waybill/route/googleroute"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// endpoint is a provider as the first lines name it.
type endpoint struct {
	domain, name string
	url, speaks  string
	fake, own    bool // own is a real one of this machine
}

// vendor is one map account: the same key serves addresses and routes. border is
// a second router of it, for trips across the mainland's border.
type vendor struct{ geo, route, border waybill.Provider }

// instance is an adapter under the name that it has in its client.
type instance struct {
	name     string
	provider waybill.Provider
}

// providers are the adapters of all domains. A domain for which the environment
// has credentials gets the real services alone; a fake never stands in for a
// real one. Every other domain gets fakes.
type providers struct {
	list    []endpoint
	fakes   map[string]fake
	closers []func()

	maps         map[string]vendor
	sms, push    []instance
	relays       []instance
	buckets      []shelf
	mailFrom     string
	realMaps     bool
	realSenders  []string // the environment's senders to real people
	getenv       func(string) string
	constructing error
}

// newProviders builds the adapters. getenv is os.Getenv, or a test's.
func newProviders(getenv func(string) string) (*providers, error) {
	p := &providers{fakes: map[string]fake{}, maps: map[string]vendor{}, getenv: getenv}
	for _, build := range []func(){p.addMaps, p.addSMS, p.addPush, p.addRelays, p.addBuckets} {
		if build(); p.constructing != nil {
			p.close()
			return nil, p.constructing
		}
	}
	return p, nil
}

// must notes the first failing constructor.
func must[T any](p *providers, t T, err error) T {
	if err != nil && p.constructing == nil {
		p.constructing = err
	}
	return t
}

// real notes a real service for the first lines.
func (p *providers) real(domain, name, url string) {
	p.list = append(p.list, endpoint{domain: domain, name: name, url: url})
}

// addMaps builds the map vendors: real ones if there is a key for any.
func (p *providers) addMaps() {
	amapKey, ak, googleKey := p.getenv("AMAP_KEY"), p.getenv("BAIDU_AK"), p.getenv("GOOGLE_MAPS_KEY")
	if amapKey+ak+googleKey == "" {
		p.addFakeMaps()
		return
	}
	p.realMaps = true
	if amapKey != "" {
		p.addAmap(amapKey, p.getenv("AMAP_PRIVATE_KEY"), nil)
		p.real("maps", "amap", "https://restapi.amap.com")
	}
	if ak != "" {
		p.addBaidu(ak, p.getenv("BAIDU_SK"), waybill.Limits{QPS: 3}, nil)
		p.real("maps", "baidu", "https://api.map.baidu.com")
	}
	for _, g := range [][2]string{{"google", googleKey}, {"google-b", p.getenv("GOOGLE_MAPS_KEY_B")}} {
		if g[1] != "" {
			p.addGoogle(g[0], g[1], nil)
			p.real("maps", g[0], "https://maps.googleapis.com and https://routes.googleapis.com")
		}
	}
}

func (p *providers) addFakeMaps() {
	p.addAmap(geotest.AmapKey, "fake-private-key", p.start("maps", "amap", speaksAmap,
		geotest.NewAmap(&geotest.AmapOptions{PrivateKey: "fake-private-key"}), isDigits))
	p.addBaidu("fake-baidu-ak", "fake-baidu-sk", waybill.Limits{}, p.start("maps", "baidu", speaksBaidu,
		geotest.NewBaidu(&geotest.BaiduOptions{AK: "fake-baidu-ak", SK: "fake-baidu-sk"}), isDigits))
	for _, name := range []string{"google", "google-b"} {
		key := "fake-key-of-" + name
		p.addGoogle(name, key, p.start("maps", name, speaksGoogle, geotest.NewGoogle(&geotest.GoogleOptions{Key: key}), isCapitals))
	}
}

func (p *providers) addAmap(key, privateKey string, f server) {
	account := waybill.NewAccount("amap", waybill.Limits{}) // both services share the key's limits
	g := amapgeo.Options{Account: account, PrivateKey: privateKey}
	r := amaproute.Options{Account: account, PrivateKey: privateKey}
	if f != nil {
		g.BaseURL, g.HTTPClient = f.URL(), f.Client()
		r.BaseURL, r.HTTPClient = f.URL(), f.Client()
	}
	addresses, err := amapgeo.New(key, &g)
	must(p, addresses, err)
	routes, err := amaproute.New(key, &r)
	p.maps["amap"] = vendor{geo: addresses, route: must(p, routes, err)}
}

func (p *providers) addBaidu(ak, sk string, limits waybill.Limits, f server) {
	account := waybill.NewAccount("baidu", limits)
	g := baidugeo.Options{Account: account, SK: sk}
	r := baiduroute.Options{Account: account, SK: sk}
	if f != nil {
		g.BaseURL, g.HTTPClient = f.URL(), f.Client()
		r.BaseURL, r.HTTPClient = f.URL(), f.Client()
	}
	addresses, err := baidugeo.New(ak, &g)
	must(p, addresses, err)
	routes, err := baiduroute.New(ak, &r)
	p.maps["baidu"] = vendor{geo: addresses, route: must(p, routes, err)}
}

// addGoogle builds an account of Google's, and a router of it that serves the
// mainland too, for trips across its border.
func (p *providers) addGoogle(name, key string, f server) {
	account := waybill.NewAccount(name, waybill.Limits{})
	g := googlegeo.Options{Account: account}
	r := googleroute.Options{Account: account}
	if f != nil {
		g.BaseURL, g.HTTPClient = f.URL(), f.Client()
		r.BaseURL, r.HTTPClient = f.URL(), f.Client()
	}
	addresses, err := googlegeo.New(key, &g)
	must(p, addresses, err)
	routes, err := googleroute.New(key, &r)
	must(p, routes, err)
	r.Mainland = true
	border, err := googleroute.New(key, &r)
	p.maps[name] = vendor{addresses, routes, must(p, border, err)}
}

// addSMS builds two accounts at Vonage. Its mainland traffic is free text that
// an account must be enabled for; the fakes' accounts are.
func (p *providers) addSMS() {
	for _, n := range []struct{ name, prefix string }{{"nexmo", "NEXMO_"}, {"nexmo-b", "NEXMO_B_"}} {
		o := nexmosms.Options{Account: waybill.NewAccount(n.name, waybill.Limits{}), Mainland: true}
		key, secret := p.getenv(n.prefix+"KEY"), p.getenv(n.prefix+"SECRET")
		switch {
		case key != "":
			p.realSenders = append(p.realSenders, n.name)
			o.Mainland = p.getenv(n.prefix+"MAINLAND") != ""
			p.real("sms", n.name, nexmosms.DefaultBaseURL)
		case p.getenv("NEXMO_KEY") != "":
			continue
		default:
			key, secret = smstest.NexmoKey, "fake-secret-of-"+n.name
			f := p.start("sms", n.name, speaksNexmo, smstest.NewNexmo(&smstest.NexmoOptions{Secret: secret}), isDigits)
			o.BaseURL, o.HTTPClient = f.URL(), f.Client()
		}
		a, err := nexmosms.New(key, secret, &o)
		p.sms = append(p.sms, instance{n.name, must(p, a, err)})
	}
}

// addPush builds two accesses to FCM: tokens belong to one project, so the second
// is another service account of the same project, on connections of its own.
func (p *providers) addPush() {
	for _, n := range []struct{ name, variable string }{{"fcm", "FCM_SERVICE_ACCOUNT"}, {"fcm-b", "FCM_B_SERVICE_ACCOUNT"}} {
		o := fcmpush.Options{Account: waybill.NewAccount(n.name, waybill.Limits{})}
		var key []byte
		switch file := p.getenv(n.variable); {
		case file != "":
			var err error
			if key, err = os.ReadFile(file); err != nil {
				must(p, key, fmt.Errorf("%s: the file cannot be read", n.variable))
			}
			p.realSenders = append(p.realSenders, n.name)
			p.real("push", n.name, "https://fcm.googleapis.com")
		case p.getenv("FCM_SERVICE_ACCOUNT") != "":
			continue
		default:
			f := pushtest.NewFCM(nil)
			key = f.Key()
			p.start("push", n.name, speaksFCM, f, isFCM)
			o.BaseURL, o.HTTPClient = f.URL(), f.Client()
		}
		a, err := fcmpush.New(key, &o)
		p.push = append(p.push, instance{n.name, must(p, a, err)})
	}
}

// family is a vendor's name without the letter of a second account.
func family(instance string) string {
	name, _, _ := strings.Cut(instance, "-")
	return name
}

// domainOf is the domain of an instance.
func (p *providers) domainOf(name string) string {
	for _, e := range p.list {
		if e.name == name {
			return e.domain
		}
	}
	return ""
}

// sorted is the list of endpoints with the map vendors in the order asked for.
func (p *providers) sorted(order []string) []endpoint {
	list := slices.Clone(p.list)
	place := func(e endpoint) int {
		if e.domain != "maps" {
			return len(order)
		}
		return slices.Index(order, family(e.name))
	}
	slices.SortStableFunc(list, func(a, b endpoint) int { return place(a) - place(b) })
	return list
}
