package waybill_test

import (
	"fmt"
	"testing"

	"github.com/waybill-go/waybill"
)

func TestLocal(t *testing.T) {
	for code, want := range map[string][2]bool{
		waybill.CodeDial:          {true, false},
		waybill.CodeDNS:           {true, false},
		waybill.CodeTLS:           {true, false},
		waybill.CodeRefusedStream: {false, true},
		"wire_reset":              {false, false},
		"":                        {false, false},
	} {
		e := &waybill.Error{VendorCode: code}
		if got := [2]bool{e.Local(), e.StreamRefused()}; got != want {
			t.Errorf("%q: %v, want %v", code, got, want)
		}
	}
	var none *waybill.Error
	if none.Local() || none.StreamRefused() {
		t.Error("a nil error is local")
	}
}

func ExampleError_Local() {
	e := &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent, VendorCode: waybill.CodeDNS}
	fmt.Println(e.Local(), e.StreamRefused())
	// Output: true false
}
