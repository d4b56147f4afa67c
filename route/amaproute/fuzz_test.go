package amaproute_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
)

// said is a transport that answers everything with one body.
type said string

func (s said) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(s)))}, nil
}

// FuzzReply feeds replies of any shape to the adapter: each becomes paths with
// usable numbers, or a *waybill.Error.
func FuzzReply(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.json")
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(string(b))
		}
	}
	f.Add(`{"errcode":0,"data":""}`)
	f.Add(`{"status":"1","infocode":"10000","route":{"paths":[{"distance":"1e9","duration":"1e9","steps":{"polyline":";;,"}}]}}`)
	f.Fuzz(func(t *testing.T, body string) {
		a, err := amaproute.New("k", &amaproute.Options{BaseURL: "http://amap.test", HTTPClient: &http.Client{Transport: said(body)}})
		if err != nil {
			t.Fatal(err)
		}
		res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{tencent, between, pingan}, Region: "CN", Steps: true, Polyline: true, Alternatives: 3})
		if err != nil {
			if _, ok := err.(*waybill.Error); !ok {
				t.Errorf("the error is a %T", err)
			}
			return
		}
		if len(res.Paths) == 0 || len(res.Paths) > 4 {
			t.Errorf("%d paths", len(res.Paths))
		}
		for _, p := range res.Paths {
			if !(p.Distance >= 0) || p.Duration < 0 || !(p.TollDistance >= 0) || len(p.Legs) != 0 && len(p.Legs) != 2 {
				t.Errorf("%.0f m in %v with %d legs", p.Distance, p.Duration, len(p.Legs))
			}
			for _, at := range p.Polyline {
				if at.IsZero() || at.Validate() != nil {
					t.Error("a polyline's point is no place")
				}
			}
		}
	})
}
