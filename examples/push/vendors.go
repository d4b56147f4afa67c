package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// maker makes the adapter of a vendor. Further vendors are further rows of makers; a
// token goes to the one that takes it.
type maker struct {
	// name is what -vendors calls it, and how a line of its tokens begins.
	name string
	// needs are the environment's variables that the real one needs, with what they
	// hold. When the first is not set, the vendor is a fake in this process.
	needs []variable
	// real makes the adapter of the variables' values, fake that of a fake, with the
	// fake's end.
	real func(e *environment) (waybill.Provider, error)
	fake func() (waybill.Provider, func(), error)
	// sample is the n-th token of the fake; the one of goneToken is uninstalled.
	sample func(n int) string
}

// variable is one of the environment.
type variable struct{ name, holds string }

// environment reads variables and notes what is wrong with them.
type environment struct {
	getenv func(string) string
	err    error
}

// text is a variable's value, which must be there.
func (e *environment) text(name string) string {
	v := e.getenv(name)
	if v == "" && e.err == nil {
		e.err = fmt.Errorf("%s is not set", name)
	}
	return v
}

// file is the content of the file that a variable names, nil where it names none.
func (e *environment) file(name string) []byte {
	path := e.getenv(name)
	if path == "" {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("%s: %w", name, err)
	}
	return b
}

// vendors are the adapters, real or on fakes, behind one client.
type vendors struct {
	client *push.Client
	fakes  []string
	ends   []func()
}

// newVendors makes the adapters of the vendors that are named, of all when none is.
func newVendors(getenv func(string) string, only []string, batch int) (*vendors, error) {
	v := &vendors{}
	options := []push.Option{push.WithMaxBatch(batch)}
	for _, name := range only {
		if !slices.ContainsFunc(makers(), func(r maker) bool { return r.name == name }) {
			return nil, fmt.Errorf("-vendors: %q is none of %s", name, makerNames())
		}
	}
	for _, r := range makers() {
		if len(only) > 0 && !slices.Contains(only, r.name) {
			continue
		}
		p, err := v.adapter(r, getenv)
		if err != nil {
			v.close()
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		options = append(options, push.With(p, push.As(r.name)))
	}
	var err error
	if v.client, err = push.New(options...); err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

func (v *vendors) adapter(r maker, getenv func(string) string) (waybill.Provider, error) {
	if getenv(r.needs[0].name) == "" {
		p, end, err := r.fake()
		v.fakes = append(v.fakes, r.name)
		if end != nil {
			v.ends = append(v.ends, end)
		}
		return p, err
	}
	e := &environment{getenv: getenv}
	p, err := r.real(e)
	if e.err != nil { // rather than what the adapter says of an empty setting
		return nil, e.err
	}
	return p, err
}

func (v *vendors) close() {
	if v.client != nil {
		_ = v.client.Close(context.Background())
	}
	for _, end := range v.ends {
		end()
	}
}

// makerNames are the names that -vendors takes.
func makerNames() string {
	var out []string
	for _, r := range makers() {
		out = append(out, r.name)
	}
	return strings.Join(out, ", ")
}

// variables is the usage of the environment.
func variables() string {
	var b strings.Builder
	for _, r := range makers() {
		for _, v := range r.needs {
			fmt.Fprintf(&b, "  %-24s %s\n", v.name, v.holds)
		}
	}
	return b.String()
}
