package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/wire"
)

func TestScalar(t *testing.T) {
	for in, want := range map[string]string{
		`"a b"`: "a b", `" 7 "`: "7", `7`: "7", `-1.50`: "-1.50", `true`: "true", `null`: "", `[]`: "", `{"a":1}`: "", `"订单"`: "订单", `""`: "",
	} {
		var v struct{ X wire.Scalar }
		v.X = "old"
		if err := json.Unmarshal([]byte(`{"X":`+in+`}`), &v); err != nil || string(v.X) != want {
			t.Errorf("%s: %q %v, want %q", in, v.X, err, want)
		}
	}
	for in, want := range map[wire.Scalar]int64{"12": 12, "-3": -3} {
		if n, ok := in.Int(); !ok || n != want {
			t.Errorf("%q: %d %v", in, n, ok)
		}
	}
	for _, in := range []wire.Scalar{"", "1.5", "x", "99999999999999999999"} {
		if _, ok := in.Int(); ok {
			t.Errorf("%q is a whole number", in)
		}
	}
}

// What a vendor calls a code is one, or nothing.
func TestScalarCode(t *testing.T) {
	long := strings.Repeat("x", 64)
	for in, want := range map[wire.Scalar]wire.Scalar{
		"isv.LIMIT": "isv.LIMIT", "MK:0001": "MK:0001", "-43": "-43", wire.Scalar(long): wire.Scalar(long), "": "",
		wire.Scalar(long + "x"): "", "用户关机": "", "call +44 7700": "", "a\nb": "", "a\tb": "", "\x7f": "", "\xff": "",
	} {
		if got := in.Code(); got != string(want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func ExampleScalar() {
	var reply struct{ Status, Count wire.Scalar }
	_ = json.Unmarshal([]byte(`{"Status": 0, "Count": "12"}`), &reply)
	fmt.Println(reply.Status, reply.Count)
	// Output: 0 12
}

func ExampleScalar_Code() {
	fmt.Printf("%q %q\n", wire.Scalar("UNDELIV").Code(), wire.Scalar("not reached: +447700900123").Code())
	// Output: "UNDELIV" ""
}
