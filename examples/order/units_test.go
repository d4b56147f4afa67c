package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"empty", `[]`, nil},
		{"blanks", " \n[ \t]\n", nil},
		{"two", `[{"a":1}, {"b":[1,{}]}]`, []string{`{"a":1}`, `{"b":[1,{}]}`}},
		{"brackets in strings", `[{"a":"]}\""},{"b":"[{"}]`, []string{`{"a":"]}\""}`, `{"b":"[{"}`}},
		{"no comma between", `[{"a":1} {"b":2}]`, []string{`{"a":1}`, `{"b":2}`}},
		{"brace missing", `[{"a":1, {"b":2}]`, []string{`{"a":1`, `{"b":2}`}},
		{"brace and comma missing", "[{\"a\":1\n{\"b\":2}]", []string{`{"a":1`, `{"b":2}`}},
		{"string not closed", "[{\"a\":\"x\n},\n{\"b\":2}]", []string{"{\"a\":\"x\n}", `{"b":2}`}},
		{"bracket missing", `[{"a":1},{"b":2}`, []string{`{"a":1}`, `{"b":2}`}},
		{"behind the end", `[{"a":1}] {"b":2}`, []string{`{"a":1}`, `]`, `{"b":2}`}},
		{"closed in the middle", `[{"a":1}], {"b":2}]`, []string{`{"a":1}`, `]`, `{"b":2}`}},
		{"objects in objects", `[{"a":{"b":{}},"c":
{"d":1}},7]`, []string{`{"a":{"b":{}},"c":` + "\n" + `{"d":1}}`, "7"}},
	} {
		elements, err := split([]byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var got []string
		for _, e := range elements {
			got = append(got, string(e.text))
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, bad := range []string{"", "{}", "null", "  ", "x[]"} {
		if _, err := split([]byte(bad)); err == nil {
			t.Errorf("%q is taken for an array", bad)
		}
	}
}

// FuzzReadOrders holds that no file makes the reader panic, hang, or forget the
// number of an order.
func FuzzReadOrders(f *testing.F) {
	f.Add(dozen)
	f.Add([]byte(`[{"id":"A"},{"id":"A","pickup":{"text":"\u0000"`))
	f.Add([]byte(`[[[]],{"a":"` + "\n" + `{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		orders, err := readOrders(data)
		if err != nil {
			return
		}
		for i, o := range orders {
			if o.N != i+1 || o.ID == "" {
				t.Errorf("order %d: N %d, id %q", i+1, o.N, o.ID)
			}
			if o.bad == nil && (o.number != "" && o.number.Validate() != nil || o.Driver != nil && o.Driver.number.Validate() != nil ||
				o.Pickup.written() == "" || o.Dropoff.written() == "") {
				t.Errorf("order %d is taken for usable", i+1)
			}
		}
	})
}

func TestBrokenJSONSaysWhere(t *testing.T) {
	t.Parallel()
	orders, err := readOrders([]byte("[\n  {\"id\": \"A\",\n   \"pickup\": oops},\n  {\"id\": \"B\"}\n]"))
	if err != nil || len(orders) != 2 {
		t.Fatalf("%d orders, %v", len(orders), err)
	}
	if text := fmt.Sprint(orders[0].bad); !strings.Contains(text, "line 3, column 1") {
		t.Error(text)
	}
	if text := fmt.Sprint(orders[1].bad); text != "pickup.text: the address is empty" {
		t.Error(text)
	}
}

func TestFare(t *testing.T) {
	t.Parallel()
	trip := func(km float64, min int) route.Path {
		return route.Path{Distance: km * 1000, Duration: time.Duration(min) * time.Minute}
	}
	for _, c := range []struct {
		region string
		path   route.Path
		border bool
		want   string
	}{
		{"CN", trip(1, 0), false, "CNY 28.00"},    // within the free kilometres
		{"CN", trip(12, 20), false, "CNY 69.00"},  // 28 + 10 × 3.20 + 20 × 0.45
		{"CN", trip(12, 20), true, "CNY 249.00"},  // and the border
		{"CN", trip(202, 0), false, "CNY 588.00"}, // 28 + 100 × 3.20 + 100 × 2.40, rounded up
		{"SG", trip(3, 1), false, "SGD 13.00"},    // 12 + 0.75 + 0.18, rounded up to 0.10
		{"FR", trip(12, 10), false, "USD 16.00"},  // a region without a tariff of its own
		{"BR", trip(2, 0), false, "BRL 14.00"},
	} {
		if got := tariffOf(c.region).fare(c.path, c.border).String(); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.region, c.path, got, c.want)
		}
	}
}

func TestItinerary(t *testing.T) {
	t.Parallel()
	r := &result{order: &order{ID: "A-1"}, path: route.Path{Duration: time.Hour, Polyline: []geo.Point{
		{Lat: 22.5, Lng: 114}, {Lat: 22.5, Lng: 114}, {Lat: 22.6, Lng: 114}, {Lat: 22.6, Lng: 114.1}}}}
	track := itineraryOf(r, trackPoints)
	read := func() []byte {
		f, err := track.open()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		data, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	data := read()
	if int64(len(data)) != track.size() || len(data) < 2_000_000 {
		t.Errorf("%d bytes, size %d", len(data), track.size())
	}
	if !bytes.Equal(data, read()) {
		t.Error("two readings differ")
	}
	var doc struct {
		Points []struct {
			Lat float64 `xml:"lat,attr"`
			Lng float64 `xml:"lon,attr"`
		} `xml:"trk>trkseg>trkpt"`
	}
	if err := xml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Points) != trackPoints {
		t.Fatalf("%d points", len(doc.Points))
	}
	for i, want := range map[int]geo.Point{0: {Lat: 22.5, Lng: 114}, trackPoints - 1: {Lat: 22.6, Lng: 114.1}} {
		got := geo.Point{Lat: doc.Points[i].Lat, Lng: doc.Points[i].Lng}
		if geo.Distance(got, want) > 0.2 {
			t.Errorf("point %d is %v, want %v", i, got, want)
		}
	}
	for i := 1; i < len(doc.Points); i++ {
		a, b := geo.Point{Lat: doc.Points[i-1].Lat, Lng: doc.Points[i-1].Lng}, geo.Point{Lat: doc.Points[i].Lat, Lng: doc.Points[i].Lng}
		if d := geo.Distance(a, b); d > 1 {
			t.Fatalf("points %d and %d are %.1f m apart", i-1, i, d)
		}
	}
	f, _ := track.open()
	if err := iotest.TestReader(f, data); err != nil {
		t.Error(err)
	}
	r.path.Polyline = nil // the vendor drew nothing, and both ends are the same
	if size := itineraryOf(r, trackPoints).size(); size < 2_000_000 {
		t.Errorf("without a line %d bytes", size)
	}
}

// TestProgress draws the line as on a terminal.
func TestProgress(t *testing.T) {
	t.Parallel()
	var out, line bytes.Buffer
	p := newPrinter(&out, &line, noEnvironment)
	if p.progress != nil || p.style {
		t.Error("a buffer is taken for a terminal")
	}
	p.progress, p.style = &line, true
	orders := []*order{{N: 1, ID: "A"}, {N: 2, ID: "B", bad: &badField{"id", "bad"}}, {N: 3, ID: "C"}, {N: 4, ID: "D"}}
	p.begin(orders)
	p.finished(orders[2], func() []string { return []string{"third"} }, true)
	if out.Len() > 0 {
		t.Errorf("printed before its turn: %q", out.String())
	}
	p.finished(orders[0], func() []string { return []string{p.bold("first")} }, false)
	p.end() // order 4 was never begun
	if got, want := out.String(), "\x1b[1mfirst\x1b[0m\n 2  B\n    ✗ order 2 (B): id: bad\n\nthird\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	for _, want := range []string{"╌ 1/4 orders, 1 failed", "╌ 2/4 orders, 2 failed", "━╌", "╌ 3/4 orders, 2 failed"} {
		if !strings.Contains(line.String(), want) {
			t.Errorf("the progress line never was %q: %q", want, line.String())
		}
	}
	if !strings.HasSuffix(line.String(), "\r\x1b[K") {
		t.Error("the progress line is left behind")
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	if got := shorten("深圳北站", 2); got != "深圳… (2 more)" {
		t.Error(got)
	}
	if got := shorten("short", 5); got != "short" {
		t.Error(got)
	}
}
