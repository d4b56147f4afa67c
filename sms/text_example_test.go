package sms_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/waybill-go/waybill/sms"
)

func ExampleParseNumber() {
	n, err := sms.ParseNumber("+8613800138000")
	fmt.Println(n, err)
	_, err = sms.ParseNumber("138 0013 8000")
	fmt.Println(err)
	// Output:
	// +8613800138000 <nil>
	// sms: parse number: invalid argument (number is not E.164: it must begin with + and the country calling code)
}

func ExampleNumber_Validate() {
	fmt.Println(sms.Number("+9991380013").Validate())
	// Output: sms: validate number: invalid argument (number begins with a country calling code that is not assigned)
}

func ExampleNumber_CallingCode() {
	n := sms.Number("+85261234567")
	fmt.Println(n.CallingCode(), n.National(), n.Digits())
	// Output: 852 61234567 85261234567
}

func ExampleNumber_Region() {
	fmt.Println(sms.Number("+85261234567").Region(), sms.Number("+77012345678").Region(), sms.Number("+14165550123").Region())
	// Output: HK KZ CA
}

func ExampleNumber_Masked() {
	fmt.Println(sms.Number("+8613800138000").Masked())
	// Output: +86****8000
}

func ExampleNumber_LogValue() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("sent", "to", sms.Number("+8613800138000"))
	// Output: level=INFO msg=sent to=+86****8000
}

func ExampleNumber_Scan() {
	var n sms.Number
	fmt.Println(n.Scan("+8613800138000"), n)
	v, err := sms.Number("").Value()
	fmt.Println(v, err)
	// Output:
	// <nil> +8613800138000
	// <nil> <nil>
}

func ExampleNumber_MarshalText() {
	b, err := json.Marshal(map[string]sms.Number{"to": "+8613800138000"})
	fmt.Println(string(b), err)
	// Output: {"to":"+8613800138000"} <nil>
}

func ExampleCount() {
	p, err := sms.Count(strings.Repeat("a", 161))
	fmt.Println(p.Encoding, p.Units, p.Count, p.Limit, p.Last, err)
	p, err = sms.Count("您的包裹今天送达。")
	fmt.Println(p.Encoding, p.Units, p.Count, p.Limit, p.Last, err)
	// Output:
	// gsm7 161 2 153 8 <nil>
	// ucs2 9 1 70 9 <nil>
}

func ExampleCountFor() {
	text := strings.Repeat("a", 100)
	home, _ := sms.CountFor("CN", text)
	abroad, _ := sms.CountFor("SG", text)
	fmt.Println(home.Count, abroad.Count)
	// Output: 2 1
}

func ExampleSplit() {
	parts, err := sms.Split(strings.Repeat("a", 152) + "€ and more text")
	fmt.Println(len(parts[0]), parts[1:], err) // the euro needs two units and moves
	_, err = sms.Split("")
	fmt.Println(err)
	// Output:
	// 152 [€ and more text] <nil>
	// sms: count parts: invalid argument (text is empty)
}

func ExampleSegmenter() {
	s := sms.Segmenter{LongReference: true}
	for _, units := range s.Parts(strings.Repeat("a", 161)) {
		fmt.Println(units)
	}
	// Output:
	// 152
	// 9
}

func ExampleToGSM() {
	fmt.Println(sms.ToGSM("It’s here – at last…"))
	fmt.Println(sms.ToGSM("São Paulo…"))
	// Output:
	// It's here - at last... true
	// São Paulo… false
}

func ExampleEncodeGSM7() {
	septets, err := sms.EncodeGSM7("Hello World!")
	fmt.Printf("%X %v\n", sms.PackGSM7(septets), err)
	// Output: C8329BFD065DDF72363904 <nil>
}

func ExampleDecodeGSM7() {
	septets, err := sms.UnpackGSM7([]byte{0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37}, 10)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sms.DecodeGSM7(septets))
	// Output: hellohello <nil>
}
