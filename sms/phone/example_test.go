package phone_test

import (
	"errors"
	"fmt"

	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/phone"
)

func ExampleParse() {
	for _, in := range []struct{ raw, region string }{
		{"13800138000", "CN"},
		{"+852 6123-4567", "CN"},
		{"०८१२३४५६७८९", "IN"},
		{"１３８００１３８０００\r\n", "CN"},
	} {
		n, err := phone.Parse(in.raw, in.region)
		fmt.Println(n, err)
	}
	// Output:
	// +8613800138000 <nil>
	// +85261234567 <nil>
	// +918123456789 <nil>
	// +8613800138000 <nil>
}

func ExampleParse_error() {
	_, err := phone.Parse("0086", "CN")
	fmt.Println(err)

	var reason phone.Reason
	fmt.Println(errors.As(err, &reason), reason == phone.TooShort)
	// Output:
	// phone: parse number: invalid argument (the number is too short)
	// true true
}

func ExampleFormat() {
	n := sms.Number("+12125550123")
	fmt.Println(phone.Format(n, phone.International))
	fmt.Println(phone.Format(n, phone.National))
	fmt.Println(phone.Format(n, phone.RFC3966))
	// Output:
	// +1 212-555-0123
	// (212) 555-0123
	// tel:+1-212-555-0123
}

func ExampleRegion() {
	fmt.Println(phone.Region("+77012345678"), phone.Region("+79161234567"), phone.Region("+85366123456"))
	// Output: KZ RU MO
}

func ExampleType() {
	fmt.Println(phone.Type("+8613800138000"), phone.Type("+861065529988"), phone.Type("+12125550123"))
	// Output: mobile fixed_line fixed_line_or_mobile
}

func ExamplePossible() {
	fmt.Println(phone.Possible("12000138000", "CN"), phone.Possible("110", "CN"))
	// Output: true false
}

func ExampleValid() {
	fmt.Println(phone.Valid("+8613800138000"), phone.Valid("+8612000138000"))
	// Output: true false
}

func ExampleCheck() {
	v := phone.Check("+8612000138000")
	fmt.Println(v.Possible, v.Valid, v.Region)
	fmt.Println(v.Warning())
	// Output:
	// true false CN
	// the number matches no known numbering plan
}

func ExamplePolicy_Check() {
	strict := phone.Policy{Strict: true}
	for _, n := range []sms.Number{"+8613800138000", "+861065529988", "+8612000138000"} {
		_, err := strict.Check(n)
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// phone: check number: invalid argument (the number is a fixed line)
	// phone: check number: invalid argument (the number matches no known numbering plan)
}

func ExampleVerdict_Err() {
	v := phone.Check("+861065529988")
	fmt.Println(v.Err(phone.Policy{}))
	fmt.Println(v.Err(phone.Policy{FixedLines: true}))
	// Output:
	// phone: check number: invalid argument (the number is a fixed line)
	// <nil>
}
