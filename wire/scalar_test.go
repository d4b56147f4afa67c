package wire_test

import (
	"encoding/json"
	"fmt"
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

func ExampleScalar() {
	var reply struct{ Status, Count wire.Scalar }
	_ = json.Unmarshal([]byte(`{"Status": 0, "Count": "12"}`), &reply)
	fmt.Println(reply.Status, reply.Count)
	// Output: 0 12
}
