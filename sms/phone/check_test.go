package phone

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		n    sms.Number
		want Verdict
	}{
		"mainland mobile":       {"+8613800138000", Verdict{Possible: true, Valid: true, Kind: Mobile, Region: "CN"}},
		"mainland fixed line":   {"+861065529988", Verdict{Possible: true, Valid: true, Kind: FixedLine, Region: "CN"}},
		"mainland, new block":   {"+8612000138000", Verdict{Possible: true, Region: "CN"}},
		"mainland, too short":   {"+86110", Verdict{Reason: TooShort, Region: "CN"}},
		"mainland, too long":    {"+861380013800012", Verdict{Reason: TooLong, Region: "CN"}},
		"Hong Kong":             {"+85261234567", Verdict{Possible: true, Valid: true, Kind: Mobile, Region: "HK"}},
		"Hong Kong, wrong":      {"+8526123456701", Verdict{Reason: WrongLength, Region: "HK"}},
		"without its area code": {"+12345678", Verdict{Reason: LocalOnly, Region: ""}},
		"Kazakhstan":            {"+77012345678", Verdict{Possible: true, Valid: true, Kind: Mobile, Region: "KZ"}},
		"United States":         {"+12125550123", Verdict{Possible: true, Valid: true, Kind: FixedLineOrMobile, Region: "US"}},
		"US, new exchange":      {"+12121550123", Verdict{Possible: true, Region: "US"}},
		"not canonical":         {"13800138000", Verdict{Reason: InvalidCountry}},
		"with blanks":           {"+86 138 0013 8000", Verdict{Reason: NotNumber}},
		"spare calling code":    {"+99913800138", Verdict{Reason: InvalidCountry}},
		"sixteen digits":        {"+8613800138000123", Verdict{Reason: TooLong}},
		"empty":                 {"", Verdict{Reason: NotNumber}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Check(c.n); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestPolicy(t *testing.T) {
	const (
		passes = iota
		warns
		refuses
	)
	policies := []Policy{{}, {Strict: true}, {FixedLines: true}, {Strict: true, FixedLines: true}}
	for name, c := range map[string]struct {
		n    sms.Number
		want [4]int // in the order of policies
	}{
		"mobile":              {"+8613800138000", [4]int{passes, passes, passes, passes}},
		"fixed line":          {"+861065529988", [4]int{refuses, refuses, passes, passes}},
		"fixed or mobile":     {"+12125550123", [4]int{passes, passes, passes, passes}},
		"possible, not valid": {"+8612000138000", [4]int{warns, refuses, warns, refuses}},
		"premium rate":        {"+449012345678", [4]int{warns, refuses, warns, refuses}},
		"toll-free":           {"+18005550123", [4]int{warns, refuses, warns, refuses}},
		"internet telephony":  {"+445612345678", [4]int{passes, passes, passes, passes}},
		"too short":           {"+86110", [4]int{refuses, refuses, refuses, refuses}},
		"too long":            {"+861380013800012", [4]int{refuses, refuses, refuses, refuses}},
		"not canonical":       {"13800138000", [4]int{refuses, refuses, refuses, refuses}},
		"empty":               {"", [4]int{refuses, refuses, refuses, refuses}},
	} {
		t.Run(name, func(t *testing.T) {
			for i, p := range policies {
				warning, err := p.Check(c.n)
				got := passes
				switch {
				case err != nil:
					got = refuses
				case warning != "":
					got = warns
				}
				if got != c.want[i] || err != nil && warning != "" {
					t.Errorf("%+v: %d, want %d (%q, %v)", p, got, c.want[i], warning, err)
				}
				if err == nil {
					continue
				}
				if waybill.CodeOf(err) != waybill.InvalidArgument || waybill.DeliveryOf(err) != waybill.NotSent {
					t.Errorf("error %v", err)
				}
				if len(c.n) > 6 && strings.Contains(fmt.Sprintf("%+v %#v %s", err, err, warning), string(c.n[4:])) {
					t.Error("the text contains the number")
				}
			}
		})
	}
	var _ sms.CheckFunc = Policy{}.Check
}

func TestRefusalCarriesItsReason(t *testing.T) {
	var r Reason
	if _, err := (Policy{}).Check("+86110"); !errors.As(err, &r) || r != TooShort {
		t.Errorf("got %v", r)
	}
	r = 0
	if _, err := (Policy{}).Check("+861065529988"); errors.As(err, &r) {
		t.Errorf("a fixed line has the reason %v", r)
	}
	if err := (Verdict{}).Err(Policy{}); !errors.As(err, &r) || r != NotNumber {
		t.Error("the zero verdict lets pass")
	}
	if (Verdict{}).Warning() != "" {
		t.Error("the zero verdict warns")
	}
}
