// Command phonetable writes the automaton by which package sms/phone recognises
// canonical valid numbers, made of the metadata of the library that it uses.
//
//	go run ./internal/phonetable > sms/phone/valid.bin
//
// The file is a table of nodes. Node 0 is where no valid number can begin any
// more, node 1 the beginning. First come the ten successors of each node, as
// little-endian numbers of 16 bits; then one byte each: the kind of the number
// that ends there, 0 if none does, 16 more if parsing might change it, and 32 more
// if the library does not call its length possible, which it judges by the main
// region of the calling code alone.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

func main() {
	b, err := table()
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(b); err != nil {
		log.Fatal(err)
	}
}

// What is added to the kind: parsing might change the number; its length is not
// called possible.
const (
	slow = 16
	long = 32
)

// node is a node of the minimal automaton.
type node struct {
	next [10]int
	out  byte
}

// graph holds the nodes, no two of which are equal: it is acyclic, so that the
// automaton is minimal.
type graph struct {
	nodes []node
	index map[node]int
}

func (g *graph) add(n node) int {
	if i, ok := g.index[n]; ok {
		return i
	}
	g.nodes = append(g.nodes, n)
	g.index[n] = len(g.nodes) - 1
	return g.index[n]
}

// grow returns the node of a place after length digits.
func (g *graph) grow(p *plan, s place, length int, seen map[string]int) int {
	if !slices.ContainsFunc(s.at, func(at int32) bool { return at != 0 }) {
		return 0
	}
	key := string(fmt.Append(nil, length, s))
	if i, ok := seen[key]; ok {
		return i
	}
	var n node
	if n.out = p.kind(s, length); n.out != 0 {
		if !p.kept(s) {
			n.out |= slow
		}
		if !slices.Contains(p.regions[0].general.lengths, int32(length)) {
			n.out |= long
		}
	}
	if length < p.longest {
		for d := range n.next {
			n.next[d] = g.grow(p, p.step(s, d), length+1, seen)
		}
	}
	i := g.add(n)
	seen[key] = i
	return i
}

func digits(code int) string { return strconv.Itoa(code) }

// table makes the file.
func table() ([]byte, error) {
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		return nil, err
	}
	byID := map[string]*phonenumbers.PhoneMetadata{}
	for _, m := range collection.GetMetadata() {
		id := m.GetId()
		if id == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
			id += digits(int(m.GetCountryCode()))
		}
		byID[id] = m
	}
	g := &graph{nodes: make([]node, 2), index: map[node]int{{}: 0}}
	codes := map[string]int{}
	for _, code := range slices.Sorted(maps.Keys(phonenumbers.GetSupportedCallingCodes())) {
		var metadata []*phonenumbers.PhoneMetadata
		for _, id := range phonenumbers.GetRegionCodesForCountryCode(code) {
			if id == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
				id += digits(code)
			}
			if byID[id] == nil {
				return nil, errors.New("there is no metadata of " + id)
			}
			metadata = append(metadata, byID[id])
		}
		p, err := newPlan(code, metadata)
		if err != nil {
			return nil, err
		}
		codes[digits(code)] = g.grow(p, p.start(), 0, map[string]int{})
	}
	g.nodes[1] = node{next: branches(g, codes, "")}
	if len(g.nodes) > 1<<16 {
		return nil, fmt.Errorf("%d nodes are too many", len(g.nodes))
	}
	var out bytes.Buffer
	for _, n := range g.nodes {
		for _, to := range n.next {
			out.Write(binary.LittleEndian.AppendUint16(nil, uint16(to)))
		}
	}
	for _, n := range g.nodes {
		out.WriteByte(n.out)
	}
	return out.Bytes(), nil
}

// branches returns where the digits behind a beginning of calling codes lead.
func branches(g *graph, codes map[string]int, begin string) (next [10]int) {
	for d := range next {
		code := begin + digits(d)
		if to, ok := codes[code]; ok {
			next[d] = to
			continue
		}
		for other := range codes {
			if strings.HasPrefix(other, code) {
				next[d] = g.add(node{next: branches(g, codes, code)})
				break
			}
		}
	}
	return next
}
