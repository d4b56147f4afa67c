package xiaomipush

import (
	"testing"

	"github.com/waybill-go/waybill/internal/makertest"
)

func FuzzReply(f *testing.F) {
	makertest.Replies{Provider: name, Judge: judge}.Fuzz(f,
		`{"result":"ok","code":0,"data":{"id":"m","bad_regids":"a,b"}}`, `{"result":"ok","code":"0","data":"{\"id\":\"m\"}"}`,
		`{"result":"error","code":20301,"data":{"bad_regids":["a"]}}`, `{"code":200001,"reason":"x"}`)
}

func FuzzReceipts(f *testing.F) {
	makertest.FuzzReceipts(f, decodeReceipts, receiptBody(`{"m":{"param":"k","type":1,"targets":"a,b","timestamp":1}}`), receiptBody(`{"m":null}`), `data=%7B`)
}
