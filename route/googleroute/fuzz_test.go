package googleroute_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/googleroute"
)

// canned is a transport that always gives one reply.
type canned struct {
	status int
	body   []byte
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	return &http.Response{StatusCode: c.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: int64(len(c.body)), Request: r}, nil
}

// FuzzReply: whatever comes back from either service, there is a usable path or
// an error of ours.
func FuzzReply(f *testing.F) {
	files, _ := filepath.Glob("../../../shared/recorded/google/*.json")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil && len(b) < 30_000 {
			f.Add(200, b)
		}
	}
	f.Add(429, []byte(`[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"google.rpc.RetryInfo","retryDelay":"1s"}]}}]`))
	f.Add(200, []byte(`{"routes":[{"distanceMeters":1,"duration":"1s","polyline":{"encodedPolyline":"ipkcFfichVnP@"},"legs":[{"duration":"1s","steps":[{}]}],"travelAdvisory":{"tollInfo":{"estimatedPrice":[{"currencyCode":"USD","units":"1"}]}}}]}`))
	rt := &canned{}
	hc := &http.Client{Transport: rt}
	var adapters []*googleroute.Adapter
	for _, o := range []googleroute.Options{{HTTPClient: hc, Tolls: true}, {HTTPClient: hc, Legacy: true}} {
		a, err := googleroute.New("fuzz-key-0123", &o)
		if err != nil {
			f.Fatal(err)
		}
		adapters = append(adapters, a)
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		rt.status, rt.body = 100+(status%500+500)%500, body
		for _, a := range adapters {
			r := trip(2)
			r.Polyline, r.Steps, r.Alternatives = true, true, 3
			res, err := a.Route(t.Context(), r)
			if err != nil {
				e, ok := err.(*waybill.Error)
				if !ok || e.Provider != "googleroute" || strings.Contains(e.Error(), "fuzz-key") {
					t.Fatalf("%T %v", err, err)
				}
				continue
			}
			for _, p := range res.Paths {
				checkPath(t, p)
			}
		}
		for _, a := range adapters {
			res, err := a.Matrix(t.Context(), grid(2, 2))
			if err != nil {
				if e, ok := err.(*waybill.Error); !ok || e.Provider != "googleroute" {
					t.Fatalf("%T %v", err, err)
				}
				continue
			}
			for _, row := range res.Cells {
				for _, c := range row {
					if c.Err == nil && (!(c.Distance >= 0) || c.Duration < 0) {
						t.Fatalf("%+v", c)
					}
				}
			}
		}
	})
}

// Whatever stands in the place of a value, what comes out is a usable way or an
// error that says the reply is to blame.
func TestOddValues(t *testing.T) {
	t.Parallel()
	const way = `{"routes":[{"legs":[{"distanceMeters":772,"duration":"165s","steps":[{"distanceMeters":772,"staticDuration":"165s","navigationInstruction":{"maneuver":"DEPART","instructions":"Head\nnorth"}}]}],
		"distanceMeters":772,"duration":"165s","polyline":{"encodedPolyline":"ipkcFfichVnP@j@BLoFVwM"},"warnings":["w"],"travelAdvisory":{"tollInfo":{"estimatedPrice":[{"currencyCode":"USD","units":"1","nanos":5}]}}}],
		"fallbackInfo":{"routingMode":"FALLBACK_TRAFFIC_UNAWARE"}}`
	const table = `[{"originIndex":0,"destinationIndex":0,"status":{},"distanceMeters":8220,"duration":"160s","condition":"ROUTE_EXISTS"},
		{"originIndex":1,"destinationIndex":1,"status":{"code":3},"condition":"ROUTE_NOT_FOUND","fallbackInfo":{"reason":"SERVER_ERROR"}}]`
	rt := &canned{status: 200}
	a, err := googleroute.New("k", &googleroute.Options{HTTPClient: &http.Client{Transport: rt}, Tolls: true})
	if err != nil {
		t.Fatal(err)
	}
	blamesTheReply := func(body []byte, err error) {
		switch waybill.CodeOf(err) {
		case waybill.DataLoss, waybill.NotFound, waybill.Unknown, waybill.Unavailable, waybill.Internal, waybill.Unsupported:
		default:
			if e := waybill.AsError(err); e.VendorCode == "" || e.VendorCode == "wire_reply" {
				t.Errorf("%s: %v", body, err)
			}
		}
	}
	for body := range fakehttp.Odd([]byte(way)) {
		rt.body = body
		r := trip(2)
		r.Polyline, r.Steps = true, true
		res, err := a.Route(t.Context(), r)
		if err != nil {
			blamesTheReply(body, err)
			continue
		}
		for _, p := range res.Paths {
			checkPath(t, p)
		}
	}
	for body := range fakehttp.Odd([]byte(table)) {
		rt.body = body
		res, err := a.Matrix(t.Context(), grid(2, 2))
		if err != nil {
			blamesTheReply(body, err)
			continue
		}
		for _, row := range res.Cells {
			for _, c := range row {
				if c.Err != nil {
					blamesTheReply(body, c.Err)
				} else if !(c.Distance >= 0) || c.Duration < 0 || c.Duration == 0 && c.Distance > 1000 {
					t.Errorf("%s: %+v", body, c)
				}
			}
		}
	}
}

func checkPath(t *testing.T, p route.Path) {
	if !(p.Distance >= 0) || p.Duration < 0 || p.Estimated || p.Substituted {
		t.Fatalf("got %+v", p)
	}
	for _, at := range p.Polyline {
		if at.Validate() != nil || at.IsZero() {
			t.Fatal("a polyline leaves the globe")
		}
	}
	for _, l := range p.Legs {
		if !(l.Distance >= 0) || l.Duration < 0 {
			t.Fatalf("got %+v", l)
		}
	}
}
