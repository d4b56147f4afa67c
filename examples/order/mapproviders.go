package main

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/baidugeo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
	"github.com/waybill-go/waybill/geo/osmgeo"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/baiduroute"
	"github.com/waybill-go/waybill/route/googleroute"
	"github.com/waybill-go/waybill/route/osrmroute"
	"github.com/waybill-go/waybill/route/routetest"
)

// addMaps builds the map vendors: real ones if there is a key for any.
func (p *providers) addMaps() {
	amapKey, ak, googleKey := p.getenv("AMAP_KEY"), p.getenv("BAIDU_AK"), p.getenv("GOOGLE_MAPS_KEY")
	nominatim, osrm := p.getenv("NOMINATIM_URL"), p.getenv("OSRM_URL")
	if amapKey+ak+googleKey+nominatim+osrm == "" {
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
			p.real("maps", g[0], "https://maps.googleapis.com and its neighbours")
		}
	}
	if nominatim != "" {
		p.addNominatim(nominatim, p.getenv("PHOTON_URL"), p.getenv("OSM_USER_AGENT"), nil)
		p.real("maps", "osm", nominatim)
	}
	if osrm != "" {
		p.addOSRM(osrm, nil)
		p.real("maps", "osrm", osrm)
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
	osm, osrm := geotest.NewOSM(nil), routetest.NewOSRM(nil)
	p.addNominatim(osm.NominatimURL(), osm.PhotonURL(), "waybill-example/1 (maps@waybill.example)", p.start("maps", "osm", speaksOSM, osm, isDigits))
	p.addOSRM(osrm.URL(), p.start("maps", "osrm", speaksOSRM, osrm, isName))
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

// addNominatim builds OpenStreetMap's side for addresses: Nominatim, and Photon for
// what somebody types.
func (p *providers) addNominatim(nominatim, photon, userAgent string, f server) {
	o := osmgeo.Options{PhotonURL: photon, Account: waybill.NewAccount("osm", waybill.Limits{})}
	if f != nil {
		o.HTTPClient = f.Client()
	}
	a, err := osmgeo.New(nominatim, userAgent, &o)
	v := p.maps["osm"]
	v.geo = must(p, a, err)
	p.maps["osm"] = v
}

// addOSRM builds its side for routes.
func (p *providers) addOSRM(url string, f server) {
	o := osrmroute.Options{BaseURL: url, Account: waybill.NewAccount("osrm", waybill.Limits{})}
	if f != nil {
		o.HTTPClient = f.Client()
	}
	r, err := osrmroute.New(&o)
	v := p.maps["osm"]
	v.route = must(p, r, err)
	p.maps["osm"] = v
}
