package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// The table in package sms/phone is that of the library's present metadata.
func TestTableIsCurrent(t *testing.T) {
	want, err := table()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../sms/phone/valid.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the table differs from the metadata; run go generate ./sms/phone")
	}
}

func run(p *pattern, s string) bool {
	at := p.start
	for i := range len(s) {
		at = p.step(at, int(s[i]-'0'))
	}
	return p.match(at)
}

func TestPatternsMatchAsRegexpDoes(t *testing.T) {
	for _, expr := range []string{"1", "1?", "[2-9]\\d{2}", "(?:12|3[4-6])\\d{1,3}", "0+|1*", "(1(2)?)3", "\\d{3,5}", "1(?:2(?:3|4)|5)6?"} {
		p, err := compile(expr, false)
		if err != nil {
			t.Fatal(err)
		}
		re := regexp.MustCompile("^(?:" + expr + ")$")
		for _, s := range []string{"", "0", "1", "00", "12", "13", "123", "1236", "124", "156", "15", "200", "999", "34", "345", "36999", "12345", "123456", "1111", "0001"} {
			if run(p, s) != re.MatchString(s) {
				t.Errorf("%s of %q: %v", expr, s, run(p, s))
			}
		}
	}
}

func TestCompile(t *testing.T) {
	if _, err := compile("12$|3", false); err == nil {
		t.Error("a pattern that looks at the end")
	}
	p, err := compile("12$|3", true)
	if err != nil || !run(p, "12") || !run(p, "3") || run(p, "1") {
		t.Errorf("%v", err)
	}
	if _, err := compile("(", false); err == nil {
		t.Error("no pattern")
	}
}

func description(pattern string, lengths ...int32) *phonenumbers.PhoneNumberDesc {
	return &phonenumbers.PhoneNumberDesc{NationalNumberPattern: &pattern, PossibleLength: lengths}
}

// A number may begin with what is a national prefix, too: where what is left is
// a number, parsing takes it away.
func TestPrefixes(t *testing.T) {
	prefix, rule, leading := "8", "9$1", "7"
	plain := &phonenumbers.PhoneMetadata{GeneralDesc: description(`[2-9]\d{2,3}`, 3, 4), FixedLine: description(`[2-7]\d{2,3}`), Mobile: description(`[89]\d{2,3}`), NationalPrefixForParsing: &prefix}
	transforming := &phonenumbers.PhoneMetadata{GeneralDesc: plain.GeneralDesc, FixedLine: plain.FixedLine, Mobile: plain.Mobile, NationalPrefixForParsing: &prefix, NationalPrefixTransformRule: &rule}
	neighbour := &phonenumbers.PhoneMetadata{GeneralDesc: description(`7\d{3}`, 4), Mobile: description(`7\d{3}`), LeadingDigits: &leading}
	for name, x := range map[string]struct {
		metadata []*phonenumbers.PhoneMetadata
		number   string
		kind     byte
		kept     bool
	}{
		"no prefix":                 {[]*phonenumbers.PhoneMetadata{plain}, "2345", fixedLine, true},
		"a number is left":          {[]*phonenumbers.PhoneMetadata{plain}, "8345", mobile, false},
		"no number is left":         {[]*phonenumbers.PhoneMetadata{plain}, "8145", mobile, true},
		"too few are left":          {[]*phonenumbers.PhoneMetadata{plain}, "834", mobile, true},
		"a rule changes more":       {[]*phonenumbers.PhoneMetadata{transforming}, "8145", mobile, false},
		"not valid":                 {[]*phonenumbers.PhoneMetadata{plain}, "1345", 0, true},
		"the wrong length":          {[]*phonenumbers.PhoneMetadata{plain}, "23456", 0, true},
		"the neighbour's":           {[]*phonenumbers.PhoneMetadata{neighbour, plain}, "7345", mobile, true},
		"claimed by leading digits": {[]*phonenumbers.PhoneMetadata{neighbour, plain}, "734", 0, true},
		"the other's":               {[]*phonenumbers.PhoneMetadata{neighbour, plain}, "2345", fixedLine, true},
	} {
		p, err := newPlan(99, x.metadata)
		if err != nil {
			t.Fatal(err)
		}
		s := p.start()
		for _, d := range x.number {
			s = p.step(s, int(d-'0'))
		}
		if k := p.kind(s, len(x.number)); k != x.kind || p.kept(s) != x.kept {
			t.Errorf("%s: kind %d, kept %v", name, k, p.kept(s))
		}
	}
	broken := &phonenumbers.PhoneMetadata{GeneralDesc: description("^1")}
	if _, err := newPlan(99, []*phonenumbers.PhoneMetadata{broken}); err == nil || !strings.Contains(err.Error(), "^1") {
		t.Errorf("%v", err)
	}
}
