package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/baidugeo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
	"github.com/waybill-go/waybill/geo/osmgeo"
)

// vendors are the names that -providers knows, in the order of asking.
var vendors = []string{"amap", "baidu", "google", "osm"}

// fake is a vendor's fake in this process.
type fake interface {
	Fail(geotest.Fault)
	Close()
}

// providers are the vendors that can be asked, and where each serves.
type providers struct {
	use   map[string]geo.Option
	fakes map[string]fake
	err   error
}

// newProviders builds the adapters: real ones if the environment has any key and
// the fakes are not asked for.
func newProviders(getenv func(string) string, fakes bool) (*providers, error) {
	p := &providers{use: map[string]geo.Option{}, fakes: map[string]fake{}}
	keys := slices.ContainsFunc([]string{"AMAP_KEY", "BAIDU_AK", "GOOGLE_MAPS_KEY", "NOMINATIM_URL"}, func(name string) bool { return getenv(name) != "" })
	if keys && !fakes {
		p.real(getenv)
	} else {
		p.fake()
	}
	if p.err != nil {
		p.close()
		return nil, p.err
	}
	return p, nil
}

// add notes a vendor, unless one before failed.
func (p *providers) add(name string, v waybill.Provider, err error, use ...waybill.UseOption) {
	if err != nil && p.err == nil {
		p.err = err
	}
	p.use[name] = geo.With(v, append(use, geo.As(name))...)
}

// real adds the vendors of which the environment knows.
func (p *providers) real(getenv func(string) string) {
	if key := getenv("AMAP_KEY"); key != "" {
		a, err := amapgeo.New(key, &amapgeo.Options{PrivateKey: getenv("AMAP_PRIVATE_KEY"), Account: waybill.NewAccount("amap", waybill.Limits{QPS: 3})})
		p.add("amap", a, err, geo.In("CN", "HK", "MO"))
	}
	if ak := getenv("BAIDU_AK"); ak != "" {
		a, err := baidugeo.New(ak, &baidugeo.Options{SK: getenv("BAIDU_SK"), Account: waybill.NewAccount("baidu", waybill.Limits{QPS: 3})})
		p.add("baidu", a, err, geo.In("CN"))
	}
	if key := getenv("GOOGLE_MAPS_KEY"); key != "" {
		a, err := googlegeo.New(key, nil)
		p.add("google", a, err, geo.Outside("CN"))
	}
	if url := getenv("NOMINATIM_URL"); url != "" {
		a, err := osmgeo.New(url, getenv("OSM_USER_AGENT"), &osmgeo.Options{PhotonURL: getenv("PHOTON_URL")})
		p.add("osm", a, err)
	}
}

// fake adds a fake of every vendor.
func (p *providers) fake() {
	amap, baidu, google, osm := geotest.NewAmap(nil), geotest.NewBaidu(nil), geotest.NewGoogle(nil), geotest.NewOSM(nil)
	p.fakes = map[string]fake{"amap": amap, "baidu": baidu, "google": google, "osm": osm}
	a, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: amap.URL(), HTTPClient: amap.Client()})
	p.add("amap", a, err, geo.In("CN", "HK", "MO"))
	b, err := baidugeo.New(geotest.BaiduKey, &baidugeo.Options{BaseURL: baidu.URL(), HTTPClient: baidu.Client()})
	p.add("baidu", b, err, geo.In("CN"))
	g, err := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: google.URL(), HTTPClient: google.Client()})
	p.add("google", g, err, geo.Outside("CN"))
	o, err := osmgeo.New(osm.NominatimURL(), "geocode-example/1 (maps@waybill.example)", &osmgeo.Options{PhotonURL: osm.PhotonURL(), HTTPClient: osm.Client()})
	p.add("osm", o, err)
}

// client puts the vendors named behind one client; some fakes may be down.
func (p *providers) client(names, outages []string) (*geo.Client, error) {
	for _, name := range outages {
		f, ok := p.fakes[name]
		if !ok {
			return nil, fmt.Errorf("-outage: there is no fake %q", name)
		}
		down, ok := geotest.FaultNamed("status_500")
		if !ok {
			return nil, fmt.Errorf("-outage: the fakes have no such fault")
		}
		f.Fail(down)
	}
	// A try for each vendor, so that the last is reached when the others are down.
	options := []geo.Option{geo.WithPolicy(waybill.Policy{TriesPerProvider: 1})}
	for _, name := range names {
		if use, ok := p.use[name]; ok {
			options = append(options, use)
		}
	}
	if len(options) == 1 {
		return nil, fmt.Errorf("-providers: the environment has no key for %s", strings.Join(names, ", "))
	}
	return geo.New(options...)
}

func (p *providers) close() {
	for _, f := range p.fakes {
		f.Close()
	}
}
