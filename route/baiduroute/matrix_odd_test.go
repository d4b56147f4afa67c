package baiduroute

import (
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/route"
)

// fourCells is a table of two rows.
var fourCells = `{"status":0,"result":[` + strings.Join([]string{
	`{"distance":{"text":"1","value":1000},"duration":{"text":"1","value":100}}`, `{"distance":{"value":0},"duration":{"value":0}}`,
	`{"distance":{"value":-1},"duration":{"value":-1}}`, `{"distance":{"value":"2000"},"duration":{"value":"200"}}`}, ",") + `]}`

// checkCells holds that each cell of a reply of any shape is a way or an error.
func checkCells(t *testing.T, a *Adapter) {
	r := pairs(func(r *route.MatrixRequest) {
		r.Region = "CN"
		r.Origins, r.Destinations = []geo.Point{airport, civic}, []geo.Point{luohu, airport}
	})
	res, err := a.Matrix(t.Context(), r)
	if err != nil {
		if _, ok := err.(*waybill.Error); !ok {
			t.Errorf("the error is a %T", err)
		}
		return
	}
	for _, row := range res.Cells {
		for _, c := range row {
			if c.Err == nil && (!(c.Distance >= 0 && c.Distance <= maxMetres) || c.Duration < 0 || c.Provider != Name) {
				t.Errorf("%+v", c)
			}
		}
	}
}

func TestOddCells(t *testing.T) {
	a, s := adapter(t, "")
	for body := range fakehttp.Odd([]byte(fourCells)) {
		s.body = string(body)
		checkCells(t, a)
	}
}

func FuzzCells(f *testing.F) {
	f.Add(fourCells)
	f.Add(oneCell)
	a, s := adapter(f, "")
	f.Fuzz(func(t *testing.T, body string) {
		s.body = body
		checkCells(t, a)
	})
}
