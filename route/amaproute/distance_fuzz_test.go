package amaproute_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
)

const rowsReply = `{"status":"1","info":"OK","infocode":"10000","results":[{"origin_id":"1","dest_id":"1","distance":"1500","duration":"300"},` +
	`{"origin_id":"2","dest_id":"1","distance":"0","duration":"0","info":"x","code":"3"},{"origin_id":"3","dest_id":"1","distance":"-1","duration":"-1"}]}`

// checkRows holds that each cell of a reply of any shape is a way or an error.
func checkRows(t *testing.T, body string) {
	a, err := amaproute.New("k", &amaproute.Options{BaseURL: "http://amap.test", HTTPClient: &http.Client{Transport: said(body)}})
	if err != nil {
		t.Fatal(err)
	}
	r := three(nil)
	r.Region = "CN"
	res, err := a.Matrix(t.Context(), r)
	if err != nil {
		if _, ok := err.(*waybill.Error); !ok {
			t.Errorf("the error is a %T", err)
		}
		return
	}
	if len(res.Cells) != 3 {
		t.Fatalf("%d rows", len(res.Cells))
	}
	for _, row := range res.Cells {
		if c := row[0]; len(row) != 1 || c.Err == nil && (!(c.Distance >= 0) || c.Duration < 0 || c == (route.Cell{})) {
			t.Errorf("%+v", row)
		}
	}
}

func TestOddRows(t *testing.T) {
	for body := range fakehttp.Odd([]byte(rowsReply)) {
		checkRows(t, string(body))
	}
}

func FuzzRows(f *testing.F) {
	f.Add(rowsReply)
	f.Add(`{"status":"1","infocode":"10000","results":{"result":[{"distance":1,"duration":1}]}}`)
	f.Fuzz(checkRows)
}
