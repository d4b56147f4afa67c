package phone

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/waybill-go/waybill/sms"
)

var allKinds = []phonenumbers.PhoneNumberType{
	phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE, phonenumbers.TOLL_FREE,
	phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.VOIP, phonenumbers.PERSONAL_NUMBER,
	phonenumbers.PAGER, phonenumbers.UAN, phonenumbers.VOICEMAIL,
}

// examples returns the metadata's example numbers of every region and kind.
func examples(t testing.TB) []*phonenumbers.PhoneNumber {
	var list []*phonenumbers.PhoneNumber
	for _, region := range slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions())) {
		for _, kind := range allKinds {
			if n := phonenumbers.GetExampleNumberForType(region, kind); n != nil {
				list = append(list, n)
			}
		}
	}
	for cc := range phonenumbers.GetSupportedGlobalNetworkCallingCodes() {
		if n := phonenumbers.GetExampleNumberForNonGeoEntity(cc); n != nil {
			list = append(list, n)
		}
	}
	if len(list) < 900 {
		t.Fatalf("only %d example numbers", len(list))
	}
	return list
}

// variants yields the example numbers and, of each, some with digits changed at
// random, the valid ones among them and the others.
func variants(t testing.TB, each int, yield func(sms.Number)) {
	rng, count := rand.New(rand.NewPCG(3, 4)), 0
	give := func(n sms.Number) {
		if count++; count%thinned == 0 {
			yield(n)
		}
	}
	for _, p := range examples(t) {
		n := sms.Number(phonenumbers.Format(p, phonenumbers.E164))
		if n.Validate() != nil {
			t.Fatal("an example number is not canonical")
		}
		give(n)
		cc := 1 + len(n.CallingCode())
		for range each {
			b := []byte(n)
			for range 1 + rng.IntN(4) {
				b[cc+rng.IntN(len(b)-cc)] = byte('0' + rng.IntN(10))
			}
			give(sms.Number(b))
		}
	}
}

// library asks the library the long way: by parsing the number.
func library(t testing.TB, n sms.Number) *phonenumbers.PhoneNumber {
	p, err := phonenumbers.Parse(n.String(), "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRegionTableEqualsTheLibrary(t *testing.T) {
	valid, regions := 0, map[string]bool{}
	variants(t, 20, func(n sms.Number) {
		if !Valid(n) {
			return
		}
		valid++
		want := Region(n)
		regions[want] = true
		if got := n.Region(); got != want {
			t.Errorf("calling code %s: the table says %q, the library %q", n.CallingCode(), got, want)
		}
	})
	if valid < 8000/thinned || len(regions) < 240/thinned {
		t.Errorf("only %d valid numbers of %d regions were compared", valid, len(regions))
	}
}

// Every area code of the shared calling codes, whatever follows.
func TestRegionTableOverAllAreaCodes(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	compared := 0
	for _, cc := range []int{1, 7, 39, 44, 47, 61, 212, 262, 290, 358, 590, 599} {
		desc := map[int]bool{}
		for _, p := range examples(t) {
			if int(p.GetCountryCode()) == cc {
				desc[len(phonenumbers.GetNationalSignificantNumber(p))] = true
			}
		}
		for area := 0; area < 1000; area += thinned {
			for length := range desc {
				for range 2 {
					n := sms.Number(fmt.Sprintf("+%d%03d", cc, area))
					for len(n) < 1+len(n.CallingCode())+length {
						n += sms.Number('0' + rune(rng.IntN(10)))
					}
					if !Valid(n) {
						continue
					}
					want := Region(n)
					compared++
					if got := n.Region(); got != want {
						t.Errorf("+%d %03d…: the table says %q, the library %q", cc, area, got, want)
					}
				}
			}
		}
	}
	if compared < 2000/thinned {
		t.Errorf("only %d numbers were compared", compared)
	}
}

func TestCallingCodesEqualTheLibrary(t *testing.T) {
	codes := phonenumbers.GetSupportedCallingCodes()
	for cc := range 1000 {
		n := sms.Number(fmt.Sprintf("+%d%s", cc, strings.Repeat("5", 8)))
		want := ""
		for l := 1; l <= 3 && n[1] != '0'; l++ {
			if prefix := int(number(string(n[1 : 1+l]))); codes[prefix] && prefix > 0 {
				want = fmt.Sprint(prefix)
				break
			}
		}
		if got := n.CallingCode(); got != want {
			t.Errorf("%03d…: calling code %q, the library has %q", cc, got, want)
		}
	}
}

func number(digits string) (v int32) {
	for _, d := range digits {
		v = v*10 + d - '0'
	}
	return v
}

func TestRegionOfNumbersWithoutOne(t *testing.T) {
	for name, n := range map[string]sms.Number{
		"satellite":               "+870301234567",
		"international freephone": "+80012345678",
		"not valid, shared code":  "+12115550123",
		"not canonical":           "13800138000",
		"empty":                   "",
	} {
		t.Run(name, func(t *testing.T) {
			if got := Region(n); got != "" {
				t.Errorf("got %q", got)
			}
		})
	}
	var f sms.RegionFunc = Region
	for want, n := range map[string]sms.Number{
		"CN": "+8613800138000", "HK": "+85261234567", "MO": "+85366123456", "TW": "+886912345678",
		"KZ": "+77012345678", "RU": "+79161234567", "CA": "+14165550123", "US": "+12125550123",
	} {
		if got := f(n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
