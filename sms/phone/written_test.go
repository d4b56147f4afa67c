package phone

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/waybill-go/waybill/sms"
)

// ways are how one number is written by somebody in a region: each must come to
// what the library makes of the same text.
func ways(p *phonenumbers.PhoneNumber) map[string][2]string {
	e164 := phonenumbers.Format(p, phonenumbers.E164)
	home := phonenumbers.GetRegionCodeForNumber(p)
	national := phonenumbers.Format(p, phonenumbers.NATIONAL)
	significant := phonenumbers.GetNationalSignificantNumber(p)
	international := phonenumbers.Format(p, phonenumbers.INTERNATIONAL)
	digits := e164[1:]
	return map[string][2]string{
		"00 in Europe":          {"00" + digits, "DE"},
		"00 in the mainland":    {"00 " + international[1:], "CN"},
		"011 in America":        {"011 " + international[1:], "US"},
		"0011 in Australia":     {"0011" + digits, "AU"},
		"010 in Japan":          {"010-" + digits, "JP"},
		"810 in Russia":         {"8~10 " + digits, "RU"},
		"00 in Brazil":          {"0014" + digits, "BR"},
		"home":                  {national, home},
		"home, bare":            {significant, home},
		"home, code, no plus":   {digits, home},
		"home, trunk":           {"0" + significant, home},
		"slashes":               {strings.NewReplacer(" ", "/", "-", ".").Replace(national), home},
		"from the US":           {phonenumbers.FormatOutOfCountryCallingNumber(p, "US"), "US"},
		"from Singapore":        {phonenumbers.FormatOutOfCountryCallingNumber(p, "SG"), "SG"},
		"from a mobile":         {phonenumbers.FormatNumberForMobileDialing(p, home, true), home},
		"extension":             {national + " ext. 1234", home},
		"extension x":           {international + " x1234", ""},
		"extension of a link":   {phonenumbers.Format(p, phonenumbers.RFC3966) + ";ext=1234", ""},
		"extension, full width": {national + "ｅｘｔｎ　７", home},
		"extension in Russian":  {national + " доб. 7", home},
		"link":                  {phonenumbers.Format(p, phonenumbers.RFC3966), ""},
		"zero in brackets":      {"+" + string(digits[:len(digits)-len(significant)]) + "(0)" + significant, home},
		"words before":          {"Call " + international, ""},
		"without a region":      {national, ""},
		"an unknown region":     {e164, "ZZ"},
	}
}

// Every example of every region and kind, however it is written, is what the
// library says. Every third pair is compared; with WAYBILL_TEST_PHONE=all it is
// each.
func TestWrittenInEveryWay(t *testing.T) {
	compared, refused := 0, 0
	for i, p := range examples(t) {
		all := ways(p)
		for k, name := range slices.Sorted(maps.Keys(all)) {
			if (i+k)%(3*thinned) != 0 && os.Getenv("WAYBILL_TEST_PHONE") != "all" {
				continue
			}
			way := all[name]
			raw, region := way[0], way[1]
			want, wantErr := phonenumbers.Parse(raw, region)
			got, err := Parse(raw, region)
			text := ""
			if wantErr == nil {
				text = phonenumbers.Format(want, phonenumbers.E164)
			}
			switch long := len(text) > 1+e164Digits || strings.HasPrefix(text, "+0"); {
			case wantErr != nil || long:
				refused++
				if err == nil {
					t.Errorf("calling code %d, %s: the library says %v", p.GetCountryCode(), name, wantErr)
				}
			case err != nil || string(got) != text:
				t.Errorf("calling code %d, %s: %v, or another number", p.GetCountryCode(), name, err)
			}
			compared++
		}
	}
	t.Logf("%d compared, %d of them refused by both", compared, refused)
	if compared < 10000/thinned {
		t.Errorf("only %d compared", compared)
	}
}

// What typing, copying and other scripts put around and into a number
// changes nothing: the answer is that of the plain text. A tenth of the examples
// wears each; with WAYBILL_TEST_PHONE=all it is every one.
func TestDressedNumbers(t *testing.T) {
	wide := func(s string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case r >= '0' && r <= '9' || r == '+' || r == '(' || r == ')' || r == '-':
				return r - '!' + '！'
			case r == ' ':
				return '\u3000'
			}
			return r
		}, s)
	}
	script := func(zero rune) func(string) string {
		return func(s string) string {
			return strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return zero + r - '0'
				}
				return r
			}, s)
		}
	}
	around := func(before, behind string) func(string) string {
		return func(s string) string { return before + s + behind }
	}
	replace := func(old, new string) func(string) string {
		return func(s string) string { return strings.ReplaceAll(s, old, new) }
	}
	for name, dress := range map[string]func(string) string{
		"full width": wide, "Arabic-Indic": script('٠'), "Persian": script('۰'), "Devanagari": script('०'), "Thai": script('๐'), "Khmer": script('០'),
		"right to left": around("\u200f", "\u200f"), "embedded": around("\u202b", "\u202c"), "isolated": around("\u2068", "\u2069"),
		"byte order mark": around("\ufeff", ""), "quoted": around("“", "”"), "in brackets": around("<", ">"), "a sentence": around("", "."),
		"a line": around("\t", "\r\n"), "blanks that do not break": replace(" ", "\u00a0"),
		"hyphens that do not break": replace("-", "\u2011"), "dashes": replace("-", "–"), "a soft hyphen": replace("-", "\u00ad"), "word joiners": replace(" ", "\u2060"),
	} {
		t.Run(name, func(t *testing.T) {
			for i, p := range examples(t) {
				if (i+len(name))%(10*thinned) != 0 && os.Getenv("WAYBILL_TEST_PHONE") != "all" {
					continue
				}
				for _, style := range []phonenumbers.PhoneNumberFormat{phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL} {
					raw, region := phonenumbers.Format(p, style), phonenumbers.GetRegionCodeForNumber(p)
					want, wantErr := Parse(raw, region)
					got, err := Parse(dress(raw), region)
					if got != want || (err == nil) != (wantErr == nil) {
						t.Fatalf("calling code %d: %v, plain %v, the same number: %t", p.GetCountryCode(), err, wantErr, got == want)
					}
				}
			}
		})
	}
}

// The plans that are special: what is kept, put in and taken away.
func TestPeculiarPlans(t *testing.T) {
	for name, c := range map[string]struct {
		raw, region string
		want        sms.Number
	}{
		"Italy, fixed, from abroad":         {"+39 02 3661 8300", "", "+390236618300"},
		"Italy, mobile has no zero":         {"347 123 4567", "IT", "+393471234567"},
		"Vatican":                           {"06 6981 2345", "VA", "+390669812345"},
		"San Marino puts its area in front": {"912345", "SM", "+3780549912345"},
		"Ivory Coast":                       {"01 23 45 67 89", "CI", "+2250123456789"},
		"Mexico, as it was written":         {"+52 1 55 1234 5678", "", "+5215512345678"},
		"Argentina, from abroad":            {"+54 9 11 2345 6789", "", "+5491123456789"},
		"Argentina, 15 at home":             {"0343 15 555 1212", "AR", "+5493435551212"},
		"Argentina, fixed":                  {"011 4321 1234", "AR", "+541143211234"},
		"Brazil, carrier":                   {"0 41 11 91234-5678", "BR", "+5511912345678"},
		"Costa Rica, carrier":               {"1900 8312 3456", "CR", "+50683123456"},
		"Russia and eight":                  {"8 912 345-67-89", "RU", "+79123456789"},
		"Belarus and eight":                 {"8 029 491 19 11", "BY", "+375294911911"},
		"Belarus, toll-free eight":          {"8 800 333 3333", "BY", "+3758003333333"},
		"Hungary and 06":                    {"06 20 123 4567", "HU", "+36201234567"},
		"Lithuania and eight":               {"8 612 34567", "LT", "+37061234567"},
		"Australia, area alone":             {"02 9876 5432", "AU", "+61298765432"},
		"Bermuda, ten digits":               {"441 234 5678", "BM", "+14412345678"},
		"the vanity of a calling card":      {"1-800-GOT-MILK", "US", "+18004686455"},
		"universal freephone":               {"+800 1234 5678", "", "+80012345678"},
		"a short code is kept as it is":     {"12345", "US", "+112345"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(c.raw, c.region)
			p, wantErr := phonenumbers.Parse(c.raw, c.region)
			if err != nil || wantErr != nil {
				t.Fatalf("%v, the library %v", err, wantErr)
			}
			if text := phonenumbers.Format(p, phonenumbers.E164); string(got) != text {
				t.Errorf("%s, the library %s", got, text)
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
