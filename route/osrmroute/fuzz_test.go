package osrmroute_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/osrmroute"
)

// fixed is a transport that always gives one reply.
type fixed struct {
	status int
	body   []byte
}

func (c *fixed) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: int64(len(c.body)), Request: r}, nil
}

// FuzzReply: whatever comes back, there is a usable path or table, or an error of
// ours.
func FuzzReply(f *testing.F) {
	files, _ := filepath.Glob("../../../shared/recorded/osm/*osrm*.json")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil && len(b) < 20_000 {
			f.Add(200, b)
		}
	}
	f.Add(400, []byte(`{"code":"NoRoute"}`))
	f.Add(200, []byte(ok))
	f.Add(200, []byte(`{"code":"Ok","durations":[[1],[null]],"distances":[[2],[3]],"sources":[{"distance":1},{"distance":2}],"destinations":[{"distance":3}]}`))
	rt := &fixed{}
	a, err := osrmroute.New(&osrmroute.Options{BaseURL: "http://osrm.test", HTTPClient: &http.Client{Transport: rt}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		rt.status, rt.body = 100+(status%500+500)%500, body
		for _, n := range []int{2, 4} {
			r := trip(wilmington, dover, newark, rehoboth)
			r.Points, r.Polyline, r.Steps, r.OptimizeStops = r.Points[:n], true, true, n == 4
			res, err := a.Route(t.Context(), r)
			if err != nil {
				if e, ok := err.(*waybill.Error); !ok || e.Provider != "osrmroute" {
					t.Fatalf("%T %v", err, err)
				}
				continue
			}
			for _, p := range res.Paths {
				if !(p.Distance >= 0) || p.Duration < 0 || n == 4 && len(p.StopOrder) != 2 {
					t.Fatalf("%+v", p)
				}
				for _, at := range p.Polyline {
					if at.Validate() != nil || at.IsZero() {
						t.Fatal("a line leaves the globe")
					}
				}
			}
		}
		res, err := a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{wilmington, newark}, Destinations: []geo.Point{dover}})
		if err != nil {
			return
		}
		for _, row := range res.Cells {
			if c := row[0]; c.Err == nil && (!(c.Distance >= 0) || c.Duration < 0) {
				t.Fatalf("%+v", c)
			}
		}
	})
}
