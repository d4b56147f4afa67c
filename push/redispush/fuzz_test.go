package redispush

import (
	"testing"

	"github.com/waybill-go/waybill"
)

func FuzzDecode(f *testing.F) {
	f.Add("1700000000000\nab\n" + `{"user":"u","device":"d","vendor":"fcm","value":"t","os":1}`)
	f.Add("1700000000000\n\n")
	f.Add("x\n\n{}")
	f.Add("")
	f.Fuzz(func(t *testing.T, v string) {
		x, ok, err := decode(v)
		if err != nil && waybill.CodeOf(err) != waybill.DataLoss || ok && (err != nil || x.User == "") {
			t.Errorf("%q: %v, %t, %v", v, x, ok, err)
		}
	})
}
