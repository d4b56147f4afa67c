package vivopush

import (
	"testing"

	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/wire"
)

func FuzzReply(f *testing.F) {
	to := func(r *wire.Reply, values []string) []pushbatch.Outcome { return judge(r, values, "task") }
	makertest.Replies{Provider: name, Judge: to, Exact: true}.Fuzz(f,
		`{"result":0,"taskId":"7","invalidUsers":[{"status":1,"userid":"a"}]}`, `{"result":"0","taskId":7,"invalidUser":{"status":"2","userid":"b"}}`,
		`{"result":0,"invalidUser":[{"status":9,"userid":"a"}]}`, `{"result":10302}`, `{"result":10070,"desc":"x"}`)
}

func FuzzReceipts(f *testing.F) {
	makertest.FuzzReceipts(f, decodeReceipts, `{"7":{"param":"k","targets":"a,b"}}`, `{"7":{"status":300,"targets":["a"]}}`, `{"7":null}`)
}
