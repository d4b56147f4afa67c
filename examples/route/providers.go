package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/baiduroute"
	"github.com/waybill-go/waybill/route/googleroute"
	"github.com/waybill-go/waybill/route/lineroute"
	"github.com/waybill-go/waybill/route/osrmroute"
	"github.com/waybill-go/waybill/route/routetest"
	"github.com/waybill-go/waybill/route/valhallaroute"
)

// fake is a vendor's fake in this process.
type fake interface {
	Fail(routetest.Fault)
	Close()
}

// providers are the vendors in the order in which they are asked, and where each
// serves.
type providers struct {
	names   []string
	options []route.Option
	fakes   map[string]fake
	err     error
}

// newProviders builds the adapters: real ones if the environment has any key,
// fakes of all otherwise, and at the end an estimate for when everybody is down.
func newProviders(getenv func(string) string) (*providers, error) {
	p := &providers{fakes: map[string]fake{}}
	real := slices.ContainsFunc([]string{"AMAP_KEY", "BAIDU_AK", "GOOGLE_MAPS_KEY", "VALHALLA_URL", "OSRM_URL"}, func(name string) bool { return getenv(name) != "" })
	if real {
		p.real(getenv)
	} else {
		p.fake()
	}
	line, err := lineroute.New(nil)
	p.add("line", line, err)
	if p.err != nil {
		p.close()
		return nil, p.err
	}
	return p, nil
}

// add appends a vendor, unless one before failed.
func (p *providers) add(name string, v waybill.Provider, err error, use ...waybill.UseOption) {
	if err != nil && p.err == nil {
		p.err = err
	}
	p.names = append(p.names, name)
	p.options = append(p.options, route.With(v, append(use, route.As(name))...))
}

// real adds the vendors of which the environment knows.
func (p *providers) real(getenv func(string) string) {
	if key := getenv("AMAP_KEY"); key != "" {
		a, err := amaproute.New(key, &amaproute.Options{PrivateKey: getenv("AMAP_PRIVATE_KEY"), Account: waybill.NewAccount("amap", waybill.Limits{QPS: 3})})
		p.add("amap", a, err, route.In("CN", "HK", "MO"))
	}
	if ak := getenv("BAIDU_AK"); ak != "" {
		a, err := baiduroute.New(ak, &baiduroute.Options{SK: getenv("BAIDU_SK")})
		p.add("baidu", a, err, route.In("CN"))
	}
	if key := getenv("GOOGLE_MAPS_KEY"); key != "" {
		a, err := googleroute.New(key, nil)
		p.add("google", a, err, route.Outside("CN"))
	}
	if url := getenv("VALHALLA_URL"); url != "" {
		a, err := valhallaroute.New(&valhallaroute.Options{BaseURL: url})
		p.add("valhalla", a, err)
	}
	if url := getenv("OSRM_URL"); url != "" {
		a, err := osrmroute.New(&osrmroute.Options{BaseURL: url})
		p.add("osrm", a, err)
	}
}

// fake adds a fake of every vendor.
func (p *providers) fake() {
	amap, baidu := routetest.NewAmap(&routetest.AmapOptions{Truck: true}), routetest.NewBaidu(nil)
	google, valhalla, osrm := routetest.NewGoogle(nil), routetest.NewValhalla(nil), routetest.NewOSRM(nil)
	p.fakes = map[string]fake{"amap": amap, "baidu": baidu, "google": google, "valhalla": valhalla, "osrm": osrm}
	a, err := amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: amap.URL(), HTTPClient: amap.Client()})
	p.add("amap", a, err, route.In("CN", "HK", "MO"))
	b, err := baiduroute.New(routetest.BaiduKey, &baiduroute.Options{BaseURL: baidu.URL(), HTTPClient: baidu.Client(), Opened: baiduroute.Opened{Truck: true, Motorcycle: true}})
	p.add("baidu", b, err, route.In("CN"))
	g, err := googleroute.New(routetest.GoogleKey, &googleroute.Options{BaseURL: google.URL(), HTTPClient: google.Client()})
	p.add("google", g, err, route.Outside("CN"))
	v, err := valhallaroute.New(&valhallaroute.Options{BaseURL: valhalla.URL(), HTTPClient: valhalla.Client()})
	p.add("valhalla", v, err)
	o, err := osrmroute.New(&osrmroute.Options{BaseURL: osrm.URL(), HTTPClient: osrm.Client()})
	p.add("osrm", o, err)
}

// client puts the vendors behind one client; some fakes may be down.
func (p *providers) client(outages []string) (*route.Client, error) {
	for _, name := range outages {
		f, ok := p.fakes[name]
		if !ok {
			return nil, fmt.Errorf("-outage: there is no fake %q, only %s", name, strings.Join(p.fakeNames(), ", "))
		}
		down, ok := geotest.FaultNamed("status_500")
		if !ok {
			return nil, fmt.Errorf("-outage: the fakes have no such fault")
		}
		f.Fail(down)
	}
	// Five vendors and five tries for a call: one try each, so that the estimate is
	// reached when all are down.
	return route.New(append(p.options, route.WithPolicy(waybill.Policy{TriesPerProvider: 1}))...)
}

func (p *providers) fakeNames() []string {
	var out []string
	for name := range p.fakes {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func (p *providers) close() {
	for _, f := range p.fakes {
		f.Close()
	}
}
