package main

import (
	"fmt"
	"regexp/syntax"
	"slices"
)

// pattern is a regular expression over digits as a deterministic automaton that
// is made as far as it is used. State 0 is where nothing can match any more.
type pattern struct {
	prog   *syntax.Prog
	states []state
	byKey  map[string]int32
	start  int32
}

// state is a set of places in the program.
type state struct {
	places []uint32
	match  bool
	next   [10]int32 // -1 where not made yet
}

// compile returns the automaton of a whole match. loose takes what looks at the
// end of the text for true, so that the automaton matches more than the pattern.
func compile(expr string, loose bool) (*pattern, error) {
	re, err := syntax.Parse("(?:"+expr+")", syntax.Perl)
	if err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, err
	}
	for _, i := range prog.Inst {
		if i.Op == syntax.InstEmptyWidth && !loose {
			return nil, fmt.Errorf("%q looks beside the digits", expr)
		}
	}
	p := &pattern{prog: prog, byKey: map[string]int32{}}
	p.intern(nil, false)
	p.start = p.closure([]uint32{uint32(prog.Start)})
	return p, nil
}

// intern returns the state of a sorted set of places.
func (p *pattern) intern(places []uint32, match bool) int32 {
	key := fmt.Sprint(places, match)
	if s, ok := p.byKey[key]; ok {
		return s
	}
	s := state{places: places, match: match}
	for d := range s.next {
		s.next[d] = -1
	}
	p.states = append(p.states, s)
	p.byKey[key] = int32(len(p.states) - 1)
	return p.byKey[key]
}

// closure follows all that takes no digit.
func (p *pattern) closure(todo []uint32) int32 {
	var places []uint32
	match := false
	seen := map[uint32]bool{}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[at] {
			continue
		}
		seen[at] = true
		switch i := &p.prog.Inst[at]; i.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			todo = append(todo, i.Out, i.Arg)
		case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
			todo = append(todo, i.Out)
		case syntax.InstMatch:
			match = true
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			places = append(places, at)
		}
	}
	slices.Sort(places)
	return p.intern(places, match)
}

// step returns the state after a digit.
func (p *pattern) step(s int32, digit int) int32 {
	if to := p.states[s].next[digit]; to >= 0 {
		return to
	}
	var out []uint32
	for _, at := range p.states[s].places {
		if i := &p.prog.Inst[at]; i.MatchRune(rune('0' + digit)) {
			out = append(out, i.Out)
		}
	}
	to := int32(0)
	if len(out) > 0 {
		to = p.closure(out)
	}
	p.states[s].next[digit] = to
	return to
}

func (p *pattern) match(s int32) bool { return p.states[s].match }
