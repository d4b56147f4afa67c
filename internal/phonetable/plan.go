package main

import (
	"slices"

	"github.com/nyaruka/phonenumbers"
)

// desc is one of a region's descriptions: a pattern and the lengths that it
// admits.
type desc struct {
	p       *pattern
	lengths []int32
}

// region is a region's part of a numbering plan.
type region struct {
	leading *desc // the digits that tell it from its neighbours, or nil
	general *desc
	kinds   []kindDesc // in the library's order
	fixed   *desc
	mobile  *desc
	same    bool // fixed and mobile are not told apart
}

type kindDesc struct {
	kind byte
	d    *desc
}

// plan is a country calling code.
type plan struct {
	code    int
	regions []region
	descs   []*desc // all patterns, whose states make a state of the plan
	// prefix and main are the national prefix and the general pattern of the
	// main region, which the library uses to strip the prefix; rest is main
	// again, as it matches what is left behind a prefix.
	prefix, main, rest *desc
	transforms         bool
	longest            int
}

// The kinds of package sms/phone.
const (
	fixedLine = 1 + iota
	mobile
	fixedLineOrMobile
	tollFree
	premiumRate
	sharedCost
	voip
	personalNumber
	pager
	uan
	voicemail
)

// newPlan reads the metadata of a calling code, its regions in the library's
// order, the main one first.
func newPlan(code int, metadata []*phonenumbers.PhoneMetadata) (*plan, error) {
	p := &plan{code: code}
	var first error
	loose := false
	add := func(expr string, lengths []int32) *desc {
		if expr == "" {
			return nil
		}
		c, err := compile(expr, loose)
		if err != nil && first == nil {
			first = err
		}
		d := &desc{c, lengths}
		p.descs = append(p.descs, d)
		return d
	}
	of := func(d *phonenumbers.PhoneNumberDesc) *desc {
		if d == nil {
			return nil
		}
		return add(d.GetNationalNumberPattern(), d.GetPossibleLength())
	}
	for _, m := range metadata {
		r := region{general: of(m.GetGeneralDesc()), same: m.GetSameMobileAndFixedLinePattern(), fixed: of(m.GetFixedLine()), mobile: of(m.GetMobile())}
		if l := m.GetLeadingDigits(); l != "" {
			r.leading = add("(?:"+l+")[0-9]*", nil)
		}
		for _, k := range []kindDesc{
			{premiumRate, of(m.GetPremiumRate())}, {tollFree, of(m.GetTollFree())}, {sharedCost, of(m.GetSharedCost())}, {voip, of(m.GetVoip())},
			{personalNumber, of(m.GetPersonalNumber())}, {pager, of(m.GetPager())}, {uan, of(m.GetUan())}, {voicemail, of(m.GetVoicemail())},
		} {
			if k.d != nil {
				r.kinds = append(r.kinds, k)
			}
		}
		p.regions = append(p.regions, r)
		for _, l := range m.GetGeneralDesc().GetPossibleLength() {
			p.longest = max(p.longest, int(l))
		}
	}
	main := metadata[0]
	loose = true // a prefix more than there is costs time alone
	p.prefix, p.transforms = add(main.GetNationalPrefixForParsing(), nil), main.GetNationalPrefixTransformRule() != ""
	loose = false
	p.main, p.rest = add(main.GetGeneralDesc().GetNationalNumberPattern(), nil), add(main.GetGeneralDesc().GetNationalNumberPattern(), nil)
	p.longest = min(p.longest, 15-len(digits(code)))
	return p, first
}

// place is a state of a plan: the states of its patterns, and whether the digits
// so far begin with a national prefix.
type place struct {
	at       []int32 // by the order of descs
	prefixed bool
	rests    []int32 // states of rest, one for each end of a prefix, sorted
}

func (p *plan) start() place {
	s := place{at: make([]int32, len(p.descs))}
	for i, d := range p.descs {
		s.at[i] = d.p.start
	}
	return s
}

func (p *plan) step(s place, digit int) place {
	next := place{at: make([]int32, len(s.at)), prefixed: s.prefixed}
	for i, d := range p.descs {
		next.at[i] = d.p.step(s.at[i], digit)
	}
	for _, r := range s.rests {
		if to := p.rest.p.step(r, digit); to != 0 {
			next.rests = append(next.rests, to)
		}
	}
	if p.prefix != nil && p.matches(p.prefix, next) {
		next.prefixed = true
		next.rests = append(next.rests, p.rest.p.start)
	}
	slices.Sort(next.rests)
	next.rests = slices.Compact(next.rests)
	return next
}

func (p *plan) matches(d *desc, s place) bool {
	return d.p.match(s.at[slices.Index(p.descs, d)])
}

// is reports whether the digits match a description, as the library does.
func (p *plan) is(d *desc, s place, length int) bool {
	return d != nil && (len(d.lengths) == 0 || slices.Contains(d.lengths, int32(length))) && p.matches(d, s)
}

// kind returns the kind of the number that ends here, 0 if it is not valid: of
// the first region that claims it.
func (p *plan) kind(s place, length int) byte {
	if len(p.regions) == 1 {
		return p.kindIn(&p.regions[0], s, length)
	}
	for i := range p.regions {
		r := &p.regions[i]
		k := p.kindIn(r, s, length)
		if r.leading != nil && p.matches(r.leading, s) || r.leading == nil && k != 0 {
			return k
		}
	}
	return 0
}

func (p *plan) kindIn(r *region, s place, length int) byte {
	if !p.is(r.general, s, length) {
		return 0
	}
	for _, k := range r.kinds {
		if p.is(k.d, s, length) {
			return k.kind
		}
	}
	fixed := p.is(r.fixed, s, length)
	switch {
	case fixed && (r.same || p.is(r.mobile, s, length)):
		return fixedLineOrMobile
	case fixed:
		return fixedLine
	case !r.same && p.is(r.mobile, s, length):
		return mobile
	}
	return 0
}

// kept reports whether parsing certainly keeps all digits: no national prefix
// is there, or what is left without it is no number while the whole is.
func (p *plan) kept(s place) bool {
	if !s.prefixed {
		return true
	}
	if p.transforms || !p.matches(p.main, s) {
		return false
	}
	return !slices.ContainsFunc(s.rests, p.rest.p.match)
}
