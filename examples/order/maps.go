package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// borderLane is the lane of trips across the mainland's border. A provider
// behind it is asked for such trips and for no others.
const borderLane = "border"

// mapOrder is the order in which map vendors are asked without -maps.
func mapOrder() []string { return []string{"amap", "baidu", "google", "osm"} }

// newMaps builds the clients for addresses and routes. Which vendor serves where
// is said here and nowhere else in this program.
func newMaps(p *providers, order []string) (*geo.Client, *route.Client, error) {
	addresses, routes := []geo.Option{geo.WithDefaultRegion("CN")}, []route.Option{}
	if !p.realMaps { // all vendors at once on this machine, which may be a slow one
		patient := waybill.Policy{AttemptTimeout: 3 * time.Second}
		addresses, routes = append(addresses, geo.WithPolicy(patient)), append(routes, route.WithPolicy(patient))
	}
	for _, name := range order {
		g, r := withVendor(p, name)
		addresses, routes = append(addresses, g...), append(routes, r...)
	}
	a, err := geo.New(addresses...)
	if err != nil {
		return nil, nil, err
	}
	r, err := route.New(routes...)
	return a, r, err
}

// withVendor is what a vendor adds to the constructors. The program prints these
// very lines when -maps changes their order.
func withVendor(p *providers, name string) (addresses []geo.Option, routes []route.Option) {
	amap, baidu, google, googleB, osm := p.maps["amap"], p.maps["baidu"], p.maps["google"], p.maps["google-b"], p.maps["osm"]
	switch {
	case p.maps[name] == vendor{}: // no key for it
	case name == "amap":
		addresses = []geo.Option{
			geo.With(amap.geo, geo.As("amap"), geo.In("CN")),
		}
		routes = []route.Option{
			route.With(amap.route, route.As("amap"), route.In("CN", "HK", "MO")),
		}
	case name == "baidu":
		addresses = []geo.Option{
			geo.With(baidu.geo, geo.As("baidu"), geo.In("CN")),
		}
		routes = []route.Option{
			route.With(baidu.route, route.As("baidu"), route.In("CN")),
		}
	case name == "google":
		addresses = []geo.Option{
			geo.With(google.geo, geo.As("google"), geo.Outside("CN")),
		}
		routes = []route.Option{
			route.With(google.route, route.As("google"), route.Outside("CN")),
			route.With(google.border, route.As("google-border"), waybill.ForLanes(borderLane)),
		}
		if googleB.geo != nil {
			addresses = append(addresses,
				geo.With(googleB.geo, geo.As("google-b"), geo.Outside("CN")),
			)
			routes = append(routes,
				route.With(googleB.route, route.As("google-b"), route.Outside("CN")),
			)
		}
	case name == "osm":
		if osm.geo != nil {
			addresses = append(addresses,
				geo.With(osm.geo, geo.As("osm"), geo.Outside("CN")),
			)
		}
		if osm.route != nil {
			routes = append(routes,
				route.With(osm.route, route.As("osrm"), route.Outside("CN")),
				route.With(osm.route, route.As("osrm-border"), waybill.ForLanes(borderLane)),
			)
		}
	}
	return addresses, routes
}

// parseMaps reads -maps: the vendors named come first, the others behind them.
func parseMaps(flag string) ([]string, error) {
	var order []string
	for name := range strings.SplitSeq(flag, ",") {
		name = strings.TrimSpace(name)
		switch {
		case name == "":
		case !slices.Contains(mapOrder(), name):
			return nil, fmt.Errorf("-maps: %q is none of %s", name, strings.Join(mapOrder(), ", "))
		case slices.Contains(order, name):
			return nil, fmt.Errorf("-maps: %s is there twice", name)
		default:
			order = append(order, name)
		}
	}
	for _, name := range mapOrder() {
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	return order, nil
}

// This file, so that the lines that are printed are those that run.
//
//go:embed maps.go
var mapsSource string

// constructorLines are the lines of a client's constructor that begin with the
// given call ("geo.With(") in an order of vendors.
func constructorLines(call string, order []string) []string {
	var out []string
	for _, name := range order {
		_, block, _ := strings.Cut(mapsSource, "\tcase name == \""+name+"\":\n")
		block, _, _ = strings.Cut(block, "\tcase ")
		block, _, _ = strings.Cut(block, "\n\treturn ")
		for line := range strings.Lines(block) {
			if at := strings.Index(line, call); at >= 0 {
				out = append(out, strings.TrimSpace(line[at:]))
			}
		}
	}
	return out
}

// changedLines shows what -maps changes in the constructors, as a diff.
func changedLines(order []string) []string {
	if slices.Equal(order, mapOrder()) {
		return nil
	}
	var out []string
	for _, call := range []string{"geo.With(", "route.With("} {
		before, after := constructorLines(call, mapOrder()), constructorLines(call, order)
		from, to := 0, 0
		for from < len(before) && before[from] == after[from] {
			from++
		}
		for to < len(before)-from && before[len(before)-1-to] == after[len(after)-1-to] {
			to++
		}
		for _, l := range before[from : len(before)-to] {
			out = append(out, "- "+l)
		}
		for _, l := range after[from : len(after)-to] {
			out = append(out, "+ "+l)
		}
	}
	return out
}
