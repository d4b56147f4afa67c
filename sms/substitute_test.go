package sms

import (
	"strings"
	"testing"
)

func TestToGSM(t *testing.T) {
	for name, c := range map[string]struct {
		in, want string
		ok       bool
	}{
		"nothing to do":              {"Hello {€}", "Hello {€}", true},
		"empty":                      {"", "", true},
		"curly quotes":               {"“It’s here,” she said", "\"It's here,\" she said", true},
		"dashes":                     {"9–10 am — today", "9-10 am - today", true},
		"ellipsis":                   {"wait…", "wait...", true},
		"blanks":                     {"5\u00a0kg\u20097\tx\u3000y", "5 kg 7 x y", true},
		"invisible":                  {"\ufeffa\u200bb\u00adc\u200fd", "abcd", true},
		"backtick":                   {"`x`", "'x'", true},
		"lines":                      {"a\u2028b", "a\nb", true},
		"full width":                 {"Ａ１！［｀～", "A1!['~", true},
		"bullets":                    {"• one", "* one", true},
		"composed accents":           {"cafe\u0301, man\u0303ana, A\u030angstro\u0308m, C\u0327", "café, mañana, Ångström, Ç", true},
		"signs":                      {"5 \u2126, 2 \u212B", "5 Ω, 2 Å", true},
		"cedilla stays, so all does": {"façade “x”", "façade “x”", false},
		"accent with no home":        {"a\u0301…", "a\u0301…", false},
		"accent twice":               {"e\u0301\u0301", "e\u0301\u0301", false},
		"accent first":               {"\u0301e", "\u0301e", false},
		"Portuguese stays":           {"São Paulo…", "São Paulo…", false},
		"Chinese stays":              {"您好…", "您好…", false},
		"emoji stays":                {"ok… 😀", "ok… 😀", false},
		"broken UTF-8 stays":         {"ok…\xff", "ok…\xff", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := ToGSM(c.in)
			if got != c.want || ok != c.ok {
				t.Errorf("got %q, %v; want %q, %v", got, ok, c.want, c.ok)
			}
			if again, _ := ToGSM(got); again != got {
				t.Errorf("a second time gives %q", again)
			}
		})
	}
}

// Every replacement must itself be in the alphabet, and nothing that is in it
// may be replaced.
func TestToGSMReplacesOnlyWhatDoesNotFit(t *testing.T) {
	for r := range rune(0x10000) {
		plain, ok := plainOf(r)
		if !ok {
			continue
		}
		if septetOf(r) != noSeptet {
			t.Errorf("%q is in the alphabet and would be replaced", r)
		}
		if EncodingOf(plain) != GSM7 {
			t.Errorf("%q becomes %q, which does not fit", r, plain)
		}
	}
	for _, accent := range []rune{graveAccent, acuteAccent, tildeAccent, diaeresis, ringAbove, cedilla} {
		for letter := range rune(128) {
			if r := composed(letter, accent); r != 0 && septetOf(r) == noSeptet {
				t.Errorf("%q is not in the alphabet", r)
			}
		}
	}
	if composed('a', 'b') != 0 || composed('q', graveAccent) != 0 {
		t.Error("something is composed of nothing")
	}
}

func TestToGSMSavesAPart(t *testing.T) {
	text := strings.Repeat("a", 70) + "’"
	before, _ := Count(text)
	plain, _ := ToGSM(text)
	after, _ := Count(plain)
	if before.Count != 2 || after.Count != 1 {
		t.Errorf("%d parts, then %d", before.Count, after.Count)
	}
}
