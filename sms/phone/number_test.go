package phone

import (
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/waybill-go/waybill/sms"
)

func TestFormat(t *testing.T) {
	for name, c := range map[string]struct {
		n     sms.Number
		style Style
		want  string
	}{
		"E.164":                    {"+8613800138000", E164, "+8613800138000"},
		"international":            {"+8613800138000", International, "+86 138 0013 8000"},
		"national":                 {"+8613800138000", National, "138 0013 8000"},
		"link":                     {"+8613800138000", RFC3966, "tel:+86-138-0013-8000"},
		"unknown style":            {"+8613800138000", 99, "+8613800138000"},
		"Hong Kong":                {"+85261234567", International, "+852 6123 4567"},
		"Italy keeps its zero":     {"+390236618300", International, "+39 02 3661 8300"},
		"US national":              {"+12125550123", National, "(212) 555-0123"},
		"London national":          {"+442070313000", National, "020 7031 3000"},
		"Buenos Aires mobile":      {"+5491123456789", National, "011 15-2345-6789"},
		"Córdoba mobile":           {"+5493512345678", National, "0351 15-234-5678"},
		"Argentina, four digits":   {"+5492901234567", National, "02901 15-23-4567"},
		"Argentina, international": {"+5491123456789", International, "+54 9 11 2345-6789"},
		"Buenos Aires fixed":       {"+541123456789", National, "011 2345-6789"},
		"not canonical":            {"13800138000", International, ""},
		"empty":                    {"", E164, ""},
		"what is no trunk prefix":  {"+4402070313000", International, "+44 02070313000"},
		"zeros only":               {"+39000000", E164, "+39000000"},
		"zeros only, grouped":      {"+39000000", RFC3966, "tel:+39-000000"},
		"international freephone":  {"+80012345678", International, "+800 1234 5678"},
		"no group for this number": {"+86110", International, "+86 110"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Format(c.n, c.style); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestType(t *testing.T) {
	for name, c := range map[string]struct {
		n    sms.Number
		want Kind
	}{
		"mainland mobile":        {"+8613800138000", Mobile},
		"mainland fixed line":    {"+861065529988", FixedLine},
		"Hong Kong mobile":       {"+85261234567", Mobile},
		"United States":          {"+12125550123", FixedLineOrMobile},
		"toll-free":              {"+18005550123", TollFree},
		"premium":                {"+449012345678", PremiumRate},
		"shared cost":            {example(t, "DE", phonenumbers.SHARED_COST), SharedCost},
		"internet telephony":     {"+445612345678", VoIP},
		"personal":               {"+447012345678", PersonalNumber},
		"pager":                  {"+447640123456", Pager},
		"company number":         {"+445512345678", UAN},
		"voicemail":              {example(t, "IL", phonenumbers.VOICEMAIL), Voicemail},
		"new block":              {"+8612000138000", UnknownKind},
		"with its trunk prefix":  {"+4407400123456", UnknownKind},
		"not canonical":          {"13800138000", UnknownKind},
		"empty":                  {"", UnknownKind},
		"a satellite's":          {"+870301234567", Mobile},
		"too short":              {"+86138", UnknownKind},
		"shared code, no region": {"+12115550123", UnknownKind},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Type(c.n); got != c.want || Valid(c.n) != (c.want != UnknownKind) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// The only rules of the metadata that begin with another group than the first
// are those that argentine mends.
func TestOnlyArgentinaReordersGroups(t *testing.T) {
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, m := range collection.GetMetadata() {
		for _, f := range m.GetNumberFormat() {
			if at := strings.Index(f.GetFormat(), "$"); f.GetFormat()[at+1] == '1' {
				continue
			}
			found++
			if m.GetId() != "AR" || !strings.HasPrefix(f.GetFormat(), "$2 15-") || f.GetNationalPrefixFormattingRule() != "0$1" {
				t.Errorf("%s: %s", m.GetId(), f.GetFormat())
			}
		}
	}
	if found == 0 {
		t.Error("no rule found; argentine is not needed any more")
	}
}

// example returns the metadata's example of a kind that the region has.
func example(t *testing.T, region string, kind phonenumbers.PhoneNumberType) sms.Number {
	p := phonenumbers.GetExampleNumberForType(region, kind)
	if p == nil {
		t.Fatal("no example")
	}
	return sms.Number(phonenumbers.Format(p, phonenumbers.E164))
}

func TestKindNames(t *testing.T) {
	seen := map[string]bool{}
	for k := range Voicemail + 1 {
		if seen[k.String()] {
			t.Errorf("%s twice", k)
		}
		seen[k.String()] = true
	}
	if Kind(99).String() != "unknown" || !seen["fixed_line_or_mobile"] {
		t.Error("wrong names")
	}
}

// Type, Valid, Region and the styles equal the library's answers for the parsed
// number, over valid and invalid numbers of all regions.
func TestAnswersEqualTheLibrary(t *testing.T) {
	want := map[phonenumbers.PhoneNumberType]Kind{
		phonenumbers.FIXED_LINE: FixedLine, phonenumbers.MOBILE: Mobile, phonenumbers.FIXED_LINE_OR_MOBILE: FixedLineOrMobile,
		phonenumbers.TOLL_FREE: TollFree, phonenumbers.PREMIUM_RATE: PremiumRate, phonenumbers.SHARED_COST: SharedCost,
		phonenumbers.VOIP: VoIP, phonenumbers.PERSONAL_NUMBER: PersonalNumber, phonenumbers.PAGER: Pager,
		phonenumbers.UAN: UAN, phonenumbers.VOICEMAIL: Voicemail, phonenumbers.UNKNOWN: UnknownKind,
	}
	compared := 0
	variants(t, 3, func(n sms.Number) {
		p := library(t, n)
		if phonenumbers.Format(p, phonenumbers.E164) != n.String() {
			return // the library stripped what looked like a trunk prefix
		}
		compared++
		if got := Type(n); got != want[phonenumbers.GetNumberType(p)] {
			t.Errorf("calling code %s: kind %v", n.CallingCode(), got)
		}
		if Valid(n) != phonenumbers.IsValidNumber(p) {
			t.Errorf("calling code %s: valid %v", n.CallingCode(), Valid(n))
		}
		region := phonenumbers.GetRegionCodeForNumber(p)
		if region == "001" {
			region = ""
		}
		if Region(n) != region {
			t.Errorf("calling code %s: region %s", n.CallingCode(), Region(n))
		}
		if Format(n, International) != phonenumbers.Format(p, phonenumbers.INTERNATIONAL) ||
			Format(n, National) != phonenumbers.Format(p, phonenumbers.NATIONAL) && !strings.HasPrefix(n.String(), "+549") ||
			Format(n, RFC3966) != phonenumbers.Format(p, phonenumbers.RFC3966) {
			t.Errorf("calling code %s: another text", n.CallingCode())
		}
		if Possible(n.String(), "") != phonenumbers.IsPossibleNumber(p) {
			t.Errorf("calling code %s: possible", n.CallingCode())
		}
	})
	if compared < 3000/thinned {
		t.Errorf("only %d numbers were compared", compared)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("138 0013 8000", "CN"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	for b.Loop() {
		if !Check("+8613800138000").Valid {
			b.Fatal("not valid")
		}
	}
}
