package honorpush

import (
	"testing"

	"github.com/waybill-go/waybill/internal/makertest"
)

func FuzzReply(f *testing.F) {
	makertest.Replies{Provider: name, Judge: judge}.Fuzz(f,
		`{"code":200,"data":{"sendResult":true,"requestId":"r","failTokens":["a"],"expireTokens":["b"]}}`, `{"code":"80000000","data":{"requestId":7}}`,
		`{"code":200,"data":{"sendResult":false}}`, `{"code":80300007,"message":"x"}`, `{"code":200}`)
}

func FuzzReceipts(f *testing.F) {
	makertest.FuzzReceipts(f, decodeReceipts, `{"statuses":[{"token":"a","biTag":"k","status":0,"requestId":"r","timestamp":1}]}`, `[{"token":"a","status":"5"},{}]`)
}
