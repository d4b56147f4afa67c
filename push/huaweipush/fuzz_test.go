package huaweipush

import (
	"testing"

	"github.com/waybill-go/waybill/internal/makertest"
)

func FuzzReply(f *testing.F) {
	makertest.Replies{Provider: name, Judge: judge}.Fuzz(f,
		`{"code":"80000000","msg":"Success","requestId":"r"}`, `{"code":"80100000","msg":"{\"success\":1,\"failure\":1,\"illegal_tokens\":[\"a\"]}"}`,
		`{"code":"80300007","msg":"{\"illegalTokens\":{\"noRight\":[\"a\"]}}"}`, `{"code":80100000,"msg":{"failure":2}}`, `{"code":"80200003"}`)
}
