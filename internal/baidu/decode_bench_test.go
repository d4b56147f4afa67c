package baidu

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/waybill-go/waybill/wire"
)

// naturalMatrix is the table's reply as its page describes it, for encoding/json
// alone.
type naturalMatrix struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
	Result  []struct {
		Distance struct {
			Text  string  `json:"text"`
			Value float64 `json:"value"`
		} `json:"distance"`
		Duration struct {
			Text  string  `json:"text"`
			Value float64 `json:"value"`
		} `json:"duration"`
	} `json:"result"`
}

// BenchmarkDecode reads a recorded table: as adapters do, and with encoding/json
// into the reply's natural struct.
func BenchmarkDecode(b *testing.B) {
	body, err := os.ReadFile("../../../shared/recorded/baidu/routematrix_2x2.json")
	if err != nil {
		b.Skip("the recorded replies are not here")
	}
	b.Run("adapter", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var result []struct {
				Distance struct {
					Value Number `json:"value"`
				} `json:"distance"`
				Duration struct {
					Value Number `json:"value"`
				} `json:"duration"`
			}
			if found, bad := decode(&wire.Reply{Status: 200, Body: body}, false, &result); !found || len(result) != 4 {
				b.Fatal(bad)
			}
		}
	})
	b.Run("natural", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var r naturalMatrix
			if err := json.Unmarshal(body, &r); err != nil || len(r.Result) != 4 {
				b.Fatal(err)
			}
		}
	})
}
