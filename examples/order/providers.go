package main

import (
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
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

// providers are the adapters of all domains, built in mapproviders.go and its
// neighbours. A domain for which the environment
// has credentials gets the real services alone; a fake never stands in for a
// real one. Every other domain gets fakes.
type providers struct {
	list    []endpoint
	fakes   map[string]fake
	closers []func()

	maps         map[string]vendor
	sms, push    []instance
	gateways     []gateway // the fakes of sms that call back
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

// realSender notes one that reaches real people.
func (p *providers) realSender(domain, name, url string) {
	p.realSenders = append(p.realSenders, name)
	p.real(domain, name, url)
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
		if e.name == "osrm" { // OpenStreetMap's routes
			return slices.Index(order, "osm")
		}
		return slices.Index(order, family(e.name))
	}
	slices.SortStableFunc(list, func(a, b endpoint) int { return place(a) - place(b) })
	return list
}

// ranks number the instances in the order in which they are asked.
func (p *providers) ranks(order []string) map[string]int {
	out := map[string]int{}
	for i, e := range p.sorted(order) {
		out[e.name], out[e.name+"-border"] = i, i
	}
	return out
}
