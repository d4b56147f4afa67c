package meizupush

import (
	"testing"

	"github.com/waybill-go/waybill/internal/makertest"
)

func FuzzReply(f *testing.F) {
	makertest.Replies{Provider: name, Judge: judge}.Fuzz(f,
		`{"code":"200","value":{"110002":["a"],"520":["b"]},"msgId":"m"}`, `{"code":200,"value":"{\"a\":\"110003\"}"}`, `{"code":"110010","value":""}`,
		`{"code":"300","redirect":"http://x"}`, `{"code":"200"}`)
}

func FuzzReceipts(f *testing.F) {
	makertest.FuzzReceipts(f, decodeReceipts, receiptBody(`{"m-1":{"param":"k","type":1,"targets":["a","b"]}}`, "t"), receiptBody(`{"m":null}`, ""), `cb=%7B`)
}
