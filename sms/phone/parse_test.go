package phone

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

func TestParseAsPeopleWrite(t *testing.T) {
	for name, c := range map[string]struct {
		raw, region string
		want        sms.Number
	}{
		"old mainland number":         {"13800138000", "CN", "+8613800138000"},
		"mainland with blanks":        {"138 0013 8000", "CN", "+8613800138000"},
		"mainland with code, no plus": {"8613800138000", "CN", "+8613800138000"},
		"mainland with double zero":   {"008613800138000", "CN", "+8613800138000"},
		"mainland fixed line":         {"010-6552 9988", "CN", "+861065529988"},
		"mainland from the US":        {"011 86 138 0013 8000", "US", "+8613800138000"},
		"canonical, any region":       {"+8613800138000", "US", "+8613800138000"},
		"canonical, no region":        {"+8613800138000", "", "+8613800138000"},
		"canonical, unknown region":   {"+8613800138000", "XX", "+8613800138000"},
		"Hong Kong":                   {"6123 4567", "HK", "+85261234567"},
		"Macau":                       {"(853) 6612-3456", "MO", "+85366123456"},
		"Taiwan with trunk zero":      {"0912-345-678", "TW", "+886912345678"},
		"London":                      {"(020) 7031 3000", "GB", "+442070313000"},
		"London with both":            {"+44 (0)20 7031 3000", "", "+442070313000"},
		"Italy keeps its zero":        {"02 3661 8300", "IT", "+390236618300"},
		"Russia with eight":           {"8 (916) 123-45-67", "RU", "+79161234567"},
		"Kazakhstan":                  {"8 701 234 5678", "KZ", "+77012345678"},
		"Mexico":                      {"55 1234 5678", "MX", "+525512345678"},
		"Argentina mobile":            {"011 15-2312-3456", "AR", "+5491123123456"},
		"Brazil with carrier":         {"0 15 11 96123-4567", "BR", "+5511961234567"},
		"vanity":                      {"1-800-FLOWERS", "US", "+18003569377"},
		"with extension":              {"(212) 555-0123 ext. 45", "US", "+12125550123"},
		"link":                        {"tel:+1-212-555-0123", "", "+12125550123"},
		"link with context":           {"tel:212-555-0123;phone-context=+1", "", "+12125550123"},
		"link with domain":            {"tel:2125550123;phone-context=example.com", "US", "+12125550123"},
		"text before":                 {"Tel.: +86 138 0013 8000", "", "+8613800138000"},
		"full width":                  {"＋８６　１３８００１３８０００", "", "+8613800138000"},
		"full width, national":        {"１３８００１３８０００", "CN", "+8613800138000"},
		"Arabic-Indic":                {"+٩٦٦٥٠١٢٣٤٥٦٧", "", "+966501234567"},
		"Persian":                     {"۰۹۱۲۳۴۵۶۷۸۹", "IR", "+989123456789"},
		"Devanagari":                  {"+९१ ८१२३४ ५६७८९", "", "+918123456789"},
		"Devanagari, national":        {"०८१२३४५६७८९", "IN", "+918123456789"},
		"Bengali":                     {"০১৮১২৩৪৫৬৭৮", "BD", "+8801812345678"},
		"Thai":                        {"๐๘๑ ๒๓๔ ๕๖๗๘", "TH", "+66812345678"},
		"Khmer":                       {"០៩១ ២៣៤ ៥៦៧", "KH", "+85591234567"},
		"Lao":                         {"໐໒໐ ໒໓ ໑໒໓ ໔໕໖", "LA", "+8562023123456"},
		"Myanmar":                     {"၀၉ ၂၁၂ ၃၄၅၆", "MM", "+9592123456"},
		"mixed scripts":               {"+९1 ８१२३४ 56७८9", "", "+918123456789"},
		"mathematical digits":         {"+𝟠𝟞𝟙𝟛𝟠𝟘𝟘𝟙𝟛𝟠𝟘𝟘𝟘", "", "+8613800138000"},
		"quoted":                      {`"+86 138 0013 8000"`, "", "+8613800138000"},
		"in angle brackets":           {"<+86 138 0013 8000>", "", "+8613800138000"},
		"newline behind":              {"138 0013 8000\r\n", "CN", "+8613800138000"},
		"comma behind":                {"13800138000,", "CN", "+8613800138000"},
		"semicolon behind":            {"13800138000;", "CN", "+8613800138000"},
		"punctuation behind":          {"13800138000 ?!", "CN", "+8613800138000"},
		"plus behind":                 {"13800138000+", "CN", "+8613800138000"},
		"bidi marks around":           {"\u202a+86 138 0013 8000\u202c", "", "+8613800138000"},
		"full-width stop behind":      {"13800138000。", "CN", "+8613800138000"},
		"emoji behind":                {"13800138000 📱", "CN", "+8613800138000"},
		"Thai with junk behind":       {"๐๘๑๒๓๔๕๖๗๘\"", "TH", "+66812345678"},
		"249 characters around":       {strings.Repeat(" ", 238) + "13800138000", "CN", "+8613800138000"},
		"possible, not valid":         {"+8612000138000", "", "+8612000138000"},
		"too short for a phone":       {"110", "CN", "+86110"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(c.raw, c.region)
			if err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for name, c := range map[string]struct {
		raw, region string
		want        Reason
	}{
		"empty":                      {"", "CN", NotNumber},
		"blank":                      {"   ", "CN", NotNumber},
		"words":                      {"call me", "CN", NotNumber},
		"one digit":                  {"1", "CN", NotNumber},
		"hash alone":                 {"#", "CN", NotNumber},
		"two numbers by a letter":    {"13800138000 u 13800138001", "CN", TooLong},
		"no region":                  {"13800138000", "", InvalidCountry},
		"unknown region":             {"13800138000", "XX", InvalidCountry},
		"region in small letters":    {"13800138000", "cn", InvalidCountry},
		"plus inside, no region":     {"1+3800138000", "", NotNumber},
		"spare calling code":         {"+999 1380 0138", "CN", InvalidCountry},
		"zero as calling code":       {"+0 1380 0138", "", InvalidCountry},
		"too short behind the IDD":   {"0086", "CN", TooShort},
		"too short behind the plus":  {"+861", "", TooShort},
		"eighteen national digits":   {"+86 138001380001380013", "", TooLong},
		"sixteen digits":             {"+86 13800138000123", "", TooLong},
		"251 characters":             {strings.Repeat(" ", 240) + "13800138000", "CN", TooLong},
		"251 characters of Chinese":  {strings.Repeat("中", 240) + "13800138000", "CN", TooLong},
		"very long":                  {strings.Repeat("1", 1<<20), "CN", TooLong},
		"broken context":             {"tel:13800138000;phone-context=", "CN", NotNumber},
		"broken UTF-8":               {"\xff\xfe", "CN", NotNumber},
		"broken UTF-8 in the middle": {"138\xff00138000", "CN", NotNumber},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := Parse(c.raw, c.region)
			if n != "" {
				t.Fatal("a number was returned with an error")
			}
			var r Reason
			if !errors.As(err, &r) || r != c.want {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			var e *waybill.Error
			if !errors.As(err, &e) || e.Code != waybill.InvalidArgument || e.Delivery != waybill.NotSent || e.Scope != waybill.ScopeRequest {
				t.Fatalf("got %#v", err)
			}
			if text := fmt.Sprintf("%v %+v %#v %v", err, err, err, r); strings.Contains(text, "13") || !strings.Contains(text, c.want.Error()) {
				t.Errorf("text %q", text)
			}
			if Possible(c.raw, c.region) {
				t.Error("it is said to be possible")
			}
		})
	}
	if Reason(0).Error() != "" || Reason(99).Error() != "" {
		t.Error("a reason without a name has a text")
	}
}

func TestPossible(t *testing.T) {
	for name, c := range map[string]struct {
		raw, region string
		want        bool
	}{
		"valid":              {"13800138000", "CN", true},
		"new block":          {"12000138000", "CN", true},
		"local part alone":   {"6552 9988", "CN", true},
		"service number":     {"110", "CN", false},
		"one digit too many": {"138001380001", "CN", true},
		"far too many":       {"1380013800012", "CN", false},
		"Devanagari":         {"०८१२३४५६७८९", "IN", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Possible(c.raw, c.region); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// Every decimal digit of Unicode has the value that its place in its ten says.
func TestAllDigitsOfUnicode(t *testing.T) {
	scripts, run := 0, 0
	for r := range rune(unicode.MaxRune + 1) {
		if !unicode.IsDigit(r) {
			if run%10 != 0 {
				t.Fatalf("the digits before %U are not whole tens", r)
			}
			run = 0
			continue
		}
		if got, want := asciiDigit(r), rune('0'+run%10); got != want {
			t.Errorf("%U is %q, want %q", r, got, want)
		}
		if run++; run%10 == 0 {
			scripts++
		}
	}
	if scripts < 60 {
		t.Errorf("only %d scripts", scripts)
	}
	for _, r := range "a中٬²½Ⅷ一" {
		if asciiDigit(r) != r {
			t.Errorf("%q was changed", r)
		}
	}
}

// On clean input the answer is the library's own.
func TestParseEqualsTheLibrary(t *testing.T) {
	compared := 0
	variants(t, 1, func(n sms.Number) {
		p := library(t, n)
		region := phonenumbers.GetRegionCodeForNumber(p)
		for _, style := range []phonenumbers.PhoneNumberFormat{phonenumbers.E164, phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL, phonenumbers.RFC3966} {
			raw := phonenumbers.Format(p, style)
			want, wantErr := phonenumbers.Parse(raw, region)
			got, err := Parse(raw, region)
			if (err == nil) != (wantErr == nil) {
				t.Errorf("calling code %s: got %v, the library %v", n.CallingCode(), err, wantErr)
				continue
			}
			if err == nil && string(got) != phonenumbers.Format(want, phonenumbers.E164) {
				t.Errorf("calling code %s, style %d: another number", n.CallingCode(), style)
			}
			compared++
		}
	})
	if compared < 6000/thinned {
		t.Errorf("only %d compared", compared)
	}
}

func FuzzParse(f *testing.F) {
	for _, raw := range []string{
		"13800138000", "+86 138 0013 8000", "०८१२३४५६७८९", "tel:1;phone-context=+1", "1-800-FLOWERS", "+", "\xff", "0086138",
		"(530) 583-6985 x302/x2303", "+1+2", "12;ext=4", "١٢٣", "#", "",
	} {
		for _, region := range []string{"CN", "US", "AR", ""} {
			f.Add(raw, region)
		}
	}
	f.Fuzz(func(t *testing.T, raw, region string) {
		n, err := Parse(raw, region)
		possible := Possible(raw, region)
		if err != nil {
			var r Reason
			if n != "" || possible || !errors.As(err, &r) || r == 0 || waybill.CodeOf(err) != waybill.InvalidArgument {
				t.Fatalf("%q, %v, %v", n, possible, err)
			}
		} else {
			if n.Validate() != nil {
				t.Fatal("the number is not canonical")
			}
			v := Check(n)
			if v.Valid && !v.Possible || v.Valid != Valid(n) || v.Kind != Type(n) {
				t.Fatalf("contradiction: %+v", v)
			}
			if v.Valid && Region(n) != n.Region() {
				t.Fatalf("regions %q and %q", Region(n), n.Region())
			}
			for style := range RFC3966 + 2 {
				if Format(n, style) == "" {
					t.Fatal("no text")
				}
			}
		}
		if !clear(raw) {
			return
		}
		p, wantErr := phonenumbers.Parse(raw, region)
		switch {
		case wantErr != nil:
			if err == nil {
				t.Fatalf("the library says %v", wantErr)
			}
		case err == nil && string(n) != phonenumbers.Format(p, phonenumbers.E164):
			t.Fatal("another number than the library's")
		case err != nil:
			text := phonenumbers.Format(p, phonenumbers.E164)
			if len(text) <= 16 && !strings.HasPrefix(text, "+0") {
				t.Fatalf("the library accepts it: %v", err)
			}
		}
	})
}

// clear reports whether raw is free of the library's two gaps: ASCII, and a
// letter or digit at the end.
func clear(raw string) bool {
	for _, r := range raw {
		if r > unicode.MaxASCII {
			return false
		}
	}
	if raw == "" || len(raw) > maxInput {
		return false
	}
	last := rune(raw[len(raw)-1])
	return unicode.IsLetter(last) || unicode.IsDigit(last)
}
